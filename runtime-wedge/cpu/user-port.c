/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O ports of applications.  No backend gives them any, so an access is a general protection
 * fault; where the guest has allowed the port, by IOPL or by the permission map of its task
 * segment, it is made here, on the virtual machine's ports.  String instructions are not: they
 * fault.
 */
#include "decode.h"
#include "cpu.h"

/* Where a 32-bit task segment holds the offset of its permission map. */
enum { TASK_MAP = 0x66 };

static bool is_allowed(uint32_t port, uint32_t bytes)
{
        uint32_t last = port + bytes - 1, i, at;
        struct mmu_fault fault;
        uint16_t map;

        if ((flags_iopl_nt() & FLAG_IOPL) == FLAG_IOPL)
                return last <= 0xffff;
        if (!(vcpu.task_selector & 0xfffc) || vcpu.task.limit < TASK_MAP + 1 ||
            !linear_read(vcpu.task.base + TASK_MAP, &map, 2, &fault))
                return false;
        /* the processor reads two bytes always, so the second one must be inside too */
        at = map + port / 8;
        if (at + 1 > vcpu.task.limit)
                return false;
        for (i = port; i <= last; i++) {
                uint8_t bits;

                if (!linear_read(vcpu.task.base + map + i / 8, &bits, 1, &fault) ||
                    bits & 1u << i % 8)
                        return false;
        }
        return true;
}

/* in and out, with a port in the instruction or in dx */
static bool is_port_access(const struct ab_insn *insn)
{
        return insn->map == AB_MAP_1 && (insn->opcode & 0xf4) == 0xe4;
}

bool user_port(const struct ab_trap *trap)
{
        uint8_t code[AB_INSN_MAX];
        struct ab_insn insn;
        uint32_t count, port, bytes;

        if (trap->vector != TRAP_GP || trap->error)
                return false;
        count = code_read(vcpu.frame.eip, code, sizeof(code));
        if (!ab_decode(code, count, &insn) || !is_port_access(&insn) || insn.lock)
                return false;
        bytes = !(insn.opcode & 1) ? 1 : insn.data16 ? 2 : 4;
        port = insn.opcode & 8 ? vcpu.frame.edx & 0xffff : code[insn.imm_at];
        if (!is_allowed(port, bytes))
                return false;
        if (insn.opcode & 2)
                port_write(port, bytes,
                           vcpu.frame.eax & (bytes == 4 ? ~0u : (1u << 8 * bytes) - 1));
        else
                gpr_write_sized(0, port_read(port, bytes), bytes);
        vcpu.frame.eip += insn.length;
        if (vcpu.frame.eflags & FLAG_TF)
                vcpu_exception(TRAP_DB, 0);
        return true;
}
