/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device ports, a byte at a time, for code that runs on the target with the
 * right to use them.
 */
#ifndef AFTERBURN_PORT_H
#define AFTERBURN_PORT_H

#include <stdint.h>

static inline void outb(uint16_t port, uint8_t value)
{
        __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
        uint8_t value;

        __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
        return value;
}

#endif
