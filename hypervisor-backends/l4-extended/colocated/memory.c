/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mappings.  The front end's wishes go into the shadow at once; L4 learns of new ones at the
 * first fault, of removals here.  The kernel thread takes a page away from its own space,
 * so nobody else's is touched.  What happens to a space that is not current waits until
 * it is: nothing runs in it before.
 *
 * The kernel area is the same in every space.  A mapping of it that is taken away goes
 * from the current space at once and into a log; every space reads the log to its end
 * when it becomes current.
 */
#include <awake.h>
#include <fresh.h>
#include <l4xvm.h>
#include <mapping.h>
#include <reclaim.h>
#include <shadow.h>
#include "colocated.h"
#include "policy.h"

enum { BATCH = 60, LOG = 256, LOST = 16, FOUND = 64, USER_BITS = 31 };

/* The window: which piece is in which slot, and what a space has there. */
static struct {
        uint32_t piece; /* + 1; 0: empty */
        uint32_t used;
} window[L4VM_PIECES];
static uint8_t view[L4VM_ALL_PIECES]; /* slot of a piece, + 1; 0: none */
static uint32_t window_hand;

static struct {
        bool made;
        uint32_t lost_count;         /* user regions void since it was current; */
        L4_Fpage_t lost[LOST];       /* more than LOST: all of them */
        bool private;                /* some are the guest kernel's alone */
        uint32_t log;                /* how far it has read */
        uint8_t window[L4VM_PIECES]; /* piece + 1 */
} spaces[L4VM_SPACES] = {{.made = true}};

uint32_t co_unsettled = true;

static L4_Fpage_t log_pages[LOG];
static uint32_t log_end;

/* Fpages to take from the current space. */
static L4_Fpage_t batch[BATCH];
static uint32_t batched;

/* --- the pager beside -------------------------------------------------------------------- */

static void ask_pager(uint32_t virtual, uint32_t from, uint32_t rights)
{
        l4vm_call_begin();
        L4_Accept(L4_CompleteAddressSpace, 0);
        L4_Set_MsgTag(L4_Tag(CO_OP_MAP, 3, 0));
        L4_LoadMR(1, virtual);
        L4_LoadMR(2, from);
        L4_LoadMR(3, rights);
        if (L4_IpcFailed(L4_Call(co_thread(l4vm_current, L4VM_CO_PAGER))))
                backend_fatal("the pager thread does not answer");
        L4_Accept(L4_Nilpage, 0);
        l4vm_call_end();
}

/* --- taking away from the current space ----------------------------------------------------- */

static __attribute__((noinline)) void flush_pages(void)
{
        const L4_Fpage_t *from = batch;
        L4_Word_t *to = L4_Utcb();
        unsigned long count = batched;

        l4vm_call_begin();
        asm volatile("rep movsl" : "+S"(from), "+D"(to), "+c"(count) : : "memory");
        l4vm_count(COUNT_UNMAP);
        L4_Unmap((batched - 1) | L4_UNMAP_FLUSH);
        batched = 0;
        l4vm_repeats_not();
        l4vm_call_end();
}

static inline void flush_batch(void)
{
        if (batched)
                flush_pages();
}

static void take(L4_Fpage_t page)
{
        if (batched == BATCH)
                flush_batch();
        batch[batched++] = page;
}

static void take_all_user_pages(void)
{
        take(L4_FpageAddRights(L4_FpageLog2(0, USER_BITS), L4_FPAGE_RWX));
}

/* All of the kernel area: 0x80000000 to 0xbbffffff. */
static void take_kernel_area(void)
{
        uint32_t at = L4VM_LINEAR, bits;

        for (bits = 29; at < L4VM_GUEST_END; at += 1u << bits, bits--)
                take(L4_FpageAddRights(L4_FpageLog2(at, bits), L4_FPAGE_RWX));
}

static void take_kernel(uint32_t virtual, uint32_t bits, uint32_t rights)
{
        L4_Fpage_t page = L4_FpageAddRights(L4_FpageLog2(virtual, bits), rights);

        take(page);
        log_pages[log_end++ % LOG] = page;
        spaces[l4vm_current].log = log_end;
}

/* @page of @space is void; if that is not the current one, when it is. */
static void lose(uint32_t space, L4_Fpage_t page)
{
        if (space == l4vm_current)
                take(page);
        else if (spaces[space].lost_count++ < LOST)
                spaces[space].lost[spaces[space].lost_count - 1] = page;
}

