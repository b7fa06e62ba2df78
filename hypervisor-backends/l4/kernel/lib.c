/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the compiler expects of every C environment, and 64-bit division.
 */
#include "types.h"
#include "x86.h"

void *memset(void *to, int byte, size_t len)
{
        void *at = to;
        size_t words = len / 4;

        asm volatile("rep stosl" : "+D"(at), "+c"(words) : "a"((u8)byte * 0x01010101u) : "memory");
        len %= 4;
        asm volatile("rep stosb" : "+D"(at), "+c"(len) : "a"(byte) : "memory");
        return to;
}

void *memcpy(void *to, const void *from, size_t len)
{
        void *at = to;
        size_t words = len / 4;

        asm volatile("rep movsl" : "+D"(at), "+S"(from), "+c"(words) : : "memory");
        len %= 4;
        asm volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(len) : : "memory");
        return to;
}

u64 div64(u64 a, u32 b)
{
        u32 high = (u32)(a >> 32), low = (u32)a, rest, q;

        rest = high % b;
        high /= b;
        asm("divl %4" : "=a"(q), "=d"(rest) : "0"(low), "1"(rest), "r"(b));
        return (u64)high << 32 | q;
}

u32 *skip_zeros(u32 *at, u32 *end)
{
        while (end - at >= 8 && !(at[0] | at[1] | at[2] | at[3] | at[4] | at[5] | at[6] | at[7]))
                at += 8;
        while (at != end && !*at)
                at++;
        return at;
}
