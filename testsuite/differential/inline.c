/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A form that assembler code cannot have: only of a statement in C is known that a register and
 * the flags are dead behind it, and only then is a pushf bound in line.
 */
#include "differential.h"

/*
 * IOPL is left out of the image.  Code in line shows it, and NT, as the real flags register has
 * them: clear, where a hypervisor keeps them for itself.
 */
__attribute__((used)) static void inline_pushf_statement(void)
{
        asm volatile(".globl inline_pushf, inline_pushf_end\n"
                     "inline_pushf: pushfl; popl %%eax; andl $~0x3000, %%eax; addl $1, %%eax\n"
                     "inline_pushf_end: int %0"
                     :
                     : "i"(DONE_VECTOR)
                     : "eax", "memory", "cc");
}
