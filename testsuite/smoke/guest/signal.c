/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: delivery, the frame, return, masks, timers. */
#include "smoke.h"

static volatile int count, inner, order;
static volatile unsigned long seen_trap, seen_eip, seen_esp;
static volatile bool on_other_stack;

static void plain(int number, struct signal_information *information,
                  struct signal_context *context)
{
        (void)information, (void)context;
        count++;
        if (number != SIGUSR1_ && number != SIGALRM_ && number != SIGCHLD_)
                count = -1000;
}

/* Every register and flag of the interrupted code survives a handler. */
static enum outcome return_restores(void)
{
        unsigned long out[6], flags;
        long self = sys0(SYS_getpid);

        CHECK(!smoke_catch(SIGUSR1_, plain, 0));
        asm volatile("pushl %%ebp\n\t"
                     "pushl %%edi\n\t"
                     "movl $0x22222220, %%edx\n\t"
                     "movl $0x33333330, %%esi\n\t"
                     "movl $0x66666660, %%ebp\n\t"
                     "movl $0x55555550, %%edi\n\t"
                     "movl $37, %%eax\n\t"
                     "movl $10, %%ecx\n\t"
                     "stc\n\t"
                     "int $0x80\n\t"
                     "pushfl\n\t"
                     "xchgl %%edi, 4(%%esp)\n\t" /* edi: out */
                     "movl %%ebx, 0(%%edi)\n\t"
                     "movl %%ecx, 4(%%edi)\n\t"
                     "movl %%edx, 8(%%edi)\n\t"
                     "movl %%esi, 12(%%edi)\n\t"
                     "movl %%ebp, 16(%%edi)\n\t"
                     "movl 4(%%esp), %%eax\n\t"
                     "movl %%eax, 20(%%edi)\n\t"
                     "popl %%eax\n\t"
                     "movl %%edi, 0(%%esp)\n\t"
                     "popl %%edi\n\t"
                     "popl %%ebp"
                     : "=&a"(flags)
                     : "D"(out), "b"(self)
                     : "ecx", "edx", "esi", "memory", "cc");
        CHECK(count == 1);
        CHECK(out[0] == (unsigned long)self && out[1] == 10 && out[2] == 0x22222220);
        CHECK(out[3] == 0x33333330 && out[4] == 0x66666660 && out[5] == 0x55555550);
        CHECK(flags & 1);
        return PASS;
}

static void nesting(int number, struct signal_information *information,
                    struct signal_context *context)
{
        (void)information, (void)context;
        if (number == SIGUSR1_) {
                order = order * 10 + 1;
                sys2(SYS_kill, sys0(SYS_getpid), SIGUSR2_);
                order = order * 10 + 3;
        } else {
                order = order * 10 + 2;
                inner++;
        }
}

static enum outcome nested(void)
{
        CHECK(!smoke_catch(SIGUSR1_, nesting, 0));
        CHECK(!smoke_catch(SIGUSR2_, nesting, 0));
        sys2(SYS_kill, sys0(SYS_getpid), SIGUSR1_);
        CHECK(order == 123);
        CHECK(inner == 1);
        return PASS;
}

static char other_stack[16384];

static void where(int number, struct signal_information *information,
                  struct signal_context *context)
{
        char here;

        (void)number, (void)information, (void)context;
        /* cppcheck-suppress comparePointers ; Which of the two stacks is the question */
        on_other_stack = &here >= other_stack && &here < other_stack + sizeof other_stack;
        count++;
}

static enum outcome alternate_stack(void)
{
        struct {
                void *base;
                int flags;
                unsigned long bytes;
        } stack = {other_stack, 0, sizeof other_stack};

        CHECK(!sys2(SYS_sigaltstack, &stack, 0));
        CHECK(!smoke_catch(SIGUSR1_, where, SA_ONSTACK_));
        CHECK(!smoke_catch(SIGUSR2_, where, 0));
        sys2(SYS_kill, sys0(SYS_getpid), SIGUSR1_);
        CHECK(count == 1 && on_other_stack);
        sys2(SYS_kill, sys0(SYS_getpid), SIGUSR2_);
        CHECK(count == 2 && !on_other_stack);
        return PASS;
}

static void trapped(int number, struct signal_information *information,
                    struct signal_context *context)
{
        (void)information;
        count = number;
        seen_trap = context->mcontext.trap;
        seen_eip = context->mcontext.eip;
        seen_esp = context->mcontext.esp;
        context->mcontext.eax = 0x600d;
        if (number == SIGFPE_ || number == SIGILL_)
                context->mcontext.eip += 2;
}

extern char divide_here[], invalid_here[], behind_int3[];

static enum outcome divide_error(void)
{
        unsigned long eax = 1;

        CHECK(!smoke_catch(SIGFPE_, trapped, 0));
        asm volatile("divide_here: divl %%ecx" : "+a"(eax) : "c"(0), "d"(0) : "cc");
        CHECK(count == SIGFPE_ && seen_trap == 0 && seen_eip == (unsigned long)divide_here);
        CHECK(eax == 0x600d);
        return PASS;
}

static enum outcome invalid_opcode(void)
{
        unsigned long eax = 1;

        CHECK(!smoke_catch(SIGILL_, trapped, 0));
        asm volatile("invalid_here: ud2" : "+a"(eax));
        CHECK(count == SIGILL_ && seen_trap == 6 && seen_eip == (unsigned long)invalid_here);
        CHECK(eax == 0x600d);
        return PASS;
}

