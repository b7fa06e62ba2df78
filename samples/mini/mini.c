/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mini: the smallest kernel with everything a wedge must carry: paging, user
 * mode, system calls through int $0x80, timer interrupts, and two processes
 * in address spaces of their own that the timer switches between.
 *
 * Process A and B run the same program at 4 MB from different memory.  Each
 * counts in its own memory, asks the kernel who it is, and has its registers
 * checked against what it left in them.
 */
#include "kernel.h"

enum {
        PROGRAM = 0x00400000, /* where a process sees its memory: one 4 MB page */
        PROGRAM_STACK = 0x00700000,
        FIRST_MEMORY = 0x00800000, /* physical; process n has its 4 MB at n * 4 MB behind */
        PAGE_4M = 0x87,            /* present, writable, user, 4 MB */
        PROCESSES = 2,
        SWITCHES = 20,
};

/* System calls: number in eax, argument in ebx, result in eax. */
enum { CALL_WHO = 1, CALL_ADD = 2, CALL_YIELD = 3, CALL_DONE = 4, CALL_READ_TICKS = 5 };

/* What a process leaves in its memory for the kernel to judge. */
struct workspace {
        uint32_t identity, sum, wrong, rounds, flags_wrong;
};

struct process {
        struct trap_frame frame;
        uint32_t directory; /* physical */
        bool done;
        unsigned calls, preempted;
};

static uint32_t directories[PROCESSES][1024] __attribute__((aligned(4096)));
static struct process process[PROCESSES];
static unsigned running, ticks, switches, user_faults;
static bool user_began;
static uint32_t last_fault;
extern char program_begin[], program_end[];

/*
 * The program, copied into each process.  Position-independent; workspace at
 * %ebp.  Counts to a total the kernel knows, in a loop that a timer interrupt
 * may cut anywhere; between rounds it makes system calls.
 */
asm(".section .rodata\n"
    "program_begin:\n"
    "       movl $0x00600000, %ebp\n"
    "       movl $1, %eax\n" /* CALL_WHO */
    "       int $0x80\n"
    "       movl %eax, 0(%ebp)\n"
    "       movl $0, 4(%ebp)\n"
    "       movl $0, 8(%ebp)\n"
    "       movl $0, 12(%ebp)\n"
    "       movl $0, 16(%ebp)\n"
    "       movl $0, 20(%ebp)\n"
    "0:     xorl %ecx, %ecx\n"
    "       movl $0x13572468, %esi\n"
    "       movl $0x24681357, %edi\n"
    "1:     addl 0(%ebp), %ecx\n" /* identity, 20000 times */
    "       incl %edx\n"
    "       movl 12(%ebp), %eax\n"
    "       addl $1, 20(%ebp)\n"
    "       cmpl $20000, 20(%ebp)\n"
    "       jb 1b\n"
    "       movl $0, 20(%ebp)\n"
    "       addl %ecx, 4(%ebp)\n"
    "       cmpl $0x13572468, %esi\n"
    "       je 2f\n"
    "       incl 8(%ebp)\n"
    "2:     cmpl $0x24681357, %edi\n"
    "       je 3f\n"
    "       incl 8(%ebp)\n"
    "3:     movl $2, %eax\n" /* CALL_ADD: ebx + 1, and flags survive */
    "       movl 12(%ebp), %ebx\n"
    "       stc\n"
    "       int $0x80\n"
    "       jc 4f\n"
    "       incl 16(%ebp)\n"
    "4:     decl %eax\n"
    "       cmpl %eax, 12(%ebp)\n"
    "       je 5f\n"
    "       incl 8(%ebp)\n"
    "5:     movl $3, %eax\n" /* CALL_YIELD */
    "       int $0x80\n"
    "       incl 12(%ebp)\n"
    "       cmpl $50, 12(%ebp)\n"
    "       jb 0b\n"
    "6:     movl $5, %eax\n" /* compute on until the timer was seen often */
    "       int $0x80\n"
    "       cmpl $20, %eax\n"
    "       jb 6b\n"
    "       movl (0x80100000), %eax\n" /* kernel memory: a fault, and the end */
    "       movl $4, %eax\n"
    "       int $0x80\n"
    "       ud2\n"
    "program_end:\n"
    ".previous");

static struct workspace *workspace(unsigned n)
{
        return (struct workspace *)(KERNEL_BASE + FIRST_MEMORY + n * 0x400000 + 0x200000);
}

