/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes: fork, exec, many of them, tracing. */
#include "smoke.h"

static volatile int datum = 1;

static enum outcome fork_copies(void)
{
        long child = sys0(SYS_fork);

        if (!child) {
                datum = 2;
                sys1(SYS_exit, datum == 2 ? 41 : 1);
        }
        CHECK(child > 0);
        CHECK(smoke_wait(child) == 41);
        CHECK(datum == 1);
        return PASS;
}

static enum outcome exec_replaces(void)
{
        static const char *const words[] = {"/bin/say", "-x", "23", NULL};
        static const char *const environment[] = {NULL};
        long child = sys0(SYS_fork);

        if (!child) {
                sys1(SYS_close, 1);
                sys3(SYS_execve, "/bin/say", words, environment);
                sys1(SYS_exit, 99);
        }
        CHECK(smoke_wait(child) == 23);
        CHECK(sys3(SYS_execve, "/no/such/file", words, environment) == -ENOENT_);
        return PASS;
}

/* Registers survive system calls: only eax changes. */
static enum outcome call_keeps_registers(void)
{
        unsigned long out[6];

        asm volatile("pushl %%ebp\n\t"
                     "movl $0x11111111, %%ebx\n\t"
                     "movl $0x22222222, %%ecx\n\t"
                     "movl $0x33333333, %%edx\n\t"
                     "movl $0x44444444, %%esi\n\t"
                     "movl $0x66666666, %%ebp\n\t"
                     "movl $20, %%eax\n\t"
                     "pushl %%edi\n\t"
                     "movl $0x55555555, %%edi\n\t"
                     "int $0x80\n\t"
                     "movl %%edi, %%eax\n\t"
                     "popl %%edi\n\t"
                     "movl %%ebx, 0(%%edi)\n\t"
                     "movl %%ecx, 4(%%edi)\n\t"
                     "movl %%edx, 8(%%edi)\n\t"
                     "movl %%esi, 12(%%edi)\n\t"
                     "movl %%eax, 16(%%edi)\n\t"
                     "movl %%ebp, 20(%%edi)\n\t"
                     "popl %%ebp"
                     :
                     : "D"(out)
                     : "eax", "ebx", "ecx", "edx", "esi", "memory", "cc");
        CHECK(out[0] == 0x11111111 && out[1] == 0x22222222 && out[2] == 0x33333333);
        CHECK(out[3] == 0x44444444 && out[4] == 0x55555555 && out[5] == 0x66666666);
        return PASS;
}

/* Flags set before a system call are there afterwards. */
static enum outcome call_keeps_flags(void)
{
        unsigned long flags, result;

        asm volatile("std\n\t"
                     "cmpl $1, %%ecx\n\t" /* 0 - 1: CF and SF */
                     "int $0x80\n\t"
                     "pushfl\n\t"
                     "popl %0\n\t"
                     "cld"
                     : "=r"(flags), "=a"(result)
                     : "1"(20), "c"(0)
                     : "memory", "cc");
        CHECK((flags & 0xcd5) == (0x400 | 0x91) || (flags & 0xcd5) == (0x400 | 0x95));
        CHECK(flags & 0x200);
        return PASS;
}

static enum outcome two_hundred_processes(void)
{
        static long child[200];
        int i, ends[2], sum = 0;
        char byte = 0;

        CHECK(!sys1(SYS_pipe, ends));
        for (i = 0; i < 200; i++) {
                child[i] = sys0(SYS_fork);
                if (!child[i]) {
                        /* All live at once: each waits until the pipe is closed. */
                        sys1(SYS_close, ends[1]);
                        sys3(SYS_read, ends[0], &byte, 1);
                        sys1(SYS_exit, i & 127);
                }
                CHECK(child[i] > 0);
        }
        sys1(SYS_close, ends[1]);
        for (i = 0; i < 200; i++) {
                int status = smoke_wait(child[i]);

                CHECK(status == (i & 127));
                sum += status;
        }
        CHECK(sum == 127 * 128 / 2 + 71 * 72 / 2);
        return PASS;
}

/* The first of the chain exits with 0, which is PASS. */
static enum outcome fork_chain(void)
{
        int generation;
        long child = 0;

        for (generation = 0; generation < 30; generation++) {
                child = sys0(SYS_fork);
                CHECK(child >= 0);
                if (child)
                        sys1(SYS_exit, smoke_wait(child) == generation + 1 ? generation : 200);
        }
        sys1(SYS_exit, 30);
        return FAIL;
}

/* clang-format off */
enum { PTRACE_TRACEME_ = 0, PTRACE_PEEKDATA_ = 2, PTRACE_CONT_ = 7, PTRACE_KILL_ = 8,
       PTRACE_SINGLESTEP_ = 9, PTRACE_GETREGS_ = 12, PTRACE_SETREGS_ = 13, PTRACE_POKEDATA_ = 5 };
/* clang-format on */

struct traced_registers {
        unsigned long ebx, ecx, edx, esi, edi, ebp, eax, ds, es, fs, gs, orig_eax, eip, cs, eflags,
            esp, ss;
};

extern char traced_code[], traced_after[];

