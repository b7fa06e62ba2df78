/* SPDX-License-Identifier: BSD-2-Clause */
/* The runtime of the small guest programs: see guest.h. */
#include "guest.h"

/*
 * Linux 2.6.12 refuses a program with a loadable segment that is empty in the
 * file, which is what a linker makes when there is uninitialised data only.
 */
__attribute__((used)) static volatile int initialised_datum = 1;

asm(".globl _start\n"
    "_start:\n"
    "       xorl %ebp, %ebp\n"
    "       movl %esp, %eax\n"
    "       andl $-16, %esp\n"
    "       subl $12, %esp\n"
    "       pushl %eax\n"
    "       call guest_start\n");

__attribute__((noreturn, used)) void guest_start(long *stack);

void guest_start(long *stack)
{
        int argc = (int)stack[0];
        char **argv = (char **)(stack + 1);
        int status = guest_main(argc, argv, argv + argc + 1);

        for (;;)
                sys1(SYS_exit, status);
}

void *memcpy(void *to, const void *from, size_t bytes)
{
        char *t = to;
        const char *f = from;

        while (bytes--)
                *t++ = *f++;
        return to;
}

void *memset(void *to, int byte, size_t bytes)
{
        char *t = to;

        while (bytes--)
                *t++ = (char)byte;
        return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
        const unsigned char *p = a, *q = b;

        for (; bytes--; p++, q++)
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
        for (; n; n--, a++, b++)
                if (*a != *b || !*a)
                        return (unsigned char)*a - (unsigned char)*b;
        return 0;
}

int strcmp(const char *a, const char *b)
{
        return strncmp(a, b, ~(size_t)0);
}

char *strstr(const char *in, const char *what)
{
        size_t n = strlen(what);

        for (; *in; in++)
                if (!strncmp(in, what, n))
                        return (char *)in;
        return n ? NULL : (char *)in;
}

long guest_map(unsigned long bytes, int protection)
{
        /* The old call with its block of arguments: private, anonymous. */
        struct {
                unsigned long address, bytes, protection, flags, fd, offset;
        } block = {0, bytes, (unsigned long)protection, 0x22, ~0ul, 0};

        return sys1(SYS_mmap, &block);
}

long guest_sleep(unsigned nanoseconds)
{
        long moment[2] = {(long)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000)};
        long long longer[2] = {moment[0], moment[1]};
        long error = sys2(SYS_nanosleep, moment, 0);

        return error == -ENOSYS_ ? sys4(SYS_clock_nanosleep_time64, 1, 0, longer, 0) : error;
}

long guest_clock(long long *nanoseconds)
{
        long time[2];
        long long longer[2];
        long error = sys2(SYS_clock_gettime, 1, time);

        *nanoseconds = time[0] * 1000000000ll + time[1];
        if (error == -ENOSYS_) {
                error = sys2(SYS_clock_gettime64, 1, longer);
                *nanoseconds = longer[0] * 1000000000ll + longer[1];
        }
        return error;
}

unsigned long guest_auxiliary(char **environment, unsigned long type)
{
        unsigned long *pair;

        while (*environment)
                environment++;
        for (pair = (unsigned long *)(environment + 1); pair[0]; pair += 2)
                if (pair[0] == type)
                        return pair[1];
        return 0;
}

/* --- text ------------------------------------------------------------------ */

struct sink {
        char *buffer;
        size_t bytes, used;
};

static void put(struct sink *sink, char c)
{
        if (sink->used + 1 < sink->bytes)
                sink->buffer[sink->used] = c;
        sink->used++;
}

static void put_number(struct sink *sink, uint64_t value, unsigned base, int width, char fill)
{
        char digits[24];
        int n = 0;

        do {
                digits[n++] = "0123456789abcdef"[value % base];
                value /= base;
        } while (value);
        for (; width > n; width--)
                put(sink, fill);
        while (n)
                put(sink, digits[--n]);
}

int guest_vformat(char *buffer, size_t bytes, const char *format, va_list arguments)
{
        struct sink sink = {buffer, bytes, 0};

        for (; *format; format++) {
                int width = 0, longs = 0;
                char fill = ' ';
                const char *s;
                int64_t value;

                if (*format != '%') {
                        put(&sink, *format);
                        continue;
                }
                format++;
                if (*format == '0')
                        fill = *format++;
                while (*format >= '0' && *format <= '9')
                        width = width * 10 + *format++ - '0';
                while (*format == 'l') {
                        longs++;
                        format++;
                }
                switch (*format) {
                case 's':
                        for (s = va_arg(arguments, const char *); *s; s++)
                                put(&sink, *s);
                        break;
                case 'c':
                        put(&sink, (char)va_arg(arguments, int));
                        break;
                case 'd':
                        value = longs > 1 ? va_arg(arguments, int64_t) : va_arg(arguments, int);
                        if (value < 0)
                                put(&sink, '-');
                        put_number(&sink, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, width,
                                   fill);
                        break;
                case 'u':
                case 'x':
                        put_number(&sink,
                                   longs > 1 ? va_arg(arguments, uint64_t)
                                             : va_arg(arguments, unsigned),
                                   *format == 'x' ? 16 : 10, width, fill);
                        break;
                default:
                        put(&sink, *format);
                }
        }
        if (bytes)
                buffer[sink.used < bytes ? sink.used : bytes - 1] = 0;
        return (int)sink.used;
}

int guest_format(char *buffer, size_t bytes, const char *format, ...)
{
        va_list arguments;
        int used;

        va_start(arguments, format);
        used = guest_vformat(buffer, bytes, format, arguments);
        va_end(arguments);
        return used;
}

void guest_printf(const char *format, ...)
{
        char line[4096];
        va_list arguments;
        size_t left;
        const char *p = line;

        va_start(arguments, format);
        guest_vformat(line, sizeof line, format, arguments);
        va_end(arguments);
        for (left = strlen(line); left;) {
                long n = sys3(SYS_write, 1, p, left);

                if (n <= 0 && n != -EINTR_)
                        return;
                if (n > 0) {
                        p += n;
                        left -= (size_t)n;
                }
        }
}
