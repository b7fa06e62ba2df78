/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The helper thread, in a space that has all guest-physical memory from L4VM_VIEW on and
 * the wedge's program.  It is the pager of the pagers: what they touch it maps into their
 * spaces, and with it what lies around, as much as a message holds.  So the program comes into
 * a new space with one message, and the kernel's 4 MB pages with another.
 */
#include <helper.h>
#include <mapping.h>
#include <reclaim.h>
#include <shadow.h>
#include "colocated.h"
#include "policy.h"

enum { ITEMS = 31, IMAGE_BITS = 24, GROUP = 32 };

static L4_Word_t items; /* in the message being made */

static void add(uint32_t from, uint32_t bits, uint32_t rights, uint32_t to)
{
        L4_LoadMapItem(1 + 2 * items++, L4_FpageAddRights(L4_FpageLog2(from, bits), rights), to);
}

static void add_physical(uint32_t physical, uint32_t bits, uint32_t rights, uint32_t to)
{
        /* What is not there cannot be passed on. */
        co_touch(L4VM_VIEW + physical, true);
        add(L4VM_VIEW + physical, bits, l4vm_rights(rights), to);
}

static void add_large(uint32_t virtual)
{
        uint32_t *piece = shadow_large(virtual);

        *piece |= SHADOW_KERNEL;
        if (co_maps_in_bulk())
                add_physical(*piece & SHADOW_PAGE, L4_SUPERPAGE_BITS, *piece,
                             virtual & -(uint32_t)L4VM_PIECE);
        else
                add_physical(shadow_lookup(AB_SPACE_KERNEL, virtual) & SHADOW_PAGE, L4_PAGE_BITS,
                             *piece, virtual & SHADOW_PAGE);
}

static void add_page(uint32_t virtual)
{
        uint32_t *entry = shadow_entry(AB_SPACE_KERNEL, virtual, false);

        *entry |= SHADOW_KERNEL;
        add_physical(*entry & SHADOW_PAGE, L4_PAGE_BITS, *entry, virtual);
}

static L4_Word_t most(void)
{
        return co_maps_in_bulk() ? ITEMS : 1;
}

/* All 4 MB pages of the kernel area, first the one at @wanted. */
static void add_large_pages(uint32_t wanted)
{
        uint32_t at;

        add_large(wanted);
        wanted &= -(uint32_t)L4VM_PIECE;
        for (at = L4VM_LINEAR; at < L4VM_GUEST_END && items < most(); at += L4VM_PIECE)
                if (at != wanted && *shadow_large(at))
                        add_large(at);
}

static void add_pages(uint32_t wanted)
{
        uint32_t at = wanted & -(uint32_t)(GROUP * AB_PAGE_BYTES), i;

        add_page(wanted);
        for (i = 0; i < GROUP && items < most(); i++, at += AB_PAGE_BYTES)
                if (at != (wanted & SHADOW_PAGE) && shadow_lookup(AB_SPACE_KERNEL, at))
                        add_page(at);
}

/* The same fault of a pager, which has got no further: L4 had no memory for what it was given. */
static void look_for_memory(uint32_t address)
{
        static uint32_t last_address, last_touches, repeated;

        repeated = address == last_address && co_touches == last_touches ? repeated + 1 : 0;
        last_address = address;
        last_touches = co_touches;
        if (repeated > L4VM_REPEATS_MOST)
                backend_fatal(L4VM_NO_MEMORY);
        if (repeated && repeated % L4VM_REPEATS == 0)
                l4vm_helper_empty();
}

/* The pager of a space has touched @address. */
static void page_fault(uint32_t address)
{
        uint32_t slot = (address - L4VM_WINDOW) / L4VM_PIECE;

        look_for_memory(address);
        items = 0;
        if (address - L4VM_IMAGE < 1u << IMAGE_BITS)
                add(L4VM_IMAGE, IMAGE_BITS, L4_FPAGE_RWX, L4VM_IMAGE);
        else if (address - L4VM_PAGE < AB_PAGE_BYTES)
                add(L4VM_PAGE, L4_PAGE_BITS, L4_FPAGE_R, L4VM_PAGE);
        else if (address >= L4VM_WINDOW && slot < L4VM_PIECES && co_window_piece(slot))
                add_physical((co_window_piece(slot) - 1) * L4VM_PIECE, L4_SUPERPAGE_BITS, AB_WRITE,
                             L4VM_WINDOW + slot * L4VM_PIECE);
        else if (!shadow_lookup(AB_SPACE_KERNEL, address))
                backend_fatal("a pager thread touched memory that is not there");
        else if (*shadow_large(address))
                add_large_pages(address);
        else
                add_pages(address);
        L4_Set_MsgTag(L4_Tag(0, 0, 2 * items));
}

static uint8_t pager_stacks[L4VM_SPACES][L4VM_CO_STACK] __attribute__((aligned(16)));

static void start_pager(uint32_t space)
{
        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        L4_LoadMR(1, (L4_Word_t)co_pager_entry);
        L4_LoadMR(2, (L4_Word_t)pager_stacks[space + 1]);
        L4_Send(co_thread(space, L4VM_CO_PAGER));
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
}

static void serve(L4_MsgTag_t tag)
{
        switch (L4_Label(tag)) {
        case L4VM_OP_LOAD:
                l4vm_helper_load();
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                break;
        case L4VM_OP_EMPTY:
                l4vm_helper_empty();
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                break;
        case CO_OP_START:
                start_pager(L4_StoreMR(1));
                break;
        default: /* page faults; nothing else is sent here */
                l4vm_count(COUNT_HELPER);
                page_fault(L4_StoreMR(1));
        }
}

void l4vm_helper_main(void)
{
        L4_ThreadId_t from, to = L4_nilthread;
        L4_MsgTag_t tag;
        uint32_t page;

        for (page = (uint32_t)l4vm_image_start; page < (uint32_t)l4vm_image_end;
             page += AB_PAGE_BYTES)
                co_touch(page, true);
        co_touch(L4VM_PAGE, false);
        L4_Init();
        L4_Set_ExceptionHandler(L4_Pager());
        L4_Accept(L4_Nilpage, 0);
        for (;;) {
                tag = L4_ReplyWait(to, &from);
                to = L4_nilthread;
                if (L4_IpcFailed(tag) || L4_ThreadNo(from) - VM->first_thread >= L4VM_THREADS)
                        continue;
                serve(tag);
                to = from;
        }
}
