/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A wedge whose user code calls L4 in every way it can reach.  After each attempt the
 * machine, its memory, a neighbouring space and a second machine must be as they were.
 * With `victim' on its command line it is that second machine; with `alone' there is none, so that
 * threads have time of their own, and programs forge messages only.
 */
#include <l4/ipc.h>
#include <l4/resourcemon.h>
#include <afterburn/vm.h>
#include "ktap.h"
#include "../../hypervisor-backends/l4-baseline/shared.h"

enum {
        CODE = 0x18000000,
        DATA = 0x18001000,
        STACK = 0x18002000,
        PAGE_CODE = 0x200000,
        PAGE_DATA = 0x201000,
        PAGE_STACK = 0x202000,
        PAGE_OTHER = 0x203000,
        ATTACKER = 1,
        NEIGHBOUR = 2,
        MARK = 0x600dda7a,
        MS = 1000000,
        LONG = 60, /* ms: several time slices */
        WEDGE = 0xbe000000u,
        UTCB = 0xbf000100u,
        VM_PAGE = 0xbfd00000u,
        STUBS = 0xbfe00000u,
        MACHINE_THREADS = 256,
        FIRST_USER = 3,
        FIRST_PAGER = 51 /* of a kernel on which spaces have one */
};

extern volatile struct l4vm_shared l4vm;

#define VM ((const struct ab_vm_page *)VM_PAGE)

volatile uint32_t delivered, deliveries;

/* What user code finds in its page of data: see user_call. */
struct call {
        uint32_t mr[16];
        uint32_t eax, ecx, edx, esi, edi, ebx, ebp, entry;
};

extern const uint8_t user_call[], user_gate30[], user_gate31[], user_sysenter[], user_kip[],
    user_pager[], user_handler[], user_loop[], user_hello[], user_spin[], user_sleep[],
    user_scribble[], user_far[], user_forge_spin[], user_forge_twice[], user_pretend[], user_read[],
    user_mute[], user_lost[], user_wait[], user_deaf[], user_open[], user_end[];
asm(".section .rodata\n"
    /* load message and general registers from the page of data, and call */
    "user_call: movl $0x18001000,%esi; movl $0xbf000100,%edi; movl $16,%ecx; rep movsl\n"
    "movl 0x18001040,%eax; movl 0x18001044,%ecx; movl 0x18001048,%edx; movl 0x1800104c,%esi\n"
    "movl 0x18001050,%edi; movl 0x18001054,%ebx; movl 0x18001058,%ebp\n"
    "call *0x1800105c; int $0x84\n"
    "user_gate30: int $0x30; int $0x84\n"
    "user_gate31: int $0x31; int $0x84\n"
    "user_sysenter: movl $1f,%ebx; subl $user_call,%ebx; addl $0x18000000,%ebx; movl %esp,%ebp\n"
    "sysenter; 1: int $0x84\n"
    "user_kip: lock; nop; int $0x84\n"
    /* another pager, then a fault; another exception handler, then an exception */
    "user_pager: movl %eax,0xbf0000d0; movl 0x40000000,%eax; 1: jmp 1b\n"
    "user_handler: movl %eax,0xbf0000d4; int $0x85; 1: jmp 1b\n"
    "user_loop: jmp user_loop\n"
    "user_hello: movl $0x11223344,%ecx; int $0x86\n"
    /* count in the page of data for ever; that after 2.5 ms, in an Ipc of the second UTCB */
    "user_spin: incl 0x18001100; jmp user_spin\n"
    "user_sleep: xorl %eax,%eax; movl $-1,%edx; movl $0x04000a71,%ecx; xorl %esi,%esi\n"
    "movl $0xbf000300,%edi; call *0x18001104; jmp user_spin\n"
    /* over all that the wedge has in this space; then, and without, a fault */
    "user_scribble: movl $0xbfe01000,%edi; movl $1024,%ecx; movl $0xa5a5a5a5,%eax; rep stosl\n"
    "user_far: movl 0x40000000,%eax; int $0x84\n"
    /* that message, and then on; that message for ever; a word of a page that was there */
    "user_forge_spin: call user_message; jmp user_spin\n"
    "user_forge_twice: call user_message; call user_message; jmp user_spin\n"
    "user_pretend: call user_message; jmp user_pretend\n"
    "user_message: movl $0x18001000,%esi; movl $0xbf000100,%edi; movl $16,%ecx; rep movsl\n"
    "movl 0x18001040,%eax; movl 0x18001044,%ecx; movl 0x18001048,%edx; movl 0x1800104c,%esi\n"
    "movl $0xbf000100,%edi; jmp *0x1800105c\n"
    "user_read: movl 0x18003000,%ecx; int $0x87\n"
    /*
     * no exception handler, and a message; another way than to main, and a loop; a wait for
     * another; that message, with the page of the loop behind it there
     */
    "user_mute: movl $0,0xbf0000d4; call user_message; jmp user_mute\n"
    "user_lost: incl 0x18001100; movl %eax,0xbfe01000; jmp user_spin\n"
    "user_wait: movl %eax,%edx; xorl %eax,%eax; xorl %ecx,%ecx; xorl %esi,%esi\n"
    "movl $0xbf000100,%edi; call *0x18001104; jmp .\n"
    "user_deaf: incl 0x18001100; jmp user_forge_spin\n"
    /* the pager takes what is mapped to it, wherever that goes */
    "user_open: movl $0x10,0xbf0002c0; jmp user_hello\n"
    "user_end: .text\n");

