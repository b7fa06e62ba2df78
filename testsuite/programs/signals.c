/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signals: delivers signals at random instants and sees that nothing of what they interrupt
 * is lost.
 *
 *      signals [NUMBER]        10,000 of them
 *
 * Two processes compute in registers and in the floating-point stack, one makes system
 * calls, one waits for another's answers.  A fifth wakes at the timer and queues up to eight
 * signals for each, drawn from a fixed sequence, so that sums over them do not depend on
 * when they come: what is printed is the same wherever Linux is.  Some handlers run on a
 * stack of their own, some raise a second signal.  An interval timer of each process
 * comes in between.
 */
#include "programs.h"

enum { VICTIMS = 4, FIRST = 34, KINDS = 4, MOST_WAITING = 64, MOST_AT_ONCE = 8, STACK = 1 << 19 };
enum { SIGUSR2_ = 12, SIGALRM_ = 14, SIGKILL_ = 9, SYS_rt_sigqueueinfo = 178 };
enum {
        SA_SIGINFO_ = 4,
        SA_RESTORER_ = 0x04000000,
        SA_ONSTACK_ = 0x08000000,
        SA_RESTART_ = 0x10000000,
        SA_NODEFER_ = 0x40000000
};

struct information {
        int number, error, code, pid, uid, value, rest[26];
};

/* What a process tells of itself; each number changes by one instruction. */
static struct victim {
        volatile uint32_t delivered, sum, second, alarms, wrong, rounds, value;
} * victims, *me;
static volatile uint32_t *stop;
static char other_stack[STACK];
static int there[2], back[2];

static void add(volatile uint32_t *to, uint32_t what)
{
        asm volatile("addl %1, %0" : "+m"(*to) : "ri"(what) : "cc");
}

void restore_rt(void);
asm(".text\n"
    "restore_rt:\n"
    "       movl $173, %eax\n"
    "       int $0x80\n");

static void disturb(void)
{
        asm volatile("fninit\n\tfldpi\n\tfldpi\n\tfldl2e\n\tfld %%st(0)\n\tfmulp" : : : "memory");
}

static void queued(int number, struct information *information, void *context)
{
        (void)context;
        disturb();
        if ((number - FIRST) & 2)
                sys2(SYS_kill, sys0(SYS_getpid), SIGUSR2_);
        add(&me->sum, (uint32_t)information->value * (uint32_t)number);
        add(&me->delivered, 1);
}

static void second(int number, struct information *information, void *context)
{
        (void)number, (void)information, (void)context;
        disturb();
        add(&me->second, 1);
}

static void alarmed(int number, struct information *information, void *context)
{
        (void)number, (void)information, (void)context;
        disturb();
        add(&me->alarms, 1);
}

static void take(int number, void (*handler)(int, struct information *, void *),
                 unsigned long flags)
{
        struct {
                void (*handler)(int, struct information *, void *);
                unsigned long flags;
                void (*restore)(void);
                unsigned long mask[2];
        } action = {handler, flags | SA_SIGINFO_ | SA_RESTART_ | SA_RESTORER_, restore_rt, {0, 0}};

        sys4(SYS_rt_sigaction, number, &action, 0, 8);
}

/*
 * Some 10,000 steps with everything a program has in registers, flags across instructions and
 * the floating-point stack among it; the result is always the same.
 */
static uint32_t compute(void)
{
        uint32_t a = 1, b = 2, c = 3, d = 0;
        int steps = 10000, floating;

        asm volatile("fninit\n\tfldz\n"
                     "1:     imull $1664525, %0, %0\n\t"
                     "addl $1013904223, %0\n\t"
                     "adcl %0, %1\n\t"
                     "rcll $3, %1\n\t"
                     "xorl %1, %2\n\t"
                     "sbbl %2, %3\n\t"
                     "fld1\n\tfaddp\n\t"
                     "decl %4\n\t"
                     "jnz 1b\n\t"
                     "fistpl %5"
                     : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+m"(steps), "=m"(floating)
                     :
                     : "memory", "cc");
        return a ^ b ^ c ^ d ^ (uint32_t)floating;
}

static uint32_t calls(void)
{
        static int own[2];
        uint32_t n = 0;
        int i;
        char byte;

        if (!own[1])
                sys1(SYS_pipe, own);
        for (i = 0; i < 50; i++) {
                byte = (char)i;
                n += sys3(SYS_write, own[1], &byte, 1) == 1;
                byte = 0;
                n += sys3(SYS_read, own[0], &byte, 1) == 1 && byte == (char)i;
                n += sys0(SYS_getppid) > 0;
                sys0(SYS_sched_yield);
        }
        return n;
}

static uint32_t answers(void)
{
        uint32_t n = 0;
        int i;
        char byte;

        for (i = 0; i < 20; i++) {
                byte = (char)i;
                n += sys3(SYS_write, there[1], &byte, 1) == 1;
                n += sys3(SYS_read, back[0], &byte, 1) == 1 && byte == (char)(i + 1);
        }
        return n;
}

