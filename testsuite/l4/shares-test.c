/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The resource monitor's two threads that share what machines want (resourcemon/shares.c).  The
 * one that gives time has the lowest priority of all: the server thread may come between any two
 * of its instructions.  Here it does, between each two: the giving thread's own code runs step by
 * step in a process of 32 bits, on a kernel that is a double.  Whatever is changed behind its
 * back, time goes to threads that wanted it, and nobody who wants it is forgotten.
 *
 * At each step all that can change is saved, the server acts, and the giving thread runs to its
 * end; then everything is again as it was, for the next step.
 */
#define _GNU_SOURCE /* REG_EFL */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include "../../hypervisor-backends/l4-baseline/layout.h"
#include "resourcemon/shares.h"
#include "resourcemon/watch.h"
#include "shares-counter.h"
#include "testsuite/records/tap.h"
#include <l4/io.h>
#include <l4/kip.h>
#include <l4/sigma0.h>

enum { TRAP_FLAG = 0x100, UTCB_WORDS = 256, STACK_BYTES = 1024, DATA_BYTES = 1 << 20 };

struct vm vms[VMS];
struct L4_Syscalls L4_syscalls;

/* The giving thread, and how far it came. */
static void (*giver)(void);
static L4_ThreadId_t giver_id;
static L4_Word_t utcb[2 * UTCB_WORDS]; /* its middle is where MR0 is */
static L4_Word_t given[2];
static unsigned int gifts, gifts_wanted;
static unsigned int scheduled;
static L4_ThreadId_t scheduled_last;
static volatile enum { GAVE, SLEEPS, CRASHED } ended;
static uint64_t turn_cycles; /* so long a machine computes when it is its turn; 0: it does not */

/* What the server thread does behind its back; and whether it ended as it should. */
static void (*action)(void);
static int (*right)(void);
static int happened, listening;
static volatile int in_kernel;

/* --- a process as a thread of L4 -------------------------------------------------------------- */

extern char __data_start[], _end[]; /* the linker's */

static size_t data_bytes(void)
{
        return (uintptr_t)_end - (uintptr_t)__data_start;
}

/* Not part of what is saved. */
static struct saved {
        gregset_t registers;
        sigjmp_buf end;
        unsigned int steps, wrong, first_wrong;
        int ahead; /* of its share, the first machine, in turns of the second */
        uint64_t counter;
        char before[DATA_BYTES], data[DATA_BYTES], stack[STACK_BYTES]; /* the giving thread's */
        char handlers_stack[65536];
} * saved;

/* L4 keeps the UTCB's address where the C library has that of its own data. */
static L4_Word_t swap_utcb(L4_Word_t address)
{
        __asm__ volatile("xchgl %0, %%gs:0" : "+r"(address) : : "memory");
        return address;
}

static L4_Word_t library;

static void stepped(int number, siginfo_t *info, void *context)
{
        greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;

        (void)number, (void)info;
        if (in_kernel)
                return;
        saved->steps++;
        memcpy(saved->registers, registers, sizeof(saved->registers));
        memcpy(saved->data, __data_start, data_bytes());
        memcpy(saved->stack, (void *)registers[REG_ESP], STACK_BYTES);
        happened = 1;
        action();
        registers[REG_EFL] &= ~TRAP_FLAG;
}

/* The end, after an action: back to where that was. */
static void back(int number, siginfo_t *info, void *context)
{
        greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;

        (void)info;
        if (number == SIGSEGV)
                ended = CRASHED;
        if (!happened)
                abort();
        if (!right() && !saved->wrong++)
                saved->first_wrong = saved->steps;
        memcpy(__data_start, saved->data, data_bytes());
        memcpy((void *)saved->registers[REG_ESP], saved->stack, STACK_BYTES);
        memcpy(registers, saved->registers, sizeof(saved->registers));
}

static void leave(int how)
{
        ended = how;
        if (happened)
                raise(SIGUSR1); /* and back */
        __asm__ volatile("pushf; andl $~0x100, (%%esp); popf" : : : "memory", "cc");
        swap_utcb(library);
        siglongjmp(saved->end, 1);
}

/* The giving thread runs until it has given so often, or sleeps; then nothing of that is left. */
static void run(unsigned int so_often)
{
        gifts_wanted = so_often;
        memcpy(saved->before, __data_start, data_bytes());
        if (sigsetjmp(saved->end, 1)) {
                memcpy(__data_start, saved->before, data_bytes());
                return;
        }
        library = swap_utcb((L4_Word_t)&utcb[UTCB_WORDS]);
        __asm__ volatile("pushf; orl $0x100, (%%esp); popf" : : : "memory", "cc");
        giver();
}

