/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Applications.  The application thread of a space runs all of the guest's threads in it, below
 * the limit of 2 GB.  Its pager, exception handler and scheduler is the kernel thread beside it,
 * so whatever befalls it, a preemption included, is a message inside the space that carries its
 * registers; the answer sets new ones.  It cannot call L4 itself.
 */
#include <l4xvm.h>
#include "colocated.h"

enum {
        ERROR_PRESENT = 1,
        ERROR_WRITE = 2,
        ERROR_USER = 4,
        INT3_ERROR = 3 * 8 + 2,
        INTO_ERROR = 4 * 8 + 2,
        GENERAL_PROTECTION = 13,
        PAGE_FAULT = 14,
        MOST_REPEATED = 100
};

/* What user code may have at @address; *@entry is where that is noted. */
static uint32_t user_value(uint32_t address, uint32_t **entry)
{
        uint32_t value;

        *entry = 0;
        if (address >= L4VM_GUEST_END)
                return 0;
        value = shadow_lookup(l4vm_current, address);
        if (value)
                *entry = shadow_entry(l4vm_current, address, false);
        return value ? value : shadow_lookup(AB_SPACE_KERNEL, address);
}

static bool allows(uint32_t value, bool write)
{
        return (value & AB_USER) && (!write || (value & AB_WRITE));
}

/* Put a map item for @address at @mr; returns how many words. */
static uint32_t install(uint32_t address, uint32_t value, uint32_t *entry, unsigned int mr)
{
        uint32_t from;

        if (!entry) {
                co_touch(address, false); /* the kernel area is in this space */
                return 0;
        }
        if (co_is_linear(value & SHADOW_PAGE, value))
                from = L4VM_LINEAR + (value & SHADOW_PAGE);
        else
                from = (uint32_t)backend_physical(value & SHADOW_PAGE);
        /* What is not there cannot be passed on. */
        co_touch(from, value & AB_WRITE);
        co_installed(entry, value);
        L4_LoadMapItem(mr, L4_PageRights(from, co_l4_rights(value)), address & SHADOW_PAGE);
        return 2;
}

/* Put map items for fresh pages at @mr on; how many words.  @besides is loaded already. */
static uint32_t install_fresh(uint32_t besides, unsigned int mr)
{
        const uint32_t *pages;
        uint32_t n = l4vm_fresh_take(l4vm_current, &pages), i, words = 0;

        for (i = 0; i < n; i++) {
                uint32_t *entry = shadow_entry(l4vm_current, pages[i], false);

                /* To move the window would take the message registers: that waits for a fault. */
                if (pages[i] != besides && entry && *entry & AB_USER &&
                    co_is_in_reach(*entry & SHADOW_PAGE))
                        words += install(pages[i], *entry, entry, mr + words);
        }
        return words;
}

/*
 * L4 says nothing when it has no memory for a mapping; the program then faults for ever at
 * one place, and nothing else happens in between.
 */
static uint32_t last_address, last_eip, repeated;

static void check_progress(uint32_t address, uint32_t eip)
{
        repeated = address == last_address && eip == last_eip ? repeated + 1 : 0;
        last_address = address;
        last_eip = eip;
        if (repeated > MOST_REPEATED)
                backend_fatal("L4 does not map a page: its memory is exhausted, give it more "
                              "(kmem= of its loader)");
}

/* First byte of the instruction at @address, or 0. */
static uint8_t code_at(uint32_t address)
{
        uint32_t *entry, value = user_value(address, &entry);
        const uint8_t *page = value ? backend_physical(value & SHADOW_PAGE) : 0;

        return page ? page[address % AB_PAGE_BYTES] : 0;
}

/* --- messages: true when the guest has to be told --------------------------------------------- */

L4_ThreadId_t l4xvm_user_thread(uint32_t space)
{
        return co_thread(space, L4VM_CO_APPLICATION);
}

static void take_frame(struct ab_frame *frame)
{
        const L4_Word_t *mr = L4_Utcb();

        xfer_get_frame(mr, XFER_STATE_MR, frame);
        l4xvm_segments_leave(l4vm_current, mr, (L4_MsgTag_t){mr[0]});
}

