/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point registers of applications: the virtual processor has one set, each
 * application thread its own.  The set is in `area', or in the thread that ran last, or in
 * both.  A kernel thread reaches the registers of its own space's thread only, so they
 * are read before the space is left.
 */
#include <transfer.h>
#include "colocated.h"

enum { NONE = L4VM_SPACES, AREA_WORDS = 128 };

static uint32_t area[AREA_WORDS] __attribute__((aligned(16)));
static bool in_area = true;
static uint32_t in_thread = NONE; /* of this space */

static L4_ThreadId_t application(void)
{
        return co_thread(l4vm_current, L4VM_CO_APPLICATION);
}

static void copy(void *to, const void *from)
{
        uint32_t words = AREA_WORDS;

        asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

static bool same(const void *a, const void *b)
{
        uint32_t words = XFER_FPU_WORDS;
        bool equal;

        asm volatile("repe cmpsl" : "+D"(a), "+S"(b), "+c"(words), "=@cce"(equal) : : "memory");
        return equal;
}

static void look(void)
{
        if (in_area)
                return;
        if (!xfer_read_fpu(application(), area))
                backend_fatal("an application's floating-point registers cannot be read");
        in_area = true;
}

void co_fpu_enter(void)
{
        if (in_thread != l4vm_current && !xfer_write_fpu(application(), area))
                backend_fatal("an application's floating-point registers cannot be set");
        in_thread = l4vm_current;
        in_area = false;
}

void co_fpu_leave(void)
{
        look();
}

void backend_fpu_save(void *to)
{
        l4vm_call_begin();
        look();
        copy(to, area);
        l4vm_call_end();
}

void backend_fpu_load(const void *from)
{
        if (in_area && same(area, from))
                return;
        copy(area, from);
        in_area = true;
        in_thread = NONE;
}

bool backend_fpu_trap(bool on)
{
        (void)on;
        return false; /* CR0.TS is L4's */
}
