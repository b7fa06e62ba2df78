/* SPDX-License-Identifier: BSD-2-Clause */
/* Events, time and ports, as main sees them; monitor.c is the other side. */
#include "awake.h"
#include "timer.h"

/* Nanoseconds per step, times 2^24: the time is asked for often, so that takes no division. */
static uint32_t time_scale;

static __attribute__((noinline)) void time_begin(void)
{
        l4vm.clock_began = l4vm_counter();
        time_scale = (uint32_t)((1000000ull << 24) / l4vm_machine.counter_khz);
}

uint64_t backend_time(void)
{
        uint64_t steps;

        if (!time_scale)
                time_begin();
        steps = l4vm_counter() - l4vm.clock_began;
        return ((uint64_t)time_scale * (uint32_t)(steps >> 32) << 8) +
               ((uint64_t)time_scale * (uint32_t)steps >> 24);
}

uint64_t backend_wall_time(void)
{
        uint64_t seconds;

        l4vm_call_begin();
        l4vm_request(RMON_VM_CLOCK, 0);
        seconds = L4_StoreMR(2);
        l4vm_call_end();
        return seconds;
}

uint32_t backend_events(void)
{
        return __atomic_exchange_n(&l4vm.events, 0, __ATOMIC_SEQ_CST);
}

/*
 * Whoever clears `waiting' decides: if it was the monitor thread, it has sent a message, and we had
 * come to where that is taken.
 */
void backend_wait(void)
{
        l4vm_call_begin();
        l4vm_leave_main();
        l4vm.waiting = 1;
        if (!l4vm.events || !__atomic_exchange_n(&l4vm.waiting, 0, __ATOMIC_SEQ_CST))
                L4_Receive(l4vm_thread(L4VM_MONITOR));
        l4vm_call_end();
}

void backend_hold(void)
{
        l4vm.held = 1;
}

void backend_release(void)
{
        l4vm.held = 0;
        if (l4vm.events) {
                l4vm.held = 1;
                l4vm_self_event();
        }
}

/* --- ports ----------------------------------------------------------------------------- */

/* The resource monitor carries it out, and knows best what we have been given. */
static bool access(uint32_t port, uint32_t bytes, bool write, uint32_t *value)
{
        L4_Word_t error;

        if (!VM->port_count)
                return false;
        l4vm_call_begin();
        L4_LoadMR(1, port);
        L4_LoadMR(2, bytes);
        L4_LoadMR(3, *value);
        L4_LoadMR(4, write);
        error = l4vm_request(RMON_VM_PORT, 4);
        *value = L4_StoreMR(2);
        l4vm_call_end();
        return !error;
}

bool backend_port_in(uint32_t port, uint32_t bytes, uint32_t *value)
{
        *value = 0;
        return access(port, bytes, false, value);
}

bool backend_port_out(uint32_t port, uint32_t bytes, uint32_t value)
{
        return access(port, bytes, true, &value);
}
