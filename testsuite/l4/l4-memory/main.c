/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kernel memory runs out: of threads, address spaces, UTCBs, page tables and mappings, as a root
 * task that prints KTAP.  Each call then has the error code of the manual (8, no memory), or, a
 * mapping, says nothing; what was there before is as it was, and what is given back can be used
 * again to the last page.  And accounts (L4_SpaceCtlAccount): one that has all it may have takes
 * nothing from the others.
 */
#include <l4/sigma0.h>
#include "../../../hypervisor-backends/l4/apps/common/task.h"

enum {
        MOST = 8192,
        FIRST = 200,      /* number of the first thread made here, behind ours */
        KIP = 0xBFF00000, /* in every space made here */
        UTCBS = 0x40000000,
        UTCB_BITS = 20,
        BLOCK_BITS = 21,
        BLOCK = 1 << BLOCK_BITS,
        AT = 0x10000000,   /* where children get memory */
        MARK = 0xB0000000, /* nothing is ever there */
        ACCOUNT_PAGES = 16,
        LARGE_ACCOUNT = 3,
        LARGE_PAGES = 64,
        SUPER = 1 << L4_SUPERPAGE_BITS,
        LINE = 5, /* of an interrupt nobody has */
        PORT = 0x80,
};

/* Pages of code that say that they are there: it faults at MARK. */
static uint8_t *block;

static unsigned int checks, failures;
static L4_ThreadId_t self;

static void check(int holds, const char *name)
{
        checks++;
        failures += !holds;
        l4_printf("%sok %u - %s\n", holds ? "" : "not ", checks, name);
}

static L4_ThreadId_t id(unsigned int n)
{
        return L4_GlobalId(L4_ThreadNo(self) + FIRST + n, 1);
}

static void drop(unsigned int from, unsigned int to)
{
        for (unsigned int n = to; n-- > from;)
                L4_ThreadControl(id(n), L4_nilthread, L4_nilthread, L4_nilthread, L4_UTCB_LEAVE);
}

/* --- what cannot be made ------------------------------------------------------------------ */

static int thread(unsigned int n)
{
        return (int)L4_ThreadControl(id(n), self, self, L4_nilthread, L4_UTCB_LEAVE);
}

static int space(unsigned int n)
{
        return (int)L4_ThreadControl(id(n), id(n), self, L4_nilthread, L4_UTCB_LEAVE);
}

static int areas(unsigned int n, L4_Word_t control, L4_Word_t *old)
{
        return (int)L4_SpaceControl(id(n), control, L4_FpageLog2(KIP, L4_PAGE_BITS),
                                    L4_FpageLog2(UTCBS, UTCB_BITS), L4_nilthread, old);
}

/* Both calls or none. */
static int space_with_areas(unsigned int n)
{
        if (!space(n))
                return 0;
        if (areas(n, 0, NULL))
                return 1;
        drop(n, n + 1); /* which succeeds, and so leaves the error code as it is */
        return 0;
}

static int active_thread(unsigned int n)
{
        return (int)L4_ThreadControl(id(n), id(0), self, self, UTCBS + n * L4_UTCB_SIZE);
}

/* Make as many as there can be, from number @from on: how many.  *@error: why no more. */
static unsigned int fill(int (*make)(unsigned int), unsigned int from, L4_Word_t *error)
{
        unsigned int n = from;

        while (n < MOST && make(n))
                n++;
        *error = n < MOST ? L4_ErrorCode() : L4_ERROR_OK;
        return n - from;
}

/* How many there were. */
static unsigned int exhaust(int (*make)(unsigned int), const char *code, const char *again)
{
        L4_Word_t error, ignored;
        unsigned int n = fill(make, 0, &error), m;

        check(n > 50 && error == L4_ERROR_NOMEM, code);
        drop(0, n);
        m = fill(make, 0, &ignored);
        drop(0, m);
        check(m == n, again);
        return n;
}

