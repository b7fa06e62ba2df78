/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * touches: all memory of the machine, in pages of 4 KB, each of which faults: first the kernel
 * writes each, then user code reads each.  With `not' on its command line it does everything but
 * that.
 */
#include "kernel.h"

enum {
        PAGE = 4096,
        MINE = 16 << 20, /* this kernel and its tables are below */
        TABLES = 8 << 20,
        KERNEL_VIEW = 0x90000000u,
        USER_VIEW = 0x20000000,
        MEMORY_KB = 2, /* word of the boot loader's information: memory behind 1 MB */
        USER = 4,
        PRESENT_WRITABLE = 3,
        USER_STACK = 0x7ff000, /* physical = linear: see start.S */
};

static uint32_t pages;

extern char program[];
/* The sum of the words at %esi and %ecx - 1 pages behind. */
asm(".section .rodata\n"
    "program:\n"
    "       xorl %eax, %eax\n"
    "0:     addl (%esi), %eax\n"
    "       addl $4096, %esi\n"
    "       loop 0b\n"
    "       int $0x80\n"
    ".previous");

static void finish(uint32_t sum) __attribute__((noreturn));
static void finish(uint32_t sum)
{
        uint32_t i, expected = 0;

        for (i = 0; i < pages; i++)
                expected += i;
        ktap_result(sum == expected, "user code reads what the kernel wrote");
        ktap_finish();
}

void kernel_trap(struct trap_frame *frame)
{
        if (frame->vector != CALL_VECTOR)
                panic("unexpected trap", frame);
        finish(frame->eax);
}

/* The memory behind MINE at @view, its tables at @tables. */
static void show(uint32_t view, uint32_t tables, uint32_t rights)
{
        uint32_t *table = (uint32_t *)(KERNEL_BASE + tables), i;

        for (i = 0; i < pages; i++)
                table[i] = (MINE + i * PAGE) | rights;
        for (i = 0; i * 1024 < pages; i++)
                page_directory[(view >> 22) + i] = (tables + i * PAGE) | rights;
}

static void run_user(uint32_t count)
{
        static struct trap_frame frame;

        frame = (struct trap_frame){.gs = USER_DS,
                                    .fs = USER_DS,
                                    .es = USER_DS,
                                    .ds = USER_DS,
                                    .esi = USER_VIEW,
                                    .ecx = count,
                                    .eip = (uint32_t)program - KERNEL_BASE,
                                    .cs = USER_CS,
                                    .eflags = 2,
                                    .esp = USER_STACK,
                                    .ss = USER_DS};
        trap_return(&frame);
}

void kernel_main(void)
{
        const uint32_t *information = (const uint32_t *)(KERNEL_BASE + boot_information);
        uint32_t i, count;

        pages = ((information[MEMORY_KB] + 1024) / 4) - MINE / PAGE;
        count = command_line_behind("not") ? 1 : pages;
        show(KERNEL_VIEW, TABLES, PRESENT_WRITABLE);
        show(USER_VIEW, TABLES + pages / 1024 * PAGE + PAGE, PRESENT_WRITABLE | USER);
        ktap_plan(1);
        for (i = 0; i < count; i++)
                *(volatile uint32_t *)(KERNEL_VIEW + i * PAGE) = i;
        if (count < pages)
                pages = 1;
        run_user(count);
}
