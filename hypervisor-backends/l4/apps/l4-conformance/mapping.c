/* SPDX-License-Identifier: BSD-2-Clause */
/* Map and grant items: rights, windows, bases, sizes, trees [4.1, 5.3]. */
#include "check.h"

/*
 * A slave in another space does what it is told: label is the order, MR1 and
 * MR2 its arguments; it answers with one word.  Its receive window is always
 * what BR0 was set to by WINDOW.
 */
enum order { READ = 1, WRITE, WINDOW, TAKE, MAP_ON, FLUSH_OWN, UNMAP_OWN, SUM };

#define WINDOW_BASE 0x20000000u
#define HERE        ((L4_Word_t)arena)

static L4_ThreadId_t partner;

/* Of a message of three words and two items. */
enum { WORDS = 3, ITEMS = 4 };

static L4_Word_t sum(void)
{
        L4_Word_t result = 0;

        for (unsigned int i = 1; i <= WORDS + ITEMS; i++)
                result += i * L4_StoreMR(i);
        return result;
}

static void obey(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag;
        L4_Word_t a, b, result;

        tag = L4_Wait(&from);
        for (;;) {
                a = L4_StoreMR(1);
                b = L4_StoreMR(2);
                result = 1;
                switch (L4_Label(tag)) {
                case READ:
                        result = *(volatile L4_Word_t *)a;
                        break;
                case WRITE:
                        *(volatile L4_Word_t *)a = b;
                        break;
                case WINDOW:
                        L4_Accept((L4_Fpage_t){a}, 0);
                        break;
                case TAKE: /* a map item came along: report it as received */
                        result = L4_StoreMR(2);
                        break;
                case MAP_ON:
                        L4_Set_MsgTag(L4_Tag(TAKE, 0, 2));
                        L4_LoadMapItem(1, (L4_Fpage_t){a}, b);
                        result = L4_Call(partner).raw;
                        break;
                case FLUSH_OWN:
                        result = L4_Flush((L4_Fpage_t){a}).raw;
                        break;
                case UNMAP_OWN:
                        result = L4_UnmapFpage((L4_Fpage_t){a}).raw;
                        break;
                case SUM:
                        result = sum();
                        break;
                }
                L4_Set_MsgTag(L4_Tag(0, 1, 0));
                L4_LoadMR(1, result);
                tag = L4_ReplyWait(from, &from);
        }
}

static void slave(void)
{
        L4_Accept(L4_Nilpage, 0);
        obey();
}

/* Takes what comes from the first message on. */
static void open_slave(void)
{
        L4_Accept(L4_CompleteAddressSpace, 0);
        obey();
}

/* Give an order; the result, or 0xDEAD if no answer came. */
static L4_Word_t order(L4_ThreadId_t t, enum order o, L4_Word_t a, L4_Word_t b)
{
        L4_Set_MsgTag(L4_Tag(o, 2, 0));
        L4_LoadMR(1, a);
        L4_LoadMR(2, b);
        return L4_IpcFailed(L4_Call_Timeouts(t, PATIENCE, MS(150))) ? 0xDEAD : L4_StoreMR(1);
}

/* Map (or grant) @f to @t with send base @base; the item's tag as the receiver saw it. */
static L4_Word_t give(L4_ThreadId_t t, L4_Fpage_t f, L4_Word_t base, int grant)
{
        L4_Set_MsgTag(L4_Tag(TAKE, 0, 2));
        if (grant)
                L4_LoadGrantItem(1, f, base);
        else
                L4_LoadMapItem(1, f, base);
        return L4_IpcFailed(L4_Call_Timeouts(t, PATIENCE, PATIENCE)) ? 0xDEAD : L4_StoreMR(1);
}

/* True when touching fails: the slave's fault is not served, so it is lost. */
static int cannot(L4_ThreadId_t t, enum order o, L4_Word_t a)
{
        L4_Word_t faults = task_bad_faults;

        return order(t, o, a, 0x1111) == 0xDEAD && task_bad_faults == faults + 1 &&
               task_bad_fault == a;
}