static struct ab_frame frame;
static struct ab_trap trap;
static uint32_t unexpected;

void wedge_event(struct ab_frame *f)
{
        (void)f;
        deliveries++;
        delivered |= backend_events();
}

void wedge_trap(struct ab_frame *f, const struct ab_trap *t)
{
        (void)f;
        (void)t;
        backend_fatal("the wedge itself trapped");
}

static uint32_t sum_of_wedge(void)
{
        /* text and read-only data; its own data changes */
        const uint32_t *at = (const uint32_t *)WEDGE, *end = (const uint32_t *)user_end;
        uint32_t sum = 0;

        while (at < end)
                sum = sum * 31 + *at++;
        return sum;
}

static uint32_t address_of(const uint8_t *code)
{
        return CODE + ((uint32_t)code - (uint32_t)user_call);
}

static void prepare(uint32_t space)
{
        uint8_t *to = backend_physical(PAGE_CODE);
        uint32_t i;

        for (i = 0; i < (uint32_t)user_end - (uint32_t)user_call; i++)
                to[i] = user_call[i];
        backend_map(space, CODE, PAGE_CODE, AB_PAGE_BYTES, AB_READ | AB_EXECUTE | AB_USER);
        backend_map(space, DATA, space == ATTACKER ? PAGE_DATA : PAGE_OTHER, AB_PAGE_BYTES,
                    AB_READ | AB_WRITE | AB_USER);
        backend_map(space, STACK, PAGE_STACK, AB_PAGE_BYTES, AB_READ | AB_WRITE | AB_USER);
}

/* Run user code for at most @ms. */
static void run_for(uint32_t ms, uint32_t space, const uint8_t *code, uint32_t eax)
{
        backend_switch(space);
        frame = (struct ab_frame){
            .eip = address_of(code), .esp = STACK + 0x800, .eax = eax, .eflags = 0x202};
        backend_timer(backend_time() + (uint64_t)ms * MS);
        backend_user(&frame, &trap);
        backend_timer(0);
        unexpected |= backend_events() & ~(uint32_t)AB_EVENT_TIMER;
}

static void run(uint32_t space, const uint8_t *code, uint32_t eax)
{
        run_for(30, space, code, eax);
}

static uint32_t wedge_sum;

static bool said_hello(void)
{
        return trap.reason == AB_REASON_INTERRUPT && trap.vector == 0x86 && frame.ecx == 0x11223344;
}

