/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Applications.  Each guest space is an L4 space with one thread, whose pager, exception handler
 * and scheduler is main.  Between two calls of backend_user() the thread waits for the answer to
 * a message: of a fault, an exception, or a preemption.  Each carries all its registers, and
 * each answer may set them and map a page as well, so whatever befalls an application is one
 * message and its answer.
 *
 * A thread's UTCB is its own: it can send what it likes, or appoint another pager, though no
 * other scheduler.  What it sends is believed as far as it concerns its own registers and pages.
 * A thread that does not come when it is called is made anew, and the guest told of
 * a general protection fault.
 */
#include "awake.h"
#include "fpu.h"
#include "fresh.h"
#include "l4xvm.h"
#include "mapping.h"
#include "pager.h"
#include "reclaim.h"
#include "shadow.h"
#include "stubs.h"
#include "timer.h"
#include "user-fault.h"
#include "user.h"

L4_ThreadId_t l4xvm_user_thread(uint32_t space)
{
        return l4vm_thread(L4VM_USER + space);
}

/* Send what is loaded, and wait for the thread's next message. */
static L4_MsgTag_t talk(uint32_t space, L4_Time_t wait)
{
        L4_ThreadId_t thread = l4xvm_user_thread(space);

        l4vm_count(COUNT_USER);
        return L4_Ipc(thread, thread, L4_Timeouts(L4_ZeroTime, wait), 0);
}

static bool is_page_fault(L4_MsgTag_t tag)
{
        return (L4_Label(tag) & 0xfff0) == L4_LABEL_PAGEFAULT;
}

/* Of a fault or exception, with registers: a program can send the like, about itself. */
static bool has_state(L4_MsgTag_t tag)
{
        return xfer_has_state(L4_Utcb(), tag);
}

/* --- stubs ------------------------------------------------------------------------------- */

/* What is loaded sets the thread going; wait until it has come to a stub's hlt. */
static bool await_stub(uint32_t space)
{
        uint32_t faults = 0;

        for (;;) {
                L4_MsgTag_t tag = l4vm_user_comes(space, stub_start, talk(space, L4VM_START_TIME));
                const L4_Word_t *mr = L4_Utcb();

                if (L4_IpcFailed(tag) || !has_state(tag))
                        return false;
                if (L4_Label(tag) == L4_LABEL_EXCEPTION && l4vm_in_stubs(mr[XFER_STATE_MR + 1]))
                        return true;
                if (l4xvm_is_preemption(tag))
                        L4_Set_MsgTag(L4_Tag(0, 0, 0));
                else if (!is_page_fault(tag) || ++faults > L4VM_REPEATS_MOST ||
                         !l4vm_stub_page(space, mr[1], L4_Label(tag) & L4_FPAGE_W))
                        return false;
        }
}

bool l4vm_move_user(L4_ThreadId_t thread, struct L4_ExRegs *r)
{
        l4vm_count(COUNT_MOVE);
        return !L4_IsNilThread(L4_ExchangeRegisters(thread, r));
}

L4_ThreadId_t l4vm_user_pager(uint32_t space)
{
        (void)space;
        return l4vm_thread(L4VM_MAIN);
}

/* The threads are the wedge's to halt, as their pager.  False: this one has another. */
static bool halt(uint32_t space)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_HALT | L4_EXREGS_HALTFLAG | L4_EXREGS_PAGER,
                              .pager = l4vm_thread(L4VM_MAIN)};

        l4vm_count(COUNT_MOVE);
        return !L4_IsNilThread(L4_ExchangeRegisters(l4xvm_user_thread(space), &r));
}

/* Such a one is the resource monitor's. */
static void ask(uint32_t rest, uint32_t wake)
{
        L4_LoadMR(1, rest);
        L4_LoadMR(2, wake);
        l4vm_request(RMON_VM_AWAKE, 2);
}

void l4vm_user_halt(uint32_t rest, uint32_t wake)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_HALTFLAG};

        if (rest != L4VM_NOBODY && !halt(rest))
                ask(rest, wake);
        else if (wake != L4VM_NOBODY)
                L4_ExchangeRegisters(l4xvm_user_thread(wake), &r);
}