static L4_ThreadId_t new_slave(void)
{
        L4_ThreadId_t t = task_space(slave);

        order(t, WINDOW, L4_CompleteAddressSpace.raw, 0);
        return t;
}

static L4_Word_t *word(unsigned int page)
{
        return (L4_Word_t *)(arena + page * L4_PAGE_SIZE);
}

static void set_up(void)
{
        for (unsigned int i = 0; i < ARENA_PAGES; i++)
                *word(i) = 0xCAFE0000 + i;
}

static void rights(void)
{
        L4_ThreadId_t t = new_slave();

        set_up();
        give(t, L4_PageRights(HERE, L4_FPAGE_RWX), WINDOW_BASE, 0);
        check(order(t, READ, WINDOW_BASE, 0) == 0xCAFE0000, "5.3",
              "mapping: a mapped page is readable");
        order(t, WRITE, WINDOW_BASE, 0x55);
        check(*word(0) == 0x55, "5.3", "mapping: a page mapped writable is the same memory");
        give(t, L4_PageRights(HERE + 4096, L4_FPAGE_R), WINDOW_BASE + 4096, 0);
        check(order(t, READ, WINDOW_BASE + 4096, 0) == 0xCAFE0001, "5.3",
              "mapping: a page mapped read-only is readable");
        check(cannot(t, WRITE, WINDOW_BASE + 4096), "5.3", "mapping: and not writable");
        task_delete_all();

        t = new_slave();
        set_up();
        give(t, L4_PageRights(HERE + 4096, L4_FPAGE_R), WINDOW_BASE, 0);
        give(t, L4_PageRights(HERE + 4096, L4_FPAGE_RWX), WINDOW_BASE, 0);
        order(t, WRITE, WINDOW_BASE, 0x66);
        check(*word(1) == 0x66, "5.3", "mapping: mapping again extends the rights");
        give(t, L4_PageRights(HERE + 4096, L4_FPAGE_R), WINDOW_BASE, 0);
        order(t, WRITE, WINDOW_BASE, 0x67);
        check(*word(1) == 0x67, "5.3", "mapping: mapping with fewer rights takes none away");
        give(t, L4_PageRights(HERE + 8192, 0), WINDOW_BASE + 8192, 0);
        check(cannot(t, READ, WINDOW_BASE + 8192), "5.3",
              "mapping: a page without rights is not mapped");
        task_delete_all();

        t = new_slave();
        check((give(t, L4_PageRights(HERE, L4_FPAGE_RWX), WINDOW_BASE, 0) & ~7u) ==
                  (L4_PageRights(HERE, 0).raw & ~7u),
              "5.3", "mapping: the receiver sees the sender's fpage");
        give(t, L4_PageRights(HERE + 3 * 4096, L4_FPAGE_RWX), WINDOW_BASE, 0);
        check(order(t, READ, WINDOW_BASE, 0) == 0xCAFE0003, "5.3",
              "mapping: a new mapping replaces an old one");
        task_delete_all();
}

