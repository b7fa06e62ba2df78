/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pager thread of a space: pager and exception handler of the kernel thread, at a higher
 * priority.  It maps what the shadow has, and sends the kernel thread to its trap handler with
 * what is the guest's.  Pages of the kernel area it gets by touching them itself: its own
 * pager, the helper, maps them into the space both share.  User pages it maps from the kernel's own
 * address of the same memory, in this space, so nobody else is asked and no space is switched.
 */
#include <exception.h>
#include <l4xvm.h>
#include <mapping.h>
#include <reclaim.h>
#include <shadow.h>
#include "colocated.h"
#include "policy.h"

enum { WRITE = 2, PRESENT = 1, PAGE_FAULT = 14 };

/* --- the kernel thread goes to its trap handler ------------------------------------------ */

static void note(const struct ab_frame *frame, enum ab_reason reason, uint32_t vector,
                 uint32_t error, uint32_t address)
{
        *(struct ab_frame *)&l4vm_raw.frame =
            l4vm_is_resuming(frame->eip) ? l4vm_resume_frame : *frame;
        l4vm_raw.trap.reason = reason;
        l4vm_raw.trap.vector = vector;
        l4vm_raw.trap.error = error;
        l4vm_raw.trap.address = address;
        l4vm_raw.was_held = l4vm.held;
        l4vm.held = 1;
}

/* The answer sends it to @entry, of what has been noted.  A guest may step itself, the wedge does
 * not. */
static void answer_place(void (*entry)(void))
{
        if (l4vm_raw.frame.eflags & L4VM_FLAG_TF)
                xfer_put_entry(L4_Utcb(), 1, (uint32_t)entry);
        else
                xfer_put_place(L4_Utcb(), 1, (uint32_t)entry, 0);
        L4_Set_MsgTag(L4_Tag(0, 0, 3));
}

static void redirect_fault(const struct ab_frame *frame, uint32_t error, uint32_t address)
{
        note(frame, AB_REASON_PAGE_FAULT, PAGE_FAULT, error, address);
        answer_place(l4vm_trap_entry_saved);
}

/* It has been served, but an event has come meanwhile. */
static void look_for_events(const struct ab_frame *frame)
{
        if (!l4vm.events || l4vm.held || l4vm.busy)
                return;
        note(frame, AB_REASON_EVENT, 0, 0, 0);
        answer_place(l4vm_trap_entry_saved);
}

static bool is_leaving(L4_Word_t ip)
{
        return (ip >= (L4_Word_t)co_user_begin && ip < (L4_Word_t)co_user_return) ||
               ip - L4VM_KIP < AB_PAGE_BYTES;
}

/*
 * It runs, and will not tell.  What it was about to execute is kept for its kernel thread, which is
 * halted.  Or it has told that of something meanwhile.
 */
static void stop_application(void)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_IP, .ip = CO_NOWHERE};

        if (l4vm.stopped)
                return;
        l4vm_count(COUNT_MOVE);
        L4_ExchangeRegisters((L4_ThreadId_t){l4vm.running}, &r);
        if (r.control) {
                r.control = L4_EXREGS_IP;
                L4_ExchangeRegisters((L4_ThreadId_t){l4vm.running}, &r);
                return;
        }
        l4vm.stop_eip = r.ip;
        l4vm.stopped = 1;
}

/*
 * Nothing here rests on this thread's having time: whoever has none left is stopped anywhere, and
 * its kernel thread goes on meanwhile.  So that is halted before it is looked at, or is moved by
 * the step in which it goes on.
 */
static void halt(L4_ThreadId_t kernel, struct L4_ExRegs *r)
{
        *r = (struct L4_ExRegs){.control = L4_EXREGS_HALTFLAG | L4_EXREGS_HALT};
        L4_ExchangeRegisters(kernel, r);
}

static void go_on(L4_ThreadId_t kernel)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_HALTFLAG};

        L4_ExchangeRegisters(kernel, &r);
}

static void go_on_at(L4_ThreadId_t kernel, L4_Word_t ip, L4_Word_t flags)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_HALTFLAG | L4_EXREGS_IP, .ip = ip};

        if (flags & L4VM_FLAG_TF) { /* the guest steps itself, the wedge does not */
                r.control |= L4_EXREGS_FLAGS;
                r.flags = flags & ~L4VM_FLAG_TF;
        }
        L4_ExchangeRegisters(kernel, &r);
}

/* No other space's kernel thread runs, or will while this one, if it is halted, is not busy. */
static bool is_current(L4_ThreadId_t kernel)
{
        return co_thread(l4vm.current, L4VM_CO_KERNEL).raw == kernel.raw;
}

/*
 * It has been running user code, and has a message about that.  Or it was about to: not seeing the
 * event it would wait for the next one.  Who is found elsewhere has left, or comes to where it
 * looks for events; so only who is about to has to be halted, and looked at again: what it was
 * about to do then may be another call of L4.
 */
