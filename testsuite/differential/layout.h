/* SPDX-License-Identifier: BSD-2-Clause */
/* What the assembler and C parts of the differential test agree on. */
#ifndef DF_LAYOUT_H
#define DF_LAYOUT_H

/* The trap that ends an instruction which did not trap itself. */
#define DONE_VECTOR 0x81

/* A port nothing answers. */
#define FREE_PORT8 0xe8

/* Where the generated operand goes. */
#define NONE    -1
#define REG_0   0
#define REG_1   1
#define REG_2   2
#define REG_3   3
#define REG_5   5
#define REG_6   6
#define REG_7   7
#define MEM_B   16
#define MEM_BSI 17
#define MEM_ABS 18
#define MEM_SP  19

/* Kinds of scenes. */
#define PENDING 0
#define FIX_UP  1

/*
 * A window of four pages in a page table of its own: normal, missing, read-only, normal; and a
 * page of user code.  Below 64 KB lies code for 16-bit instruction pointers.
 */
#define WINDOW    0xa0000000
#define USER_PAGE 0x40000000
#define LOW_CODE  0x7000

#endif