static void windows(void)
{
        L4_ThreadId_t t = new_slave();
        L4_Word_t got = 0;

        set_up();
        give(t, L4_FpageAddRights(L4_FpageLog2(HERE, 16), L4_FPAGE_RWX), WINDOW_BASE, 0);
        for (unsigned int i = 0; i < ARENA_PAGES; i++)
                got += order(t, READ, WINDOW_BASE + i * 4096, 0) == 0xCAFE0000 + i;
        check(got == ARENA_PAGES, "4.1", "mapping: an fpage of 16 pages maps them all");
        check(cannot(t, READ, WINDOW_BASE + 0x10000), "4.1", "mapping: and none behind");
        task_delete_all();

        t = new_slave();
        order(t, WINDOW, L4_FpageLog2(WINDOW_BASE, 13).raw, 0);
        give(t, L4_FpageAddRights(L4_FpageLog2(HERE, 16), L4_FPAGE_RWX), 0x2000, 0);
        check(order(t, READ, WINDOW_BASE, 0) == 0xCAFE0002, "5.3",
              "mapping: a window smaller than the fpage takes the part at the send base");
        check(order(t, READ, WINDOW_BASE + 4096, 0) == 0xCAFE0003, "5.3",
              "mapping: as much of it as fits");
        check(cannot(t, READ, WINDOW_BASE + 0x2000), "5.3", "mapping: and not more");
        task_delete_all();

        t = new_slave();
        order(t, WINDOW, L4_FpageLog2(WINDOW_BASE, 16).raw, 0);
        give(t, L4_PageRights(HERE + 5 * 4096, L4_FPAGE_RWX), 0x3000, 0);
        check(order(t, READ, WINDOW_BASE + 0x3000, 0) == 0xCAFE0005, "5.3",
              "mapping: a window larger than the fpage places it at the send base");
        task_delete_all();

        t = new_slave();
        order(t, WINDOW, L4_Nilpage.raw, 0);
        give(t, L4_PageRights(HERE, L4_FPAGE_RWX), WINDOW_BASE, 0);
        check(cannot(t, READ, WINDOW_BASE), "5.3", "mapping: a nil window takes no mapping");
        task_delete_all();

        t = new_slave();
        L4_Set_MsgTag(L4_Tag(TAKE, 0, 4));
        L4_LoadMapItem(1, L4_PageRights(HERE, L4_FPAGE_RWX), WINDOW_BASE);
        L4_LoadMR(1, L4_StoreMR(1) | L4_ITEM_CONTINUED);
        L4_LoadMapItem(3, L4_PageRights(HERE + 7 * 4096, L4_FPAGE_RWX), WINDOW_BASE + 4096);
        L4_Call_Timeouts(t, PATIENCE, PATIENCE);
        check(order(t, READ, WINDOW_BASE, 0) == 0xCAFE0000 &&
                  order(t, READ, WINDOW_BASE + 4096, 0) == 0xCAFE0007,
              "5.3", "mapping: two map items in one message");
        task_delete_all();

        t = new_slave();
        give(t, L4_Nilpage, WINDOW_BASE, 0);
        check(cannot(t, READ, WINDOW_BASE), "4.1", "mapping: the nil page maps nothing");
        task_delete_all();
}

static void trees(void)
{
        L4_ThreadId_t a = new_slave(), b = new_slave();
        L4_Fpage_t page = L4_PageRights(HERE, L4_FPAGE_RWX);

        partner = b;
        set_up();
        give(a, page, WINDOW_BASE, 0);
        order(a, MAP_ON, L4_PageRights(WINDOW_BASE, L4_FPAGE_RWX).raw, WINDOW_BASE + 0x10000);
        check(order(b, READ, WINDOW_BASE + 0x10000, 0) == 0xCAFE0000, "4.2",
              "mapping: a receiver can map on");
        order(b, WRITE, WINDOW_BASE + 0x10000, 0x88);
        check(*word(0) == 0x88, "4.2", "mapping: all three are one memory");
        order(a, UNMAP_OWN, L4_PageRights(WINDOW_BASE, L4_FPAGE_RWX).raw, 0);
        check(order(a, READ, WINDOW_BASE, 0) == 0x88, "4.2",
              "mapping: Unmap leaves the caller's own page");
        check(cannot(b, READ, WINDOW_BASE + 0x10000), "4.2",
              "mapping: Unmap takes what was mapped on");
        task_delete(b);
        b = new_slave();
        partner = b;
        order(a, MAP_ON, L4_PageRights(WINDOW_BASE, L4_FPAGE_R).raw, WINDOW_BASE);
        check(order(b, READ, WINDOW_BASE, 0) == 0x88, "4.2", "mapping: mapped on read-only");
        check(cannot(b, WRITE, WINDOW_BASE), "4.2", "mapping: and not writable there");
        task_delete(b);
        b = new_slave();
        partner = b;
        order(a, MAP_ON, L4_PageRights(WINDOW_BASE, L4_FPAGE_RWX).raw, WINDOW_BASE);
        L4_UnmapFpage(page);
        check(cannot(b, READ, WINDOW_BASE), "4.2", "mapping: Unmap reaches the grandchild");
        check(cannot(a, READ, WINDOW_BASE), "4.2", "mapping: and the child");
        check(*word(0) == 0x88, "4.2", "mapping: but not the root of the tree");
        task_delete_all();

        a = new_slave();
        b = new_slave();
        partner = b;
        give(a, page, WINDOW_BASE, 0);
        order(a, MAP_ON, L4_PageRights(WINDOW_BASE, L4_FPAGE_RWX).raw, WINDOW_BASE);
        task_delete(a);
        check(cannot(b, READ, WINDOW_BASE), "4.2",
              "mapping: deleting a space takes what it had mapped on");
        task_delete_all();

        a = new_slave();
        give(a, page, WINDOW_BASE, 0);
        order(a, FLUSH_OWN, L4_PageRights(WINDOW_BASE, L4_FPAGE_RWX).raw, 0);
        check(cannot(a, READ, WINDOW_BASE), "4.2", "mapping: Flush takes the caller's own page");
        task_delete_all();
}

