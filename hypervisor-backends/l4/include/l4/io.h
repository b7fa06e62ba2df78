/* SPDX-License-Identifier: BSD-2-Clause */
/* Freestanding helpers every L4 program of this project uses: text, ports, end. */
#ifndef L4_IO_H
#define L4_IO_H

#include <stdarg.h>
#include <l4/types.h>

L4_INLINE void l4_outb(uint16_t port, uint8_t v)
{
        __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

L4_INLINE uint8_t l4_inb(uint16_t port)
{
        uint8_t v;

        __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
        return v;
}

L4_INLINE uint64_t l4_rdtsc(void)
{
        uint64_t t;

        __asm__ volatile("rdtsc" : "=A"(t));
        return t;
}

/* Where putchar goes; starts as the first serial port. */
extern void (*l4_putc)(char c);

/* The first serial port, polled, without interrupts. */
void l4_serial_putc(char c);
int l4_serial_getc(void); /* -1 when nothing has arrived */

/* Formatted output: %c %s %d %u %x %p %%, 'l' and 'll' prefixes, width, '0' and '-'. */
void l4_vprintf(void (*put)(char c), const char *fmt, va_list ap);
int l4_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * End the emulator.  Under QEMU with isa-debug-exit at port 0xF4 the process
 * ends with 2 * (status + 32) + 1, status at most 95; bochs ends on the word "Shutdown" at port
 * 0x8900. Where neither exists the program stops for ever.
 */
void l4_shutdown(unsigned int status) __attribute__((noreturn));

/* What programs define; its value is handed to l4_shutdown in a root task. */
int main(void);

void *memcpy(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
void *memmove(void *dst, const void *src, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);

#endif /* L4_IO_H */
