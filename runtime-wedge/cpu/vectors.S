/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways into the wedge from a bound site, and out of it.
 *
 * The guest's registers are saved in vcpu.frame and not on a stack; the wedge
 * always begins at the top of its own.  So the way out touches no memory of the guest, and can
 * be begun again as long as the guest has not been reached.
 */
#include "offsets.h"

#define V(offset) vcpu + (offset)

        .text

/* One entry per vector: its number is pushed below the return address. */
        .globl  vcpu_stubs
        .balign 16
vcpu_stubs:
        .set    vector, 0
        .rept   VECTORS
        .balign 16
        pushl   $vector
        jmp     vcpu_enter
        .set    vector, vector + 1
        .endr

/* The guest's registers and flags into vcpu.frame, and the wedge's own stack and flags. */
        .macro  save_registers
        save_stack                              # neither pop nor mov changes a flag
        save_others
        .endm
        .macro  save_stack
        movl    %esp, V(VCPU_ESP)
        movl    $vcpu_stack_top, %esp
        pushfl
        .endm
        .macro  save_others
        popl    V(VCPU_EFLAGS)
        movl    %eax, V(VCPU_EAX)
        movl    %ecx, V(VCPU_ECX)
        movl    %edx, V(VCPU_EDX)
        movl    %ebx, V(VCPU_EBX)
        movl    %ebp, V(VCPU_EBP)
        movl    %esi, V(VCPU_ESI)
        movl    %edi, V(VCPU_EDI)
        pushl   $FLAGS_WEDGE                    # no DF, TF, NT, AC for C code
        popfl
        .endm

/* Save everything: stack is number, return address R, operand of the site, guest's stack. */
vcpu_enter:
        popl    V(VCPU_VECTOR)
        popl    V(VCPU_EIP)                     # R, behind the call
        save_registers
        call    vcpu_dispatch
        jmp     vcpu_exit

/* The same for an iret, without a handler to look for. */
        .globl  vcpu_enter_iret
vcpu_enter_iret:
        popl    V(VCPU_EIP)
        save_registers
        call    vcpu_iret
        jmp     vcpu_exit

/* The same for an access of one byte to a port that the site names: stack is R, port. */
        .macro  no_shadow
        andl    $NO_SHADOW, V(VCPU_ATTENTION)   # this is the instruction it was for
        .endm
        .macro  leave_port
        movl    pic_request, %eax
        orl     V(VCPU_ATTENTION), %eax
        jz      exit_port
        jmp     again
        .endm
        .globl  vcpu_enter_in, vcpu_enter_out
vcpu_enter_in:
        popl    V(VCPU_EIP)
        popl    V(VCPU_PORT)
        save_registers
        no_shadow
        pushl   V(VCPU_PORT)
        call    port_read_byte
        movb    %al, V(VCPU_EAX)
        leave_port
vcpu_enter_out:
        popl    V(VCPU_EIP)
        popl    V(VCPU_PORT)
        save_stack
        cmpb    $PORT_DELAY, V(VCPU_PORT)
        je      out_delay
2:      save_others
        no_shadow
        pushl   V(VCPU_EAX)
        pushl   V(VCPU_PORT)
        call    port_write_byte
        leave_port

/*
 * A write that only passes time needs no more than this.  An event behind delay_begin is one behind
 * the instruction (event.c); one before it is seen there.
 */
out_delay:
        cmpl    $0, pic_request
        jne     2b
        cmpl    $0, V(VCPU_ATTENTION)
        jne     2b
        .globl  delay_begin, delay_popped, delay_end
delay_begin:
        cmpl    $0, V(VCPU_EVENTS)
        jne     2b
        popfl
delay_popped:
        movl    V(VCPU_ESP), %esp
        jmp     *V(VCPU_EIP)
delay_end:

/* The same for the time-stamp counter: stack is R. */
        .globl  vcpu_enter_rdtsc
vcpu_enter_rdtsc:
        popl    V(VCPU_EIP)
        save_registers
        no_shadow
        call    tsc_read
        movl    %eax, V(VCPU_EAX)
        movl    %edx, V(VCPU_EDX)
        leave_port

/* vcpu_resume(): the same end, from anywhere. */
        .globl  vcpu_resume
