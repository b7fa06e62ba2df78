/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Structure offsets for assembly.  Compiled to assembly only; the build turns
 * the "->" lines into asm-offsets.h.
 */
#include "tcb.h"
#include "space.h"
#include "ipc.h"
#include "sched.h"
#include "memory.h"
#include "x86.h"

#define DEFINE(name, value) asm volatile("\n->" #name " %c0" : : "i"(value))

void offsets(void);
void offsets(void)
{
        DEFINE(FRAME_SIZE, sizeof(struct frame));
        DEFINE(FRAME_GS, offsetof(struct frame, gs));
        DEFINE(FRAME_FS, offsetof(struct frame, fs));
        DEFINE(FRAME_ES, offsetof(struct frame, es));
        DEFINE(FRAME_DS, offsetof(struct frame, ds));
        DEFINE(FRAME_ERROR, offsetof(struct frame, error));
        DEFINE(FRAME_VECTOR, offsetof(struct frame, vector));
        DEFINE(VEC_DB_, VEC_DB);
        DEFINE(FRAME_WAY_OUT, offsetof(struct frame, way_out));
        DEFINE(FRAME_ESI, offsetof(struct frame, esi));
        DEFINE(FRAME_EDI, offsetof(struct frame, edi));
        DEFINE(FRAME_EBP, offsetof(struct frame, ebp));
        DEFINE(FRAME_EBX, offsetof(struct frame, ebx));
        DEFINE(FRAME_ECX, offsetof(struct frame, ecx));
        DEFINE(FRAME_EDX, offsetof(struct frame, edx));
        DEFINE(FRAME_EAX, offsetof(struct frame, eax));
        DEFINE(FRAME_CS, offsetof(struct frame, cs));
        DEFINE(FRAME_EIP, offsetof(struct frame, eip));
        DEFINE(FRAME_EFLAGS, offsetof(struct frame, eflags));
        DEFINE(FRAME_ESP, offsetof(struct frame, esp));
        DEFINE(TCB_ID, offsetof(struct tcb, id));
        DEFINE(TCB_STATE, offsetof(struct tcb, state));
        DEFINE(TCB_PARTNER, offsetof(struct tcb, partner));
        DEFINE(TCB_UTCB, offsetof(struct tcb, utcb));
        DEFINE(TCB_LOCAL_ID, offsetof(struct tcb, local_id));
        DEFINE(TCB_PD, offsetof(struct tcb, pd));
        DEFINE(TCB_KSP, offsetof(struct tcb, ksp));
        DEFINE(TCB_SENDERS, offsetof(struct tcb, senders));
        DEFINE(TCB_MR, offsetof(struct tcb, mr));
        DEFINE(TCB_IPC_ACTIVE, offsetof(struct tcb, ipc_active));
        DEFINE(AWAITS_KERNEL_MSG,
               1 << 8 * (offsetof(struct tcb, kernel_msg) - offsetof(struct tcb, ipc_active)));
        DEFINE(AWAITS_STATE,
               1 << 8 * (offsetof(struct tcb, accept_state) - offsetof(struct tcb, ipc_active)));
        DEFINE(AWAITS_ANSWER_SHIFT,
               8 * (offsetof(struct tcb, short_fault) - offsetof(struct tcb, ipc_active)));
        DEFINE(TCB_SHORT_FAULT, offsetof(struct tcb, short_fault));
        DEFINE(TCB_CONF_EXCEPTION, offsetof(struct tcb, xfer_conf[LABEL_EXCEPTION]));
        DEFINE(TCB_CONF_PAGEFAULT, offsetof(struct tcb, xfer_conf[LABEL_PAGEFAULT]));
        DEFINE(TCB_WORK, offsetof(struct tcb, work));
        DEFINE(TCB_SPACE, offsetof(struct tcb, space));
        DEFINE(TCB_SEG_LOW, offsetof(struct tcb, seg_low));
        DEFINE(TCB_SEG_HIGH, offsetof(struct tcb, seg_high));
        DEFINE(SPACE_KIP_AREA, offsetof(struct space, kip_area));
        DEFINE(SPACE_PD_PHYS, offsetof(struct space, pd_phys));
        /* of testsuite/soak, which reads them in a memory image */
        DEFINE(SPACE_SHADOW, offsetof(struct space, shadow));
        DEFINE(SPACE_DIRECTORY, offsetof(struct space, pd));
        DEFINE(SPACE_ALL, offsetof(struct space, all));
        DEFINE(SPACE_REGIONS, USER_PDES);
        DEFINE(TCB_IN_ALL, offsetof(struct tcb, in_all));
        DEFINE(TCB_FPU, offsetof(struct tcb, fpu));
        DEFINE(SLAB_PAGE_USED, offsetof(struct slab_page, used));
        DEFINE(WORK_TO_DO_, WORK_TO_DO);
        DEFINE(WORK_BOUNDS_, WORK_BOUNDS);
        DEFINE(WORK_REDIRECT_, WORK_REDIRECT);
        DEFINE(FAST_BLOCK_BOUNDS_, FAST_BLOCK_BOUNDS);
        DEFINE(EXIT_SYSEXIT_, EXIT_SYSEXIT);
        DEFINE(EXIT_STACK_, EXIT_STACK);
        DEFINE(EXIT_IRET_, EXIT_IRET);
        DEFINE(VEC_GP_, VEC_GP);
        DEFINE(MSR_SYSENTER_CS_, MSR_SYSENTER_CS);
        DEFINE(FPAGE_PAGE_, PAGE_BITS << L4_FPAGE_SIZE_SHIFT);
        DEFINE(S_RUNNING_, S_RUNNING);
        DEFINE(S_WAITING_, S_WAITING);
        DEFINE(S_KWAITING_, S_KWAITING);
        DEFINE(ANSWER_REGISTERS_, ANSWER_REGISTERS);
        DEFINE(ANSWER_EMPTY_, ANSWER_EMPTY);
}
