/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interrupt controllers, as Intel's data sheet of the 8259A has them. */
#include "board.h"

static void fresh(void)
{
        board_start();
        board_controllers();
}

static void raise_line(uint32_t line)
{
        pic_line(line, false);
        pic_line(line, true);
}

static uint32_t isr(uint32_t port)
{
        out(port, 0x0b);
        return in(port);
}

static uint32_t irr(uint32_t port)
{
        out(port, 0x0a);
        return in(port);
}

static void vectors(void)
{
        bool good = true;
        uint32_t line;

        board_start();
        raise_line(3);
        check(!pic_pending(), "after reset nothing asks");
        for (line = 0; line < 16; line++) {
                if (line == 2)
                        continue;
                fresh();
                raise_line(line);
                good &= pic_pending() && pic_acknowledge() == 0x20 + line && !pic_pending();
        }
        check(good, "each line has its vector, and asks once");
}

static void masks(void)
{
        fresh();
        out(0x21, 0xff);
        raise_line(4);
        check(!pic_pending(), "a masked line does not ask");
        check(irr(0x20) == 0x10, "but is remembered");
        out(0x21, 0xef);
        check(pic_pending() && pic_acknowledge() == 0x24, "and asks when the mask goes");
        fresh();
        out(0x21, 0xfb);
        raise_line(10);
        check(pic_pending() && pic_acknowledge() == 0x2a,
              "lines of the second need line 2 of the first only");
        fresh();
        out(0x21, 4);
        raise_line(10);
        check(!pic_pending(), "line 2 masked: none of the second asks");
        check(in(0x21) == 4 && in(0xa1) == 0, "masks are read back");
}

static void priorities(void)
{
        fresh();
        raise_line(7);
        raise_line(1);
        check(pic_acknowledge() == 0x21, "the lower line comes first");
        raise_line(0);
        check(pic_pending() && pic_acknowledge() == 0x20, "a lower line interrupts its handler");
        check(isr(0x20) == 3 && irr(0x20) == 0x80, "both are in service, one requests");
        check(!pic_pending(), "a higher one waits");
        out(0x20, 0x20);
        check(isr(0x20) == 2 && !pic_pending(), "an unspecific end is the innermost's");
        out(0x20, 0x20);
        check(pic_pending() && pic_acknowledge() == 0x27, "and then it comes");
        fresh();
        raise_line(1);
        raise_line(8);
        pic_acknowledge();
        out(0x20, 0x61);
        check(isr(0x20) == 0 && pic_acknowledge() == 0x28, "a specific end names its line");
        check(isr(0x20) == 4 && isr(0xa0) == 1, "line 8 is in service at both");
        raise_line(3);
        check(!pic_pending(), "lines 8 to 15 stand before line 3");
        out(0xa0, 0x60);
        out(0x20, 0x62);
        check(pic_pending() && pic_acknowledge() == 0x23, "until both have ended");
}

static void rotation(void)
{
        fresh();
        raise_line(3);
        pic_acknowledge();
        out(0x20, 0xa0); /* end, and rotate */
        raise_line(3);
        raise_line(5);
        check(pic_acknowledge() == 0x25, "rotation: the one just served is last");
        fresh();
        out(0x20, 0xc4); /* line 4 has lowest priority */
        raise_line(4);
        raise_line(0);
        raise_line(6);
        check(pic_acknowledge() == 0x26, "set priority: 5 is highest, then 6");
}

static void special_mask(void)
{
        fresh();
        raise_line(1);
        pic_acknowledge();
        out(0x21, 2);
        out(0x20, 0x68);
        raise_line(4);
        check(pic_pending() && pic_acknowledge() == 0x24,
              "special mask: a masked line in service holds nobody up");
}

static void spurious(void)
{
        fresh();
        raise_line(5);
        out(0x21, 0x20);
        check(pic_acknowledge() == 0x27 && isr(0x20) == 0,
              "gone before it is acknowledged: line 7, not in service");
        fresh();
        raise_line(11);
        port_write(0xa1, 1, 8);
        /* the first controller has noted the second's request */
        check(pic_pending() && pic_acknowledge() == 0x2f && isr(0xa0) == 0 && isr(0x20) == 4,
              "gone at the second: line 15, line 2 in service at the first");
}

static void levels(void)
{
        fresh();
        out(0x4d1, 0x02); /* line 9 by level */
        check(in(0x4d1) == 2, "level lines can be chosen");
        pic_line(9, true);
        check(pic_acknowledge() == 0x29, "a level asks");
        out(0xa0, 0x61);
        out(0x20, 0x62);
        check(pic_pending(), "and asks again while it lasts");
        pic_line(9, false);
        fresh();
        out(0x4d0, 0x20);
        pic_line(5, true);
        board_controllers();
        check(pic_pending() && pic_acknowledge() == 0x25,
              "a level that stands while the controllers are initialized asks then");
        fresh();
        raise_line(6);
        pic_acknowledge();
        out(0x20, 0x20);
        check(!pic_pending(), "an edge does not, though the line stays high");
}

static void only_edges(void)
{
        fresh();
        out(0x4d0, 0xff);
        out(0x4d1, 0xff);
        check(in(0x4d0) == 0xf8 && in(0x4d1) == 0xde,
              "timer, keyboard, second controller, clock and coprocessor ask by edges for ever");
}

static void automatic_end(void)
{
        board_start();
        out(0x20, 0x11);
        out(0x21, 0x20);
        out(0x21, 4);
        out(0x21, 3);
        raise_line(2);
        raise_line(1);
        check(pic_acknowledge() == 0x21 && isr(0x20) == 0,
              "automatic end: nothing stays in service");
}

/* The second's request stays up when two of its lines ask and it ends by itself. */
static void second_automatic(void)
{
        fresh();
        out(0xa0, 0x11);
        out(0xa1, 0x28);
        out(0xa1, 2);
        out(0xa1, 3);
        raise_line(9);
        raise_line(12);
        check(pic_acknowledge() == 0x29, "second with automatic end: the first of two");
        out(0x20, 0x62);
        check(pic_pending() && pic_acknowledge() == 0x2c, "and the second of two is not lost");
}

static void polling(void)
{
        fresh();
        raise_line(6);
        out(0x20, 0x0c);
        check(in(0x20) == 0x86 && isr(0x20) == 0x40, "a poll acknowledges and names the line");
        out(0x20, 0x0c);
        check(in(0x20) == 0, "or says that there is none");
}

int main(void)
{
        vectors();
        masks();
        priorities();
        rotation();
        special_mask();
        spurious();
        levels();
        only_edges();
        automatic_end();
        second_automatic();
        polling();
        return check_done();
}