static void interrupt(void)
{
        L4_ThreadId_t line = L4_GlobalId(LINE, 1);
        L4_Word_t error;
        unsigned int n = fill(thread, 0, &error);
        int refused = !L4_ThreadControl(line, line, L4_nilthread, self, L4_UTCB_LEAVE) &&
                      L4_ErrorCode() == L4_ERROR_NOMEM;

        drop(0, n);
        check(refused, "an interrupt cannot be attached without memory");
        check((int)L4_ThreadControl(line, line, L4_nilthread, self, L4_UTCB_LEAVE),
              "with memory it can");
        L4_ThreadControl(line, line, L4_nilthread, line, L4_UTCB_LEAVE);
}

/* --- accounts ----------------------------------------------------------------------------- */

/* Space @n, in account @account if that is not 0. */
static int space_of(unsigned int n, unsigned int account)
{
        unsigned int pages = account == LARGE_ACCOUNT ? LARGE_PAGES : ACCOUNT_PAGES;
        L4_Word_t control = account ? L4_SpaceCtlAccount(account, pages) : 0, old = 0;

        return space(n) && areas(n, control, &old) &&
               (old == L4_SPACECTL_ACCOUNT) == (account != 0);
}

/* How many UTCBs space 0 has room for, with 16 pages. */
static unsigned int utcbs(L4_Word_t *error)
{
        unsigned int n;

        *error = L4_ERROR_OK;
        if (!space_of(0, 1) || !L4_ThreadControl(id(0), id(0), self, self, UTCBS))
                return 0;
        n = fill(active_thread, 1, error);
        drop(0, n + 1);
        return n + 1;
}

/* Space 0 has its areas in ever other places, with a thread there for a moment: how often. */
static unsigned int moves(void)
{
        unsigned int n = 0;
        L4_Word_t at = UTCBS;

        if (!space_of(0, 1) || !L4_ThreadControl(id(1), id(0), self, L4_nilthread, L4_UTCB_LEAVE))
                return 0;
        while (n < 4 * ACCOUNT_PAGES &&
               L4_SpaceControl(id(0), 0, L4_FpageLog2(KIP, L4_PAGE_BITS),
                               L4_FpageLog2(at, UTCB_BITS), L4_nilthread, NULL) &&
               L4_ThreadControl(id(1), id(0), self, self, at)) {
                drop(1, 2);
                if (!L4_ThreadControl(id(1), id(0), self, L4_nilthread, L4_UTCB_LEAVE))
                        break;
                at += 1 << UTCB_BITS;
                n++;
        }
        drop(0, 2);
        return n;
}

/* --- mappings: children that never run but into page faults ----------------------------------- */

static int child(unsigned int n, unsigned int account)
{
        if (!space_of(n, account) || !L4_ThreadControl(id(n), id(n), self, self, UTCBS))
                return 0;
        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        L4_LoadMR(1, MARK);
        L4_LoadMR(2, 0);
        return L4_IpcSucceeded(L4_Call_Timeouts(id(n), L4_ZeroTime, L4_TimePeriod(1000000))) &&
               L4_StoreMR(1) == MARK;
}

/* Child @n goes on, with @f if that is not nil; at MARK again? */
static int answer(unsigned int n, L4_Fpage_t f, L4_Word_t map_at)
{
        L4_Set_MsgTag(L4_Tag(0, 0, f.raw == L4_NILPAGE ? 0 : 2));
        if (f.raw != L4_NILPAGE)
                L4_LoadMapItem(1, L4_FpageAddRights(f, L4_FPAGE_RWX), map_at);
        return L4_IpcSucceeded(L4_Call_Timeouts(id(n), L4_ZeroTime, L4_TimePeriod(1000000))) &&
               L4_StoreMR(1) == MARK;
}

/*
 * Child @n goes on at @at, with block there too if it is to be mapped, 2^@bits bytes.  True: what
 * is there was executed.
 */
static int go(unsigned int n, L4_Word_t at, L4_Word_t map_at, unsigned int bits)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_IP, .ip = at};

        L4_ExchangeRegisters(id(n), &r);
        return answer(n, bits ? L4_FpageLog2((L4_Word_t)block, bits) : L4_Nilpage, map_at);
}

static int has(unsigned int n, L4_Word_t at)
{
        return go(n, at, 0, 0);
}

static int give_page(unsigned int n, L4_Word_t at)
{
        return go(n, at, at, L4_PAGE_BITS);
}

