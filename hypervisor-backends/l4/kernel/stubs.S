/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The second half of the KIP page: the code users call.  It runs at whatever
 * address the space has its KIP, so it is position independent.
 *
 * Ipc goes in by SYSENTER with the return address in EBX and ESP in EBP; the
 * other calls are one int 0x31, known to the kernel by its address.
 */
#include "layout.h"

        .section .note.GNU-stack, "", @progbits
        .section .kip.stubs, "ax", @progbits

        .globl stub_ipc, stub_lipc
/*
 * Lipc takes local ids, and turns them into global ones by the word in the
 * UTCB they point to: the kernel's fast path is for those.
 */
stub_lipc:
        cmpl %eax, %edx
        jne 1f
        testl $0x3F, %eax
        jnz stub_ipc
        testl %eax, %eax        /* nilthread has no UTCB */
        jz stub_ipc
        movl -60(%eax), %eax    /* a call: the same thread twice */
        movl %eax, %edx
        jmp stub_ipc
1:      testl $0x3F, %eax
        jnz 2f
        testl %eax, %eax
        jz 2f
        movl -60(%eax), %eax
2:      testl $0x3F, %edx
        jnz stub_ipc
        testl %edx, %edx
        jz stub_ipc
        cmpl $0xFFFFFFC0, %edx  /* anylocalthread */
        je stub_ipc
        movl -60(%edx), %edx
stub_ipc:
        movl %esi, (%edi)       /* MR0 */
        popl %ebx
        movl %esp, %ebp
        .globl stub_ipc_enter
stub_ipc_enter:
        sysenter                /* kip.c makes it int 0x30 where there is none */

.macro CALL name
        .globl stub_\name, stub_\name\()_return
        .align 16
stub_\name:
        int $0x31
stub_\name\()_return:
        ret
.endm

        CALL exchange_registers
        CALL thread_control
        CALL thread_switch
        CALL schedule
        CALL unmap
        CALL space_control
        CALL processor_control
        CALL memory_control

/*
 * The same by SYSENTER, where there is one, for those worth it: CALL_... in EBX, which no
 * Ipc can have for a return address, ESP in EBP, and something in CX, which keeps it off the
 * fast path; without, it counts as an Ipc.  The kernel knows the address behind.
 */
.macro FAST_CALL name, number
        .globl fast_\name, fast_\name\()_return
        .align 16
fast_\name:
        pushl %ebp
        pushl %ebx
        pushl %ecx
        pushl %edx
        movl %esp, %ebp
        movl $\number, %ebx
        movl %ebx, %ecx
        sysenter
fast_\name\()_return:
        popl %edx
        popl %ecx
        popl %ebx
        popl %ebp
        ret
.endm

        FAST_CALL unmap, CALL_UNMAP
        FAST_CALL thread_switch, CALL_THREAD_SWITCH
        FAST_CALL alarm, CALL_ALARM

/*
 * ThreadControl has a parameter in ECX, which changes places with the thread's id: that keeps it off
 * the fast path as well, if it is one.  Where EBX holds a limit int 0x31 will do.
 */
        .globl fast_thread_control, fast_thread_control_return
        .align 16
fast_thread_control:
        testw %ax, %ax
        jz stub_thread_control
        cmpl $L4_UTCB_LEAVE, %edi
        je 1f
        testl $L4_UTCB_LIMIT, %edi
        jnz stub_thread_control
1:      pushl %ebp
        pushl %ebx
        pushl %ecx
        pushl %edx
        movl %esp, %ebp
        xchgl %eax, %ecx
        movl $CALL_THREAD_CONTROL, %ebx
        sysenter
fast_thread_control_return:
        popl %edx
        popl %ecx
        popl %ebx
        popl %ebp
        ret

/*
 * ExchangeRegisters has results in all registers.  The kernel puts the two that SYSEXIT
 * needs on the stack, where this has made room, and returns to the first POP; or, if it
 * has to leave by IRET, all in registers to the RET (syscall.c).  The two must be two
 * bytes apart.  EBX and EBP hold parameters only if ECX says so: then int 0x31 will do.
 */
        .globl fast_exchange_registers, fast_exchange_registers_return
        .align 16
fast_exchange_registers:
        testb $CALL_BY_INT, %cl
        jnz stub_exchange_registers
        pushl %ecx
        pushl %edx
        movl %esp, %ebp
        movl $CALL_EXCHANGE_REGISTERS, %ebx
        orl $CALL_MARK, %ecx
        sysenter
1:      popl %edx
        popl %ecx
fast_exchange_registers_return:
        ret
        .if fast_exchange_registers_return - 1b - CALL_POPS
        .error "the way out of ExchangeRegisters counts on this distance"
        .endif

/*
 * SystemClock: counter times a 0.32 fixed-point factor of microseconds per
 * cycle, a 64 by 32 bit multiplication whose lowest word is dropped.
 */
        .globl stub_system_clock
        .align 16
stub_system_clock:
        calll 1f                /* "call" would be the macro above */
1:      popl %esi
        rdtsc
        movl %edx, %ecx
        mull kip_clock_factor - 1b(%esi)
        movl %edx, %edi
        movl %ecx, %eax
        mull kip_clock_factor - 1b(%esi)
        addl %edi, %eax
        adcl $0, %edx
        ret

        .align 4
        .globl kip_clock_factor
kip_clock_factor:
        .long 0
