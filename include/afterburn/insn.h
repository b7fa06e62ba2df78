/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The instruction table as C: one enumerator per row of insn-ia32.def.
 * Freestanding; a user that needs more columns defines AB_INSN itself and
 * includes the table again.
 */
#ifndef AFTERBURN_INSN_H
#define AFTERBURN_INSN_H

/* Class of a sensitive instruction: the row's number, stable for ever. */
enum ab_class {
        AB_CLASS_NONE = 0,
#define AB_INSN(id, number, ...) AB_CLASS_##id = (number),
#include <insn-ia32.def>
#undef AB_INSN
        AB_CLASS_LIMIT = 128,
};

/*
 * Bytes a site needs besides its instruction's own, where the table's `need'
 * does not say it: with an explicit memory operand (a call, and a NOP that
 * carries the operand), and for page-table stores, page-table reads and device
 * accesses (a call in front of the instruction).  A hook needs AB_NEED_CALL.
 */
#define AB_NEED_MEMORY 7
#define AB_NEED_ACCESS 6
#define AB_NEED_CALL   6

/* clang-format off */

/* What an instruction may raise in ring 0. */
enum ab_fault {
        AB_FAULT_DB = 1 << 0, AB_FAULT_UD = 1 << 1, AB_FAULT_NM = 1 << 2,
        AB_FAULT_NP = 1 << 3, AB_FAULT_SS = 1 << 4, AB_FAULT_GP = 1 << 5,
        AB_FAULT_PF = 1 << 6, AB_FAULT_MF = 1 << 7,
};

/* Machine state an instruction reads or writes besides its operands. */
enum ab_state {
        AB_S_FLAGS  = 1 << 0,  AB_S_IF    = 1 << 1,  AB_S_SHADOW = 1 << 2,
        AB_S_STACK  = 1 << 3,  AB_S_SEG   = 1 << 4,  AB_S_IP     = 1 << 5,
        AB_S_CR     = 1 << 6,  AB_S_DR    = 1 << 7,  AB_S_DT     = 1 << 8,
        AB_S_MSR    = 1 << 9,  AB_S_TSC   = 1 << 10, AB_S_PORT   = 1 << 11,
        AB_S_MEM    = 1 << 12, AB_S_TLB   = 1 << 13, AB_S_CACHE  = 1 << 14,
        AB_S_CPUID  = 1 << 15, AB_S_FPU   = 1 << 16, AB_S_ALL    = 0x1ffff,
};

/* Outputs a differential test does not compare. */
enum ab_excluded {
        AB_X_FLAGS = 1 << 0,    /* arithmetic flags are undefined */
        AB_X_TSC   = 1 << 1,    /* a counter: only monotonicity is compared */
};

/* clang-format on */

#endif