/*
 * A program that has sent main a message of its own making, and waits for an answer, goes on behind
 * its call; one that does not wait is told of a general protection fault.
 */
static bool attacker_says_hello(void)
{
        uint32_t i;

        for (i = 0; i < 3; i++) {
                run_for(1000, ATTACKER, user_hello, 0);
                if (said_hello())
                        return true;
        }
        return false;
}

/* Everything is as it was: checked after each attempt. */
static void still_well(const char *attempt)
{
        const uint32_t *other = backend_physical(PAGE_OTHER);
        bool well = *other == MARK && sum_of_wedge() == wedge_sum && !unexpected && !deliveries;

        /* they end by themselves, on a busy host too */
        run_for(1000, NEIGHBOUR, user_hello, 0);
        well &= said_hello();
        well &= attacker_says_hello();
        ktap_ok(well, attempt);
}

static void call(const struct call *c, const char *attempt)
{
        *(struct call *)backend_physical(PAGE_DATA) = *c;
        run(ATTACKER, user_call, 0);
        still_well(attempt);
}

/* --- messages ------------------------------------------------------------------------- */

/* Send to @to and wait for an answer for 10 ms. */
static void message(uint32_t to, uint32_t tag, uint32_t a, uint32_t b, const char *attempt)
{
        struct call c = {.mr = {tag, a, b},
                         .eax = to,
                         .edx = to,
                         .esi = tag,
                         .edi = UTCB,
                         .ecx = L4_TimePeriod(10000).raw << 16 | L4_TimePeriod(10000).raw,
                         .entry = L4_syscalls.ipc};

        call(&c, attempt);
}

static uint32_t thread(uint32_t machine, uint32_t n)
{
        return L4_GlobalId(VM->first_thread + machine * MACHINE_THREADS + n, 1).raw;
}

static uint32_t tag(uint32_t label, uint32_t untyped, uint32_t typed)
{
        return L4_Tag(label, untyped, typed).raw;
}

static void messages(void)
{
        static const struct {
                const char *name;
                uint32_t machine, n;
        } threads[] = {{"main", 0, 0},
                       {"the monitor thread", 0, 1},
                       {"the helper", 0, 2},
                       {"a neighbour's pager", 0, FIRST_PAGER + NEIGHBOUR},
                       {"another machine's main", 1, 0},
                       {"another machine's monitor thread", 1, 1},
                       {"another machine's helper", 1, 2},
                       {"another machine's user thread", 1, FIRST_USER}};
        uint32_t root = L4_GlobalId(L4_ThreadIdUserBase() + L4_ROOT_NO, 1).raw;
        uint32_t sigma0 = L4_GlobalId(L4_ThreadIdUserBase() + L4_SIGMA0_NO, 1).raw, i;

        for (i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
                uint32_t id = thread(threads[i].machine, threads[i].n);

                ktap_line("# to:");
                ktap_line(threads[i].name);
                message(id, tag(1, 4, 0), WEDGE, 0, "a request to map");
                message(id, tag(RMON_NOTIFY, 1, 0), ~0u, 0, "a forged event");
                message(id, tag(L4_LABEL_PAGEFAULT | 2, 2, 0), WEDGE, WEDGE, "a forged page fault");
                message(id, tag(L4_LABEL_EXCEPTION, 12, 0), WEDGE, 0, "a forged exception");
                message(id, tag(0, 0, 2), WEDGE | L4_ITEM_MAP, L4_PageRights(DATA, 7).raw,
                        "a page mapped over the wedge");
                message(id, tag(0, 0, 2), 1000 << L4_STRING_LEN_SHIFT, DATA, "a string");
        }
        ktap_line("# to the resource monitor");
        message(root, tag(RMON_VM_STOP, 2, 0), 0, 1, "a request to stop the machine");
        message(root, tag(RMON_VM_FATAL, 12, 0), 0, 0, "a request to report a crash");
        message(root, tag(RMON_EXIT, 1, 0), 1, 0, "a request to end the program");
        message(root, tag(RMON_PUTS, 2, 0), 4, 0x6c697665, "characters for the console");
        message(root, tag(RMON_VM_SPACE, 1, 0), NEIGHBOUR, 0, "a request to replace a space");
        message(root, tag(RMON_VM_PORT, 4, 0), 0x80, 1, "a request for a port");
        message(root, tag(RMON_THREAD_CONTROL, 5, 0), thread(0, 0), 0,
                "a request to delete a thread");
        message(root, tag(L4_LABEL_PAGEFAULT | 2, 2, 0), WEDGE, 0,
                "a forged page fault of the wedge");
        message(root, tag(L4_LABEL_EXCEPTION, 12, 0), 0, 0, "a forged exception of the wedge");
        ktap_line("# to sigma0 and the interrupts");
        message(sigma0, tag(L4_LABEL_SIGMA0, 2, 0), L4_FpageLog2(0xa0000, 12).raw, 0,
                "a request for video memory");
        message(sigma0, tag(L4_LABEL_SIGMA0, 2, 0), L4_IoFpageLog2(0x3f8, 3).raw, 0,
                "a request for ports");
        message(L4_GlobalId(4, 1).raw, tag(0, 0, 0), 0, 0, "an acknowledgement of an interrupt");
        message(L4_GlobalId(0, 1).raw, tag(0, 0, 0), 0, 0, "an acknowledgement of the timer's");
        message(thread(0, FIRST_USER + NEIGHBOUR), tag(0, 2, 0), CODE, STACK,
                "a start message for a neighbour");
}

