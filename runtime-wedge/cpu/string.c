/* SPDX-License-Identifier: BSD-2-Clause */
/* What a freestanding compiler may call. */
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

void *memcpy(void *to, const void *from, size_t bytes)
{
        void *result = to;

        size_t words = bytes / 4;

        asm volatile("rep movsl; movl %3,%%ecx; rep movsb"
                     : "+D"(to), "+S"(from), "+c"(words)
                     : "r"(bytes % 4)
                     : "memory");
        return result;
}

void *memmove(void *to, const void *from, size_t bytes)
{
        const char *s = from;
        char *d = to;

        if (d <= s)
                return memcpy(to, from, bytes);
        while (bytes--)
                d[bytes] = s[bytes];
        return to;
}

void *memset(void *to, int byte, size_t bytes)
{
        void *result = to;

        size_t words = bytes / 4;

        asm volatile("rep stosl; movl %3,%%ecx; rep stosb"
                     : "+D"(to), "+c"(words)
                     : "a"((byte & 255) * 0x01010101u), "r"(bytes % 4)
                     : "memory");
        return result;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
        const unsigned char *p = a, *q = b;
        size_t i;

        for (i = 0; i < bytes; i++)
                if (p[i] != q[i])
                        return p[i] - q[i];
        return 0;
}
