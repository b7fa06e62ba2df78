/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An 8254 timer.  Its state is when counting began and from what; counts, outputs and
 * interrupts follow from the time.  Channel 0 is line 0 of the interrupt controllers;
 * channel 2 has a gate and an output at port 0x61; nobody listens to channel 1.
 */
#include "chips.h"
#include "divide.h"

enum { HZ = 1193182, CHANNELS = 3, SPEAKER = 2, REFRESH_TICKS = 18 };
enum { ACCESS_LATCH, ACCESS_LOW, ACCESS_HIGH, ACCESS_BOTH };
enum { GATE = 1, GATE_SPEAKER = 2, GATE_REFRESH = 0x10, GATE_OUTPUT = 0x20 };

struct channel {
        uint8_t mode; /* 0 to 5 */
        uint8_t access;
        bool bcd;
        bool gate;
        bool loaded;      /* a count was written since the control word */
        uint32_t reload;  /* 1 to 0x10000 */
        uint64_t began;   /* in ticks; when the count was `reload' */
        uint32_t stopped; /* ticks that had passed when the gate closed */
        bool write_high;  /* the next byte written is the high one */
        uint8_t low;      /* the low one before it */
        bool read_high;
        bool latched, status_latched;
        uint16_t latch;
        uint8_t status;
};

static struct channel channels[CHANNELS];
static bool speaker_data;
static uint64_t second_ns, second_ticks; /* a whole second that has passed, in both units */

/*
 * Ticks since the start, exactly.  Calibration loops ask often and want short intervals:
 * whole seconds are counted once, so that one short division remains.
 */
static uint64_t ticks_at(uint64_t ns)
{
        if (ns < second_ns) {
                struct division whole = divide_long(ns, 1000000000);

                return whole.quotient * HZ + divide((uint64_t)HZ * whole.rest, 1000000000).quotient;
        }
        while (ns - second_ns >= 1000000000) {
                second_ns += 1000000000;
                second_ticks += HZ;
        }
        return second_ticks +
               divide((uint64_t)HZ * (uint32_t)(ns - second_ns), 1000000000).quotient;
}

static uint64_t ticks_now(void)
{
        return ticks_at(backend_time());
}

/* Nanoseconds until @ticks have passed, and HZths of one. */
static uint64_t whole_moment(uint64_t ticks, uint32_t *rest)
{
        struct division whole = divide_long(ticks, HZ);
        struct division part = divide((uint64_t)whole.rest * 1000000000, HZ);

        *rest = part.rest;
        return whole.quotient * 1000000000 + part.quotient;
}

/* The first moment at which @ticks have passed. */
static uint64_t moment(uint64_t ticks)
{
        uint32_t rest;
        uint64_t ns = whole_moment(ticks, &rest);

        return ns + (rest != 0);
}

static uint64_t passed_at(const struct channel *channel, uint64_t ticks)
{
        return channel->gate ? ticks - channel->began : channel->stopped;
}

static uint64_t passed(const struct channel *channel)
{
        return passed_at(channel, ticks_now());
}

static bool is_periodic(const struct channel *channel)
{
        return channel->mode == 2 || channel->mode == 3;
}

static uint32_t to_bcd(uint32_t n)
{
        return n % 10 | n / 10 % 10 << 4 | n / 100 % 10 << 8 | n / 1000 % 10 << 12;
}

static uint32_t from_bcd(uint32_t n)
{
        return (n & 15) + (n >> 4 & 15) * 10 + (n >> 8 & 15) * 100 + (n >> 12 & 15) * 1000;
}

static uint64_t edge; /* the tick at which the alarm is set */

/* In nanoseconds, and HZths of one; and what lies between two of a periodic count. */
static struct {
        uint64_t ns;
        uint32_t rest;
} edge_at, between;

/* Who reads channel 0 mostly asks how far the next edge is, and that is known. */
static bool is_before_edge(const struct channel *channel, uint64_t ticks)
{
        return channel == &channels[0] && channel->mode == 2 && channel->loaded && !channel->bcd &&
               edge > ticks && edge - ticks <= channel->reload;
}

