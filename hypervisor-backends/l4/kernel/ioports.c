/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IO ports.
 *
 * The TSS ends where a page of the per-space window begins, and the two pages
 * that follow are the IO permission bitmap (SDM 1, 19.5.2).  All spaces share
 * a window whose bitmap forbids everything; a space that is given a port gets
 * a window of its own, which comes and goes with its page directory at no
 * cost on switches.
 *
 * Ports go from space to space as pages do; who gave what to whom is kept in
 * a list of ranges.  All 65536 at once are no rarity, and interrupts are off: so
 * they are seen to 32 at a time, as they are in the bitmaps' words.
 */
#include "ioports.h"
#include "memory.h"
#include "entry.h"
#include "ext.h"

#define WINDOW_PDE     (WINDOW >> SUPER_BITS)
#define SLOT(a)        ((a) >> PAGE_BITS & 1023)
#define PORT_PAGE_BITS 15 /* ports per page of bitmap, log2 */
#define PORT_PAGE      (1u << PORT_PAGE_BITS)
#define WORD_PORTS     32
#define PAGE_WORDS     (PORT_PAGE / WORD_PORTS)

static u32 *shared_window;
static u8 *all_ones;

static struct link grants = {&grants, &grants};
static struct link holders = {&holders, &holders}; /* spaces with a window of their own */

static u32 io_low(u32 f)
{
        return f >> 16;
}

static u32 io_high(u32 f)
{
        u32 log2 = f >> 10 & 63;
        u32 high = io_low(f) + (log2 >= 16 ? 0x10000u : 1u << log2);

        return high > 0x10000 ? 0x10000 : high;
}

void ioports_init(void)
{
        shared_window = page_alloc();
        all_ones = page_alloc();
        memset(all_ones, 0xFF, PAGE_SIZE);
        for (u32 i = 0; i < 3; i++)
                shared_window[SLOT(WINDOW_IO) + i] = virt_to_phys(all_ones) | PTE_P | PTE_W;
        shared_window[SLOT(WINDOW)] = virt_to_phys(page_alloc()) | PTE_P | PTE_W;
        kernel_pd[WINDOW_PDE] = virt_to_phys(shared_window) | PTE_P | PTE_W;
}

void window_map_copy(u32 phys)
{
        const u32 *pd = phys_to_virt(read_cr3()); /* a small space's may be anyone's */
        u32 *window = phys_to_virt(pd[WINDOW_PDE] & PTE_FRAME);

        window[SLOT(WINDOW_COPY)] = (phys & PTE_FRAME) | PTE_P | PTE_W;
        invlpg(WINDOW_COPY);
}

/* A window of the space's own, with no port allowed yet. */
static bool own_window(struct space *s)
{
        if (s->window)
                return true;
        if (X_SMALL_SPACES)
                small_make_large(s);
        s->window = account_page_reclaiming(s->account);
        s->io_bitmap[0] = account_page_reclaiming(s->account);
        s->io_bitmap[1] = account_page_reclaiming(s->account);
        if (!s->window || !s->io_bitmap[0] || !s->io_bitmap[1]) {
                ioports_drop_space(s);
                return false;
        }
        memcpy(s->window, shared_window, PAGE_SIZE);
        for (u32 i = 0; i < 2; i++) {
                memset(s->io_bitmap[i], 0xFF, PAGE_SIZE);
                s->window[SLOT(WINDOW_IO) + i] = virt_to_phys(s->io_bitmap[i]) | PTE_P | PTE_W;
        }
        s->pd[WINDOW_PDE] = virt_to_phys(s->window) | PTE_P | PTE_W;
        link_add_tail(&holders, &s->holder);
        space_flush_all(s);
        return true;
}

/* What the processor sees. */
static bool bit_clear(const struct space *s, u32 port)
{
        if (!s->window)
                return false;
        return !(s->io_bitmap[port / PORT_PAGE][port % PORT_PAGE / 8] & BIT(port % 8));
}

static u32 *bitmap_word(const struct space *s, u32 n)
{
        return (u32 *)s->io_bitmap[n / PAGE_WORDS] + n % PAGE_WORDS;
}

