/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock, as Motorola's data sheet of the MC146818 has it, and a PC's use of its memory. */
#include "board.h"

enum { MS = 1000000, SECOND = 1000000000, LINE = 0x28 };

static uint32_t get(uint32_t at)
{
        out(0x70, at);
        return in(0x71);
}

static void set(uint32_t at, uint32_t value)
{
        out(0x70, at);
        out(0x71, value);
}

static void fresh(void)
{
        board_start();
        board_controllers();
        board_serves = true;
}

static bool shows(uint32_t year, uint32_t month, uint32_t day, uint32_t hour, uint32_t minute,
                  uint32_t second)
{
        return get(0x32) == year >> 8 && get(9) == (year & 255) && get(8) == month &&
               get(7) == day && get(4) == hour && get(2) == minute && get(0) == second;
}

static void reading(void)
{
        fresh();
        check(shows(0x2026, 0x11, 0x21, 0x12, 0x34, 0x56), "date and time in decimal digits");
        check(get(6) == 7, "it is a Saturday");
        board_wait(5ull * SECOND);
        check(shows(0x2026, 0x11, 0x21, 0x12, 0x35, 0x01), "they go on");
        set(0x0b, 0x06);
        check(get(7) == 21 && get(4) == 12 && get(2) == 35, "binary numbers on demand");
        set(0x0b, 0x00);
        board_wait(3600ull * SECOND);
        check(get(4) == 0x81, "twelve hours on demand: one in the afternoon");
        set(0x0b, 0x02);
        board_wait(11ull * 3600 * SECOND);
        check(shows(0x2026, 0x11, 0x22, 0x00, 0x35, 0x01), "midnight begins a day");
        board_wait(9ull * 86400 * SECOND);
        check(shows(0x2026, 0x12, 0x01, 0x00, 0x35, 0x01), "November has thirty of them");
        check(get(0x0d) == 0x80, "the battery is good");
}

static void setting(void)
{
        fresh();
        set(0x0b, 0x82);
        set(0x32, 0x20);
        set(9, 0x28);
        set(8, 0x02);
        set(7, 0x29);
        set(4, 0x23);
        set(2, 0x59);
        set(0, 0x58);
        board_wait(10ull * SECOND);
        check(get(0) == 0x58 && !(get(0x0a) & 0x80), "while it is set nothing moves");
        set(0x0b, 0x02);
        board_wait(3ull * SECOND);
        check(shows(0x2028, 0x03, 0x01, 0x00, 0x00, 0x01),
              "it goes on from what was set, over a leap day");
}

/* In digits of twelve hours: 12, 1 to 11, and a bit for the afternoon. */
static void set_hour(uint32_t hour)
{
        fresh();
        set(0x0b, 0x80);
        set(4, hour);
        set(0x0b, 0x00);
        set(0x0b, 0x02);
}

static void twelve(void)
{
        set_hour(0x92);
        check(get(4) == 0x12, "twelve in the afternoon is noon");
        set_hour(0x12);
        check(get(4) == 0, "the other twelve is midnight");
        set_hour(0x91);
        check(get(4) == 0x11 + 0x12, "eleven in the evening");
}

static void centuries(void)
{
        fresh();
        set(0x0b, 0x82);
        set(0x32, 0x21);
        set(9, 0);
        set(8, 0x02);
        set(7, 0x28);
        set(4, 0x23);
        set(2, 0x59);
        set(0, 0x59);
        set(0x0b, 0x02);
        board_wait(SECOND);
        check(shows(0x2100, 0x03, 0x01, 0, 0, 0), "2100 is no leap year");
}

/* Nobody has looked at the time for some seconds. */
static void stopping(void)
{
        fresh();
        board_wait(3ull * SECOND);
        set(0x0a, 0x26);
        set(0x0b, 0x82);
        board_wait(5ull * SECOND);
        check(get(0) == 0x59, "what stands still is the time at which it was stopped");
}

/* Kernels wait for update-in-progress to come and go, to read a whole second. */
static void updating(void)
{
        uint32_t i, seen = 0, second;

        fresh();
        for (i = 0; i < 20000; i++) {
                seen += get(0x0a) >> 7;
                board_wait(MS / 10);
        }
        check(seen >= 40 && seen <= 48, "update in progress shows for 2.2 ms of each second");
        fresh();
        for (i = 0; i < 20000 && !(get(0x0a) & 0x80); i++)
                board_wait(MS / 10);
        second = get(0);
        while (get(0x0a) & 0x80)
                board_wait(MS / 10);
        check(get(0) != second, "the second changes where it ends");
}

/* Periodic interrupts in a second at a rate of register A. */
static unsigned in_a_second(uint32_t rate)
{
        uint32_t i;

        fresh();
        set(0x0a, rate);
        set(0x0b, 0x42);
        for (i = 0; i < 1000; i++) {
                board_wait(MS);
                get(0x0c);
        }
        return board_interrupts[LINE];
}

static void interrupts(void)
{
        fresh();
        set(0x0b, 0x42);
        board_wait(2ull * SECOND);
        check(board_interrupts[LINE] == 1, "a periodic interrupt stands until register C is read");
        check((get(0x0c) & 0xc0) == 0xc0 && get(0x0c) == 0, "which names it, and clears it");
        fresh();
        set(0x0a, 0x2f); /* 2 Hz */
        set(0x0b, 0x42);
        for (uint32_t i = 0; i < 1000; i++) {
                board_wait(10 * MS);
                if (board_interrupts[LINE])
                        get(0x0c);
        }
        check(board_interrupts[LINE] >= 19 && board_interrupts[LINE] <= 20,
              "periods of half a second");
        check(in_a_second(0x21) == 256 && in_a_second(0x22) == 128,
              "rates 1 and 2 are those of 8 and 9");
        fresh();
        set(0x0b, 0x12);
        for (uint32_t i = 0; i < 50; i++) {
                board_wait(100 * MS);
                get(0x0c);
        }
        check(board_interrupts[LINE] == 5, "an interrupt after each update");
        fresh();
        set(1, 0x05);
        set(3, 0x35);
        set(5, 0xc0); /* any hour */
        set(0x0b, 0x22);
        board_wait(8ull * SECOND);
        check(board_interrupts[LINE] == 0, "an alarm is not early");
        board_wait(2ull * SECOND);
        check(board_interrupts[LINE] == 1 && (get(0x0c) & 0xa0) == 0xa0, "and comes in its second");
        set(0x0b, 0x02);
        board_wait(4000ull * SECOND);
        check(board_interrupts[LINE] == 1, "disabled: none");
}

static void memory(void)
{
        fresh();
        check((get(0x15) | get(0x16) << 8) == 640 && (get(0x30) | get(0x31) << 8) == 63 * 1024 &&
                  (get(0x34) | get(0x35) << 8) == 48 * 16,
              "what the BIOS says of 64 MB");
        set(0x40, 0x5a);
        set(0x0f, 0x0a);
        check(get(0x40) == 0x5a && get(0x0f) == 0x0a, "other bytes are memory");
        check(get(0x80 | 0x40) == 0x5a, "bit 7 of the selection is not part of it");
}

int main(void)
{
        reading();
        setting();
        twelve();
        centuries();
        stopping();
        updating();
        interrupts();
        memory();
        return check_done();
}