static uint32_t count_at(const struct channel *channel, uint64_t ticks)
{
        uint32_t range = channel->bcd ? 10000 : 0x10000, count;
        uint64_t gone;

        if (is_before_edge(channel, ticks))
                return (uint32_t)(edge - ticks) & 0xffff;
        gone = passed_at(channel, ticks);
        if (!channel->loaded)
                return 0;
        if (channel->mode == 3) /* counts twice, in steps of two */
                count = channel->reload - divide_long(2 * gone, channel->reload).rest;
        else if (channel->mode == 2)
                count = channel->reload - divide_long(gone, channel->reload).rest;
        else
                count = (uint32_t)((channel->reload + range - gone % range) % range);
        return channel->bcd ? to_bcd(count) : count & 0xffff;
}

static bool output(const struct channel *channel, uint64_t gone)
{

        if (!channel->loaded)
                return channel->mode != 0;
        switch (channel->mode) {
        case 0:
        case 1:
                return gone >= channel->reload;
        case 2:
                return !channel->gate ||
                       divide_long(gone, channel->reload).rest != channel->reload - 1;
        case 3:
                return !channel->gate ||
                       divide_long(gone, channel->reload).rest < (channel->reload + 1) / 2;
        default:
                return gone != channel->reload;
        }
}

static uint64_t moment_of_edge(void)
{
        return edge_at.ns + (edge_at.rest != 0);
}

/*
 * When channel 0 asks for an interrupt next; its output is then rising.  That of a single count
 * may have passed already: the machine may stand still between any two readings of its clock.
 */
static void set_alarm(void)
{
        const struct channel *channel = &channels[0];
        uint64_t end = channel->reload;

        if (is_periodic(channel))
                end *= divide_long(passed(channel), channel->reload).quotient + 1;
        edge = channel->began + end;
        edge_at.ns = whole_moment(edge, &edge_at.rest);
        between.ns = whole_moment(channel->reload, &between.rest);
        alarm_set(ALARM_PIT, channel->loaded && channel->mode != 1 ? moment_of_edge() : 0);
}

/* However late it is: one edge, as on a line that nobody looked at in time. */
void pit_alarm(uint64_t now)
{
        uint64_t next;

        pic_pulse(LINE_TIMER);
        if (!is_periodic(&channels[0]))
                return;
        /* Mostly it is the following one. */
        edge += channels[0].reload;
        edge_at.ns += between.ns;
        edge_at.rest += between.rest;
        if (edge_at.rest >= HZ) {
                edge_at.rest -= HZ;
                edge_at.ns++;
        }
        next = moment_of_edge();
        if (next > now)
                alarm_set(ALARM_PIT, next);
        else
                set_alarm();
}

static void begin(struct channel *channel, uint32_t reload)
{
        uint64_t now = backend_time();

        moment_timer(now);
        channel->reload = channel->bcd ? from_bcd(reload) : reload;
        if (!channel->reload)
                channel->reload = channel->bcd ? 10000 : 0x10000;
        if (is_periodic(channel) && channel->reload == 1)
                channel->reload = 2;
        channel->loaded = true;
        channel->began = ticks_at(now);
        channel->stopped = 0;
        if (channel != &channels[0])
                return;
        pic_line(LINE_TIMER, is_periodic(channel));
        set_alarm();
}

static void write_count(struct channel *channel, uint32_t value)
{
        if (channel->access == ACCESS_LOW) {
                begin(channel, value);
        } else if (channel->access == ACCESS_HIGH) {
                begin(channel, value << 8);
        } else if (!channel->write_high) {
                channel->low = (uint8_t)value;
                channel->write_high = true;
        } else {
                channel->write_high = false;
                begin(channel, value << 8 | channel->low);
        }
}

static void latch_count(struct channel *channel)
{
        uint64_t now;

        if (channel->latched)
                return;
        now = moment_of_latch();
        moment_timer(now);
        channel->latch = (uint16_t)count_at(channel, ticks_at(now));
        channel->latched = true;
        channel->read_high = channel->access == ACCESS_HIGH;
}