static void take_lost(void)
{
        uint32_t count = spaces[l4vm_current].lost_count, i;

        for (i = 0; i < count && count <= LOST; i++)
                take(spaces[l4vm_current].lost[i]);
        if (count > LOST)
                take_all_user_pages();
        spaces[l4vm_current].lost_count = 0;
}

/* The current space learns what has happened while it was not. */
static void catch_up(void)
{
        uint32_t *at = &spaces[l4vm_current].log;

        take_lost();
        if (log_end - *at > LOG) {
                take_kernel_area();
                *at = log_end;
        }
        while (*at != log_end)
                take(log_pages[(*at)++ % LOG]);
        flush_batch();
}

/* --- guest-physical memory -------------------------------------------------------------------- */

uint32_t co_window_piece(uint32_t slot)
{
        return window[slot].piece;
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
        view[piece] = slot + 1;
}

static void *through_window(uint32_t address)
{
        uint32_t piece = address / L4VM_PIECE, slot, at;

        if (!view[piece])
                look_at(piece);
        slot = view[piece] - 1u;
        at = L4VM_WINDOW + slot * L4VM_PIECE;
        window[slot].used = 2;
        if (spaces[l4vm_current].window[slot] != piece + 1) {
                if (spaces[l4vm_current].window[slot])
                        take(L4_FpageAddRights(L4_FpageLog2(at, L4_SUPERPAGE_BITS), L4_FPAGE_RWX));
                spaces[l4vm_current].window[slot] = piece + 1;
                flush_batch();
        }
        return (void *)(at + address % L4VM_PIECE);
}

bool l4vm_is_in_window(uint32_t physical)
{
        uint32_t piece = physical / L4VM_PIECE;

        return view[piece] && spaces[l4vm_current].window[view[piece] - 1] == piece + 1;
}

/*
 * Pages found in the linear area, for writing, lately: the last bytes of them.  Whoever changes the
 * kernel's mapping of one, or of 4 MB, forgets it.
 */
static uint32_t found[FOUND];

static inline uint32_t *found_at(uint32_t address)
{
        return &found[address / AB_PAGE_BYTES % FOUND];
}

static __attribute__((noinline)) void *find(uint32_t address)
{
        if (address >= l4vm_machine.memory_bytes)
                return 0;
        if (!shadow_is_linear(address, AB_WRITE))
                return through_window(address);
        *found_at(address) = address | (AB_PAGE_BYTES - 1);
        return (void *)(L4VM_LINEAR + address);
}

/* The front end's commonest call. */
void AB_FAST *backend_physical(uint32_t address)
{
        if (*found_at(address) == (address | (AB_PAGE_BYTES - 1)))
                return (void *)(L4VM_LINEAR + address);
        return find(address);
}

/* --- what the front end asks for -------------------------------------------------------------- */

void co_installed_private(void)
{
        co_unsettled = spaces[l4vm_current].private = true;
}

void co_leave_private(void)
{
        if (!spaces[l4vm_current].private)
                return;
        spaces[l4vm_current].private = false;
        take_all_user_pages();
        flush_batch();
}

