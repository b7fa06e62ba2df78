/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot information is not conventional memory, so sigma0 gives it only on
 * request: first the page of the header, then whatever it spans.
 */
#include <l4/io.h>
#include <l4/kip.h>
#include <l4/sigma0.h>
#include "boot.h"

static struct module modules[BOOT_MODULES];
static unsigned int count;

unsigned int boot_modules(void)
{
        return count;
}

const struct module *boot_module(unsigned int n)
{
        return &modules[n];
}

/* Make [start, start + size) readable. */
static int request(L4_Word_t start, L4_Word_t size)
{
        for (L4_Word_t p = start & ~(L4_PAGE_SIZE - 1u); p < start + size; p += L4_PAGE_SIZE) {
                L4_Fpage_t f = L4_Sigma0_GetPage(L4_Sigma0(), L4_FpageLog2(p, L4_PAGE_BITS));

                if (L4_SizeLog2(f) != L4_PAGE_BITS)
                        return 0;
        }
        return 1;
}

static L4_Word_t word(L4_Word_t at)
{
        return *(const L4_Word_t *)at;
}

static const char *add_module(L4_Word_t record)
{
        struct module *m = &modules[count];
        L4_Word_t cmdline = word(record + L4_BIREC_PAYLOAD + 8);

        if (count == BOOT_MODULES)
                return "more boot modules than the monitor has room for";
        m->start = word(record + L4_BIREC_PAYLOAD);
        m->size = word(record + L4_BIREC_PAYLOAD + 4);
        m->cmdline = cmdline ? (const char *)(record + cmdline) : "";
        if (!request(m->start, m->size))
                return "sigma0 does not give the memory of a boot module";
        count++;
        return NULL;
}

const char *boot_init(void)
{
        L4_Word_t info = L4_KipWord(L4_KIP_OFS_BOOTINFO), record, n;

        if (!info || !request(info, L4_BI_HEADER_SIZE))
                return "there is no boot information: boot through the loader";
        if (word(info + L4_BI_MAGIC) != L4_BOOTINFO_MAGIC)
                return "the boot information has a wrong magic number";
        if (!request(info, word(info + L4_BI_SIZE)))
                return "sigma0 does not give the boot information";
        record = info + word(info + L4_BI_FIRST);
        for (n = word(info + L4_BI_COUNT); n--; record += word(record + L4_BIREC_NEXT)) {
                const char *error = NULL;

                if (word(record + L4_BIREC_TYPE) == L4_BIREC_MODULE)
                        error = add_module(record);
                if (error)
                        return error;
        }
        return NULL;
}
