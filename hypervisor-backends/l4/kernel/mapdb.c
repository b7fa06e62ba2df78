/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping database.
 *
 * Each page a user holds has a node; nodes form trees along which pages were
 * mapped, with sigma0's pages as roots.  A node knows its space and address,
 * so the page-table entry is the only place that knows the frame and the
 * rights; the space's shadow tables lead back from an address to the node.
 * A 4 MB node may have 4 KB children, never the other way round.
 *
 * Trees can be as deep as users like to make them, so every walk here is a
 * loop: down to a child, along to a sibling, up to a parent.
 *
 * Access bits.  The processor's bits live in the entries.  Whoever reads them
 * clears them, and leaves a copy in every other node between the page and the
 * root ("seen" bits), so that each holder of the page is told once.
 */
#include "mapnode.h"
#include "abi.h"

static struct {
        u32 low, high;
} forbidden[8];
static u32 forbidden_count;

void mapdb_forbid(u32 low, u32 high)
{
        if (low < high && forbidden_count < ARRAY_LEN(forbidden)) {
                forbidden[forbidden_count].low = low;
                forbidden[forbidden_count++].high = high;
        }
}

static bool is_forbidden(u32 low, u32 size)
{
        for (u32 i = 0; i < forbidden_count; i++) {
                if (low < forbidden[i].high && forbidden[i].low < low + size)
                        return true;
        }
        return false;
}

/* --- one node ------------------------------------------------------------ */

static u32 node_size(const struct mapping *m)
{
        return is_large(m) ? SUPER_SIZE : PAGE_SIZE;
}

static u32 *node_pte(const struct mapping *m)
{
        bool large;

        return space_pte(m->space, m->address, &large);
}

/* Where the shadow of (space, address) keeps its node. */
static struct mapping **node_slot(struct space *s, u32 address, bool large)
{
        void **region = &s->shadow[address >> SUPER_BITS];

        if (large)
                return (struct mapping **)region;
        return (struct mapping **)*region + (address >> PAGE_BITS & 1023);
}

static struct mapping *node_at(struct space *s, u32 address)
{
        bool large;
        u32 *pte = space_pte(s, address, &large);

        return pte && (*pte & PTE_P) ? *node_slot(s, address, large) : NULL;
}

/* Next node after m in the subtree of top, children first; NULL at the end. */
static struct mapping *tree_next(struct mapping *m, const struct mapping *top)
{
        if (m->child)
                return m->child;
        while (m != top && !m->next)
                m = m->parent;
        return m == top ? NULL : m->next;
}

/* Read and clear the processor's access bits of one page. */
static u32 take_access_bits(struct mapping *m)
{
        u32 *pte = node_pte(m), bits = 0;

        if (*pte & PTE_A)
                bits |= NODE_SEEN_R;
        if (*pte & PTE_D)
                bits |= NODE_SEEN_W;
        if (bits) {
                *pte &= ~(PTE_A | PTE_D);
                space_flush_tlb(m->space, m->address);
        }
        return bits;
}

/* Forget the page: entry, node, and what was seen goes to the ancestors. */
static void remove_leaf(struct mapping *m)
{
        u32 *pte = node_pte(m);

        *pte = 0;
        *node_slot(m->space, m->address, is_large(m)) = NULL;
        space_flush_tlb(m->space, m->address);
        tree_remove(m);
        slab_free(m);
}

/* --- revoking ------------------------------------------------------------ */

/*
 * Remove everything below top, and top itself if asked.  Returns the access
 * bits found; the ancestors of top have been told.
 */
static u32 remove_subtree(struct mapping *top, bool itself)
{
        struct mapping *m = top, *up;
        u32 bits = 0;

        for (;;) {
                while (m->child)
                        m = m->child;
                if (m == top)
                        break;
                up = m->parent;
                bits |= take_access_bits(m);
                remove_leaf(m);
                m = up;
        }
        bits |= take_access_bits(top);
        mark_seen(top->parent, NULL, bits);
        bits |= top->address & (NODE_SEEN_R | NODE_SEEN_W);
        top->address &= ~(NODE_SEEN_R | NODE_SEEN_W);
        if (itself)
                remove_leaf(top);
        return bits;
}

