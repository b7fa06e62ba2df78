/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enter a bound site with chosen registers, and come back from it. */
        .data
        .globl  rs_state, rs_entry, rs_target, rs_vector, rs_return, rs_imm
rs_state:       .skip 36
rs_entry:       .skip 36
rs_target:      .long 0
rs_vector:      .long 0
rs_return:      .long 0
rs_imm:         .long 0
host_esp:       .long 0

        .text
        .globl  rs_run, rs_leave, rs_common
rs_run:
        pushal
        pushfl
        movl    %esp, host_esp
        pushl   rs_state+32
        popfl
        movl    rs_state, %eax
        movl    rs_state+4, %ecx
        movl    rs_state+8, %edx
        movl    rs_state+12, %ebx
        movl    rs_state+16, %esp
        movl    rs_state+20, %ebp
        movl    rs_state+24, %esi
        movl    rs_state+28, %edi
        jmp     *rs_target

rs_leave:
        movl    %eax, rs_state
        movl    %ecx, rs_state+4
        movl    %edx, rs_state+8
        movl    %ebx, rs_state+12
        movl    %esp, rs_state+16
        movl    %ebp, rs_state+20
        movl    %esi, rs_state+24
        movl    %edi, rs_state+28
        movl    host_esp, %esp
        pushfl
        popl    rs_state+32
        popfl
        cld
        popal
        ret

/* A vector: its number, then R, then perhaps an immediate are on the stack. */
rs_common:
        popl    rs_vector
        movl    %eax, rs_entry
        movl    %ecx, rs_entry+4
        movl    %edx, rs_entry+8
        movl    %ebx, rs_entry+12
        movl    %esp, rs_entry+16
        movl    %ebp, rs_entry+20
        movl    %esi, rs_entry+24
        movl    %edi, rs_entry+28
        pushfl
        popl    rs_entry+32
        movl    (%esp), %ecx
        movl    %ecx, rs_return
        movl    4(%esp), %eax
        movl    %eax, rs_imm
        movl    rs_vector, %eax
        movzbl  rs_imm_words(%eax), %eax
        leal    (%esp,%eax), %esp
        movl    %ecx, (%esp)
        movl    rs_entry, %eax
        movl    rs_entry+4, %ecx
        ret

        .section .note.GNU-stack,"",@progbits
