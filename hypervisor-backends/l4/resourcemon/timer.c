/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8254's channel 0: for machines whose timers are finer than L4's clock, which
 * ticks every two milliseconds.  It runs once, to the earliest moment anybody asked for.
 */
#include <l4/io.h>
#include <l4/kip.h>
#include <afterburn/backend.h>
#include "timer.h"

enum { LINE = 0, CHANNEL0 = 0x40, MODE = 0x43, ONCE = 0x30, HZ = 1193182, MOST = 0xffff };

static unsigned long long due[VMS]; /* time-stamp counter; 0: not asked for */
static int attached;

static unsigned long long counter(void)
{
        unsigned long long value;

        asm volatile("rdtsc" : "=A"(value));
        return value;
}

static L4_ThreadId_t line(void)
{
        return L4_GlobalId(LINE, 1);
}

static void attach(void)
{
        if (!attached)
                attached = L4_ThreadControl(line(), line(), L4_nilthread, L4_MyGlobalId(),
                                            L4_UTCB_LEAVE) != 0;
}

static void arm(void)
{
        unsigned long long next = 0, now = counter(), ticks;

        for (unsigned int i = 0; i < VMS; i++)
                if (due[i] && (!next || due[i] < next))
                        next = due[i];
        if (!next)
                return;
        ticks = next > now ? (next - now) * (HZ / 1000) / L4_ProcessorKHz() : 0;
        if (ticks >= MOST)
                ticks = MOST - 1;
        l4_outb(MODE, ONCE);
        l4_outb(CHANNEL0, (uint8_t)(ticks + 1));
        l4_outb(CHANNEL0, (uint8_t)((ticks + 1) >> 8));
}

void timer_request(unsigned int vm, L4_Word_t us)
{
        attach();
        due[vm] = us ? counter() + (unsigned long long)us * L4_ProcessorKHz() / 1000 : 0;
        arm();
}

void timer_interrupt(void)
{
        unsigned long long now = counter();

        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Reply(line()); /* acknowledged */
        for (unsigned int i = 0; i < VMS; i++)
                if (due[i] && due[i] <= now) {
                        due[i] = 0;
                        vm_notify(&vms[i], AB_EVENT_TIMER);
                }
        arm();
}
