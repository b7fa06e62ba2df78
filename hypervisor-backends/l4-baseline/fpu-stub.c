/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point registers of applications are read and written by the thread itself, in its pages
 * of stubs: X.2 has no call for it.
 */
#include "fpu.h"
#include "stubs.h"
#include "user.h"

void *l4vm_fpu_area(uint32_t space)
{
        return l4vm_stub_data(space) + STUB_FPU;
}

bool l4vm_fpu_read(uint32_t space)
{
        return l4vm_run_stub(space, stub_fpu_save, 0);
}

bool l4vm_fpu_write(uint32_t space)
{
        return l4vm_run_stub(space, stub_fpu_load, 0);
}
