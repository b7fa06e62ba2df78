/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports of the real machine, for backends that pass a guest's access on. */
#ifndef BACKENDS_PORT_H
#define BACKENDS_PORT_H

#include <stdint.h>

/* Read @bytes (1, 2 or 4) from @port, zero-extended. */
static inline uint32_t port_read(uint32_t port, uint32_t bytes)
{
        uint32_t value = 0;

        if (bytes == 1)
                __asm__ volatile("inb %w1,%b0" : "+a"(value) : "d"(port));
        else if (bytes == 2)
                __asm__ volatile("inw %w1,%w0" : "+a"(value) : "d"(port));
        else
                __asm__ volatile("inl %w1,%0" : "=a"(value) : "d"(port));
        return value;
}

/* Write the low @bytes (1, 2 or 4) of @value to @port. */
static inline void port_write(uint32_t port, uint32_t bytes, uint32_t value)
{
        if (bytes == 1)
                __asm__ volatile("outb %b0,%w1" : : "a"(value), "d"(port));
        else if (bytes == 2)
                __asm__ volatile("outw %w0,%w1" : : "a"(value), "d"(port));
        else
                __asm__ volatile("outl %0,%w1" : : "a"(value), "d"(port));
}

#endif
