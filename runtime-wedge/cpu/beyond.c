/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Applications whose segments the backend has bounded (backend_machine.user_bounded): what lies
 * beyond the bound is a general protection fault to them.  On the machine itself it is for the
 * page tables to decide, so here they are asked, and the guest is told what it would have
 * been: mostly a page fault.  A page of the guest kernel's that applications may run (its
 * system-call page) holds a few instructions between a push and an int; those are run here.
 */
#include "decode.h"
#include <afterburn/insn.h>
#include "cpu.h"

enum { INSTRUCTIONS_MOST = 32, OPCODE_INT = 0xcd, OPCODE_MOV = 0xb8, OPCODE_RET = 0xc3 };

static bool is_beyond(uint32_t address)
{
        return address >= machine->user_end;
}

/* False: the page tables allow it. */
static bool tell(uint32_t address, enum mmu_access access)
{
        uint32_t gpa, error;

        if (mmu_translate(address, access, true, &gpa, &error))
                return false;
        vcpu_page_fault(address, error);
        return true;
}

/* --- an instruction of the system-call page --------------------------------------------- */

static bool stack_pop(uint32_t *value)
{
        struct mmu_fault fault;

        if (!guest_read(vcpu.frame.esp, value, 4, true, &fault)) {
                vcpu_page_fault(fault.address, fault.error);
                return false;
        }
        vcpu.frame.esp += 4;
        return true;
}

static bool stack_push(uint32_t value)
{
        struct mmu_fault fault;

        if (!guest_write(vcpu.frame.esp - 4, &value, 4, true, &fault)) {
                vcpu_page_fault(fault.address, fault.error);
                return false;
        }
        vcpu.frame.esp -= 4;
        return true;
}

/* @bytes of code at @address, which lie in one page; false: the guest has been told of a fault. */
static bool fetch(uint32_t address, uint8_t *code, uint32_t bytes)
{
        struct mmu_fault fault;

        if (guest_read(address, code, bytes, true, &fault))
                return true;
        vcpu_page_fault(fault.address, fault.error);
        return false;
}

/* All of the instruction at EIP that the page it begins in has not. */
static bool fetch_rest(uint8_t *code, uint32_t have)
{
        uint32_t need = code[0] == OPCODE_INT ? 2 : (code[0] & 0xf8) == OPCODE_MOV ? 5 : 1;

        return need <= have || fetch(vcpu.frame.eip + have, code + have, need - have);
}

/* True: go on behind it.  Else the guest has been told something. */
static bool step(void)
{
        uint8_t code[AB_INSN_MAX] = {0};
        uint32_t value, eip = vcpu.frame.eip, left = AB_PAGE_BYTES - eip % AB_PAGE_BYTES;

        if (left > sizeof(code))
                left = sizeof(code);
        if (!fetch(eip, code, left) || !fetch_rest(code, left))
                return false;
        switch (code[0]) {
        case 0x50 ... 0x57: /* push */
                vcpu.frame.eip++;
                return stack_push(gpr_read(code[0] & 7));
        case 0x58 ... 0x5f: /* pop */
                if (!stack_pop(&value))
                        return false;
                gpr_write(code[0] & 7, value);
                vcpu.frame.eip++;
                return true;
        case 0x90:
                vcpu.frame.eip++;
                return true;
        case 0xb8 ... 0xbf: /* mov $, reg */
                __builtin_memcpy(&value, &code[1], 4);
                gpr_write(code[0] & 7, value);
                vcpu.frame.eip += 5;
                return true;
        case OPCODE_RET:
                if (!stack_pop(&value))
                        return false;
                vcpu.frame.eip = value;
                return true;
        case OPCODE_INT:
                vcpu.frame.eip += 2;
                vcpu_software_interrupt(code[1]);
                return false;
        }
        vcpu_exception(TRAP_GP, 0);
        return false;
}

/* An instruction has been run here: where the guest steps, that ends in a trap behind it. */
static bool stepped(void)
{
        if (!(vcpu.frame.eflags & FLAG_TF))
                return false;
        vcpu_exception(TRAP_DB, 0);
        return true;
}

/* A return at @eip, which user code may run and the wedge read: mostly where it was last time. */
static uint32_t return_at, return_since;

static __attribute__((noinline)) bool find_return(uint32_t eip)
{
        uint32_t error;

        if (!mmu_peek_user(eip) || !mmu_reach(eip, MMU_READ, &error))
                return false;
        if (*(const volatile uint8_t *)eip != OPCODE_RET)
                return false; /* what user code calls there: the return stays known */
        return_at = eip;
        return_since = mmu_epoch;
        return true;
}

static inline bool is_return(uint32_t eip)
{
        if (return_at != eip || return_since != mmu_epoch)
                return find_return(eip);
        return *(const volatile uint8_t *)eip == OPCODE_RET;
}

