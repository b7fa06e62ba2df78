/* SPDX-License-Identifier: BSD-2-Clause */
/* L4's system calls, made through the kernel interface page as an L4 program makes them. */
#include <l4/ipc.h>
#include <l4/resourcemon.h>

#include "isolation.h"
#include "layout.h"

/* DATA: a page of the program, to offer. */
enum { UTCB = L4VM_UTCB + L4_UTCB_LOCALID, DATA = 0x20000000 };

struct call {
        uint32_t eax, ecx, edx, esi, edi, ebx, ebp;
        uint32_t link; /* L4_KIP_OFS_*: which call */
        uint32_t mr[4];
};

/* The registers and the entry; then the call, after which nothing but %esp is relied on. */
struct call l4_registers;
void l4_enter(void);
asm("l4_enter:\n"
    "       pushal\n"
    "       movl l4_registers, %eax\n"
    "       movl l4_registers+4, %ecx\n"
    "       movl l4_registers+8, %edx\n"
    "       movl l4_registers+12, %esi\n"
    "       movl l4_registers+16, %edi\n"
    "       movl l4_registers+20, %ebx\n"
    "       movl l4_registers+24, %ebp\n"
    "       call *l4_registers+28\n"
    "       popal\n"
    "       ret\n");

static uint32_t kip(uint32_t offset)
{
        return *(const volatile uint32_t *)(L4VM_KIP + offset);
}

/* The machine's first thread, main, is every program's exception handler; not always its pager. */
static uint32_t main_thread(void)
{
        return *(const volatile uint32_t *)(UTCB + L4_UTCB_EXCHANDLER);
}

static void make(const struct call *call)
{
        volatile uint32_t *mr = (volatile uint32_t *)UTCB;
        unsigned i;

        l4_registers = *call;
        l4_registers.link = L4VM_KIP + kip(call->link);
        for (i = 0; i < 4; i++)
                mr[i] = call->mr[i];
        l4_enter();
}

/* --- calls other than Ipc ------------------------------------------------------------------ */

enum who { NOBODY, MAIN, MONITOR, HELPER, EVERY_PROCESS, EVERY_PAGER, EVERY_MACHINE, SYSTEM };

static const struct {
        const char *name;
        int first, last; /* relative to main, or thread numbers of the system's */
} people[] = {
    [NOBODY] = {"nobody", 0, 0},
    [MAIN] = {"main", L4VM_MAIN, L4VM_MAIN},
    [MONITOR] = {"the monitor thread", L4VM_MONITOR, L4VM_MONITOR},
    [HELPER] = {"the helper", L4VM_HELPER, L4VM_HELPER},
    [EVERY_PROCESS] = {"every process", L4VM_USER, L4VM_USER + L4VM_SPACES - 1},
    [EVERY_PAGER] = {"every pager", L4VM_PAGER, L4VM_PAGER + L4VM_SPACES - 1},
    [EVERY_MACHINE] = {"other machines", L4VM_THREADS, L4VM_THREADS + L4VM_USER + 8},
    [SYSTEM] = {"interrupts, sigma0 and the resource monitor", 0, L4_USER_BASE + L4_ROOT_NO},
};

static uint32_t person(enum who who, int n)
{
        if (who == NOBODY)
                return 0;
        return L4_GlobalId((who == SYSTEM ? 0 : main_thread() >> L4_TID_NO_SHIFT) + (uint32_t)n, 1)
            .raw;
}

#define EVERYTHING (L4_COMPLETE_SPACE | 7)

