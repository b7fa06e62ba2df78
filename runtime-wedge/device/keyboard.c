/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An 8042 keyboard controller with nothing plugged in: it answers commands, what is sent to
 * a keyboard is answered by a time-out, and it can reset the machine.
 */
#include "chips.h"

enum {
        STATUS_OUTPUT = 1,
        STATUS_SYSTEM = 4,
        STATUS_COMMAND = 8,
        STATUS_UNLOCKED = 0x10,
        STATUS_TIMEOUT = 0x40
};
enum { MODE_INTERRUPT = 1, MODE_SYSTEM = 4, MODE_NO_KEYBOARD = 0x10, MODE_NO_MOUSE = 0x20 };
enum { LINE_STUCK = 1, RESEND = 0xfe, OUTPUT_PORT = 0xcf };

static uint8_t mode, output, status, awaited;

static void answer(uint32_t byte, uint32_t how)
{
        output = (uint8_t)byte;
        status = (uint8_t)((status & ~STATUS_TIMEOUT) | STATUS_OUTPUT | how);
        pic_line(LINE_KEYBOARD, mode & MODE_INTERRUPT);
}

static void command(uint32_t value)
{
        status |= STATUS_COMMAND;
        awaited = 0;
        switch (value) {
        case 0x20:
                answer(mode, 0);
                break;
        case 0xa7:
                mode |= MODE_NO_MOUSE;
                break;
        case 0xa8:
                mode &= (uint8_t)~MODE_NO_MOUSE;
                break;
        case 0xa9: /* tests of the two lines: one that nobody pulls up is stuck low */
        case 0xab:
                answer(LINE_STUCK, 0);
                break;
        case 0xaa:
                answer(0x55, 0); /* the controller itself is well */
                break;
        case 0xad:
                mode |= MODE_NO_KEYBOARD;
                break;
        case 0xae:
                mode &= (uint8_t)~MODE_NO_KEYBOARD;
                break;
        case 0xd0:
                answer(OUTPUT_PORT, 0);
                break;
        case 0x60: /* commands with an argument */
        case 0xd1:
        case 0xd2:
        case 0xd3:
        case 0xd4:
                awaited = (uint8_t)value;
                break;
        default:
                if (value >= 0xf0 && !(value & 1))
                        machine_reset(); /* pulses the processor's reset line */
        }
}

static void data(uint32_t value)
{
        uint32_t what = awaited;

        status &= (uint8_t)~STATUS_COMMAND;
        awaited = 0;
        if (what == 0x60)
                mode = (uint8_t)value;
        else if (what == 0xd1 && !(value & 1))
                machine_reset();
        else if (what == 0xd2)
                answer(value, 0);
        else if (what != 0xd1 && what != 0xd3)
                answer(RESEND, STATUS_TIMEOUT); /* for a keyboard or a mouse */
}

uint32_t keyboard_read(uint32_t port)
{
        if (port & 4)
                return status;
        status &= (uint8_t) ~(STATUS_OUTPUT | STATUS_TIMEOUT);
        pic_line(LINE_KEYBOARD, false);
        return output;
}

void keyboard_write(uint32_t port, uint32_t value)
{
        if (port & 4)
                command(value);
        else
                data(value);
}

void keyboard_start(void)
{
        mode = MODE_SYSTEM | MODE_NO_KEYBOARD | MODE_NO_MOUSE;
        status = STATUS_SYSTEM | STATUS_UNLOCKED;
        output = awaited = 0;
}