bool user_returns_from_beyond(void)
{
        const uint32_t *stack;

        if (!is_return(vcpu.frame.eip) || vcpu.frame.eflags & FLAG_TF ||
            vcpu.frame.esp % AB_PAGE_BYTES > AB_PAGE_BYTES - 4)
                return false;
        stack = mmu_peek_user(vcpu.frame.esp);
        if (!stack || is_beyond(*stack))
                return false;
        vcpu.frame.eip = *stack;
        vcpu.frame.esp += 4;
        return true;
}

void user_runs_beyond(void)
{
        uint32_t n;

        for (n = 0; n < INSTRUCTIONS_MOST && is_beyond(vcpu.frame.eip); n++)
                if (!step() || stepped())
                        break;
}

/* --- an instruction below that reaches beyond --------------------------------------------- */

/* Does an instruction with a memory operand write to it? */
static bool writes(const struct ab_insn *insn)
{
        uint32_t reg = insn->modrm >> 3 & 7, op = insn->opcode;

        if (insn->map == AB_MAP_0F)
                return op == 0x11 || op == 0x13 || op == 0x17 || op == 0x29 || op == 0x2b ||
                       op == 0x7e || op == 0x7f || op == 0xd6 || op == 0xe7 ||
                       (op >= 0x90 && op <= 0x9f) || op == 0xab || op == 0xb3 || op == 0xbb ||
                       (op == 0xba && reg > 4) || (op >= 0xb0 && op <= 0xb1) ||
                       (op >= 0xc0 && op <= 0xc1) || op == 0xc7;
        if (insn->map != AB_MAP_1)
                return false;
        if (op < 0x38)
                return (op & 7) < 2;
        switch (op) {
        case 0x80 ... 0x83:
                return reg != 7;
        case 0x86 ... 0x89:
        case 0x8c:
        case 0x8f:
        case 0xa2 ... 0xa5:
        case 0xaa:
        case 0xab:
        case 0xc0:
        case 0xc1:
        case 0xc6:
        case 0xc7:
        case 0xd0 ... 0xd3:
                return true;
        case 0xd9:
        case 0xdb:
        case 0xdd:
        case 0xdf:
                return reg >= 2;
        case 0xf6:
        case 0xf7:
                return reg == 2 || reg == 3;
        case 0xfe:
        case 0xff:
                return reg < 2;
        }
        return false;
}

/* Where a near branch at @code goes; false: it is none, or its target cannot be had. */
static bool target_of(const uint8_t *code, const struct ab_insn *insn, uint32_t *target)
{
        uint32_t behind = vcpu.frame.eip + insn->length, address, reg = insn->modrm >> 3 & 7;
        struct mmu_fault fault;
        int32_t distance;

        if (insn->map != AB_MAP_1)
                return false;
        switch (insn->opcode) {
        case 0xe8: /* call */
        case 0xe9: /* jmp */
                __builtin_memcpy(&distance, code + insn->imm_at, 4);
                *target = behind + (uint32_t)distance;
                return true;
        case 0xc3: /* ret */
                return guest_read(vcpu.frame.esp, target, 4, true, &fault);
        case 0xff: /* call, jmp through a register or memory */
                if (reg != 2 && reg != 4)
                        return false;
                if (!insn->memory) {
                        *target = gpr_read(insn->modrm & 7);
                        return true;
                }
                return operand_of_instruction(vcpu.frame.eip, &address) &&
                       guest_read(address, target, 4, true, &fault);
        }
        return false;
}

/* The branch itself has no fault; what it goes to may have one. */
static bool follow(const struct ab_insn *insn, uint32_t target)
{
        uint32_t behind = vcpu.frame.eip + insn->length, ignored;
        bool calls = insn->opcode == 0xe8 || (insn->opcode == 0xff && (insn->modrm >> 3 & 7) == 2);

        if (calls && !stack_push(behind))
                return true;
        if (insn->opcode == 0xc3 && !stack_pop(&ignored))
                return true;
        vcpu.frame.eip = target;
        stepped();
        return true; /* user_runs_beyond() is next */
}

bool user_reaches_beyond(const struct ab_trap *trap)
{
        uint8_t code[AB_INSN_MAX];
        struct ab_insn insn;
        uint32_t address, bytes;

        if (!machine->user_bounded || trap->error ||
            (trap->vector != TRAP_GP && trap->vector != TRAP_SS))
                return false;
        if (is_beyond(vcpu.frame.eip))
                return true; /* it has come to an address there: user_runs_beyond() is next */
        bytes = code_read(vcpu.frame.eip, code, sizeof(code));
        if (!ab_decode(code, bytes, &insn) || ab_classify(&insn) != AB_CLASS_NONE)
                return false;
        if (target_of(code, &insn, &address) && is_beyond(address))
                return follow(&insn, address);
        if (operand_of_instruction(vcpu.frame.eip, &address) && is_beyond(address))
                return tell(address, writes(&insn) ? MMU_WRITE : MMU_READ);
        /* what is left are the stack's implicit operands */
        return is_beyond(vcpu.frame.esp - 4) && tell(vcpu.frame.esp - 4, MMU_WRITE);
}
