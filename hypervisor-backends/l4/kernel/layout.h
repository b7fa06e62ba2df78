/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual address map above the user area, and the segment selectors.
 * Plain numbers only: assembly includes this file too.
 *
 *   0x00000000  user
 *   0xC0000000  nothing
 *   0xDF000000  one page users can read: the word behind %gs:0
 *   0xDF001000  the processor's interrupt controller (apic.c)
 *   0xF0000000  physical memory 0 to 240 MB, in 4 MB pages
 *   0xFF800000  per-space window: TSS, IO permission bitmap, copy window
 */
#ifndef L4K_LAYOUT_H
#define L4K_LAYOUT_H

#include "../include/l4/abi.h"

#define USER_TOP    L4_USER_END
#define GS_PAGE     0xDF000000
#define APIC_PAGE   0xDF001000
#define PHYS_MAP    0xF0000000
#define PHYS_LIMIT  0x0F000000
#define WINDOW      0xFF800000
#define WINDOW_IO   0xFF801000
#define WINDOW_COPY 0xFF804000

/* Where the loader puts the kernel (physical). */
#define KERNEL_LOAD 0x00100000

/* The TSS ends where the IO bitmap begins; see ioports.c. */
#define TSS_SIZE 104
#define TSS_ADDR (WINDOW_IO - TSS_SIZE)

/* Where it says where the bitmap is; and nowhere, for a thread that has no ports. */
#define TSS_IO_BASE (TSS_ADDR + 102)
#define TSS_NO_IO   0xFFFF

/*
 * Global descriptor table.  SYSEXIT fixes the distances of the first four
 * (SDM 2B, SYSEXIT); Linux programs fix 6, 7 and 8 for thread-local storage.
 */
#define SEL_KCODE 0x08
#define SEL_KDATA 0x10
#define SEL_UCODE L4_USER_CS
#define SEL_UDATA L4_USER_DS
#define SEL_UTCB  L4_USER_GS
#define GDT_UCODE 3
#define GDT_UDATA 4
#define GDT_TLS   L4_TLS_GDT_FIRST
#define GDT_TSS   9
#define GDT_COUNT 10
#define SEL_TSS   0x48

/* In the high word of a bounded thread's data segment: it has more than that (bounds.c). */
#define DATA3_SPECIAL 0x00100000 /* a bit for software */

/* The four data segment registers of a new thread, as a frame has them (tcb.h). */
#define FLAT_GS_FS (SEL_UDATA << 16 | SEL_UTCB)
#define FLAT_ES_DS (SEL_UDATA << 16 | SEL_UDATA)

/* Interrupt vectors. */
#define VEC_IRQ      0x20
#define VEC_IPC      L4_TRAP_IPC
#define VEC_SYSCALL  L4_TRAP_SYSCALL
#define VEC_CLOCK    0x32
/* The Pentium III reports noise only there: its low four bits are always set. */
#define VEC_SPURIOUS 0x3F
#define VEC_COUNT    0x40

/*
 * Calls by SYSENTER (stubs.S): EBX from CALL_LOWEST on.  ExchangeRegisters marks its control
 * word so that CX is not 0, and goes by int where bits of that want EBX and EBP; its POPs are
 * CALL_POPS bytes long.
 */
#define CALL_LOWEST             0xFFFFFFFB
#define CALL_THREAD_CONTROL     0xFFFFFFFB
#define CALL_ALARM              0xFFFFFFFC
#define CALL_EXCHANGE_REGISTERS 0xFFFFFFFD
#define CALL_UNMAP              0xFFFFFFFE
#define CALL_THREAD_SWITCH      0xFFFFFFFF
#define CALL_BY_INT             (L4_EXREGS_USERHANDLE | L4_EXREGS_PAGER)
#define CALL_MARK               0x8000
#define CALL_POPS               2

/* One page holds a thread's control block and, above it, its kernel stack. */
#define TCB_SIZE 4096

/* EFLAGS of a thread that returns from IPC: interrupts on, IOPL 0. */
#define USER_EFLAGS 0x202

#endif
