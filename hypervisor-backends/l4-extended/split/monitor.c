/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitor thread: pager, exception handler and scheduler of main, and its interrupt
 * controller.  Whatever befalls main, a fault, an exception or a preemption, is one message
 * with all its registers, and main stands still until the answer.  The answer lets it go on, or
 * sends it to its trap handler: an event is delivered that way to a guest kernel that
 * was running, for it was preempted by this thread's waking.
 */
#include "awake.h"
#include "exception.h"
#include "l4xvm.h"
#include "main-fault.h"
#include "quirks.h"
#include "timer.h"

enum { STOP_PATIENCE_MS = 2000 };

static L4_ThreadId_t main_id, main_local;
static bool retry;          /* an event could not be delivered yet */
static uint64_t stop_began; /* since when user code does not stop by itself, if l4vm.stopping */
L4_ThreadId_t l4vm_owner;

/* Main's message: it waits for an answer, it was at this place, it goes to its handler. */
static bool owed, moved, preempted;
static struct ab_frame place;

/* --- moving main ------------------------------------------------------------------- */

static void note_trap(const struct ab_frame *frame, const struct ab_trap *trap)
{
        *(struct ab_frame *)&l4vm_raw.frame =
            l4vm_is_resuming(frame->eip) ? l4vm_resume_frame : *frame;
        *(struct ab_trap *)&l4vm_raw.trap = *trap;
        l4vm_raw.was_held = l4vm.held;
        l4vm.held = 1;
}

/* Main's answer sends it to its handler. */
static void redirect(const struct ab_trap *trap)
{
        note_trap(&place, trap);
        moved = true;
}

/* Nil: there is no such thread. */
static L4_ThreadId_t halt(L4_ThreadId_t thread, struct L4_ExRegs *r)
{
        *r = (struct L4_ExRegs){.control = L4_EXREGS_HALTFLAG | L4_EXREGS_HALT};
        return L4_ExchangeRegisters(thread, r);
}

static void resume(L4_ThreadId_t thread)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_HALTFLAG};

        L4_ExchangeRegisters(thread, &r);
}

/*
 * Main is ready but has not been running, so there is no message of it: its registers are where
 * the kernel keeps them, and stay there until its handler has saved them.  But it may run, and send
 * one, whenever this thread has no time left: it is halted before it is looked at again, and is
 * moved by the step in which it goes on.
 */
static void redirect_ready(void)
{
        struct L4_ExRegs r;
        struct ab_frame frame = {0};

        halt(main_id, &r);
        if (l4vm.held || l4vm.busy || l4vm.running || l4vm.waiting || r.control) {
                resume(main_id);
                retry = true;
                return;
        }
        l4vm_count(COUNT_MOVE);
        frame.eip = r.ip;
        frame.esp = r.sp;
        frame.eflags = r.flags;
        note_trap(&frame, &(struct ab_trap){AB_REASON_EVENT, 0, 0, 0});
        r.control = L4_EXREGS_HALTFLAG | L4_EXREGS_IP;
        r.ip = (L4_Word_t)(l4vm_is_resuming(r.ip) ? l4vm_trap_entry_saved : l4vm_trap_entry);
        if (frame.eflags & L4VM_FLAG_TF) { /* the guest steps itself, the wedge does not */
                r.control |= L4_EXREGS_FLAGS;
                r.flags = frame.eflags & ~L4VM_FLAG_TF;
        }
        L4_ExchangeRegisters(main_id, &r);
}

/* --- user code ------------------------------------------------------------------------- */

/*
 * Main, which is halted, waits for this thread: so it is halted, too, and looked at main once more,
 * for its message may have come by now.
 */