vcpu_resume:
        movl    $vcpu_stack_top, %esp
again:  call    vcpu_leave

/*
 * Into the guest at vcpu.frame.  An event that comes between vcpu_exit and vcpu_exit_end finds the
 * guest's state complete in vcpu.frame; one that came before is in vcpu.events.  Behind a C function
 * that has returned, what that has to keep is still the guest's.
 */
        .macro  enter_guest kept
        cmpl    $0, V(VCPU_EVENTS)
        jne     again
        testl   $FLAG_TF, V(VCPU_EFLAGS)
        jnz     exit_stepping
        pushl   V(VCPU_EFLAGS)
        popfl                                   # from here no instruction changes flags
        movl    V(VCPU_EAX), %eax
        movl    V(VCPU_ECX), %ecx
        movl    V(VCPU_EDX), %edx
        .ifeq   \kept
        movl    V(VCPU_EBX), %ebx
        movl    V(VCPU_EBP), %ebp
        movl    V(VCPU_ESI), %esi
        movl    V(VCPU_EDI), %edi
        .endif
        movl    V(VCPU_ESP), %esp
        jmp     *V(VCPU_EIP)
        .endm
        .globl  vcpu_exit
vcpu_exit:
        enter_guest kept=0
exit_port:
        enter_guest kept=1

/* With TF: popf would trap in here, iret does behind the guest's first instruction. */
exit_stepping:
        movl    V(VCPU_ECX), %ecx
        movl    V(VCPU_EDX), %edx
        movl    V(VCPU_EBX), %ebx
        movl    V(VCPU_EBP), %ebp
        movl    V(VCPU_ESI), %esi
        movl    V(VCPU_EDI), %edi
        movl    V(VCPU_ESP), %esp
        pushl   V(VCPU_EFLAGS)
        movl    %cs, %eax
        pushl   %eax
        pushl   V(VCPU_EIP)
        movl    V(VCPU_EAX), %eax
        iret
        .globl  vcpu_exit_end
vcpu_exit_end:

/*
 * Short forms of frequent vectors.  Each can be begun again from its first instruction, by the
 * long form, until its last has been executed: an event that finds the guest here makes it so.
 */
        .globl  fast_sti, fast_defer, fast_step, fast_popf, fast_popf_on, fast_popf_pushed
        .globl  fast_popf_returns
        .globl  fast_end
fast_sti:                                       # while no interrupt is pending
        movb    $IF_ON, V(VCPU_IF)
        ret
fast_step:                                      # likewise
        movb    $IF_ON, V(VCPU_IF)
        ret
fast_defer:                                     # likewise: the next site delivers
        movb    $IF_ON, V(VCPU_IF)
        ret
fast_popf:                                      # likewise: R, image
        testl   $FLAGS_SLOW, 4(%esp)            # TF, IOPL, NT are for the long form
        jnz     slow_popf
        cmpb    $0, V(VCPU_IOPL_NT)             # those to be cleared too
        jne     slow_popf
        testb   $FLAG_IF >> 8, 5(%esp)
        jz      1f
        movb    $IF_ON, V(VCPU_IF)
        pushl   4(%esp)
fast_popf_on:
        popfl
        ret     $4
1:      movb    $IF_OFF, V(VCPU_IF)
        pushl   4(%esp)
fast_popf_pushed:
        orl     $FLAG_IF, (%esp)                # the machine's interrupts stay on
        popfl
fast_popf_returns:
        ret     $4
/*
 * While no interrupt is pending, too.  The flags and %eax are kept aside: what is to be pushed takes the place of
 * R, and R goes below.
 */
        .globl  fast_pushf, fast_pushf_moved, fast_pushf_saved
fast_pushf:
        movl    %eax, V(VCPU_SAVED_EAX)
        movl    %esp, V(VCPU_SAVED_ESP)
fast_pushf_moved:
        movl    (%esp), %eax
        movl    %eax, V(VCPU_SAVED_EIP)
        pushfl
        popl    V(VCPU_SAVED_FLAGS)
