/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point registers of applications.  The virtual processor has one set of
 * them; each user thread has its own, which L4 switches lazily.  The set is where user
 * code ran last, or where registers were last loaded: the owner.  Guests save the old
 * process' registers after they have switched to the new one's space, so a save asks
 * the owner's thread, not the current one.
 *
 * A thread's registers are read and written by the thread itself, in its page of
 * stubs.  While it is known that its area there holds what the thread has, loading
 * the same again, the commonest case, takes no message.
 */
#include "l4vm.h"

enum { AREA_WORDS = 128, COMPARED_WORDS = 72 }; /* the rest of fxsave's format is not registers */

static bool known[L4VM_SPACES]; /* the area is what the thread has */
static uint32_t owner;

void l4vm_fpu_reset(uint32_t space)
{
        known[space] = false;
}

static void *area(uint32_t space)
{
        return l4vm_stub_data(space) + STUB_FPU;
}

static void copy(void *to, const void *from)
{
        uint32_t words = AREA_WORDS;

        asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

static bool same(const void *a, const void *b)
{
        uint32_t words = COMPARED_WORDS;
        bool equal;

        asm volatile("repe cmpsl" : "+D"(a), "+S"(b), "+c"(words), "=@cce"(equal) : : "memory");
        return equal;
}

/* Bring what the owner's thread has into its area. */
static void look(void)
{
        if (known[owner])
                return;
        l4vm_user_need(owner);
        known[owner] = l4vm_run_stub(owner, stub_fpu_save, 0);
}

/* Put @image into the thread of @space, which becomes the owner. */
static void put(uint32_t space, const void *image)
{
        owner = space;
        if (known[space] && same(area(space), image))
                return;
        l4vm_user_need(space);
        copy(area(space), image);
        known[space] = l4vm_run_stub(space, stub_fpu_load, 0);
}

void l4vm_fpu_enter(uint32_t space)
{
        if (owner != space) {
                look();
                put(space, area(owner));
        }
        known[space] = false;
}

void backend_fpu_save(void *to)
{
        l4vm_call_begin();
        look();
        copy(to, area(owner));
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
