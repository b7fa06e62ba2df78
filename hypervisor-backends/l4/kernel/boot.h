/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between start.S and boot.c.
 */
#ifndef L4K_BOOT_H
#define L4K_BOOT_H

#include "types.h"

/* First C code: paging is on, the stack is the idle thread's. */
NORETURN void kernel_main(void);

extern u32 boot_pd[1024];
extern u32 gs_table[1024];
extern char gs_page[], kernel_end[];

#endif