/* A bit for each port of word n that s has. */
static u32 ports_of(const struct space *s, u32 n)
{
        if (s->is_sigma0)
                return ~0u;
        return s->window ? ~*bitmap_word(s, n) : 0;
}

/* A bit for each port of word n from low on and below high. */
static u32 part_of_range(u32 low, u32 high, u32 n)
{
        u32 first = n * WORD_PORTS, end = first + WORD_PORTS, mask = ~0u;

        if (low >= end || high <= first)
                return 0;
        if (low > first)
                mask = ~0u << (low - first);
        if (high < end)
                mask &= ~0u >> (end - high);
        return mask;
}

static bool record(struct space *from, struct space *to, u32 low, u32 high)
{
        struct grant *g = slab_alloc(&to->account->grants);

        if (!g)
                return false;
        *g = (struct grant){.from = from, .to = to, .low = low, .high = high};
        link_add_tail(&grants, &g->link);
        return true;
}

/* Those of these ports of word n of which it has not been told that `from' gave them to `to'. */
static u32 not_recorded(const struct space *from, const struct space *to, u32 n, u32 ports)
{
        for (struct link *l = grants.next; ports && l != &grants; l = l->next) {
                struct grant *g = (struct grant *)l;

                if (g->from == from && g->to == to)
                        ports &= ~part_of_range(g->low, g->high, n);
        }
        return ports;
}

/* Whoever gave these ports to `from', or has them from it, has to do with `to' instead. */
static bool hand_over(struct space *from, struct space *to, u32 low, u32 high)
{
        for (struct link *l = grants.next; l != &grants; l = l->next) {
                struct grant *g = (struct grant *)l;
                u32 first = g->low > low ? g->low : low, end = g->high < high ? g->high : high;

                if (first >= end)
                        continue;
                if (g->to == from && g->from != to && !record(g->from, to, first, end))
                        return false;
                if (g->from == from && g->to != to && !record(to, g->to, first, end))
                        return false;
        }
        return true;
}

bool ioports_map(struct space *from, u32 io_fpage, struct space *to, bool grant)
{
        u32 low = io_low(io_fpage), high = io_high(io_fpage);
        bool any = false, news = false;

        if (from == to || !(from->is_sigma0 || from->window))
                return true;
        for (u32 n = low / WORD_PORTS; n * WORD_PORTS < high && !news; n++) {
                u32 ports = ports_of(from, n) & part_of_range(low, high, n);

                any |= ports != 0;
                news = not_recorded(from, to, n, ports) != 0;
        }
        /* What says nothing new is not kept: it could be said without end. */
        if (!any)
                return true;
        if (!own_window(to) || (news && !record(from, to, low, high)))
                return false;
        for (u32 n = low / WORD_PORTS; n * WORD_PORTS < high; n++)
                *bitmap_word(to, n) &= ~(ports_of(from, n) & part_of_range(low, high, n));
        if (!grant || from->is_sigma0)
                return true;
        if (!hand_over(from, to, low, high))
                return false;
        ioports_unmap(from, io_fpage, true);
        return true;
}

/* Nobody but sigma0 has these ports of word n any more: note who had.  Returns if anybody did. */
static bool take_all(u32 n, u32 mask)
{
        u32 any = 0;

        for (struct link *l = holders.next; l != &holders; l = l->next) {
                struct space *s = CONTAINER(l, struct space, holder);

                if (s->is_sigma0)
                        continue;
                s->io_had = ports_of(s, n) & mask;
                *bitmap_word(s, n) |= mask;
                any |= s->io_had;
        }
        return any;
}

/* Who had some has again what is given by who has it. */
static bool give_again(u32 n)
{
        bool changed = false;

        for (struct link *l = grants.next; l != &grants; l = l->next) {
                struct grant *g = (struct grant *)l;
                u32 missing = g->to->is_sigma0 ? 0 : g->to->io_had & ~ports_of(g->to, n);

                missing &= part_of_range(g->low, g->high, n) & ports_of(g->from, n);
                if (missing) {
                        *bitmap_word(g->to, n) &= ~missing;
                        changed = true;
                }
        }
        return changed;
}

/*
 * Take back from everyone what they have from spaces that lost it.  What they still have comes
 * from sigma0, by whatever way: two that give a port to each other have it from nobody.
 */