/* --- the kernel --------------------------------------------------------------------------- */

uint64_t shares_counter(void)
{
        return ++saved->counter;
}

/* One machine computes, for a turn, and could go on.  The first has three times the share. */
static void compute(L4_Word_t thread)
{
        struct vm *v = &vms[thread >= vms[1].first_no];

        saved->steps++;
        saved->counter += turn_cycles;
        saved->ahead += v == &vms[0] ? 1 : -3;
        if (abs(saved->ahead) > 3 && !saved->wrong++)
                saved->first_wrong = saved->steps;
        shares_want(v, thread - v->first_no);
        if (saved->steps == gifts_wanted)
                leave(GAVE);
}

void L4_ThreadSwitch(L4_ThreadId_t to)
{
        in_kernel = 1;
        if (turn_cycles && !L4_IsNilThread(to)) {
                compute(L4_ThreadNo(to));
        } else if (!L4_IsNilThread(to)) {
                given[gifts++] = L4_ThreadNo(to);
                if (gifts == gifts_wanted)
                        leave(GAVE);
        }
        in_kernel = 0;
}

/*
 * Who is not listening is not told.  When the giving thread listens, the server has done what it
 * had to do, but for telling what it could not tell.
 */
static L4_Word_t ipc(L4_Word_t to, L4_Word_t from)
{
        if (to)
                return to == giver_id.raw && !listening ? L4_TAG_ERROR : 0;
        if (!from || !happened || !shares_is_pending())
                leave(SLEEPS);
        listening = 1;
        shares_tell();
        listening = 0;
        return 0;
}

static L4_Word_t __attribute__((used, regparm(2))) ipc_of(L4_Word_t to, L4_Word_t from)
{
        int nested = in_kernel;
        L4_Word_t tag;

        in_kernel = 1;
        tag = ipc(to, from);
        in_kernel = nested;
        return tag;
}

void ipc_entry(void);
__asm__(".globl ipc_entry\n"
        "ipc_entry:\n\t"
        "pushl %edi\n\t"
        "call ipc_of\n\t"
        "popl %edi\n\t"
        "movl %eax, %esi\n\t"
        "ret");

int L4_HasFeature(const char *feature)
{
        (void)feature;
        return 1;
}

int L4_IsPublicKernel(void)
{
        return 0;
}

L4_Word_t L4_ProcessorKHz(void)
{
        return 1000000;
}

L4_ThreadId_t L4_Sigma0(void)
{
        return L4_nilthread;
}

L4_Word_t L4_ThreadControl(L4_ThreadId_t dest, L4_ThreadId_t space, L4_ThreadId_t scheduler,
                           L4_ThreadId_t pager, L4_Word_t where)
{
        (void)space, (void)scheduler, (void)pager, (void)where;
        giver_id = dest;
        return 1;
}

L4_ThreadId_t L4_Start(L4_ThreadId_t dest, L4_Word_t sp, L4_Word_t ip)
{
        (void)sp;
        giver = (void (*)(void))ip;
        return dest;
}

L4_Word_t L4_Schedule(L4_ThreadId_t dest, L4_Word_t time, L4_Word_t processor, L4_Word_t prio,
                      L4_Word_t preemption, L4_Word_t *old_time)
{
        (void)time, (void)processor, (void)prio, (void)preemption, (void)old_time;
        scheduled++;
        scheduled_last = dest;
        return L4_STATE_RUNNING;
}

L4_Word_t L4_Set_Timeslice(L4_ThreadId_t dest, L4_Time_t slice)
{
        (void)dest, (void)slice;
        return L4_STATE_RUNNING;
}

void watch_over(L4_ThreadId_t local)
{
        (void)local;
}

unsigned int vms_running(void)
{
        return 2;
}

/* --- scenes ----------------------------------------------------------------------------------- */

enum { LOW = 5, NEXT = 6, HIGH = 37 };

static int was_given(const struct vm *v, L4_Word_t n)
{
        for (unsigned int i = 0; i < gifts; i++)
                if (given[i] == v->first_no + n)
                        return 1;
        return 0;
}

/* One of two machines that want time ends (resourcemon/vm.c). */
static void first_ends(void)
{
        shares_forget(&vms[0]);
        vms[0].state = VM_ENDED;
}

static int second_was_given_its_own(void)
{
        return ended != CRASHED && was_given(&vms[1], LOW) &&
               gifts == 1u + (unsigned int)was_given(&vms[0], HIGH);
}

/* Somebody wants time: alone, or beside a thread that did before. */
static void first_wants(void)
{
        shares_want(&vms[0], LOW);
}

