/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User threads run stubs for the wedge (stubs.S), in two pages of their space: one of code, the
 * same in all, and one of data.
 */
#include "l4vm.h"

enum { LOWER_HALF = 31 };

static bool made[L4VM_SPACES];
static uint8_t stub_data[L4VM_SPACES][AB_PAGE_BYTES] __attribute__((aligned(4096)));

uint8_t *l4vm_stub_data(uint32_t space)
{
        return stub_data[space];
}

void l4vm_stub_fill(uint32_t space)
{
        uint32_t *data = (uint32_t *)stub_data[space];

        data[STUB_HANDLER / 4] = l4vm_thread(L4VM_MAIN).raw;
        data[STUB_MONITOR / 4] = l4vm_thread(L4VM_MONITOR).raw;
        data[STUB_SELF / 4] = l4vm_thread(L4VM_USER + space).raw;
        data[STUB_PAGER / 4] = l4vm_user_pager(space).raw;
}

/* The code is not for writing. */
bool l4vm_stub_page(uint32_t space, uint32_t address, bool write)
{
        uint32_t page = address & SHADOW_PAGE, from;

        if (page == L4VM_STUB_CODE && !write)
                from = (uint32_t)l4vm_stub_code;
        else if (page == L4VM_STUB_DATA)
                from = (uint32_t)stub_data[space];
        else
                return false;
        L4_LoadMapItem(
            1, L4_PageRights(from, l4vm_rights(page == L4VM_STUB_DATA ? AB_WRITE : AB_READ)), page);
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        return true;
}

void l4vm_user_make(uint32_t space)
{
        while (!l4vm_user_make_once(space))
                if (!l4vm_reclaim() && !l4vm_user_make_once(space))
                        backend_fatal(L4VM_NO_MEMORY);
}

void l4vm_user_need(uint32_t space)
{
        if (!made[space])
                l4vm_user_make(space);
        made[space] = true;
}

/*
 * The thread itself unmaps: others that have the same pages keep them.  What it has of the
 * kernel space's pages for user code stays true.
 */
void l4vm_user_empty(uint32_t space, const L4_Fpage_t *pages, uint32_t count)
{
        uint32_t *words = (uint32_t *)(stub_data[space] + STUB_WORDS), i;

        if (!count || !made[space])
                return;
        if (count > L4VM_EMPTY_MOST) {
                words[0] = L4_FpageAddRights(L4_FpageLog2(0, LOWER_HALF), L4_FPAGE_RWX).raw;
                count = 1;
        } else {
                for (i = 0; i < count; i++)
                        words[i] = pages[i].raw;
        }
        l4vm_stub_fill(space);
        l4vm_run_stub(space, stub_flush, L4_UNMAP_FLUSH | (count - 1));
}
