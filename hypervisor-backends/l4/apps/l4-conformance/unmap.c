/* SPDX-License-Identifier: BSD-2-Clause */
/* Unmap: partial revocation and the accessed and dirty bits it returns [4.2]. */
#include "check.h"

#define PAGE(i, rights) L4_PageRights((L4_Word_t)arena + (i)*L4_PAGE_SIZE, rights)
#define FAR             0x28000000u

enum order { TOUCH_READ = 1, TOUCH_WRITE, TOUCH_EXECUTE };

static void toucher(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag;
        L4_Word_t a, result;

        L4_Accept(L4_CompleteAddressSpace, 0);
        tag = L4_Wait(&from);
        for (;;) {
                a = L4_StoreMR(1);
                result = 1;
                if (L4_Label(tag) == TOUCH_READ)
                        result = *(volatile L4_Word_t *)a;
                else if (L4_Label(tag) == TOUCH_WRITE)
                        *(volatile L4_Word_t *)a = 0xC3C3C3C3; /* ret */
                else if (L4_Label(tag) == TOUCH_EXECUTE)
                        ((void (*)(void))a)();
                L4_Set_MsgTag(L4_Tag(0, 1, 0));
                L4_LoadMR(1, result);
                tag = L4_ReplyWait(from, &from);
        }
}

static int touch(L4_ThreadId_t t, enum order o, L4_Word_t a)
{
        L4_Set_MsgTag(L4_Tag(o, 1, 0));
        L4_LoadMR(1, a);
        return L4_IpcSucceeded(L4_Call_Timeouts(t, PATIENCE, MS(150)));
}

static void give(L4_ThreadId_t t, L4_Fpage_t f, L4_Word_t base)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, f, base);
        L4_Call_Timeouts(t, PATIENCE, PATIENCE);
}

/* Access bits of arena page @i, without revoking anything. */
static L4_Word_t bits(unsigned int i)
{
        return L4_Rights(L4_UnmapFpage(PAGE(i, 0)));
}

static void access_bits(void)
{
        L4_ThreadId_t t = task_space(toucher);

        for (unsigned int i = 0; i < 4; i++)
                *(volatile L4_Word_t *)(arena + i * L4_PAGE_SIZE) = 0xC3C3C3C3;
        for (unsigned int i = 0; i < 4; i++)
                give(t, PAGE(i, L4_FPAGE_RWX), FAR + i * L4_PAGE_SIZE);
        for (unsigned int i = 0; i < 4; i++)
                bits(i);
        check((bits(0) & 6) == 0, "4.2", "unmap: reading the bits resets them");
        touch(t, TOUCH_READ, FAR);
        check((bits(0) & 4) != 0, "4.2", "unmap: a read in the child sets r");
        check((bits(0) & 2) == 0, "4.2", "unmap: and not w");
        touch(t, TOUCH_WRITE, FAR + 4096);
        check((bits(1) & 2) != 0, "4.2", "unmap: a write in the child sets w");
        check((bits(1) & 6) == 0, "4.2", "unmap: the next query finds nothing");
        check((bits(2) & 6) == 0, "4.2", "unmap: an untouched page has no bits");
        touch(t, TOUCH_READ, FAR + 2 * 4096);
        touch(t, TOUCH_WRITE, FAR + 3 * 4096);
        L4_LoadMR(0, PAGE(2, 0).raw);
        L4_LoadMR(1, PAGE(3, 0).raw);
        L4_Unmap(1);
        check((L4_StoreMR(0) & 6) == 4, "4.2", "unmap: several fpages in one call, the first");
        check((L4_StoreMR(1) & 2) == 2, "4.2", "unmap: several fpages in one call, the second");
        check((L4_StoreMR(0) & ~7u) == (PAGE(2, 0).raw & ~7u), "4.2",
              "unmap: the fpages come back with their addresses");
        touch(t, TOUCH_WRITE, FAR + 3 * 4096);
        check((L4_UnmapFpage(PAGE(3, L4_FPAGE_RWX)).raw & 2) != 0, "4.2",
              "unmap: full revocation reports the bits, too");
        check(touch(t, TOUCH_READ, FAR), "4.2", "unmap: querying takes no access away");
        task_delete_all();
}

