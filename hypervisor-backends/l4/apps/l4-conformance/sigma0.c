/* SPDX-License-Identifier: BSD-2-Clause */
/* The sigma0 protocol [7.4]. */
#include "check.h"

static void thief(void)
{
        L4_Fpage_t f = L4_Sigma0_GetPage(L4_Sigma0(), (L4_Fpage_t){shared[0]});

        shared[1] = f.raw;
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send(self);
}

void area_sigma0(void)
{
        L4_ThreadId_t sigma0 = L4_Sigma0();
        L4_Fpage_t any, f;
        unsigned int sizes = 0;

        any = L4_Sigma0_GetAny(sigma0, 12);
        check(L4_SizeLog2(any) == 12, "7.4", "sigma0: any page of 4 KB");
        check((any.raw & 6) == 6, "7.4", "sigma0: with rights to read and write");
        *(volatile L4_Word_t *)L4_Address(any) = 0x516;
        check(*(volatile L4_Word_t *)L4_Address(any) == 0x516, "7.4", "sigma0: it is memory");
        f = L4_Sigma0_GetPage(sigma0, L4_FpageLog2(L4_Address(any), 12));
        check(L4_Address(f) == L4_Address(any), "7.4", "sigma0: the owner may ask again");
        for (unsigned int bits = 13; bits <= 21; bits++) {
                f = L4_Sigma0_GetAny(sigma0, bits);
                if (L4_SizeLog2(f) == bits && !(L4_Address(f) & ((1u << bits) - 1))) {
                        *(volatile L4_Word_t *)(L4_Address(f) + (1u << bits) - 4) = bits;
                        sizes++;
                }
        }
        check(sizes == 9, "7.4", "sigma0: any block of 8 KB to 2 MB");
        check(L4_Sigma0_GetAny(sigma0, 31).raw == 0, "7.4", "sigma0: 2 GB are refused");
        f = L4_Sigma0_GetPage(sigma0, L4_FpageLog2(0xB8000, 12));
        check(L4_Address(f) == 0xB8000 && L4_SizeLog2(f) == 12, "7.4",
              "sigma0: device memory on request");
        f = L4_Sigma0_GetPage(sigma0, L4_FpageLog2(L4_KipWord(L4_KIP_OFS_BOOTINFO), 12));
        check(L4_SizeLog2(f) == 12, "7.4", "sigma0: the boot information on request");
        f = L4_Sigma0_GetPage(sigma0, L4_FpageLog2(0x100000, 12));
        check(f.raw == 0, "7.4", "sigma0: the kernel's memory is refused");
        f = L4_Sigma0_GetPage_RcvWindow(sigma0, L4_FpageLog2(L4_Address(any), 12),
                                        L4_MEMATTR_DEFAULT, L4_FpageLog2(0x40000000, 12));
        check(L4_Rights(f) && *(volatile L4_Word_t *)0x40000000 == 0x516, "7.4",
              "sigma0: into a window elsewhere");
        L4_Flush(L4_PageRights(0x40000000, L4_FPAGE_RWX));

        shared[0] = L4_FpageLog2(L4_Address(any), 12).raw;
        task_space(thief);
        L4_Wait_Timeout(PATIENCE, NULL);
        check(shared[1] == 0, "7.4", "sigma0: what has an owner is refused to others");
        task_delete_all();
        L4_Set_MsgTag(L4_Tag(0x1234, 3, 0));
        check(failed_with(L4_Call_Timeouts(sigma0, PATIENCE, BRIEFLY), L4_IPCERR_TIMEOUT, 1), "7.4",
              "sigma0: an unknown request is ignored");
        check(L4_SizeLog2(L4_Sigma0_GetAny(sigma0, 12)) == 12, "7.4", "sigma0: and it serves on");
}