static __attribute__((noinline)) int traced_part(void)
{
        int result;

        asm volatile("movl $5, %%eax\n\t"
                     "int3\n"
                     "traced_code:\n\t"
                     "incl %%eax\n\t"
                     "incl %%eax\n\t"
                     "incl %%eax\n\t"
                     "incl %%eax\n"
                     "traced_after:\n\t"
                     "nop"
                     : "=a"(result)
                     :
                     : "cc");
        return result;
}

static volatile int traced_word = 0x1234;

static long stopped(long child, int *status)
{
        return sys4(SYS_wait4, child, status, 0, 0) == child && (*status & 0xff) == 0x7f
                   ? *status >> 8 & 0xff
                   : -1;
}

static enum outcome trace_steps(void)
{
        struct traced_registers registers;
        int status, i;
        unsigned long word;
        long child = sys0(SYS_fork);

        if (!child) {
                sys4(SYS_ptrace, PTRACE_TRACEME_, 0, 0, 0);
                sys1(SYS_exit, traced_part() + (traced_word == 0x5678 ? 100 : 0));
        }
        CHECK(child > 0);
        CHECK(stopped(child, &status) == SIGTRAP_);
        CHECK(!sys4(SYS_ptrace, PTRACE_GETREGS_, child, 0, &registers));
        CHECK(registers.eip == (unsigned long)traced_code);
        CHECK(registers.eax == 5);
        for (i = 1; i <= 3; i++) {
                CHECK(!sys4(SYS_ptrace, PTRACE_SINGLESTEP_, child, 0, 0));
                CHECK(stopped(child, &status) == SIGTRAP_);
                CHECK(!sys4(SYS_ptrace, PTRACE_GETREGS_, child, 0, &registers));
                CHECK(registers.eip == (unsigned long)traced_code + (unsigned long)i);
                CHECK(registers.eax == 5 + (unsigned long)i);
        }
        registers.eax = 60;
        CHECK(!sys4(SYS_ptrace, PTRACE_SETREGS_, child, 0, &registers));
        CHECK(!sys4(SYS_ptrace, PTRACE_PEEKDATA_, child, &traced_word, &word) && word == 0x1234);
        CHECK(!sys4(SYS_ptrace, PTRACE_POKEDATA_, child, &traced_word, 0x5678));
        CHECK(!sys4(SYS_ptrace, PTRACE_CONT_, child, 0, 0));
        CHECK(smoke_wait(child) == 161);
        CHECK(traced_word == 0x1234);
        return PASS;
}

/* Stepping over a system call stops once, behind it. */
static enum outcome trace_steps_call(void)
{
        struct traced_registers registers;
        unsigned long before;
        int status;
        long child = sys0(SYS_fork);

        if (!child) {
                sys4(SYS_ptrace, PTRACE_TRACEME_, 0, 0, 0);
                asm volatile("int3\n\tint $0x80" : : "a"(20) : "memory");
                sys1(SYS_exit, 7);
        }
        CHECK(stopped(child, &status) == SIGTRAP_);
        CHECK(!sys4(SYS_ptrace, PTRACE_GETREGS_, child, 0, &registers));
        before = registers.eip;
        CHECK(!sys4(SYS_ptrace, PTRACE_SINGLESTEP_, child, 0, 0));
        CHECK(stopped(child, &status) == SIGTRAP_);
        CHECK(!sys4(SYS_ptrace, PTRACE_GETREGS_, child, 0, &registers));
        CHECK(registers.eip == before + 2);
        CHECK((long)registers.eax == child);
        CHECK(!sys4(SYS_ptrace, PTRACE_CONT_, child, 0, 0));
        CHECK(smoke_wait(child) == 7);
        return PASS;
}

static enum outcome yields_and_switches(void)
{
        int i, there[2], back[2];
        long child;
        unsigned char byte;

        CHECK(!sys1(SYS_pipe, there) && !sys1(SYS_pipe, back));
        child = sys0(SYS_fork);
        if (!child) {
                for (i = 0; i < 1000; i++) {
                        if (sys3(SYS_read, there[0], &byte, 1) != 1)
                                sys1(SYS_exit, 1);
                        byte++;
                        sys3(SYS_write, back[1], &byte, 1);
                }
                sys1(SYS_exit, 0);
        }
        for (i = 0; i < 1000; i++) {
                byte = (unsigned char)i;
                CHECK(sys3(SYS_write, there[1], &byte, 1) == 1);
                CHECK(sys3(SYS_read, back[0], &byte, 1) == 1);
                CHECK(byte == (unsigned char)(i + 1));
                sys0(SYS_sched_yield);
        }
        CHECK(smoke_wait(child) == 0);
        return PASS;
}

/* clang-format off */
const struct smoke_test process_tests[] = {
        {"fork copies memory", fork_copies, NULL},
        {"exec replaces the program", exec_replaces, NULL},
        {"a system call keeps every register but eax", call_keeps_registers, NULL},
        {"a system call keeps the flags", call_keeps_flags, NULL},
        {"a chain of 30 forks", fork_chain, NULL},
        {"200 processes at once", two_hundred_processes, NULL},
        {"1000 pipe round trips between two processes", yields_and_switches, NULL},
        {"ptrace: single step, read and write registers and memory", trace_steps, NULL},
        {"ptrace: a step over a system call", trace_steps_call, NULL},
        {NULL, NULL, NULL},
};
/* clang-format on */
