/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * beyond: user code below 2 GB calls into a page of the kernel's that it may run, as Linux'
 * system-call page is.  Where a backend bounds user segments below that (L4, co-located) the
 * wedge runs those instructions itself.  Single steps, instructions in two pages, and a page that
 * is missing or closed are told as on the machine itself; it prints the same there.
 */
#include "kernel.h"

enum {
        PROGRAM = 0x00400000, /* user code's 4 MB page */
        STACK = 0x00c00000,   /* ends there; a page of its own, so that a wedge can look into it */
        MEMORY = 0x00800000,  /* physical, of that */
        TABLE_ENTRY = 5,      /* present, user, not writable */
        WRITABLE = 2,
        LARGE_USER = 0x87,
        TRAP_FLAG = 0x100,
        PAGE = 4096,
        STEPS = 16,
};
#define CALLS 0xb0000000u /* three pages of code, and one that is missing */

static uint8_t code[3][PAGE] __attribute__((aligned(4096)));
static uint32_t table[1024] __attribute__((aligned(4096)));
static uint32_t stack_table[1024] __attribute__((aligned(4096)));
static uint8_t stack[PAGE] __attribute__((aligned(4096)));
static uint32_t trap_stack[1024];

/* Where single steps stopped, and what the visit to user mode ended with. */
static uint32_t step[STEPS], steps;
static struct trap_frame last;
static uint32_t last_address;
static uint32_t come_back, visitor_stack;
/* The next system call goes back to user code; and closes the page it came from before. */
static bool returns, closes;

void kernel_trap(struct trap_frame *frame)
{
        if (!come_back)
                panic("unexpected trap", frame);
        if (frame->vector == 1 && steps < STEPS) {
                step[steps++] = frame->eip;
                return;
        }
        if (frame->vector == CALL_VECTOR && returns) {
                returns = false;
                if (closes) {
                        table[0] &= ~4u;
                        asm volatile("invlpg (%0)" : : "r"(CALLS) : "memory");
                }
                return;
        }
        asm volatile("movl %%cr2, %0" : "=r"(last_address));
        last = *frame;
        trap_resume(frame, come_back, visitor_stack);
}

/* User code: call *%eax; int $CALL_VECTOR. */
static void visit(uint32_t to, uint32_t flags)
{
        steps = 0;
        asm volatile("pushl %%ebp; movl %%esp, %0; movl $1f, %1;"
                     "pushl %3; pushl %4; pushl %5; pushl %6; pushl %7; iret; 1: popl %%ebp"
                     : "=m"(visitor_stack), "=m"(come_back), "+a"(to)
                     : "i"(USER_DS), "i"(STACK), "r"(flags | 2), "i"(USER_CS), "i"(PROGRAM)
                     : "ebx", "ecx", "edx", "esi", "edi", "memory", "cc");
        come_back = 0;
}

static void put(uint32_t at, const char *bytes, unsigned count)
{
        uint8_t *to = (uint8_t *)code + (at - CALLS);

        while (count--)
                *to++ = (uint8_t)*bytes++;
}

static void make_spaces(void)
{
        static const char program[] = "\xff\xd0\xcd\x80";
        uint8_t *low = (uint8_t *)(KERNEL_BASE + MEMORY);
        unsigned i;

        for (i = 0; i < sizeof(program) - 1; i++)
                low[i] = (uint8_t)program[i];
        put(CALLS, "\x51\xb9\x05\x00\x00\x00\x90\x59\xc3", 9); /* push, mov, nop, pop, ret */
        put(CALLS + PAGE - 3, "\xb8\x11\x22\x33\x44\xc3", 6);  /* mov $, %eax; ret */
        put(CALLS + 2 * PAGE - 1, "\xcd\x80\xc3", 3);          /* int $0x80; ret */
        put(CALLS + 3 * PAGE - 1, "\xcd", 1);                  /* int, and no more */
        put(CALLS + 100, "\xcd\x80\xc3", 3);                   /* int $0x80; ret */
        for (i = 0; i < 3; i++)
                table[i] = ((uint32_t)code[i] - KERNEL_BASE) | TABLE_ENTRY;
        page_directory[CALLS >> 22] = ((uint32_t)table - KERNEL_BASE) | 7;
        page_directory[PROGRAM >> 22] = MEMORY | LARGE_USER;
        stack_table[1023] = ((uint32_t)stack - KERNEL_BASE) | TABLE_ENTRY | WRITABLE;
        page_directory[(STACK - 1) >> 22] = ((uint32_t)stack_table - KERNEL_BASE) | 7;
        asm volatile("movl %%cr3, %%eax; movl %%eax, %%cr3" : : : "eax", "memory");
}

