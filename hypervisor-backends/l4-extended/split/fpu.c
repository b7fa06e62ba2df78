/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point registers of applications.  The virtual processor has one set of
 * them; each user thread has its own, which L4 switches lazily.  The set is where user
 * code ran last, or where registers were last loaded: the owner.  Guests save the old
 * process' registers after they have switched to the new one's space, so a save asks
 * the owner's thread, not the current one.
 *
 * They are read and written as control transfer items.  While it is known what a thread has,
 * loading the same again, the commonest case, takes no call of the kernel.
 */
#include "l4xvm.h"

enum { AREA_WORDS = 128 };

static bool known[L4VM_SPACES]; /* the area is what the thread has */
static uint32_t areas[L4VM_SPACES][AREA_WORDS] __attribute__((aligned(16)));
static uint32_t owner;

void l4vm_fpu_reset(uint32_t space)
{
        known[space] = false;
}

static void copy(void *to, const void *from)
{
        uint32_t words = AREA_WORDS;

        asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

/* What is behind the registers in fxsave's format does not count. */
static bool same(const void *a, const void *b)
{
        uint32_t words = XFER_FPU_WORDS;
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
        known[owner] = xfer_read_fpu(l4xvm_user_thread(owner), areas[owner]);
}

/* Put @image into the thread of @space, which becomes the owner. */
static void put(uint32_t space, const void *image)
{
        owner = space;
        if (known[space] && same(areas[space], image))
                return;
        l4vm_user_need(space);
        copy(areas[space], image);
        known[space] = xfer_write_fpu(l4xvm_user_thread(space), areas[space]);
}

void l4vm_fpu_enter(uint32_t space)
{
        if (owner != space) {
                look();
                put(space, areas[owner]);
        }
        known[space] = false;
}

void backend_fpu_save(void *to)
{
        l4vm_call_begin();
        look();
        copy(to, areas[owner]);
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
