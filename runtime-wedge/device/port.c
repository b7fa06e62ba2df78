/* SPDX-License-Identifier: BSD-2-Clause */
/* Which chip answers at which port; and the answer where there is none. */
#include "chips.h"

enum { PORTS = 0x10000 };

struct range {
        uint16_t first, last;
        uint32_t (*read)(uint32_t port);
        void (*write)(uint32_t port, uint32_t value);
        bool alone; /* answers accesses of one byte; wider ones are for somebody else */
};

/* Ports that software writes to pass time, or to tell a display on the board. */
static uint32_t nothing_read(uint32_t port)
{
        (void)port;
        return 0xff;
}

static void nothing_write(uint32_t port, uint32_t value)
{
        (void)port;
        (void)value;
}

/* The reset control lies within the address register of PCI. */
static const struct range ranges[] = {
    {0x020, 0x021, pic_read, pic_write, false},
    {0x0a0, 0x0a1, pic_read, pic_write, false},
    {0x3f8, 0x3ff, com1_read, com1_write, false},
    {0x040, 0x043, pit_read, pit_write, false},
    {0x061, 0x061, gate_read, gate_write, false},
    {0x070, 0x071, clock_read, clock_write, false},
    {0x2f8, 0x2ff, com2_read, com2_write, false},
    {0x080, 0x080, nothing_read, nothing_write, false},
    {0x0ed, 0x0ed, nothing_read, nothing_write, false},
    {0x4d0, 0x4d1, elcr_read, elcr_write, false},
    {0x060, 0x060, keyboard_read, keyboard_write, false},
    {0x064, 0x064, keyboard_read, keyboard_write, false},
    {0x092, 0x092, control_a_read, control_a_write, false},
    {0xcf9, 0xcf9, reset_read, reset_write, true},
};

/* Who answers at the ports an instruction can name by itself. */
static const struct range *board[0x100];

static uint32_t seen[PORTS / 32];

void port_start(void)
{
        uint32_t i, port;

        for (i = 0; i < PORTS / 32; i++)
                seen[i] = 0;
        for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
                for (port = ranges[i].first; port <= ranges[i].last && port < 256; port++)
                        board[port] = &ranges[i];
}

static const struct range *range_of(uint32_t port)
{
        uint32_t i;

        for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
                if (port >= ranges[i].first && port <= ranges[i].last)
                        return &ranges[i];
        return 0;
}

static bool is_absent(uint32_t port, uint32_t bytes)
{
        uint32_t i;

        for (i = 0; i < bytes; i++) {
                const struct range *range = range_of(port + i);

                if (range && !(range->alone && bytes > 1))
                        return false;
        }
        return true;
}

static void log_once(uint32_t port)
{
        uint32_t bit = 1u << port % 32;

        if (seen[port / 32 % (PORTS / 32)] & bit)
                return;
        seen[port / 32 % (PORTS / 32)] |= bit;
        log_number("nothing is at port", port);
}

static uint32_t ones(uint32_t bytes)
{
        return 0xffffffff >> (32 - 8 * bytes);
}

/* A port the guest was granted, and no chip of ours has, is the machine's. */
uint32_t port_read(uint32_t port, uint32_t bytes)
{
        const struct range *range = range_of(port);
        uint32_t value = 0, i;

        if (bytes == 1 && range)
                return range->read(port);
        if (is_absent(port, bytes)) {
                if (backend_port_in(port, bytes, &value))
                        return value;
                log_once(port);
                return ones(bytes);
        }
        for (i = 0; i < bytes; i++)
                value |= port_read(port + i, 1) << 8 * i;
        return value;
}

void port_write(uint32_t port, uint32_t bytes, uint32_t value)
{
        const struct range *range = range_of(port);
        uint32_t i;

        if (bytes == 1 && range) {
                range->write(port, value & 0xff);
                return;
        }
        if (is_absent(port, bytes)) {
                if (!backend_port_out(port, bytes, value))
                        log_once(port);
                return;
        }
        for (i = 0; i < bytes; i++)
                port_write(port + i, 1, value >> 8 * i & 0xff);
}

uint32_t port_read_byte(uint32_t port)
{
        const struct range *range = board[port & 0xff];

        return range ? range->read(port & 0xff) : port_read(port & 0xff, 1);
}

void port_write_byte(uint32_t port, uint32_t value)
{
        const struct range *range = board[port & 0xff];

        if (range)
                range->write(port & 0xff, value & 0xff);
        else
                port_write(port & 0xff, 1, value & 0xff);
}
