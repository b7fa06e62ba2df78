/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Labels of entry.S that C code names.
 */
#ifndef L4K_ENTRY_H
#define L4K_ENTRY_H

#include "types.h"

/* Callee-saved registers switch_context() leaves below its return address. */
#define SWITCH_WORDS 4

/* Return to user code with the registers in the running thread's frame. */
void exit_to_user(void);
/* First kernel code of a thread that fault_continue() lets go on. */
void fault_answered_entry(void);
/* First kernel code of a new thread: calls kmsg_started(), then exits. */
void thread_entry(void);
/* Where an idle processor waits. */
void idle_loop(void) __attribute__((noreturn));

void sysenter_entry(void);
void int_ipc_entry(void);
void int_syscall_entry(void);

/* The one IRET of the kernel, and where segment registers are loaded: a fault there is the user's.
 */
extern char exit_iret[], exit_segments[], exit_segments_end[];
extern char exit_stack_write[], exit_stack_written[];

/* Entry points of vectors 0 to 31 and interrupts 0 to 15. */
extern void (*const exception_entries[32])(void);
/* Vectors 13 and 14 without the way that ends in SYSEXIT. */
void exception_13_long(void);
void exception_14_long(void);
extern void (*const irq_entries[16])(void);
/* Those of the processor itself: its timer, and what it reports for nothing. */
void irq_16(void);
void irq_spurious(void);

/*
 * Copy len bytes; false if the source or target faulted (the fault's address
 * is in CR2).  For addresses a user named; the page-fault handler leaves the
 * copy when it happens here.
 */
bool copy_guarded(void *to, const void *from, u32 len);
extern char copy_guarded_fault[], copy_guarded_fixup[];

#endif
