/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A wedge that tries every function of a backend that runs code, with real code and faults: those
 * of a guest's kernel, and the rest.  machine-user.c: user mode.
 */
#include "machine-test.h"

enum {
        VIRTUAL = 0x20000000,
        OTHER = 0x20400000,
        KERNEL = 0x90000000,
        WRITE_ERROR = 2,
        PRESENT_ERROR = 1
};

/* What wedge_trap() saw, and what it is to do. */
static volatile struct ab_trap seen;
static volatile uint32_t traps, seen_eip;
static volatile enum { PROTECT_AND_RETRY, MAP_KERNEL, GO_ON, SKIP_TWO, GO_TO_LANDING } reaction;
extern char landing[];
static uint32_t landing_stack[16];

void wedge_event(struct ab_frame *frame)
{
        (void)frame;
        deliveries++;
        delivered |= backend_events();
}

void wedge_trap(struct ab_frame *frame, const struct ab_trap *trap)
{
        seen.reason = trap->reason;
        seen.vector = trap->vector;
        seen.error = trap->error;
        seen.address = trap->address;
        seen_eip = frame->eip;
        traps++;
        if (traps > 1000)
                backend_fatal("too many traps");
        if (trap->reason == AB_REASON_PAGE_FAULT && reaction == PROTECT_AND_RETRY) {
                if (!backend_map(0, VIRTUAL, PAGE_A, AB_PAGE_BYTES, AB_READ | AB_WRITE))
                        backend_fatal("cannot map");
        } else if (trap->reason == AB_REASON_PAGE_FAULT && reaction == MAP_KERNEL) {
                if (!backend_map(AB_SPACE_KERNEL, KERNEL, PAGE_A, AB_PAGE_BYTES,
                                 AB_READ | AB_WRITE))
                        backend_fatal("cannot map");
        } else if (reaction == GO_ON) {
                return;
        } else if (reaction == GO_TO_LANDING) {
                frame->ebx = frame->esp;
                frame->esp = (uint32_t)&landing_stack[15];
                frame->eip = (uint32_t)landing;
        } else {
                frame->eip += 2;
        }
}

/* Exactly two bytes: what SKIP_TWO steps over. */
static uint32_t peek(uint32_t address)
{
        uint32_t value = 0xdddddddd;

        asm volatile("movl (%1),%0" : "+a"(value) : "c"(address) : "memory");
        return value;
}

static void poke(uint32_t address, uint32_t value)
{
        asm volatile("movl %0,(%1)" : : "a"(value), "c"(address) : "memory");
}

static bool page_fault(uint32_t address, uint32_t error)
{
        return seen.reason == AB_REASON_PAGE_FAULT && seen.address == address &&
               seen.error == error;
}

