/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptor tables, timer, console and KTAP of the sample kernels. */
#include "kernel.h"

enum { CONSOLE = 0x3f8, CONTROL = 0x2f8, PIC1 = 0x20, PIC2 = 0xa0, PIT = 0x40 };

struct table_pointer {
        uint16_t limit;
        uint32_t base;
} __attribute__((packed));

void load_descriptors(const struct table_pointer *gdt_pointer,
                      const struct table_pointer *idt_pointer);
extern char trap_entries[], boot_stack_top[];

uint64_t gdt[6] = {
    0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00cffb000000ffff, 0x00cff3000000ffff, 0};
struct tss tss;
static uint64_t idt[256];

static unsigned planned, done, failed;

static void line_init(uint16_t port)
{
        outb((uint16_t)(port + 1), 0);    /* no interrupts */
        outb((uint16_t)(port + 3), 0x80); /* divisor 1: 115200 baud */
        outb(port, 1);
        outb((uint16_t)(port + 1), 0);
        outb((uint16_t)(port + 3), 3); /* 8 bits, no parity */
}

void machine_init(void)
{
        struct table_pointer gdt_pointer = {sizeof gdt - 1, (uint32_t)gdt};
        struct table_pointer idt_pointer = {sizeof idt - 1, (uint32_t)idt};
        uint32_t base = (uint32_t)&tss, entry;
        unsigned vector;

        tss.ss0 = KERNEL_DS;
        tss.esp0 = (uint32_t)boot_stack_top;
        tss.rest[22] = sizeof tss << 16;
        gdt[TSS_SELECTOR / 8] = (uint64_t)(base >> 24) << 56 | 0x0000890000000000ull |
                                (uint64_t)(base & 0xffffff) << 16 | (sizeof tss - 1);
        for (vector = 0; vector < 256; vector++) {
                /* Interrupt gates; breakpoints and vectors from 0x40 on are open to user mode. */
                uint32_t type = vector == 3 || vector == 4 || vector >= 0x40 ? 0xee00 : 0x8e00;

                entry = (uint32_t)trap_entries + vector * 16;
                idt[vector] = (uint64_t)((entry & 0xffff0000) | type) << 32 |
                              (KERNEL_CS << 16 | (entry & 0xffff));
        }
        load_descriptors(&gdt_pointer, &idt_pointer);
        line_init(CONSOLE);
        line_init(CONTROL);
}

void timer_init(unsigned hertz)
{
        unsigned divisor = 1193182 / hertz;

        outb(PIC1, 0x11);
        outb(PIC1 + 1, TIMER_VECTOR);
        outb(PIC1 + 1, 4);
        outb(PIC1 + 1, 1);
        outb(PIC2, 0x11);
        outb(PIC2 + 1, TIMER_VECTOR + 8);
        outb(PIC2 + 1, 2);
        outb(PIC2 + 1, 1);
        outb(PIC1 + 1, 0xfe);
        outb(PIC2 + 1, 0xff);
        outb(PIT + 3, 0x34);
        outb(PIT, (uint8_t)divisor);
        outb(PIT, (uint8_t)(divisor >> 8));
}

void timer_acknowledge(void)
{
        outb(PIC1, 0x20);
}

static void put(uint16_t port, char c)
{
        unsigned patience;

        for (patience = 1000000; patience && !(inb((uint16_t)(port + 5)) & 0x20); patience--)
                ;
        outb(port, (uint8_t)c);
}

static void put_number(uint16_t port, uint32_t value, unsigned base)
{
        char digits[12];
        int n = 0;

        do {
                digits[n++] = "0123456789abcdef"[value % base];
                value /= base;
        } while (value);
        while (n)
                put(port, digits[--n]);
}

static void vprint(uint16_t port, const char *format, va_list arguments)
{
        const char *s;

        for (; *format; format++) {
                if (*format != '%') {
                        put(port, *format);
                        continue;
                }
                switch (*++format) {
                case 's':
                        for (s = va_arg(arguments, const char *); *s; s++)
                                put(port, *s);
                        break;
                case 'u':
                        put_number(port, va_arg(arguments, uint32_t), 10);
                        break;
                case 'x':
                        put_number(port, va_arg(arguments, uint32_t), 16);
                        break;
                default:
                        put(port, *format);
                }
        }
}

void print(const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        vprint(CONSOLE, format, arguments);
        va_end(arguments);
}

void tell(const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        vprint(CONTROL, format, arguments);
        va_end(arguments);
}

/* Multiboot information: which of its words are valid, and where the command line is. */
enum { HAS_COMMAND_LINE = 4, COMMAND_LINE = 4, MAPPED = 32 << 20 };

static const char *command_line(void)
{
        const uint32_t *information = (const uint32_t *)(boot_information + KERNEL_BASE);

        if (boot_information >= MAPPED || !(information[0] & HAS_COMMAND_LINE) ||
            information[COMMAND_LINE] >= MAPPED)
                return "";
        return (const char *)(information[COMMAND_LINE] + KERNEL_BASE);
}

/* Where @text goes on behind @word; NULL: it does not begin so. */
static const char *behind(const char *text, const char *word)
{
        for (; *word; text++, word++)
                if (*text != *word)
                        return NULL;
        return text;
}

const char *command_line_behind(const char *word)
{
        const char *line, *found = NULL;

        for (line = command_line(); *line && !found; line++)
                found = behind(line, word);
        return found;
}

bool left_out(const char *name)
{
        const char *list = command_line_behind("without="), *end;

        while (list && *list && *list != ' ') {
                end = behind(list, name);
                if (end && (!*end || *end == ',' || *end == ' '))
                        return true;
                while (*list && *list != ' ' && *list++ != ',')
                        ;
        }
        return false;
}

/* Where the report begins on a console whose reader may be late (see rootfs/init.c). */
static const char ready_mark[] = "\026afterburn ready\026";

void ktap_plan(unsigned tests)
{
        planned = tests;
        if (command_line_behind("quiet"))
                print("%s", ready_mark);
        tell("afterburn ready\n");
        print("KTAP version 1\n1..%u\n", tests);
}

void ktap_result(bool passed, const char *name)
{
        failed += !passed;
        print("%sok %u %s\n", passed ? "" : "not ", ++done, name);
}

void ktap_skip(const char *name, const char *why)
{
        print("ok %u %s # SKIP %s\n", ++done, name, why);
}

static void stop(unsigned status) __attribute__((noreturn));

static void stop(unsigned status)
{
        tell("afterburn exit %u 0\n", status);
        outb(0x64, 0xfe); /* the keyboard controller resets the machine */
        for (;;)
                asm volatile("cli; hlt");
}

void ktap_finish(void)
{
        stop(failed || done != planned);
}

void panic(const char *why, const struct trap_frame *frame)
{
        print("Bail out! %s", why);
        if (frame)
                print(": vector %u error %x at %x:%x", frame->vector, frame->error, frame->cs,
                      frame->eip);
        print("\n");
        stop(99);
}