static void echo(void)
{
        char byte;

        sys1(SYS_close, there[1]);
        while (sys3(SYS_read, there[0], &byte, 1) == 1) {
                byte++;
                sys3(SYS_write, back[1], &byte, 1);
        }
        sys1(SYS_exit, 0);
}

static const struct {
        const char *name;
        uint32_t (*round)(void);
} kinds[VICTIMS] = {
    {"computes", compute}, {"computes", compute}, {"calls", calls}, {"waits", answers}};

static void victim(unsigned n)
{
        struct {
                void *base;
                int flags;
                unsigned long bytes;
        } stack = {other_stack, 0, STACK};
        long timer[] = {0, 7000, 0, 7000};
        unsigned i;

        me = &victims[n];
        if (kinds[n].round == answers) {
                sys1(SYS_pipe, there);
                sys1(SYS_pipe, back);
                if (!sys0(SYS_fork))
                        echo();
        }
        me->value = kinds[n].round();
        sys2(SYS_sigaltstack, &stack, 0);
        for (i = 0; i < KINDS; i++)
                take(FIRST + (int)i, queued, (i & 1 ? SA_ONSTACK_ : 0) | (i & 2 ? SA_NODEFER_ : 0));
        take(SIGUSR2_, second, SA_NODEFER_ | SA_ONSTACK_);
        take(SIGALRM_, alarmed, SA_ONSTACK_);
        sys3(SYS_setitimer, 0, timer, 0);
        me->rounds = 1;
        while (!*stop) {
                if (kinds[n].round() != me->value)
                        me->wrong++;
                me->rounds++;
        }
        sys1(SYS_exit, 0);
}

static bool all_came(const unsigned *sent)
{
        unsigned v;

        for (v = 0; v < VICTIMS; v++)
                if (victims[v].delivered != sent[v])
                        return false;
        return true;
}

int guest_main(int argc, char **argv, char **environment)
{
        unsigned wanted = argc > 1 ? number_of(argv[1]) : 10000, sent[VICTIMS] = {0}, v, k, n;
        uint32_t state[VICTIMS], expected_sum[VICTIMS] = {0}, expected_second[VICTIMS] = {0};
        long pid[VICTIMS];
        bool failed = false, good;
        int status;

        (void)environment;
        if (!in_a_guest("signals"))
                return 2;
        victims = shared_memory(8192);
        stop = (volatile uint32_t *)(victims + VICTIMS);
        for (v = 0; v < VICTIMS; v++) {
                state[v] = v + 1;
                pid[v] = sys0(SYS_fork);
                if (!pid[v])
                        victim(v);
        }
        for (v = 0; v < VICTIMS; v++)
                while (!victims[v].rounds)
                        guest_sleep(1000000);
        for (n = 0; n < wanted;) {
                for (v = 0; v < VICTIMS; v++)
                        for (k = random_next(&state[v]) % MOST_AT_ONCE + 1;
                             k && sent[v] < wanted / VICTIMS &&
                             sent[v] - victims[v].delivered < MOST_WAITING;
                             k--) {
                                struct information about = {.code = -1};
                                int number = FIRST + (int)(sent[v] * 7 + v) % KINDS;

                                about.value = (int)(sent[v] * 13 + 1);
                                if (sys3(SYS_rt_sigqueueinfo, pid[v], number, &about))
                                        break;
                                expected_sum[v] += (uint32_t)about.value * (uint32_t)number;
                                expected_second[v] += (number - FIRST) >> 1 & 1;
                                sent[v]++;
                        }
                for (n = v = 0; v < VICTIMS; v++)
                        n += sent[v];
                if (n >= wanted / VICTIMS * VICTIMS)
                        break;
                guest_sleep(random_next(&state[0]) * 100);
        }
        for (k = 0; k < 20000 && !all_came(sent); k++)
                guest_sleep(10000000);
        *stop = 1;
        for (v = 0; v < VICTIMS; v++) {
                struct victim *of = &victims[v];

                if (!all_came(sent))
                        sys2(SYS_kill, pid[v], SIGKILL_);
                sys4(SYS_wait4, pid[v], &status, 0, 0);
                /* SIGUSR2 is not queued, but each is delivered before the call that raised it
                 * returns. */
                good = !status && of->delivered == sent[v] && of->sum == expected_sum[v] &&
                       of->second == expected_second[v] && of->alarms && !of->wrong;
                failed |= !good;
                guest_printf("%s %u %s: %u signals, sum %x, %u raised by handlers, result %x\n",
                             good ? "ok" : "not ok", v + 1, kinds[v].name, of->delivered, of->sum,
                             of->second, of->value);
                if (!good)
                        guest_printf("# status %x, sent %u, sum %x, raised %u, alarms %u, %u of %u "
                                     "rounds wrong\n",
                                     (unsigned)status, sent[v], expected_sum[v], expected_second[v],
                                     of->alarms, of->wrong, of->rounds);
        }
        return failed;
}