static void mappings(void)
{
        uint32_t *a = backend_physical(PAGE_A), *b = backend_physical(PAGE_B), before;

        *a = 0xaaaaaaaa;
        *b = 0xbbbbbbbb;
        backend_switch(0);
        ktap_ok(backend_map(0, VIRTUAL, PAGE_A, AB_PAGE_BYTES, AB_READ | AB_WRITE) &&
                    backend_map(1, VIRTUAL, PAGE_B, AB_PAGE_BYTES, AB_READ),
                "two spaces map one address");
        ktap_ok(peek(VIRTUAL) == 0xaaaaaaaa, "the first space shows its page");
        poke(VIRTUAL, 0xa0a0a0a0);
        ktap_ok(*a == 0xa0a0a0a0, "a store reaches it");
        backend_switch(1);
        ktap_ok(peek(VIRTUAL) == 0xbbbbbbbb, "after a switch the second shows its own");

        reaction = SKIP_TWO;
        before = traps;
        poke(VIRTUAL, 1);
        ktap_ok(traps == before + 1 && page_fault(VIRTUAL, PRESENT_ERROR | WRITE_ERROR) &&
                    *b == 0xbbbbbbbb,
                "a store to a read-only page traps, with address and error");

        backend_switch(0);
        backend_protect(0, VIRTUAL, AB_PAGE_BYTES, AB_READ);
        reaction = PROTECT_AND_RETRY;
        before = traps;
        poke(VIRTUAL + 4, 0x77777777);
        ktap_ok(traps == before + 1 && a[1] == 0x77777777,
                "rights taken away are noticed; granted in the trap, the store is repeated");

        reaction = SKIP_TWO;
        backend_unmap(0, VIRTUAL, AB_PAGE_BYTES);
        peek(VIRTUAL + 8);
        ktap_ok(page_fault(VIRTUAL + 8, 0), "a page that was unmapped is not there");
        backend_map(0, VIRTUAL, PAGE_B, AB_PAGE_BYTES, AB_READ);
        backend_map(0, VIRTUAL, PAGE_A, AB_PAGE_BYTES, AB_READ);
        ktap_ok(peek(VIRTUAL) == 0xa0a0a0a0, "a mapping replaces the one before");

        backend_map(0, OTHER, PAGE_A, 2 * AB_PAGE_BYTES, AB_READ);
        ktap_ok(peek(OTHER + AB_PAGE_BYTES) == 0xbbbbbbbb, "two pages are mapped in one call");
        backend_forget(0);
        before = traps;
        peek(VIRTUAL);
        peek(OTHER);
        ktap_ok(traps == before + 2, "a space that was forgotten is empty");
        backend_switch(1);
        ktap_ok(peek(VIRTUAL) == 0xbbbbbbbb, "its neighbour is not");

        backend_map(AB_SPACE_KERNEL, KERNEL, PAGE_A, AB_PAGE_BYTES, AB_READ | AB_WRITE);
        poke(KERNEL, 0xcccccccc);
        backend_switch(0);
        ktap_ok(peek(KERNEL) == 0xcccccccc && *a == 0xcccccccc,
                "kernel mappings are in every space");
        backend_unmap(AB_SPACE_KERNEL, KERNEL, AB_PAGE_BYTES);
        peek(KERNEL);
        ktap_ok(page_fault(KERNEL, 0), "and leave all of them");
}

/*
 * Pages behind one that the kernel touches, which a backend may map along with it: they are what
 * they are said to be at every moment, too.
 */
static void neighbours(void)
{
        enum { PAGES = 8 };
        uint32_t i, before, wrong = 0;

        for (i = 0; i < PAGES; i++)
                *(uint32_t *)backend_physical(PAGE_A + i * AB_PAGE_BYTES) = 0x1000 + i;
        reaction = SKIP_TWO;
        backend_switch(2);
        backend_map(2, OTHER, PAGE_A, PAGES * AB_PAGE_BYTES, AB_READ | AB_WRITE);
        peek(OTHER);
        backend_unmap(2, OTHER + AB_PAGE_BYTES, AB_PAGE_BYTES);
        before = traps;
        peek(OTHER + AB_PAGE_BYTES);
        ktap_ok(traps == before + 1 && page_fault(OTHER + AB_PAGE_BYTES, 0),
                "a page behind one that was touched is not there when it was unmapped");
        backend_protect(2, OTHER + 2 * AB_PAGE_BYTES, AB_PAGE_BYTES, AB_READ);
        poke(OTHER + 2 * AB_PAGE_BYTES, 1);
        ktap_ok(traps == before + 2 && page_fault(OTHER + 2 * AB_PAGE_BYTES, 3),
                "one that was protected cannot be written");
        backend_map(2, OTHER, PAGE_A + 4 * AB_PAGE_BYTES, 4 * AB_PAGE_BYTES, AB_READ);
        for (i = 0; i < PAGES; i++)
                wrong += peek(OTHER + i * AB_PAGE_BYTES) != 0x1000 + (i < 4 ? i + 4 : i);
        ktap_ok(!wrong && traps == before + 2, "others in their place are seen, all of them");
        backend_unmap(2, OTHER, PAGES * AB_PAGE_BYTES);
        for (i = 0; i < PAGES; i++)
                peek(OTHER + i * AB_PAGE_BYTES);
        ktap_ok(traps == before + 2 + PAGES, "and none when all were unmapped at once");
        backend_map(2, OTHER, PAGE_A, PAGES * AB_PAGE_BYTES, AB_READ);
        peek(OTHER);
        backend_switch(0);
        before = traps;
        for (i = 0; i < PAGES; i++)
                peek(OTHER + i * AB_PAGE_BYTES);
        ktap_ok(traps == before + PAGES, "after a switch none of them is there");
        backend_forget(2);
}