bool l4vm_user_rest(uint32_t space)
{
        if (halt(space))
                return true;
        ask(L4VM_NOBODY, L4VM_NOBODY);
        return false;
}

bool l4vm_user_make_once(uint32_t space)
{
        L4_Word_t *mr = L4_Utcb();
        uint32_t rest = l4vm_awake();

        l4vm_gone(rest); /* it is halted even if the new one is refused */
        L4_LoadMR(1, space);
        L4_LoadMR(2, rest);
        if (l4vm_request(RMON_VM_SPACE, 2))
                return false;
        l4vm.awake = space + 1;
        l4vm_fpu_reset(space);
        if (!xfer_configure(l4xvm_user_thread(space), L4_FAULTCONF_GP))
                backend_fatal("L4 has no control transfer items");
        l4xvm_tell_preemptions(l4xvm_user_thread(space), 0);
        l4vm_stub_fill(space);
        mr[0] = L4_Tag(0, 0, 3).raw;
        xfer_put_place(mr, 1, STUB_ADDRESS(stub_start), L4VM_STUB_DATA + STUB_STACK);
        if (!await_stub(space))
                return false;
        l4xvm_segments_reset(space);
        return true;
}

/* --- a thread that has to be asked ----------------------------------------------------------- */

/* The thread is lost: a new one, and the registers are those it last had. */
static void give_up(uint32_t space, struct ab_trap *trap)
{
        l4vm.stop_failed = 0;
        l4vm_user_make(space);
        user_general_protection(trap);
}

/*
 * The thread is in an IPC of its own, which carries no state: end that, send it to a hlt, whose
 * exception does.  False: it does not come.
 */
static bool fetch(uint32_t space, struct ab_frame *frame)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND | L4_EXREGS_IP,
                              .ip = STUB_ADDRESS(stub_hlt)};
        L4_MsgTag_t tag;

        l4vm_count(COUNT_MOVE);
        if (L4_IsNilThread(L4_ExchangeRegisters(l4xvm_user_thread(space), &r)))
                return false;
        tag = L4_Receive_Timeout(l4xvm_user_thread(space), L4VM_STUB_TIME);
        tag = l4vm_user_comes(space, stub_hlt, tag);
        if (L4_IpcFailed(tag) || L4_Label(tag) != L4_LABEL_EXCEPTION || !has_state(tag))
                return false;
        xfer_get_frame(L4_Utcb(), XFER_STATE_MR, frame);
        if (!l4vm_in_stubs(frame->eip))
                return false;
        frame->eip = r.ip;
        frame->eflags &= ~(uint32_t)L4_EFLAGS_RF; /* of the exception there */
        return true;
}

/* --- messages: true when the guest has to be told ------------------------------------------- */

/* The message that is in the registers is for the guest: @frame is what it says. */
static inline __attribute__((always_inline)) void take_frame(uint32_t space, struct ab_frame *frame)
{
        const L4_Word_t *mr = L4_Utcb();

        xfer_get_frame(mr, XFER_STATE_MR, frame);
        l4xvm_segments_leave(space, mr, (L4_MsgTag_t){mr[0]});
}

static bool of_page_fault(uint32_t space, struct ab_frame *frame, struct ab_trap *trap, bool write)
{
        uint32_t address = L4_StoreMR(1), eip = L4_StoreMR(2), *entry, value, error;
        unsigned int n;

        l4vm_count(COUNT_FAULT);
        if (l4vm_stub_page(space, address, write))
                return false;
        take_frame(space, frame);
        value = user_value(space, address, &entry);
        error = user_fault_error(value, write);
        if (!user_allows(value, write) && address < L4VM_GUEST_END && wedge_user_fault &&
            wedge_user_fault(address, error, eip)) {
                l4vm_flush_queue();
                value = user_value(space, address, &entry);
        }
        if (user_allows(value, write) && !l4vm.events) {
                if (!user_progress_has(address, eip)) {
                        user_general_protection(trap);
                        return true;
                }
                n = user_install(address, value, entry, 1);
                n = l4vm_fresh_put(space, address & SHADOW_PAGE, n);
                L4_Set_MsgTag(L4_Tag(0, 0, n - 1));
                return false;
        }
        user_fault_trap(trap, user_allows(value, write), address, error);
        return true;
}

