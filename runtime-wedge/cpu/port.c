/* SPDX-License-Identifier: BSD-2-Clause */
/* I/O ports.  The guest kernel's privilege is 0, so no permission map is asked. */
#include "cpu.h"

static void in(uint32_t port, uint32_t log2)
{
        gpr_write_sized(0, port_read(port, 1u << log2), 1u << log2);
}

static void out(uint32_t port, uint32_t log2)
{
        uint32_t bytes = 1u << log2, mask = bytes == 4 ? ~0u : (1u << 8 * bytes) - 1;

        port_write(port, bytes, vcpu.frame.eax & mask);
}

void emulate_IN(uint32_t log2)
{
        in(vcpu.frame.edx & 0xffff, log2);
}

void emulate_IN_IMM(uint32_t log2)
{
        in(operand_immediate(1), log2);
}

void emulate_OUT(uint32_t log2)
{
        out(vcpu.frame.edx & 0xffff, log2);
}

void emulate_OUT_IMM(uint32_t log2)
{
        out(operand_immediate(1), log2);
}

/*
 * A string instruction element by element: count and pointers are those of what is done when
 * an element faults.  Between two elements a pending interrupt may be delivered, at the
 * instruction's own address.
 */
static void string(bool rep, uint32_t bytes, uint32_t *pointer, void (*element)(uint32_t bytes))
{
        uint32_t step = vcpu.frame.eflags & FLAG_DF ? 0 - bytes : bytes;

        if (!rep) {
                element(bytes);
                *pointer += step;
                return;
        }
        while (vcpu.frame.ecx) {
                element(bytes);
                *pointer += step;
                vcpu.frame.ecx--;
                if (vcpu.frame.ecx && vcpu.events) {
                        vcpu.frame.eip = vcpu.site;
                        return;
                }
        }
}

static void in_element(uint32_t bytes)
{
        uint32_t gva = vcpu.frame.edi + vcpu.segment[SEG_ES].base, value, gpa, error;
        uint32_t last = gva + bytes - 1;

        /* the device must not be read where the value cannot be stored */
        if (!mmu_translate(gva, MMU_WRITE, false, &gpa, &error) ||
            (gva / AB_PAGE_BYTES != last / AB_PAGE_BYTES &&
             !mmu_translate(gva = last & -AB_PAGE_BYTES, MMU_WRITE, false, &gpa, &error))) {
                struct cpu_fault fault = {TRAP_PF, error, gva};

                cpu_raise_fault(&fault);
        }
        value = port_read(vcpu.frame.edx & 0xffff, bytes);
        memory_write(vcpu.frame.edi + vcpu.segment[SEG_ES].base, &value, bytes);
}

static enum vcpu_seg out_segment;

static void out_element(uint32_t bytes)
{
        uint32_t value = 0;

        memory_read(vcpu.frame.esi + vcpu.segment[out_segment].base, &value, bytes);
        port_write(vcpu.frame.edx & 0xffff, bytes, value);
}

void emulate_INS(uint32_t index)
{
        string(index & 1, 1u << (index >> 1), &vcpu.frame.edi, in_element);
}

void emulate_OUTS(uint32_t index)
{
        out_segment = index % 6;
        string(index / 6 & 1, 1u << (index / 12), &vcpu.frame.esi, out_element);
}
