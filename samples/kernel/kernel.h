/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the sample kernels share: start-up, traps, timer, console, KTAP.
 *
 * A sample is loaded at 1 MB by multiboot and linked at 2 GB and 1 MB, where
 * its virtual address space begins.  start.S runs at physical addresses, turns
 * paging on with 4 MB pages (physical memory at 0 and at 2 GB) and calls
 * kernel_main().
 */
#ifndef AFTERBURN_SAMPLE_KERNEL_H
#define AFTERBURN_SAMPLE_KERNEL_H

#define KERNEL_BASE 0x80000000

/* Selectors, in the order sysenter wants them. */
#define KERNEL_CS    0x08
#define KERNEL_DS    0x10
#define USER_CS      0x1b
#define USER_DS      0x23
#define TSS_SELECTOR 0x28

#define TIMER_VECTOR 0x20
#define CALL_VECTOR  0x80

#ifndef __ASSEMBLER__
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <afterburn/port.h>

/* What the entry code leaves on the stack. */
struct trap_frame {
        uint32_t edi, esi, ebp, unused, ebx, edx, ecx, eax;
        uint32_t gs, fs, es, ds;
        uint32_t vector, error, eip, cs, eflags;
        uint32_t esp, ss; /* only when user mode was left */
};

/* Provided by each sample.  The frame may be changed. */
void kernel_main(void);
void kernel_trap(struct trap_frame *frame);

extern uint32_t page_directory[1024]; /* at its virtual address */
extern uint64_t gdt[6];
extern struct tss {
        uint32_t link, esp0, ss0, rest[23];
} tss;

/* Leave a trap for code that is waiting for it, with the frame's registers. */
void trap_resume(struct trap_frame *frame, uint32_t eip, uint32_t esp) __attribute__((noreturn));
/* Return from a trap through a frame, anywhere. */
void trap_return(struct trap_frame *frame) __attribute__((noreturn));

/* What the boot loader left: physical address of multiboot information. */
extern uint32_t boot_information;

void machine_init(void);
void timer_init(unsigned hertz);
void timer_acknowledge(void);

void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same on the control line, for whoever runs the machine. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Where the boot loader's command line goes on behind the first @word; NULL: it has none. */
const char *command_line_behind(const char *word);
/* It has this name in a word `without=NAME,...'. */
bool left_out(const char *name);
/* KTAP: the plan, one result, and the end of the machine with the verdict. */
void ktap_plan(unsigned tests);
void ktap_result(bool passed, const char *name);
void ktap_skip(const char *name, const char *why);
void ktap_finish(void) __attribute__((noreturn));
void panic(const char *why, const struct trap_frame *frame) __attribute__((noreturn));

#endif
#endif
