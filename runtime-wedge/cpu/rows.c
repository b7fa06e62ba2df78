/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every row of the instruction table is somebody's: the first vector of its handler, or
 * TRAPS for those that stay native and come as exceptions (wedge_trap).  A row that is not
 * named here does not compile.
 */
#include <afterburn/insn.h>
#include "cpu.h"

#define TRAPS   AB_VECTORS
#define V(name) AB_VEC_##name

/* clang-format off */

enum row_vector {
        ROW_CLI = V(CLI), ROW_STI = V(STI), ROW_PUSHF = V(PUSHF), ROW_POPF = V(POPF),
        ROW_HLT = V(HLT), ROW_IRET = V(IRET), ROW_LRET = V(LRET), ROW_LJMP = V(LJMP),
        ROW_LCALL = V(LCALL), ROW_INT = TRAPS, ROW_INT3 = TRAPS, ROW_INTO = TRAPS,
        ROW_SYSENTER = V(SYSENTER), ROW_SYSEXIT = V(SYSEXIT), ROW_SYSCALL = V(SYSCALL),
        ROW_SYSRET = V(SYSRET), ROW_RSM = V(RSM), ROW_IN = V(IN), ROW_OUT = V(OUT),
        ROW_INS = V(INS), ROW_OUTS = V(OUTS), ROW_MOV_FROM_CR = V(MOV_FROM_CR),
        ROW_MOV_TO_CR = V(MOV_TO_CR), ROW_MOV_FROM_DR = V(MOV_FROM_DR),
        ROW_MOV_TO_DR = V(MOV_TO_DR), ROW_CLTS = V(CLTS), ROW_LMSW = V(LMSW), ROW_SMSW = V(SMSW),
        ROW_MOV_FROM_SEG = V(MOV_FROM_SEG), ROW_MOV_TO_SEG = V(MOV_TO_SEG),
        ROW_PUSH_SEG = V(PUSH_SEG), ROW_POP_SEG = V(POP_SEG), ROW_LDS = V(LOAD_FAR),
        ROW_LES = V(LOAD_FAR), ROW_LFS = V(LOAD_FAR), ROW_LGS = V(LOAD_FAR),
        ROW_LSS = V(LOAD_FAR), ROW_LGDT = V(LGDT), ROW_LIDT = V(LIDT), ROW_SGDT = V(SGDT),
        ROW_SIDT = V(SIDT), ROW_LLDT = V(LLDT), ROW_SLDT = V(SLDT), ROW_LTR = V(LTR),
        ROW_STR = V(STR), ROW_VERR = V(VERR), ROW_VERW = V(VERW), ROW_LAR = V(LAR),
        ROW_LSL = V(LSL), ROW_ARPL = V(ARPL), ROW_INVLPG = V(INVLPG), ROW_INVD = V(INVD),
        ROW_WBINVD = V(WBINVD), ROW_INVPCID = V(INVPCID), ROW_CPUID = V(CPUID),
        ROW_RDMSR = V(RDMSR), ROW_WRMSR = V(WRMSR), ROW_RDTSC = V(RDTSC), ROW_RDTSCP = V(RDTSCP),
        ROW_RDPMC = V(RDPMC), ROW_MONITOR = V(MONITOR), ROW_MWAIT = V(MWAIT),
        ROW_XSETBV = V(XSETBV), ROW_XGETBV = V(XGETBV), ROW_CLAC = V(CLAC), ROW_STAC = V(STAC),
        ROW_FNSAVE = V(FNSAVE), ROW_FRSTOR = V(FRSTOR), ROW_FNINIT = V(FNINIT),
        ROW_FXSAVE = V(FXSAVE), ROW_FXRSTOR = V(FXRSTOR), ROW_XSAVE = V(XSAVE),
        ROW_XRSTOR = V(XRSTOR), ROW_WBNOINVD = V(WBINVD), ROW_INT1 = TRAPS,
        ROW_RDPID = V(UNDEFINED), ROW_RDPRU = V(UNDEFINED), ROW_VIRT = V(UNDEFINED),
        ROW_PLATFORM = V(UNDEFINED),
};

/* clang-format on */

#define AB_INSN(id, ...)                                                                           \
        _Static_assert((unsigned)ROW_##id <= (unsigned)TRAPS, "row " #id " has a handler");
#include <insn-ia32.def>
#undef AB_INSN
