/* SPDX-License-Identifier: BSD-2-Clause */
/* What holds for every backend, tried through the interface alone. */
#include "ktap.h"

enum { MS = 1000000 };

volatile uint32_t delivered, deliveries;

static void machine_makes_sense(const struct backend_machine *m)
{
        ktap_ok(m->memory_bytes >= 1 << 20 && m->memory_bytes % AB_PAGE_BYTES == 0,
                "there is memory, in whole pages");
        ktap_ok(m->spaces >= 2 && m->user_start < m->user_end && m->kernel_start < m->kernel_end,
                "there are spaces and addresses to map");
        ktap_ok(m->command_line && m->module_start + m->module_bytes <= m->memory_bytes,
                "there is a command line, and the module is in the guest's memory");
}

static void memory_is_reached(const struct backend_machine *m)
{
        uint32_t *first = backend_physical(0), *last = backend_physical(m->memory_bytes - 4);

        *first = 0x11111111;
        *last = 0x22222222;
        ktap_ok(*first == 0x11111111 && *last == 0x22222222, "first and last word of memory hold");
        ktap_ok(!backend_physical(m->memory_bytes), "there is nothing beyond its end");
}

static void time_passes(void)
{
        uint64_t before = backend_time(), now = before, next;
        uint32_t i;
        bool back = false;

        for (i = 0; i < 1000; i++) {
                next = backend_time();
                back |= next < now;
                now = next;
        }
        ktap_ok(!back && now > before, "time goes on and never back");
        ktap_ok(backend_wall_time() > 1577836799, "the clock is past 2019");
}

static void timer_comes(void)
{
        uint64_t at = backend_time() + 2 * MS;
        uint32_t tries = 0;

        backend_events();
        backend_timer(at);
        backend_wait();
        ktap_ok(backend_time() >= at, "the timer is not early");
        ktap_ok(backend_events() & AB_EVENT_TIMER, "it raises its event");
        ktap_ok(!(backend_events() & AB_EVENT_TIMER), "which is taken once");

        backend_timer(1);
        backend_wait();
        ktap_ok(backend_events() & AB_EVENT_TIMER, "a time that is past is due at once");

        /* On a busy host the time may have come before it was taken back. */
        do {
                backend_events();
                at = backend_time() + 1 * MS;
                backend_timer(at);
                backend_timer(0);
        } while (backend_time() >= at && ++tries < 20);
        while (backend_time() < at + 2 * MS)
                ;
        ktap_ok(!(backend_events() & AB_EVENT_TIMER), "a timer that was taken back does not come");
}

/*
 * A guest that asks for 1,000 interrupts a second (Linux 2.6.9) counts on them.  On the machine
 * itself, where other work makes any timer late at times, a clock that can do it is given ten
 * chances.
 */
static void timer_is_exact(void)
{
        uint32_t i, chance, good = 0;
        uint64_t at;

        for (chance = 0; chance < 10 && good < 24; chance++) {
                good = 0;
                for (i = 0; i < 40; i++) {
                        backend_events();
                        at = backend_time() + MS;
                        backend_timer(at);
                        backend_wait();
                        good += backend_time() - at < 7 * MS / 10;
                }
        }
        backend_events();
        ktap_ok(good >= 24, "a timer of a millisecond is rarely late by another");
}

static void events_are_held(void)
{
        uint32_t before = deliveries;

        delivered = 0;
        backend_timer(1);
        backend_wait();
        ktap_ok(deliveries == before, "held: no event is delivered");
        backend_release();
        ktap_ok(deliveries == before + 1 && delivered & AB_EVENT_TIMER,
                "released: the one that waited is delivered");
        backend_hold();
        ktap_ok(!backend_events(), "and is then gone");
}

static void ports_are_denied(void)
{
        uint32_t value = 1;

        ktap_ok(!backend_port_in(0x10000, 1, &value) && !backend_port_in(0xffff, 2, &value),
                "there is no port beyond the last");
        ktap_ok(!backend_port_in(0x3f8, 1, &value) && !backend_port_out(0x3f8, 1, 'X'),
                "the console's ports are the backend's own");
        ktap_ok(!backend_port_in(0x100, 3, &value), "nor is there a port of three bytes");
}

static void descriptors_are_checked(void)
{
        ktap_ok(!backend_user_segment(6, 0x0000ffff, 0x00cf9b00),
                "a code segment of ring 0 is no user descriptor");
        ktap_ok(!backend_user_segment(1, 0x0000ffff, 0x00cff300), "nor may it lie just anywhere");
}

void contract(const struct backend_machine *machine)
{
        machine_makes_sense(machine);
        memory_is_reached(machine);
        time_passes();
        timer_comes();
        timer_is_exact();
        events_are_held();
        ports_are_denied();
        descriptors_are_checked();
}
