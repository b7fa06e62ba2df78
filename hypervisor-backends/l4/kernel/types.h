/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Integer types of the kernel, and the few compiler spellings it uses.
 */
#ifndef L4K_TYPES_H
#define L4K_TYPES_H

#include <stddef.h>
#include <stdbool.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int s32;
typedef long long s64;

#define PACKED       __attribute__((packed))
#define NORETURN     __attribute__((noreturn))
#define ALIGNED(n)   __attribute__((aligned(n)))
#define FALLTHROUGH  __attribute__((fallthrough))
#define UNUSED       __attribute__((unused))
#define REGPARM      __attribute__((regparm(3))) /* arguments in EAX, EDX, ECX: called most */
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n)       (1u << (n))

_Static_assert(sizeof(u32) == 4 && sizeof(void *) == 4, "the kernel is a 32-bit program");

/* Bits set in a word. */
static inline u32 popcount(u32 w)
{
        w -= w >> 1 & 0x55555555;
        w = (w & 0x33333333) + (w >> 2 & 0x33333333);
        return ((w + (w >> 4)) & 0x0F0F0F0F) * 0x01010101 >> 24;
}

void *memset(void *to, int byte, size_t len);
void *memcpy(void *to, const void *from, size_t len);
/* The first word that is not zero from @at up to @end, or @end; quick where there are few. */
u32 *skip_zeros(u32 *at, u32 *end);

#endif