static void end_call(L4_ThreadId_t thread)
{
        struct L4_ExRegs user, r;
        bool gone = L4_IsNilThread(halt(thread, &user)) || user.control & L4_EXREGS_WAS_HALTED;

        halt(main_id, &r);
        if (r.control & L4_EXREGS_WAS_RECEIVING &&
            (gone || backend_time() - stop_began >= STOP_PATIENCE_MS * 1000000ull)) {
                l4vm.stopping = 0;
                l4vm.stop_failed = 1;
                L4_AbortIpc(main_id);
        } else if (!gone) {
                user = (struct L4_ExRegs){.control = L4_EXREGS_HALTFLAG};
                if (r.control & L4_EXREGS_WAS_RECEIVING)
                        user.control |= L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND;
                l4vm_count(COUNT_MOVE);
                L4_ExchangeRegisters(thread, &user);
        }
}

/*
 * User code runs, or rather ran: it was preempted by this thread, and its message is on the
 * way to main.  If main has none the program is in an L4 call of its own, which ends here;
 * the next time this thread wakes the program is running, or has run out of patience.  If
 * L4 has halted it, because it has no handler for what it did, it has not stopped by itself.
 */
static void stop_user(void)
{
        struct L4_ExRegs r = {0};

        L4_ExchangeRegisters(main_id, &r);
        if (!(r.control & L4_EXREGS_WAS_RECEIVING)) {
                l4vm.stopping = 0;
                return;
        }
        retry = true;
        if (!l4vm.stopping)
                stop_began = backend_time();
        l4vm.stopping = 1;
        halt(main_id, &r);
        if (l4vm.running)
                end_call((L4_ThreadId_t){l4vm.running});
        resume(main_id);
}

/* --- main's messages --------------------------------------------------------------------- */

static void page_fault(uint32_t address, bool write)
{
        struct ab_trap trap = {AB_REASON_PAGE_FAULT, 14, 0, address};

        if (!l4vm_serve_main(address, place.eip, write, &trap.error))
                redirect(&trap);
}

static void exception(uint32_t vector, uint32_t error)
{
        struct ab_trap trap;

        l4vm_count(COUNT_KERNEL_FAULT);
        l4vm_classify_main(&place, &trap, vector, error);
        redirect(&trap);
}

static void of_main(L4_MsgTag_t tag)
{
        const L4_Word_t *mr = L4_Utcb();
        uint32_t a = mr[1], b = mr[2];

        owed = true;
        if (!xfer_has_state(mr, tag))
                backend_fatal("L4 does not tell the registers of the guest kernel");
        xfer_get_frame(mr, XFER_STATE_MR, &place);
        if (l4xvm_is_preemption(tag)) {
                preempted = true;
                l4vm_main_preempted();
                L4_LoadMR(1, a); /* that has used them */
                L4_LoadMR(2, b);
                if (L4_Label(tag) == L4_LABEL_NO_TIME)
                        l4xvm_want_time(main_id);
        } else if (L4_Label(tag) == L4_LABEL_EXCEPTION) {
                exception(a, b);
        } else if (L4_Label(tag) == L4_LABEL_IOFAULT_RW) {
                redirect(&(struct ab_trap){AB_REASON_EXCEPTION, 13, 0, 0});
        } else {
                page_fault(a, L4_Label(tag) & L4_FPAGE_W);
        }
}

/* --- events --------------------------------------------------------------------------------- */

/* Main was running when this thread woke, if a message is there. */
static void ask_main(void)
{
        L4_MsgTag_t tag = L4_Receive_Timeout(main_id, L4_ZeroTime);

        if (!L4_IpcFailed(tag))
                of_main(tag);
}

/*
 * It waits for an event, or was about to when it was preempted: then once more, soon.  It may run
 * before this thread goes on, so `waiting' is cleared first, and not behind the message, when it
 * may wait for the next one: who clears it decides (backend_wait()).  If we did it goes nowhere
 * without our message, and what was not sent is said to be wanted again.
 */
static void wake_main(void)
{
        if (!owed) {
                if (!__atomic_exchange_n(&l4vm.waiting, 0, __ATOMIC_SEQ_CST))
                        return;
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                if (!L4_IpcFailed(L4_Reply(main_id)))
                        return;
                l4vm.waiting = 1;
        }
        retry = true;
        if (!owed)
                ask_main();
}

