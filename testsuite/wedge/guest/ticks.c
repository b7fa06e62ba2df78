/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ticks: no tick is lost, wherever it finds the processor.  A wedge notes an event that comes
 * while it works and takes it up on its way out; if it does not, a guest that needs it no
 * more waits for ever.  Here the guest then executes nothing but short sites, or user code,
 * until the tick has been seen or patience has ended.  And a second tick on the heels of one
 * that waits for the instruction behind sti does not come before that instruction.
 */
#include "kernel.h"

enum {
        PROGRAM = 0x00400000, /* where user code sees its page of 4 MB, ... */
        MEMORY = 0x00800000,  /* ... which is here */
        STACK = 0x00700000,
        SHARED = 0x00600000,
        PAGE_4M = 0x87,
        SHORT_TICKS = 300,
        ROUNDS = 3000,
};
/* Loops; one takes a nanosecond or a few, and a busy host may hold the timer for seconds. */
#define PATIENCE 4000000000u

/* What kernel and user code share. */
struct shared {
        volatile uint32_t seen; /* the tick of this round has come */
        uint32_t lost, round;
};

static volatile uint32_t ticks;
static bool lost_in_kernel, in_shadows, wrong_flags, wrong_load, wrong_delay, lost_in_delay;
static uint32_t too_early;
extern char program_begin[], program_end[], behind_add[], behind_both[], behind_hlt[];

static struct shared *shared(void)
{
        return (struct shared *)(KERNEL_BASE + MEMORY + SHARED - PROGRAM);
}

/* Each round a system call, which sets the timer; then wait for its tick without another. */
asm(".section .rodata\n"
    "program_begin:\n"
    "       movl $0x00600000, %ebp\n"
    "0:     movl $1, %eax\n"
    "       int $0x80\n"
    "       movl $4000000000, %ecx\n"
    "1:     cmpl $0, 0(%ebp)\n"
    "       jne 2f\n"
    "       decl %ecx\n"
    "       jnz 1b\n"
    "       incl 4(%ebp)\n"
    "       jmp 3f\n"
    "2:     incl 8(%ebp)\n"
    "       cmpl $3000, 8(%ebp)\n"
    "       jb 0b\n"
    "3:     movl $2, %eax\n"
    "       int $0x80\n"
    "program_end:\n"
    ".previous");

static void one_tick_in(uint32_t count)
{
        enum { PIT = 0x40, ONCE = 0x30 };

        outb(PIT + 3, ONCE);
        outb(PIT, count & 255);
        outb(PIT, count >> 8);
}

static void report(void)
{
        ktap_plan(7);
        ktap_result(!lost_in_kernel, "no tick is lost where the guest enables interrupts");
        ktap_result(!wrong_flags, "a tick that finds the wedge in pushf changes nothing of it");
        ktap_result(!wrong_load,
                    "a tick that finds the wedge in a segment load changes nothing of it");
        ktap_result(
            !wrong_delay,
            "a tick that finds the wedge in a write that passes time changes nothing of it");
        ktap_result(!lost_in_delay, "nor is it lost there");
        ktap_result(!too_early, "no tick comes between sti and the next instruction");
        ktap_result(!shared()->lost && shared()->round == ROUNDS,
                    "no tick is lost on the way to user code");
        ktap_finish();
}

void kernel_trap(struct trap_frame *frame)
{
        if (frame->vector == TIMER_VECTOR) {
                ticks++;
                if (in_shadows && frame->eip != (uint32_t)behind_add &&
                    frame->eip != (uint32_t)behind_both && frame->eip != (uint32_t)behind_hlt)
                        too_early++;
                shared()->seen = 1;
                timer_acknowledge();
        } else if (frame->vector == CALL_VECTOR && frame->eax == 1) {
                shared()->seen = 0;
                /* from at once to what a slow emulator needs for the way back */
                one_tick_in(1 + shared()->round % 100);
        } else if (frame->vector == CALL_VECTOR) {
                report();
        } else {
                panic("unexpected trap", frame);
        }
}

static void in_the_kernel(void)
{
        uint32_t left, count = 0;

        while (ticks < SHORT_TICKS && !lost_in_kernel) {
                const uint32_t last = ticks;

                for (left = PATIENCE; ticks == last && left; left--)
                        asm volatile("movl $0x5ad, %%eax; stc; sti; pushfl\n"
                                     "jnc 1f; cmpl $0x5ad, %%eax; jne 1f\n"
                                     "testl $0x200, (%%esp); jz 1f; testl $1, (%%esp); jnz 2f\n"
                                     "1: movb $1, %1\n"
                                     "2: popl %%eax; cli; sti; incl %0; incl %0; cli"
                                     : "+r"(count), "+m"(wrong_flags)
                                     :
                                     : "eax", "cc");
                lost_in_kernel = !left;
        }
}