static L4_Word_t access_bits(unsigned int page)
{
        return L4_Rights(L4_UnmapFpage(L4_PageRights(HERE + page * L4_PAGE_SIZE, 0)));
}

/* Pages that go in a row have told whom they came from how they were used. */
static void rows(void)
{
        L4_Fpage_t mine = L4_FpageAddRights(L4_FpageLog2(HERE, 13), L4_FPAGE_RWX);
        L4_Fpage_t its = L4_FpageAddRights(L4_FpageLog2(WINDOW_BASE, 13), L4_FPAGE_RWX);
        L4_ThreadId_t t = new_slave();

        give(t, mine, WINDOW_BASE, 0);
        access_bits(0);
        access_bits(1);
        order(t, WRITE, WINDOW_BASE + L4_PAGE_SIZE, 0x99);
        order(t, FLUSH_OWN, its.raw, 0);
        check(access_bits(1) & L4_FPAGE_W, "4.2",
              "mapping: of pages flushed in a row the owner hears which was written");
        check(!(access_bits(0) & L4_FPAGE_W), "4.2", "mapping: and which was not");
        task_delete_all();
}

static void grants(void)
{
        static uint8_t gift[4096] __attribute__((aligned(4096)));
        L4_ThreadId_t a = new_slave(), b = new_slave();

        /* A granted page leaves the granter; a slave grants, not the root task. */
        *(L4_Word_t *)gift = 0x61F7;
        partner = b;
        give(a, L4_PageRights((L4_Word_t)gift, L4_FPAGE_RWX), WINDOW_BASE, 0);
        give(b, L4_PageRights((L4_Word_t)gift, L4_FPAGE_RWX), WINDOW_BASE + 4096, 1);
        check(order(b, READ, WINDOW_BASE + 4096, 0) == 0x61F7, "5.3",
              "mapping: a granted page arrives");
        order(b, WRITE, WINDOW_BASE + 4096, 0x61F8);
        check(order(a, READ, WINDOW_BASE, 0) == 0x61F8, "5.3",
              "mapping: what was mapped before the grant stays, and is the same memory");
        order(b, UNMAP_OWN, L4_PageRights(WINDOW_BASE + 4096, L4_FPAGE_RWX).raw, 0);
        check(cannot(a, READ, WINDOW_BASE), "5.3",
              "mapping: the grantee inherits the granter's children");
        task_delete_all();
}

/*
 * A page of 4 MB takes the place of pages all over a page table; then their space goes.  What it
 * kept about them is not to show in whatever its memory becomes: the next page table, for one.
 */
static void left_behind(L4_Fpage_t large)
{
        L4_ThreadId_t other = new_slave(), t = new_slave();

        for (L4_Word_t at = 0; at < 1u << L4_SUPERPAGE_BITS; at += 1u << (L4_SUPERPAGE_BITS - 3))
                give(t, L4_PageRights(HERE, L4_FPAGE_RWX), 0x30000000 + at, 0);
        give(t, L4_FpageAddRights(large, L4_FPAGE_RWX), 0x30000000, 0);
        task_delete(t);
        give(other, L4_PageRights(HERE, L4_FPAGE_RWX), 0x34000000, 0);
        check(cannot(other, READ, 0x34330000), "4.2",
              "mapping: a page of 4 MB over small ones leaves nothing of them behind");
        task_delete_all();
}

