/* SPDX-License-Identifier: BSD-2-Clause */
/* Operands: what a site carries, general registers, guest memory. */
#include "decode.h"
#include "cpu.h"

/* --- guest memory ----------------------------------------------------------------- */

static void raise_mmu(const struct mmu_fault *fault)
{
        struct cpu_fault raised = {TRAP_PF, fault->error, fault->address};

        cpu_raise_fault(&raised);
}

void memory_read(uint32_t gva, void *buffer, uint32_t bytes)
{
        struct mmu_fault fault;

        if (!linear_read(gva, buffer, bytes, &fault))
                raise_mmu(&fault);
}

void memory_write(uint32_t gva, const void *buffer, uint32_t bytes)
{
        struct mmu_fault fault;

        if (!linear_write(gva, buffer, bytes, &fault))
                raise_mmu(&fault);
}

uint32_t memory_read32(uint32_t gva)
{
        struct mmu_fault fault;
        uint32_t value;

        if (!linear_read(gva, &value, sizeof(value), &fault))
                raise_mmu(&fault);
        return value;
}

uint32_t memory_read16(uint32_t gva)
{
        struct mmu_fault fault;
        uint16_t value;

        if (!linear_read(gva, &value, sizeof(value), &fault))
                raise_mmu(&fault);
        return value;
}

uint32_t code_read(uint32_t gva, uint8_t *buffer, uint32_t bytes)
{
        uint32_t first = AB_PAGE_BYTES - gva % AB_PAGE_BYTES;
        struct mmu_fault fault;

        if (first > bytes)
                first = bytes;
        if (!linear_read(gva, buffer, first, &fault))
                return 0;
        if (first == bytes || !linear_read(gva + first, buffer + first, bytes - first, &fault))
                return first;
        return bytes;
}

/* --- registers --------------------------------------------------------------------- */

static uint32_t *gpr(uint32_t reg)
{
        static uint32_t *const place[8] = {
            &vcpu.frame.eax, &vcpu.frame.ecx, &vcpu.frame.edx, &vcpu.frame.ebx,
            &vcpu.frame.esp, &vcpu.frame.ebp, &vcpu.frame.esi, &vcpu.frame.edi,
        };

        return place[reg];
}

uint32_t gpr_read(uint32_t reg)
{
        return *gpr(reg);
}

void gpr_write(uint32_t reg, uint32_t value)
{
        *gpr(reg) = value;
}

void gpr_write_sized(uint32_t reg, uint32_t value, uint32_t bytes)
{
        uint32_t mask = bytes == 4 ? ~0u : (1u << 8 * bytes) - 1;

        *gpr(reg) = (*gpr(reg) & ~mask) | (value & mask);
}

/* --- operands ----------------------------------------------------------------------- */

uint32_t operand_immediate(uint32_t bytes)
{
        uint32_t value = memory_read32(vcpu.frame.esp);

        vcpu.frame.esp += 4;
        return bytes == 1 ? value & 255 : value;
}

static uint32_t word_at(const uint8_t *p)
{
        uint32_t word;

        __builtin_memcpy(&word, p, sizeof(word));
        return word;
}

/* Segment a prefix names, or the default. */
static enum vcpu_seg segment_of(uint8_t prefix, enum vcpu_seg other)
{
        switch (prefix) {
        case 0x26:
                return SEG_ES;
        case 0x2e:
                return SEG_CS;
        case 0x36:
                return SEG_SS;
        case 0x3e:
                return SEG_DS;
        case 0x64:
                return SEG_FS;
        case 0x65:
                return SEG_GS;
        }
        return other;
}

/* Linear address of the operand whose modrm is at @modrm, with the guest's registers. */
static uint32_t effective_address(const uint8_t *modrm, uint8_t prefix)
{
        const uint8_t *p = modrm + 1;
        uint32_t mod = *modrm >> 6, base = *modrm & 7, address = 0;
        enum vcpu_seg seg = SEG_DS;

        if (base == 4) {
                uint32_t index = *p >> 3 & 7;

                base = *p & 7;
                if (index != 4)
                        address = gpr_read(index) << (*p >> 6);
                p++;
        }
        if (base == 5 && !mod) {
                address += word_at(p);
        } else {
                address += gpr_read(base);
                if (base == 4 || base == 5)
                        seg = SEG_SS;
        }
        if (mod == 1)
                address += (uint32_t)(int8_t)*p;
        else if (mod == 2)
                address += word_at(p);
        return address + vcpu.segment[segment_of(prefix, seg)].base;
}