/* A mapping of 4 MB that says what is there already. */
static void mapped_twice(void)
{
        uint32_t *first = backend_physical(PAGE_MANY), *other = backend_physical(PAGE_A), i, before;

        *first = 0x4d4d4d4d;
        *other = 0xaaaaaaaa;
        reaction = SKIP_TWO;
        for (i = 0; i < 2; i++) {
                backend_map(AB_SPACE_KERNEL, KERNEL, PAGE_MANY, MANY_BYTES, AB_READ | AB_WRITE);
                poke(KERNEL + 4u, 0x5e5e5e5e);
        }
        backend_map(AB_SPACE_KERNEL, KERNEL, PAGE_A, AB_PAGE_BYTES, AB_READ | AB_WRITE);
        ktap_ok(peek(KERNEL) == 0xaaaaaaaa && peek(KERNEL + AB_PAGE_BYTES) != 0xdddddddd,
                "a page in the place of a part of 4 MB that were mapped twice is seen");
        for (i = 0; i < 2; i++) {
                backend_map(AB_SPACE_KERNEL, KERNEL, PAGE_MANY, MANY_BYTES, AB_READ | AB_WRITE);
                poke(KERNEL, 0x5e5e5e5e);
        }
        backend_unmap(AB_SPACE_KERNEL, KERNEL, MANY_BYTES);
        before = traps;
        peek(KERNEL);
        ktap_ok(traps == before + 1 && page_fault(KERNEL, 0),
                "4 MB that were mapped twice are not there when they were unmapped");
}

/* How many of @regions pages, 4 MB apart, still show when their space is switched to again. */
static uint32_t left_behind(uint32_t regions)
{
        uint32_t before, i;

        reaction = SKIP_TWO;
        backend_switch(2);
        for (i = 0; i < regions; i++) {
                backend_map(2, 0x10000000 + i * 0x400000, PAGE_A, AB_PAGE_BYTES, AB_READ);
                peek(0x10000000 + i * 0x400000);
        }
        backend_switch(3);
        backend_forget(2);
        backend_switch(2);
        before = traps;
        for (i = 0; i < regions; i++)
                peek(0x10000000 + i * 0x400000);
        before += regions - traps;
        backend_switch(0);
        return before;
}

static void forgotten_while_away(void)
{
        ktap_ok(!left_behind(3), "a space that is forgotten while another is current is empty");
        ktap_ok(!left_behind(40), "and one with pages in many places");
}

static void spaces_run_out(void)
{
        uint32_t address = 0x10000000, space, tables = 0;
        bool ok = true;

        for (space = 0; space < 16 && ok; space++)
                for (address = 0x10000000; address < 0x80000000 && ok; address += 0x400000) {
                        ok = backend_map(space, address, 0, AB_PAGE_BYTES, AB_READ);
                        tables += ok;
                }
        ktap_ok(!ok && tables > 1000, "maps are refused when page tables run out");
        for (space = 0; space < 16; space++)
                backend_forget(space);
        ktap_ok(backend_map(0, address, 0, AB_PAGE_BYTES, AB_READ), "forgetting makes room again");
        backend_forget(0);
}

static void kernel_traps(void)
{
        uint32_t kept_stack, before = traps, here;

        reaction = SKIP_TWO;
        /* a division: on L4Ka::Pistachio an invalid instruction ends the machine */
        asm volatile("movl $1f,%0; 1: divb %%cl" : "=&d"(here) : "c"(0), "a"(1));
        ktap_ok(traps == before + 1 && seen.reason == AB_REASON_EXCEPTION && seen.vector == 0 &&
                    seen_eip == here,
                "an exception of the kernel is reported at its address");
        reaction = GO_TO_LANDING;
        asm volatile("movl %%esp,%%esi\n"
                     "divb %%cl\n"
                     "jmp 1f\n"
                     "landing:\n"
                     "movl %%esp,%0\n"
                     "movl %%ebx,%%esp\n"
                     "1:"
                     : "=&d"(kept_stack)
                     : "c"(0), "a"(1)
                     : "ebx", "esi", "memory");
        ktap_ok(kept_stack == (uint32_t)&landing_stack[15],
                "the trap handler changes address and stack pointer");
}

/* More than it takes for the backends to believe that L4 has no memory for a mapping. */
enum { VERY_MANY = 250 };

