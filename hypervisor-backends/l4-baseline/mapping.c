/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mappings: what the front end asks for, cut into pieces that each layout's memory.c carries out.
 * A 4 MB mapping of the kernel space is one entry until a part of it is treated by itself.
 */
#include "fresh.h"
#include "mapping.h"
#include "shadow.h"

uint32_t l4vm_current;

static void check_range(uint32_t space, uint32_t virtual, uint32_t bytes)
{
        if ((space != AB_SPACE_KERNEL && space >= L4VM_SPACES) ||
            (virtual | bytes) % AB_PAGE_BYTES || virtual + bytes < virtual ||
            virtual + bytes > L4VM_GUEST_END)
                backend_fatal("mapping outside what a space may hold");
}

static bool change_pages(uint32_t space, uint32_t virtual, uint32_t bytes, uint32_t value)
{
        for (; bytes; bytes -= AB_PAGE_BYTES) {
                uint32_t *entry = space == AB_SPACE_KERNEL ? 0 : shadow_user_entry(space, virtual);

                if (!entry)
                        entry = shadow_entry(space, virtual, value);
                if (!entry && value)
                        return false;
                if (entry && (*entry || value))
                        l4vm_change(space, virtual, entry, value);
                if (value)
                        value += AB_PAGE_BYTES;
                virtual += AB_PAGE_BYTES;
        }
        return true;
}

/* Pages of a space of user code, a leaf at a time. */
static void drop_user_pages(uint32_t space, uint32_t virtual, uint32_t bytes)
{
        uint32_t *entry, part;

        for (; bytes; bytes -= part, virtual += part) {
                part = L4VM_LEAF_BYTES - virtual % L4VM_LEAF_BYTES;
                if (part > bytes)
                        part = bytes;
                entry = shadow_user_entry(space, virtual);
                if (entry)
                        l4vm_drop(space, virtual, entry, part / AB_PAGE_BYTES);
        }
}

/* Set or clear a 4 MB mapping of the kernel space; pages below it are gone. */
static void change_large(uint32_t virtual, uint32_t value)
{
        uint32_t *piece = shadow_large(virtual);

        change_pages(AB_SPACE_KERNEL, virtual, L4VM_PIECE, 0);
        /* What is there stays, and so does what is known of it. */
        if ((*piece & (SHADOW_PAGE | SHADOW_RIGHTS)) == value)
                return;
        l4vm_leave_large(virtual, *piece, *piece & SHADOW_KERNEL);
        *piece = value;
}

static bool is_large(uint32_t space, uint32_t virtual, uint32_t bytes)
{
        return space == AB_SPACE_KERNEL && !(virtual % L4VM_PIECE) && bytes >= L4VM_PIECE;
}

static bool map(uint32_t space, uint32_t at, uint32_t physical, uint32_t left, uint32_t rights)
{
        uint32_t part;

        for (; left; left -= part, at += part, physical += part) {
                part = L4VM_PIECE - at % L4VM_PIECE;
                if (part > left)
                        part = left;
                if (is_large(space, at, left) && !(physical % L4VM_PIECE)) {
                        change_large(at, physical | rights);
                        continue;
                }
                if (space == AB_SPACE_KERNEL && *shadow_large(at) && !shadow_split(at))
                        return false;
                if (!change_pages(space, at, part, physical | rights))
                        return false;
        }
        return true;
}

/* What is mapped most: nothing is wrong with it, and its leaf may be there. */
static bool is_user_page(uint32_t space, uint32_t virtual, uint32_t physical, uint32_t bytes)
{
        return space < L4VM_SPACES && bytes == AB_PAGE_BYTES &&
               !((virtual | physical) % AB_PAGE_BYTES) && virtual < L4VM_GUEST_END &&
               physical < l4vm_machine.memory_bytes;
}

static __attribute__((noinline)) bool map_any(uint32_t space, uint32_t virtual, uint32_t physical,
                                              uint32_t bytes, uint32_t rights)
{
        bool done;

        check_range(space, virtual, bytes);
        if (physical % AB_PAGE_BYTES || physical + bytes < physical ||
            physical + bytes > l4vm_machine.memory_bytes)
                backend_fatal("mapping of memory that is not there");
        done = map(space, virtual, physical, bytes, rights);
        l4vm_changed();
        /* The page whose absence is being handled is needed at once. */
        if (done && l4vm_missing && (l4vm_missing & SHADOW_PAGE) - virtual < bytes &&
            (space == AB_SPACE_KERNEL || space == l4vm_current))
                l4vm_establish(space, l4vm_missing & SHADOW_PAGE);
        return done;
}

bool AB_FAST backend_map(uint32_t space, uint32_t virtual, uint32_t physical, uint32_t bytes,
                         uint32_t rights)
{
        uint32_t *entry;

        if (!is_user_page(space, virtual, physical, bytes) || l4vm_missing)
                return map_any(space, virtual, physical, bytes, rights);
        entry = shadow_user_entry(space, virtual);
        if (!entry)
                return map_any(space, virtual, physical, bytes, rights);
        if (!*entry && rights & AB_USER && space == l4vm_current && l4vm_fresh_is_wanted()) {
                *entry = physical | rights; /* as l4vm_change() does; nothing is taken away */
                l4vm_fresh_note(space, virtual, entry);
                return true;
        }
        l4vm_change(space, virtual, entry, physical | rights);
        l4vm_changed();
        return true;
}

void AB_FAST backend_unmap(uint32_t space, uint32_t virtual, uint32_t bytes)
{
        uint32_t part;

        check_range(space, virtual, bytes);
        if (space != AB_SPACE_KERNEL) {
                drop_user_pages(space, virtual, bytes);
                l4vm_changed();
                return;
        }
        for (; bytes; bytes -= part, virtual += part) {
                part = L4VM_PIECE - virtual % L4VM_PIECE;
                if (part > bytes)
                        part = bytes;
                if (is_large(space, virtual, part) && *shadow_large(virtual))
                        change_large(virtual, 0);
                else if (space == AB_SPACE_KERNEL && *shadow_large(virtual) &&
                         !shadow_split(virtual))
                        change_large(virtual & -(uint32_t)L4VM_PIECE, 0); /* they fault again */
                else
                        change_pages(space, virtual, part, 0);
        }
        l4vm_changed();
}

void backend_protect(uint32_t space, uint32_t virtual, uint32_t bytes, uint32_t rights)
{
        if (!rights) {
                backend_unmap(space, virtual, bytes);
                return;
        }
        check_range(space, virtual, bytes);
        for (; bytes; bytes -= AB_PAGE_BYTES, virtual += AB_PAGE_BYTES) {
                uint32_t *entry;

                if (space == AB_SPACE_KERNEL && *shadow_large(virtual) && !shadow_split(virtual))
                        change_large(virtual & -(uint32_t)L4VM_PIECE, 0);
                entry = shadow_entry(space, virtual, false);
                if (entry && *entry)
                        l4vm_change(space, virtual, entry, (*entry & SHADOW_PAGE) | rights);
        }
        l4vm_changed();
}
