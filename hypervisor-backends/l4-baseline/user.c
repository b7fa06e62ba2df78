/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Applications.  Each guest space is an L4 space with one thread that runs them, whose exception
 * handler is main.  Between two calls of backend_user() the thread waits for the answer to a
 * message which carried all its registers.  A page-fault message carries none.  So the thread's
 * pager is a second one in the same space, which sends it to stub_give (stubs.S), whose message
 * does: one way to main and back, as for an exception (pager.c).  Where a kernel cannot do that
 * (quirks.c), main is its pager, and sends it to a hlt if the guest has to see the fault.
 *
 * A space's UTCBs are its own: its threads can send what they like, or appoint another pager.
 * What it sends is believed as far as it concerns its own registers and pages.
 * A thread that does not come when it is called is made anew, and the guest told of
 * a general protection fault.
 */
#include "awake.h"
#include "exception.h"
#include "fpu.h"
#include "fresh.h"
#include "mapping.h"
#include "pager.h"
#include "quirks.h"
#include "reclaim.h"
#include "shadow.h"
#include "stubs.h"
#include "user-fault.h"
#include "user.h"

enum { DEBUG = 1, TRAP_FLAG = 0x100, NO_VECTOR = 256 };

static bool given[L4VM_SPACES]; /* waits in stub_give, not for the answer to an exception */

static L4_ThreadId_t thread_of(uint32_t space)
{
        return l4vm_thread(L4VM_USER + space);
}

/* Send what is loaded, and wait for the thread's next message. */
static L4_MsgTag_t talk(uint32_t space, L4_Time_t wait)
{
        l4vm_count(COUNT_USER);
        given[space] = false;
        return L4_Ipc(thread_of(space), thread_of(space), L4_Timeouts(L4_ZeroTime, wait), 0);
}

/* Only where the kernel below needs help with flags. */
static bool flags_leave(uint32_t space, struct ab_frame *frame, uint32_t vector)
{
        return !l4vm_quirks.flags && l4vm_flags_leave(space, frame, vector);
}

/* Map items with an answer, where the kernel below takes them; the next message register. */
static unsigned int put_fresh(uint32_t space, uint32_t besides, unsigned int mr)
{
        return l4vm_quirks.reply_maps ? l4vm_fresh_put(space, besides, mr) : mr;
}

static bool is_page_fault(L4_MsgTag_t tag)
{
        return (L4_Label(tag) & 0xfff0) == L4_LABEL_PAGEFAULT;
}

static bool is_exception(L4_MsgTag_t tag)
{
        return L4_Label(tag) == L4_LABEL_EXCEPTION && L4_UntypedWords(tag) >= L4_EXC_WORDS;
}

static bool is_given(L4_MsgTag_t tag)
{
        return L4_Label(tag) == STUB_GIVE_LABEL && L4_UntypedWords(tag) == STUB_GIVE_WORDS;
}

/* --- stubs ------------------------------------------------------------------------------- */

/*
 * What is loaded sets the thread going, to @label; wait until it has come to that stub's hlt, for
 * @time before it is looked where it is.
 */
static bool await_stub(uint32_t space, const char *label, L4_Time_t time)
{
        uint32_t faults = 0;

        for (;;) {
                L4_MsgTag_t tag = l4vm_user_comes(space, label, talk(space, time));

                if (L4_IpcFailed(tag))
                        return false;
                if (is_exception(tag) && l4vm_in_stubs(L4_StoreMR(L4_EXC_MR_EIP))) {
                        if (L4_StoreMR(L4_EXC_MR_VECTOR) != DEBUG)
                                return true;
                        /* The program is single-stepped; the stub is not. */
                        L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, 0));
                        continue;
                }
                if (!is_page_fault(tag) || ++faults > L4VM_REPEATS_MOST ||
                    !l4vm_stub_page(space, L4_StoreMR(1), L4_Label(tag) & L4_FPAGE_W))
                        return false;
        }
}

L4_ThreadId_t l4vm_user_pager(uint32_t space)
{
        return l4vm_thread(l4vm_quirks.pagers ? L4VM_PAGER + space : L4VM_MAIN);
}

void l4vm_user_halt(uint32_t rest, uint32_t wake)
{
        L4_LoadMR(1, rest);
        L4_LoadMR(2, wake);
        l4vm_request(RMON_VM_AWAKE, 2);
}

bool l4vm_user_rest(uint32_t space)
{
        (void)space;
        l4vm_user_halt(L4VM_NOBODY, L4VM_NOBODY);
        return false;
}