fast_pushf_saved:
        imull   $FLAGS_SCALE, V(VCPU_FLAGS_DIFFER), %eax
        xorl    V(VCPU_SAVED_FLAGS), %eax
        pushl   V(VCPU_SAVED_EIP)
        movl    %eax, 4(%esp)
        movl    V(VCPU_SAVED_EAX), %eax
        pushl   V(VCPU_SAVED_FLAGS)
        popfl
        ret
fast_end:

slow_popf:
        pushl   $VECTOR_POPF
        jmp     vcpu_enter

/*
 * Short forms of segment loads.  Where the descriptor is what it was at the last good load of
 * this selector into this register, checking it again finds what was found then.  Nothing but
 * vcpu.saved_* is changed before that is known, and all that follows can be done twice.
 */
        .macro  segment_load vector, seg, operand, popped, name
        .pushsection .rodata
        .long   10f, 11f, \vector
        .popsection
fast_load_\seg\name:
10:     movl    %eax, V(VCPU_SAVED_EAX)
        movl    %ecx, V(VCPU_SAVED_ECX)
        movzwl  \operand, %ecx
        lahf
        seto    %al
        movl    %eax, V(VCPU_SAVED_FLAGS)
11:     testl   $0xfffc, %ecx
        jz      13f                             # a null selector needs no descriptor
        cmpl    V(VCPU_SOURCE + \seg * SOURCE_BYTES + SOURCE_SELECTOR), %ecx
        jne     14f
        movl    V(VCPU_SOURCE + \seg * SOURCE_BYTES + SOURCE_EPOCH), %eax
        cmpl    mmu_epoch, %eax
        jne     14f
        movl    V(VCPU_SOURCE + \seg * SOURCE_BYTES + SOURCE_AT), %eax
        movl    (%eax), %eax
        cmpl    V(VCPU_SOURCE + \seg * SOURCE_BYTES + SOURCE_WORDS), %eax
        jne     14f
        movl    V(VCPU_SOURCE + \seg * SOURCE_BYTES + SOURCE_AT), %eax
        movl    4(%eax), %eax
        cmpl    V(VCPU_SOURCE + \seg * SOURCE_BYTES + SOURCE_WORDS + 4), %eax
        jne     14f
        cmpl    V(VCPU_SEG + 4 * \seg), %ecx
        je      12f                             # it is in the register already
        movl    %ecx, V(VCPU_SEG + 4 * \seg)
        .irp    word, 0, 4, 8
        movl    V(VCPU_SOURCE + \seg * SOURCE_BYTES + SOURCE_SEGMENT + \word), %eax
        movl    %eax, V(VCPU_SEGMENT + \seg * SEGMENT_BYTES + \word)
        .endr
12:     movl    V(VCPU_SAVED_FLAGS), %eax
        addb    $127, %al                       # OF again
        sahf                                    # and the others
        movl    V(VCPU_SAVED_ECX), %ecx
        movl    V(VCPU_SAVED_EAX), %eax
        ret     $\popped
13:     cmpl    $0, pic_request
        jne     14f                             # behind a sti it is to be delivered
        movl    %ecx, V(VCPU_SEG + 4 * \seg)
        movl    $0, V(VCPU_SEGMENT + \seg * SEGMENT_BYTES)
        movl    $0, V(VCPU_SEGMENT + \seg * SEGMENT_BYTES + 4)
        movl    $RIGHTS_NULL, V(VCPU_SEGMENT + \seg * SEGMENT_BYTES + 8)
        jmp     12b
14:     movl    V(VCPU_SAVED_FLAGS), %eax
        addb    $127, %al
        sahf
        movl    V(VCPU_SAVED_ECX), %ecx
        movl    V(VCPU_SAVED_EAX), %eax
        jmp     vcpu_stubs + STUB_BYTES * (\vector)
        .endm

        .pushsection .rodata
        .globl  fast_segment_loads
        .balign 4
fast_segment_loads:                             # begin, flags are saved, vector
        .popsection
        .globl  fast_segments