/* Read access bits of the subtree, and take away write permission if asked. */
static u32 restrict_subtree(struct mapping *top, bool no_write, bool itself)
{
        u32 all = 0, bits;

        for (struct mapping *m = top; m; m = tree_next(m, top)) {
                bits = take_access_bits(m);
                if (m != top)
                        mark_seen(m, top, bits);
                all |= bits;
                if (no_write && (m != top || itself)) {
                        *node_pte(m) &= ~PTE_W;
                        space_flush_tlb(m->space, m->address);
                }
        }
        mark_seen(top->parent, NULL, all);
        all |= top->address & (NODE_SEEN_R | NODE_SEEN_W);
        top->address &= ~(NODE_SEEN_R | NODE_SEEN_W);
        return all;
}

static u32 revoke(struct mapping *m, u32 rights, bool flush)
{
        /* IA-32 cannot take reading without executing, nor the reverse. */
        if (rights & FPAGE_R)
                return remove_subtree(m, flush);
        return restrict_subtree(m, rights & FPAGE_W, flush);
}

/* --- splitting a 4 MB page ------------------------------------------------- */

/* 1024 nodes chained by their next pointers, or NULL. */
static struct mapping *allocate_small_nodes(struct account *a)
{
        struct mapping *chain = NULL;

        for (u32 i = 0; i < 1024; i++) {
                struct mapping *m = slab_alloc(&a->nodes);

                if (!m) {
                        while (chain) {
                                m = chain->next;
                                slab_free(chain);
                                chain = m;
                        }
                        return NULL;
                }
                m->next = chain;
                chain = m;
        }
        return chain;
}

/*
 * Replace one 4 MB node by 1024 of 4 KB.  The first small node of its parent,
 * when the parent has been split before it, is in m->parent.  4 MB children
 * are put on *todo, waiting for the same.
 */
static bool split_one(struct mapping *m, bool parent_is_split, struct mapping **todo)
{
        struct space *s = m->space;
        u32 base = m->address & NODE_ADDRESS, pde = s->pd[base >> SUPER_BITS];
        struct mapping *parent = m->parent, *chain, *c;
        struct mapping **shadow = account_page(s->account);
        u32 *table = account_page(s->account);

        chain = shadow && table ? allocate_small_nodes(s->account) : NULL;
        if (!chain) {
                if (shadow)
                        account_free(s->account, shadow);
                if (table)
                        account_free(s->account, table);
                return false;
        }
        if (!parent_is_split)
                tree_remove(m);
        for (u32 i = 0; i < 1024; i++) {
                struct mapping *n = chain, *p = parent;

                chain = n->next;
                if (parent_is_split)
                        p = node_at(parent->space,
                                    (parent->address & ~(SUPER_SIZE - 1)) + i * PAGE_SIZE);
                n->space = s;
                n->address = (base + i * PAGE_SIZE) | (m->address & (NODE_SEEN_R | NODE_SEEN_W));
                table[i] = small_pte(pde) + i * PAGE_SIZE;
                shadow[i] = n;
                tree_add(p, n);
        }
        s->shadow[base >> SUPER_BITS] = shadow;
        s->parts[base >> SUPER_BITS] = 0xFF;
        s->pd[base >> SUPER_BITS] = virt_to_phys(table) | PTE_P | PTE_W | PTE_U;
        space_flush_all(s);
        while ((c = m->child)) {
                tree_remove(c);
                if (is_large(c)) {
                        c->parent = shadow[0];
                        c->next = *todo;
                        *todo = c;
                } else {
                        tree_add(shadow[*node_pte(c) >> PAGE_BITS & 1023], c);
                }
        }
        slab_free(m);
        return true;
}