bool l4vm_user_make_once(uint32_t space)
{
        bool paged = l4vm_quirks.pagers;
        uint32_t rest = l4vm_awake();

        l4vm_gone(rest); /* it is halted even if the new one is refused */
        L4_LoadMR(1, space);
        L4_LoadMR(2, l4vm_quirks.halts ? rest : L4VM_NOBODY);
        if (l4vm_request(paged ? RMON_VM_PAGED : RMON_VM_SPACE, 2))
                return false;
        l4vm.awake = space + 1;
        l4vm_fpu_reset(space);
        l4vm_stub_fill(space);
        stub_calls[0] = L4_syscalls.ipc;
        stub_calls[1] = L4_syscalls.exregs;
        L4_LoadMR(1, STUB_ADDRESS(stub_start_paged));
        L4_LoadMR(2, L4VM_STUB_DATA + STUB_STACK);
        L4_Set_MsgTag(L4_Tag(0, 2, l4vm_quirks.reply_maps ? l4vm_stub_items(space, 3) - 3 : 0));
        return await_stub(space, stub_start_paged, L4VM_START_TIME) &&
               (!paged || l4vm_pager_start(space));
}

/* Run the stub at @label; false: the thread had to be made anew. */
bool l4vm_run_stub(uint32_t space, const char *label, uint32_t eax)
{
        struct ab_frame frame = {.eip = STUB_ADDRESS(label),
                                 .esp = L4VM_STUB_DATA + STUB_STACK,
                                 .eax = eax,
                                 .eflags = 0x202};
        uint32_t before = l4vm_enter_user();
        bool done;

        l4vm_flush_queue();
        l4vm_awaken(space);
        l4vm_store_frame(&frame);
        L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, 0));
        done = await_stub(space, label, L4VM_STUB_TIME);
        if (!done)
                l4vm_user_make(space);
        l4vm_leave_user(before);
        return done;
}

/* --- a thread that has to be asked ----------------------------------------------------------- */

/* The thread is in an IPC of its own: end that, and get its registers.  False: it does not come. */
static bool interrupt(uint32_t space, struct ab_frame *frame)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_IP | L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND,
                              .ip = STUB_ADDRESS(stub_hlt)};
        L4_MsgTag_t tag;

        if (!l4vm_move_user(thread_of(space), &r))
                return false;
        tag = L4_Receive_Timeout(thread_of(space), L4VM_STUB_TIME);
        tag = l4vm_user_comes(space, stub_hlt, tag);
        if (L4_IpcFailed(tag) || !is_exception(tag) || !l4vm_in_stubs(L4_StoreMR(L4_EXC_MR_EIP)))
                return false;
        l4vm_load_frame(frame);
        frame->eip = r.ip;
        flags_leave(space, frame, NO_VECTOR);
        return true;
}

/* The thread waits for main's answer to a fault: get its registers.  False: it does not come. */
static bool get_registers(uint32_t space, struct ab_frame *frame)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_IP, .ip = STUB_ADDRESS(stub_hlt)};

        if (!l4vm_move_user(thread_of(space), &r))
                return false;
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        if (!await_stub(space, stub_hlt, L4VM_STUB_TIME))
                return false;
        l4vm_load_frame(frame);
        frame->eip = r.ip;
        flags_leave(space, frame, NO_VECTOR);
        return true;
}

/* The thread is lost: a new one, and the registers are those it last had. */
static void give_up(uint32_t space, struct ab_trap *trap)
{
        l4vm.stop_failed = l4vm.stopped = 0;
        l4vm_user_make(space);
        user_general_protection(trap);
}

/* What the thread was last given, where the kernel below needs help with flags; else its frame. */
static struct ab_frame helped;

static const struct ab_frame *given_of(const struct ab_frame *frame)
{
        return l4vm_quirks.flags ? frame : &helped;
}

/* The thread gets @frame, and the items that end before message register @mr. */
static inline void answer(uint32_t space, const struct ab_frame *frame, unsigned int mr)
{
        if (!l4vm_quirks.flags) {
                helped = *frame;
                l4vm_flags_enter(space, &helped);
        }
        l4vm_store_frame(given_of(frame));
        L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, mr - (L4_EXC_WORDS + 1)));
}

/* On the way from stub_give to where it goes on. */
static bool in_give(uint32_t eip)
{
        return eip >= STUB_ADDRESS(stub_give) && eip < STUB_ADDRESS(stub_give_end);
}

