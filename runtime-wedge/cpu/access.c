/* SPDX-License-Identifier: BSD-2-Clause */
/* Sites that only tell: page-table and device accesses, and hooks. */
#include <afterburn/record.h>
#include "cpu.h"
#include "load/load.h"

/* The access itself follows at R. */
static void note(void)
{
        uint32_t gva;

        if (operand_of_instruction(vcpu.frame.eip, &gva))
                mmu_pt_store(gva);
}

void emulate_PT_STORE(uint32_t index)
{
        (void)index;
        note();
}

void emulate_PT_READ(uint32_t index)
{
        (void)index;
        note();
}

/* Device memory is memory: nothing is there that would answer. */
void emulate_DEVICE(uint32_t index)
{
        (void)index;
}

/* --- modules -------------------------------------------------------------------------- */

enum { MODULE_SITES = 8192 };

static uint8_t work[AB_LOAD_SITE_BYTES * MODULE_SITES] __attribute__((aligned(4)));

/*
 * The module's bytes at their virtual address: the guest's memory is the wedge's address space
 * too.  They are checked page by page to be there, and writable.
 */
static uint8_t *module_bytes(void *context, uint32_t address, uint32_t bytes)
{
        uint32_t page, gpa, error;

        (void)context;
        if (!bytes || address + bytes < address || in_wedge(address + bytes))
                return 0;
        for (page = address & -AB_PAGE_BYTES; page < address + bytes; page += AB_PAGE_BYTES)
                if (!mmu_translate(page, MMU_WRITE, false, &gpa, &error))
                        return 0;
        return (uint8_t *)address;
}

static void module_loaded(void)
{
        static struct ab_load_module module;
        static const struct ab_wedge wedge = VCPU_WEDGE;

        module.header = vcpu.frame.eax;
        module.sections = vcpu.frame.edx;
        module.at = module_bytes;
        module.wedge = &wedge;
        module.work = work;
        module.work_bytes = sizeof(work);
        if (ab_load_module(&module))
                vcpu_crash(module.text);
}

void emulate_HOOK(uint32_t hook)
{
        if (hook == AB_HOOK_MODULE_LOADED)
                module_loaded();
        else if (hook == AB_HOOK_PT_COPY)
                mmu_pt_copy(vcpu.frame.eax, vcpu.frame.edx);
}