static void call_back(L4_ThreadId_t kernel)
{
        struct L4_ExRegs r = {0};

        if (co_hears_preemptions()) {
                L4_ExchangeRegisters(kernel, &r);
                if (!is_leaving(r.ip))
                        return;
        }
        halt(kernel, &r);
        if (!l4vm.running || !is_current(kernel)) {
                go_on(kernel);
        } else if (!co_hears_preemptions() && r.control & L4_EXREGS_WAS_RECEIVING) {
                stop_application();
                go_on(kernel);
        } else if (is_leaving(r.ip)) {
                go_on_at(kernel, (L4_Word_t)co_user_abort, 0);
        } else {
                go_on(kernel);
        }
}

/*
 * The interrupt thread says so.  It runs guest code, or the wedge's; never is it in an Ipc, where
 * it holds no events and is not busy: but it may be sending a fault to this thread, which looks for
 * events then, or that it has no time to the interrupt thread, which tells this thread again.  Nor
 * is it moved when another space is current by now; the event is seen when it arrives there.
 */
static void event(L4_ThreadId_t kernel)
{
        struct L4_ExRegs r;
        struct ab_frame frame;

        if (l4vm.running)
                call_back(kernel);
        if (!l4vm.events || l4vm.held || l4vm.busy || l4vm.running)
                return;
        l4vm_count(COUNT_MOVE);
        halt(kernel, &r);
        if (!l4vm.events || l4vm.held || l4vm.busy || l4vm.running || r.control ||
            !is_current(kernel)) {
                go_on(kernel);
                return;
        }
        frame = (struct ab_frame){.eip = r.ip, .esp = r.sp, .eflags = r.flags};
        note(&frame, AB_REASON_EVENT, 0, 0, 0);
        go_on_at(kernel,
                 (L4_Word_t)(l4vm_is_resuming(r.ip) ? l4vm_trap_entry_saved : l4vm_trap_entry),
                 r.flags);
}

/* --- its faults: the answer is in the message registers ---------------------------------- */

volatile uint32_t co_touches;

static void touch(uint32_t address, bool write)
{
        co_touches++;
        co_touch(address, write);
}

static void answer_map(uint32_t from, uint32_t rights, uint32_t to)
{
        touch(from, rights & AB_WRITE);
        L4_LoadMapItem(1, L4_PageRights(from & SHADOW_PAGE, l4vm_rights(rights)), to & SHADOW_PAGE);
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
}

static bool serve_kernel_area(uint32_t address, bool write, uint32_t value)
{
        if (write && !(value & AB_WRITE))
                return false;
        touch(address, write);
        return true;
}

static bool serve_user_page(const struct ab_frame *frame, uint32_t address, bool write,
                            uint32_t value)
{
        uint32_t physical = value & SHADOW_PAGE;

        if (write && !(value & AB_WRITE))
                return false;
        if (l4vm_repeats(address, frame->eip) || !shadow_is_linear(physical, value)) {
                note(frame, AB_REASON_PAGE_FAULT, PAGE_FAULT, 0, address);
                answer_place(co_fill_entry);
                return true;
        }
        answer_map(L4VM_LINEAR + physical, value, address);
        co_installed(shadow_entry(l4vm_current, address, false), value);
        return true;
}

static bool serve(const struct ab_frame *frame, uint32_t address, bool write, uint32_t *error)
{
        uint32_t value = shadow_lookup(AB_SPACE_KERNEL, address);

        *error = write ? WRITE : 0;
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        if (address >= L4VM_WINDOW) {
                touch(address, false);
                return true;
        }
        if (value) {
                *error |= PRESENT;
                return serve_kernel_area(address, write, value);
        }
        value = shadow_lookup(l4vm_current, address);
        if (value)
                *error |= PRESENT;
        return value && serve_user_page(frame, address, write, value);
}

static bool is_ours(uint32_t address)
{
        uint32_t slot = (address - L4VM_WINDOW) / L4VM_PIECE;

        return address < L4VM_WINDOW || (slot < L4VM_PIECES && co_window_piece(slot)) ||
               (address >= L4VM_IMAGE && address < (uint32_t)l4vm_image_end) ||
               address - L4VM_PAGE < AB_PAGE_BYTES;
}

static void page_fault(bool write)
{
        uint32_t address = L4_StoreMR(1), error = write ? WRITE : 0;
        struct ab_frame frame;

        l4vm_count(COUNT_KERNEL_FAULT);
        xfer_get_frame(L4_Utcb(), XFER_STATE_MR, &frame);
        if (is_ours(address) && serve(&frame, address, write, &error))
                look_for_events(&frame);
        else
                redirect_fault(&frame, error, address);
}

/*
 * In the kernel thread: the memory has to be looked at through the window, or L4 had none to map it
 * just now.
 */