/* --- the other calls ----------------------------------------------------------------------- */

static void calls(void)
{
        uint32_t own = thread(0, 0), flush = L4_FpageAddRights(L4_CompleteAddressSpace, 7).raw;

        ktap_line("# system calls");
        call(&(struct call){.eax = 0, .edx = L4_ANYTHREAD, .edi = UTCB, .entry = L4_syscalls.ipc},
             "a wait for anybody, for ever");
        call(&(struct call){.mr = {flush},
                            .eax = L4_UNMAP_FLUSH,
                            .esi = flush,
                            .edi = UTCB,
                            .entry = L4_syscalls.unmap},
             "Unmap of everything");
        call(&(struct call){.eax = own,
                            .ecx = L4_EXREGS_IP | L4_EXREGS_SP,
                            .edx = STACK,
                            .esi = CODE,
                            .entry = L4_syscalls.exregs},
             "ExchangeRegisters of main");
        call(&(struct call){.eax = thread(0, 1),
                            .ecx = L4_EXREGS_HALT | L4_EXREGS_HALTFLAG,
                            .entry = L4_syscalls.exregs},
             "ExchangeRegisters of the monitor thread");
        call(&(struct call){.eax = thread(0, FIRST_USER + NEIGHBOUR),
                            .ecx = L4_EXREGS_IP,
                            .esi = CODE,
                            .entry = L4_syscalls.exregs},
             "ExchangeRegisters of a neighbour");
        call(&(struct call){.eax = own, .edi = L4_UTCB_LEAVE, .entry = L4_syscalls.threadcontrol},
             "ThreadControl: delete main");
        call(&(struct call){.eax = own,
                            .edx = L4_FpageLog2(0x1000, 12).raw,
                            .esi = L4_FpageLog2(0x2000, 12).raw,
                            .entry = L4_syscalls.spacecontrol},
             "SpaceControl of the kernel space");
        call(&(struct call){.eax = own,
                            .ecx = 0,
                            .edx = ~0u,
                            .esi = ~0u,
                            .edi = ~0u,
                            .entry = L4_syscalls.schedule},
             "Schedule: main's priority");
        call(&(struct call){.eax = thread(0, FIRST_USER + ATTACKER),
                            .ecx = 255,
                            .edx = ~0u,
                            .esi = ~0u,
                            .edi = ~0u,
                            .entry = L4_syscalls.schedule},
             "Schedule: its own priority");
        call(&(struct call){.mr = {L4_FpageLog2(DATA, 12).raw},
                            .esi = L4_FpageLog2(DATA, 12).raw,
                            .edi = UTCB,
                            .entry = L4_syscalls.memorycontrol},
             "MemoryControl");
        call(&(struct call){.entry = L4_syscalls.processorcontrol}, "ProcessorControl");
        call(&(struct call){.eax = own, .entry = L4_syscalls.threadswitch}, "ThreadSwitch to main");
}

