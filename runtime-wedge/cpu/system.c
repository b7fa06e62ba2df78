/* SPDX-License-Identifier: BSD-2-Clause */
/* Identity, model-specific registers, counters, caches, waiting; what is hidden. */
#include "cpu.h"

static void undefined(void) __attribute__((noreturn));

static void undefined(void)
{
        cpu_raise(TRAP_UD, 0);
}

/*
 * Wait until an interrupt may be delivered.  Events are held while we look, so that none
 * comes between the look and the wait.
 */
void emulate_HLT(uint32_t index)
{
        (void)index;
        device_idle();
        backend_hold();
        for (;;) {
                vcpu.events |= backend_events();
                if (vcpu.events & AB_EVENT_STOP)
                        break;
                device_event(vcpu.events);
                vcpu.events = 0;
                if (pic_pending() && interrupts_enabled())
                        break;
                if (!interrupts_enabled())
                        backend_stop(AB_STOP_HALT, 0);
                backend_wait();
        }
        backend_release();
}

void emulate_CPUID(uint32_t index)
{
        struct cpuid id;

        (void)index;
        cpuid_emulate(vcpu.frame.eax, vcpu.frame.ecx, &id);
        vcpu.frame.eax = id.eax;
        vcpu.frame.ebx = id.ebx;
        vcpu.frame.ecx = id.ecx;
        vcpu.frame.edx = id.edx;
}

static void answer(uint64_t value)
{
        vcpu.frame.eax = value;
        vcpu.frame.edx = value >> 32;
}

void emulate_RDMSR(uint32_t index)
{
        uint64_t value;

        (void)index;
        if (!msr_read(vcpu.frame.ecx, &value))
                cpu_raise(TRAP_GP, 0);
        answer(value);
}

void emulate_WRMSR(uint32_t index)
{
        (void)index;
        if (!msr_write(vcpu.frame.ecx, vcpu.frame.eax | (uint64_t)vcpu.frame.edx << 32))
                cpu_raise(TRAP_GP, 0);
}

void emulate_RDTSC(uint32_t index)
{
        (void)index;
        answer(tsc_read());
}

/* Memory is coherent, and nobody else's caches are the guest's to drop. */
void emulate_INVD(uint32_t index)
{
        (void)index;
}

void emulate_WBINVD(uint32_t index)
{
        (void)index;
}

void emulate_INVLPG(uint32_t index)
{
        (void)index;
        mmu_invlpg(operand_address());
}

/* Features that cpuid does not show. */
#define UNDEFINED(name)                                                                            \
        void emulate_##name(uint32_t index)                                                        \
        {                                                                                          \
                (void)index;                                                                       \
                undefined();                                                                       \
        }
UNDEFINED(RDTSCP)
UNDEFINED(RDPMC)
UNDEFINED(MONITOR)
UNDEFINED(MWAIT)
UNDEFINED(XSETBV)
UNDEFINED(XGETBV)
UNDEFINED(CLAC)
UNDEFINED(STAC)
UNDEFINED(INVPCID)
UNDEFINED(XSAVE)
UNDEFINED(XRSTOR)
UNDEFINED(UNDEFINED)
