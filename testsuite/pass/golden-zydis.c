/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second opinion: what an encoding is, by Zydis alone. */
#include "config.h"

#include "golden-zydis.h"

#include <afterburn/insn.h>

static ZydisDecoder decoder;

static const struct {
        ZydisMnemonic mnemonic;
        uint8_t class_id;
} expected[] = {
#define E(zydis, id)                                                                               \
        {                                                                                          \
                ZYDIS_MNEMONIC_##zydis, AB_CLASS_##id                                              \
        }
    E(CLI, CLI),
    E(STI, STI),
    E(PUSHF, PUSHF),
    E(PUSHFD, PUSHF),
    E(POPF, POPF),
    E(POPFD, POPF),
    E(HLT, HLT),
    E(IRET, IRET),
    E(IRETD, IRET),
    E(INT, INT),
    E(INT3, INT3),
    E(INTO, INTO),
    E(INT1, INT1),
    E(SYSENTER, SYSENTER),
    E(SYSEXIT, SYSEXIT),
    E(SYSCALL, SYSCALL),
    E(SYSRET, SYSRET),
    E(RSM, RSM),
    E(IN, IN),
    E(OUT, OUT),
    E(INSB, INS),
    E(INSW, INS),
    E(INSD, INS),
    E(OUTSB, OUTS),
    E(OUTSW, OUTS),
    E(OUTSD, OUTS),
    E(CLTS, CLTS),
    E(LMSW, LMSW),
    E(SMSW, SMSW),
    E(LDS, LDS),
    E(LES, LES),
    E(LFS, LFS),
    E(LGS, LGS),
    E(LSS, LSS),
    E(LGDT, LGDT),
    E(LIDT, LIDT),
    E(SGDT, SGDT),
    E(SIDT, SIDT),
    E(LLDT, LLDT),
    E(SLDT, SLDT),
    E(LTR, LTR),
    E(STR, STR),
    E(VERR, VERR),
    E(VERW, VERW),
    E(LAR, LAR),
    E(LSL, LSL),
    E(ARPL, ARPL),
    E(INVLPG, INVLPG),
    E(INVD, INVD),
    E(INVPCID, INVPCID),
    E(CPUID, CPUID),
    E(RDMSR, RDMSR),
    E(WRMSR, WRMSR),
    E(RDTSC, RDTSC),
    E(RDTSCP, RDTSCP),
    E(RDPMC, RDPMC),
    E(MONITOR, MONITOR),
    E(MWAIT, MWAIT),
    E(XSETBV, XSETBV),
    E(XGETBV, XGETBV),
    E(CLAC, CLAC),
    E(STAC, STAC),
    E(FNSAVE, FNSAVE),
    E(FRSTOR, FRSTOR),
    E(FNINIT, FNINIT),
    E(FXSAVE, FXSAVE),
    E(FXRSTOR, FXRSTOR),
    E(XSAVE, XSAVE),
    E(XSAVEC, XSAVE),
    E(XSAVEOPT, XSAVE),
    E(XSAVES, XSAVE),
    E(XRSTOR, XRSTOR),
    E(XRSTORS, XRSTOR),
    E(RDPID, RDPID),
    E(RDPRU, RDPRU),
    E(VMCALL, VIRT),
    E(VMLAUNCH, VIRT),
    E(VMRESUME, VIRT),
    E(VMXOFF, VIRT),
    E(VMPTRLD, VIRT),
    E(VMPTRST, VIRT),
    E(VMCLEAR, VIRT),
    E(VMXON, VIRT),
    E(VMREAD, VIRT),
    E(VMWRITE, VIRT),
    E(INVEPT, VIRT),
    E(INVVPID, VIRT),
    E(VMFUNC, VIRT),
    E(VMRUN, VIRT),
    E(VMMCALL, VIRT),
    E(VMLOAD, VIRT),
    E(VMSAVE, VIRT),
    E(STGI, VIRT),
    E(CLGI, VIRT),
    E(SKINIT, VIRT),
    E(INVLPGA, VIRT),
    E(TDCALL, VIRT),
    E(PVALIDATE, VIRT),
    E(GETSEC, PLATFORM),
    E(ENCLS, PLATFORM),
    E(ENCLV, PLATFORM),
    E(PCONFIG, PLATFORM),
    E(HRESET, PLATFORM),
    E(ENQCMDS, PLATFORM),
    E(WRUSSD, PLATFORM),
    E(SETSSBSY, PLATFORM),
    E(CLRSSBSY, PLATFORM),
    E(INVLPGB, PLATFORM),
    E(TLBSYNC, PLATFORM),
#undef E
};

