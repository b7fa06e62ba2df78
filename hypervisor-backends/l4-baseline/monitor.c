/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitor thread: pager and exception handler of main, and its interrupt
 * controller.  Everything that befalls main from outside passes through this one
 * loop, so it never races with itself; main runs only while it waits.
 */
#include "awake.h"
#include "exception.h"
#include "main-fault.h"
#include "pager.h"
#include "quirks.h"
#include "stubs.h"
#include "timer.h"

enum { STOP_PATIENCE_MS = 2000, DEBUG = 1 };

static L4_ThreadId_t main_id, main_local;
static bool retry;          /* an event could not be delivered yet */
static uint64_t stop_began; /* since when user code is to stop, if l4vm.stopping */
L4_ThreadId_t l4vm_owner;

/* --- moving main ------------------------------------------------------------------- */

static void move(struct L4_ExRegs *r, L4_Word_t ip)
{
        l4vm_count(COUNT_MOVE);
        *r = (struct L4_ExRegs){.control = L4_EXREGS_IP, .ip = ip};
        L4_ExchangeRegisters(main_id, r);
}

/*
 * A guest that steps itself runs with TF; the wedge does not, or each instruction of the handler
 * would be another exception.  @r: what move() found.  Main has not run since.
 */
static void stop_stepping(const struct L4_ExRegs *r)
{
        struct L4_ExRegs plain = {.control = L4_EXREGS_FLAGS, .flags = r->flags & ~L4VM_FLAG_TF};

        if (r->flags & L4VM_FLAG_TF)
                L4_ExchangeRegisters(main_id, &plain);
}

/* What to note of main that is to go to its handler, and where that begins for it. */
static L4_Word_t note(const struct L4_ExRegs *r, enum ab_reason reason, uint32_t error,
                      uint32_t address)
{
        bool resuming = l4vm_is_resuming(r->ip);

        if (resuming) {
                *(struct ab_frame *)&l4vm_raw.frame = l4vm_resume_frame;
        } else {
                l4vm_raw.frame.eip = r->ip;
                l4vm_raw.frame.esp = r->sp;
                l4vm_raw.frame.eflags = r->flags;
        }
        l4vm_raw.trap.reason = reason;
        l4vm_raw.trap.vector = reason == AB_REASON_PAGE_FAULT ? 14 : 13;
        l4vm_raw.trap.error = error;
        l4vm_raw.trap.address = address;
        l4vm_raw.was_held = l4vm.held;
        l4vm.held = 1;
        return (L4_Word_t)(resuming ? l4vm_trap_entry_saved : l4vm_trap_entry);
}

static bool is_entry(L4_Word_t ip)
{
        return ip == (L4_Word_t)l4vm_trap_entry || ip == (L4_Word_t)l4vm_trap_entry_saved;
}

/* Main is on its way to the handler already. */
static bool is_moved(void)
{
        struct L4_ExRegs r = {0};

        L4_ExchangeRegisters(main_id, &r);
        return is_entry(r.ip);
}

/*
 * Put main, which waits for an answer, into its trap handler; its general registers stay where they
 * are.  A fault may have waited in line while an event was delivered: main is on its way to the
 * handler already, and will fault again when it comes back.
 */
static void redirect(enum ab_reason reason, uint32_t error, uint32_t address)
{
        struct L4_ExRegs r;

        move(&r, (L4_Word_t)l4vm_trap_entry);
        if (is_entry(r.ip)) {
                move(&r, r.ip);
                return;
        }
        stop_stepping(&r);
        if (note(&r, reason, error, address) == (L4_Word_t)l4vm_trap_entry_saved)
                move(&r, (L4_Word_t)l4vm_trap_entry_saved);
}

static void halt_main(struct L4_ExRegs *r)
{
        *r = (struct L4_ExRegs){.control = L4_EXREGS_HALTFLAG | L4_EXREGS_HALT};
        L4_ExchangeRegisters(main_id, r);
}

static void resume_main(void)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_HALTFLAG};

        L4_ExchangeRegisters(main_id, &r);
}

/* Main may run whenever this thread has no time left. */
static bool is_to_take_events(void)
{
        return !l4vm.held && !l4vm.busy && !l4vm.running && !l4vm.waiting;
}