/*
 * The thread has been stopped, and its registers are in the message.  If it was on its way to
 * what it was last given, @frame, it is as if it had not begun.
 */
static void take_stopped(uint32_t space, struct ab_frame *frame, struct ab_trap *trap)
{
        l4vm.stopped = 0;
        if (in_give(l4vm.stop_eip)) {
                *frame = *given_of(frame);
        } else {
                l4vm_load_frame(frame);
                frame->eip = l4vm.stop_eip;
                if (l4vm_quirks.pagers) {
                        frame->esp = l4vm.stop_esp;
                        frame->eflags = l4vm.stop_eflags;
                }
        }
        flags_leave(space, frame, NO_VECTOR);
        *trap = (struct ab_trap){AB_REASON_EVENT, 0, 0, 0};
}

/* --- messages: true when the guest has to be told ------------------------------------------- */

/*
 * A fault at @address; *@value and *@entry are user_value()'s in the end.  True: the guest has to
 * be told, and @trap is what of; false: the page is to be installed, and user code goes on.
 */
static bool is_for_guest(uint32_t space, uint32_t address, uint32_t eip, bool write,
                         uint32_t *value, uint32_t **entry, struct ab_trap *trap)
{
        uint32_t error;

        *value = user_value(space, address, entry);
        error = user_fault_error(*value, write);
        if (!user_allows(*value, write) && address < L4VM_GUEST_END && wedge_user_fault &&
            wedge_user_fault(address, error, eip)) {
                l4vm_flush_queue();
                *value = user_value(space, address, entry);
        }
        if (user_allows(*value, write) && !l4vm.events) {
                if (user_progress_has(address, eip))
                        return false;
                user_general_protection(trap);
                return true;
        }
        user_fault_trap(trap, user_allows(*value, write), address, error);
        return true;
}

/* To main as the thread's pager. */
static bool of_page_fault(uint32_t space, struct ab_frame *frame, struct ab_trap *trap, bool write)
{
        uint32_t address = L4_StoreMR(1), eip = L4_StoreMR(2), *entry, value;

        l4vm_count(COUNT_FAULT);
        if (l4vm_stub_page(space, address, write))
                return false;
        if (!is_for_guest(space, address, eip, write, &value, &entry, trap)) {
                user_install(address, value, entry, 1);
                L4_Set_MsgTag(L4_Tag(0, 0, put_fresh(space, address & SHADOW_PAGE, 3) - 1));
                return false;
        }
        if (!get_registers(space, frame))
                give_up(space, trap);
        l4vm.stopped = 0;
        return true;
}

/* From stub_give: by way of its pager, or because it was stopped. */
static bool of_given(uint32_t space, struct ab_frame *frame, struct ab_trap *trap)
{
        L4_MsgTag_t tag = {L4_StoreMR(STUB_GIVE_TAG)};
        uint32_t address = L4_StoreMR(STUB_GIVE_ADDRESS), *entry, value;

        given[space] = true;
        if (l4vm.stopped) {
                take_stopped(space, frame, trap);
                return true;
        }
        l4vm_load_frame(frame);
        if (!is_page_fault(tag)) {
                user_general_protection(trap); /* a port */
                return true;
        }
        l4vm_count(COUNT_FAULT);
        if (is_for_guest(space, address, frame->eip, L4_Label(tag) & L4_FPAGE_W, &value, &entry,
                         trap))
                return true;
        user_install(address, value, entry, L4_EXC_WORDS + 1);
        answer(space, frame, put_fresh(space, address & SHADOW_PAGE, L4_EXC_WORDS + 3));
        return false;
}

static bool of_exception(uint32_t space, struct ab_frame *frame, struct ab_trap *trap)
{
        uint32_t vector = L4_StoreMR(L4_EXC_MR_VECTOR);
        uint32_t error = l4vm_error_code(vector, L4_StoreMR(L4_EXC_MR_ERROR));

        l4vm_count(COUNT_EXCEPTION);
        if (l4vm.stopped && L4_StoreMR(L4_EXC_MR_EIP) == STUB_ADDRESS(stub_hlt)) {
                take_stopped(space, frame, trap);
                return true;
        }
        l4vm_load_frame(frame);
        if (flags_leave(space, frame, vector)) {
                l4vm_store_frame(frame);
                L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, 0));
                return false;
        }
        l4vm.stopped = 0;
        user_exception(space, frame, trap, vector, error);
        return true;
}

