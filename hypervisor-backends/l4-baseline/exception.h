/* SPDX-License-Identifier: BSD-2-Clause */
/* Exception messages: what they say, and what answers them. */
#ifndef L4VM_EXCEPTION_H
#define L4VM_EXCEPTION_H

#include "l4vm.h"

/*
 * What an exception message says, as IA-32 reports it: int n, int3 and into arrive as
 * general protection faults at the instruction.  @code is its first byte, or 0.
 * A page fault comes so only where nobody may map; a read or write by main, address unknown.
 */
void l4vm_classify(struct ab_frame *frame, struct ab_trap *trap, uint32_t vector, uint32_t error,
                   uint8_t code);
/* Does @code tell int3 or into from int $3 and int $4, which arrive with the same error code? */
static inline bool l4vm_code_decides(uint32_t vector, uint32_t error)
{
        return vector == 13 && (error == 3 * 8 + 2 || error == 4 * 8 + 2);
}
#define L4VM_FLAG_TF 0x100u
enum { L4VM_USER_FLAGS = 0x00240dd5, L4VM_FIXED_FLAGS = 0x202 };

/* From the exception message in the message registers; ... */
static inline void l4vm_load_frame(struct ab_frame *frame)
{
        const L4_Word_t *mr = L4_Utcb();

        frame->eip = mr[L4_EXC_MR_EIP];
        frame->eflags = (mr[L4_EXC_MR_EFLAGS] & L4VM_USER_FLAGS) | L4VM_FIXED_FLAGS;
        frame->edi = mr[L4_EXC_MR_EDI];
        frame->esi = mr[L4_EXC_MR_ESI];
        frame->ebp = mr[L4_EXC_MR_EBP];
        frame->esp = mr[L4_EXC_MR_ESP];
        frame->ebx = mr[L4_EXC_MR_EBX];
        frame->edx = mr[L4_EXC_MR_EDX];
        frame->ecx = mr[L4_EXC_MR_ECX];
        frame->eax = mr[L4_EXC_MR_EAX];
}

/* ... to one, vector and error 0. */
static inline void l4vm_store_frame(const struct ab_frame *frame)
{
        L4_Word_t *mr = L4_Utcb();

        mr[L4_EXC_MR_EIP] = frame->eip;
        mr[L4_EXC_MR_EFLAGS] = (frame->eflags & L4VM_USER_FLAGS) | L4VM_FIXED_FLAGS;
        mr[L4_EXC_MR_VECTOR] = 0;
        mr[L4_EXC_MR_ERROR] = 0;
        mr[L4_EXC_MR_EDI] = frame->edi;
        mr[L4_EXC_MR_ESI] = frame->esi;
        mr[L4_EXC_MR_EBP] = frame->ebp;
        mr[L4_EXC_MR_ESP] = frame->esp;
        mr[L4_EXC_MR_EBX] = frame->ebx;
        mr[L4_EXC_MR_EDX] = frame->edx;
        mr[L4_EXC_MR_ECX] = frame->ecx;
        mr[L4_EXC_MR_EAX] = frame->eax;
}

#endif