/*
 * Put main, which runs, into its trap handler for an event.  Nothing rests on this thread's having
 * time: main is halted before it is looked at again, and is moved by the step in which it goes on.
 */
static void interrupt(void)
{
        struct L4_ExRegs r;
        L4_Word_t flags;

        if (!l4vm_quirks.halts) {
                redirect(AB_REASON_EVENT, 0, 0);
                return;
        }
        halt_main(&r);
        if (!is_to_take_events()) {
                resume_main();
                retry = true;
                return;
        }
        flags = r.flags;
        r.ip = note(&r, AB_REASON_EVENT, 0, 0);
        r.control = L4_EXREGS_HALTFLAG | L4_EXREGS_IP;
        if (flags & L4VM_FLAG_TF)
                r.control |= L4_EXREGS_FLAGS;
        r.flags = flags & ~L4VM_FLAG_TF;
        l4vm_count(COUNT_MOVE);
        L4_ExchangeRegisters(main_id, &r);
}

/*
 * Send the user thread to where it tells main its registers, if it is not on its way.  False: it
 * is not to be had.  Mostly the resource monitor does it, in one step; else, as its pager, we may.
 */
static bool send_away(void)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_IP | L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND |
                                         L4_EXREGS_HALTFLAG,
                              .ip = STUB_ADDRESS(stub_hlt)};

        if (l4vm_quirks.pagers)
                return !l4vm_request(RMON_VM_HALT, 0);
        if (l4vm.stopped)
                return true;
        if (!l4vm_move_user((L4_ThreadId_t){l4vm.running}, &r))
                return false;
        l4vm.stop_eip = r.ip;
        l4vm.stopped = 1;
        return true;
}

/*
 * It cannot be stopped: main learns of that in place of its registers, if it waits for them still.
 */
static void lose_user(void)
{
        struct L4_ExRegs r;

        l4vm.stopping = 0;
        if (l4vm_quirks.halts)
                halt_main(&r);
        if (l4vm.running) {
                l4vm.stop_failed = 1;
                if (!(L4_AbortIpc(main_id) & L4_EXREGS_WAS_RECEIVING))
                        l4vm.stop_failed = 0;
        }
        if (l4vm_quirks.halts)
                resume_main();
}

/*
 * Make the user thread stop, so that main receives its registers.  Only while main waits for
 * it: before, main would start it again; after, it has stopped.
 */
static void stop_user(void)
{
        struct L4_ExRegs r = {0};
        uint64_t now = backend_time();

        retry = true;
        L4_ExchangeRegisters(main_id, &r);
        if (!(r.control & L4_EXREGS_WAS_RECEIVING)) {
                l4vm.stopping = 0;
                return;
        }
        if (!l4vm.stopping)
                stop_began = now;
        l4vm.stopping = 1;
        /* One that was told and does not come sends its messages elsewhere. */
        if (now - stop_began < STOP_PATIENCE_MS * 1000000ull && send_away())
                return;
        lose_user();
}

/*
 * It waits for an event, or was about to when it was preempted: then once more, soon.  It may be
 * about to tell of that, so nobody waits for it here.  It may run before this thread goes on, so
 * `waiting' is cleared first, and not behind the message, when it may wait for the next one: who
 * clears it decides (backend_wait()).  If we did it goes nowhere without our message, and what was
 * not sent is said to be wanted again.
 */
static void wake_main(void)
{
        if (!__atomic_exchange_n(&l4vm.waiting, 0, __ATOMIC_SEQ_CST))
                return;
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        if (L4_IpcFailed(L4_Reply(main_id))) {
                l4vm.waiting = 1;
                retry = true;
        }
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
        } else if (l4vm.running) {
                stop_user();
        } else if (!l4vm.held && !l4vm.busy) {
                interrupt();
        } else {
                /* It may have looked already, and be about to wait for user code. */
                retry = true;
        }
}

/* --- main's faults: true when the MRs hold the answer ----------------------------- */

static void page_fault(uint32_t address, uint32_t eip, bool write)
{
        uint32_t error;

        if (!l4vm_serve_main(address, eip, write, &error))
                redirect(AB_REASON_PAGE_FAULT, error, address);
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
}

