/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User threads run stubs for the wedge (stubs.S), in two pages of their space: one of code, the
 * same in all, and one of data.
 */
#include "l4vm.h"

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

/* Who needs one needs the other.  The code is not for writing. */
bool l4vm_stub_page(uint32_t space, uint32_t address, bool write)
{
        uint32_t page = address & SHADOW_PAGE;

        if (page != L4VM_STUB_DATA && (page != L4VM_STUB_CODE || write))
                return false;
        L4_LoadMapItem(1, L4_PageRights((uint32_t)l4vm_stub_code, l4vm_rights(AB_READ)),
                       L4VM_STUB_CODE);
        L4_LoadMapItem(3, L4_PageRights((uint32_t)stub_data[space], l4vm_rights(AB_WRITE)),
                       L4VM_STUB_DATA);
        L4_Set_MsgTag(L4_Tag(0, 0, 4));
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
 * For the next program nothing of this one is to stay, neither pages nor what its threads are about
 * to do: so they and the space are made anew when they are needed.  To empty it by a stub
 * would be to ask the program to.
 */
void l4vm_user_forget(uint32_t space)
{
        if (!made[space])
                return;
        l4vm_fpu_forget(space);
        if (l4vm_awake == space)
                l4vm_rest();
        made[space] = false;
}

void l4vm_user_drop(uint32_t space)
{
        if (!made[space])
                return;
        l4vm_user_forget(space);
        L4_LoadMR(1, space);
        l4vm_request(RMON_VM_DROP, 1);
}
