/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The helper thread, in a space that has all guest-physical memory from L4VM_VIEW
 * on.  X.2 lets no thread map within its own space; so the kernel space's pages come
 * from here.  The resource monitor maps a piece of 4 MB at the first touch.
 */
#include "l4vm.h"

static void map(uint32_t virtual, uint32_t physical, uint32_t bits, uint32_t rights)
{
        uint32_t at = L4VM_VIEW + physical;

        /* What is not there cannot be passed on. */
        asm volatile("lock; orb $0,(%0)" : : "r"(at) : "memory");
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, L4_FpageAddRights(L4_FpageLog2(at, bits), rights), virtual);
}

void l4vm_helper_main(void)
{
        L4_ThreadId_t from, to = L4_nilthread;
        L4_MsgTag_t tag;

        L4_Init();
        L4_Set_ExceptionHandler(L4_Pager());
        L4_Accept(L4_Nilpage, 0);
        for (;;) {
                tag = L4_ReplyWait(to, &from);
                to = L4_nilthread;
                if (L4_IpcFailed(tag) || (from.raw != l4vm_thread(L4VM_MAIN).raw &&
                                          from.raw != l4vm_thread(L4VM_MONITOR).raw))
                        continue;
                to = from;
                if (L4_Label(tag) == L4VM_OP_MAP) {
                        map(L4_StoreMR(1), L4_StoreMR(2), L4_StoreMR(3), L4_StoreMR(4));
                } else if (L4_Label(tag) == L4VM_OP_EMPTY) {
                        l4vm_helper_empty();
                        L4_Set_MsgTag(L4_Tag(0, 0, 0));
                } else {
                        l4vm_helper_load();
                        L4_Set_MsgTag(L4_Tag(0, 0, 0));
                }
        }
}
