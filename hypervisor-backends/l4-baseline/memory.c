/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mappings.  The front end's wishes go into the shadow at once; L4 learns of new ones
 * at the first fault, of removals before the next moment they could be noticed.
 *
 * The kernel space gets its pages from the helper, which has all guest-physical
 * memory.  User spaces get theirs from the kernel space: from the area where a kernel
 * has its memory anyway, so that no third party is asked, or from the window.
 * Unmap takes a page from all user spaces then; the others fault it in again.
 */
#include "fpu.h"
#include "fresh.h"
#include "helper.h"
#include "mapping.h"
#include "quirks.h"
#include "reclaim.h"
#include "shadow.h"
#include "user-fault.h"
#include "user.h"

enum { VISITS = 60, LEAVING = 60, QUEUE = 60 };

/* User pages mapped into the kernel space, for guest code that copies to and from them. */
static uint32_t visits[VISITS];
static uint32_t visit_count;

/* Those that are to go from there before the front end's call returns. */
static L4_Fpage_t leaving[LEAVING];
static uint32_t leaving_count;

/* Fpages to unmap from user spaces. */
static L4_Fpage_t queue[QUEUE];
uint32_t l4vm_queued;

/*
 * The window: which piece is where, and the reverse.  What has been asked for since a
 * slot was last needed is not given up.
 */
static struct {
        uint32_t piece; /* + 1; 0: empty */
        uint32_t used;
} window[L4VM_PIECES];
static uint32_t view[L4VM_ALL_PIECES]; /* address of a piece in the window, or 0 */
static uint32_t window_hand;

/* --- the helper ------------------------------------------------------------------------- */

void l4vm_helper_map(uint32_t virtual, uint32_t bits, const uint32_t *pages, uint32_t n)
{
        L4_MsgTag_t tag;
        uint32_t i;

        l4vm_count(COUNT_HELPER);
        L4_Accept(L4_CompleteAddressSpace, 0);
        L4_Set_MsgTag(L4_Tag(L4VM_OP_MAP, 2 + n, 0));
        L4_LoadMR(1, virtual);
        L4_LoadMR(2, bits);
        for (i = 0; i < n; i++)
                L4_LoadMR(3 + i, pages[i]);
        tag = L4_Call(l4vm_thread(L4VM_HELPER));
        L4_Accept(L4_Nilpage, 0);
        if (L4_IpcFailed(tag))
                backend_fatal("the helper thread does not answer");
}

static void map_one(uint32_t virtual, uint32_t physical, uint32_t bits, uint32_t rights)
{
        uint32_t page = physical | l4vm_rights(rights);

        l4vm_helper_map(virtual, bits, &page, 1);
}

/* Take pages, or rights to them, away: @n fpages; @flush: from the kernel space itself too. */
static void unmap(const L4_Fpage_t *pages, uint32_t n, bool flush)
{
        uint32_t i;

        if (!n)
                return;
        for (i = 0; i < n; i++)
                L4_LoadMR(i, pages[i].raw);
        l4vm_count(COUNT_UNMAP);
        L4_Unmap((n - 1) | (flush ? L4_UNMAP_FLUSH : 0));
        l4vm_repeats_not();
}

static void flush_kernel(uint32_t virtual, uint32_t bits, uint32_t rights)
{
        L4_Fpage_t page = L4_FpageAddRights(L4_FpageLog2(virtual, bits), rights);

        unmap(&page, 1, true);
}

/* --- user pages in the kernel space ----------------------------------------------------- */

static void leave_user_pages(void)
{
        L4_Fpage_t pages[VISITS];
        uint32_t i, *entry;

        for (i = 0; i < visit_count; i++) {
                pages[i] = L4_PageRights(visits[i], L4_FPAGE_RWX);
                entry = shadow_entry(l4vm_current, visits[i], false);
                if (entry)
                        *entry &= ~SHADOW_KERNEL;
        }
        visit_count = 0;
        unmap(pages, i, true);
}

