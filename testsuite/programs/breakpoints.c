/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * breakpoints: hardware breakpoints that a tracer sets for its processes (ptrace's debug
 * registers): execution, writes, reads and writes, of every length, several at once, beside single
 * steps and page faults, and of two processes at once.  Each line says how often what struck, and
 * where; it is the same wherever Linux runs, and the processor's word, not this program's.
 */
#include "programs.h"

enum { SIGTRAP_ = 5, SIGSTOP_ = 19, MOST = 6 };
enum { TRACEME = 0, PEEKUSER = 3, POKEUSER = 6, CONT = 7, KILL = 8, STEP = 9 };
enum { EIP = 12 * 4, DEBUG_REGISTERS = 252 };
enum { EXECUTE = 0, WRITE = 1, ACCESS = 3 };
enum { CELL = 64, ROUNDS = 100 };

/* What the traced process does; at `bp_execute' it adds to its count. */
__asm__(".text\nbp_run:\n\tnop\nbp_execute:\tincl bp_count\n\tret\n"
        "bp_run_touch:\n\tmovl bp_page, %eax\nbp_touch:\tmovb $7, (%eax)\n\tret\n");
extern char bp_execute[], bp_touch[];
void bp_run(void);
void bp_run_touch(void);
volatile unsigned long bp_count;
uint8_t *bp_page;
static volatile uint8_t cells[CELL] __attribute__((aligned(CELL)));

static long registers(long child, unsigned number)
{
        unsigned long value = 0;

        sys4(SYS_ptrace, PEEKUSER, child, DEBUG_REGISTERS + 4 * number, &value);
        return (long)value;
}

static long set(long child, unsigned number, unsigned long value)
{
        return sys4(SYS_ptrace, POKEUSER, child, DEBUG_REGISTERS + 4 * number, value);
}

/* Breakpoint @number of the process: what strikes at @address, and DR7 for it. */
static unsigned long watch(long child, unsigned number, const volatile void *address,
                           unsigned access, unsigned bytes)
{
        set(child, number, (unsigned long)address);
        return 1ul << 2 * number | (unsigned long)(access | (bytes - 1) << 2) << (16 + 4 * number);
}

/* A process that does @part as soon as it is let. */
static long traced(int (*part)(void))
{
        long child = sys0(SYS_fork);
        int status = 0;

        if (!child) {
                sys4(SYS_ptrace, TRACEME, 0, 0, 0);
                sys2(SYS_kill, sys0(SYS_getpid), SIGSTOP_);
                sys1(SYS_exit, part());
        }
        sys4(SYS_wait4, child, &status, 0, 0);
        return child;
}

/* Let it go on to its next stop.  True: a breakpoint, or step. */
static bool goes_on(long child, int how, int *status)
{
        sys4(SYS_ptrace, how, child, 0, 0);
        sys4(SYS_wait4, child, status, 0, 0);
        return (*status & 0xff) == 0x7f && *status >> 8 == SIGTRAP_;
}

/* Where it stands, from one of the places known; else the difference to the first. */
static void print_place(long child)
{
        unsigned long eip = 0;

        sys4(SYS_ptrace, PEEKUSER, child, EIP, &eip);
        if (eip == (unsigned long)bp_execute)
                guest_printf(" at the code");
        else if (eip == (unsigned long)bp_touch)
                guest_printf(" at the touch");
        else
                guest_printf(" elsewhere");
        guest_printf(" DR6 %x", (unsigned)registers(child, 6) & 0xe00f);
}

/* Let it run to its end, striking; only so often, for old kernels do not pass over one. */
static void finish(const char *name, long child)
{
        unsigned strikes = 0;
        int status = 0;

        guest_printf("%s:", name);
        while (goes_on(child, CONT, &status)) {
                print_place(child);
                set(child, 6, 0);
                if (++strikes == MOST)
                        set(child, 7, 0);
        }
        guest_printf("; %u strikes, ended with %x\n", strikes, (unsigned)status);
}

static int run_thrice(void)
{
        bp_run();
        bp_run();
        bp_run();
        return (int)bp_count;
}