static void take_all(void)
{
        L4_UnmapFpage(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)block, BLOCK_BITS), L4_FPAGE_RWX));
}

/* A page in each of so many regions of 4 MB, from @at on, until there is no table: how many. */
static unsigned int tables_from(unsigned int n, L4_Word_t at)
{
        unsigned int i = 0;

        while (i < 64 && give_page(n, at + (i << L4_SUPERPAGE_BITS)))
                i++;
        return i;
}

static unsigned int tables(unsigned int n)
{
        return tables_from(n, AT);
}

static void page_tables(void)
{
        unsigned int n, m;

        check(child(0, 1) && child(1, 2), "two spaces, each in an account of 16 pages");
        n = tables(0);
        check(n > 2 && n < ACCOUNT_PAGES / 2, "an account has page tables for what it may have");
        check(has(0, AT) && has(0, AT + ((n - 1) << L4_SUPERPAGE_BITS)), "what it has it keeps");
        check(tables(1) == n, "another account has as many");
        take_all();
        check(!has(0, AT), "what is unmapped is gone");
        m = 0;
        while (m < n && give_page(0, AT + ((100 + m) << L4_SUPERPAGE_BITS)))
                m++;
        check(m == n, "page tables that are empty are page tables for other addresses");
        drop(0, 2);
        check(child(0, 1) && tables(0) == n,
              "a space that is deleted leaves its account as it was");
        drop(0, 1);
}

static uint64_t cycles(void)
{
        uint64_t now;

        __asm__ volatile("rdtsc" : "=A"(now));
        return now;
}

/* Cycles of 1,000 instructions, which is a constant where instructions are counted (memory.t). */
static unsigned int cycles_of_thousand(void)
{
        uint64_t start = cycles();
        unsigned int n = 10000;

        __asm__ volatile("1: decl %0\n\tjnz 1b" : "+r"(n) : : "cc");
        return (unsigned int)(cycles() - start) / 20;
}

/*
 * What is not there is looked for with interrupts off, and at every fault while memory is short: a
 * search among tables that all have a page, their last, must not read them whole.
 */
static void search(void)
{
        L4_Word_t at = AT + SUPER - L4_PAGE_SIZE;
        unsigned int n, thousands, scale = cycles_of_thousand();
        uint64_t start;
        int refused;

        check(child(0, LARGE_ACCOUNT), "a space in an account of 64 pages");
        n = tables_from(0, at);
        start = cycles();
        refused = !give_page(0, at + (n << L4_SUPERPAGE_BITS));
        thousands = (unsigned int)(cycles() - start) / scale;
        check(n > LARGE_PAGES / 4 && refused, "it gets full");
        check(thousands < n,
              "a table for which there is no memory costs fewer instructions than the "
              "tables there are have entries");
        l4_printf("# %u tables, %u thousand instructions\n", n, thousands);
        drop(0, 1);
}

static void mapping_nodes(void)
{
        L4_Word_t more = AT + SUPER;
        int whole;

        check(child(0, 1) && child(1, 2), "two spaces anew");
        whole = go(0, AT, AT, BLOCK_BITS) && go(0, AT + BLOCK, AT + BLOCK, BLOCK_BITS);
        check(whole && has(0, AT + 2 * BLOCK - L4_PAGE_SIZE), "1,024 pages are mapped");
        go(0, more, more, BLOCK_BITS);
        check(!has(0, more + BLOCK - L4_PAGE_SIZE), "for 512 more there is no memory, at last");
        check(has(0, AT) && has(0, AT + 2 * BLOCK - L4_PAGE_SIZE), "those before are as they were");
        check(go(1, AT, AT, BLOCK_BITS) && has(1, AT + BLOCK - L4_PAGE_SIZE),
              "another account maps on");
        take_all();
        check(!has(0, AT) && !has(0, AT + BLOCK) && !has(1, AT), "unmapped, all of them are gone");
        check(go(0, more, more, BLOCK_BITS) && has(0, more + BLOCK - L4_PAGE_SIZE),
              "and the 512 can be mapped");
        drop(0, 2);
}

