/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small spaces (manual, IA-32 appendix): spaces of some megabytes that are
 * visible behind every page directory, side by side from USER_TOP on, so that
 * a switch to one needs no other page directory and keeps the TLB.  User
 * segments with the small space's base and size (bounds.c) make it begin at 0
 * for its threads, and keep everyone inside.  While there is a small space,
 * the segments of large ones end at USER_TOP.
 *
 * The small space's own page directory stays what the mapping database works
 * on.  Page tables are shared with the others, whose directory entries are
 * filled in when a thread faults for want of one, and cleared when the space
 * becomes large again.
 *
 * A space becomes large by itself when a thread reaches past its size, or when
 * it is given an IO port: the port bitmap comes with the page directory.  So while a thread
 * of a small space runs the processor sees no bitmap, whoever's directory it is.  One
 * with 4 MB pages cannot become small; it gets 4 KB pages while it is.
 */
#include "ext.h"
#include "space.h"
#include "memory.h"
#include "abi.h"

#define SLOTS       ((GS_PAGE - USER_TOP) >> SUPER_BITS)
#define CONTROL_SET BIT(31)
#define CONTROL_ID  0xFFu
#define SLOT_PAGES  (SUPER_SIZE >> PAGE_BITS)
#define FIRST_PDE   (USER_TOP >> SUPER_BITS)

u32 small_spaces;
static struct space *owner[SLOTS];

/* The lowest bit set in an id is its size in slots; twice the slot lies above. */
static u32 id_slots(u32 id)
{
        return id & -id;
}

static u32 id_first(u32 id)
{
        return (id & (id - 1)) / 2;
}

static void update_threads(struct space *s)
{
        for (struct link *l = s->threads.next; l != &s->threads; l = l->next) {
                struct tcb *t = TCB_OF(l, in_space);

                t->pd = space_cr3(s);
                bounds_update(t);
        }
}

static void update_all_threads(void)
{
        for (struct link *l = all_spaces.next; l != &all_spaces; l = l->next)
                update_threads(CONTAINER(l, struct space, all));
}

static void clear_entries(u32 *pd, u32 first, u32 slots)
{
        memset(&pd[FIRST_PDE + first], 0, slots * sizeof(*pd));
}

void small_make_large(struct space *s)
{
        u32 first = id_first(s->small_id), slots = id_slots(s->small_id);

        if (!s->small_pages)
                return;
        s->small_base = s->small_pages = s->small_id = 0;
        small_spaces--;
        memset(&owner[first], 0, slots * sizeof(*owner));
        clear_entries(kernel_pd, first, slots);
        for (struct link *l = all_spaces.next; l != &all_spaces; l = l->next)
                clear_entries(CONTAINER(l, struct space, all)->pd, first, slots);
        write_cr3(current()->space == s ? s->pd_phys : read_cr3());
        if (current()->space == s)
                *(volatile u16 *)TSS_IO_BASE = TSS_SIZE;
        update_threads(s);
        if (!small_spaces)
                update_all_threads();
}

static bool has_super_pages(const struct space *s)
{
        for (u32 i = 0; i < USER_PDES; i++) {
                if ((s->pd[i] & PTE_P) && (s->pd[i] & PTE_LARGE))
                        return true;
        }
        return false;
}

static bool slots_free(const struct space *s, u32 first, u32 slots)
{
        if (first + slots > SLOTS)
                return false;
        for (u32 i = first; i < first + slots; i++) {
                if (owner[i] && owner[i] != s)
                        return false;
        }
        return true;
}

static bool make_small(struct space *s, u32 id)
{
        u32 first = id_first(id), slots = id_slots(id);

        if (s->is_sigma0 || s->window || has_super_pages(s) || !slots_free(s, first, slots))
                return false;
        small_make_large(s);
        for (u32 i = first; i < first + slots; i++)
                owner[i] = s;
        s->small_id = id;
        s->small_base = USER_TOP + first * SUPER_SIZE;
        s->small_pages = slots * SLOT_PAGES;
        update_threads(s);
        if (++small_spaces == 1)
                update_all_threads();
        return true;
}

u32 small_control(struct space *s, u32 control)
{
        u32 old = s->small_id, id = control & CONTROL_ID;

        if (!(control & CONTROL_SET))
                return 0;
        if (!id) {
                small_make_large(s);
                return CONTROL_SET | old;
        }
        return make_small(s, id) ? CONTROL_SET | old : old;
}

bool small_fault(struct space *s, u32 *address)
{
        u32 offset = *address - s->small_base, *entry;

        if (!s->small_pages || offset >= s->small_pages << PAGE_BITS)
                return false;
        entry = (u32 *)phys_to_virt(read_cr3()) + (*address >> SUPER_BITS);
        *address = offset;
        if ((*entry & PTE_P) || !(s->pd[offset >> SUPER_BITS] & PTE_P))
                return false;
        *entry = s->pd[offset >> SUPER_BITS];
        return true;
}

bool small_exceeded(struct tcb *t)
{
        u32 pages = t->space->small_pages;

        if (!pages || (t->limited && t->limit < pages))
                return false;
        small_make_large(t->space);
        return true;
}

void small_switch(const struct tcb *to)
{
        *(volatile u16 *)TSS_IO_BASE = to->pd ? TSS_SIZE : TSS_NO_IO;
}
