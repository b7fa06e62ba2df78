/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One random call after the other.  Every argument is drawn from a mix of values
 * that make sense, values at the edges, and noise.
 */
#include "torture.h"

const char *const call_name[CALLS] = {
    "Ipc",   "Lipc",         "ExchangeRegisters", "ThreadControl", "SpaceControl",     "Schedule",
    "Unmap", "ThreadSwitch", "SystemClock",       "MemoryControl", "ProcessorControl", "SYSENTER",
    "trap",
};

/* Own state of one torturer; static data is shared, so it lives on its stack. */
struct dice {
        L4_Word_t state;
        volatile struct torturer *me;
        uint8_t *page; /* the only page it offers to the world */
};

static uint8_t pages[TORTURERS_MAX][8192] __attribute__((aligned(4096)));

static L4_Word_t roll(struct dice *d)
{
        d->state ^= d->state << 13;
        d->state ^= d->state >> 17;
        d->state ^= d->state << 5;
        return d->state;
}

static L4_Word_t below(struct dice *d, L4_Word_t n)
{
        return (roll(d) >> 8) % n;
}

/* Threads that exist, that do not, and nonsense; never main or the pager. */
static L4_ThreadId_t some_thread(struct dice *d)
{
        switch (below(d, 12)) {
        case 0:
                return L4_nilthread;
        case 1:
                return L4_anythread;
        case 2:
                return L4_anylocalthread;
        case 3:
                return L4_GlobalId(below(d, 1u << 17), roll(d));
        case 4:
                return (L4_ThreadId_t){roll(d)};
        case 5:
                return L4_GlobalId(below(d, 60), 1);
        case 6:
                return (L4_ThreadId_t){L4_ROOT_UTCB_BASE + below(d, 260) * L4_UTCB_SIZE +
                                       L4_UTCB_LOCALID};
        case 7:
                return L4_Sigma0();
        case 8:
                return L4_MyLocalId();
        default:
                return (L4_ThreadId_t){torturers[below(d, 3)].id};
        }
}

/* Only its own pages, the KIP and UTCB areas, nothing at all, or kernel addresses. */
static L4_Fpage_t some_fpage(struct dice *d)
{
        L4_Word_t rights = below(d, 8);

        switch (below(d, 8)) {
        case 0:
                return L4_Nilpage;
        case 1:
                return L4_PageRights(L4_ROOT_KIP_BASE, rights);
        case 2:
                return L4_FpageAddRights(L4_FpageLog2(L4_ROOT_UTCB_BASE, 12 + below(d, 6)), rights);
        case 3:
                return L4_FpageAddRights(L4_FpageLog2(0xC0000000 + roll(d) / 4, 12 + below(d, 20)),
                                         rights);
        case 4:
                return L4_FpageAddRights(L4_FpageLog2(0x50000000 + roll(d) / 16, 12 + below(d, 12)),
                                         rights);
        case 5:
                return (L4_Fpage_t){L4_IoFpageLog2(0x200 + below(d, 16), below(d, 3)).raw | rights};
        default:
                return L4_PageRights((L4_Word_t)d->page, rights);
        }
}

static L4_Word_t some_word(struct dice *d)
{
        static const L4_Word_t edges[] = {0,          1,          0x7FFFFFFF, 0x80000000,
                                          0xFFFFFFFF, 0xC0000000, 0xBFFFFFFF, 0xBF000000,
                                          0xBFF00000, 4096};

        return below(d, 2) ? roll(d) : edges[below(d, sizeof(edges) / sizeof(edges[0]))];
}

static L4_Word_t short_timeouts(struct dice *d)
{
        static const uint16_t times[] = {L4_TIME_ZERO, L4_TIME_ZERO, 0x0401, 0x040F, 0x8001};
        L4_Word_t snd = times[below(d, 5)], rcv = times[below(d, 4)];

        return snd << L4_TIMEOUT_SND_SHIFT | rcv;
}

/* A message whose typed items and buffers may be anything. */
static void load_message(struct dice *d)
{
        unsigned int untyped = below(d, 4) ? below(d, 8) : below(d, 64), typed = 0;
        unsigned int n = untyped + 1;

        for (unsigned int i = 1; i <= untyped; i++)
                L4_LoadMR(i, roll(d));
        switch (below(d, 10)) {
        case 0:
                typed = 2;
                if (n + 2 <= L4_NUM_MRS)
                        L4_LoadMapItem(n, some_fpage(d), roll(d));
                break;
        case 1:
                typed = 2;
                if (n + 2 <= L4_NUM_MRS)
                        L4_LoadStringItem(n, below(d, 12) ? d->page : (void *)some_word(d),
                                          below(d, 5000));
                break;
        case 2:
                typed = below(d, 64);
                for (; n < L4_NUM_MRS; n++)
                        L4_LoadMR(n, roll(d));
                break;
        }
        L4_Set_MsgTag((L4_MsgTag_t){L4_Tag(0x300 + below(d, 64), untyped, typed).raw |
                                    (below(d, 20) ? 0 : roll(d) & L4_TAG_FLAGS_MASK)});
        L4_LoadBR(0, below(d, 4) ? some_fpage(d).raw & L4_ACCEPT_WINDOW_MASK : roll(d) & ~2u);
        L4_LoadStringBuffer(1, below(d, 12) ? d->page + 4096 : (void *)some_word(d), below(d, 4096),
                            0);
}

