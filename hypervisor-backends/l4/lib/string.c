/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory and string functions that the compiler and our programs need. */
#include <l4/io.h>

void *memcpy(void *dst, const void *src, size_t n)
{
        void *d = dst;

        __asm__ volatile("rep movsb" : "+D"(d), "+S"(src), "+c"(n) : : "memory");
        return dst;
}

void *memset(void *dst, int c, size_t n)
{
        void *d = dst;

        __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
        return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
        if ((uintptr_t)dst - (uintptr_t)src >= n)
                return memcpy(dst, src, n);
        for (uint8_t *d = dst; n--;)
                d[n] = ((const uint8_t *)src)[n];
        return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
        const uint8_t *p = a, *q = b;

        for (; n; n--, p++, q++)
                if (*p != *q)
                        return *p - *q;
        return 0;
}

size_t strlen(const char *s)
{
        size_t n = 0;

        while (s[n])
                n++;
        return n;
}

int strncmp(const char *a, const char *b, size_t n)
{
        for (; n && *a && *a == *b; n--)
                a++, b++;
        return n ? (uint8_t)*a - (uint8_t)*b : 0;
}

int strcmp(const char *a, const char *b)
{
        return strncmp(a, b, (size_t)-1);
}