static volatile uint32_t *counter(void)
{
        return (uint32_t *)((uint8_t *)backend_physical(PAGE_DATA) + 0x100);
}

static void wait_for(uint32_t ms, bool computing)
{
        uint64_t end = backend_time() + ms * 1ull * MS;

        while (backend_time() < end) {
                if (computing)
                        continue;
                backend_timer(end);
                backend_wait();
                backend_events();
        }
        backend_timer(0);
        backend_events();
}

/* Does the attacker's counter move while main computes, or waits? */
static bool counts(uint32_t ms, bool computing)
{
        uint32_t before = *counter();

        wait_for(ms, computing);
        return *counter() != before;
}

/*
 * A space's pager is a thread that its program can send anywhere.  It must not run while the
 * space does not.
 */
static void pager_sent_to(const uint8_t *code, const char *attempt)
{
        *(uint32_t *)((uint8_t *)backend_physical(PAGE_DATA) + 0x104) = L4_syscalls.ipc;
        call(&(struct call){.eax = thread(0, FIRST_PAGER + ATTACKER),
                            .ecx = L4_EXREGS_IP | L4_EXREGS_SP | L4_EXREGS_ABORT_RCV |
                                   L4_EXREGS_HALTFLAG,
                            .edx = STACK + 0x400,
                            .esi = address_of(code),
                            .entry = L4_syscalls.exregs},
             attempt);
        ktap_ok(!counts(LONG, true) && !counts(LONG, false),
                "... and it does not run beside its guest kernel");
        run(NEIGHBOUR, user_hello, 0);
        ktap_ok(!counts(LONG, true), "... and it does not run while its space does not");
}

static void pagers(void)
{
        ktap_line("# what the wedge has in the space");
        pager_sent_to(user_spin, "its pager sent to a loop");
        pager_sent_to(user_sleep, "its pager sent to sleep, and then to a loop");
        call(&(struct call){.eax = thread(0, FIRST_PAGER + NEIGHBOUR),
                            .ecx = L4_EXREGS_IP,
                            .esi = CODE,
                            .entry = L4_syscalls.exregs},
             "ExchangeRegisters of a neighbour's pager");
        run(ATTACKER, user_scribble, 0);
        still_well("the wedge's page in the space overwritten");
        run(ATTACKER, user_far, 0);
        ktap_ok(trap.reason == AB_REASON_PAGE_FAULT && trap.address == 0x40000000 &&
                    frame.eip == address_of(user_far),
                "a fault after all that is told as it is");
}

/*
 * A message to main that says what an exception's does: an int $0x86 at an address of the wedge's
 * in the program's space.  Split, it has the thread's registers in a control transfer item.
 */
static void forge(uint32_t from, uint32_t receive)
{
        enum { EIP = 1, VECTOR = 3, ERROR = 4, GENERAL_PROTECTION = 13, INT86 = 0x86 * 8 + 2 };
        struct call c = {.eax = thread(0, 0),
                         .edx = from,
                         .ecx = L4_Timeouts(L4_ZeroTime, (L4_Time_t){(uint16_t)receive}),
                         .entry = L4_syscalls.ipc};

        if (L4_HasFeature(L4_FEATURE_CTRLXFER)) {
                c.mr[0] = tag(L4_LABEL_EXCEPTION, 2, 1 + L4_CTRLXFER_GP_REGS);
                c.mr[1] = GENERAL_PROTECTION;
                c.mr[2] = INT86;
                c.mr[3] = L4_CTRLXFER_GP_ITEM;
                c.mr[4] = STUBS;
        } else {
                c.mr[0] = tag(L4_LABEL_EXCEPTION, L4_EXC_WORDS, 0);
                c.mr[EIP] = STUBS;
                c.mr[VECTOR] = GENERAL_PROTECTION;
                c.mr[ERROR] = INT86;
        }
        c.esi = c.mr[0];
        *(struct call *)backend_physical(PAGE_DATA) = c;
}