static const struct {
        const char *name;
        struct call call; /* eax is the person */
} calls[] = {
    {"ExchangeRegisters: elsewhere",
     {.link = L4_KIP_OFS_EXREGS, .ecx = L4_EXREGS_IP | L4_EXREGS_SP, .edx = DATA, .esi = DATA}},
    {"ExchangeRegisters: halt",
     {.link = L4_KIP_OFS_EXREGS, .ecx = L4_EXREGS_HALT | L4_EXREGS_HALTFLAG}},
    {"ExchangeRegisters: end its message",
     {.link = L4_KIP_OFS_EXREGS, .ecx = L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND}},
    {"ThreadControl: delete", {.link = L4_KIP_OFS_THREADCONTROL, .edi = L4_UTCB_LEAVE}},
    {"SpaceControl", {.link = L4_KIP_OFS_SPACECONTROL, .edx = 0x100c0, .esi = 0x200c0}},
    {"Schedule: priority 0", {.link = L4_KIP_OFS_SCHEDULE, .edx = ~0u, .esi = ~0u, .edi = ~0u}},
    {"Schedule: priority 255",
     {.link = L4_KIP_OFS_SCHEDULE, .ecx = 255, .edx = ~0u, .esi = ~0u, .edi = ~0u}},
    {"ThreadSwitch", {.link = L4_KIP_OFS_THREADSWITCH}},
};

struct target {
        enum who who;
        const struct call *call; /* not of Ipc */
        const uint32_t *mr;      /* of Ipc */
        uint32_t send, receive;  /* time-outs of Ipc */
};

static void call_people(const void *argument)
{
        const struct target *t = argument;
        struct call call = *t->call;
        int n;

        for (n = people[t->who].first; n <= people[t->who].last; n++) {
                call.eax = person(t->who, n);
                make(&call);
        }
}

static void call_once(const void *argument)
{
        make(argument);
        /* Whatever it took away from this program, the kernel still serves it. */
        sys0(SYS_getpid);
}

static void call_every_entry(const void *registers)
{
        uint32_t link;

        for (link = L4_KIP_OFS_SPACECONTROL; link <= L4_KIP_OFS_SCHEDULE; link += 4) {
                struct call call = {.link = link,
                                    .eax = (uint32_t)registers,
                                    .ecx = (uint32_t)registers,
                                    .edx = (uint32_t)registers,
                                    .esi = (uint32_t)registers,
                                    .edi = (uint32_t)registers,
                                    .ebx = (uint32_t)registers,
                                    .ebp = (uint32_t)registers};

                if (link != L4_KIP_OFS_IPC && link != L4_KIP_OFS_LIPC)
                        make(&call);
        }
}

/* A page of its own, taken from itself and touched again and again, always at one place. */
static void lose_a_page(const void *page)
{
        const struct call unmap = {.link = L4_KIP_OFS_UNMAP,
                                   .eax = L4_UNMAP_FLUSH,
                                   .esi = (uint32_t)page | L4_PAGE_BITS << 4 | 7,
                                   .edi = UTCB,
                                   .mr = {(uint32_t)page | L4_PAGE_BITS << 4 | 7}};
        unsigned i;

        for (i = 0; i < 1000; i++) {
                make(&unmap);
                *(volatile uint32_t *)page = i;
        }
}

/* Another pager or exception handler, and then need for it. */
static void other_server(const void *offset)
{
        *(volatile uint32_t *)(UTCB + (uint32_t)offset) =
            L4_GlobalId(L4_USER_BASE + L4_ROOT_NO, 1).raw;
        sys0(SYS_getpid);
        *(volatile uint32_t *)guest_map(4096, PROT_READ_ | PROT_WRITE_) = 1;
}

/*
 * What a program can leave behind in an address space, with its last message: who is told of faults
 * of it and of the wedge's thread beside it, and what the wedge's pages say.
 */
static void leave_pager(void)
{
        *(volatile uint32_t *)(UTCB + L4_UTCB_PAGER) = 0;
}

static void leave_rubbish(void)
{
        volatile uint32_t *word;

        for (word = (uint32_t *)L4VM_STUB_DATA; word < (uint32_t *)L4VM_STUB_DATA + 1024; word++)
                *word = 0xa5a5a5a5;
        *(volatile uint32_t *)(UTCB + L4_UTCB_SIZE + L4_UTCB_PAGER) = 0;
        leave_pager();
}

