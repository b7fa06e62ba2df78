/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The serial lines: a 16550A as drivers probe and drive it; console and control line. */
#include <string.h>
#include "board.h"

enum { COM1 = 0x3f8, COM2 = 0x2f8, MS = 1000000 };

static void fresh(void)
{
        board_start();
        board_controllers();
}

/* The probe of Linux' 8250 driver, step by step. */
static void probe(void)
{
        fresh();
        out(COM1 + 1, 0);
        check(in(COM1 + 1) == 0, "probe: interrupts off");
        out(COM1 + 1, 0x0f);
        check(in(COM1 + 1) == 0x0f, "probe: interrupts on");
        out(COM1 + 1, 0xff);
        check(in(COM1 + 1) == 0x0f, "probe: no further bits, so not a newer chip");
        out(COM1 + 1, 0);
        out(COM1 + 4, 0x1a);
        check((in(COM1 + 6) & 0xf0) == 0x90, "probe: the loop shows request to send and output 2");
        out(COM1 + 4, 0);
        out(COM1 + 3, 0xbf);
        out(COM1 + 2, 0);
        out(COM1 + 3, 0);
        out(COM1 + 2, 1);
        check(in(COM1 + 2) >> 6 == 3, "probe: buffers that work");
        out(COM1 + 3, 0x80);
        check(in(COM1 + 2) != 0, "probe: no register behind the divisor");
        out(COM1, 1);
        out(COM1 + 1, 2);
        check(in(COM1) == 1 && in(COM1 + 1) == 2, "the divisor is kept");
        out(COM1 + 3, 3);
        check(in(COM1 + 1) == 0 && in(COM1 + 3) == 3, "and does not cover the other registers");
        out(COM1 + 7, 0x5a);
        check(in(COM1 + 7) == 0x5a, "the scratch register holds");
}

static void loop(void)
{
        fresh();
        out(COM1 + 2, 7);
        out(COM1 + 4, 0x10);
        out(COM1, 'x');
        out(COM1, 'y');
        check(in(COM1 + 5) & 1 && in(COM1) == 'x' && in(COM1) == 'y' && !(in(COM1 + 5) & 1),
              "in the loop what is sent is received");
        board_wait(100 * MS);
        check(!board_console[0], "and does not leave");
}

static void say(uint32_t base, const char *text)
{
        for (; *text; text++)
                out(base, (uint8_t)*text);
}

static void output(void)
{
        fresh();
        check((in(COM1 + 5) & 0x60) == 0x60, "the transmitter is empty");
        say(COM1, "hello\n");
        check(!strcmp(board_console, "hello\n") && board_writes == 1,
              "a line goes out in one piece");
        say(COM1, "# ");
        check(board_writes == 1, "a part of one waits");
        device_idle();
        check(!strcmp(board_console, "hello\n# "), "until the guest has nothing to do");
        say(COM1, "more");
        board_wait(10 * MS);
        check(!strcmp(board_console, "hello\n# more"), "or for some milliseconds");
        say(COM2, "afterburn ready\n");
        check(!strcmp(board_control, "afterburn ready\n"), "the second line is the control line");
}

static void sending(void)
{
        fresh();
        out(COM1 + 4, 8);
        check(!pic_pending(), "nothing asks");
        out(COM1 + 1, 2);
        check(pic_pending() && pic_acknowledge() == 0x24,
              "asked for, the empty transmitter interrupts");
        check((in(COM1 + 2) & 0x0f) == 2 && (in(COM1 + 2) & 1), "reading the cause takes it back");
        out(0x20, 0x20);
        check(!pic_pending(), "so it has gone");
        out(COM1, 'x');
        check(pic_pending() && pic_acknowledge() == 0x24, "after a byte it is empty again");
        out(0x20, 0x20);
        in(COM1 + 2);
        out(COM1 + 1, 0);
        out(COM1, 'x');
        check(!pic_pending(), "unless nobody asks");
        fresh();
        out(COM1 + 1, 2);
        check(!pic_pending(), "or output 2 has not connected the line");
}

static void input(void)
{
        static const char text[] = "the quick brown fox jumps over the lazy dog";
        char got[64] = "";
        uint32_t n = 0;

        fresh();
        out(COM1 + 2, 0x41); /* buffers, four bytes */
        out(COM1 + 4, 8);
        out(COM1 + 1, 1);
        board_typed = "k";
        device_event(AB_EVENT_CONSOLE);
        check(pic_pending() && pic_acknowledge() == 0x24, "a key interrupts");
        check((in(COM1 + 2) & 0x0f) == 0x0c, "as a time-out, because it is alone");
        check(in(COM1) == 'k' && (in(COM1 + 2) & 1), "reading it takes the interrupt back");
        out(0x20, 0x20);
        board_typed = text;
        device_event(AB_EVENT_CONSOLE);
        check((in(COM1 + 2) & 0x0f) == 4, "more than four are data");
        while (in(COM1 + 5) & 1 && n < sizeof(got) - 1)
                got[n++] = (char)in(COM1);
        check(!strcmp(got, text), "more than the buffer holds waits, and nothing is lost");
        check(!(in(COM1 + 5) & 2), "and no overrun is reported");
        check((in(COM1 + 6) & 0xf0) == 0xb0, "whoever listens is ready");
}

static void modem(void)
{
        fresh();
        in(COM1 + 6);
        out(COM1 + 4, 0x10);
        check((in(COM1 + 6) & 0x0f) == 0x0b, "lines that changed are told ...");
        check((in(COM1 + 6) & 0x0f) == 0, "... once");
        out(COM1 + 4, 0x14);
        check((in(COM1 + 6) & 0x4f) == 0x40, "a ring is no change when it begins ...");
        out(COM1 + 4, 0x10);
        check((in(COM1 + 6) & 0x0f) == 4, "... but when it ends");
}

int main(void)
{
        probe();
        loop();
        output();
        sending();
        input();
        modem();
        return check_done();
}