/* Split m and all its 4 MB descendants.  False: no memory, nothing happened. */
static bool split(struct mapping *m)
{
        struct mapping *todo = NULL, *c;

        if (!split_one(m, false, &todo))
                return false;
        while ((c = todo)) {
                todo = c->next;
                c->next = NULL;
                if (!split_one(c, true, &todo)) {
                        /* Short of memory: the pager will be asked for it again. */
                        c->parent = c->prev = NULL;
                        remove_subtree(c, true);
                }
        }
        return true;
}

/* --- Unmap ---------------------------------------------------------------- */

static u32 unmap_region(struct space *s, u32 low, u32 size, u32 rights, bool flush)
{
        u32 bits = 0, index = low >> SUPER_BITS, *at, *end;
        bool all;

        if (!(s->pd[index] & PTE_P))
                return 0;
        if (s->pd[index] & PTE_LARGE) {
                struct mapping *m = s->shadow[index];

                if (size == SUPER_SIZE || !rights || !split(m))
                        return revoke(m, rights, flush);
        }
        if (flush && rights & FPAGE_R) {
                bits = mapdb_take_pages(s, low, size / PAGE_SIZE, &all);
                if (all)
                        return bits;
        }
        at = (u32 *)s->shadow[index] + (low >> PAGE_BITS & 1023);
        end = at + (size >> PAGE_BITS);
        for (; (at = space_next_mapping(s, index, at, end)) != end; at++)
                bits |= revoke((struct mapping *)*at, rights, flush);
        return bits;
}

u32 mapdb_unmap(struct space *s, u32 fpage, bool flush)
{
        u32 log2 = fpage_log2(fpage), base = fpage_base(fpage), rights = fpage & FPAGE_RIGHTS;
        u32 bits = 0;

        if (fpage_is_nil(fpage) || log2 < PAGE_BITS || base >= USER_TOP)
                return 0;
        if (log2 < SUPER_BITS) {
                bits = unmap_region(s, base, 1u << log2, rights, flush);
        } else {
                u32 count = log2 >= 32 ? USER_PDES : 1u << (log2 - SUPER_BITS);
                u32 i = base >> SUPER_BITS;
                u32 end = i + count < USER_PDES ? i + count : USER_PDES;

                for (; (i = space_next_region(s, i, end)) < end; i++)
                        bits |= unmap_region(s, i << SUPER_BITS, SUPER_SIZE, rights, flush);
        }
        return (bits & NODE_SEEN_R ? FPAGE_R | FPAGE_X : 0) | (bits & NODE_SEEN_W ? FPAGE_W : 0);
}

void mapdb_drop_space(struct space *s)
{
        mapdb_unmap(s, FPAGE_COMPLETE | FPAGE_RIGHTS, true);
}

/* --- sigma0 ---------------------------------------------------------------- */

static bool new_node(struct mapping *parent, struct space *s, u32 address, u32 pte)
{
        struct mapping *m;
        bool large = pte & PTE_LARGE;
        u32 *entry;

        if (!large && !space_need_table(s, address))
                return false;
        m = slab_alloc(&s->account->nodes);
        if (!m)
                return false;
        m->space = s;
        m->address = address | (large ? NODE_LARGE : 0);
        tree_add(parent, m);
        if (large)
                space_mark_region(s, address >> SUPER_BITS);
        else
                space_mark_part(s, address);
        *node_slot(s, address, large) = m;
        entry = large ? &s->pd[address >> SUPER_BITS] : node_pte(m);
        *entry = pte;
        return true;
}