/*
 * With its counter running, or so it would like.  One that did that before is found out
 * first, where it was to begin.
 */
static void forge_and_run(const uint8_t *code, uint32_t from, uint32_t receive)
{
        uint32_t i;

        for (i = 0; i < 10; i++) {
                prepare(ATTACKER);
                forge(from, receive);
                run_for(1000, ATTACKER, code, 0);
                if (trap.reason == AB_REASON_INTERRUPT && trap.vector == 0x86)
                        return;
        }
        ktap_ok(false, "main has the forged message");
}

/*
 * ... and while it has the resource monitor answer it?  That may have something else to do before
 * main runs again, or not: so it is looked whether the program could run then.
 */
static bool counts_when_asking(void)
{
        uint32_t before = *counter();

        backend_wall_time();
        return l4vm.awake || *counter() != before;
}

/* X.2 tells no forged message from the kernel's, so a program can run when main thinks it waits. */
static void forgers(void)
{
        enum {
                NEVER = 0,
                AT_ONCE = 0x400,
                SOON = 0x0a71 /* 2.5 ms */,
                SLEEP = 7 << 10 | 160 /* 20 */
        };
        static const struct {
                const char *name;
                const uint8_t *code;
                uint32_t receive;
                bool waits;
        } ways[] = {
            {"a program that goes on behind a forged exception", user_forge_spin, AT_ONCE, false},
            {"one that sleeps behind it, and then goes on", user_forge_spin, SOON, true},
            {"one that says that it has saved its registers, sleeps and goes on", user_forge_twice,
             SLEEP, true}};
        uint32_t i;

        ktap_line("# messages that say what the kernel's do");
        for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
                ktap_line("# by");
                ktap_line(ways[i].name);
                forge_and_run(ways[i].code, ways[i].waits ? thread(0, 0) : 0, ways[i].receive);
                run_for(1000, NEIGHBOUR, user_hello, 0);
                ktap_ok(said_hello() && !counts(LONG, true) && !counts(LONG, false),
                        "it does not run when its space is not the current one");
                still_well("nor changes anything");

                forge_and_run(ways[i].code, ways[i].waits ? thread(0, 0) : 0, ways[i].receive);
                backend_switch(NEIGHBOUR);
                ktap_ok(!counts(LONG, true),
                        "... nor after the switch to another, while main computes");
                forge_and_run(ways[i].code, ways[i].waits ? thread(0, 0) : 0, ways[i].receive);
                backend_switch(NEIGHBOUR);
                ktap_ok(!counts(LONG, false), "... nor while it waits");

                forge_and_run(ways[i].code, ways[i].waits ? thread(0, 0) : 0, ways[i].receive);
                ktap_ok(!counts(LONG, true), "... nor in its own space, while main computes");
                forge_and_run(ways[i].code, ways[i].waits ? thread(0, 0) : 0, ways[i].receive);
                ktap_ok(!counts(LONG, false), "... nor there while it waits");
                forge_and_run(ways[i].code, ways[i].waits ? thread(0, 0) : 0, ways[i].receive);
                ktap_ok(!counts_when_asking(), "... nor there while it is answered");
                still_well("nor changes anything");

                forge_and_run(ways[i].code, ways[i].waits ? thread(0, 0) : 0, ways[i].receive);
                backend_unmap(ATTACKER, DATA, AB_PAGE_BYTES);
                ktap_ok(!counts(LONG, false), "a page taken from it is, when main waits");
                forge_and_run(ways[i].code, ways[i].waits ? thread(0, 0) : 0, ways[i].receive);
                backend_unmap(ATTACKER, DATA, AB_PAGE_BYTES);
                ktap_ok(!counts(LONG, true), "... and when main is preempted");
                prepare(ATTACKER);
                still_well("nothing else has changed");
        }

        /* Whatever main has it do, it says that it is done. */
        backend_map(ATTACKER, DATA + 2 * AB_PAGE_BYTES, PAGE_OTHER, AB_PAGE_BYTES,
                    AB_READ | AB_USER);
        run_for(1000, ATTACKER, user_read, 0);
        ktap_ok(trap.vector == 0x87 && frame.ecx == MARK, "a program has a page");
        forge(thread(0, 0), NEVER);
        run_for(1000, ATTACKER, user_pretend, 0);
        backend_forget(ATTACKER);
        prepare(ATTACKER);
        run_for(1000, ATTACKER, user_read, 0);
        ktap_ok(trap.reason == AB_REASON_PAGE_FAULT && trap.address == DATA + 2 * AB_PAGE_BYTES,
                "the next one in its space has not, whatever the first says it did");
        run_for(1000, ATTACKER, user_hello, 0);
        ktap_ok(said_hello(), "... and runs");
}