/* A thread-local segment, wanted by a program that has another pager. */
static void segment_without_pager(const void *unused)
{
        uint32_t descriptor[4] = {~0u, DATA, 0xfffff, 0x51};

        (void)unused;
        leave_pager();
        sys1(243 /* set_thread_area */, descriptor);
}

/* Those that come into such spaces afterwards do as ever. */
static void spoil_spaces(const void *how)
{
        static const long never[4];
        int i, status;

        sys3(SYS_setitimer, 0, never, 0);
        for (i = 0; i < 2 * L4VM_SPACES; i++) {
                bool spoils = !(i & 1);
                long child = sys0(SYS_fork);

                if (!child) {
                        *(volatile uint32_t *)guest_map(4096, PROT_READ_ | PROT_WRITE_) = 1;
                        if (spoils)
                                ((void (*)(void))how)();
                        sys1(SYS_exit, 7);
                }
                if (sys4(SYS_wait4, child, &status, 0, 0) != child || (!spoils && status != 7 << 8))
                        sys1(SYS_exit, HARM);
        }
}

void attempt_calls(void)
{
        static const struct call flush = {.link = L4_KIP_OFS_UNMAP,
                                          .eax = L4_UNMAP_FLUSH,
                                          .esi = EVERYTHING,
                                          .edi = UTCB,
                                          .mr = {EVERYTHING}};
        static const struct call unmap = {
            .link = L4_KIP_OFS_UNMAP, .esi = EVERYTHING, .edi = UTCB, .mr = {EVERYTHING}};
        static const struct call memory = {
            .link = L4_KIP_OFS_MEMORYCONTROL, .esi = EVERYTHING, .edi = UTCB, .mr = {EVERYTHING}};
        static const struct call processor = {.link = L4_KIP_OFS_PROCESSORCONTROL};
        static const long map[6] = {DATA, 4096, PROT_READ_ | PROT_WRITE_, 0x32, -1, 0};
        unsigned i;
        enum who who;

        sys1(SYS_mmap, map);
        *(volatile uint32_t *)DATA = 1;
        attempt(ANY, call_once, &flush, "Unmap: flush everything");
        attempt(ANY, call_once, &unmap, "Unmap: everything others have of it");
        attempt(ANY, lose_a_page, (const void *)DATA, "Unmap: a page that it touches, 1,000 times");
        attempt(ANY, call_once, &memory, "MemoryControl");
        attempt(ANY, call_once, &processor, "ProcessorControl");
        attempt(ANY, call_every_entry, (const void *)0, "every call with registers of 0");
        attempt(ANY, call_every_entry, (const void *)~0u, "every call with registers of -1");
        attempt(ANY, call_every_entry, (const void *)L4VM_IMAGE,
                "every call with addresses of the wedge");
        attempt(ANY, other_server, (const void *)L4_UTCB_PAGER, "another pager");
        attempt(ANY, other_server, (const void *)L4_UTCB_EXCHANDLER, "another exception handler");
        attempt(ANY, segment_without_pager, 0, "a thread-local segment, with another pager");
        attempt(ANY, spoil_spaces, (const void *)leave_pager, "no pager for who comes after it");
        attempt(ANY, spoil_spaces, (const void *)leave_rubbish,
                "rubbish in the wedge's page for who comes after it");
        for (i = 0; i < sizeof calls / sizeof calls[0]; i++)
                for (who = NOBODY; who <= SYSTEM; who++) {
                        struct target target = {.who = who, .call = &calls[i].call};

                        attempt(ANY, call_people, &target, "%s: %s", calls[i].name,
                                people[who].name);
                }
}

/* --- messages --------------------------------------------------------------------------------- */