/* The NOP at R: a segment prefix or none, 0f 1f, the operand; as the binder lays it down. */
struct carried {
        uint8_t copy[9]; /* where it crosses a page */
        uint8_t prefix;
        const uint8_t *modrm;
};

static void carried(struct carried *nop)
{
        uint32_t eip = vcpu.frame.eip;
        const uint8_t *at = 0;
        struct mmu_fault fault;

        if (eip % AB_PAGE_BYTES <= AB_PAGE_BYTES - sizeof(nop->copy)) {
                at = linear_byte(eip, false, &fault);
        } else {
                code_read(eip, nop->copy, sizeof(nop->copy));
                at = nop->copy;
        }
        nop->prefix = at && *at != 0x0f ? *at++ : 0;
        if (!at || at[0] != 0x0f || at[1] != 0x1f)
                vcpu_crash("no operand behind a bound call");
        nop->modrm = at + 2;
}

uint32_t operand_address(void)
{
        struct carried nop;

        carried(&nop);
        return effective_address(nop.modrm, nop.prefix);
}

uint32_t operand_displacement(void)
{
        struct carried nop;

        carried(&nop);
        return word_at(nop.modrm + 1);
}

static bool is_register(uint8_t modrm)
{
        return modrm >= 0xc0;
}

uint32_t operand_read16(void)
{
        struct carried nop;

        carried(&nop);
        if (is_register(*nop.modrm))
                return gpr_read(*nop.modrm & 7) & 0xffff;
        return memory_read16(effective_address(nop.modrm, nop.prefix));
}

void operand_write16(uint32_t value)
{
        struct carried nop;

        carried(&nop);
        if (is_register(*nop.modrm))
                gpr_write_sized(*nop.modrm & 7, value, 2);
        else
                memory_write(effective_address(nop.modrm, nop.prefix), &value, 2);
}

bool operand_of_instruction(uint32_t eip, uint32_t *address)
{
        uint8_t code[AB_INSN_MAX];
        struct ab_insn insn;
        uint32_t bytes = code_read(eip, code, AB_INSN_MAX);

        if (!ab_decode(code, bytes, &insn) || insn.addr16)
                return false;
        if (insn.modrm_at && insn.memory) {
                *address = effective_address(code + insn.modrm_at, insn.seg);
                return true;
        }
        if (insn.map != AB_MAP_1)
                return false;
        switch (insn.opcode) {
        case 0xa0 ... 0xa3: /* mov between the accumulator and an absolute address */
                *address = word_at(code + insn.opcode_at + 1) +
                           vcpu.segment[segment_of(insn.seg, SEG_DS)].base;
                return true;
        case 0xa4:
        case 0xa5:
        case 0xaa:
        case 0xab: /* string stores */
                *address = vcpu.frame.edi + vcpu.segment[SEG_ES].base;
                return true;
        }
        return false;
}

uint32_t operand_of_fault(const struct ab_trap *trap)
{
        enum { ERROR_WRITE = 2 };
        const uint32_t implied[] = {trap->error & ERROR_WRITE ? vcpu.frame.edi : vcpu.frame.esi,
                                    vcpu.frame.edi, vcpu.frame.esp - 4, vcpu.frame.esp};
        uint32_t address, i;

        if (trap->address != AB_ADDRESS_UNKNOWN)
                return trap->address;
        if (in_wedge(vcpu.frame.eip))
                return vcpu.frame.eip;
        /* a copy from string to string reads before it writes, and may do either there */
        if (operand_of_instruction(vcpu.frame.eip, &address) && in_wedge(address) &&
            (address != vcpu.frame.edi || trap->error & ERROR_WRITE))
                return address;
        for (i = 0; i < sizeof(implied) / sizeof(implied[0]); i++)
                if (in_wedge(implied[i]))
                        return implied[i];
        return trap->address;
}