bool mapdb_sigma0_page(u32 address, u32 want_log2)
{
        u32 super = address & ~(SUPER_SIZE - 1), page = address & PTE_FRAME;
        u32 *pde = &sigma0_space->pd[address >> SUPER_BITS];
        u32 flags = PTE_P | PTE_W | PTE_U;

        if (address >= USER_TOP)
                return false;
        if (node_at(sigma0_space, address))
                return true;
        /* One entry for the whole 4 MB wherever nothing stands against it. */
        if (!(*pde & PTE_P) && !is_forbidden(super, SUPER_SIZE) && want_log2 >= PAGE_BITS)
                return new_node(NULL, sigma0_space, super, super | flags | PTE_LARGE);
        if (is_forbidden(page, PAGE_SIZE) || !space_need_table(sigma0_space, address))
                return false;
        if (*space_pte(sigma0_space, address, &(bool){false}) & PTE_P)
                return false; /* its KIP or UTCB */
        return new_node(NULL, sigma0_space, page, page | flags);
}

/* --- Map and Grant ---------------------------------------------------------- */

static bool is_ancestor(const struct mapping *a, const struct mapping *m)
{
        for (; m; m = m->parent) {
                if (m == a)
                        return true;
        }
        return false;
}

/* Is [address, address + size) free of the kernel's areas in s? */
static bool may_receive(struct space *s, u32 address, u32 size)
{
        if (address >= USER_TOP || size > USER_TOP - address)
                return false;
        for (u32 area = 0; area < 2; area++) {
                u32 f = area ? s->kip_area : s->utcb_area;
                u32 low = fpage_base(f), len = 1u << (fpage_log2(f) & 31);

                if (!fpage_is_nil(f) && low < address + size && address < low + len)
                        return false;
        }
        return true;
}

/* Make room for a page at the destination; false if it must be left alone. */
static bool clear_target(struct space *to, u32 address, bool large)
{
        u32 index = address >> SUPER_BITS;

        if (!(to->pd[index] & PTE_P))
                return true;
        if (large && !(to->pd[index] & PTE_LARGE)) {
                unmap_region(to, address, SUPER_SIZE, FPAGE_RIGHTS, true);
                account_free(to->account, phys_to_virt(to->pd[index] & PTE_FRAME));
                account_free(to->account, to->shadow[index]);
                to->pd[index] = 0;
                to->shadow[index] = NULL;
                to->parts[index] = 0;
                space_flush_all(to);
        } else {
                unmap_region(to, address, large ? SUPER_SIZE : PAGE_SIZE, FPAGE_RIGHTS, true);
                /* A 4 MB page that could not be split is gone as a whole: fine too. */
        }
        return true;
}

/* The entry for one page of `size` at `address` of mapping m. */
static u32 derived_pte(const struct mapping *m, u32 address, bool large, u32 rights)
{
        u32 pte = *node_pte(m);

        if (is_large(m) && !large)
                pte = small_pte(pte) + (address & (SUPER_SIZE - 1) & PTE_FRAME);
        pte &= ~(PTE_A | PTE_D);
        return rights & FPAGE_W ? pte : pte & ~PTE_W;
}

static bool map_page(struct mapping *m, u32 from_address, struct space *to, u32 address, bool large,
                     u32 rights, bool grant)
{
        struct space *from = m->space;
        struct mapping *old;
        u32 pte;

        if (!may_receive(to, address, large ? SUPER_SIZE : PAGE_SIZE))
                return true;
        pte = derived_pte(m, from_address, large, rights);
        old = node_at(to, address);
        if (old) {
                /* A page given back to one it came from stays as it is. */
                if (is_ancestor(old, m))
                        return true;
                if (!grant && old->parent == m && is_large(old) == large &&
                    (*node_pte(old) & PTE_FRAME) == (pte & PTE_FRAME)) {
                        *node_pte(old) |= pte & PTE_W;
                        space_flush_tlb(to, address);
                        return true;
                }
        }
        if (!clear_target(to, address, large))
                return true;
        /* Clearing may have taken the source with it. */
        m = node_at(from, from_address);
        if (!m || (large && !is_large(m)))
                return true;
        if (!grant || from->is_sigma0)
                return new_node(m, to, address, pte);

        /* Grant: the node moves, its children stay below it. */
        if (!large && is_large(m)) {
                if (!split(m))
                        return false;
                m = node_at(from, from_address);
        }
        if (!large && !space_need_table(to, address))
                return false;
        pte |= *node_pte(m) & (PTE_A | PTE_D);
        *node_pte(m) = 0;
        *node_slot(from, m->address, large) = NULL;
        space_flush_tlb(from, m->address);
        m->space = to;
        m->address = address | (m->address & ~NODE_ADDRESS);
        *node_slot(to, address, large) = m;
        if (large) {
                space_mark_region(to, address >> SUPER_BITS);
                to->pd[address >> SUPER_BITS] = pte;
        } else {
                space_mark_part(to, address);
                *node_pte(m) = pte;
        }
        space_flush_tlb(to, address);
        return true;
}