/* Let main know of events. */
static void deliver(void)
{
        retry = false;
        if (!l4vm.events)
                return;
        if (!l4vm.running)
                l4vm.stopping = 0; /* it has stopped while that was set */
        if (l4vm.waiting) {
                wake_main();
                return;
        }
        if (l4vm.running) {
                if (owed)
                        retry = true; /* it is about to let user code run */
                else
                        stop_user();
                return;
        }
        if (l4vm.held || l4vm.busy)
                return;
        if (!owed)
                ask_main();
        if (l4vm.held || l4vm.busy)
                return;
        if (owed)
                redirect(&(struct ab_trap){AB_REASON_EVENT, 0, 0, 0});
        else
                redirect_ready();
}

static void start_main(void)
{
        L4_Word_t *mr = L4_Utcb();

        main_id = l4vm_thread(L4VM_MAIN);
        main_local.raw = L4VM_UTCB + L4_UTCB_LOCALID;
        *L4_UtcbWord(main_local, L4_UTCB_EXCHANDLER) = L4_MyGlobalId().raw;
        if (!xfer_configure(main_id, L4_FAULTCONF_GP))
                backend_fatal("L4 has no control transfer items");
        l4xvm_tell_preemptions(main_id, L4_SCHED_ALARM);
        mr[0] = L4_Tag(0, 0, 3).raw;
        xfer_put_place(mr, 1, (uint32_t)l4vm_main_entry,
                       (uint32_t)l4vm_main_stack + 2 * L4VM_STACK);
        L4_Send(main_id);
}

/* Load main's answer: whom to send it to. */
static L4_ThreadId_t answer(void)
{
        L4_Word_t *mr = L4_Utcb();

        if (!owed)
                return L4_nilthread;
        mr[0] = L4_Tag(0, 0, moved ? 2 : 0).raw;
        mr[1] = L4_CtrlXferWord(L4_CTRLXFER_ID_GP, 1u << L4_CTRLXFER_GP_EIP);
        mr[2] = (L4_Word_t)l4vm_trap_entry_saved;
        if (moved && place.eflags & L4VM_FLAG_TF)
                mr[0] = L4_Tag(0, 0, xfer_put_entry(mr, 1, mr[2]) - 1).raw;
        owed = moved = false;
        if (!preempted)
                return main_id;
        /*
         * On this thread's time, which is of a higher priority, main would leave none to other
         * machines: it has its own again when its turn comes.
         */
        preempted = false;
        L4_Reply(main_id);
        return L4_nilthread;
}

void l4vm_monitor_main(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag;

        l4vm_touch_image(); /* so main never waits for its own pages */
        L4_Init();
        l4vm_machine.counter_khz = L4_ProcessorKHz();
        l4vm_owner = L4_Pager();
        L4_Set_ExceptionHandler(l4vm_owner);
        l4vm_quirks_start();
        l4vm_quirks.signals = false; /* there are preemption messages */
        L4_Accept(L4_Nilpage, 0);
        l4vm.user_tells = 1;
        l4vm.alarms = (uint32_t)L4_HasAlarm();
        l4vm_share();
        start_main();
        for (;;) {
                l4vm_timer_look();
                if (l4vm.events)
                        deliver();
                tag = L4_Ipc(answer(), L4_anythread, L4_Timeouts(L4_ZeroTime, l4vm_patience(retry)),
                             &from);
                if (L4_IpcFailed(tag))
                        continue;
                if (from.raw == main_id.raw || from.raw == main_local.raw)
                        of_main(tag);
                else if (!l4xvm_runs(from, tag) && from.raw == l4vm_owner.raw &&
                         L4_Label(tag) == RMON_NOTIFY)
                        /* the timer's is raised already */
                        l4vm_raise(L4_StoreMR(1) & ~(uint32_t)AB_EVENT_TIMER);
        }
}
