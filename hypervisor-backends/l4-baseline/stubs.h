/* SPDX-License-Identifier: BSD-2-Clause */
/* What such a thread and its pager run for the wedge: offsets in the page of code. */
#ifndef L4VM_STUBS_H
#define L4VM_STUBS_H

#include "l4vm.h"

extern char l4vm_stub_code[];
extern char stub_hlt[], stub_start[], stub_fpu_save[], stub_fpu_load[];
extern char stub_popf[], stub_popf_end[], stub_give[], stub_give_back[], stub_give_end[];
extern char stub_start_paged[], stub_pager[], stub_pager_back[];
extern uint32_t stub_calls[2];
#define STUB_ADDRESS(label) (L4VM_STUB_CODE + ((uint32_t)(label) - (uint32_t)l4vm_stub_code))
static inline bool l4vm_in_stubs(uint32_t address)
{
        return address - L4VM_STUB_CODE < AB_PAGE_BYTES;
}

#endif
