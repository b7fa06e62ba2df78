/* SPDX-License-Identifier: BSD-2-Clause */
/* Floating-point registers of applications are read and written as control transfer items. */
#include "fpu.h"
#include "l4xvm.h"

static uint32_t areas[L4VM_SPACES][FPU_AREA_WORDS] __attribute__((aligned(16)));

void *l4vm_fpu_area(uint32_t space)
{
        return areas[space];
}

bool l4vm_fpu_read(uint32_t space)
{
        return xfer_read_fpu(l4xvm_user_thread(space), areas[space]);
}

bool l4vm_fpu_write(uint32_t space)
{
        return xfer_write_fpu(l4xvm_user_thread(space), areas[space]);
}
