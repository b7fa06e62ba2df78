/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point registers of applications.  The virtual processor has one set of them, that of
 * its `owner', the space where user code ran or registers were loaded last.  An application
 * thread has its own; the area of its space has what the guest saw last.  A kernel thread reaches
 * the registers of its own space's thread only, so they are read before the space is left.
 */
#include <fpu.h>
#include <transfer.h>
#include "colocated.h"

static uint32_t areas[L4VM_SPACES][FPU_AREA_WORDS] __attribute__((aligned(16)));
static bool in_area[L4VM_SPACES];   /* the area is what the space's applications have */
static bool in_thread[L4VM_SPACES]; /* the thread is */
static uint32_t owner;

static L4_ThreadId_t application(void)
{
        return co_thread(l4vm_current, L4VM_CO_APPLICATION);
}

/* The owner is the current space, or its area is valid. */
static void look(void)
{
        if (in_area[owner])
                return;
        if (!xfer_read_fpu(application(), areas[owner]))
                backend_fatal("an application's floating-point registers cannot be read");
        co_unsettled = true;
        in_area[owner] = true;
}

/* The current space's applications have @image from now on. */
static void take(const void *image)
{
        uint32_t space = l4vm_current;

        if (!in_area[space] || !fpu_same(areas[space], image)) {
                fpu_copy(areas[space], image);
                in_area[space] = true;
                in_thread[space] = false;
        }
        owner = space;
        co_unsettled = true;
}

void co_fpu_enter(void)
{
        uint32_t space = l4vm_current;

        if (owner != space)
                take(areas[owner]);
        if (!in_thread[space] && !xfer_write_fpu(application(), areas[space]))
                backend_fatal("an application's floating-point registers cannot be set");
        in_thread[space] = true;
        in_area[space] = false;
}

void co_fpu_leave(void)
{
        look();
}

void co_fpu_reset(uint32_t space)
{
        in_thread[space] = false;
}

void backend_fpu_save(void *to)
{
        l4vm_call_begin();
        look();
        fpu_copy(to, areas[owner]);
        l4vm_call_end();
}

void backend_fpu_load(const void *from)
{
        take(from);
}

bool backend_fpu_trap(bool on)
{
        (void)on;
        return false; /* CR0.TS is L4's */
}