static void partial(void)
{
        L4_ThreadId_t t = task_space(toucher);
        L4_Word_t faults;

        give(t, PAGE(5, L4_FPAGE_RWX), FAR);
        check(touch(t, TOUCH_WRITE, FAR), "4.2", "unmap: the page is writable at first");
        L4_UnmapFpage(PAGE(5, L4_FPAGE_W));
        check(touch(t, TOUCH_READ, FAR), "4.2", "unmap: revoking w leaves r");
        faults = task_bad_faults;
        check(!touch(t, TOUCH_WRITE, FAR) && task_bad_faults == faults + 1, "4.2",
              "unmap: revoking w takes w");
        *(volatile L4_Word_t *)(arena + 5 * 4096) = 5;
        check(*(volatile L4_Word_t *)(arena + 5 * 4096) == 5, "4.2",
              "unmap: the caller keeps all its rights");
        task_delete_all();

        t = task_space(toucher);
        give(t, PAGE(6, L4_FPAGE_RWX), FAR);
        L4_UnmapFpage(PAGE(6, L4_FPAGE_W));
        give(t, PAGE(6, L4_FPAGE_RWX), FAR);
        check(touch(t, TOUCH_WRITE, FAR), "4.2", "unmap: mapping again restores w");
        task_delete_all();

        t = task_space(toucher);
        give(t, L4_FpageAddRights(L4_FpageLog2((L4_Word_t)arena, 16), L4_FPAGE_RWX), FAR);
        L4_UnmapFpage(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)arena, 16), L4_FPAGE_RWX));
        faults = task_bad_faults;
        check(!touch(t, TOUCH_READ, FAR + 15 * 4096) && task_bad_faults == faults + 1, "4.2",
              "unmap: an fpage of 16 pages takes them all");
        task_delete_all();

        t = task_space(toucher);
        give(t, PAGE(7, L4_FPAGE_RWX), FAR);
        check(L4_UnmapFpage(L4_Nilpage).raw == 0 && touch(t, TOUCH_READ, FAR), "4.2",
              "unmap: the nil page unmaps nothing");
        task_delete_all();
}

/* One page with two holders; who loses a right faults once too often, and is spent. */
static void several_holders(void)
{
        L4_ThreadId_t a = task_space(toucher), b = task_space(toucher);
        L4_Word_t faults = task_bad_faults;

        give(a, PAGE(9, L4_FPAGE_RWX), FAR);
        give(b, PAGE(9, L4_FPAGE_RWX), FAR);
        give(b, PAGE(9, L4_FPAGE_R), FAR + 4096);
        bits(9);
        check(touch(b, TOUCH_WRITE, FAR) && (bits(9) & 2), "4.2",
              "unmap: a write of one of two holders sets w");
        check(touch(a, TOUCH_READ, FAR) && (bits(9) & 6) == 4, "4.2",
              "unmap: a read of the other then sets r alone");
        L4_UnmapFpage(PAGE(9, L4_FPAGE_W));
        check(touch(a, TOUCH_READ, FAR) && touch(b, TOUCH_READ, FAR + 4096) &&
                  task_bad_faults == faults,
              "4.2", "unmap: both holders keep r when w is revoked");
        check(!touch(a, TOUCH_WRITE, FAR) && !touch(b, TOUCH_WRITE, FAR) &&
                  task_bad_faults == faults + 2,
              "4.2", "unmap: both holders lose w");
        task_delete_all();

        a = task_space(toucher);
        b = task_space(toucher);
        faults = task_bad_faults;
        give(a, PAGE(9, L4_FPAGE_RWX), FAR);
        give(b, PAGE(9, L4_FPAGE_R), FAR + 4096);
        check((L4_UnmapFpage(PAGE(9, L4_FPAGE_RWX)).raw & 2) == 0, "4.2",
              "unmap: full revocation reports nothing that was not done");
        check(!touch(a, TOUCH_READ, FAR) && !touch(b, TOUCH_READ, FAR + 4096) &&
                  task_bad_faults == faults + 2,
              "4.2", "unmap: both holders lose the page, wherever they have it");
        task_delete_all();
}

/* The root space can lose and get back its own pages: sigma0 serves them again. */
static void flush(void)
{
        volatile L4_Word_t *p = (volatile L4_Word_t *)(arena + 8 * 4096);

        if (check_fatal("4.2", "unmap: a write after Flush of w is served by the pager"))
                return;
        *p = 0xF1;
        L4_Flush(PAGE(8, L4_FPAGE_W));
        check(*p == 0xF1, "4.2", "unmap: Flush of w leaves the caller able to read");
        *p = 0xF2;
        check(*p == 0xF2, "4.2", "unmap: a write after Flush of w is served by the pager");
        L4_Flush(PAGE(8, L4_FPAGE_RWX));
        check(*p == 0xF2, "4.2", "unmap: a page flushed away and faulted in again has its data");
}

void area_unmap(void)
{
        access_bits();
        partial();
        several_holders();
        flush();
}
