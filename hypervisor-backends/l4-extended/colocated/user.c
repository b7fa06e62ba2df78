/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Applications.  The application thread of a space runs all of the guest's threads in it, below
 * the limit of 2 GB.  Its pager, exception handler and scheduler is the kernel thread beside it,
 * so whatever befalls it, a preemption included, is a message inside the space that carries its
 * registers; the answer sets new ones.  It cannot call L4 itself.
 */
#include <fresh.h>
#include <l4xvm.h>
#include <mapping.h>
#include <shadow.h>
#include <timer.h>
#include <user-fault.h>
#include "colocated.h"

static L4_ThreadId_t application; /* the current space's, once settled */

unsigned int AB_FAST user_install(uint32_t address, uint32_t value, uint32_t *entry,
                                  unsigned int mr)
{
        uint32_t from;

        if (!entry) {
                co_touch(address, false); /* the kernel area is in this space */
                return mr;
        }
        if (shadow_is_linear(value & SHADOW_PAGE, value))
                from = L4VM_LINEAR + (value & SHADOW_PAGE);
        else
                from = (uint32_t)backend_physical(value & SHADOW_PAGE);
        /* What is not there cannot be passed on. */
        co_touch(from, value & AB_WRITE);
        co_installed(entry, value);
        return L4_LoadMapItem(mr, L4_PageRights(from, l4vm_rights(value)), address & SHADOW_PAGE);
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

/* A fault at @address; @frame has been taken, for asking the guest may need message registers. */
static bool is_for_guest(struct ab_frame *frame, struct ab_trap *trap, uint32_t address, bool write)
{
        uint32_t *entry, value = user_value(l4vm_current, address, &entry);
        uint32_t error = user_fault_error(value, write);
        unsigned int n;

        if (!user_allows(value, write) && address < L4VM_GUEST_END && wedge_user_fault &&
            wedge_user_fault(address, error, frame->eip))
                value = user_value(l4vm_current, address, &entry);
        if (user_allows(value, write) && !l4vm.events) {
                if (!user_progress_has(address, frame->eip)) {
                        user_general_protection(trap);
                        return true;
                }
                n = user_install(address, value, entry, 1);
                n = l4vm_fresh_put(l4vm_current, address & SHADOW_PAGE, n);
                L4_Set_MsgTag(L4_Tag(0, 0, n - 1));
                return false;
        }
        user_fault_trap(trap, user_allows(value, write), address, error);
        return true;
}

static bool of_page_fault(struct ab_frame *frame, struct ab_trap *trap, bool write)
{
        uint32_t address = L4_StoreMR(1);

        l4vm_count(COUNT_FAULT);
        take_frame(frame);
        return is_for_guest(frame, trap, address, write);
}

static bool of_exception(struct ab_frame *frame, struct ab_trap *trap)
{
        uint32_t vector = L4_StoreMR(1), error = L4_StoreMR(2);

        l4vm_count(COUNT_EXCEPTION);
        take_frame(frame);
        if (l4vm.stopped) {
                l4vm.stopped = 0;
                frame->eip = l4vm.stop_eip;
                frame->eflags &= ~(uint32_t)L4_EFLAGS_RF; /* of the exception there */
                *trap = (struct ab_trap){AB_REASON_EVENT, 0, 0, 0};
                return true;
        }
        user_exception(l4vm_current, frame, trap, vector, error);
        return true;
}

/* Somebody of higher priority has run, the interrupt thread perhaps with an event; or an alarm. */
static bool of_preemption(struct ab_frame *frame, struct ab_trap *trap)
{
        take_frame(frame);
        l4vm_timer_look();
        if (!l4vm.events) {
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                return false;
        }
        *trap = (struct ab_trap){AB_REASON_EVENT, 0, 0, 0};
        return true;
}

static bool of_port(struct ab_frame *frame, struct ab_trap *trap)
{
        if (!xfer_read_frame(application, frame))
                backend_fatal("an application's registers cannot be read");
        user_general_protection(trap);
        return true;
}

/* The message @tag is in the registers. */
static bool of_message(L4_MsgTag_t tag, struct ab_frame *frame, struct ab_trap *trap)
{
        uint32_t label = L4_Label(tag);

        if (!tag.raw) {
                l4xvm_segments_unknown(l4vm_current);
                *trap = (struct ab_trap){AB_REASON_EVENT, 0, 0, 0};
                return true;
        }
        if (L4_IpcFailed(tag))
                backend_fatal("an application thread does not answer");
        if (label == L4_LABEL_EXCEPTION)
                return of_exception(frame, trap);
        if ((label & 0xfff0) == L4_LABEL_PAGEFAULT)
                return of_page_fault(frame, trap, label & L4_FPAGE_W);
        if (l4xvm_is_preemption(tag))
                return of_preemption(frame, trap);
        return of_port(frame, trap);
}

static __attribute__((noinline)) void settle(void)
{
        co_fpu_enter();
        application = l4xvm_user_thread(l4vm_current);
        co_unsettled = false;
        co_leave_private();
}

/* The message registers hold what sets the thread going. */
static L4_MsgTag_t talk(void)
{
        L4_MsgTag_t tag;

        l4vm_count(COUNT_USER);
        l4vm.running = application.raw;
        tag.raw = co_user_call(application);
        l4vm.running = 0;
        return tag;
}

/*
 * Map items for what the thread may have and has not got.  Mostly that is one page, in the linear
 * area: the one of the fault that the guest has been told of.
 */
static inline __attribute__((always_inline)) unsigned int put_fresh(L4_Word_t *mr, unsigned int n)
{
        struct l4vm_fresh *fresh = &l4vm_fresh[l4vm_current];
        uint32_t value, from, page, *entry;

        if (fresh->count != 1)
                return l4vm_fresh_put(l4vm_current, ~0u, n);
        entry = fresh->item[0].entry;
        page = fresh->item[0].page;
        value = *entry;
        from = L4VM_LINEAR + (value & SHADOW_PAGE);
        if (!(value & AB_USER) || !shadow_is_in_large(value & SHADOW_PAGE))
                return l4vm_fresh_put(l4vm_current, ~0u, n);
        fresh->count = 0;
        co_touch(from, value & AB_WRITE);
        *entry = value | SHADOW_INSTALLED;
        mr[n] = page | L4_ITEM_MAP;
        mr[n + 1] = L4_PageRights(from, l4vm_rights(value)).raw;
        return n + 2;
}

/*
 * What is to be done and to be told before user code runs: the message's next register.  0: there
 * is an event.
 */
static __attribute__((noinline)) unsigned int prepare(L4_Word_t *mr)
{
        unsigned int n = 1 + XFER_FRAME_WORDS;

        if (co_unsettled)
                settle();
        if (l4vm.events)
                return 0;
        l4vm_fresh_noted = 0;
        /* Of another space's thread it is not known what it lacks. */
        if (l4xvm_segments.space != l4vm_current || l4xvm_segments_lack())
                n = l4xvm_segments_put(l4vm_current, mr, n);
        return put_fresh(mr, n);
}

/* The usual page fault: the message @mr tells of general registers and no more. */
static inline bool is_usual_fault(const L4_Word_t *mr)
{
        const L4_Word_t rights = (L4_FPAGE_R | L4_FPAGE_W | L4_FPAGE_X) << L4_TAG_LABEL_SHIFT;

        return (mr[0] & ~rights) ==
                   L4_Tag(L4_LABEL_PAGEFAULT, XFER_STATE_MR - 1, XFER_FRAME_WORDS).raw &&
               mr[XFER_STATE_MR] == L4_CTRLXFER_GP_ITEM && mr[1] < L4VM_LINEAR &&
               !(l4xvm_segments.loaded.gs | l4xvm_segments.loaded.fs) && wedge_user_fault;
}

/* Mostly the guest has no page there, as it says before L4 is asked for anything. */
static inline bool of_usual_fault(const L4_Word_t *mr, struct ab_frame *frame, struct ab_trap *trap)
{
        bool write = mr[0] & (L4_Word_t)L4_FPAGE_W << L4_TAG_LABEL_SHIFT;
        uint32_t address = mr[1], error = write ? ERROR_USER | ERROR_WRITE : ERROR_USER;

        l4vm_count(COUNT_FAULT);
        xfer_get_frame(mr, XFER_STATE_MR, frame);
        if (wedge_user_fault(address, error, frame->eip))
                return is_for_guest(frame, trap, address, write);
        user_fault_trap(trap, false, address, error);
        return true;
}

/* Whoever calls it holds events, so nobody moves this thread meanwhile. */
void AB_FAST backend_user(struct ab_frame *frame, struct ab_trap *trap)
{
        L4_Word_t *mr = L4_Utcb();
        unsigned int n = 1 + XFER_FRAME_WORDS;
        L4_MsgTag_t tag;

        if (co_unsettled | l4vm.events | l4xvm_segments_lack()) {
                n = prepare(mr);
        } else if (l4vm_fresh_noted) {
                l4vm_fresh_noted = 0;
                n = put_fresh(mr, n);
        }
        if (!n) {
                *trap = (struct ab_trap){AB_REASON_EVENT, 0, 0, 0};
                return;
        }
        user_progress_begin();
        xfer_put_frame(mr, 1, frame);
        mr[0] = L4_Tag(0, 0, n - 1).raw;
        tag = talk();
        if (!l4vm.stopped) {
                if (l4xvm_is_call(mr, frame, trap))
                        return;
                if (is_usual_fault(mr)) {
                        if (of_usual_fault(mr, frame, trap))
                                return;
                        tag = talk();
                }
        }
        while (!of_message(tag, frame, trap))
                tag = talk();
        l4vm_note(trap->reason, trap->vector, frame->eip, true);
}
