/* SPDX-License-Identifier: BSD-2-Clause */
/* What the programs here share. */
#ifndef AFTERBURN_PROGRAMS_H
#define AFTERBURN_PROGRAMS_H

#include "guest.h"

/*
 * True in a guest that `afterburn run' started, where this program's neighbours are its own;
 * else one line says so.
 */
static inline bool in_a_guest(const char *program)
{
        long fd = sys3(SYS_open, "/afterburn.run", O_RDONLY_, 0);

        if (fd < 0) {
                guest_printf("%s: runs in a guest only: afterburn run vmlinux -- /bin/%s\n",
                             program, program);
                return false;
        }
        sys1(SYS_close, fd);
        return true;
}

/* Zeroed memory that children share with their parent. */
static inline void *shared_memory(unsigned long bytes)
{
        long block[] = {0, (long)bytes, PROT_READ_ | PROT_WRITE_, 0x21, -1, 0};

        return (void *)sys1(SYS_mmap, block);
}

/* The next of a fixed sequence of pseudo-random numbers, 15 bits each. */
static inline unsigned random_next(uint32_t *state)
{
        *state = *state * 1103515245 + 12345;
        return *state >> 16 & 0x7fff;
}

static inline unsigned number_of(const char *s)
{
        unsigned n = 0;

        for (; *s >= '0' && *s <= '9'; s++)
                n = n * 10 + (unsigned)(*s - '0');
        return n;
}

#endif
