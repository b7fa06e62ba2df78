/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pager in a user space (stub_pager in stubs.S): it hears of the application's faults without
 * a switch of address spaces.  It has nothing that the application's thread has not, for whatever
 * is in that space is the application's to change; but it has a share of the processor, so
 * it is halted with that (awake.c).
 */
#include "pager.h"
#include "quirks.h"
#include "stubs.h"
#include "user.h"

static L4_ThreadId_t pager_of(uint32_t space)
{
        return l4vm_thread(L4VM_PAGER + space);
}

/* The space's pages of stubs are there.  It need not wait yet when the first fault comes. */
bool l4vm_pager_start(uint32_t space)
{
        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        L4_LoadMR(1, STUB_ADDRESS(stub_pager));
        L4_LoadMR(2, L4VM_STUB_DATA + STUB_PAGERS);
        return !L4_IpcFailed(L4_Send_Timeout(pager_of(space), L4_ZeroTime));
}

/* A program has unmapped its stubs: they are there again. */
bool l4vm_pager_faulted(L4_ThreadId_t from, L4_MsgTag_t tag)
{
        uint32_t space = L4_ThreadNo(from) - VM->first_thread - L4VM_PAGER;

        return space < L4VM_SPACES && (L4_Label(tag) & 0xfff0) == L4_LABEL_PAGEFAULT &&
               l4vm_stub_page(space, L4_StoreMR(1), L4_Label(tag) & L4_FPAGE_W);
}

bool l4vm_move_user(L4_ThreadId_t thread, struct L4_ExRegs *r)
{
        l4vm_count(COUNT_MOVE);
        if (!l4vm_quirks.pagers)
                return !L4_IsNilThread(L4_ExchangeRegisters(thread, r));
        L4_LoadMR(1, thread.raw);
        L4_LoadMR(2, r->control);
        L4_LoadMR(3, r->ip);
        if (l4vm_request(RMON_VM_MOVE, 3))
                return false;
        r->ip = L4_StoreMR(2);
        r->control = L4_StoreMR(3);
        return true;
}