/* The same selector again and again, with flags that count; the stack is where it was. */
static void in_segment_loads(void)
{
        const uint32_t last = ticks + SHORT_TICKS;
        uint32_t left, selector;

        asm volatile("movl %%ds, %0" : "=r"(selector));
        asm volatile("sti" : : : "memory");
        for (left = PATIENCE; ticks < last && left; left--)
                asm volatile("movl %%esp, %%esi; movl $0x80000000, %%eax; addl %%eax, %%eax\n"
                             "pushl %1; popl %%es; jnc 1f; jno 1f; jnz 1f; movl %1, %%es\n"
                             "jnc 1f; jno 1f; jnz 1f; pushl %1; popl %%ds; movl %1, %%ds\n"
                             "jnc 1f; jno 1f; jnz 1f; testl %%eax, %%eax; jnz 1f\n"
                             "cmpl %%esp, %%esi; je 2f\n"
                             "1: movb $1, %0; movl %%esi, %%esp\n"
                             "2:"
                             : "+m"(wrong_load)
                             : "d"(selector)
                             : "eax", "esi", "cc", "memory");
        asm volatile("cli" : : : "memory");
        wrong_load |= !left;
}

/* A write that only passes time, with flags that count. */
static void in_delays(void)
{
        const uint32_t last = ticks + SHORT_TICKS;
        uint32_t left;

        asm volatile("sti" : : : "memory");
        for (left = PATIENCE; ticks < last && left; left--)
                asm volatile("movl %%esp, %%esi; movl $0x80000000, %%eax; addl %%eax, %%eax\n"
                             "outb %%al, $0x80; jnc 1f; jno 1f; jnz 1f; testl %%eax, %%eax\n"
                             "jnz 1f; incl %%eax; outb %%al, $0x80; jz 1f; jo 1f\n"
                             "cmpl %%esp, %%esi; je 2f\n"
                             "1: movb $1, %0; movl %%esi, %%esp\n"
                             "2:"
                             : "+m"(wrong_delay)
                             :
                             : "eax", "esi", "cc", "memory");
        asm volatile("cli" : : : "memory");
        wrong_delay |= !left;
}

/*
 * Behind it is nothing that would find the tick.  It is made when the tick is expected, by how long
 * the ones before took.
 */
static void behind_a_delay(void)
{
        uint32_t round, left, i, wait = 1000;

        for (round = 0; round < 3 * ROUNDS && !lost_in_delay; round++) {
                const uint32_t last = ticks;

                one_tick_in(1);
                asm volatile("sti" : : : "memory");
                for (i = 0; i < wait && ticks == last; i++)
                        ;
                wait = i < wait ? wait - wait / 16 : wait + wait / 16 + 1;
                asm volatile("outb %%al, $0x80" : : : "memory");
                for (left = PATIENCE; ticks == last && left; left--)
                        ;
                asm volatile("cli" : : : "memory");
                lost_in_delay = !left;
        }
}

static void wait_until_asked(void)
{
        do
                outb(0x20, 0x0a);
        while (!(inb(0x20) & 1));
}

/* One tick is asked for already, a second follows while the wedge deals with the first. */
static void in_the_shadow(void)
{
        uint32_t round, count = 0, i;

        in_shadows = true;
        for (round = 0; round < ROUNDS; round++) {
                one_tick_in(1);
                wait_until_asked();
                one_tick_in(1 + round % 16);
                for (i = 0; i < round % 61 * 4; i++)
                        asm volatile("" : : : "memory");
                if (round % 2)
                        asm volatile("sti; incl %0; .globl behind_add; behind_add: incl %0\n"
                                     ".globl behind_both; behind_both: cli"
                                     : "+r"(count)
                                     :
                                     : "cc");
                else
                        asm volatile("sti; hlt; .globl behind_hlt; behind_hlt: cli" : : : "cc");
        }
        in_shadows = false;
}

static void to_user_code(void)
{
        uint8_t *memory = (uint8_t *)(KERNEL_BASE + MEMORY);
        static struct trap_frame frame = {.gs = USER_DS,
                                          .fs = USER_DS,
                                          .es = USER_DS,
                                          .ds = USER_DS,
                                          .eip = PROGRAM,
                                          .cs = USER_CS,
                                          .eflags = 0x202,
                                          .esp = STACK,
                                          .ss = USER_DS};
        uint32_t i;

        /* cppcheck-suppress comparePointers ; Both are the linker's */
        for (i = 0; i < (uint32_t)(program_end - program_begin); i++)
                memory[i] = (uint8_t)program_begin[i];
        page_directory[PROGRAM >> 22] = MEMORY | PAGE_4M;
        asm volatile("movl %%cr3, %%eax; movl %%eax, %%cr3" : : : "eax", "memory");
        trap_return(&frame);
}

void kernel_main(void)
{
        timer_init(1000);
        in_the_kernel();
        in_segment_loads();
        in_delays();
        behind_a_delay();
        in_the_shadow();
        to_user_code();
}
