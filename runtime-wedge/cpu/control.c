/* SPDX-License-Identifier: BSD-2-Clause */
/* Control and debug registers.  Reads are mostly inline: values are kept as they read. */
#include "cpu.h"

static void write_cr0(uint32_t value)
{
        uint32_t old = vcpu.ab.cr[0];

        if (((value & CR0_PG) && !(value & CR0_PE)) || ((value & CR0_NW) && !(value & CR0_CD)))
                cpu_raise(TRAP_GP, 0);
        value |= CR0_ET;
        vcpu.ab.cr[0] = value;
        if (value != old)
                mmu_write_cr0(old, value);
}

/*
 * Bits of CR4 that may be set: those of features a guest finds, and those that take effect in
 * user mode only, which no guest needs to find and some set.
 */
enum { CR4_VALID = 3 | CR4_TSD | CR4_DE | 0x10 | 0x40 | 0x80 | 0x100 | CR4_OSFXSR | 0x400 };

static void write_cr4(uint32_t value)
{
        uint32_t old = vcpu.ab.cr[4];

        if (value & ~(uint32_t)CR4_VALID)
                cpu_raise(TRAP_GP, 0);
        vcpu.ab.cr[4] = value;
        if (value != old)
                mmu_write_cr4(old, value);
}

void emulate_MOV_FROM_CR(uint32_t index)
{
        if (index / 8 > 4)
                cpu_raise(TRAP_UD, 0);
        gpr_write(index % 8, vcpu.ab.cr[index / 8]);
}

void emulate_MOV_TO_CR(uint32_t index)
{
        uint32_t value = gpr_read(index % 8);

        switch (index / 8) {
        case 0:
                write_cr0(value);
                break;
        case 2:
                vcpu.ab.cr[2] = value;
                break;
        case 3:
                vcpu.ab.cr[3] = value;
                mmu_write_cr3();
                break;
        case 4:
                write_cr4(value);
                break;
        default:
                cpu_raise(TRAP_UD, 0);
        }
}

void emulate_CLTS(uint32_t index)
{
        (void)index;
        vcpu.ab.cr[0] &= ~(uint32_t)CR0_TS;
}

/* Cannot clear PE. */
static void load_msw(uint32_t value)
{
        uint32_t keep = vcpu.ab.cr[0] & ~(uint32_t)(CR0_MP | CR0_EM | CR0_TS);

        write_cr0(keep | (value & (CR0_PE | CR0_MP | CR0_EM | CR0_TS)));
}

void emulate_LMSW(uint32_t reg)
{
        load_msw(gpr_read(reg));
}

void emulate_LMSW_MEM(uint32_t index)
{
        (void)index;
        load_msw(memory_read16(operand_address()));
}

void emulate_SMSW(uint32_t index)
{
        gpr_write_sized(index % 8, vcpu.ab.cr[0], index >= 8 ? 2 : 4);
}

void emulate_SMSW_MEM(uint32_t index)
{
        (void)index;
        memory_write(operand_address(), &vcpu.ab.cr[0], 2);
}

/* 4 and 5 are other names of 6 and 7, unless CR4.DE says they are none. */
static uint32_t debug_register(uint32_t number)
{
        if (number != 4 && number != 5)
                return number;
        if (vcpu.ab.cr[4] & CR4_DE)
                cpu_raise(TRAP_UD, 0);
        return number + 2;
}

void emulate_MOV_FROM_DR(uint32_t index)
{
        gpr_write(index % 8, vcpu.ab.dr[debug_register(index / 8)]);
}

/*
 * Breakpoints strike in user code, where the backend can set them; of the guest kernel's own only
 * the values are kept.  While there are any RF is.
 */
static void load_breakpoints(uint32_t number, uint32_t value)
{
        bool had = vcpu.ab.dr[7] & DR7_ENABLE;

        vcpu.ab.dr[number] = value;
        if (!backend_user_breakpoints || !(had | !!(vcpu.ab.dr[7] & DR7_ENABLE)))
                return;
        user_chores |= CHORE_BREAKPOINTS;
        flags_kept = FLAGS_REAL | (vcpu.ab.dr[7] & DR7_ENABLE ? FLAG_RF : 0);
}

void emulate_MOV_TO_DR(uint32_t index)
{
        uint32_t number = debug_register(index / 8), value = gpr_read(index % 8);

        if (number == 7)
                value = (value & 0xffff2fff) | 0x400;
        if (number == 6)
                vcpu.ab.dr[6] = (value & DR6_STATUS) | 0xffff0ff0;
        else
                load_breakpoints(number, value);
}
