/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Divisions of 64-bit numbers by 32-bit ones as the processor has them: one or two instructions,
 * where C's operators call a library that knows nothing of the divisor.
 */
#ifndef AB_DEVICE_DIVIDE_H
#define AB_DEVICE_DIVIDE_H

#include <stdint.h>

struct division {
        uint64_t quotient;
        uint32_t rest;
};

/* @n / @d where the quotient has 32 bits: @n < @d * 2^32, or it is a divide error. */
static inline struct division divide(uint64_t n, uint32_t d)
{
        uint32_t quotient, rest;

        asm("divl %4"
            : "=a"(quotient), "=d"(rest)
            : "a"((uint32_t)n), "d"((uint32_t)(n >> 32)), "r"(d)
            : "cc");
        return (struct division){quotient, rest};
}

/* Of any @n. */
static inline struct division divide_long(uint64_t n, uint32_t d)
{
        uint32_t high = (uint32_t)(n >> 32);
        struct division low = divide((uint64_t)(high % d) << 32 | (uint32_t)n, d);

        low.quotient |= (uint64_t)(high / d) << 32;
        return low;
}

#endif
