/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run an instruction that may fault.  TRY executes `code' and goes on behind
 * it whether or not a trap came; `caught' tells which.
 */
#ifndef AFTERBURN_HELLO_TRY_H
#define AFTERBURN_HELLO_TRY_H

#include "kernel.h"

/* clang-format off */
enum { NOTHING = -1, VECTOR_DB = 1, VECTOR_BP = 3, VECTOR_OF = 4, VECTOR_UD = 6, VECTOR_GP = 13,
       VECTOR_PF = 14 };
/* clang-format on */

extern volatile int caught; /* vector, or NOTHING */
extern volatile uint32_t caught_eip, caught_cs;
extern volatile uint32_t trap_recover, trap_stack;
extern volatile unsigned timer_ticks, calls;

/* clang-format off */
#define TRY(code, outputs, ...)                                                                    \
        do {                                                                                       \
                caught = NOTHING;                                                                  \
                asm volatile("pushl %%ebp\n\t"                                                     \
                             "movl %%esp, trap_stack\n\t"                                          \
                             "movl $88f, trap_recover\n\t" code "\n"                               \
                             "88:\tmovl $0, trap_recover\n\t"                                      \
                             "popl %%ebp"                                                          \
                             : outputs                                                             \
                             : __VA_ARGS__                                                         \
                             : "memory", "cc");                                                    \
        } while (0)
/* clang-format on */
#define OUT(...) __VA_ARGS__
#define NONE

#define ROW(name)                                                                                  \
        bool row_##name(void);                                                                     \
        bool row_##name(void)

static inline void cpuid(uint32_t leaf, uint32_t out[4])
{
        asm volatile("cpuid"
                     : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
                     : "0"(leaf), "2"(0));
}

/* Bit `bit' of register `which' (eax 0 ... edx 3) of a leaf, if there is one. */
static inline bool has(uint32_t leaf, unsigned which, unsigned bit)
{
        uint32_t out[4];

        cpuid(leaf & 0x80000000, out);
        if (out[0] < leaf)
                return false;
        cpuid(leaf, out);
        return out[which] >> bit & 1;
}

static inline void set_msr(uint32_t number, uint32_t value)
{
        asm volatile("wrmsr" : : "c"(number), "a"(value), "d"(0));
}

static inline uint32_t flags(void)
{
        uint32_t value;

        asm volatile("pushfl; popl %0" : "=r"(value));
        return value;
}

#endif
