/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point registers of applications.  The virtual processor has one set of
 * them; each user thread has its own, which L4 switches lazily.  The set is where user
 * code ran last, or where registers were last loaded: the owner.  Guests save the old
 * process' registers after they have switched to the new one's space, so a save asks
 * the owner's thread, not the current one.
 *
 * A thread's registers are read and written by the thread itself, in its page of
 * stubs.  A copy is kept of what is known to be in each thread, so that loading
 * the same again, the commonest case, takes no message.  The data page is in all
 * user spaces: nothing stays in it.
 */
#include "l4vm.h"

enum { AREA = 512, COMPARED = 288 }; /* the rest of fxsave's format is not the registers */

static struct {
        uint8_t image[AREA];
        bool known; /* the thread's registers are those of `image' */
} threads[L4VM_SPACES];

static uint32_t owner;

void l4vm_fpu_reset(uint32_t space)
{
        threads[space].known = false;
}

static uint8_t *area(void)
{
        return (uint8_t *)l4vm_stub_data + STUB_FPU;
}

/* Bring what is in the owner's thread into its image. */
static void look(void)
{
        if (threads[owner].known)
                return;
        l4vm_user_need(owner);
        l4vm_run_stub(owner, stub_fpu_save, 0, 0);
        memcpy(threads[owner].image, area(), AREA);
        memset(area(), 0, AREA);
        threads[owner].known = true;
}

/* Put @image into the thread of @space, which becomes the owner. */
static void put(uint32_t space, const uint8_t *image)
{
        owner = space;
        if (threads[space].known && !memcmp(threads[space].image, image, COMPARED))
                return;
        l4vm_user_need(space);
        memcpy(area(), image, AREA);
        l4vm_run_stub(space, stub_fpu_load, 0, 0);
        memset(area(), 0, AREA);
        memcpy(threads[space].image, image, AREA);
        threads[space].known = true;
}

void l4vm_fpu_enter(uint32_t space)
{
        if (owner != space) {
                look();
                put(space, threads[owner].image);
        }
        threads[space].known = false;
}

void backend_fpu_save(void *to)
{
        l4vm_call_begin();
        look();
        memcpy(to, threads[owner].image, AREA);
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
