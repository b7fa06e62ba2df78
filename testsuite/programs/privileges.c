/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privileges: I/O ports that the kernel allows a program (ioperm, iopl), and hardware breakpoints
 * that a tracer sets for it.  What a process does without a right must end in SIGSEGV.
 */
#include "programs.h"

enum { SYS_ioperm_ = 101, SYS_iopl_ = 110, SIGTRAP_ = 5, SIGSEGV_ = 11, SIGSTOP_ = 19 };
enum { TRACEME = 0, PEEKUSER = 3, POKEUSER = 6, CONT = 7, DEBUG_REGISTERS = 252 };
/* The system control port: readable, and reading it does nothing.  The next one is the keyboard's.
 */
enum { PORT = 0x61, OTHER_PORT = 0x64, DELAY_PORT = 0x80 };

static bool failed;

static void result(bool ok, const char *what)
{
        guest_printf("%s %s\n", ok ? "ok" : "not ok", what);
        failed |= !ok;
}

static uint32_t in(uint16_t port)
{
        uint32_t value = 0xaaaaaaaa;

        asm volatile("inb %%dx, %%al" : "+a"(value) : "d"(port));
        return value;
}

/* How @part ends in a process of its own: exit status, or 256 and the signal. */
static int ends(int (*part)(void))
{
        long child = sys0(SYS_fork);
        int status = 0;

        if (!child)
                sys1(SYS_exit, part());
        sys4(SYS_wait4, child, &status, 0, 0);
        return status & 0x7f ? 256 + (status & 0x7f) : status >> 8 & 0xff;
}

static int without(void)
{
        in(PORT);
        return 0;
}

/* The rest of eax stays, the gate of timer channel 2 reads as it was written. */
static int one_port(void)
{
        uint32_t value;

        if (sys3(SYS_ioperm_, PORT, 1, 1))
                return 1;
        value = in(PORT);
        if (value >> 8 != 0xaaaaaa)
                return 2;
        asm volatile("outb %%al, %0" : : "i"(PORT), "a"((value & 0xc) | 1));
        if ((in(PORT)&3) != 1)
                return 3;
        asm volatile("outb %%al, %0" : : "i"(PORT), "a"(value & 0xc));
        return in(PORT)&3 ? 4 : 0;
}

static int another_port(void)
{
        if (sys3(SYS_ioperm_, PORT, 1, 1))
                return 1;
        in(OTHER_PORT);
        return 0;
}

static int half_a_port(void)
{
        if (sys3(SYS_ioperm_, PORT, 1, 1))
                return 1;
        asm volatile("inw %%dx, %%ax" : : "d"(PORT) : "eax");
        return 0;
}

static int taken_back(void)
{
        if (sys3(SYS_ioperm_, PORT, 1, 1))
                return 1;
        in(PORT);
        if (sys3(SYS_ioperm_, PORT, 1, 0))
                return 2;
        in(PORT);
        return 0;
}

static int every_port(void)
{
        if (sys1(SYS_iopl_, 3))
                return 1;
        in(OTHER_PORT);
        asm volatile("outb %%al, %0" : : "i"(DELAY_PORT), "a"(0));
        return in(PORT) >> 8 != 0xaaaaaa;
}

static void ports(void)
{
        result(!ends(one_port), "a port by ioperm");
        result(ends(another_port) == 256 + SIGSEGV_, "and no other");
        result(ends(half_a_port) == 256 + SIGSEGV_, "nor one beside it by a wide access");
        result(ends(taken_back) == 256 + SIGSEGV_, "nor when it was taken back");
        result(!ends(every_port), "every port by iopl");
}

__attribute__((noinline)) static int struck(int value)
{
        asm volatile("" : "+r"(value));
        return value + 1;
}

static int traced(void)
{
        sys4(SYS_ptrace, TRACEME, 0, 0, 0);
        sys2(SYS_kill, sys0(SYS_getpid), SIGSTOP_);
        return struck(6);
}

/* A tracer's breakpoint at `struck': does it strike?  *@kept: it reads as it was set. */
static bool breakpoint_strikes(bool *kept)
{
        long child = sys0(SYS_fork);
        unsigned long address = 0, control = 0;
        int status = 0;
        bool strikes;

        if (!child)
                sys1(SYS_exit, traced());
        sys4(SYS_wait4, child, &status, 0, 0);
        *kept = !sys4(SYS_ptrace, POKEUSER, child, DEBUG_REGISTERS, (unsigned long)struck) &&
                !sys4(SYS_ptrace, POKEUSER, child, DEBUG_REGISTERS + 28, 1) &&
                !sys4(SYS_ptrace, PEEKUSER, child, DEBUG_REGISTERS, &address) &&
                !sys4(SYS_ptrace, PEEKUSER, child, DEBUG_REGISTERS + 28, &control) &&
                address == (unsigned long)struck && (control & 3) == 1;
        sys4(SYS_ptrace, CONT, child, 0, 0);
        sys4(SYS_wait4, child, &status, 0, 0);
        strikes = (status & 0xff) == 0x7f && status >> 8 == SIGTRAP_;
        if (strikes) {
                sys4(SYS_ptrace, POKEUSER, child, DEBUG_REGISTERS + 28, 0);
                sys4(SYS_ptrace, CONT, child, 0, 0);
                sys4(SYS_wait4, child, &status, 0, 0);
        }
        *kept &= status == 7 << 8; /* it has gone on as if nothing were */
        return strikes;
}

int guest_main(int argc, char **argv, char **environment)
{
        bool kept;

        (void)argc;
        (void)argv;
        (void)environment;
        if (!in_a_guest("privileges"))
                return 2;
        result(ends(without) == 256 + SIGSEGV_, "a port without a right");
        if (sys3(SYS_ioperm_, PORT, 1, 0) == -ENOSYS_)
                guest_printf("# this kernel has no ioperm\n");
        else
                ports();
        guest_printf("a hardware breakpoint %s\n",
                     breakpoint_strikes(&kept) ? "strikes" : "does not strike");
        result(kept, "its registers keep their values, and the process goes on");
        return failed;
}