static bool stepped_through(const uint32_t *expected, unsigned count)
{
        unsigned i;

        for (i = 0; i < count && i < steps; i++)
                if (step[i] != expected[i])
                        print("# step %u at %x, not at %x\n", i, step[i], expected[i]);
        for (i = 0; i < count; i++)
                if (step[i] != expected[i])
                        return false;
        return steps == count;
}

static void each_instruction_is_a_step(void)
{
        static const uint32_t expected[] = {CALLS,     CALLS + 1, CALLS + 6,
                                            CALLS + 7, CALLS + 8, PROGRAM + 2};

        visit(CALLS, TRAP_FLAG);
        ktap_result(stepped_through(expected, 6) && last.vector == CALL_VECTOR &&
                        last.eip == PROGRAM + 4,
                    "each_instruction_is_a_step");
}

static void an_immediate_in_two_pages(void)
{
        visit(CALLS + PAGE - 3, 0);
        ktap_result(last.vector == CALL_VECTOR && last.eip == PROGRAM + 4 && last.eax == 0x44332211,
                    "an_immediate_in_two_pages");
}

static void an_int_in_two_pages(void)
{
        static const uint32_t expected[] = {CALLS + 2 * PAGE - 1};

        visit(CALLS + 2 * PAGE - 1, 0);
        ktap_result(last.vector == CALL_VECTOR && last.eip == CALLS + 2 * PAGE + 1,
                    "an_int_in_two_pages");
        visit(CALLS + 2 * PAGE - 1, TRAP_FLAG);
        ktap_result(stepped_through(expected, 1) && last.vector == CALL_VECTOR &&
                        last.eip == CALLS + 2 * PAGE + 1 && last.eflags & TRAP_FLAG,
                    "an_int_that_is_stepped_into");
}

static void the_second_half_is_missing(void)
{
        visit(CALLS + 3 * PAGE - 1, 0);
        ktap_result(last.vector == 14 && last.error == 4 && last.eip == CALLS + 3 * PAGE - 1 &&
                        last_address == CALLS + 3 * PAGE,
                    "the_second_half_is_missing");
}

/*
 * A wedge that has its page mapped knows the return behind a system call from the last time: not
 * when that page has changed.
 */
static void a_page_that_is_closed(void)
{
        unsigned i;

        for (i = 0; i < 3; i++) {
                (void)*(const volatile uint8_t *)CALLS;
                returns = true;
                visit(CALLS + 100, 0);
                ktap_result(last.vector == CALL_VECTOR && last.eip == PROGRAM + 4,
                            "a_return_behind_a_system_call");
        }
        returns = closes = true;
        visit(CALLS + 100, 0);
        ktap_result(last.vector == 14 && last.error == 5 && last.eip == CALLS + 102 &&
                        last_address == CALLS + 102,
                    "a_page_that_is_closed_during_a_system_call");
}

void kernel_main(void)
{
        make_spaces();
        tss.esp0 = (uint32_t)(trap_stack + 1024);
        ktap_plan(9);
        each_instruction_is_a_step();
        an_immediate_in_two_pages();
        an_int_in_two_pages();
        the_second_half_is_missing();
        a_page_that_is_closed();
        ktap_finish();
}
