/* SPDX-License-Identifier: BSD-2-Clause */
/* Common uses of ExchangeRegisters, and control transfer items. */
#include <l4/message.h>
#include <l4/thread.h>

L4_ThreadId_t L4_Start(L4_ThreadId_t dest, L4_Word_t sp, L4_Word_t ip)
{
        struct L4_ExRegs r = {
            .control = L4_EXREGS_SP | L4_EXREGS_IP | L4_EXREGS_HALTFLAG | L4_EXREGS_ABORT_RCV |
                       L4_EXREGS_ABORT_SND,
            .sp = sp,
            .ip = ip,
        };

        return L4_ExchangeRegisters(dest, &r);
}

static L4_Word_t state_change(L4_ThreadId_t dest, L4_Word_t control)
{
        struct L4_ExRegs r = {.control = control};

        L4_ExchangeRegisters(dest, &r);
        return r.control;
}

L4_Word_t L4_Stop(L4_ThreadId_t dest)
{
        return state_change(dest, L4_EXREGS_HALTFLAG | L4_EXREGS_HALT | L4_EXREGS_ABORT_RCV |
                                      L4_EXREGS_ABORT_SND);
}

L4_Word_t L4_AbortIpc(L4_ThreadId_t dest)
{
        return state_change(dest, L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND);
}

L4_ThreadId_t L4_OtherId(L4_ThreadId_t t)
{
        struct L4_ExRegs r = {0};

        return L4_ExchangeRegisters(t, &r);
}

unsigned int L4_LoadCtrlXferItem(unsigned int n, unsigned int id, L4_Word_t mask,
                                 const L4_Word_t *regs)
{
        L4_LoadMR(n++, L4_CtrlXferWord(id, mask));
        for (unsigned int i = 0; i < 20; i++)
                if (mask & 1u << i)
                        L4_LoadMR(n++, regs[i]);
        return n;
}

unsigned int L4_StoreCtrlXferItem(unsigned int n, unsigned int *id, L4_Word_t *mask,
                                  L4_Word_t *regs)
{
        L4_Word_t w = L4_StoreMR(n++);

        *id = (w & L4_CTRLXFER_ID_MASK) >> L4_CTRLXFER_ID_SHIFT;
        *mask = w >> L4_CTRLXFER_MASK_SHIFT;
        for (unsigned int i = 0; i < 20; i++)
                if (*mask & 1u << i)
                        regs[i] = L4_StoreMR(n++);
        return n;
}

int L4_ConfCtrlXfer(L4_ThreadId_t dest, unsigned int fault, L4_Word_t mask)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_CTRLXFER_CONF};

        L4_LoadMR(0, L4_Tag(0, 0, 1).raw);
        L4_LoadMR(1, L4_CtrlXferWord(fault, mask));
        return !L4_IsNilThread(L4_ExchangeRegisters(dest, &r));
}
