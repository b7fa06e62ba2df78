/* SPDX-License-Identifier: BSD-2-Clause */
/* A number from the root task's command line, which the loader puts in the MBI. */
#include <l4/sigma0.h>
#include "task.h"

#define MBI_CMDLINE 0x10

static L4_Word_t word(L4_Word_t at)
{
        L4_Sigma0_GetPage(L4_Sigma0(), L4_FpageLog2(at, L4_PAGE_BITS));
        return *(const L4_Word_t *)at;
}

/* The MBI's address, from the boot information's record. */
static L4_Word_t find_mbi(L4_Word_t info)
{
        L4_Word_t record;

        if (word(info + L4_BI_MAGIC) != L4_BOOTINFO_MAGIC)
                return info;
        record = info + word(info + L4_BI_FIRST);
        for (L4_Word_t n = word(info + L4_BI_COUNT); n--; record += word(record + L4_BIREC_NEXT))
                if (word(record + L4_BIREC_TYPE) == L4_BIREC_MBI)
                        return word(record + L4_BIREC_PAYLOAD);
        return 0;
}

L4_Word_t task_parameter(void)
{
        L4_Word_t info = L4_KipWord(L4_KIP_OFS_BOOTINFO), mbi = info ? find_mbi(info) : 0, at,
                  value = 0;
        const char *s;

        at = mbi ? word(mbi + MBI_CMDLINE) : 0;
        if (!at)
                return 0;
        word(at);
        for (s = (const char *)at; *s && *s != ' '; s++)
                ;
        while (*s == ' ')
                s++;
        for (; *s >= '0' && *s <= '9'; s++)
                value = value * 10 + (L4_Word_t)(*s - '0');
        return value;
}