static bool of_exception(uint32_t space, struct ab_frame *frame, struct ab_trap *trap)
{
        const L4_Word_t *mr = L4_Utcb();
        uint32_t vector = mr[1], error = mr[2];

        l4vm_count(COUNT_EXCEPTION);
        take_frame(space, frame);
        user_exception(space, frame, trap, vector, error);
        return true;
}

/* Somebody else ran, or an alarm went off.  The guest is told of an event, if there is one. */
static bool of_preemption(uint32_t space, struct ab_frame *frame, struct ab_trap *trap)
{
        l4vm_timer_look();
        if (!l4vm.events) {
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                return false;
        }
        take_frame(space, frame);
        *trap = (struct ab_trap){AB_REASON_EVENT, 0, 0, 0};
        return true;
}

static bool of_port(uint32_t space, struct ab_frame *frame, struct ab_trap *trap)
{
        take_frame(space, frame);
        user_general_protection(trap);
        return true;
}

/* A message of the program's own making. */
static bool of_other(uint32_t space, struct ab_frame *frame, struct ab_trap *trap)
{
        if (fetch(space, frame))
                user_general_protection(trap);
        else
                give_up(space, trap);
        return true;
}

/* It does not wait for the answer, so its message was its own doing; or it cannot be stopped. */
static bool of_failure(uint32_t space, struct ab_trap *trap)
{
        give_up(space, trap);
        return true;
}

/* The message that is in the registers, or none has come. */
static bool of_message(uint32_t space, struct ab_frame *frame, struct ab_trap *trap)
{
        L4_MsgTag_t tag = {L4_Utcb()[0]};

        if (L4_IpcFailed(tag))
                return of_failure(space, trap);
        if (!has_state(tag))
                return of_other(space, frame, trap);
        if (L4_Label(tag) == L4_LABEL_EXCEPTION)
                return of_exception(space, frame, trap);
        if (is_page_fault(tag))
                return of_page_fault(space, frame, trap, L4_Label(tag) & L4_FPAGE_W);
        if (l4xvm_is_preemption(tag))
                return of_preemption(space, frame, trap);
        if (L4_Label(tag) == L4_LABEL_IOFAULT_RW)
                return of_port(space, frame, trap);
        return of_other(space, frame, trap);
}

static void run(uint32_t space)
{
        l4vm.running = l4xvm_user_thread(space).raw;
        talk(space, L4_Never);
        l4vm.running = 0;
}

/* The thread of @space is there, and has the floating-point registers. */
static __attribute__((noinline)) void settle(uint32_t space)
{
        l4vm_user_need(space);
        l4vm_fpu_enter(space);
        l4vm_awaken(space);
        l4vm.ready = space;
}

/* What is to be done and to be told before user code runs: the message's next register. */
static __attribute__((noinline)) unsigned int prepare(uint32_t space, L4_Word_t *mr)
{
        unsigned int n = 1 + XFER_FRAME_WORDS;

        if (l4vm_queued)
                l4vm_flush_queue();
        if (space != l4vm.ready)
                settle(space);
        l4vm_fresh_noted = 0;
        n = l4xvm_segments_put(space, mr, n);
        return l4vm_fresh_put(space, ~0u, n);
}

void AB_FAST backend_user(struct ab_frame *frame, struct ab_trap *trap)
{
        uint32_t space = l4vm_current;
        L4_Word_t *mr = L4_Utcb();
        unsigned int n = 1 + XFER_FRAME_WORDS;

        if (l4vm.events) {
                *trap = (struct ab_trap){AB_REASON_EVENT, 0, 0, 0};
                return;
        }
        l4vm_enter_user();
        if ((space ^ l4vm.ready) | (space ^ l4xvm_segments.space) | l4vm_queued | l4vm_fresh_noted |
            l4xvm_segments_lack())
                n = prepare(space, mr);
        user_progress_begin();
        xfer_put_frame(mr, 1, frame);
        mr[0] = L4_Tag(0, 0, n - 1).raw;
        run(space);
        if (!l4xvm_is_call(mr, frame, trap)) {
                while (!of_message(space, frame, trap))
                        run(space);
                l4vm_note(trap->reason, trap->vector, frame->eip, true);
        }
        l4vm.stopping = 0;
        l4vm_leave_user(0);
}