static void make_process(unsigned n)
{
        uint32_t *directory = directories[n];
        uint8_t *memory = (uint8_t *)(KERNEL_BASE + FIRST_MEMORY + n * 0x400000);
        struct trap_frame *frame = &process[n].frame;
        unsigned i;

        /* The kernel is in every space, closed to user mode; below it only the program. */
        for (i = KERNEL_BASE >> 22; i < (KERNEL_BASE >> 22) + 8; i++)
                directory[i] = page_directory[i] & ~4u;
        directory[PROGRAM >> 22] = (FIRST_MEMORY + n * 0x400000) | PAGE_4M;
        process[n].directory = (uint32_t)directory - KERNEL_BASE;
        /* cppcheck-suppress comparePointers ; Both are the linker's */
        for (i = 0; i < (unsigned)(program_end - program_begin); i++)
                memory[i] = (uint8_t)program_begin[i];
        *frame = (struct trap_frame){.gs = USER_DS,
                                     .fs = USER_DS,
                                     .es = USER_DS,
                                     .ds = USER_DS,
                                     .eip = PROGRAM,
                                     .cs = USER_CS,
                                     .eflags = 0x202,
                                     .esp = PROGRAM_STACK,
                                     .ss = USER_DS};
}

static void resume(unsigned n)
{
        if (n != running)
                switches++;
        running = n;
        asm volatile("movl %0, %%cr3" : : "r"(process[n].directory) : "memory");
        trap_return(&process[n].frame);
}

static void judge(void) __attribute__((noreturn));

/* The next process that is not done, or the end. */
static void schedule(void)
{
        unsigned i, n;

        for (i = 1; i <= PROCESSES; i++) {
                n = (running + i) % PROCESSES;
                if (!process[n].done)
                        resume(n);
        }
        judge();
}

static void judge(void)
{
        unsigned n;

        ktap_plan(9);
        ktap_result(user_began, "user mode was reached");
        ktap_result(ticks >= SWITCHES, "timer interrupts came");
        ktap_result(switches >= SWITCHES, "processes were switched");
        ktap_result(process[0].preempted && process[1].preempted,
                    "both were interrupted in user mode");
        ktap_result(workspace(0)->identity == 1 && workspace(1)->identity == 2,
                    "each has memory and identity of its own");
        for (n = 0; n < PROCESSES; n++)
                if (workspace(n)->sum != (n + 1) * 20000 * 50)
                        break;
        ktap_result(n == PROCESSES, "each computed its own sum");
        ktap_result(!workspace(0)->wrong && !workspace(1)->wrong,
                    "registers and results are right");
        ktap_result(!workspace(0)->flags_wrong && !workspace(1)->flags_wrong,
                    "flags survive system calls");
        ktap_result(user_faults == PROCESSES && last_fault == 0x80100000,
                    "kernel memory is closed to user mode");
        ktap_finish();
}

static void system_call(struct trap_frame *frame)
{
        process[running].calls++;
        user_began = true;
        switch (frame->eax) {
        case CALL_WHO:
                frame->eax = running + 1;
                break;
        case CALL_ADD:
                frame->eax = frame->ebx + 1;
                break;
        case CALL_READ_TICKS:
                frame->eax = ticks;
                break;
        case CALL_YIELD:
                process[running].frame = *frame;
                schedule();
                break;
        case CALL_DONE:
                process[running].done = true;
                schedule();
                break;
        default:
                panic("unknown system call", frame);
        }
}

void kernel_trap(struct trap_frame *frame)
{
        uint32_t address;

        if ((frame->cs & 3) != 3)
                panic("trap in the kernel", frame);
        switch (frame->vector) {
        case CALL_VECTOR:
                system_call(frame);
                break;
        case TIMER_VECTOR:
                ticks++;
                timer_acknowledge();
                process[running].preempted++;
                process[running].frame = *frame;
                schedule();
                break;
        case 14:
                asm volatile("movl %%cr2, %0" : "=r"(address));
                user_faults++;
                last_fault = address;
                /* Present, read, from user mode: step over it (5 bytes). */
                if (frame->error != 5)
                        panic("page fault", frame);
                frame->eip += 5;
                break;
        default:
                panic("unexpected trap", frame);
        }
}

void kernel_main(void)
{
        unsigned n;

        for (n = 0; n < PROCESSES; n++)
                make_process(n);
        timer_init(200);
        resume(0);
}