static int write_around(void)
{
        int i;

        for (i = 7; i < 14; i++)
                cells[i] = (uint8_t)i;
        return 0;
}

static int read_then_write(void)
{
        uint8_t byte = cells[8];

        cells[8] = 1;
        return byte;
}

static int run_and_write(void)
{
        bp_run();
        cells[8] = 1;
        cells[16] = 1;
        return (int)bp_count;
}

static int touch(void)
{
        bp_run_touch();
        bp_run_touch();
        return bp_page[0];
}

static int write_often(void)
{
        int i;

        for (i = 0; i < ROUNDS; i++)
                cells[32]++;
        return 7;
}

static void one(const char *name, int (*part)(void), const volatile void *address, unsigned access,
                unsigned bytes)
{
        long child = traced(part), error;

        error = set(child, 7, watch(child, 0, address, access, bytes));
        if (error)
                guest_printf("%s is refused with %d\n", name, (int)error);
        finish(name, child);
}

static void several(void)
{
        long child = traced(run_and_write);
        unsigned long control = watch(child, 0, &cells[16], WRITE, 1);

        control |= watch(child, 1, &cells[8], WRITE, 4);
        control |= watch(child, 2, bp_execute, EXECUTE, 1);
        control |= watch(child, 3, &cells[8], ACCESS, 1);
        set(child, 7, control);
        finish("four at once", child);
}

/* To the code, and from there step by step. */
static void steps(void)
{
        long child = traced(run_thrice);
        int status = 0, i;

        set(child, 7, watch(child, 0, bp_execute, EXECUTE, 1));
        guest_printf("a breakpoint and steps:");
        if (goes_on(child, CONT, &status))
                print_place(child);
        set(child, 6, 0);
        set(child, 7, 0);
        for (i = 0; i < 3 && goes_on(child, STEP, &status); i++) {
                print_place(child);
                set(child, 6, 0);
        }
        guest_printf("\n");
        finish("and without", child);
}

/* Two that write to the same address, one of which is watched; a third that nobody traces. */
static void two(void)
{
        long watched = traced(write_often), other = traced(write_often), free = sys0(SYS_fork);
        unsigned strikes = 0, none = 0;
        int status = 0, other_status = 0, free_status = 0;

        if (!free)
                sys1(SYS_exit, write_often());
        set(watched, 7, watch(watched, 0, &cells[32], WRITE, 1));
        set(other, 7, watch(other, 0, &cells[33], WRITE, 1));
        while (goes_on(watched, CONT, &status)) {
                strikes += (registers(watched, 6) & 0xf) == 1;
                set(watched, 6, 0);
        }
        while (goes_on(other, CONT, &other_status))
                none++;
        sys4(SYS_wait4, free, &free_status, 0, 0);
        guest_printf("two: %u of %u strikes and %u, ended with %x, %x and %x\n", strikes, ROUNDS,
                     none, (unsigned)status, (unsigned)other_status, (unsigned)free_status);
}

int guest_main(int argc, char **argv, char **environment)
{
        long page[] = {0, 4096, PROT_READ_ | PROT_WRITE_, 0x22, -1, 0};

        (void)argc;
        (void)argv;
        (void)environment;
        if (!in_a_guest("breakpoints"))
                return 2;
        bp_page = (uint8_t *)sys1(SYS_mmap, page);
        one("execution", run_thrice, bp_execute, EXECUTE, 1);
        one("a write of one byte", write_around, &cells[9], WRITE, 1);
        one("of two", write_around, &cells[8], WRITE, 2);
        one("of four", write_around, &cells[8], WRITE, 4);
        one("no write", read_then_write, &cells[9], WRITE, 1);
        one("a write after a read", read_then_write, &cells[8], WRITE, 1);
        one("a read and a write", read_then_write, &cells[8], ACCESS, 1);
        one("an instruction that faults", touch, bp_touch, EXECUTE, 1);
        one("what it touches", touch, bp_page, ACCESS, 4);
        one("the kernel's code", run_thrice, (void *)0xc0100000, EXECUTE, 1);
        several();
        steps();
        two();
        return 0;
}
