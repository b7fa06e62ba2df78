/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An MC146818 clock with its memory.  Like the part in a PC it runs on: the time is the
 * machine's, moved by what the guest sets.  A second passes for it at each whole second
 * since the start; 2 ms before, update in progress shows.
 */
#include "chips.h"

enum {
        SECONDS = 0,
        SECONDS_ALARM,
        MINUTES,
        MINUTES_ALARM,
        HOURS,
        HOURS_ALARM,
        WEEKDAY,
        DAY,
        MONTH,
        YEAR,
        REG_A,
        REG_B,
        REG_C,
        REG_D,
        CENTURY = 0x32,
        BYTES = 128,
};
enum {
        A_UPDATE = 0x80,
        B_SET = 0x80,
        B_PERIODIC = 0x40,
        B_ALARM = 0x20,
        B_UPDATE = 0x10,
        B_BINARY = 0x04,
        B_24H = 0x02,
        C_REQUEST = 0x80,
        D_VALID = 0x80
};
enum { UPDATE_NS = 2228000, SECOND_NS = 1000000000 };

struct date {
        uint32_t second, minute, hour, weekday, day, month, year;
};

static uint8_t bytes[BYTES];
static uint32_t selected;
static uint64_t base;    /* seconds since 1970 at backend_time() 0 */
static uint64_t told;    /* seconds passed up to which updates were reported */
static uint64_t periods; /* periodic interrupts up to now */

static uint64_t now(void)
{
        return base + backend_time() / SECOND_NS;
}

