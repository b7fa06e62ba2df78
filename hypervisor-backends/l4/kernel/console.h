/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last words of a kernel that cannot go on, on the first serial port.
 * The kernel says nothing while it works.
 */
#ifndef L4K_CONSOLE_H
#define L4K_CONSOLE_H

#include "types.h"

/* 115,200 bits per second, 8 bits, no parity; user programs find the line so too. */
void console_init(void);

/* Print a sentence on the serial port: %s, %u and %x are understood. */
void console_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print the sentence and stop the processor for good. */
#define panic(...)                                                                                 \
        do {                                                                                       \
                console_print("afterburner l4: " __VA_ARGS__);                                     \
                machine_stop();                                                                    \
        } while (0)

NORETURN void machine_stop(void);

#endif