/* Ports are given by whom they are not taken from, as often as it likes. */
static void ports(void)
{
        L4_Word_t ignored;
        unsigned int n, m, given = 0, fewer;

        L4_Sigma0_GetPage(L4_Sigma0(), L4_IoFpageLog2(PORT, 0));
        check(child(0, 1), "a space for ports");
        n = fill(thread, 1, &ignored);
        drop(1, n + 1);
        for (unsigned int i = 0; i < 4000; i++)
                given += answer(0, L4_IoFpageLog2(PORT + 1, i % 4), 0);
        m = fill(thread, 1, &ignored);
        drop(1, m + 1);
        check(given == 4000 && m == n, "ports that the giver has not take no memory");
        answer(0, L4_IoFpageLog2(PORT, 0), 0);
        n = fill(thread, 1, &ignored);
        drop(1, n + 1);
        for (unsigned int i = 0; i < 4000; i++)
                given += answer(0, L4_IoFpageLog2(PORT, i % 16), 0);
        m = fill(thread, 1, &ignored);
        drop(1, m + 1);
        check(given == 8000 && m == n, "a port given again, in whatever company, takes no more");
        fewer = tables(0);
        drop(0, 1);
        check(child(0, 1) && tables(0) > fewer, "an account pays for the ports of its spaces");
        drop(0, 1);
}

/* All ports there are, given and taken back, with interrupts off. */
static void all_ports(void)
{
        L4_Fpage_t all = L4_IoFpageLog2(0, 16);
        unsigned int thousands, scale = cycles_of_thousand();
        uint64_t start;

        L4_Sigma0_GetPage(L4_Sigma0(), all);
        check(child(0, 1), "a space for all ports");
        start = cycles();
        answer(0, all, 0);
        L4_UnmapFpage(L4_FpageAddRights(all, L4_FPAGE_RWX));
        thousands = (unsigned int)(cycles() - start) / scale;
        check(thousands < 2 * 1024,
              "given and taken back they cost less than 32 instructions each");
        l4_printf("# %u thousand instructions\n", thousands);
        drop(0, 1);
}

static void no_pool(void)
{
        L4_Word_t error;
        unsigned int n;
        int before, during;

        before = child(0, 0) && give_page(0, AT);
        n = fill(thread, 1, &error);
        during = give_page(0, AT + SUPER);
        check(before && !during && has(0, AT), "without memory at all nothing is mapped, or lost");
        drop(1, n + 1);
        check(give_page(0, AT + SUPER), "with memory it is");
        drop(0, 1);
}

int main(void)
{
        L4_Word_t error, ignored;
        unsigned int n;

        task_init();
        self = L4_MyGlobalId();
        block = (uint8_t *)L4_Address(L4_Sigma0_GetAny(L4_Sigma0(), BLOCK_BITS));
        for (unsigned int i = 0; block && i < BLOCK; i += L4_PAGE_SIZE) {
                block[i] = 0xA1; /* movl MARK, %eax */
                *(L4_Word_t *)&block[i + 1] = MARK;
        }
        l4_printf("KTAP version 1\n");
        n = exhaust(thread, "threads until there is no memory: error 8",
                    "deleted, as many can be made");
        exhaust(space, "spaces until there is no memory: error 8", "deleted, as many can be made");
        exhaust(space_with_areas, "spaces with areas: error 8", "deleted, as many can be made");
        check(exhaust(thread, "threads: error 8", "deleted, as many can be made") == n,
              "after all that as many as at first");
        interrupt();
        n = utcbs(&error);
        /* Two page tables, each two pages, and the rest for UTCBs, eight to a page. */
        check(n == (ACCOUNT_PAGES - 4) * L4_PAGE_SIZE / L4_UTCB_SIZE && error == L4_ERROR_NOMEM,
              "UTCBs until an account has all its pages: error 8");
        check(utcbs(&ignored) == n, "deleted, as many can be made");
        check(moves() == 4 * ACCOUNT_PAGES, "areas that move leave no UTCBs where they were");
        check(utcbs(&ignored) == n, "nor in the account");
        page_tables();
        search();
        mapping_nodes();
        ports();
        all_ports();
        no_pool();
        l4_printf("1..%u\n", checks);
        return failures != 0;
}
