/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * boundaries: where an interrupt that waits is taken.  Each test has the timer's interrupt
 * pending with interrupts off, executes a few instructions that let it in, and compares
 * the interrupted address with the one IA-32 promises.  It prints the same on bare
 * hardware and bound.
 */
#include "kernel.h"

static uint32_t buffer[4];
static volatile uint32_t interrupted, interrupts, stepped, steps, step_limit;

/* What a visit to user mode ended with. */
static volatile uint32_t left_vector, left_error, left_stack;
static uint32_t come_back, visitor_stack;

void kernel_trap(struct trap_frame *frame)
{
        if (come_back) {
                left_vector = frame->vector;
                left_error = frame->error;
                left_stack = (uint32_t)(&frame->ss + 1);
                trap_resume(frame, come_back, visitor_stack);
        }
        if (frame->vector == TIMER_VECTOR) {
                interrupted = frame->eip;
                interrupts++;
                timer_acknowledge();
        } else if (frame->vector == 1) {
                stepped = frame->eip;
                if (++steps >= step_limit)
                        frame->eflags &= ~0x100u;
        } else {
                panic("unexpected trap", frame);
        }
}

/* The timer's next interrupt, after so many counts, and none behind it. */
static void count_down(unsigned counts)
{
        enum { PIT = 0x40, ONCE = 0x30 };

        outb(PIT + 3, ONCE);
        outb(PIT, (uint8_t)counts);
        outb(PIT, (uint8_t)(counts >> 8));
}

/*
 * Until the controller has the timer's only request; interrupts are off.  One of before may still
 * wait, from a boundary that let none in or on a slow machine from the timer as it was: it is taken
 * first, or the one asked for here might come as a second.
 */
static void wait_until_pending(void)
{
        enum { LATE = 0xffff, SOON = 1193 }; /* 55 ms, 1 ms */

        do {
                count_down(LATE);
                asm volatile("sti; nop; nop; cli" : : : "memory");
                outb(0x20, 0x0a);
        } while (inb(0x20) & 1);
        count_down(SOON);
        interrupts = interrupted = 0;
        do
                outb(0x20, 0x0a);
        while (!(inb(0x20) & 1));
}