static void superpages(void)
{
        L4_ThreadId_t sigma0 = L4_Sigma0(), t;
        L4_Fpage_t f = L4_Sigma0_GetPage(sigma0, L4_FpageLog2(0x01000000, L4_SUPERPAGE_BITS));
        volatile L4_Word_t *p = (volatile L4_Word_t *)0x01000000;

        if (L4_SizeLog2(f) != L4_SUPERPAGE_BITS) {
                check_skip("4.1", "mapping: a page of 4 MB", "sigma0 has no free one at 16 MB");
                return;
        }
        t = new_slave();
        p[0] = 0x4D;
        p[0x3FFFFC / 4] = 0x4E;
        give(t, L4_FpageAddRights(f, L4_FPAGE_RWX), 0x30000000, 0);
        check(order(t, READ, 0x30000000, 0) == 0x4D && order(t, READ, 0x303FFFFC, 0) == 0x4E, "4.1",
              "mapping: a page of 4 MB is mapped whole");
        check(cannot(t, READ, 0x30400000), "4.1", "mapping: and ends after 4 MB");
        task_delete_all();

        left_behind(f);

        t = new_slave();
        p[0x1000 / 4] = 0x4F;
        give(t, L4_PageRights(0x01001000, L4_FPAGE_RWX), 0x30000000, 0);
        check(order(t, READ, 0x30000000, 0) == 0x4F, "4.1", "mapping: 4 KB out of a page of 4 MB");
        check(cannot(t, READ, 0x30001000), "4.1", "mapping: and only those");
        task_delete_all();

        t = new_slave();
        give(t, L4_FpageAddRights(f, L4_FPAGE_RWX), 0x30000000, 0);
        L4_UnmapFpage(L4_PageRights(0x01002000, L4_FPAGE_RWX));
        check(order(t, READ, 0x30001000, 0) == 0x4F, "4.2",
              "mapping: unmapping 4 KB of a page of 4 MB leaves the rest");
        task_delete_all();
        L4_UnmapFpage(L4_FpageAddRights(f, L4_FPAGE_RWX));
}

/*
 * A call without time limits of words, a page and @second; true if it was answered with what was
 * sent.
 */
static int carry(L4_ThreadId_t t, L4_Fpage_t second)
{
        L4_Word_t sent;

        L4_Set_MsgTag(L4_Tag(SUM, WORDS, ITEMS));
        for (unsigned int i = 1; i <= WORDS; i++)
                L4_LoadMR(i, 0xC0DE0000 + i);
        L4_LoadMapItem(WORDS + 1, L4_PageRights(HERE, L4_FPAGE_RWX), WINDOW_BASE);
        L4_LoadMapItem(WORDS + 3, second, WINDOW_BASE + 8192);
        sent = sum();
        return !L4_IpcFailed(L4_Call(t)) && L4_StoreMR(1) == sent;
}

static void carried(void)
{
        L4_Fpage_t pair = L4_FpageAddRights(L4_FpageLog2(HERE, 13), L4_FPAGE_R);
        L4_ThreadId_t t = new_slave();

        set_up();
        check(carry(t, L4_PageRights(HERE + 4096, L4_FPAGE_R)), "5.3",
              "mapping: words and two pages arrive together in a call without time limits");
        order(t, WRITE, WINDOW_BASE, 0x77);
        check(*word(0) == 0x77 && order(t, READ, WINDOW_BASE + 8192, 0) == 0xCAFE0001, "5.3",
              "mapping: and both pages are there");
        check(cannot(t, WRITE, WINDOW_BASE + 8192), "5.3", "mapping: the second not writable");
        task_delete_all();

        t = new_slave();
        set_up();
        check(HERE % 8192 == 0 && carry(t, pair) &&
                  order(t, READ, WINDOW_BASE + 8192 + 4096, 0) == 0xCAFE0001 &&
                  order(t, READ, WINDOW_BASE, 0) == 0xCAFE0000,
              "5.3", "mapping: so are a page of 4 KB and one of 8 KB");
        task_delete_all();

        t = task_space(slave);
        order(t, WINDOW, L4_Nilpage.raw, 0); /* it waits when the pages come */
        check(!carry(t, L4_PageRights(HERE + 4096, L4_FPAGE_R)) && (L4_ErrorCode() & 0xE) == 8,
              "5.6", "mapping: a call without time limits fails where the receiver takes no pages");
        check(cannot(t, READ, WINDOW_BASE), "5.3", "mapping: and maps none");
        task_delete_all();
}