static bool is_leap(uint32_t year)
{
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static uint32_t days_of(uint32_t year, uint32_t month)
{
        static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

        return month == 2 && is_leap(year) ? 29 : days[(month - 1) % 12];
}

static struct date date_of(uint64_t seconds)
{
        uint32_t days = (uint32_t)(seconds / 86400), rest = (uint32_t)(seconds % 86400);
        struct date date = {.second = rest % 60,
                            .minute = rest / 60 % 60,
                            .hour = rest / 3600,
                            .weekday = (days + 4) % 7 + 1,
                            .month = 1,
                            .year = 1970};

        while (days >= 365u + is_leap(date.year))
                days -= 365u + is_leap(date.year++);
        while (days >= days_of(date.year, date.month))
                days -= days_of(date.year, date.month++);
        date.day = days + 1;
        return date;
}

static uint64_t seconds_of(const struct date *date)
{
        uint64_t days = date->day - 1u;
        uint32_t year, month;

        for (year = 1970; year < date->year; year++)
                days += 365u + is_leap(year);
        for (month = 1; month < date->month && month <= 12; month++)
                days += days_of(date->year, month);
        return days * 86400 + date->hour * 3600 + date->minute * 60 + date->second;
}

static uint8_t encode(uint32_t n)
{
        return (uint8_t)(bytes[REG_B] & B_BINARY ? n : n / 10 << 4 | n % 10);
}

static uint32_t decode(uint32_t n)
{
        return bytes[REG_B] & B_BINARY ? n : (n >> 4) * 10 + (n & 15);
}

/* Twelve-hour clocks have 12, 1 to 11 and a bit for the afternoon. */
static uint8_t encode_hour(uint32_t hour)
{
        if (bytes[REG_B] & B_24H)
                return encode(hour);
        return (uint8_t)(encode(hour % 12 ? hour % 12 : 12) | (hour >= 12 ? 0x80 : 0));
}

static uint32_t decode_hour(uint32_t value)
{
        if (bytes[REG_B] & B_24H)
                return decode(value);
        return decode(value & 0x7f) % 12 + (value & 0x80 ? 12 : 0);
}

/* The ten bytes of time, as they are now. */
static void show(uint64_t seconds)
{
        struct date date = date_of(seconds);

        bytes[SECONDS] = encode(date.second);
        bytes[MINUTES] = encode(date.minute);
        bytes[HOURS] = encode_hour(date.hour);
        bytes[WEEKDAY] = encode(date.weekday);
        bytes[DAY] = encode(date.day);
        bytes[MONTH] = encode(date.month);
        bytes[YEAR] = encode(date.year % 100);
        bytes[CENTURY] = (uint8_t)(date.year / 1000 << 4 | date.year / 100 % 10);
}

/* The guest has written some of them. */
static void set_time(void)
{
        uint32_t century = (bytes[CENTURY] >> 4) * 10u + (bytes[CENTURY] & 15u);
        struct date date = {.second = decode(bytes[SECONDS]),
                            .minute = decode(bytes[MINUTES]),
                            .hour = decode_hour(bytes[HOURS]),
                            .day = decode(bytes[DAY]),
                            .month = decode(bytes[MONTH]),
                            .year = century * 100 + decode(bytes[YEAR])};

        if (date.day && date.month && date.year >= 1970)
                base = seconds_of(&date) - backend_time() / SECOND_NS;
}

/* Nanoseconds between periodic interrupts, by the rate in register A; 0: none. */
static uint32_t period(void)
{
        uint32_t rate = bytes[REG_A] & 15;

        if (!rate || !(bytes[REG_B] & B_PERIODIC))
                return 0;
        if (rate < 3)
                rate += 7;
        return (uint32_t)((1000000000ull << (rate - 1)) / 32768);
}

static void request(uint32_t cause)
{
        bytes[REG_C] |= (uint8_t)cause;
        if (bytes[REG_C] & bytes[REG_B] & 0x70) {
                bytes[REG_C] |= C_REQUEST;
                pic_line(LINE_CLOCK, true);
        }
}

static bool matches(uint32_t alarm, uint32_t value)
{
        return alarm >= 0xc0 || alarm == value;
}

/* What has come since we last looked: seconds, an alarm in one of them, periods. */
static void catch_up(void)
{
        uint64_t second = backend_time() / SECOND_NS;
        uint32_t every = period();

        if (second != told && !(bytes[REG_B] & B_SET)) {
                told = second;
                show(now());
                if (matches(bytes[SECONDS_ALARM], bytes[SECONDS]) &&
                    matches(bytes[MINUTES_ALARM], bytes[MINUTES]) &&
                    matches(bytes[HOURS_ALARM], bytes[HOURS]))
                        request(B_ALARM);
                request(B_UPDATE);
        }
        if (every && backend_time() / every != periods) {
                periods = backend_time() / every;
                request(B_PERIODIC);
        }
}

static void set_alarm(void)
{
        uint64_t when = 0, next;
        uint32_t every = period();

        if (bytes[REG_B] & (B_ALARM | B_UPDATE))
                when = (told + 1) * SECOND_NS;
        if (every) {
                next = (periods + 1) * every;
                when = when && when < next ? when : next;
        }
        alarm_set(ALARM_CLOCK, when);
}

void clock_alarm(uint64_t now)
{
        (void)now;
        catch_up();
        set_alarm();
}

static uint32_t read_c(void)
{
        uint32_t value;

        catch_up();
        value = bytes[REG_C];
        bytes[REG_C] = 0;
        pic_line(LINE_CLOCK, false);
        return value;
}

static bool is_time(uint32_t at)
{
        return at == SECONDS || at == MINUTES || (at >= HOURS && at <= YEAR && at != HOURS_ALARM) ||
               at == CENTURY;
}

uint32_t clock_read(uint32_t port)
{
        bool updating = backend_time() % SECOND_NS >= SECOND_NS - UPDATE_NS;

        if (!(port & 1))
                return 0xff; /* the selection cannot be read */
        if (selected == REG_C)
                return read_c();
        if (selected == REG_A)
                return bytes[REG_A] | (updating && !(bytes[REG_B] & B_SET) ? A_UPDATE : 0u);
        if (is_time(selected) && !(bytes[REG_B] & B_SET))
                show(now());
        return bytes[selected];
}

/* Seconds and periods are counted from here on. */
static void restart(void)
{
        uint32_t every = period();

        told = backend_time() / SECOND_NS;
        periods = every ? backend_time() / every : 0;
}

static void write_b(uint32_t value)
{
        uint32_t old = bytes[REG_B];

        catch_up();
        if (value & ~old & B_SET)
                show(now());
        bytes[REG_B] = (uint8_t)value;
        if (~value & old & B_SET)
                set_time();
        restart();
        bytes[REG_C] &= (uint8_t)~C_REQUEST;
        pic_line(LINE_CLOCK, false);
        request(0);
        set_alarm();
}

void clock_write(uint32_t port, uint32_t value)
{
        if (!(port & 1)) {
                selected = value % BYTES; /* bit 7 masks an NMI that never comes */
        } else if (selected == REG_A) {
                bytes[REG_A] = value & 0x7f;
                restart();
                set_alarm();
        } else if (selected == REG_B) {
                write_b(value);
        } else if (selected != REG_C && selected != REG_D) {
                if (is_time(selected) && !(bytes[REG_B] & B_SET))
                        show(now());
                bytes[selected] = (uint8_t)value;
                if (is_time(selected) && !(bytes[REG_B] & B_SET))
                        set_time();
        }
}

/* What a BIOS leaves in the clock's memory about the machine's. */
static void describe_memory(uint32_t memory)
{
        uint32_t extended = (memory - 0x100000) / 1024, high = 0;

        if (memory > 0x1000000)
                high = (memory - 0x1000000) / 0x10000;
        if (extended > 0xffff)
                extended = 0xffff;
        bytes[0x15] = 640 & 255;
        bytes[0x16] = 640 >> 8;
        bytes[0x17] = bytes[0x30] = extended & 255;
        bytes[0x18] = bytes[0x31] = (uint8_t)(extended >> 8);
        bytes[0x34] = high & 255;
        bytes[0x35] = (uint8_t)(high >> 8);
}

void clock_start(const struct backend_machine *machine)
{
        uint32_t i;

        for (i = 0; i < BYTES; i++)
                bytes[i] = 0;
        bytes[REG_A] = 0x26; /* 32,768 Hz, 1,024 periods a second */
        bytes[REG_B] = B_24H;
        bytes[REG_D] = D_VALID;
        bytes[0x14] = 0x02; /* a coprocessor; no floppy disk, no display of its own */
        describe_memory(machine->memory_bytes);
        selected = 0;
        base = backend_wall_time() - backend_time() / SECOND_NS;
        restart();
        show(now());
}
