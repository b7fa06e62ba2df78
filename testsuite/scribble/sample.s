# SPDX-License-Identifier: GPL-3.0-or-later
# A Linux program with one site of each treatment, its records by hand.  Its exit
# status says what survived:
#   1 carry   2 %ecx   4 %edi   8 zero   16 pushed flags had carry   32 %edx
        .text
        .globl  _start
_start:
        xorl    %ebx, %ebx
        movl    $7, %ecx
        movl    $9, %edi
        stc
# pushf: dead are %ecx and carry
1:      .byte   0x2e, 0x2e, 0x2e, 0x2e, 0x2e
        pushfl
2:      .pushsection .afterburn
        .long   1b
        .byte   2b-1b, 5, 1, 0x11, 3, 1, 0x02, 0x01
        .long   0x800000ff
        .popsection
        popl    %eax
        jnc     1f
        orl     $1, %ebx
1:      cmpl    $7, %ecx
        jne     1f
        orl     $2, %ebx
1:      cmpl    $9, %edi
        jne     1f
        orl     $4, %ebx
1:      testl   $1, %eax
        jz      1f
        orl     $16, %ebx
1:      movl    $3, %edx
        xorl    %eax, %eax
# a page-table store whose exception table entry forbids a trampoline: %edx is dead
1:      .byte   0x90, 0x90, 0x90, 0x90, 0x90, 0x90
        movl    %eax, -64(%esp)
2:      .pushsection .afterburn
        .long   1b
        .byte   2b-1b, 6, 4, 0x12, 0, 2, 0x04, 0
        .long   0x800400ff
        .popsection
        .pushsection __ex_table, "a"
        .long   1b + 6, 2b
        .popsection
        jnz     1f
        orl     $8, %ebx
1:      cmpl    $3, %edx
        jne     1f
        orl     $32, %ebx
1:      movl    $1, %eax
        int     $0x80