static ZydisRegisterClass register_class(const ZydisDecodedOperand *operand)
{
        return operand->type == ZYDIS_OPERAND_TYPE_REGISTER
                   ? ZydisRegisterGetClass(operand->reg.value)
                   : ZYDIS_REGCLASS_INVALID;
}

static bool has_f3(const ZydisDecodedInstruction *insn)
{
        for (unsigned i = 0; i < insn->raw.prefix_count; i++)
                if (insn->raw.prefixes[i].value == 0xf3)
                        return true;
        return false;
}

unsigned zydis_class_of(const ZydisDecodedInstruction *insn, const ZydisDecodedOperand *operands)
{
        ZydisRegisterClass first = register_class(&operands[0]);
        ZydisRegisterClass second = register_class(&operands[1]);

        switch (insn->mnemonic) {
        case ZYDIS_MNEMONIC_WBINVD: /* Zydis 4.0 has no wbnoinvd */
                return has_f3(insn) ? AB_CLASS_WBNOINVD : AB_CLASS_WBINVD;
        case ZYDIS_MNEMONIC_MOV:
                if (second == ZYDIS_REGCLASS_SEGMENT)
                        return AB_CLASS_MOV_FROM_SEG;
                if (first == ZYDIS_REGCLASS_SEGMENT)
                        return AB_CLASS_MOV_TO_SEG;
                if (second == ZYDIS_REGCLASS_CONTROL)
                        return AB_CLASS_MOV_FROM_CR;
                if (first == ZYDIS_REGCLASS_CONTROL)
                        return AB_CLASS_MOV_TO_CR;
                if (second == ZYDIS_REGCLASS_DEBUG)
                        return AB_CLASS_MOV_FROM_DR;
                return first == ZYDIS_REGCLASS_DEBUG ? AB_CLASS_MOV_TO_DR : 0;
        case ZYDIS_MNEMONIC_PUSH:
                return first == ZYDIS_REGCLASS_SEGMENT ? AB_CLASS_PUSH_SEG : 0;
        case ZYDIS_MNEMONIC_POP:
                return first == ZYDIS_REGCLASS_SEGMENT ? AB_CLASS_POP_SEG : 0;
        case ZYDIS_MNEMONIC_JMP:
                return insn->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR ? AB_CLASS_LJMP : 0;
        case ZYDIS_MNEMONIC_CALL:
                return insn->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR ? AB_CLASS_LCALL : 0;
        case ZYDIS_MNEMONIC_RET:
                return insn->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR ? AB_CLASS_LRET : 0;
        default:
                break;
        }
        for (unsigned i = 0; i < sizeof expected / sizeof *expected; i++)
                if (expected[i].mnemonic == insn->mnemonic)
                        return expected[i].class_id;
        return 0;
}

bool zydis_decode(const uint8_t *bytes, size_t length, ZydisDecodedInstruction *insn,
                  ZydisDecodedOperand *operands)
{
        return ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, length, insn, operands));
}

unsigned zydis_class(const uint8_t *bytes, size_t length, size_t *at, unsigned *insns)
{
        ZydisDecodedInstruction insn;
        ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
        unsigned class_id = 0;

        for (*at = 0, *insns = 0; *at < length;) {
                if (!zydis_decode(bytes + *at, length - *at, &insn, operands)) {
                        *insns = 0;
                        return 0;
                }
                class_id = zydis_class_of(&insn, operands);
                ++*insns;
                if (*at + insn.length >= length)
                        break;
                *at += insn.length;
        }
        return class_id;
}

void zydis_start(void)
{
        ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_COMPAT_32, ZYDIS_STACK_WIDTH_32);
}