static bool of_page_fault(struct ab_frame *frame, struct ab_trap *trap, bool write)
{
        uint32_t address = L4_StoreMR(1), *entry, value, error, typed;

        l4vm_count(COUNT_FAULT);
        take_frame(frame);
        value = user_value(address, &entry);
        error = ERROR_USER | (value ? ERROR_PRESENT : 0) | (write ? ERROR_WRITE : 0);
        if (!allows(value, write) && address < L4VM_GUEST_END && wedge_user_fault &&
            wedge_user_fault(address, error, frame->eip))
                value = user_value(address, &entry);
        if (allows(value, write) && !l4vm.events) {
                check_progress(address, frame->eip);
                typed = install(address, value, entry, 1);
                typed += install_fresh(address & SHADOW_PAGE, 1 + typed);
                L4_Set_MsgTag(L4_Tag(0, 0, typed));
                return false;
        }
        trap->reason = allows(value, write) ? AB_REASON_EVENT : AB_REASON_PAGE_FAULT;
        trap->vector = PAGE_FAULT;
        trap->address = address;
        trap->error = error;
        return true;
}

static bool of_exception(struct ab_frame *frame, struct ab_trap *trap)
{
        uint32_t vector = L4_StoreMR(1), error = L4_StoreMR(2);
        uint8_t code = 0;

        l4vm_count(COUNT_EXCEPTION);
        take_frame(frame);
        if (vector == PAGE_FAULT) {
                /* From 3 GB on, where L4 lets nobody map; it does not say where exactly. */
                *trap = (struct ab_trap){AB_REASON_PAGE_FAULT, PAGE_FAULT,
                                         (error & ERROR_WRITE) | ERROR_USER, AB_ADDRESS_UNKNOWN};
                return true;
        }
        if (vector == GENERAL_PROTECTION && (error == INT3_ERROR || error == INTO_ERROR))
                code = code_at(frame->eip);
        l4vm_classify(frame, trap, vector, error, code);
        return true;
}

/* Somebody of higher priority has run: the interrupt thread, perhaps with an event. */
static bool of_preemption(struct ab_frame *frame, struct ab_trap *trap)
{
        take_frame(frame);
        if (!l4vm.events) {
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                return false;
        }
        *trap = (struct ab_trap){AB_REASON_EVENT, 0, 0, 0};
        return true;
}

static bool of_port(struct ab_frame *frame, struct ab_trap *trap, L4_ThreadId_t application)
{
        if (!xfer_read_frame(application, frame))
                backend_fatal("an application's registers cannot be read");
        *trap = (struct ab_trap){AB_REASON_EXCEPTION, GENERAL_PROTECTION, 0, 0};
        return true;
}

/* The message registers hold what sets the thread going. */
static void run(struct ab_frame *frame, struct ab_trap *trap)
{
        L4_ThreadId_t application = l4xvm_user_thread(l4vm_current);
        bool done = false;

        while (!done) {
                L4_MsgTag_t tag;
                uint32_t label;

                l4vm_count(COUNT_USER);
                l4vm.running = application.raw;
                tag.raw = co_user_call(application);
                l4vm.running = 0;
                if (!tag.raw) {
                        l4xvm_segments_unknown(l4vm_current);
                        *trap = (struct ab_trap){AB_REASON_EVENT, 0, 0, 0};
                        return;
                }
                if (L4_IpcFailed(tag))
                        backend_fatal("an application thread does not answer");
                label = L4_Label(tag);
                if (label == L4_LABEL_EXCEPTION)
                        done = of_exception(frame, trap);
                else if ((label & 0xfff0) == L4_LABEL_PAGEFAULT)
                        done = of_page_fault(frame, trap, label & L4_FPAGE_W);
                else if (label == L4_LABEL_PREEMPTION)
                        done = of_preemption(frame, trap);
                else
                        done = of_port(frame, trap, application);
        }
}

void backend_user(struct ab_frame *frame, struct ab_trap *trap)
{
        L4_Word_t *mr = L4_Utcb();
        unsigned int n;

        l4vm_call_begin();
        co_leave_private();
        co_fpu_enter();
        if (l4vm.events) {
                *trap = (struct ab_trap){AB_REASON_EVENT, 0, 0, 0};
        } else {
                n = l4xvm_segments_enter(l4vm_current, mr, 1 + XFER_FRAME_WORDS);
                n += install_fresh(~0u, n);
                repeated = 0;
                xfer_put_frame(mr, 1, frame);
                mr[0] = L4_Tag(0, 0, n - 1).raw;
                run(frame, trap);
        }
        l4vm_note(trap->reason, trap->vector, frame->eip, true);
        l4vm_call_end();
}
