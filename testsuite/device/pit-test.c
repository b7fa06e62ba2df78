/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The timer, as Intel's data sheet of the 8254 has it, and as Linux uses it. */
#include "board.h"

enum { MS = 1000000 };

static void fresh(void)
{
        board_start();
        board_controllers();
        board_serves = true;
}

static void program(uint32_t channel, uint32_t control, uint32_t count)
{
        out(0x43, channel << 6 | control);
        out(0x40 + channel, count & 255);
        out(0x40 + channel, count >> 8);
}

static uint32_t word(uint32_t channel)
{
        uint32_t low = in(0x40 + channel);

        return low | in(0x40 + channel) << 8;
}

static uint32_t latched(uint32_t channel)
{
        out(0x43, channel << 6);
        return word(channel);
}

static void rates(void)
{
        fresh();
        program(0, 0x34, 11932); /* mode 2, 100 Hz as Linux asks for it */
        board_wait(60ull * 1000 * MS);
        /* 60 * 1193182 / 11932 */
        check(board_interrupts[0x20] == 5999,
              "rate generator: 5,999 interrupts in a minute of 100 Hz");
        fresh();
        program(0, 0x36, 1193); /* mode 3, about 1000 Hz */
        board_wait(10ull * 1000 * MS);
        check(board_interrupts[0x20] == 10001, "square wave: 10,001 in ten seconds of 1,000.15 Hz");
        fresh();
        program(0, 0x34, 0);
        board_wait(1000 * MS);
        check(board_interrupts[0x20] == 18, "a count of 0 is 65,536");
        board_interrupts[0x20] = 0;
        program(0, 0x30, 1193);
        board_wait(5 * MS);
        check(board_interrupts[0x20] == 1, "terminal count: one interrupt");
        program(0, 0x30, 1193);
        board_wait(5 * MS);
        check(board_interrupts[0x20] == 2, "and one more when it is loaded again");
        out(0x43, 0x30);
        board_wait(1000 * MS);
        check(board_interrupts[0x20] == 2, "a control word stops it until a count comes");
}

static void late(void)
{
        fresh();
        program(0, 0x34, 11932);
        board_serves = false;
        board_wait(100 * MS);
        board_serves = true;
        board_wait(0);
        check(board_interrupts[0x20] == 1, "ticks that nobody took are one");
        board_wait(100 * MS);
        check(board_interrupts[0x20] == 11 || board_interrupts[0x20] == 12,
              "and then they come in time");
}

/* Found by testsuite/wedge/guest/ticks.c: the end had passed when the alarm was to be set. */
static void short_count(void)
{
        fresh();
        board_reading = 2000;
        program(0, 0x30, 1);
        board_reading = 0;
        board_wait(1 * MS);
        check(board_interrupts[0x20] == 1, "a single count that ends at once is told too");
        board_wait(1000 * MS);
        check(board_interrupts[0x20] == 1, "and only once");
}

static void counts(void)
{
        fresh();
        program(0, 0x34, 10000);
        board_wait(1 * MS); /* 1,193 ticks */
        check(latched(0) == 10000 - 1193, "a latched count is what has not passed");
        out(0x43, 0);
        board_wait(1 * MS);
        in(0x40);
        check(in(0x40) == (10000 - 1193) >> 8, "and stays until it is read");
        board_wait(10 * MS); /* 14,318 */
        check(latched(0) == 20000 - 14318, "the rate generator starts over");
        program(0, 0x36, 10000);
        board_wait(1 * MS);
        check(latched(0) == 10000 - 2 * 1193 || latched(0) == 10000 - 2 * 1194,
              "a square wave counts by two");
        program(2, 0x30, 100);
        out(0x61, 1);
        board_wait(1 * MS);
        check(latched(2) > 0xf000, "after its end a count goes on below zero");
        program(0, 0x35, 0x1000);
        board_wait(500000); /* 596 ticks */
        check(latched(0) == 0x0404 || latched(0) == 0x0403, "a decimal counter counts in decimal");
}

static void bytes(void)
{
        fresh();
        out(0x43, 0x14); /* channel 0, low byte only, mode 2 */
        out(0x40, 200);
        check(in(0x40) <= 200 && in(0x40) <= 200, "low byte only: each access is one");
        out(0x43, 0x24);
        out(0x40, 4);
        check(in(0x40) == 4 && in(0x40) == 4, "high byte only");
}

static void read_back(void)
{
        fresh();
        program(0, 0x34, 10000);
        out(0x43, 0xe2); /* status of channel 0 */
        check(in(0x40) == 0xb4, "read-back: output, access and mode");
        out(0x43, 0x36);
        out(0x43, 0xe2);
        check((in(0x40) & 0x7f) == 0x76, "read-back: no count yet");
        program(0, 0x34, 10000);
        program(2, 0x34, 20000);
        board_wait(1 * MS);
        out(0x61, 1);
        program(2, 0x34, 20000);
        board_wait(1 * MS);
        out(0x43, 0xda); /* counts of channels 0 and 2 */
        board_wait(1 * MS);
        check(word(0) == 10000 - 2386 && word(2) == 20000 - 1193,
              "read-back: counts of two channels at one moment");
}