void co_fill(void)
{
        struct raw_trap raw = *(const struct raw_trap *)&l4vm_raw;

        if (l4vm_repeated > L4VM_REPEATS_MOST)
                backend_fatal(L4VM_NO_MEMORY);
        if (l4vm_is_short()) {
                l4vm_call_begin();
                l4vm_reclaim();
                l4vm_call_end();
        }
        l4vm_establish(l4vm_current, raw.trap.address);
        l4vm_resume_frame = raw.frame;
        l4vm_resume(raw.was_held);
}

static void exception(void)
{
        struct ab_frame frame;
        uint32_t vector = L4_StoreMR(L4_EXC_MR_VECTOR), error = L4_StoreMR(L4_EXC_MR_ERROR);

        l4vm_count(COUNT_KERNEL_FAULT);
        l4vm_load_frame(&frame);
        note(&frame, AB_REASON_EXCEPTION, vector, error, 0);
        answer_place(co_exception_entry);
}

/* In the kernel thread, which may look at the instruction: is it int3 or int $3? */
void co_exception(void)
{
        struct raw_trap raw = *(const struct raw_trap *)&l4vm_raw;
        uint8_t code = 0;

        if (l4vm_code_decides(raw.trap.vector, raw.trap.error))
                code = *(volatile uint8_t *)raw.frame.eip;
        l4vm_classify(&raw.frame, &raw.trap, raw.trap.vector, raw.trap.error, code);
        /* looking may have been a trap of its own */
        *(struct raw_trap *)&l4vm_raw = raw;
        l4vm_trap();
}

static void of_kernel(L4_MsgTag_t tag)
{
        uint32_t label = L4_Label(tag);

        if (label == CO_OP_MAP) {
                uint32_t to = L4_StoreMR(1), from = L4_StoreMR(2), rights = L4_StoreMR(3);

                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                if (from)
                        answer_map(from, rights, to);
                else
                        touch(to, rights & AB_WRITE);
        } else if (label == L4_LABEL_EXCEPTION) {
                exception();
        } else if (label == L4_LABEL_IOFAULT_RW) {
                backend_fatal("the wedge used a port it has not been granted");
        } else {
                page_fault(label & L4_FPAGE_W);
        }
}

/* User addresses and the kernel area, 0 to 0xbbffffff: all but the wedge, which runs here. */
static void empty(void)
{
        uint32_t at = 0, bits, n = 0;

        for (bits = 31; at < L4VM_GUEST_END; at += 1u << bits--) {
                if (bits == 30)
                        bits--;
                L4_LoadMR(n++, L4_FpageAddRights(L4_FpageLog2(at, bits), L4_FPAGE_RWX).raw);
        }
        L4_Unmap((n - 1) | L4_UNMAP_FLUSH);
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
}

/* --- life ------------------------------------------------------------------------------------ */

/* The other two threads: whom they tell of what, and with which registers. */
static void configure(L4_ThreadId_t kernel, L4_ThreadId_t application)
{
        *L4_UtcbWord(co_local(L4VM_CO_KERNEL), L4_UTCB_EXCHANDLER) = L4_MyGlobalId().raw;
        *L4_UtcbWord(co_local(L4VM_CO_APPLICATION), L4_UTCB_EXCHANDLER) = kernel.raw;
        if (!L4_ConfCtrlXfer(kernel, L4_FAULT_PAGEFAULT, L4_FAULTCONF_GP) ||
            !xfer_configure(application, L4_FAULTCONF_GP))
                backend_fatal("the kernel below has no control transfer items");
        if (co_hears_preemptions())
                l4xvm_tell_preemptions(application, 0);
}

static bool begun; /* the guest, in the first space */

static void start_kernel(L4_ThreadId_t kernel, bool first)
{
        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        L4_LoadMR(1, (L4_Word_t)(first ? l4vm_main_entry : co_arrive));
        L4_LoadMR(2, first ? (L4_Word_t)l4vm_main_stack + 2 * L4VM_STACK
                           : (L4_Word_t)co_arrival_stack_top);
        L4_Send(kernel);
}

void co_pager_main(void)
{
        L4_ThreadId_t from, to = L4_nilthread, kernel, application;
        uint32_t space =
            (L4_ThreadNo(L4_MyGlobalId()) - VM->first_thread - L4VM_USER) / L4VM_CO_THREADS;
        L4_MsgTag_t tag;

        kernel = co_thread(space, L4VM_CO_KERNEL);
        application = co_thread(space, L4VM_CO_APPLICATION);
        L4_Set_ExceptionHandler(l4vm_owner);
        L4_Accept(L4_Nilpage, 0);
        configure(kernel, application);
        start_kernel(kernel, !begun);
        begun = true;
        for (;;) {
                tag = L4_ReplyWait(to, &from);
                to = L4_nilthread;
                if (L4_IpcFailed(tag))
                        continue;
                if (from.raw == kernel.raw || from.raw == co_local(L4VM_CO_KERNEL).raw) {
                        of_kernel(tag);
                        to = kernel;
                } else if (L4_Label(tag) == CO_OP_EVENT) {
                        event(kernel);
                } else if (L4_Label(tag) == CO_OP_EMPTY) {
                        empty();
                        to = from;
                }
        }
}