static int wanting_was_given(void)
{
        return ended == GAVE && was_given(&vms[0], LOW);
}

static void begin(void)
{
        saved->steps = saved->wrong = 0;
        for (unsigned int i = 0; i < 2; i++) {
                vms[i].state = VM_RUNNING;
                vms[i].share = 1;
                vms[i].first_no = 1000 * (i + 1);
                shares_forget(&vms[i]);
        }
}

static void wants(struct vm *v, L4_Word_t n)
{
        library = swap_utcb((L4_Word_t)&utcb[UTCB_WORDS]);
        shares_want(v, n);
        swap_utcb(library);
}

static void result(const char *name)
{
        if (saved->wrong)
                note("after %u of %u steps, first %u", saved->wrong, saved->steps,
                     saved->first_wrong);
        ok(!saved->wrong && saved->steps > 20, "%s", name);
}

static void a_machine_ends(void)
{
        begin();
        wants(&vms[0], HIGH);
        wants(&vms[1], LOW);
        action = first_ends;
        right = second_was_given_its_own;
        run(2);
        result("a machine ends: no time goes where nobody wanted it, and the other has its own");
}

static void somebody_wants(L4_Word_t before, unsigned int gifts_then, const char *name)
{
        begin();
        if (before)
                wants(&vms[0], before);
        action = first_wants;
        right = wanting_was_given;
        run(gifts_then);
        result(name);
}

/* What it does to threads of lower priority it does in several steps; they must not run between. */
static void uses_up(L4_Word_t n, unsigned int quanta, const char *name)
{
        library = swap_utcb((L4_Word_t)&utcb[UTCB_WORDS]);
        scheduled = 0;
        shares_spent(&vms[0], n);
        swap_utcb(library);
        ok(scheduled == quanta &&
               (!quanta || scheduled_last.raw == L4_GlobalId(vms[0].first_no + n, 1).raw),
           "%s", name);
}

static void nothing(void)
{
}

static int goes_on_at_once(void)
{
        scheduled = 0;
        shares_spent(&vms[0], L4VM_MONITOR);
        return ended == SLEEPS && scheduled == 1;
}

/* It waits for a turn, has it, and uses that up, too. */
static void a_turn_later(void)
{
        action = nothing;
        right = goes_on_at_once;
        run(1);
        result("and when that has had one, again at once");
}

static void quanta(void)
{
        begin();
        uses_up(
            L4VM_MONITOR, 1,
            "a wedge's thread that has used up its time in the midst of something goes on at once");
        uses_up(L4VM_MONITOR, 0, "but not again before its machine has had a turn");
        a_turn_later();
        begin();
        uses_up(L4VM_HELPER, 1, "in the next machine of this place it does");
}

/* Both machines compute, a third of a day at a time. */
static void for_days(unsigned int days)
{
        begin();
        saved->ahead = 0;
        vms[0].share = 3;
        wants(&vms[0], LOW);
        wants(&vms[1], LOW);
        turn_cycles = 86400ull * 1000 * L4_ProcessorKHz() / 3;
        gifts_wanted = 3 * days;
        if (!sigsetjmp(saved->end, 1)) {
                library = swap_utcb((L4_Word_t)&utcb[UTCB_WORDS]);
                giver();
        }
        turn_cycles = 0;
        result("shares stay what they are for years of the machines' time");
}

static void on(int number, void (*handler)(int, siginfo_t *, void *))
{
        struct sigaction of = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};

        sigaction(number, &of, NULL);
}

int main(void)
{
        stack_t other = {.ss_size = sizeof(saved->handlers_stack)};

        saved =
            mmap(NULL, sizeof(*saved), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (saved == MAP_FAILED || data_bytes() > DATA_BYTES)
                return 1;
        other.ss_sp = saved->handlers_stack;
        sigaltstack(&other, NULL);
        on(SIGTRAP, stepped);
        on(SIGUSR1, back);
        on(SIGSEGV, back);
        L4_syscalls.ipc = (L4_Word_t)ipc_entry;
        utcb[UTCB_WORDS + L4_UTCB_GLOBALID / 4] = L4_GlobalId(100, 1).raw;
        library = swap_utcb((L4_Word_t)&utcb[UTCB_WORDS]);
        shares_start();
        swap_utcb(library);
        a_machine_ends();
        somebody_wants(0, 1, "who wants time while the giving thread falls asleep has it");
        somebody_wants(NEXT, 2, "who wants time while one beside it is given some has it, too");
        somebody_wants(HIGH, 2, "and where that one is far from it");
        quanta();
        for_days(1000);
        return tap_done();
}
