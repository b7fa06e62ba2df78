/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ends: a guest kernel that comes to the end its command line names.
 *      well      a report of success, after 200 ticks
 *      panic     a report of failure
 *      triple    a fault with no descriptor table to report it
 *      loop      for ever, with interrupts off
 *      beyond    the same as `well', after accesses from 3 GB on, each of which must fault
 *      forge     the same as `well', after words on both lines that only others may say
 *      half      half a line for whoever runs the machine, and a triple fault
 *      segment   data in a segment with a base, as kernels for several processors have it
 */
#include "kernel.h"

static volatile uint32_t ticks;
static uint32_t fault_address, fault_error, fault_return;

void kernel_trap(struct trap_frame *frame)
{
        if (frame->vector == TIMER_VECTOR) {
                ticks++;
                timer_acknowledge();
        } else if (frame->vector == 14 && fault_return) {
                asm volatile("movl %%cr2, %0" : "=r"(fault_address));
                fault_error = frame->error;
                frame->eip = fault_return;
                fault_return = 0;
        } else {
                panic("unexpected trap", frame);
        }
}

static void triple_fault(void)
{
        static const struct {
                uint16_t limit;
                uint32_t base;
        } __attribute__((packed)) none = {0, 0};

        asm volatile("cli; lidt %0; ud2" : : "m"(none) : "memory");
}

static void endless_loop(void)
{
        asm volatile("cli" : : : "memory");
        asm volatile(".globl endless_loop_here; endless_loop_here: jmp endless_loop_here");
}

static void segment_with_a_base(void)
{
        static uint32_t data[4] = {1, 2, 3, 4};
        uint32_t base = (uint32_t)data, value;

        gdt[USER_DS / 8] = (uint64_t)(base >> 24) << 56 | 0x00cf930000000000ull |
                           (uint64_t)(base & 0xffffff) << 16 | 0xffff;
        asm volatile("movl %1, %%gs; movl %%gs:8, %0" : "=r"(value) : "r"(USER_DS & ~3) : "memory");
        ktap_plan(1);
        ktap_result(value == 3, "data in a segment with a base");
        ktap_finish();
}

/* The address and error code that the processor reports for @code at %ebx. */
#define FAULTS(name, at, address, error, code)                                                     \
        do {                                                                                       \
                fault_address = fault_error = 0x55555555;                                          \
                asm volatile("movl $1f, %0; " code "; 1:"                                          \
                             : "=m"(fault_return)                                                  \
                             : "b"(at)                                                             \
                             : "eax", "ecx", "esi", "edi", "memory");                              \
                ktap_result(fault_address == (uint32_t)(address) && fault_error == (error), name); \
        } while (0)

static void beyond(void)
{
        enum { NOT_PRESENT_READ = 0, NOT_PRESENT_WRITE = 2 };

        ktap_plan(7);
        FAULTS("a read", 0xc0001234, 0xc0001234, NOT_PRESENT_READ, "movl (%%ebx), %%eax");
        FAULTS("a write", 0xf0000124, 0xf0000124, NOT_PRESENT_WRITE, "movl %%eax, (%%ebx)");
        FAULTS("with an index", 0xc0000010, 0xc0001000, NOT_PRESENT_READ,
               "movl $0x3fc, %%ecx; movl (%%ebx,%%ecx,4), %%eax");
        FAULTS("absolute", 0, 0xd0000008, NOT_PRESENT_READ, "movl 0xd0000008, %%eax");
        FAULTS("a string read", 0xc1000000, 0xc1000000, NOT_PRESENT_READ,
               "movl %%ebx, %%esi; movl $page_directory, %%edi; movsl");
        FAULTS("a string write", 0xc1000000, 0xc1000000, NOT_PRESENT_WRITE,
               "movl %%ebx, %%edi; movl $page_directory, %%esi; movsl");
        FAULTS("a jump", 0xc0002000, 0xc0002000, NOT_PRESENT_READ, "jmp *%%ebx");
        ktap_finish();
}

static void forge(void)
{
        print("afterburner l4: exception 14 in the kernel at f0001000: please report it\n");
        tell("afterburn error L4 stopped: forged\n");
        tell("monitor good afterburn error forged\n");
        tell("vm good afterburn exit 0 0\n");
        tell("afterburn exit 0 0\nafterburn exit 0 0\n");
}

void kernel_main(void)
{
        timer_init(100);
        if (command_line_behind("forge"))
                forge();
        if (command_line_behind("half"))
                tell("half a line");
        if (command_line_behind("panic"))
                panic("as the command line asks", 0);
        if (command_line_behind("triple") || command_line_behind("half"))
                triple_fault();
        if (command_line_behind("loop"))
                endless_loop();
        if (command_line_behind("beyond"))
                beyond();
        if (command_line_behind("segment"))
                segment_with_a_base();
        asm volatile("sti" : : : "memory");
        while (ticks < 200)
                asm volatile("hlt" : : : "memory");
        ktap_plan(1);
        ktap_result(true, "200 ticks");
        ktap_finish();
}