/* The code ends with interrupts off and defines the label expected_NAME. */
#define BOUNDARY(name, times, code)                                                                \
        static void name(void)                                                                     \
        {                                                                                          \
                extern char expected_##name[];                                                     \
                wait_until_pending();                                                              \
                asm volatile(code : : "r"(KERNEL_DS), "r"(buffer) : "eax", "memory", "cc");        \
                ktap_result(interrupts == (times) &&                                               \
                                (!(times) || interrupted == (uint32_t)expected_##name),            \
                            #name);                                                                \
        }

BOUNDARY(sti_delays_by_a_plain_instruction, 1,
         "sti; incl (%1); .globl expected_sti_delays_by_a_plain_instruction\n"
         "expected_sti_delays_by_a_plain_instruction: incl (%1); cli")
BOUNDARY(sti_nop_cli_lets_it_in, 1,
         "sti; nop; .globl expected_sti_nop_cli_lets_it_in\n"
         "expected_sti_nop_cli_lets_it_in: cli")
BOUNDARY(sti_cli_does_not, 0,
         "sti; cli; .globl expected_sti_cli_does_not; expected_sti_cli_does_not: nop")
BOUNDARY(sti_hlt_wakes_up_behind_hlt, 1,
         "sti; hlt; .globl expected_sti_hlt_wakes_up_behind_hlt\n"
         "expected_sti_hlt_wakes_up_behind_hlt: incl (%1); cli")
BOUNDARY(sti_pushf_is_one_more, 1,
         "sti; pushfl; .globl expected_sti_pushf_is_one_more\n"
         "expected_sti_pushf_is_one_more: popl %%eax; cli")
BOUNDARY(sti_segment_load_is_one_more, 1,
         "movl %0, %%es; sti; movl %0, %%es; .globl expected_sti_segment_load_is_one_more\n"
         "expected_sti_segment_load_is_one_more: incl (%1); cli")
BOUNDARY(sti_null_segment_is_one_more, 1,
         "xorl %%eax, %%eax; sti; movl %%eax, %%gs; .globl expected_sti_null_segment_is_one_more\n"
         "expected_sti_null_segment_is_one_more: incl (%1); cli")
BOUNDARY(popf_lets_it_in_at_once, 1,
         "pushl $0x202; popfl; .globl expected_popf_lets_it_in_at_once\n"
         "expected_popf_lets_it_in_at_once: incl (%1); cli")
BOUNDARY(iret_lets_it_in_at_once, 1,
         "pushl $0x202; pushl %%cs; pushl $expected_iret_lets_it_in_at_once; iretl; nop\n"
         ".globl expected_iret_lets_it_in_at_once\n"
         "expected_iret_lets_it_in_at_once: incl (%1); cli")
BOUNDARY(registers_survive_the_copied_instruction, 1,
         "movl $0x1234, %%eax; sti; leal 1(%%eax), %%eax\n"
         ".globl expected_registers_survive_the_copied_instruction\n"
         "expected_registers_survive_the_copied_instruction: cli; movl %%eax, 8(%1)")

/* The trap flag: once for each instruction, whatever it is bound to. */
static void single_steps_count_instructions(void)
{
        extern char step_end[];

        steps = 0;
        step_limit = 6;
        asm volatile("pushfl; orl $0x100, (%%esp); popfl\n"
                     "incl %%ecx; cli; pushfl; popl %%eax; movl %%cr0, %%eax; incl %%ecx\n"
                     ".globl step_end; step_end: incl %%ecx"
                     :
                     :
                     : "eax", "ecx", "memory", "cc");
        ktap_result(steps == 6 && stepped == (uint32_t)step_end, "single_steps_count_instructions");
}

/* What a stepped instruction pushes has the flag that steps it. */
static void a_stepped_pushf_shows_the_trap_flag(void)
{
        enum { TRAP = 0x100 };
        uint32_t seen[2];

        steps = 0;
        step_limit = 6;
        asm volatile("pushfl; orl $0x100, (%%esp); popfl\n"
                     "pushfl; popl %0; stc; pushfl; jnc 1f; popl %1; incl %%ecx; incl %%ecx\n"
                     "1:"
                     : "=&a"(seen[0]), "=&d"(seen[1])
                     :
                     : "ecx", "memory", "cc");
        ktap_result(seen[0] & TRAP && seen[1] & TRAP, "a_stepped_pushf_shows_the_trap_flag");
}

/* The first pushf has to keep the flags behind it, so it is a call; the second is code in line. */
static void popf_keeps_every_flag(void)
{
        static const uint32_t flags[] = {0x46,   0x8d7,  0x3046, 0x40002, 0x200402, 0x2,
                                         0x4046, 0x70d6, 0x1002, 0x2402,  0x243c13, 0x247cd7};
        uint32_t i, called, in_line, wrong = 0;

        for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
                asm volatile(
                    "pushl %2; popfl; pushfl; popl %0; pushfl; cli; popl %1; pushl $2; popfl"
                    : "=&r"(called), "=&r"(in_line)
                    : "r"(flags[i])
                    : "memory", "cc");
                wrong |= (called ^ flags[i]) | (in_line ^ flags[i]);
        }
        ktap_result(!wrong, "popf_keeps_every_flag");
}

static void a_changed_descriptor_is_seen(void)
{
        uint32_t limit[2];

        gdt[TSS_SELECTOR / 8 - 1] = 0x00cff3000000ffff;
        asm volatile("movl %2, %%es; lsll %2, %0; andb $0xf0, 6+%3; movl %2, %%es; lsll %2, %1;"
                     "movl %4, %%es"
                     : "=&r"(limit[0]), "=&r"(limit[1])
                     : "r"(USER_DS), "m"(gdt[USER_DS / 8]), "r"(KERNEL_DS)
                     : "memory", "cc");
        gdt[USER_DS / 8] = 0x00cff3000000ffff;
        ktap_result(limit[0] == 0xffffffff && limit[1] == 0x0fffffff,
                    "a_changed_descriptor_is_seen");
}

/* To user mode, which comes back by a system call. */
static void visit_user_mode(void)
{
        static const uint8_t user_code[] = {0xcd, CALL_VECTOR};
        static uint32_t user_stack[16];

        asm volatile("pushl %%ebp; movl %%esp, %0; movl $1f, %1;"
                     "pushl %2; pushl %3; pushl $2; pushl %4; pushl %5; iret; 1: popl %%ebp"
                     : "=m"(visitor_stack), "=m"(come_back)
                     : "i"(USER_DS), "r"(user_stack + 16), "i"(USER_CS), "i"(user_code)
                     : "eax", "ebx", "ecx", "edx", "esi", "edi", "memory", "cc");
        come_back = 0;
}

/* Going there and back is done with what was found the last time: unless a table has changed. */
static void changed_tables_are_seen_by_user_traps(void)
{
        static uint32_t stacks[2][512];
        struct {
                uint16_t limit;
                uint32_t base;
        } __attribute__((packed)) idtr;
        uint32_t tops[2] = {(uint32_t)(stacks[0] + 512), (uint32_t)(stacks[1] + 512)}, i;
        uint32_t usual = tss.esp0;
        uint64_t *idt, gate;

        asm volatile("sidt %0" : "=m"(idtr));
        idt = (uint64_t *)idtr.base;
        tss.esp0 = tops[0];
        for (i = 0; i < 3; i++)
                visit_user_mode();
        ktap_result(left_vector == CALL_VECTOR && left_stack == tops[0],
                    "user_mode_comes_back_by_a_system_call");
        tss.esp0 = tops[1];
        visit_user_mode();
        ktap_result(left_vector == CALL_VECTOR && left_stack == tops[1],
                    "a_changed_stack_of_the_task_is_seen");
        gate = idt[CALL_VECTOR];
        idt[CALL_VECTOR] = idt[CALL_VECTOR + 1];
        visit_user_mode();
        ktap_result(left_vector == CALL_VECTOR + 1, "a_changed_gate_is_seen");
        idt[CALL_VECTOR] = gate & ~0x0000600000000000ull;
        visit_user_mode();
        ktap_result(left_vector == 13 && left_error == CALL_VECTOR * 8 + 2,
                    "a_gate_closed_to_user_mode_is_seen");
        idt[CALL_VECTOR] = gate;
        visit_user_mode();
        gdt[USER_CS / 8] &= ~0x0000800000000000ull; /* not present */
        visit_user_mode();
        ktap_result(left_vector == 11 && left_error == (USER_CS & 0xfffc),
                    "a_user_segment_that_is_gone_is_seen");
        gdt[USER_CS / 8] |= 0x0000800000000000ull;
        tss.esp0 = usual;
}

/* A page is brought in without more of the guest's stack than a frame: it may have 4 KB of it. */
static void a_missing_page_needs_little_stack(void)
{
        enum { WORDS = 256, USED = 32, UNTOUCHED = KERNEL_BASE + (24 << 20) };
        static uint32_t stack[WORDS];
        uint32_t i, wrong = 0;

        for (i = 0; i < WORDS; i++)
                stack[i] = i;
        asm volatile("movl %%esp, %%ebx; movl %0, %%esp; movl (%1), %%eax; movl %%ebx, %%esp"
                     :
                     : "r"(stack + WORDS), "r"(UNTOUCHED)
                     : "eax", "ebx", "memory");
        for (i = 0; i < WORDS - USED; i++)
                wrong |= stack[i] ^ i;
        ktap_result(!wrong, "a_missing_page_needs_little_stack");
}

void kernel_main(void)
{
        timer_init(100);
        ktap_plan(20);
        sti_delays_by_a_plain_instruction();
        sti_nop_cli_lets_it_in();
        sti_cli_does_not();
        sti_hlt_wakes_up_behind_hlt();
        sti_pushf_is_one_more();
        sti_segment_load_is_one_more();
        sti_null_segment_is_one_more();
        popf_lets_it_in_at_once();
        iret_lets_it_in_at_once();
        registers_survive_the_copied_instruction();
        single_steps_count_instructions();
        a_stepped_pushf_shows_the_trap_flag();
        popf_keeps_every_flag();
        a_changed_descriptor_is_seen();
        changed_tables_are_seen_by_user_traps();
        a_missing_page_needs_little_stack();
        ktap_finish();
}