/*
 * The page at @virtual, and those behind it that user code has too: the guest kernel mostly copies
 * more than one.
 */
static void visit(uint32_t virtual)
{
        uint32_t pages[L4VM_MAP_MOST], n = 0;
        uint32_t *entry = shadow_user_entry(l4vm_current, virtual);
        const uint32_t *end = entry + SHADOW_LEAF_PAGES - (virtual >> 12) % SHADOW_LEAF_PAGES;

        pages[n++] = (*entry & SHADOW_PAGE) | l4vm_rights(*entry);
        if (!(*entry & SHADOW_KERNEL)) {
                if (visit_count + L4VM_MAP_MOST > VISITS)
                        leave_user_pages();
                visits[visit_count++] = virtual;
                *entry |= SHADOW_KERNEL;
                while (n < L4VM_MAP_MOST && ++entry < end && *entry && !(*entry & SHADOW_KERNEL)) {
                        visits[visit_count++] = virtual + n * AB_PAGE_BYTES;
                        *entry |= SHADOW_KERNEL;
                        pages[n++] = (*entry & SHADOW_PAGE) | l4vm_rights(*entry);
                }
        }
        l4vm_helper_map(virtual, L4_PAGE_BITS, pages, n);
}

static __attribute__((noinline)) void all_leave(void)
{
        l4vm_call_begin();
        unmap(leaving, leaving_count, true);
        leaving_count = 0;
        l4vm_call_end();
}

static void leave_user_page(uint32_t virtual)
{
        uint32_t i;

        if (leaving_count == LEAVING)
                all_leave();
        leaving[leaving_count++] = L4_PageRights(virtual, L4_FPAGE_RWX);
        for (i = 0; i < visit_count; i++)
                if (visits[i] == virtual) {
                        visits[i] = visits[--visit_count];
                        return;
                }
}

/* --- the kernel space ----------------------------------------------------------------------- */

static void establish(uint32_t space, uint32_t virtual, uint32_t value)
{
        uint32_t *piece = shadow_large(virtual);

        virtual &= SHADOW_PAGE;
        if (space == AB_SPACE_KERNEL && *piece) {
                *piece |= SHADOW_KERNEL;
                if (!l4vm_quirks.splits) {
                        map_one(virtual, value & SHADOW_PAGE, L4_PAGE_BITS, value);
                        return;
                }
                map_one(virtual & -(uint32_t)L4VM_PIECE, *piece & SHADOW_PAGE, L4_SUPERPAGE_BITS,
                        value);
                return;
        }
        if (space != AB_SPACE_KERNEL) {
                visit(virtual);
                return;
        }
        *shadow_entry(space, virtual, false) |= SHADOW_KERNEL;
        map_one(virtual, value & SHADOW_PAGE, L4_PAGE_BITS, value);
}

/* The page at @address is to be mapped, but perhaps that was tried just now. */
static void look_for_memory(uint32_t address, uint32_t eip)
{
        if (!l4vm_repeats(address, eip))
                return;
        if (l4vm_repeated > L4VM_REPEATS_MOST)
                backend_fatal(L4VM_NO_MEMORY);
        if (l4vm_is_short())
                l4vm_empty_all();
}

bool l4vm_serve_kernel(uint32_t address, uint32_t eip, bool write, uint32_t *error)
{
        uint32_t space = AB_SPACE_KERNEL, value;

        *error = write ? 2 : 0;
        if (address >= L4VM_WINDOW) {
                uint32_t slot = (address - L4VM_WINDOW) / L4VM_PIECE;

                if (slot >= L4VM_PIECES || !window[slot].piece)
                        return false;
                look_for_memory(address, eip);
                map_one(L4VM_WINDOW + slot * L4VM_PIECE, (window[slot].piece - 1) * L4VM_PIECE,
                        L4_SUPERPAGE_BITS, AB_WRITE);
                return true;
        }
        value = shadow_lookup(space, address);
        if (!value) {
                space = l4vm_current;
                value = shadow_lookup(space, address);
        }
        if (!value)
                return false;
        *error |= 1;
        if (write && !(value & AB_WRITE))
                return false;
        look_for_memory(address, eip);
        establish(space, address, value);
        return true;
}

