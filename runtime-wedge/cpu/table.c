/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptor tables and the task register. */
#include "cpu.h"

static void load_table(struct vcpu_table *table, uint32_t word)
{
        uint8_t bytes[6];
        uint32_t base;

        memory_read(operand_address(), bytes, 6);
        base = bytes[2] | (uint32_t)bytes[3] << 8 | (uint32_t)bytes[4] << 16;
        table->limit = bytes[0] | (uint32_t)bytes[1] << 8;
        table->base = word ? base : base | (uint32_t)bytes[5] << 24;
        mmu_next_epoch(); /* what was checked came from the old one */
}

static void store_table(const struct vcpu_table *table, uint32_t word)
{
        uint32_t at = operand_address();

        (void)word; /* every processor since the 286 stores all of the base */
        memory_write(at, &table->limit, 2);
        memory_write(at + 2, &table->base, 4);
}

void emulate_LGDT(uint32_t word)
{
        load_table(&vcpu.gdtr, word);
}

void emulate_LIDT(uint32_t word)
{
        load_table(&vcpu.idtr, word);
}

void emulate_SGDT(uint32_t word)
{
        store_table(&vcpu.gdtr, word);
}

void emulate_SIDT(uint32_t word)
{
        store_table(&vcpu.idtr, word);
}

/* A system descriptor of one of the types in `types' (bits), from the GDT. */
static void system_descriptor(uint32_t selector, uint32_t types, struct vcpu_segment *segment)
{
        struct cpu_fault fault;

        if (selector & 4)
                cpu_raise(TRAP_GP, selector & 0xfffc);
        if (!descriptor_read(selector, segment, &fault))
                cpu_raise_fault(&fault);
        if ((segment->rights & RIGHTS_SEGMENT) || !(types >> RIGHTS_TYPE(segment->rights) & 1))
                cpu_raise(TRAP_GP, selector & 0xfffc);
        if (!(segment->rights & RIGHTS_PRESENT))
                cpu_raise(TRAP_NP, selector & 0xfffc);
}

static void load_ldt(uint32_t selector)
{
        struct vcpu_segment segment;

        selector &= 0xffff;
        if (selector & 0xfffc) {
                system_descriptor(selector, 1 << 2, &segment);
                vcpu.ldt = segment;
        }
        vcpu.ldt_selector = selector;
        mmu_next_epoch(); /* what was checked came from the old one */
}

static void load_task(uint32_t selector)
{
        enum { AVAILABLE_286 = 1, AVAILABLE = 9, BUSY = 2 };
        struct vcpu_segment segment;
        struct cpu_fault fault;

        selector &= 0xffff;
        if (!(selector & 0xfffc))
                cpu_raise(TRAP_GP, 0);
        system_descriptor(selector, 1 << AVAILABLE | 1 << AVAILABLE_286, &segment);
        if (!descriptor_touch(selector, BUSY, &fault))
                cpu_raise_fault(&fault);
        vcpu.task = segment;
        vcpu.task_selector = selector;
        mmu_next_epoch(); /* what was checked came from the old one */
}

void emulate_LLDT(uint32_t reg)
{
        load_ldt(gpr_read(reg));
}

void emulate_LLDT_MEM(uint32_t index)
{
        (void)index;
        load_ldt(memory_read16(operand_address()));
}

void emulate_LTR(uint32_t reg)
{
        load_task(gpr_read(reg));
}

void emulate_LTR_MEM(uint32_t index)
{
        (void)index;
        load_task(memory_read16(operand_address()));
}

void emulate_SLDT(uint32_t index)
{
        gpr_write_sized(index % 8, vcpu.ldt_selector, index >= 8 ? 2 : 4);
}

void emulate_SLDT_MEM(uint32_t index)
{
        (void)index;
        memory_write(operand_address(), &vcpu.ldt_selector, 2);
}

void emulate_STR(uint32_t index)
{
        gpr_write_sized(index % 8, vcpu.task_selector, index >= 8 ? 2 : 4);
}

void emulate_STR_MEM(uint32_t index)
{
        (void)index;
        memory_write(operand_address(), &vcpu.task_selector, 2);
}

void emulate_ARPL(uint32_t reg)
{
        uint32_t source = gpr_read(reg) & 3, selector = operand_read16();
        bool raise = (selector & 3) < source;

        /* memory is written in any case */
        operand_write16(raise ? (selector & 0xfffc) | source : selector);
        vcpu.frame.eflags =
            raise ? vcpu.frame.eflags | FLAG_ZF : vcpu.frame.eflags & ~(uint32_t)FLAG_ZF;
}
