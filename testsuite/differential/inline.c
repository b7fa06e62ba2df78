/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Forms that assembler code cannot have: only of a statement in C is known that a register and
 * the flags are dead behind it, and only then is a pushf bound in line.
 */
#include "differential.h"

__attribute__((used)) static void inline_pushf_statements(void)
{
        asm volatile(".globl inline_pushf, inline_pushf_end, inline_popf, inline_popf_end\n"
                     ".globl inline_cli, inline_cli_end\n"
                     "inline_pushf: pushfl; popl %%eax; addl $1, %%eax\n"
                     "inline_pushf_end: int %0\n"
                     "inline_popf: popfl; pushfl; popl %%eax; addl $1, %%eax\n"
                     "inline_popf_end: int %0\n"
                     "inline_cli: popfl; cli; pushfl; popl %%eax; addl $1, %%eax\n"
                     "inline_cli_end: int %0"
                     :
                     : "i"(DONE_VECTOR)
                     : "eax", "memory", "cc");
}