static void halt(L4_ThreadId_t t, int halted)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_HALTFLAG | (halted ? L4_EXREGS_HALT : 0)};

        L4_ExchangeRegisters(t, &r);
}

/* @a sends a page to one that does not wait yet; halted or not, that takes it then.  It has it? */
static int sent_late(int halted)
{
        L4_Fpage_t page = L4_PageRights(WINDOW_BASE, L4_FPAGE_RWX);
        L4_ThreadId_t a = new_slave(), b = task_space_waiting(task_pager());
        int has;

        partner = b;
        set_up();
        give(a, L4_PageRights(HERE, L4_FPAGE_RWX), WINDOW_BASE, 0);
        order(a, MAP_ON, page.raw, WINDOW_BASE);
        halt(a, halted);
        task_start(b, open_slave);
        has = order(b, READ, WINDOW_BASE, 0) == 0xCAFE0000;
        task_delete_all();
        return has;
}

/* This project's kernels: no page goes to a halted thread or from one. */
static void halted(void)
{
        L4_ThreadId_t t = new_slave();

        set_up();
        halt(t, 1);
        check(give(t, L4_PageRights(HERE, L4_FPAGE_RWX), WINDOW_BASE, 0) == 0xDEAD, "2.3",
              "mapping: one that is halted answers nobody");
        halt(t, 0);
        L4_Sleep(BRIEFLY);
        check(cannot(t, READ, WINDOW_BASE), "2.3", "mapping: a halted thread gets no page");
        task_delete_all();
        t = new_slave();
        give(t, L4_PageRights(HERE, L4_FPAGE_RWX), WINDOW_BASE, 0);
        check(order(t, READ, WINDOW_BASE, 0) == 0xCAFE0000, "5.3", "mapping: one that is not does");
        task_delete_all();
        check(sent_late(0), "5.3", "mapping: who waits later has the page then");
        check(!sent_late(1), "2.3", "mapping: not if the sender is halted meanwhile");
}

static L4_ThreadId_t slave_of(L4_Word_t account)
{
        L4_ThreadId_t t = task_account_waiting(account, 64);

        task_start(t, open_slave);
        return t;
}

/* This project's kernels: a group of spaces with an account keeps its pages to itself. */
static void accounts(void)
{
        L4_ThreadId_t a = slave_of(1), b = slave_of(2), c = slave_of(1);
        L4_Word_t page = L4_PageRights(WINDOW_BASE, L4_FPAGE_RWX).raw;

        set_up();
        give(a, L4_PageRights(HERE, L4_FPAGE_RWX), WINDOW_BASE, 0);
        check(order(a, READ, WINDOW_BASE, 0) == 0xCAFE0000, "4.2",
              "mapping: who has no account gives pages to who has one");
        partner = c;
        order(a, MAP_ON, page, WINDOW_BASE);
        check(order(c, READ, WINDOW_BASE, 0) == 0xCAFE0000, "4.2",
              "mapping: and that to another of the same");
        partner = b;
        order(a, MAP_ON, page, WINDOW_BASE);
        check(cannot(b, READ, WINDOW_BASE), "4.2", "mapping: but to none of another");
        task_delete_all();
}

void area_mapping(void)
{
        rights();
        windows();
        trees();
        rows();
        grants();
        superpages();
        carried();
        if (!L4_IsPublicKernel()) {
                halted();
                accounts();
        }
}
