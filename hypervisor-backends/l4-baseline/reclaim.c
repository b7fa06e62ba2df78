/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * L4 has no memory left for a mapping of this machine's.  It says so by mapping nothing, and the
 * fault comes again; a new address space it refuses.  What L4 has is a cache of the shadow, so it
 * can be thrown away at any time: first that of the spaces left longest ago, half of them at a
 * time, then all that comes from guest-physical memory.
 */
#include "helper.h"
#include "reclaim.h"

static uint32_t left[L4VM_SPACES]; /* when it was; 0: emptied since, or never used */
static uint32_t leavings;
uint32_t l4vm_repeated, l4vm_circled;

void l4vm_space_left(uint32_t space)
{
        left[space] = ++leavings;
}

/* Of the spaces that can be emptied: how many, and the one left longest ago. */
static uint32_t candidates(uint32_t *oldest)
{
        uint32_t count = 0, i;

        for (i = 0; i < L4VM_SPACES; i++) {
                if (i == l4vm_current || !left[i])
                        continue;
                if (!count++ || left[i] < left[*oldest])
                        *oldest = i;
        }
        return count;
}

bool l4vm_reclaim(void)
{
        uint32_t space = 0, n = (candidates(&space) + 1) / 2, i;

        if (!n)
                l4vm_empty_all();
        for (i = 0; i < n; i++) {
                candidates(&space);
                left[space] = 0;
                l4vm_empty_space(space);
        }
        return n;
}

void l4vm_empty_all(void)
{
        memset(left, 0, sizeof(left));
        L4_Set_MsgTag(L4_Tag(L4VM_OP_EMPTY, 0, 0));
        if (L4_IpcFailed(L4_Call(l4vm_thread(L4VM_HELPER))))
                backend_fatal("the helper thread does not answer");
}

/* Its own mappings stay, so it can go on giving. */
void l4vm_helper_empty(void)
{
        enum { BITS = 28 };
        uint32_t at, n = 0;

        for (at = 0; at < VM->memory_bytes; at += 1u << BITS)
                L4_LoadMR(n++,
                          L4_FpageAddRights(L4_FpageLog2(L4VM_VIEW + at, BITS), L4_FPAGE_RWX).raw);
        L4_Unmap(n - 1);
}

/*
 * One instruction may need several pages, each of which takes the place of another: then no two
 * faults in a row are the same, but all are at few pages.  One that gets on, such as a rep movs,
 * comes to new ones.
 */
static void look_for_circle(uint32_t page, bool other_instruction)
{
        enum { PAGES = 8 /* code, and two operands and the stack across page ends */ };
        static uint32_t seen[PAGES], count;
        uint32_t i, n;

        if (other_instruction)
                count = 0;
        n = count < PAGES ? count : PAGES;
        for (i = 0; i < n; i++)
                if (seen[i] == page)
                        break;
        if (i == n) {
                seen[count++ % PAGES] = page;
                l4vm_circled = 0;
        } else if (++l4vm_circled > L4VM_CIRCLED_MOST) {
                l4vm_repeated = L4VM_REPEATS_MOST + 1;
        }
}

bool l4vm_repeats(uint32_t address, uint32_t eip)
{
        static uint32_t last_address, last_eip;

        l4vm_repeated = address == last_address && eip == last_eip ? l4vm_repeated + 1 : 0;
        look_for_circle(address / AB_PAGE_BYTES, eip != last_eip);
        last_address = address;
        last_eip = eip;
        return l4vm_repeated;
}
