/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User threads run stubs for the wedge (stubs.S), in two pages of their space: one of code, the
 * same in all, and one of data.
 */
#include "awake.h"
#include "fpu.h"
#include "mapping.h"
#include "pager.h"
#include "reclaim.h"
#include "shadow.h"
#include "stubs.h"
#include "user.h"

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
unsigned int l4vm_stub_items(uint32_t space, unsigned int mr)
{
        mr = L4_LoadMapItem(mr, L4_PageRights((uint32_t)l4vm_stub_code, l4vm_rights(AB_READ)),
                            L4VM_STUB_CODE);
        return L4_LoadMapItem(mr, L4_PageRights((uint32_t)stub_data[space], l4vm_rights(AB_WRITE)),
                              L4VM_STUB_DATA);
}

/* Who needs one needs the other. */
bool l4vm_stub_page(uint32_t space, uint32_t address, bool write)
{
        uint32_t page = address & SHADOW_PAGE;

        if (page != L4VM_STUB_DATA && (page != L4VM_STUB_CODE || write))
                return false;
        L4_Set_MsgTag(L4_Tag(0, 0, l4vm_stub_items(space, 1) - 1));
        return true;
}

/*
 * A thread that is to run a stub may be the program's that has cheated: it is where the wedge has
 * sent it only if L4 has.  So who is not there soon is sent there by L4, and then looked at: a stub
 * is a few instructions straight on, so it is in them, because others have the processor;
 * or its message is on the way; or it does not come.  No clock says which.
 */
L4_MsgTag_t l4vm_user_comes(uint32_t space, const char *label, L4_MsgTag_t tag)
{
        enum { LATE = L4_IPCERR_TIMEOUT << L4_IPCERR_CODE_SHIFT | L4_IPCERR_PHASE_RCV, CODE = 15 };
        L4_ThreadId_t thread = l4vm_thread(L4VM_USER + space);
        struct L4_ExRegs r = {.control = L4_EXREGS_IP | L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND,
                              .ip = STUB_ADDRESS(label)};
        bool comes = true;

        while (comes && L4_IpcFailed(tag) && (L4_ErrorCode() & CODE) == LATE) {
                bool sent = r.control;

                comes = l4vm_move_user(thread, &r) &&
                        (sent || (!r.control && r.ip - STUB_ADDRESS(l4vm_stub_code) <
                                                    STUB_ADDRESS(stub_popf) - L4VM_STUB_CODE));
                r.control = 0;
                tag = L4_Receive_Timeout(thread, comes ? L4VM_STUB_TIME : L4_ZeroTime);
        }
        return tag;
}

void l4vm_user_make(uint32_t space)
{
        bool more = true; /* memory is to be had: when all has been given back, one more try */
        uint32_t before = l4vm_enter_user();

        for (; !l4vm_user_make_once(space); more = l4vm_reclaim())
                if (!more)
                        backend_fatal(L4VM_NO_MEMORY);
        l4vm_leave_user(before);
}

void l4vm_user_need(uint32_t space)
{
        if (!made[space])
                l4vm_user_make(space);
        made[space] = true;
}

/*
 * For the next program nothing of this one is to stay, neither pages nor what its threads are about
 * to do: so they and the space go, and are made anew when they are needed.  To empty it by a stub
 * would be to ask the program to.  They go at once: with the pages goes what another program has of
 * them, if this one has given it some by L4, and the guest gives those pages to others now.
 */
void l4vm_user_forget(uint32_t space)
{
        if (!made[space])
                return;
        l4vm_fpu_forget(space);
        made[space] = false;
        L4_LoadMR(1, space);
        l4vm_request(RMON_VM_DROP, 1);
        l4vm_gone(space);
}