static void speaker(void)
{
        fresh();
        out(0x61, 0);
        program(2, 0x30, 11932);
        board_wait(50 * MS);
        check(!(in(0x61) & 0x20), "with its gate closed channel 2 does not count");
        out(0x61, 1);
        board_wait(9 * MS);
        check((in(0x61) & 0x23) == 1, "its output is low before the end of the count");
        board_wait(2 * MS);
        check((in(0x61) & 0x21) == 0x21, "and high after it: calibration loops wait for this");
        program(2, 0x30, 0xffff);
        check(!(in(0x61) & 0x20), "a new count takes it down again");
        board_wait(10 * MS);
        out(0x61, 0);
        board_wait(100 * MS);
        out(0x61, 1);
        check(latched(2) > 0xffff - 12000, "while the gate is closed the count stands still");
        out(0x61, 3);
        check((in(0x61) & 2) == 2, "the speaker's own bit is kept");
}

static void refresh(void)
{
        uint32_t changes = 0, last = 0, i;

        fresh();
        for (i = 0; i < 1000; i++) {
                changes += (in(0x61) & 0x10) != last;
                last = in(0x61) & 0x10;
                board_wait(1000);
        }
        check(changes > 60 && changes < 70, "the refresh bit changes every 15 microseconds");
}

/* A rate of the counter, 2 GHz here, found as Linux 2.6.9 does: 5 ms of channel 2, in thousandths.
 */
static uint32_t rate(uint64_t before_start, uint64_t before_end, uint64_t behind_end)
{
        enum { COUNT = 5966 };
        uint64_t start, end;
        uint32_t polls;

        fresh();
        out(0x61, 1);
        program(2, 0x30, COUNT);
        board_wait(before_start);
        start = tsc_read();
        board_reading = 1000;
        for (polls = 0; polls < 40; polls++)
                in(0x61);
        board_reading = 0;
        board_wait(before_end);
        while (!(in(0x61) & 0x20))
                board_wait(1000);
        board_wait(behind_end);
        end = tsc_read();
        return (uint32_t)((end - start) / 10000);
}

/* Found by smoke tests 52 and 53 with Linux 2.6.9 on a busy host: its rate was half as much too
 * high. */
static void counters_rate(void)
{
        board_straight = true;
        check(rate(0, 0, 0) == 1000, "the counter's rate by 5 ms of the timer");
        check(rate(3 * MS, 0, 0) == 1000, "... where the machine stands still behind the count");
        check(rate(0, 9 * MS, 0) == 1000, "... where it does when the count ends");
        check(rate(0, 0, 7 * MS) == 1000, "... where it does behind the end");
        board_straight = false;
        check(rate(0, 0, 7 * MS) > 2300, "what the guest did then is no stop of the machine");
}

/* Counts that a kernel latches behind its reading of the counter, 100 steps of it before. */
static uint32_t pair(uint32_t place, uint64_t between)
{
        uint64_t counter;
        uint32_t count;

        board_place = 0x80001000;
        counter = tsc_read();
        board_wait(between);
        board_place = place;
        count = latched(0);
        /* ticks since the count began, by the counter */
        return (uint32_t)((10000 - count) - counter / 2 * 1193182 / 1000000000);
}

/* The same kernels do so at each tick. */
static void counter_and_count(void)
{
        uint32_t i, wrong = 0;

        fresh();
        program(0, 0x34, 10000);
        check(pair(0x80001020, 500000) - 595 < 4,
              "a count behind the counter is that of its moment");
        fresh();
        program(0, 0x34, 10000);
        for (i = 0; i < 40; i++)
                wrong |= pair(0x80001020, 1000) > 3;
        check(!wrong && pair(0x80001020, 500000) < 4,
              "... or of the counter's, where the machine stood still in between");
        check(pair(0x80001020, 500000) - 595 < 4, "but not if it takes so long each time");
        fresh();
        program(0, 0x34, 10000);
        for (i = 0; i < 40; i++)
                pair(0x80002000, 1000);
        check(pair(0x80002000, 500000) - 595 < 4, "that is not so for places that are far apart");
}

/* Linux 2.6.9 without a counter: a count that has started over without a request was broken. */
static void ends_are_asked_for(void)
{
        fresh();
        program(0, 0x34, 1193);
        board_serves = false;
        out(0x20, 0x0a);
        check(!(in(0x20) & 1), "before the count ends nothing is asked for");
        board_reading = 1 * MS;
        latched(0);
        check(in(0x20) & 1, "when it has, the controller is asked, though the alarm is late");
        board_reading = 0;
}

int main(void)
{
        rates();
        late();
        short_count();
        counts();
        bytes();
        read_back();
        speaker();
        refresh();
        counters_rate();
        counter_and_count();
        ends_are_asked_for();
        return check_done();
}