static enum outcome breakpoint(void)
{
        unsigned long eax = 1;

        CHECK(!smoke_catch(SIGTRAP_, trapped, 0));
        asm volatile("int3\nbehind_int3:" : "+a"(eax));
        CHECK(count == SIGTRAP_ && seen_trap == 3 && seen_eip == (unsigned long)behind_int3);
        CHECK(eax == 0x600d);
        return PASS;
}

static volatile int steps;

static void stepped(int number, struct signal_information *information,
                    struct signal_context *context)
{
        (void)number, (void)information;
        steps++;
        if (steps == 4)
                context->mcontext.eflags &= ~0x100ul;
}

/* A process may set its own trap flag: one SIGTRAP per instruction. */
static enum outcome trap_flag(void)
{
        CHECK(!smoke_catch(SIGTRAP_, stepped, 0));
        asm volatile("pushfl\n\t"
                     "orl $0x100, (%%esp)\n\t"
                     "popfl\n\t"
                     "nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop"
                     :
                     :
                     : "memory", "cc");
        CHECK(steps == 4);
        return PASS;
}

static enum outcome privileged(void)
{
        long child = sys0(SYS_fork);

        if (!child) {
                asm volatile("cli");
                sys1(SYS_exit, 0);
        }
        CHECK(smoke_wait(child) == 256 + SIGSEGV_);
        return PASS;
}

static enum outcome blocked(void)
{
        unsigned long set[2] = {1ul << (SIGUSR1_ - 1), 0};

        CHECK(!smoke_catch(SIGUSR1_, plain, 0));
        CHECK(!sys4(SYS_rt_sigprocmask, 0, set, 0, 8));
        sys2(SYS_kill, sys0(SYS_getpid), SIGUSR1_);
        sys2(SYS_kill, sys0(SYS_getpid), SIGUSR1_);
        CHECK(count == 0);
        CHECK(!sys4(SYS_rt_sigprocmask, 1, set, 0, 8));
        CHECK(count == 1);
        return PASS;
}

/* On a busy host an alarm may come before the process waits: then the next one ends the wait. */
static void set_next_alarm(int number, struct signal_information *information,
                           struct signal_context *context)
{
        plain(number, information, context);
        sys1(SYS_alarm, 1);
}

static enum outcome alarm_interrupts(void)
{
        CHECK(!smoke_catch(SIGALRM_, set_next_alarm, 0));
        sys1(SYS_alarm, 1);
        CHECK(sys0(SYS_pause) == -EINTR_);
        CHECK(count >= 1);
        sys1(SYS_alarm, 0);
        return PASS;
}

/* A timer reaches a process that only computes, at any instruction. */
static enum outcome timer_interrupts_computing(void)
{
        long timer[4] = {0, 20000, 0, 20000};
        volatile unsigned work = 0;
        unsigned a = 1, b = 2, rounds = 0;

        CHECK(!smoke_catch(SIGALRM_, plain, 0));
        CHECK(!sys3(SYS_setitimer, 0, timer, 0));
        while (count < 10) {
                unsigned sum = a + b;

                CHECK(sum - b == a);
                a = b;
                b = sum;
                work++;
                rounds++;
        }
        CHECK(work == rounds);
        return PASS;
}

static enum outcome killed(void)
{
        long child = sys0(SYS_fork);

        if (!child)
                for (;;)
                        ;
        CHECK(!sys2(SYS_kill, child, SIGKILL_));
        CHECK(smoke_wait(child) == 256 + SIGKILL_);
        CHECK(sys2(SYS_kill, child, 0) == -3);
        return PASS;
}

static enum outcome child_signal(void)
{
        long child;

        CHECK(!smoke_catch(SIGCHLD_, plain, 0));
        child = sys0(SYS_fork);
        if (!child)
                sys1(SYS_exit, 0);
        CHECK(smoke_wait(child) == 0);
        CHECK(count == 1);
        return PASS;
}

static enum outcome thousand_signals(void)
{
        int i;

        CHECK(!smoke_catch(SIGUSR1_, plain, 0));
        for (i = 0; i < 1000; i++)
                sys2(SYS_kill, sys0(SYS_getpid), SIGUSR1_);
        CHECK(count == 1000);
        return PASS;
}

/* clang-format off */
const struct smoke_test signal_tests[] = {
        {"sigreturn restores registers and flags", return_restores, NULL},
        {"a signal inside a handler", nested, NULL},
        {"a handler on an alternate stack", alternate_stack, NULL},
        {"division by zero: SIGFPE at the instruction", divide_error, NULL},
        {"an invalid instruction: SIGILL at the instruction", invalid_opcode, "ud"},
        {"a breakpoint: SIGTRAP behind it", breakpoint, NULL},
        {"the trap flag: SIGTRAP at each instruction", trap_flag, NULL},
        {"a privileged instruction kills the process", privileged, NULL},
        {"a blocked signal waits", blocked, NULL},
        {"alarm interrupts pause", alarm_interrupts, NULL},
        {"an interval timer interrupts computing", timer_interrupts_computing, NULL},
        {"SIGKILL ends an endless loop", killed, NULL},
        {"SIGCHLD at the end of a child", child_signal, NULL},
        {"1000 signals to itself", thousand_signals, NULL},
        {NULL, NULL, NULL},
};
/* clang-format on */
