/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last words of a kernel that cannot go on, on the serial ports.
 * The kernel says nothing while it works.
 */
#ifndef L4K_CONSOLE_H
#define L4K_CONSOLE_H

#include "types.h"

/* 115,200 bits per second, 8 bits, no parity; user programs find the line so too. */
void console_init(void);

/*
 * Print the sentence on the first serial line, and for whoever runs the machine on the second;
 * then stop the processor for good.  %s, %u and %x are understood.
 */
NORETURN void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

NORETURN void machine_stop(void);

#endif
