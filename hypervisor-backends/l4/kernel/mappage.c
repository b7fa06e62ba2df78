/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping and unmapping one 4 KB page, straight: what virtual machines do most.  Each
 * page table is looked at once.  What is not as usual is left to mapdb.c, which comes to
 * the same.
 */
#include "mapnode.h"
#include "abi.h"

static u32 table_index(u32 address)
{
        return address >> PAGE_BITS & 1023;
}

/* The page at `address` in the area, which may be nil: that passes for page 0. */
static bool in_area(u32 area, u32 address)
{
        return (address ^ area) >> ((area & L4_FPAGE_SIZE_MASK) >> L4_FPAGE_SIZE_SHIFT) == 0;
}

/* What a page table says of one address, and the database. */
struct place {
        u32 *entry;
        struct mapping **node;
};

static struct place place_in(struct space *s, u32 address)
{
        u32 region = address >> SUPER_BITS, index = table_index(address);

        return (struct place){(u32 *)phys_to_virt(s->pd[region] & PTE_FRAME) + index,
                              (struct mapping **)s->shadow[region] + index};
}

/* The mapping a user has at `address`, and the entry for 4 KB of it; NULL: nothing. */
static struct mapping *source(struct space *s, u32 address, u32 *pte)
{
        u32 pde = s->pd[address >> SUPER_BITS];
        struct place p;

        if (pde & PTE_LARGE) {
                *pte = small_pte(pde) + (address & (SUPER_SIZE - 1));
                return s->shadow[address >> SUPER_BITS];
        }
        if (!(pde & PTE_P))
                return NULL;
        p = place_in(s, address);
        *pte = *p.entry;
        return *p.node;
}

REGPARM bool mapdb_map_page(struct space *from, u32 snd, u32 base, struct space *to)
{
        u32 at = snd & PTE_FRAME, address = base & PTE_FRAME, pte, pde;
        struct mapping *m, *n;
        struct place p;

        if (snd >= USER_TOP || base >= USER_TOP || from->is_sigma0 ||
            (address >= to->areas_start &&
             (in_area(to->utcb_area, address) || in_area(to->kip_area, address))))
                return false;
        m = source(from, at, &pte);
        if (!m)
                return false;
        pde = to->pd[address >> SUPER_BITS];
        if (pde & PTE_LARGE || (!(pde & PTE_P) && !space_need_table(to, address)))
                return false;
        pte &= snd & FPAGE_W ? ~(PTE_A | PTE_D) : ~(PTE_A | PTE_D | PTE_W);
        p = place_in(to, address);
        n = *p.node;
        if (n) {
                /* Already there, from the same page: perhaps to be written now. */
                if (n->parent != m || ((*p.entry ^ pte) & PTE_FRAME))
                        return false;
                *p.entry |= pte & PTE_W;
                space_flush_tlb(to, address);
                return true;
        }
        n = slab_take_quick(&to->account->nodes);
        if (!n)
                return false;
        n->child = NULL;
        n->space = to;
        n->address = address;
        tree_add(m, n);
        space_mark_part(to, address);
        *p.node = n;
        *p.entry = pte;
        return true;
}

/* Take away rights of what is at p; the access bits it had, which it has no more. */
static u32 restrict_entry(struct space *s, u32 address, struct place p, u32 lost)
{
        u32 pte = *p.entry, bits = 0;

        if (pte & PTE_A)
                bits = pte & PTE_D ? NODE_SEEN_R | NODE_SEEN_W : NODE_SEEN_R;
        *p.entry = lost & FPAGE_R ? 0 : pte & ~(PTE_A | PTE_D | (lost & FPAGE_W ? PTE_W : 0));
        /* The processor holds a translation only of what it has marked (SDM 3, 4.10.2.3). */
        if (bits)
                space_flush_tlb(s, address);
        return bits;
}

static void forget(struct mapping *m, struct place p)
{
        *p.node = NULL;
        tree_remove(m);
        slab_free_quick(m);
}