static void exception(void)
{
        struct ab_frame frame;
        struct ab_trap trap;
        uint32_t vector = L4_StoreMR(L4_EXC_MR_VECTOR);
        uint32_t error = l4vm_error_code(vector, L4_StoreMR(L4_EXC_MR_ERROR));

        l4vm_count(COUNT_KERNEL_FAULT);
        l4vm_load_frame(&frame);
        if (is_moved()) {
                *(struct ab_frame *)&l4vm_raw.frame = frame;
                if (vector == DEBUG) /* that does not come again, and the event is noted */
                        *(struct ab_trap *)&l4vm_raw.trap =
                            (struct ab_trap){AB_REASON_EXCEPTION, vector, error, 0};
        } else {
                l4vm_classify_main(&frame, &trap, vector, error);
                *(struct ab_frame *)&l4vm_raw.frame = frame;
                *(struct ab_trap *)&l4vm_raw.trap = trap;
                l4vm_raw.was_held = l4vm.held;
                l4vm.held = 1;
        }
        frame.eip = (uint32_t)l4vm_trap_entry_saved;
        frame.eflags &= ~L4VM_FLAG_TF;
        l4vm_store_frame(&frame);
        L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, 0));
}

static bool of_main(L4_MsgTag_t tag)
{
        uint32_t a = L4_StoreMR(1);

        switch (L4_Label(tag)) {
        case L4_LABEL_EXCEPTION:
                exception();
                return true;
        case L4_LABEL_IOFAULT_RW:
                redirect(AB_REASON_EXCEPTION, 0, 0);
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                return true;
        }
        if ((L4_Label(tag) & 0xfff0) == L4_LABEL_PAGEFAULT) {
                page_fault(a, L4_StoreMR(2), L4_Label(tag) & L4_FPAGE_W);
                return true;
        }
        if (L4_Label(tag) == L4_LABEL_PREEMPTION)
                l4vm_main_preempted();
        return false;
}

/* --- the loop ------------------------------------------------------------------------ */

static void start_main(void)
{
        main_id = l4vm_thread(L4VM_MAIN);
        main_local.raw = L4VM_UTCB + L4_UTCB_LOCALID;
        *L4_UtcbWord(main_local, L4_UTCB_EXCHANDLER) = L4_MyGlobalId().raw;
        if (l4vm_quirks.signals)
                *L4_UtcbWord(main_local, L4_UTCB_PREEMPTFLAGS) |= L4_PREEMPT_SIGNAL;
        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        L4_LoadMR(1, (L4_Word_t)l4vm_main_entry);
        L4_LoadMR(2, (L4_Word_t)l4vm_main_stack + 2 * L4VM_STACK);
        L4_Send(main_id);
}

void l4vm_monitor_main(void)
{
        L4_ThreadId_t to = L4_nilthread, from;
        L4_MsgTag_t tag;

        l4vm_touch_image(); /* so main never waits for its own pages */
        L4_Init();
        l4vm_owner = L4_Pager();
        L4_Set_ExceptionHandler(l4vm_owner);
        l4vm_quirks_start();
        L4_Accept(L4_Nilpage, 0);
        if (l4vm_quirks.pagers) {
                l4vm.stop_at = STUB_ADDRESS(stub_give);
                l4vm.stop_sent = STUB_ADDRESS(stub_give_back);
        }
        l4vm_share();
        start_main();
        for (;;) {
                if (l4vm.events)
                        deliver();
                /* MR0 is the answer's tag, if there is one. */
                tag =
                    L4_Ipc(to, L4_anythread, L4_Timeouts(L4_ZeroTime, l4vm_patience(retry)), &from);
                to = L4_nilthread;
                if (L4_IpcFailed(tag))
                        continue;
                if (from.raw == main_id.raw || from.raw == main_local.raw) {
                        if (of_main(tag))
                                to = main_id;
                } else if (from.raw == l4vm_owner.raw && L4_Label(tag) == RMON_NOTIFY) {
                        /* the timer's is raised already */
                        l4vm_raise(L4_StoreMR(1) & ~(uint32_t)AB_EVENT_TIMER);
                } else if (l4vm_pager_faulted(from, tag)) {
                        L4_Reply(from);
                }
        }
}