static unsigned int ipc_result(L4_MsgTag_t tag)
{
        static const uint8_t column[8] = {0, 9, 10, 11, 12, 13, 13, 13};

        if (L4_IpcSucceeded(tag))
                return 0;
        return column[(L4_ErrorCode() & L4_IPCERR_CODE_MASK) >> L4_IPCERR_CODE_SHIFT];
}

static unsigned int result(int ok)
{
        L4_Word_t code = L4_ErrorCode();

        return ok ? 0 : code && code <= L4_ERROR_NOMEM ? code : L4_ERROR_PARAM;
}

static unsigned int do_ipc(struct dice *d, int lipc)
{
        L4_ThreadId_t to = below(d, 3) ? some_thread(d) : L4_nilthread;
        L4_ThreadId_t from = below(d, 3) ? L4_nilthread : some_thread(d);
        L4_Word_t timeouts = short_timeouts(d);

        /* Lipc's stub reads the UTCB behind a local id, so these are mostly real ones. */
        if (lipc && below(d, 200)) {
                to = (L4_ThreadId_t){L4_ROOT_UTCB_BASE + (2 + below(d, 3)) * L4_UTCB_SIZE +
                                     L4_UTCB_LOCALID};
                from = below(d, 2) ? L4_nilthread : to;
        }
        load_message(d);
        return ipc_result(lipc ? L4_Lipc(to, from, timeouts, NULL)
                               : L4_Ipc(to, from, timeouts, NULL));
}

static unsigned int do_exregs(struct dice *d)
{
        struct L4_ExRegs r = {
            .control = below(d, 3) ? 0x1FF & roll(d) & ~L4_EXREGS_HALT : roll(d) & 0xFFFF,
            .sp = some_word(d),
            .ip = some_word(d),
            .flags = some_word(d),
            .handle = some_word(d),
            .pager = some_thread(d),
        };
        L4_ThreadId_t t = some_thread(d);

        /* Wrecking itself or a fellow would only slow the test down: mostly ask. */
        if (below(d, 16))
                r.control &= L4_EXREGS_USERHANDLE | L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND;
        return result(!L4_IsNilThread(L4_ExchangeRegisters(t, &r)));
}

static unsigned int do_schedule(struct dice *d)
{
        return result(L4_Schedule(some_thread(d), below(d, 2) ? L4_SCHED_LEAVE : roll(d),
                                  below(d, 4) ? L4_SCHED_LEAVE : roll(d), some_word(d),
                                  some_word(d), NULL) != L4_STATE_ERROR);
}

static unsigned int do_unmap(struct dice *d)
{
        L4_Word_t n = below(d, 3);

        for (unsigned int i = 0; i <= n; i++)
                L4_LoadMR(i, some_fpage(d).raw);
        L4_Unmap(n | (below(d, 4) ? 0 : L4_UNMAP_FLUSH) | (below(d, 20) ? 0 : roll(d) & ~0x7Fu));
        return 0;
}