bool mapdb_map(struct space *from, u32 snd, u32 base, struct space *to, u32 rcv, bool grant)
{
        u32 slog = fpage_log2(snd), rlog = fpage_log2(rcv), log2 = slog < rlog ? slog : rlog;
        u32 saddr = fpage_base(snd), raddr = fpage_base(rcv), rights = snd & FPAGE_RIGHTS;
        u64 done = 0, size, tried = ~0ull;

        if (fpage_is_nil(snd) || fpage_is_nil(rcv) || log2 < PAGE_BITS || !rights)
                return true;
        size = 1ull << log2;
        /* The hot spot chooses a part of the larger one (manual 4.2). */
        if (slog < rlog)
                raddr += base & (rlog >= 32 ? ~0u : (1u << rlog) - 1) & ~((u32)size - 1);
        else if (slog > rlog)
                saddr += base & (slog >= 32 ? ~0u : (1u << slog) - 1) & ~((u32)size - 1);

        while (done < size) {
                u32 s = saddr + (u32)done, d = raddr + (u32)done;
                struct mapping *m;
                bool large;

                if (s >= USER_TOP || d >= USER_TOP)
                        break;
                if (from->is_sigma0)
                        mapdb_sigma0_page(s, log2);
                m = node_at(from, s);
                if (!m) {
                        /* Nothing here: on to the next page, or the next table. */
                        if (from->pd[s >> SUPER_BITS] & PTE_P)
                                done += PAGE_SIZE;
                        else
                                done += SUPER_SIZE - (s & (SUPER_SIZE - 1));
                        continue;
                }
                large = is_large(m) && !((s | d) & (SUPER_SIZE - 1)) && size - done >= SUPER_SIZE &&
                        !(X_SMALL_SPACES && to->small_pages);
                if (!map_page(m, s, to, d, large, rights, grant)) {
                        /* Once more, if there are tables that nobody needs. */
                        if (tried == done || !account_reclaim(to->account))
                                return false;
                        tried = done;
                        continue;
                }
                done += large ? SUPER_SIZE : PAGE_SIZE;
        }
        return true;
}

/* --- MemoryControl ----------------------------------------------------------- */

void mapdb_cache_attribute(struct space *s, u32 fpage, u32 pte_bits, u32 pde_bits)
{
        u32 base = fpage_base(fpage), log2 = fpage_log2(fpage);
        u64 end = (u64)base + (1ull << log2);

        for (u64 at = base; at < end && at < USER_TOP;) {
                struct mapping *m = node_at(s, (u32)at);
                u32 *pte = m ? node_pte(m) : NULL;

                if (m && is_large(m))
                        *pte = (*pte & ~(PTE_PWT | PTE_PCD | PDE_PAT)) | pde_bits;
                else if (m)
                        *pte = (*pte & ~(PTE_PWT | PTE_PCD | PTE_PAT)) | pte_bits;
                at += m ? node_size(m) : PAGE_SIZE;
        }
        space_flush_all(s);
}
