/* SPDX-License-Identifier: BSD-2-Clause */
/* 16550s, polled for output; the MC146818, whose index register the kernel uses too. */
#include <l4/io.h>
#include "device.h"

enum {
        DATA = 0,
        INTERRUPTS = 1,
        BUFFERS = 2,
        FORMAT = 3,
        MODEM = 4,
        STATUS = 5,
        RECEIVED = 1,
        TRANSMITTER_EMPTY = 0x20,
        NO_LINE = 0xff,
        INDEX = 0x70,
        CLOCK_DATA = 0x71,
        CLOCK_A = 10,
        UPDATING = 0x80
};

static uint16_t at(L4_Word_t port, unsigned int reg)
{
        return (uint16_t)(port + reg);
}

void device_line_start(L4_Word_t port, int input)
{
        l4_outb(at(port, INTERRUPTS), 0);
        l4_outb(at(port, FORMAT), 0x80); /* divisor: 115200 */
        l4_outb(at(port, DATA), 1);
        l4_outb(at(port, INTERRUPTS), 0);
        l4_outb(at(port, FORMAT), 0x03); /* 8 bits, no parity */
        l4_outb(at(port, BUFFERS), 0x07);
        l4_outb(at(port, MODEM), 0x0b);
        if (input)
                l4_outb(at(port, INTERRUPTS), 1);
}

void device_write(L4_Word_t port, const char *text, unsigned int n)
{
        for (; n--; text++) {
                uint8_t status;

                while (!((status = l4_inb(at(port, STATUS))) & TRANSMITTER_EMPTY))
                        ;
                if (status == NO_LINE)
                        return;
                l4_outb(at(port, DATA), (uint8_t)*text);
        }
}

int device_read(L4_Word_t port)
{
        uint8_t status = l4_inb(at(port, STATUS));

        return status != NO_LINE && (status & RECEIVED) ? l4_inb(at(port, DATA)) : -1;
}

static unsigned int cmos(uint8_t index)
{
        l4_outb(INDEX, index);
        return l4_inb(CLOCK_DATA);
}

struct moment {
        unsigned int second, minute, hour, day, month, year;
};

static struct moment look(void)
{
        while (cmos(CLOCK_A) & UPDATING)
                ;
        return (struct moment){cmos(0), cmos(2), cmos(4), cmos(7), cmos(8), cmos(9)};
}

static unsigned int decimal(unsigned int bcd)
{
        return (bcd >> 4) * 10 + (bcd & 15);
}

/* A tick of the kernel's in between changes the index: only what reads twice the same counts. */
static struct moment look_twice(void)
{
        struct moment a = look(), b = look();

        while (memcmp(&a, &b, sizeof(a))) {
                a = b;
                b = look();
        }
        return a;
}

L4_Word_t device_clock(void)
{
        static const uint16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
        struct moment m = look_twice();
        unsigned int year = 2000 + decimal(m.year), month = decimal(m.month);
        L4_Word_t days;

        if (month < 1 || month > 12)
                return 0;
        days = (year - 1970) * 365 + (year - 1969) / 4 + before[month - 1] + decimal(m.day) - 1;
        if (month > 2 && year % 4 == 0)
                days++;
        return ((days * 24 + decimal(m.hour)) * 60 + decimal(m.minute)) * 60 + decimal(m.second);
}