static void latch_status(struct channel *channel)
{
        if (channel->status_latched)
                return;
        channel->status = (uint8_t)(output(channel, passed(channel)) << 7 | !channel->loaded << 6 |
                                    channel->access << 4 | channel->mode << 1 | channel->bcd);
        channel->status_latched = true;
}

static void read_back(uint32_t value)
{
        uint32_t i;

        for (i = 0; i < CHANNELS; i++) {
                if (!(value & 2u << i))
                        continue;
                if (!(value & 0x20))
                        latch_count(&channels[i]);
                if (!(value & 0x10))
                        latch_status(&channels[i]);
        }
}

static void control(uint32_t value)
{
        struct channel *channel = &channels[value >> 6 & 3];
        uint32_t mode = value >> 1 & 7;

        if (value >> 6 == 3) {
                read_back(value);
                return;
        }
        if ((value >> 4 & 3) == ACCESS_LATCH) {
                latch_count(channel);
                return;
        }
        channel->access = value >> 4 & 3;
        channel->mode = (uint8_t)(mode > 5 ? mode - 4 : mode);
        channel->bcd = value & 1;
        channel->loaded = channel->write_high = channel->latched = channel->status_latched = false;
        channel->read_high = channel->access == ACCESS_HIGH;
        if (channel == &channels[0]) {
                pic_line(LINE_TIMER, channel->mode != 0);
                set_alarm();
        }
}

void pit_write(uint32_t port, uint32_t value)
{
        if (port == 0x43)
                control(value);
        else
                write_count(&channels[port & 3], value);
}

static __attribute__((noinline)) uint32_t count_now(const struct channel *channel)
{
        uint64_t now = backend_time();

        moment_timer(now);
        return count_at(channel, ticks_at(now));
}

uint32_t pit_read(uint32_t port)
{
        struct channel *channel = &channels[port & 3];
        uint32_t count, high;

        if (port == 0x43)
                return 0xff;
        if (channel->status_latched) {
                channel->status_latched = false;
                return channel->status;
        }
        count = channel->latched ? channel->latch : count_now(channel);
        high = channel->read_high;
        if (channel->access == ACCESS_BOTH)
                channel->read_high = !high;
        if (channel->access != ACCESS_BOTH || high)
                channel->latched = false;
        return high ? count >> 8 : count & 0xff;
}

/* The gate of channel 2: in modes 1 and 5 it triggers, else it lets the count go on. */
static void set_gate(struct channel *channel, bool gate)
{
        uint64_t now = backend_time();

        if (gate == channel->gate)
                return;
        moment_timer(now);
        if (!gate)
                channel->stopped = (uint32_t)passed_at(channel, ticks_at(now));
        channel->gate = gate;
        if (gate)
                channel->began = ticks_at(now) -
                                 (channel->mode == 0 || channel->mode == 4 ? channel->stopped : 0);
}

uint32_t gate_read(uint32_t port)
{
        const struct channel *channel = &channels[SPEAKER];
        uint64_t moment_ns = backend_time(), now = ticks_at(moment_ns);

        (void)port;
        if (channel->mode == 0 && output(channel, passed_at(channel, now))) {
                moment_ns = moment_of_end(moment_ns, moment(channel->began + channel->reload));
                now = ticks_at(moment_ns);
        }
        moment_timer(moment_ns);
        return (channel->gate ? GATE : 0u) | (speaker_data ? GATE_SPEAKER : 0u) |
               (output(channel, passed_at(channel, now)) ? GATE_OUTPUT : 0u) |
               ((uint32_t)now / REFRESH_TICKS % 2 ? GATE_REFRESH : 0u);
}

void gate_write(uint32_t port, uint32_t value)
{
        (void)port;
        set_gate(&channels[SPEAKER], value & GATE);
        speaker_data = value & GATE_SPEAKER;
}

void pit_start(void)
{
        uint32_t i;

        for (i = 0; i < CHANNELS; i++)
                channels[i] = (struct channel){
                    .mode = 3, .access = ACCESS_BOTH, .gate = i != SPEAKER, .reload = 0x10000};
        speaker_data = false;
        second_ns = second_ticks = 0;
        pic_line(LINE_TIMER, true); /* its output, before the first control word */
}