int torture_has_sysenter(void)
{
        enum { SEP = 1 << 11 };
        L4_Word_t a = 1, b, c, d;

        __asm__("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
        return (d & SEP) != 0;
}

/*
 * What the stubs of the KIP never do: any registers, flags and segments.  Where EBX, a return
 * address or a call's number, and EBP, the stack, are good ones the thread comes back; seldom they
 * are not.
 */
static void do_sysenter(struct dice *d)
{
        enum { DF = 1 << 10, NT = 1 << 14, ID = 1 << 21, ARITHMETIC = 0x8D5 };
        static const L4_Word_t flags[] = {DF, NT, ID, DF | NT | ARITHMETIC};
        L4_Word_t block[16] __attribute__((aligned(64)));
        struct sysenter r = {
            .fs = below(d, 4) ? L4_USER_DS : below(d, 4),
            .es = below(d, 8) ? L4_USER_DS : below(d, 4),
            .ds = below(d, 8) ? L4_USER_DS : below(d, 4),
            .flags = 0x202 | (below(d, 2) ? 0 : flags[below(d, 4)]),
            .edi = below(d, 2) ? (L4_Word_t)L4_Utcb() : some_word(d),
            .ebp = (L4_Word_t)&block[below(d, 3)],
            .ebx = below(d, 2) ? (L4_Word_t)torture_sysenter_back : -1 - below(d, 3),
            .edx = below(d, 3) ? some_thread(d).raw : roll(d),
            .ecx = below(d, 20) ? short_timeouts(d) : roll(d),
            .eax = some_thread(d).raw,
        };

        load_message(d);
        r.esi = below(d, 2) ? L4_StoreMR(0) : some_fpage(d).raw;
        switch (r.ebx) {
        case (L4_Word_t)-3: /* ExchangeRegisters: mostly ask, as in do_exregs() */
                if (below(d, 16))
                        r.ecx = (r.ecx & (L4_EXREGS_USERHANDLE | L4_EXREGS_ABORT_RCV |
                                          L4_EXREGS_ABORT_SND)) |
                                0x8000;
                break;
        case (L4_Word_t)-2: /* Unmap */
                r.eax = below(d, 3) | (below(d, 8) ? 0 : L4_UNMAP_FLUSH);
                break;
        }
        if (!below(d, 300))
                r.ebp = below(d, 2) ? 0xC0000000 + roll(d) / 4 : some_word(d);
        if (!below(d, 300))
                r.ebx = some_word(d);
        torture_sysenter(&r, block);
}

/* Faults of every kind; each costs this thread its life, so they are rare. */
static void do_trap(struct dice *d)
{
        results.count[CALL_TRAP][0]++;
        switch (below(d, 6)) {
        case 0:
                __asm__ volatile("ud2");
                break;
        case 1:
                __asm__ volatile("int $0x80");
                break;
        case 2:
                (void)*(volatile L4_Word_t *)(0xC0000000 + roll(d) / 4);
                break;
        case 3:
                *(volatile L4_Word_t *)(0xC0000000 + roll(d) / 4) = 0;
                break;
        case 4:
                __asm__ volatile("movw %w0, %%fs; movw %w0, %%es" : : "r"(roll(d)));
                break;
        case 5:
                __asm__ volatile("movw %w0, %%gs; hlt" : : "r"(roll(d) & 3));
                break;
        }
}

static enum call choose(struct dice *d)
{
        static const uint8_t mix[] = {
            CALL_IPC,
            CALL_IPC,
            CALL_IPC,
            CALL_LIPC,
            CALL_EXREGS,
            CALL_EXREGS,
            CALL_THREADCONTROL,
            CALL_SPACECONTROL,
            CALL_SCHEDULE,
            CALL_UNMAP,
            CALL_UNMAP,
            CALL_UNMAP,
            CALL_UNMAP,
            CALL_THREADSWITCH,
            CALL_THREADSWITCH,
            CALL_CLOCK,
            CALL_CLOCK,
            CALL_MEMORYCONTROL,
            CALL_PROCESSORCONTROL,
            CALL_SYSENTER,
            CALL_SYSENTER,
            CALL_CLOCK,
        };
        enum call c;

        if (below(d, 3000) == 0)
                return CALL_TRAP;
        c = mix[below(d, sizeof(mix))];
        return c == CALL_SYSENTER && !torture_has_sysenter() ? CALL_IPC : c;
}

static unsigned int perform(struct dice *d, enum call c)
{
        const L4_Word_t attr[4] = {roll(d) & 7, roll(d), 0, 5};

        switch (c) {
        case CALL_IPC:
        case CALL_LIPC:
                return do_ipc(d, c == CALL_LIPC);
        case CALL_EXREGS:
                return do_exregs(d);
        case CALL_THREADCONTROL:
                return result(L4_ThreadControl(some_thread(d), some_thread(d), some_thread(d),
                                               some_thread(d), some_word(d)));
        case CALL_SPACECONTROL:
                return result(L4_SpaceControl(some_thread(d), some_word(d), some_fpage(d),
                                              some_fpage(d), some_thread(d), NULL));
        case CALL_SCHEDULE:
                return do_schedule(d);
        case CALL_UNMAP:
                return do_unmap(d);
        case CALL_THREADSWITCH:
                L4_ThreadSwitch(some_thread(d));
                return 0;
        case CALL_CLOCK:
                return L4_SystemClock() ? 0 : L4_ERROR_PARAM;
        case CALL_MEMORYCONTROL:
                L4_LoadMR(0, some_fpage(d).raw);
                return result(L4_MemoryControl(below(d, 64), attr));
        case CALL_PROCESSORCONTROL:
                return result(L4_ProcessorControl(below(d, 4), roll(d), roll(d), 0));
        case CALL_SYSENTER:
                do_sysenter(d);
                return 0;
        default:
                do_trap(d);
                results.count[CALL_TRAP][0]--; /* survived: the caller counts it */
                return 0;
        }
}

void torture_main(void)
{
        struct dice d = {.me = NULL};

        for (unsigned int i = 0; i < TORTURERS_MAX && !d.me; i++)
                if (torturers[i].id == L4_MyGlobalId().raw) {
                        d.me = &torturers[i];
                        d.page = pages[i];
                }
        if (!d.me) { /* not entered in the table yet: main comes to that next */
                L4_Sleep(MS(1));
                torture_main();
        }
        d.state = torture_seed ^ d.me->lives * 0x9E3779B9u ^ L4_MyGlobalId().raw;
        while (!torture_stop) {
                enum call c = choose(&d);
                unsigned int r;

                d.me->calls++;
                r = perform(&d, c);
                /* Not atomic among torturers: a count may be lost, never invented. */
                results.count[c][r]++;
        }
}