/* The pages mapped from m, which have none below them. */
static u32 restrict_children(struct mapping *m, u32 rights)
{
        u32 bits = 0, used;

        for (struct mapping *c = m->child, *next; c; c = next) {
                u32 address = c->address & NODE_ADDRESS;
                struct place p = place_in(c->space, address);

                next = c->next;
                used = restrict_entry(c->space, address, p, rights);
                bits |= used;
                if (rights & FPAGE_R)
                        forget(c, p);
                else
                        c->address |= used;
        }
        return bits;
}

static u32 used_rights(u32 bits)
{
        return (bits & NODE_SEEN_R ? FPAGE_R | FPAGE_X : 0) | (bits & NODE_SEEN_W ? FPAGE_W : 0);
}

/*
 * The page at p goes altogether, and nothing came from it.  Returns how it was used since its
 * access bits were cleared, which those it came from do not know yet.
 */
static inline u32 take_away(const struct space *s, u32 address, struct mapping *m, struct place p)
{
        u32 pte = *p.entry, seen = 0;

        *p.entry = 0;
        *p.node = NULL;
        if (pte & PTE_A) {
                space_flush_tlb(s, address);
                seen = pte & PTE_D ? NODE_SEEN_R | NODE_SEEN_W : NODE_SEEN_R;
        }
        if (m->next)
                m->next->prev = m->prev;
        if (m->prev)
                m->prev->next = m->next;
        else if (m->parent)
                m->parent->child = m->next;
        slab_free_quick(m);
        return seen;
}

u32 mapdb_take_pages(struct space *s, u32 low, u32 pages, bool *all)
{
        struct place p = place_in(s, low);
        u32 *const first = p.entry, *at = (u32 *)p.node, *begin = at, *end = at + pages;
        struct mapping *parent = NULL;
        u32 bits = 0, seen = 0;

        *all = true;
        for (; at != end; at++) {
                struct mapping *m = (struct mapping *)*at;

                if (!m) {
                        at = space_next_mapping(s, low >> SUPER_BITS, at, end) - 1;
                        continue;
                }
                p = (struct place){first + (at - begin), (struct mapping **)at};
                if (m->child) {
                        *all = false;
                        continue;
                }
                if (m->parent != parent) { /* so it is, too, where m is what others came from */
                        mark_seen(parent, NULL, seen);
                        bits |= seen;
                        parent = m->parent;
                        seen = 0;
                }
                bits |= m->address;
                seen |= take_away(s, low + (u32)(at - begin) * PAGE_SIZE, m, p);
        }
        mark_seen(parent, NULL, seen);
        return bits | seen;
}

/* The same with what has come from it, or not altogether. */
static __attribute__((noinline)) u32 unmap_node(struct space *s, u32 fpage, bool flush,
                                                struct mapping *m, struct place p)
{
        u32 address = fpage & PTE_FRAME, rights = fpage & FPAGE_RIGHTS, bits;

        for (struct mapping *c = m->child; c; c = c->next) {
                if (c->child)
                        return UNMAP_LONG;
        }
        bits = restrict_children(m, rights);
        bits |= restrict_entry(s, address, p, flush ? rights : 0);
        mark_seen(m->parent, NULL, bits);
        bits |= m->address;
        m->address = address;
        if (flush && rights & FPAGE_R)
                forget(m, p);
        return used_rights(bits);
}

REGPARM u32 mapdb_unmap_page(struct space *s, u32 fpage, bool flush)
{
        u32 address = fpage & PTE_FRAME, pde;
        struct mapping *m;
        struct place p;

        if (address >= USER_TOP)
                return UNMAP_LONG;
        pde = s->pd[address >> SUPER_BITS];
        if (pde & PTE_LARGE)
                return UNMAP_LONG;
        if (!(pde & PTE_P))
                return 0;
        p = place_in(s, address);
        m = *p.node;
        if (!m)
                return 0;
        if (flush && fpage & FPAGE_R && !m->child) {
                struct mapping *parent = m->parent;
                u32 bits = m->address, seen = take_away(s, address, m, p);

                mark_seen(parent, NULL, seen);
                return used_rights(bits | seen);
        }
        return unmap_node(s, fpage, flush, m, p);
}