fast_segments:
        .irp    seg, 0, 3, 4, 5                 # es, ds, fs, gs
        segment_load VECTOR_POP_SEG+\seg, \seg, 4(%esp), 4, pop
        segment_load VECTOR_MOV_TO_SEG+8*\seg+0, \seg, %ax, 0, ax
        segment_load VECTOR_MOV_TO_SEG+8*\seg+1, \seg, %cx, 0, cx
        segment_load VECTOR_MOV_TO_SEG+8*\seg+2, \seg, %dx, 0, dx
        segment_load VECTOR_MOV_TO_SEG+8*\seg+3, \seg, %bx, 0, bx
        segment_load VECTOR_MOV_TO_SEG+8*\seg+6, \seg, %si, 0, si
        segment_load VECTOR_MOV_TO_SEG+8*\seg+7, \seg, %di, 0, di
        .endr
        .globl  fast_segments_end
fast_segments_end:
        .pushsection .rodata
        .long   0
        .popsection

/*
 * Mostly the register has that selector already, and all there is to do is to see that its descriptor
 * is what it was.  That needs no register where the words to compare with are in the instructions;
 * so those are filled in when a load is remembered (known-load.c).  What is not so goes to the forms
 * above.  While flags are on the stack, the next instruction is neither a jmp nor a ret.
 */
        .macro  compare address                 # cmpl $..., address
        .byte   0x81, 0x3d
        .long   \address, 0
        jne     9f
        .endm

        .macro  compare_all seg                 # struct known_load
        .pushsection .rodata
        .long   8f
        .popsection
8:      compare V(VCPU_SEG + 4 * \seg)
        compare mmu_epoch
        compare vcpu
        compare vcpu
        popfl
        .endm

        .macro  known_pop seg
20:     pushfl
        .byte   0x66, 0x81, 0x7c, 0x24, 0x08    # cmpw $..., 8(%esp)
        .word   0
        jne     9f
        compare_all \seg
        ret     $4
9:      popfl
        jmp     fast_load_\seg\()pop
        .pushsection .rodata.known, "a"
        .long   20b, fast_load_\seg\()pop, VECTOR_POP_SEG + \seg
        .popsection
        .endm

        .macro  known_move seg, number, reg
20:     pushfl
        movl    $fast_load_\seg\reg, V(VCPU_SAVED_EIP)
        cmpw    %\reg, V(VCPU_SEG + 4 * \seg)
        je      known_\seg
        popfl
        jmp     fast_load_\seg\reg
        .pushsection .rodata.known, "a"
        .long   20b, fast_load_\seg\reg, VECTOR_MOV_TO_SEG + 8 * \seg + \number
        .popsection
        .endm

        .pushsection .rodata
        .globl  known_load_code
        .balign 4
known_load_code:                                # of pop and mov, by segment register
        .popsection
        .pushsection .rodata.known, "a"
        .globl  known_segment_loads
        .balign 4
known_segment_loads:                            # begin, the form above, vector
        .popsection
        .pushsection .data
        .balign 4096
        .globl  known_segments, known_segments_moves, known_segments_end
known_segments:
        .irp    seg, 0, 3, 4, 5
        known_pop \seg
        known_move \seg, 0, ax
        known_move \seg, 1, cx
        known_move \seg, 2, dx
        known_move \seg, 3, bx
        known_move \seg, 6, si
        known_move \seg, 7, di
        .endr
known_segments_moves:
        .irp    seg, 0, 3, 4, 5
known_\seg:
        compare_all \seg
        ret
9:      popfl
        jmp     *V(VCPU_SAVED_EIP)
        .endr
known_segments_end:
        .balign 4096
        .popsection
        .pushsection .rodata.known, "a"
        .long   0
        .popsection

/* A copied instruction, then a jump to here (shadow.c). */
        .globl  vcpu_step_end
vcpu_step_end:
        save_registers
        call    vcpu_stepped
        jmp     vcpu_exit

/* The vector table: the long form everywhere; vcpu_start() puts in the short ones. */
        .section .wedge.vectors, "aw"
        .globl  vcpu_vectors
        .balign 4096
vcpu_vectors:
        .rept   2
        .set    vector, 0
        .rept   VECTORS
        .long   vcpu_stubs + STUB_BYTES * vector
        .set    vector, vector + 1
        .endr
        .endr

        .bss
        .balign 16
        .skip   STACK_BYTES
vcpu_stack_top:

        .section .note.GNU-stack, "", @progbits