/* A message of the program's own making, or an access to a port. */
static bool of_other(uint32_t space, struct ab_frame *frame, struct ab_trap *trap, bool fault)
{
        if (!(fault ? get_registers(space, frame) : interrupt(space, frame))) {
                give_up(space, trap);
                return true;
        }
        l4vm.stopped = 0;
        user_general_protection(trap);
        return true;
}

/* It does not wait for the answer, so its message was its own doing; or it cannot be stopped. */
static bool of_failure(uint32_t space, struct ab_trap *trap)
{
        give_up(space, trap);
        return true;
}

/* The loaded answer sets the thread going. */
static L4_MsgTag_t go(uint32_t space)
{
        L4_MsgTag_t tag;

        l4vm.running = thread_of(space).raw;
        tag = talk(space, L4_Never);
        l4vm.running = 0;
        return tag;
}

static void run(uint32_t space, struct ab_frame *frame, struct ab_trap *trap, L4_MsgTag_t tag)
{
        bool done;

        for (;;) {
                if (L4_IpcFailed(tag)) {
                        done = of_failure(space, trap);
                } else if (is_page_fault(tag)) {
                        done = of_page_fault(space, frame, trap, L4_Label(tag) & L4_FPAGE_W);
                } else if (is_exception(tag)) {
                        done = of_exception(space, frame, trap);
                } else if (is_given(tag)) {
                        done = of_given(space, frame, trap);
                } else {
                        done = of_other(space, frame, trap, L4_Label(tag) == L4_LABEL_IOFAULT_RW);
                }
                if (done)
                        return;
                tag = go(space);
        }
}

/*
 * The message says no more than that int n was executed, n from 32 on: of the lower ones some
 * have instructions of their own (l4vm_classify).
 */
static inline bool take_call(L4_MsgTag_t tag, struct ab_frame *frame, struct ab_trap *trap)
{
        enum { FIRST = 32, ERROR = FIRST * 8 + 2, VECTORS = 0xff << 3 };
        const L4_Word_t *mr = L4_Utcb();

        if (tag.raw != L4_Tag(L4_LABEL_EXCEPTION, L4_EXC_WORDS, 0).raw || l4vm.stopped ||
            mr[L4_EXC_MR_VECTOR] != GENERAL_PROTECTION ||
            (mr[L4_EXC_MR_ERROR] - ERROR) & ~(L4_Word_t)VECTORS || !l4vm_quirks.flags)
                return false;
        l4vm_count(COUNT_EXCEPTION);
        l4vm_load_frame(frame);
        frame->eip += 2;
        trap->reason = AB_REASON_INTERRUPT;
        trap->vector = mr[L4_EXC_MR_ERROR] >> 3;
        return true;
}

/* What is to be done and to be told before user code runs: the message's next register. */
static __attribute__((noinline)) unsigned int prepare(uint32_t space, const struct ab_frame *frame)
{
        l4vm_flush_queue();
        l4vm_user_need(space);
        l4vm_fpu_enter(space);
        l4vm_awaken(space);
        l4vm.ready = space;
        /* A single step begins where the kernel sets the flag. */
        if (given[space] && frame->eflags & TRAP_FLAG)
                l4vm_run_stub(space, stub_hlt, 0);
        l4vm_fresh_noted = 0;
        return put_fresh(space, ~0u, L4_EXC_WORDS + 1);
}

/* Whoever calls it holds events, so nobody moves this thread meanwhile. */
void AB_FAST backend_user(struct ab_frame *frame, struct ab_trap *trap)
{
        uint32_t space = l4vm_current;
        unsigned int mr = L4_EXC_WORDS + 1;
        L4_MsgTag_t tag;

        if (l4vm.events) {
                *trap = (struct ab_trap){AB_REASON_EVENT, 0, 0, 0};
                return;
        }
        l4vm_enter_user();
        if ((space ^ l4vm.ready) | l4vm_queued | l4vm_fresh_noted | (frame->eflags & TRAP_FLAG))
                mr = prepare(space, frame);
        user_progress_begin();
        answer(space, frame, mr);
        tag = go(space);
        if (!take_call(tag, frame, trap)) {
                run(space, frame, trap, tag);
                l4vm_note(trap->reason, trap->vector, frame->eip, true);
        }
        l4vm.stopping = 0;
        l4vm_leave_user(0);
}

/* --- what an application has besides --------------------------------------------------------- */

bool backend_user_segment(uint32_t entry, uint32_t low, uint32_t high)
{
        (void)entry;
        /* X.2 has one descriptor for users, and that leads to the UTCB. */
        return !low && !high;
}