/* A breakpoint of the kernel's own, as one for a tick of an idle machine: nothing else happens. */
static void many_breakpoints(void)
{
        enum { INT3 = 0xcc, RET = 0xc3 };
        uint8_t *code = backend_physical(PAGE_CODE);
        uint32_t i, before = traps;

        code[0] = INT3;
        code[1] = RET;
        backend_map(AB_SPACE_KERNEL, KERNEL, PAGE_CODE, AB_PAGE_BYTES, AB_READ | AB_EXECUTE);
        reaction = GO_ON;
        for (i = 0; i < VERY_MANY; i++)
                ((void (*)(void))KERNEL)();
        ktap_ok(traps == before + VERY_MANY && seen.vector == 3 && seen_eip - KERNEL == 1,
                "a breakpoint of the kernel strikes as often as it is executed");
        backend_unmap(AB_SPACE_KERNEL, KERNEL, AB_PAGE_BYTES);
}

/* One page of the kernel's area for one purpose after another, as for patches of its text. */
static void page_mapped_again_and_again(void)
{
        uint32_t i, before = count_of(HELPER_CALLS), wrong = 0;

        reaction = MAP_KERNEL;
        *(uint32_t *)backend_physical(PAGE_A) = 0x12345678;
        for (i = 0; i < VERY_MANY; i++) {
                wrong += peek(KERNEL) != 0x12345678;
                backend_unmap(AB_SPACE_KERNEL, KERNEL, AB_PAGE_BYTES);
        }
        ktap_ok(!wrong, "a page of the kernel's area is mapped again as often as it is needed");
        ktap_ok(count_of(HELPER_CALLS) - before <= VERY_MANY + VERY_MANY / 10,
                "... and nothing else with it");
}

static void event_interrupts_kernel(void)
{
        uint32_t before = deliveries;
        uint64_t limit = backend_time() + 2000ull * MS;

        delivered = 0;
        backend_release();
        backend_timer(backend_time() + 3 * MS);
        while (deliveries == before && backend_time() < limit)
                ;
        backend_hold();
        ktap_ok(deliveries == before + 1 && delivered & AB_EVENT_TIMER,
                "an event interrupts running code");

        before = deliveries;
        limit = backend_time() + 2000ull * MS;
        backend_release();
        backend_timer(1);
        while (deliveries == before && backend_time() < limit)
                ;
        backend_hold();
        ktap_ok(deliveries == before + 1, "so does a time that has passed already");
}

/* --- the rest ------------------------------------------------------------------ */

static bool same(const char *a, const char *b)
{
        while (*a && *a == *b) {
                a++;
                b++;
        }
        return *a == *b;
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

static bool one_key(void)
{
        char text[8] = "";

        ktap_line("# input please");
        backend_wait();
        return backend_events() & AB_EVENT_CONSOLE && backend_console_read(text, 1) == 1 &&
               same(text, "k");
}

/* Again and again: on L4 one in five was once not told, for ever, to a wedge just busy. */
static void console_input(void)
{
        unsigned keys = 0;

        while (keys < 16 && one_key())
                keys++;
        ktap_ok(keys == 16, "every key is an event, and is read");
}

static void ports(void)
{
        uint32_t value;

        /* the signature of QEMU's configuration device */
        ktap_ok(backend_port_out(0x510, 2, 0) && backend_port_in(0x511, 1, &value) && value == 'Q',
                "other ports are the machine's");
}

void wedge_main(void)
{
        const struct backend_machine *machine = backend_start();

        if (has(machine->command_line, "fatal"))
                backend_fatal("as the command line asks");
        if (has(machine->command_line, "reboot"))
                backend_stop(AB_STOP_REBOOT, 0);
        if (has(machine->command_line, "crash")) {
                kernel_traps();
                backend_fatal("after some traps");
        }
        contract(machine);
        ktap_ok(has(machine->command_line, "one two"), "the command line is passed");
        ktap_ok(machine->module_bytes == 6 &&
                    same(backend_physical(machine->module_start), "module"),
                "the module is passed");
        mappings();
        neighbours();
        mapped_twice();
        forgotten_while_away();
        spaces_run_out();
        kernel_traps();
        many_breakpoints();
        page_mapped_again_and_again();
        event_interrupts_kernel();
        user_mode(has(machine->command_line, "unbounded"));
        ports();
        console_input();
        backend_stop(AB_STOP_POWER_OFF, ktap_done() ? 0 : 1);
}
