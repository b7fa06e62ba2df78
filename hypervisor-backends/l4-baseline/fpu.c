/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point registers of applications.  The virtual processor has one set of
 * them; each user thread has its own, which L4 switches lazily.  The set is where user
 * code ran last, or where registers were last loaded: the owner.  Guests save the old
 * process' registers after they have switched to the new one's space, so a save asks
 * the owner's thread, not the current one.
 *
 * While it is known that the area of a space holds what its thread has, loading the same again,
 * the commonest case, takes no message.
 */
#include "awake.h"
#include "fpu.h"
#include "quirks.h"
#include "user.h"

static bool known[L4VM_SPACES];  /* the area is what the thread has */
enum { CONTROL = 0, MXCSR = 6 }; /* words of an image */

/* The registers of a new thread, and what there was where the owner is gone. */
#define NEW                                                                                        \
        {                                                                                          \
                [CONTROL] = 0x37f, [MXCSR] = 0x1f80                                                \
        }
static const uint32_t fresh[FPU_AREA_WORDS] = NEW;
static uint32_t kept[FPU_AREA_WORDS] __attribute__((aligned(16))) = NEW;
static uint32_t owner = L4VM_NOBODY;

/* A program that has never used the unit has the same, so mostly nothing is to be loaded. */
void l4vm_fpu_reset(uint32_t space)
{
        known[space] = l4vm_quirks.clean_fpu;
        if (known[space])
                fpu_copy(l4vm_fpu_area(space), fresh);
}

static void *area(uint32_t space)
{
        return space == L4VM_NOBODY ? kept : l4vm_fpu_area(space);
}

/* Bring what the owner's thread has into its area. */
static void look(void)
{
        if (owner == L4VM_NOBODY || known[owner])
                return;
        l4vm_user_need(owner);
        l4vm.ready = L4VM_NOBODY;
        known[owner] = l4vm_fpu_read(owner);
        if (known[owner])
                return;
        /* Its thread is a new one, and is not asked again. */
        fpu_copy(kept, l4vm_fpu_area(owner));
        owner = L4VM_NOBODY;
}

/* Put @image into the thread of @space, which becomes the owner. */
static void put(uint32_t space, const void *image)
{
        owner = space;
        l4vm.ready = L4VM_NOBODY;
        l4vm_user_need(space);
        if (known[space] && fpu_same(l4vm_fpu_area(space), image))
                return;
        fpu_copy(l4vm_fpu_area(space), image);
        known[space] = l4vm_fpu_write(space);
}

void l4vm_fpu_enter(uint32_t space)
{
        if (owner != space) {
                look();
                put(space, area(owner));
        }
        known[space] = false;
}

/*
 * To ask a thread is to let it run.  So that is done while its space is the current one, and has
 * what the guest gives it.
 */
void l4vm_fpu_leave(void)
{
        if (owner == l4vm_current)
                look();
}

void l4vm_fpu_forget(uint32_t space)
{
        if (owner == space)
                look();
        if (owner == space) {
                fpu_copy(kept, l4vm_fpu_area(space));
                owner = L4VM_NOBODY;
                l4vm.ready = L4VM_NOBODY;
        }
        known[space] = false;
}

void backend_fpu_save(void *to)
{
        l4vm_call_begin();
        look();
        fpu_copy(to, area(owner));
        l4vm_call_end();
}

void backend_fpu_load(const void *from)
{
        l4vm_call_begin();
        put(l4vm_current, from);
        l4vm_call_end();
}

bool backend_fpu_trap(bool on)
{
        (void)on;
        return false; /* CR0.TS is L4's */
}
