/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flags word.  Arithmetic flags, DF, TF, AC and ID are in the real register while the guest
 * runs; IF, IOPL and NT, which a hypervisor keeps for itself, are in ab.flags_differ.
 */
#include "cpu.h"

uint32_t flags_kept = FLAGS_REAL;

void emulate_CLI(uint32_t index)
{
        (void)index;
        interrupts_enable(false);
}

/* Delivery is vcpu_leave()'s. */
void emulate_STI(uint32_t index)
{
        (void)index;
        interrupts_enable(true);
}

/* Nothing may be delivered before the next instruction; it is a site, and will. */
void emulate_STI_DEFER(uint32_t index)
{
        (void)index;
        interrupts_enable(true);
        vcpu.attention |= AT_EXIT_SHADOW;
}

/* Delivery one instruction later. */
void emulate_STI_STEP(uint32_t index)
{
        (void)index;
        interrupts_enable(true);
        if (pic_pending() || vcpu.events)
                step_prepare(vcpu.frame.eip);
}

void emulate_PUSHF(uint32_t word)
{
        uint32_t image = flags_image(), bytes = word ? 2 : 4;

        if (vcpu.attention & AT_EXIT_TRAP)
                image |= FLAG_TF; /* the guest steps: the wedge goes without it */
        memory_write(vcpu.frame.esp - bytes, &image, bytes);
        vcpu.frame.esp -= bytes;
}

void emulate_POPF(uint32_t word)
{
        uint32_t image;

        if (word) {
                image = memory_read16(vcpu.frame.esp) | (flags_image() & 0xffff0000);
                vcpu.frame.esp += 2;
        } else {
                image = memory_read32(vcpu.frame.esp);
                vcpu.frame.esp += 4;
        }
        flags_set(image);
}
