/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events and time.  Interrupts stay enabled in ring 0; what they bring is
 * collected, and delivered unless held.  Time is the time-stamp counter,
 * calibrated by the 8254, which also wakes us.
 */
#include "../../port.h"
#include "ring0.h"

enum {
        PIC1 = 0x20,
        PIC2 = 0xa0,
        PIT0 = 0x40,
        PIT2 = 0x42,
        PIT_MODE = 0x43,
        GATE2 = 0x61,
        CMOS = 0x70,
        LINE_TIMER = 0,
        LINE_CASCADE = 2,
        LINE_CONSOLE = 4,
        PIT_HZ = 1193182,
        CALIBRATION_TICKS = 11932, /* 10 ms */
};

volatile bool ring0_held = true;

static volatile uint32_t events;
static uint64_t began, deadline;
static uint32_t khz;

static void start_controllers(void)
{
        outb(PIC1, 0x11);
        outb(PIC2, 0x11);
        outb(PIC1 + 1, IRQ_VECTOR);
        outb(PIC2 + 1, IRQ_VECTOR + 8);
        outb(PIC1 + 1, 1 << LINE_CASCADE);
        outb(PIC2 + 1, LINE_CASCADE);
        outb(PIC1 + 1, 1);
        outb(PIC2 + 1, 1);
        outb(PIC1 + 1, 0xff & ~(1u << LINE_TIMER | 1u << LINE_CASCADE | 1u << LINE_CONSOLE));
        outb(PIC2 + 1, 0xff);
}

/* Counter steps in 10 ms of the 8254's channel 2. */
static uint32_t calibrate(void)
{
        uint64_t from;

        outb(GATE2, (inb(GATE2) & ~2) | 1);
        outb(PIT_MODE, 0xb0);
        outb(PIT2, CALIBRATION_TICKS & 255);
        outb(PIT2, CALIBRATION_TICKS >> 8);
        from = counter();
        while (!(inb(GATE2) & 0x20))
                ;
        return (uint32_t)(counter() - from) / 10;
}

void ring0_events_start(void)
{
        khz = calibrate();
        began = counter();
        outb(PIT_MODE, 0x30); /* channel 0 counts down once, from when it is loaded */
        start_controllers();
        interrupts_on();
}

uint32_t ring0_counter_khz(void)
{
        return khz;
}

uint64_t backend_time(void)
{
        uint64_t steps = counter() - began;

        /* in two parts, so that the product does not overflow for years */
        return steps / khz * 1000000 + steps % khz * 1000000 / khz;
}

/* Load channel 0 for the deadline, or as far as it reaches; raise what is due. */
static void arm(void)
{
        uint64_t now = backend_time(), ticks;

        if (!deadline)
                return;
        if (now >= deadline) {
                deadline = 0;
                events |= AB_EVENT_TIMER;
                return;
        }
        ticks =
            deadline - now > 50000000 ? PIT_HZ / 20 : (deadline - now) * PIT_HZ / 1000000000 + 1;
        outb(PIT_MODE, 0x30);
        outb(PIT0, ticks & 255);
        outb(PIT0, ticks >> 8);
}

/* An event that is there without an interrupt is delivered from a trap of our own. */
static void tell(void)
{
        if (events && !ring0_held)
                asm volatile("int %0" : : "i"(IRQ_VECTOR + 7) : "memory");
}

void backend_timer(uint64_t when)
{
        interrupts_off();
        deadline = when;
        arm();
        interrupts_on();
        tell();
}

void ring0_irq(uint32_t line)
{
        if (line == LINE_TIMER) {
                arm();
        } else if (line == LINE_CONSOLE) {
                events |= AB_EVENT_CONSOLE;
                inb(0x3fa); /* which interrupt: acknowledges it */
        }
        if (line >= 8)
                outb(PIC2, 0x20);
        outb(PIC1, 0x20);
}

/* Interrupts that were acknowledged and could not be delivered: they are still in service. */
void ring0_lost_irqs(void)
{
        uint32_t line, lines;

        outb(PIC1, 0x0b);
        lines = inb(PIC1);
        outb(PIC2, 0x0b);
        lines |= inb(PIC2) << 8;
        for (line = 0; line < 16; line++)
                if ((lines & ~(1u << LINE_CASCADE)) >> line & 1)
                        ring0_irq(line);
}

bool ring0_event_there(void)
{
        return events;
}

uint32_t backend_events(void)
{
        uint32_t taken;

        interrupts_off();
        taken = events;
        events = 0;
        interrupts_on();
        return taken;
}

void backend_wait(void)
{
        for (;;) {
                interrupts_off();
                if (events)
                        break;
                asm volatile("sti; hlt" : : : "memory");
        }
        interrupts_on();
}

void backend_hold(void)
{
        ring0_held = true;
}

void backend_release(void)
{
        ring0_held = false;
        tell();
}

static uint32_t cmos(uint32_t index)
{
        uint32_t bcd;

        outb(CMOS, index);
        bcd = inb(CMOS + 1);
        return (bcd >> 4) * 10 + (bcd & 15);
}

/* Days from 1970 to the first day of @month of @year, both from 1. */
static uint32_t days_before(uint32_t year, uint32_t month)
{
        static const uint16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
        uint32_t leaps = (year - 1969) / 4;

        if (month > 2 && year % 4 == 0)
                leaps++;
        return (year - 1970) * 365 + leaps + before[month - 1];
}

uint64_t backend_wall_time(void)
{
        uint32_t second, minute, hour, day, month, year;

        do {
                do
                        outb(CMOS, 0x0a);
                while (inb(CMOS + 1) & 0x80);
                second = cmos(0);
                minute = cmos(2);
                hour = cmos(4);
                day = cmos(7);
                month = cmos(8);
                year = 2000 + cmos(9);
        } while (second != cmos(0));
        return ((days_before(year, month) + day - 1) * 24ull + hour) * 3600 + minute * 60 + second;
}

/* The machine's ports are the guest's, except those used here and by the console. */
static bool granted(uint32_t port, uint32_t bytes)
{
        static const uint16_t own[][2] = {
            {0x20, 0x21}, {0xa0, 0xa1},   {0x40, 0x43},   {0x61, 0x61},
            {0x70, 0x71}, {0x2f8, 0x2ff}, {0x3f8, 0x3ff},
        };
        uint32_t i;

        if ((bytes != 1 && bytes != 2 && bytes != 4) || port + bytes > 0x10000)
                return false;
        for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
                if (port <= own[i][1] && port + bytes > own[i][0])
                        return false;
        return true;
}

bool backend_port_in(uint32_t port, uint32_t bytes, uint32_t *value)
{
        *value = 0;
        if (!granted(port, bytes))
                return false;
        *value = port_read(port, bytes);
        return true;
}

bool backend_port_out(uint32_t port, uint32_t bytes, uint32_t value)
{
        if (!granted(port, bytes))
                return false;
        port_write(port, bytes, value);
        return true;
}