static void send_to_people(const void *argument)
{
        const struct target *t = argument;
        struct call call = {.link = L4_KIP_OFS_IPC,
                            .ecx = t->send << 16 | t->receive,
                            .esi = t->mr[0],
                            .edi = UTCB,
                            .mr = {t->mr[0], t->mr[1], t->mr[2], t->mr[3]}};
        int n;

        for (n = people[t->who].first; n <= people[t->who].last; n++) {
                call.eax = call.edx = person(t->who, n);
                make(&call);
        }
}

#define TAG(label, untyped, typed) ((uint32_t)(label) << 16 | (typed) << 6 | (untyped))

static const struct {
        const char *name;
        uint32_t mr[4];
} messages[] = {
    {"an empty message", {TAG(0, 0, 0)}},
    {"a request to map the wedge", {TAG(1, 3, 0), L4VM_IMAGE, L4VM_IMAGE, 7}},
    {"a forged page fault", {TAG(L4_LABEL_PAGEFAULT | 2, 2, 0), L4VM_IMAGE, L4VM_IMAGE}},
    {"a forged exception", {TAG(L4_LABEL_EXCEPTION, 12, 0), L4VM_IMAGE}},
    {"a forged event", {TAG(RMON_NOTIFY, 1, 0), ~0u}},
    {"a page over the wedge", {TAG(0, 0, 2), L4VM_IMAGE | L4_ITEM_MAP, DATA | 0xc7}},
    {"a string", {TAG(0, 0, 2), 1000 << L4_STRING_LEN_SHIFT, DATA}},
    {"a request to sigma0", {TAG(L4_LABEL_SIGMA0, 2, 0), 0xa00c7}},
    {"characters for the console", {TAG(RMON_PUTS, 2, 0), 4, 0x6c697665}},
    {"the end of the program", {TAG(RMON_EXIT, 1, 0), 1}},
    {"the end of the machine", {TAG(RMON_VM_STOP, 2, 0), 0, 1}},
    {"a report of a crash", {TAG(RMON_VM_FATAL, 12, 0)}},
    {"a line for the control console", {TAG(RMON_VM_CONTROL, 2, 0), 4, 0x6c697665}},
    {"a request for a space", {TAG(RMON_VM_SPACE, 1, 0), 1}},
    {"a request for a port", {TAG(RMON_VM_PORT, 4, 0), 0x80, 1, 0}},
    {"a request for a timer", {TAG(RMON_VM_TIMER, 1, 0), 1}},
};

/* A wait for anybody, which would last for ever. */
static void wait_for(const void *from)
{
        struct call call = {.link = L4_KIP_OFS_IPC, .edx = (uint32_t)from, .edi = UTCB};

        for (;;)
                make(&call);
}

void attempt_messages(void)
{
        static const struct {
                const char *name;
                uint32_t send,
                    receive; /* X.2: 0 for ever, 0x400 at once; 10 << 10 | m: m * 1024 us */
        } waits[] = {
            {"at once", 0x400, 0x400}, {"10 ms", 10 << 10 | 10, 10 << 10 | 10}, {"for ever", 0, 0}};
        unsigned i, wait;
        enum who who;

        attempt(ANY, wait_for, (const void *)~0u, "a wait for anybody, for ever");
        attempt(ANY, wait_for, (const void *)L4_ANYLOCALTHREAD, "a wait for its own, for ever");
        attempt(ANY, wait_for, 0, "a wait for nobody, for ever");
        for (i = 0; i < sizeof messages / sizeof messages[0]; i++)
                for (who = MAIN; who <= SYSTEM; who++)
                        for (wait = 0; wait < sizeof waits / sizeof waits[0]; wait++) {
                                struct target target = {.who = who,
                                                        .mr = messages[i].mr,
                                                        .send = waits[wait].send,
                                                        .receive = waits[wait].receive};

                                attempt(ANY, send_to_people, &target, "%s to %s, %s",
                                        messages[i].name, people[who].name, waits[wait].name);
                        }
}
