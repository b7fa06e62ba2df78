/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The helper thread, in a space that has all guest-physical memory from L4VM_VIEW
 * on.  X.2 lets no thread map within its own space; so the kernel space's pages come
 * from here.  The resource monitor maps a piece of 4 MB at the first touch.
 */
#include "helper.h"
#include "shadow.h"

/*
 * 2^@bits bytes each; rights are in the low bits of @pages.  What is not there cannot be passed on.
 */
static void map(uint32_t virtual, uint32_t bits, const uint32_t *pages, uint32_t n)
{
        uint32_t i;

        L4_Set_MsgTag(L4_Tag(0, 0, 2 * n));
        for (i = 0; i < n; i++) {
                uint32_t at = L4VM_VIEW + (pages[i] & SHADOW_PAGE);

                asm volatile("lock; orb $0,(%0)" : : "r"(at) : "memory");
                L4_LoadMapItem(1 + 2 * i,
                               L4_FpageAddRights(L4_FpageLog2(at, bits), pages[i] & L4_FPAGE_RWX),
                               virtual + (i << bits));
        }
}

/* The message says what: see l4vm_helper_map(). */
static void map_told(L4_MsgTag_t tag)
{
        uint32_t virtual = L4_StoreMR(1), bits = L4_StoreMR(2), pages[L4VM_MAP_MOST];
        uint32_t n = L4_UntypedWords(tag) - 2, i;

        n = n < L4VM_MAP_MOST ? n : L4VM_MAP_MOST;
        for (i = 0; i < n; i++)
                pages[i] = L4_StoreMR(3 + i);
        map(virtual, bits, pages, n);
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
                        map_told(tag);
                } else if (L4_Label(tag) == L4VM_OP_EMPTY) {
                        l4vm_helper_empty();
                        L4_Set_MsgTag(L4_Tag(0, 0, 0));
                } else {
                        l4vm_helper_load();
                        L4_Set_MsgTag(L4_Tag(0, 0, 0));
                }
        }
}