/*
 * What the wedge asks of a program's thread may not come.  That is seen by where the thread is, not
 * by how long it takes, in which the machine would stand still.
 */
static void stalls(void)
{
        enum { NEVER = 0, MOST = 200 /* ms */ };
        static const struct {
                const char *name;
                const uint8_t *code;
        } ways[] = {{"a message of one that has no exception handler", user_mute},
                    {"a stop of one that spoiled the wedge's page", user_lost},
                    {"a stop of one that waits for ever, and whose pager computes", user_wait}};
        uint64_t began;
        uint32_t i;

        ktap_line("# what a program does not do when it is asked");
        for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
                ktap_line("# that is");
                ktap_line(ways[i].name);
                backend_forget(ATTACKER);
                prepare(ATTACKER);
                if (ways[i].code == user_wait) {
                        *(uint32_t *)((uint8_t *)backend_physical(PAGE_DATA) + 0x104) =
                            L4_syscalls.ipc;
                        *(struct call *)backend_physical(PAGE_DATA) =
                            (struct call){.eax = thread(0, FIRST_PAGER + ATTACKER),
                                          .ecx = L4_EXREGS_IP | L4_EXREGS_SP | L4_EXREGS_ABORT_RCV,
                                          .edx = STACK + 0x400,
                                          .esi = address_of(user_spin),
                                          .entry = L4_syscalls.exregs};
                        run(ATTACKER, user_call, 0);
                } else {
                        *(struct call *)backend_physical(PAGE_DATA) =
                            (struct call){.mr = {tag(1, 1, 0)},
                                          .eax = thread(0, 0),
                                          .edx = thread(0, 0),
                                          .esi = tag(1, 1, 0),
                                          .entry = L4_syscalls.ipc};
                }
                began = backend_time();
                run(ATTACKER, ways[i].code, thread(0, FIRST_USER + NEIGHBOUR));
                ktap_ok(backend_time() - began < MOST * MS, "it ends at once");
                still_well("nor changes anything");
        }
        backend_forget(ATTACKER);
        forge_and_run(user_deaf, thread(0, 0), NEVER);
        began = backend_time();
        run(NEIGHBOUR, user_hello, 0);
        ktap_ok(said_hello() && backend_time() - began < MOST * MS,
                "one that is asked for its floating-point registers and runs on costs no time");
        still_well("nor changes anything");
}

/*
 * Programs cannot give one another pages, even if both want to: one of them is halted.  A kernel
 * takes pages from a process that is not the current one and need not say so before that is
 * current again; a borrower kept them so long.  Here it is the second one's pager that would take
 * them: it waits for anybody, once it has done something.
 */
