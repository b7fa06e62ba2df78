/* SPDX-License-Identifier: BSD-2-Clause */
/* The client's side of the sigma0 protocol. */
#include <l4/ipc.h>
#include <l4/sigma0.h>

L4_ThreadId_t L4_Sigma0(void)
{
        return L4_GlobalId(L4_ThreadIdUserBase() + L4_SIGMA0_NO, 1);
}

L4_Fpage_t L4_Sigma0_GetPage_RcvWindow(L4_ThreadId_t sigma0, L4_Fpage_t f, L4_Word_t attr,
                                       L4_Fpage_t rcv)
{
        L4_Word_t old = L4_StoreBR(0);
        L4_MsgTag_t tag;

        L4_Accept(rcv, 0);
        L4_Set_MsgTag(L4_Tag(L4_LABEL_SIGMA0, 2, 0));
        L4_LoadMR(1, f.raw);
        L4_LoadMR(2, attr);
        tag = L4_Call(sigma0);
        L4_LoadBR(0, old);
        if (L4_IpcFailed(tag) || L4_UntypedWords(tag) != 0 || L4_TypedWords(tag) != 2)
                return L4_Nilpage;
        return (L4_Fpage_t){L4_StoreMR(2)};
}

L4_Fpage_t L4_Sigma0_GetPage(L4_ThreadId_t sigma0, L4_Fpage_t f)
{
        return L4_Sigma0_GetPage_RcvWindow(sigma0, f, L4_MEMATTR_DEFAULT, L4_CompleteAddressSpace);
}

L4_Fpage_t L4_Sigma0_GetAny(L4_ThreadId_t sigma0, unsigned int bits)
{
        L4_Fpage_t f = {L4_FPAGE_BASE_MASK | bits << L4_FPAGE_SIZE_SHIFT};

        return L4_Sigma0_GetPage(sigma0, f);
}