/* Put @piece into the window, in place of one that has not been asked for lately. */
static void look_at(uint32_t piece)
{
        uint32_t slot;

        do {
                slot = window_hand++ % L4VM_PIECES;
                window[slot].used >>= 1;
        } while (window[slot].used);
        if (window[slot].piece)
                view[window[slot].piece - 1] = 0;
        window[slot].piece = piece + 1;
        view[piece] = L4VM_WINDOW + slot * L4VM_PIECE;
        l4vm_call_begin();
        map_one(view[piece], piece * L4VM_PIECE, L4_SUPERPAGE_BITS, AB_WRITE);
        l4vm_call_end();
}

/* Apart, so that backend_physical() needs no stack. */
static __attribute__((noinline)) void *brought(uint32_t address)
{
        look_at(address / L4VM_PIECE);
        return backend_physical(address);
}

/* The front end's commonest call. */
void AB_FAST *backend_physical(uint32_t address)
{
        uint32_t piece = address / L4VM_PIECE;

        if (address >= l4vm_machine.memory_bytes)
                return 0;
        if (!view[piece])
                return brought(address);
        window[(view[piece] - L4VM_WINDOW) / L4VM_PIECE].used = 2;
        return (void *)(view[piece] + address % L4VM_PIECE);
}

/* --- user spaces --------------------------------------------------------------------------- */

bool l4vm_is_in_window(uint32_t physical)
{
        return view[physical / L4VM_PIECE];
}

uint32_t l4vm_source(uint32_t physical, uint32_t rights, bool *from_window)
{
        uint32_t at;

        *from_window = !shadow_is_linear(physical, rights);
        at = *from_window ? (uint32_t)backend_physical(physical) : L4VM_LINEAR + physical;
        /* What is not there cannot be passed on. */
        if (rights & AB_WRITE)
                asm volatile("lock; orb $0,(%0)" : : "r"(at) : "memory");
        else
                asm volatile("movb (%0),%%al" : : "r"(at) : "eax", "memory");
        return at;
}

unsigned int AB_FAST user_install(uint32_t address, uint32_t value, uint32_t *entry,
                                  unsigned int mr)
{
        bool from_window;
        uint32_t from = l4vm_source(value & SHADOW_PAGE, value, &from_window);

        if (entry)
                *entry &= ~SHADOW_WINDOW;
        else /* other spaces have it, too */
                entry = *shadow_large(address) ? shadow_large(address)
                                               : shadow_entry(AB_SPACE_KERNEL, address, false);
        *entry |= SHADOW_INSTALLED | (from_window ? SHADOW_WINDOW : 0);
        return L4_LoadMapItem(mr, L4_PageRights(from, l4vm_rights(value)), address & SHADOW_PAGE);
}

void l4vm_flush_queue(void)
{
        unmap(queue, l4vm_queued, false);
        l4vm_queued = 0;
}

void l4vm_flush_again(void)
{
        unmap(queue, l4vm_queued, false);
}

static void put_off(L4_Fpage_t page)
{
        if (l4vm_queued == QUEUE) {
                l4vm_call_begin();
                l4vm_flush_queue();
                l4vm_call_end();
        }
        queue[l4vm_queued] = page;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        l4vm_queued++;
}

/*
 * User code loses @rights (L4's) of the 2^@bits bytes mapped by @entry.  With @all it is the kernel
 * space's entry: of it, each space has what it once got, from the window or not.
 */
static inline void take_from_user(uint32_t entry, uint32_t bits, uint32_t rights, bool all)
{
        uint32_t physical = entry & SHADOW_PAGE, at = view[physical / L4VM_PIECE];

        if (entry & SHADOW_WINDOW && at)
                put_off(L4_FpageAddRights(L4_FpageLog2(at + physical % L4VM_PIECE, bits), rights));
        if (all || !(entry & SHADOW_WINDOW))
                put_off(L4_FpageAddRights(L4_FpageLog2(L4VM_LINEAR + physical, bits), rights));
}

