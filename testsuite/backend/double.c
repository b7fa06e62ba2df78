/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "double.h"

enum { MEMORY = 1 << 20, SPACES = 4, MAPPINGS = 256, EXITS = 64 };

struct mapping {
        uint32_t space, virtual, physical, rights;
        bool used;
};

static uint8_t memory[MEMORY] __attribute__((aligned(4096)));
static struct mapping mappings[MAPPINGS];
static struct double_exit exits[EXITS];
static unsigned exit_first, exit_count;
static uint32_t events;
static uint64_t deadline;
static bool held = true, delivering;

struct ab_frame double_entered;
uint32_t double_space;
void (*double_ended)(const char *text);

static const struct backend_machine machine = {
    .memory_bytes = MEMORY,
    .user_start = 0x1000,
    .user_end = 0x80000000,
    .kernel_start = 0x80000000,
    .kernel_end = 0xbc000000,
    .spaces = SPACES,
    .counter_khz = 1000000,
    .command_line = "",
};

const struct backend_machine *backend_start(void)
{
        return &machine;
}

static void end(const char *text)
{
        if (double_ended)
                double_ended(text);
        fprintf(stderr, "backend double: %s\n", text);
        exit(1);
}

void backend_stop(enum ab_stop how, uint32_t status)
{
        (void)how;
        (void)status;
        end("stop");
        abort();
}

void backend_fatal(const char *text)
{
        end(text);
        abort();
}

void backend_console_write(const char *text, uint32_t bytes)
{
        fwrite(text, 1, bytes, stdout);
}

void backend_control_write(const char *text, uint32_t bytes)
{
        fwrite(text, 1, bytes, stdout);
}

uint32_t backend_console_read(char *text, uint32_t bytes)
{
        (void)text;
        (void)bytes;
        return 0;
}

/* A microsecond for each look at it: the host's clock would make timers late on a busy host. */
uint64_t backend_time(void)
{
        static uint64_t now = 1000000000;

        return now += 1000;
}

uint64_t backend_wall_time(void)
{
        return 1577836800 + backend_time() / 1000000000;
}

static void look_at_clock(void)
{
        if (deadline && backend_time() >= deadline) {
                deadline = 0;
                events |= AB_EVENT_TIMER;
        }
}

void backend_timer(uint64_t when)
{
        deadline = when;
        look_at_clock();
}

/* There is no instruction boundary here: events are delivered on release. */
static void deliver(void)
{
        struct ab_frame frame = {0};

        look_at_clock();
        while (!held && !delivering && events) {
                delivering = held = true;
                wedge_event(&frame);
                delivering = held = false;
        }
}

void backend_release(void)
{
        held = false;
        deliver();
}

void backend_hold(void)
{
        held = true;
}

void double_raise(uint32_t mask)
{
        events |= mask;
        deliver();
}

uint32_t backend_events(void)
{
        uint32_t taken;

        look_at_clock();
        taken = events;
        events = 0;
        return taken;
}

void backend_wait(void)
{
        if (!events && !deadline)
                backend_fatal("waiting for what cannot come");
        while (!events)
                look_at_clock();
        deliver();
}

bool backend_port_in(uint32_t port, uint32_t bytes, uint32_t *value)
{
        (void)port;
        (void)bytes;
        *value = 0;
        return false;
}

bool backend_port_out(uint32_t port, uint32_t bytes, uint32_t value)
{
        (void)port;
        (void)bytes;
        (void)value;
        return false;
}

void AB_FAST *backend_physical(uint32_t address)
{
        return address < MEMORY ? memory + address : NULL;
}

static struct mapping *find(uint32_t space, uint32_t virtual)
{
        unsigned i;

        for (i = 0; i < MAPPINGS; i++)
                if (mappings[i].used && mappings[i].space == space &&
                    mappings[i].virtual == virtual)
                        return &mappings[i];
        return NULL;
}

static void check(uint32_t space, uint32_t virtual, uint32_t bytes)
{
        if ((virtual | bytes) % AB_PAGE_BYTES || (space >= SPACES && space != AB_SPACE_KERNEL))
                backend_fatal("mapping outside what a space may hold");
}

bool AB_FAST backend_map(uint32_t space, uint32_t virtual, uint32_t physical, uint32_t bytes,
                         uint32_t rights)
{
        check(space, virtual, bytes);
        if (physical % AB_PAGE_BYTES || physical + bytes > MEMORY)
                backend_fatal("mapping of memory the guest does not have");
        for (; bytes; bytes -= AB_PAGE_BYTES) {
                struct mapping *at = find(space, virtual);
                unsigned i;

                for (i = 0; !at && i < MAPPINGS; i++)
                        if (!mappings[i].used)
                                at = &mappings[i];
                if (!at)
                        return false;
                *at = (struct mapping){space, virtual, physical, rights, true};
                virtual += AB_PAGE_BYTES;
                physical += AB_PAGE_BYTES;
        }
        return true;
}

void AB_FAST backend_unmap(uint32_t space, uint32_t virtual, uint32_t bytes)
{
        backend_protect(space, virtual, bytes, 0);
}

void backend_protect(uint32_t space, uint32_t virtual, uint32_t bytes, uint32_t rights)
{
        check(space, virtual, bytes);
        for (; bytes; bytes -= AB_PAGE_BYTES, virtual += AB_PAGE_BYTES) {
                struct mapping *at = find(space, virtual);

                if (!at)
                        continue;
                at->rights = rights;
                at->used = rights != 0;
        }
}

bool double_mapping(uint32_t space, uint32_t virtual, uint32_t *physical, uint32_t *rights)
{
        const struct mapping *at = find(space, virtual);

        if (!at)
                return false;
        *physical = at->physical;
        *rights = at->rights;
        return true;
}

void backend_switch(uint32_t space)
{
        check(space, 0, 0);
        double_space = space;
}

void backend_forget(uint32_t space)
{
        unsigned i;

        for (i = 0; i < MAPPINGS; i++)
                if (mappings[i].space == space)
                        mappings[i].used = false;
}

bool double_will(struct double_exit next)
{
        if (exit_count == EXITS)
                return false;
        exits[(exit_first + exit_count++) % EXITS] = next;
        return true;
}

void AB_FAST backend_user(struct ab_frame *frame, struct ab_trap *trap)
{
        const struct double_exit *next = &exits[exit_first % EXITS];

        look_at_clock();
        double_entered = *frame;
        if (events) {
                *trap = (struct ab_trap){.reason = AB_REASON_EVENT};
                return;
        }
        if (!exit_count)
                backend_fatal("user mode was entered and has nothing to do");
        exit_first++;
        exit_count--;
        frame->eip += next->add_eip;
        frame->eax = next->eax;
        *trap = next->trap;
}

bool backend_user_segment(uint32_t entry, uint32_t low, uint32_t high)
{
        return entry >= 6 && entry <= 8 && ((high & 0xf800) == 0xf000 || !(low | high));
}

static uint8_t fpu[512];

void backend_fpu_save(void *area)
{
        memcpy(area, fpu, sizeof(fpu));
}

void backend_fpu_load(const void *area)
{
        memcpy(fpu, area, sizeof(fpu));
}

bool backend_fpu_trap(bool on)
{
        (void)on;
        return false;
}