/* Make @entry of @virtual say @value.  What L4 has and the new value does not allow goes. */
static __attribute__((noinline)) AB_FAST void change(uint32_t space, uint32_t virtual,
                                                     uint32_t *entry, uint32_t value)
{
        uint32_t old = *entry, lost = l4vm_loss(old, value);

        if (space == AB_SPACE_KERNEL)
                *found_at(virtual) = 0;
        if (old & SHADOW_KERNEL && lost)
                take_kernel(virtual, L4_PAGE_BITS, lost);
        if (old & SHADOW_INSTALLED && lost)
                lose(space, L4_PageRights(virtual, lost));
        /* What is gone altogether need not be taken again. */
        if (lost != L4_FPAGE_RWX)
                value |= old & (SHADOW_INSTALLED | SHADOW_KERNEL);
        if (value & AB_USER && space == l4vm_current && co_maps_in_bulk() &&
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
        if (value & AB_USER && space == l4vm_current && co_maps_in_bulk())
                l4vm_fresh_note(space, virtual, entry);
        *entry = value;
}

/* @pages pages before @end are void: as few fpages as they make. */
static void lose_pages(uint32_t space, uint32_t end, uint32_t pages)
{
        uint32_t at = end - pages * AB_PAGE_BYTES, bits, most;

        while (at != end) {
                bits = at ? (uint32_t)__builtin_ctz(at) : USER_BITS;
                most = 31 - (uint32_t)__builtin_clz(end - at);
                if (bits > most)
                        bits = most;
                lose(space, L4_FpageAddRights(L4_FpageLog2(at, bits), L4_FPAGE_RWX));
                at += 1u << bits;
        }
}

void l4vm_drop(uint32_t space, uint32_t virtual, uint32_t *entry, uint32_t pages)
{
        uint32_t installed = 0;

        for (; pages; pages--, entry++, virtual += AB_PAGE_BYTES) {
                uint32_t old = *entry;

                *entry = 0;
                if (old & SHADOW_INSTALLED) {
                        installed++;
                } else if (installed) {
                        lose_pages(space, virtual, installed);
                        installed = 0;
                }
        }
        if (installed)
                lose_pages(space, virtual, installed);
}

void l4vm_leave_large(uint32_t virtual, uint32_t old, bool kernel)
{
        (void)old; /* user spaces have pages of their own only */
        memset(found, 0, sizeof(found));
        if (kernel)
                take_kernel(virtual, L4_SUPERPAGE_BITS, L4_FPAGE_RWX);
}

void l4vm_changed(void)
{
        flush_batch();
}

/* Applications cannot call L4, so none runs but the one main waits for. */
void l4vm_leave_main(void)
{
}

void l4vm_establish(uint32_t space, uint32_t address)
{
        uint32_t value = shadow_lookup(space, address), from = 0;

        if (space != AB_SPACE_KERNEL) {
                from = (uint32_t)backend_physical(value & SHADOW_PAGE);
                co_installed(shadow_entry(space, address, false), value);
        }
        ask_pager(address, from, value);
}

/* --- spaces ------------------------------------------------------------------------------------
 */

/* By its own pager: nobody else can take pages from it alone.  What was to be taken is gone, too.
 */
void l4vm_empty_space(uint32_t space)
{
        L4_Set_MsgTag(L4_Tag(CO_OP_EMPTY, 0, 0));
        if (L4_IpcFailed(L4_Call(co_thread(space, L4VM_CO_PAGER))))
                backend_fatal("a pager thread does not answer");
        spaces[space].lost_count = 0;
        spaces[space].private = false;
        spaces[space].log = log_end;
}

static bool make(uint32_t space)
{
        L4_LoadMR(1, space);
        return !l4vm_request(RMON_VM_COLOCATED, 1);
}

/* Spaces are not given back: recycling is emptying. */
static void need(uint32_t space)
{
        bool more = true; /* memory is to be had: when all has been given back, one more try */

        if (spaces[space].made)
                return;
        for (; !make(space); more = l4vm_reclaim())
                if (!more)
                        backend_fatal(L4VM_NO_MEMORY);
        L4_Set_MsgTag(L4_Tag(CO_OP_START, 1, 0));
        L4_LoadMR(1, space);
        L4_Call(l4vm_thread(L4VM_HELPER));
        spaces[space].made = true;
        spaces[space].log = log_end;
}

void backend_switch(uint32_t space)
{
        if (space >= L4VM_SPACES)
                backend_fatal("switch to a space that does not exist");
        if (space == l4vm_current)
                return;
        l4vm_call_begin();
        co_fpu_leave();
        need(space);
        l4vm_space_left(l4vm_current);
        l4vm_current = space;
        l4vm.current = space;
        co_unsettled = true;
        co_switch_to(co_thread(space, L4VM_CO_KERNEL));
        catch_up();
        l4vm_call_end();
}

/* Nothing can run in a space while it is made anew. */
static void renew(uint32_t space)
{
        bool current = space == l4vm_current;

        if (current)
                backend_switch(space ? 0 : 1);
        memset(&spaces[space], 0, sizeof(spaces[space]));
        co_fpu_reset(space);
        l4xvm_segments_reset(space);
        if (current)
                backend_switch(space);
}

void backend_forget(uint32_t space)
{
        L4_Fpage_t regions[LOST];
        uint32_t count, i;

        if (space >= L4VM_SPACES)
                backend_fatal("a space that does not exist");
        count = shadow_forget(space, regions, LOST);
        if (count && !co_recycles()) {
                renew(space);
                return;
        }
        spaces[space].private = false;
        for (i = 0; i < count && count <= LOST; i++)
                lose(space, regions[i]);
        if (count > LOST && space == l4vm_current)
                take_all_user_pages();
        else if (count > LOST)
                spaces[space].lost_count = LOST + 1;
        flush_batch();
}