static void recompute(u32 low, u32 high)
{
        for (u32 n = low / WORD_PORTS; n * WORD_PORTS < high; n++) {
                if (!take_all(n, part_of_range(low, high, n)))
                        continue;
                while (give_again(n))
                        ;
        }
}

static void forget(struct grant *g)
{
        link_remove(&g->link);
        slab_free(g);
}

/* Cut [low, high) out of a grant; the part above it becomes a grant of its own. */
static void cut(struct grant *g, u32 low, u32 high)
{
        if (g->high > high)
                record(g->from, g->to, high, g->high);
        g->high = g->low < low ? low : g->low;
        if (g->high <= g->low)
                forget(g);
}

u32 ioports_unmap(struct space *s, u32 io_fpage, bool flush)
{
        u32 low = io_low(io_fpage), high = io_high(io_fpage);
        u32 first = high, end = low; /* what is cut out is between */
        struct link *l = grants.next;

        while (l != &grants) {
                struct grant *g = (struct grant *)l;
                u32 from = g->low > low ? g->low : low, to = g->high < high ? g->high : high;

                l = l->next;
                if (from >= to || !(g->from == s || (flush && g->to == s)))
                        continue;
                first = from < first ? from : first;
                end = to > end ? to : end;
                cut(g, low, high);
        }
        recompute(first, end);
        return 0;
}

void ioports_drop_space(struct space *s)
{
        if (s->window && s->io_bitmap[0] && s->io_bitmap[1]) {
                ioports_unmap(s, 16u << 10 | FPAGE_IO_TAG << 4, true);
                link_remove(&s->holder);
        }
        for (u32 i = 0; i < 2; i++) {
                if (s->io_bitmap[i])
                        account_free(s->account, s->io_bitmap[i]);
                s->io_bitmap[i] = NULL;
        }
        if (s->window)
                account_free(s->account, s->window);
        s->window = NULL;
        s->pd[WINDOW_PDE] = kernel_pd[WINDOW_PDE];
}

void ioports_allow_sigma0(u32 io_fpage)
{
        u32 low = io_low(io_fpage), high = io_high(io_fpage);

        if (!own_window(sigma0_space))
                return;
        for (u32 n = low / WORD_PORTS; n * WORD_PORTS < high; n++)
                *bitmap_word(sigma0_space, n) &= ~part_of_range(low, high, n);
}

/* --- IO faults ---------------------------------------------------------------- */

bool ioports_decode(struct frame *f, u32 *io_fpage)
{
        u8 code[6];
        void *ip = (void *)(f->eip + space_base(current()->space));
        u32 n = 0, log2, port, len;

        /* Prefixes, one opcode, at most one immediate: read what there is. */
        for (len = sizeof(code); len && !copy_guarded(code, ip, len); len--)
                ;
        log2 = 2;
        while (n < len &&
               (code[n] == 0x66 || code[n] == 0xF2 || code[n] == 0xF3 || code[n] == 0x67 ||
                code[n] == 0x2E || code[n] == 0x36 || code[n] == 0x3E || code[n] == 0x26 ||
                code[n] == 0x64 || code[n] == 0x65)) {
                if (code[n] == 0x66)
                        log2 = 1;
                n++;
        }
        if (n >= len)
                return false;
        switch (code[n]) {
        case 0xE4: /* in, out with an immediate port */
        case 0xE5:
        case 0xE6:
        case 0xE7:
                if (n + 1 >= len)
                        return false;
                port = code[n + 1];
                break;
        case 0x6C: /* ins, outs */
        case 0x6D:
        case 0x6E:
        case 0x6F:
        case 0xEC: /* in, out with the port in DX */
        case 0xED:
        case 0xEE:
        case 0xEF:
                port = f->edx & 0xFFFF;
                break;
        default:
                return false;
        }
        if (!(code[n] & 1))
                log2 = 0;
        for (u32 i = 0; i < 1u << log2; i++) {
                if (!bit_clear(current()->space, (port + i) & 0xFFFF)) {
                        *io_fpage = port << 16 | log2 << 10 | FPAGE_IO_TAG << 4;
                        return true;
                }
        }
        return false; /* the port is allowed: the fault had another cause */
}