static void lenders(void)
{
        const uint32_t page = DATA + 2 * AB_PAGE_BYTES;

        ktap_line("# pages given to another");
        prepare(ATTACKER);
        prepare(NEIGHBOUR);
        backend_map(ATTACKER, page, PAGE_OTHER, AB_PAGE_BYTES, AB_READ | AB_USER);
        run_for(1000, ATTACKER, user_read, 0);
        ktap_ok(trap.vector == 0x87 && frame.ecx == MARK, "a program has a page");
        run_for(1000, NEIGHBOUR, user_far, 0);
        run_for(1000, NEIGHBOUR, user_open, 0);
        *(struct call *)backend_physical(PAGE_DATA) = (struct call){
            .mr = {tag(0, 0, 2), page | L4_ITEM_MAP, L4_PageRights(page, L4_FPAGE_R).raw},
            .eax = thread(0, FIRST_PAGER + NEIGHBOUR),
            .ecx = L4_Timeouts(L4_ZeroTime, L4_ZeroTime),
            .esi = tag(0, 0, 2),
            .edi = UTCB,
            .entry = L4_syscalls.ipc};
        run_for(1000, ATTACKER, user_call, 0);
        run_for(1000, NEIGHBOUR, user_read, 0);
        ktap_ok(trap.reason == AB_REASON_PAGE_FAULT && trap.address == page,
                "another does not get it, though both want that");
        backend_forget(ATTACKER);
        prepare(ATTACKER);
        still_well("nothing else has changed");
}

static void plain_instructions(void)
{
        ktap_line("# instructions");
        run(ATTACKER, user_gate30, thread(0, 0));
        still_well("int $0x30");
        run(ATTACKER, user_gate31, thread(0, 0));
        still_well("int $0x31");
        run(ATTACKER, user_sysenter, thread(0, 0));
        still_well("sysenter");
        run(ATTACKER, user_kip, 0);
        still_well("lock; nop");
        run(ATTACKER, user_pager, L4_GlobalId(L4_ThreadIdUserBase() + L4_ROOT_NO, 1).raw);
        prepare(ATTACKER);
        still_well("another pager");
        run(ATTACKER, user_handler, 0);
        backend_forget(ATTACKER);
        prepare(ATTACKER);
        still_well("no exception handler, and then another program in its space");
}

static bool has(const char *text, const char *word)
{
        uint32_t i;

        for (; *text; text++) {
                for (i = 0; word[i] && text[i] == word[i]; i++)
                        ;
                if (!word[i])
                        return true;
        }
        return false;
}

/* Look, for as long as the attacker needs and longer, whether anything happens to us. */
static void be_victim(uint32_t seconds)
{
        uint64_t end = backend_time() + seconds * 1000ull * MS;
        uint32_t *mark = backend_physical(PAGE_OTHER), sum = sum_of_wedge();

        *mark = MARK;
        while (backend_time() < end && !unexpected) {
                backend_timer(backend_time() + 20 * MS);
                backend_wait();
                unexpected |= backend_events() & ~(uint32_t)AB_EVENT_TIMER;
        }
        backend_stop(AB_STOP_POWER_OFF, unexpected || *mark != MARK || sum != sum_of_wedge());
}

void wedge_main(void)
{
        const struct backend_machine *machine = backend_start();

        if (has(machine->command_line, "victim"))
                be_victim(10);
        backend_events();
        prepare(ATTACKER);
        prepare(NEIGHBOUR);
        *(uint32_t *)backend_physical(PAGE_OTHER) = MARK;
        wedge_sum = sum_of_wedge();
        if (has(machine->command_line, "alone")) {
                forgers();
                backend_stop(AB_STOP_POWER_OFF, ktap_done() ? 0 : 1);
        }
        messages();
        calls();
        pagers();
        forgers();
        stalls();
        lenders();
        plain_instructions();
        repeats();
        kinds_of_spaces();
        backend_stop(AB_STOP_POWER_OFF, ktap_done() ? 0 : 1);
}