/* --- what the front end asks for -------------------------------------------------------------- */

/*
 * Make @entry of @virtual say @value.  What L4 has of the old value and the new one
 * does not allow goes: from the kernel space now, from user spaces later.
 */
static __attribute__((noinline)) void change(uint32_t space, uint32_t virtual, uint32_t *entry,
                                             uint32_t value)
{
        uint32_t old = *entry, lost = l4vm_loss(old, value);

        if (old & SHADOW_KERNEL && lost) {
                if (space == AB_SPACE_KERNEL) {
                        l4vm_call_begin();
                        flush_kernel(virtual, L4_PAGE_BITS, lost);
                        l4vm_call_end();
                } else {
                        leave_user_page(virtual);
                }
        }
        if (old & SHADOW_INSTALLED && lost)
                take_from_user(old, L4_PAGE_BITS, lost, space == AB_SPACE_KERNEL);
        /* What is gone altogether need not be taken again. */
        if (lost != L4_FPAGE_RWX) {
                value |= old & (SHADOW_INSTALLED | SHADOW_WINDOW | SHADOW_KERNEL);
                if (lost && space != AB_SPACE_KERNEL)
                        value &= ~SHADOW_KERNEL;
        }
        if (value & AB_USER && space != AB_SPACE_KERNEL &&
            (!(value & SHADOW_INSTALLED) || value & ~old & AB_WRITE))
                l4vm_fresh_note(space, virtual, entry);
        *entry = value;
}

void AB_FAST l4vm_change(uint32_t space, uint32_t virtual, uint32_t *entry, uint32_t value)
{
        if (*entry || space == AB_SPACE_KERNEL) {
                change(space, virtual, entry, value);
                return;
        }
        if (value & AB_USER)
                l4vm_fresh_note(space, virtual, entry);
        *entry = value;
}

void l4vm_drop(uint32_t space, uint32_t virtual, uint32_t *entry, uint32_t pages)
{
        for (; pages; pages--, entry++, virtual += AB_PAGE_BYTES)
                if (*entry)
                        change(space, virtual, entry, 0);
}

void l4vm_leave_large(uint32_t virtual, uint32_t old, bool kernel)
{
        if (kernel) {
                l4vm_call_begin();
                flush_kernel(virtual, L4_SUPERPAGE_BITS, L4_FPAGE_RWX);
                l4vm_call_end();
        }
        if (old & SHADOW_INSTALLED)
                take_from_user(old, L4_SUPERPAGE_BITS, L4_FPAGE_RWX, true);
}

/* User spaces lose what they have to before they run (awake.c); at once where that cannot be. */
void l4vm_changed(void)
{
        if (leaving_count)
                all_leave();
        if (l4vm_queued && !l4vm_quirks.halts) {
                l4vm_call_begin();
                l4vm_flush_queue();
                l4vm_call_end();
        }
}

void l4vm_establish(uint32_t space, uint32_t address)
{
        l4vm_call_begin();
        establish(space, address, shadow_lookup(space, address));
        l4vm_call_end();
}

void backend_switch(uint32_t space)
{
        if (space >= L4VM_SPACES)
                backend_fatal("switch to a space that does not exist");
        if (space == l4vm_current)
                return;
        l4vm_call_begin();
        l4vm_fpu_leave();
        if (visit_count)
                leave_user_pages();
        l4vm_space_left(l4vm_current);
        l4vm_current = space;
        l4vm_call_end();
}

void l4vm_empty_space(uint32_t space)
{
        l4vm_user_forget(space);
}

void backend_forget(uint32_t space)
{
        if (space >= L4VM_SPACES)
                backend_fatal("a space that does not exist");
        l4vm_call_begin();
        if (space == l4vm_current)
                leave_user_pages();
        shadow_forget(space, 0, 0);
        l4vm_user_forget(space);
        l4vm_call_end();
}
