/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's own interrupt controller, for its timer (SDM 3, chapter 8 of the Pentium III's).
 * Interrupts of devices pass it as they come from the 8259A pair.
 */
#include "apic.h"
#include "layout.h"
#include "mapdb.h"
#include "boot.h"
#include "x86.h"

#define CPU_APIC     BIT(9) /* CPUID leaf 1, EDX */
#define MSR_APIC     0x1B
#define APIC_ENABLED BIT(11)

/* Registers. */
#define PRIORITY      0x080
#define END           0x0B0
#define SPURIOUS      0x0F0
#define LVT_TIMER     0x320
#define LVT_COUNTERS  0x340
#define LVT_LINE0     0x350
#define LVT_LINE1     0x360
#define LVT_ERROR     0x370
#define TIMER_INITIAL 0x380
#define TIMER_CURRENT 0x390
#define TIMER_DIVIDE  0x3E0

#define LVT_MASKED  BIT(16)
#define LVT_NMI     0x400
#define LVT_EXTINT  0x700
#define SOFT_ENABLE BIT(8)
#define DIVIDE_BY_1 0x0B

static void write(u32 reg, u32 value)
{
        *(volatile u32 *)(APIC_PAGE + reg) = value;
}

static u32 read(u32 reg)
{
        return *(volatile u32 *)(APIC_PAGE + reg);
}

bool apic_start(void)
{
        u32 r[4], base;

        cpuid(1, r);
        if (!(r[3] & CPU_APIC))
                return false;
        base = (u32)rdmsr(MSR_APIC);
        if (!(base & APIC_ENABLED))
                return false;
        base &= PTE_FRAME;
        mapdb_forbid(base, base + PAGE_SIZE);
        gs_table[APIC_PAGE >> PAGE_BITS & 1023] = base | PTE_P | PTE_W | PTE_PCD | PTE_PWT | PTE_G;
        write(PRIORITY, 0);
        write(LVT_TIMER, LVT_MASKED | VEC_CLOCK);
        write(LVT_COUNTERS, LVT_MASKED);
        write(LVT_ERROR, LVT_MASKED);
        write(LVT_LINE0, LVT_EXTINT);
        write(LVT_LINE1, LVT_NMI);
        write(SPURIOUS, SOFT_ENABLE | VEC_SPURIOUS);
        write(TIMER_DIVIDE, DIVIDE_BY_1);
        return true;
}

void apic_count_down(void)
{
        write(TIMER_INITIAL, 0xFFFFFFFF);
}

u32 apic_count(void)
{
        return read(TIMER_CURRENT);
}

void apic_open(void)
{
        write(TIMER_INITIAL, 0);
        write(LVT_TIMER, VEC_CLOCK);
}

void apic_arm(u32 counts)
{
        write(TIMER_INITIAL, counts);
}

void apic_end(void)
{
        write(END, 0);
}
