/* SPDX-License-Identifier: BSD-2-Clause */
/* User mode, with real code and faults: registers, traps, events, segments, floating point. */
#include "machine-test.h"

enum {
        CODE = 0x08000000 + 0x10000000,
        STACK = 0x30000000,
        PRESENT_ERROR = 1,
        WRITE_ERROR = 2,
        USER_ERROR = 4
};

extern const uint8_t user_int80[], user_cli[], user_touch[], user_loop[], user_int3[], user_gs[],
    user_kept_gs[], user_fld[], user_fninit[], user_read[], user_end[];
asm(".section .rodata\n"
    "user_int80: int $0x80; nop\n"
    "user_cli: cli\n"
    "user_touch: movl %eax,(%ebx); int $0x83\n"
    "user_loop: incl %ecx; jmp user_loop\n"
    "user_int3: int3\n"
    "user_gs: movl %eax,%gs; movl %gs:4,%edx; xorl %eax,%eax; movl %eax,%gs; int $0x81\n"
    "user_kept_gs: movl %gs:4,%edx; int $0x81\n"
    "user_fld: fninit; fldpi; int $0x82\n"
    "user_fninit: fninit; int $0x82\n"
    "user_read: movl (%ebx),%eax; int $0x83\n"
    "user_end: .text\n");

static struct ab_frame frame;
static struct ab_trap trap;

static uint32_t address_of(const uint8_t *code)
{
        return CODE + ((uint32_t)code - (uint32_t)user_int80);
}

static void run_user(const uint8_t *code)
{
        frame.eip = address_of(code);
        backend_user(&frame, &trap);
}

/* Before user code runs: what registers_kept() looks for, but for ebx. */
static void set_registers(uint32_t ebx, uint32_t eflags)
{
        frame = (struct ab_frame){.edi = 7,
                                  .esi = 6,
                                  .ebp = 5,
                                  .esp = STACK + 0x800,
                                  .ebx = ebx,
                                  .edx = 3,
                                  .ecx = 2,
                                  .eax = 1,
                                  .eflags = eflags};
}

static void prepare_user(void)
{
        uint8_t *to = backend_physical(PAGE_CODE);
        uint32_t i;

        for (i = 0; i < (uint32_t)user_end - (uint32_t)user_int80; i++)
                to[i] = user_int80[i];
        backend_switch(2);
        backend_map(2, CODE, PAGE_CODE, AB_PAGE_BYTES, AB_READ | AB_EXECUTE | AB_USER);
        backend_map(2, STACK, PAGE_STACK, AB_PAGE_BYTES, AB_READ | AB_WRITE | AB_USER);
        set_registers(4, 0x202);
}

static bool registers_kept(uint32_t esp)
{
        return frame.edi == 7 && frame.esi == 6 && frame.ebp == 5 && frame.esp == esp &&
               frame.ebx == 4 && frame.edx == 3 && frame.ecx == 2 && frame.eax == 1;
}

static void user_traps(bool unbounded)
{
        uint32_t before;

        prepare_user();
        frame.eflags = 0x202 | 0x8d5;
        run_user(user_int80);
        ktap_ok(trap.reason == AB_REASON_INTERRUPT && trap.vector == 0x80 &&
                    frame.eip == address_of(user_int80) + 2,
                "user mode: int 0x80, with the address behind it");
        ktap_ok(registers_kept(STACK + 0x800) && (frame.eflags & 0xcd5) == 0x8d5,
                "user mode: registers and flags are kept");
        run_user(user_cli);
        ktap_ok(trap.reason == AB_REASON_EXCEPTION && trap.vector == 13 && trap.error == 0 &&
                    frame.eip == address_of(user_cli),
                "user mode: cli is a general protection fault");
        run_user(user_int3);
        ktap_ok(trap.reason == AB_REASON_EXCEPTION && trap.vector == 3,
                "user mode: int3 is vector 3");
        frame.ebx = 0x40000000;
        run_user(user_touch);
        ktap_ok(trap.reason == AB_REASON_PAGE_FAULT && trap.address == 0x40000000 &&
                    trap.error == (USER_ERROR | WRITE_ERROR) && frame.eip == address_of(user_touch),
                "user mode: a store to nowhere is a page fault with address and error");
        backend_map(2, 0x40000000, PAGE_A, AB_PAGE_BYTES, AB_READ | AB_WRITE | AB_USER);
        frame.eax = 0x12121212;
        before = count_of(FAULT_MESSAGES);
        run_user(user_touch);
        ktap_ok(*(uint32_t *)backend_physical(PAGE_A) == 0x12121212,
                "user mode: once mapped, the store succeeds");
        ktap_ok(count_of(FAULT_MESSAGES) == before, "user mode: ... and does not fault once more");
        frame.ebx = (uint32_t)&frame;
        run_user(user_read);
        /* A backend may bound user segments; not every emulator knows bounds. */
        if (unbounded)
                ktap_ok(true,
                        "user mode: the wedge's memory cannot be read # SKIP no segment limits");
        else
                ktap_ok((trap.reason == AB_REASON_PAGE_FAULT && trap.address == (uint32_t)&frame &&
                         (trap.error | PRESENT_ERROR) == (USER_ERROR | PRESENT_ERROR)) ||
                            (trap.reason == AB_REASON_EXCEPTION && trap.vector == 13),
                        "user mode: the wedge's memory cannot be read");
}

/* Registers of user code are exact at a page fault, and a step begins where it goes on. */
static void user_fault_registers(void)
{
        const uint32_t at = 0x40004000;
        uint32_t end = address_of(user_touch) + 2;

        set_registers(at, 0x202 | 0x4d5);
        run_user(user_touch);
        frame.ebx -= at - 4;
        ktap_ok(trap.reason == AB_REASON_PAGE_FAULT && registers_kept(STACK + 0x800) &&
                    (frame.eflags & 0xcd5) == 0x4d5,
                "user mode: a page fault keeps registers and flags");
        frame.ebx = at;
        frame.eflags = 0x302;
        run_user(user_touch);
        ktap_ok(trap.reason == AB_REASON_PAGE_FAULT && frame.eip == address_of(user_touch) &&
                    frame.eflags & 0x100,
                "user mode: ... and the trap flag");
        backend_map(2, at, PAGE_A, AB_PAGE_BYTES, AB_READ | AB_WRITE | AB_USER);
        run_user(user_touch);
        ktap_ok(trap.reason == AB_REASON_EXCEPTION && trap.vector == 1 && frame.eip == end &&
                    frame.ebx == at && frame.edi == 7,
                "user mode: ... and a step that goes on there is one instruction");
        frame.eflags = 0x202;
        backend_unmap(2, at, AB_PAGE_BYTES);
}

/* Where the fault below is served: in one row with pages that lie apart. */
enum { ROW = 0x44000000, SERVED = ROW + 0x100000, APART = 8 };
static bool serves;

/* As where the directory's entry has become another one: what was made from the old one goes. */
bool AB_FAST wedge_user_fault(uint32_t address, uint32_t error, uint32_t eip)
{
        (void)error;
        (void)eip;
        if (!serves || address != SERVED)
                return false;
        backend_unmap(2, ROW, 2 * APART * AB_PAGE_BYTES);
        return backend_map(2, SERVED, PAGE_A, AB_PAGE_BYTES, AB_READ | AB_WRITE | AB_USER);
}

static void user_fault_served(void)
{
        uint32_t i;

        for (i = 0; i < APART; i++)
                backend_map(2, ROW + 2 * i * AB_PAGE_BYTES, PAGE_A, AB_PAGE_BYTES,
                            AB_READ | AB_WRITE | AB_USER);
        frame.eflags = 0x202;
        run_user(user_int80); /* user code has them now */
        set_registers(SERVED, 0x202);
        serves = true;
        run_user(user_touch);
        if (trap.reason == AB_REASON_PAGE_FAULT &&
            wedge_user_fault(trap.address, trap.error, frame.eip))
                backend_user(&frame, &trap); /* a backend need not ask by itself */
        serves = false;
        frame.ebx -= SERVED - 4;
        ktap_ok(trap.reason == AB_REASON_INTERRUPT && trap.vector == 0x83 &&
                    registers_kept(STACK + 0x800) && *(uint32_t *)backend_physical(PAGE_A) == 1,
                "user mode: a fault that is served by taking other pages away keeps registers");
        frame.ebx = ROW + 2 * AB_PAGE_BYTES;
        run_user(user_touch);
        ktap_ok(trap.reason == AB_REASON_PAGE_FAULT && trap.address == ROW + 2 * AB_PAGE_BYTES,
                "user mode: ... and those are gone");
        backend_unmap(2, SERVED, AB_PAGE_BYTES);
}

/* A part of the kernel's area that user code may read, in one piece; not every layout has that. */
static void user_large_page(void)
{
        const uint32_t at = 0x90000000;

        *(uint32_t *)backend_physical(PAGE_MANY) = 0x4d4d4d4d;
        backend_map(AB_SPACE_KERNEL, at, PAGE_MANY, MANY_BYTES, AB_READ | AB_USER);
        set_registers(at, 0x202);
        run_user(user_read);
        backend_unmap(AB_SPACE_KERNEL, at, MANY_BYTES);
        set_registers(at, 0x202);
        run_user(user_read);
        ktap_ok(trap.reason != AB_REASON_INTERRUPT && frame.eax == 1,
                "user mode: 4 MB of the kernel's area that were unmapped are not there");
}

static void user_events(void)
{
        uint32_t count, tries = 0;

        /* On a busy host the time may have come before the loop has begun. */
        do {
                frame.ecx = 0;
                backend_timer(backend_time() + 3 * MS);
                run_user(user_loop);
                count = frame.ecx;
        } while (!count && backend_events() && ++tries < 20);
        ktap_ok(trap.reason == AB_REASON_EVENT && count > 0 &&
                    frame.eip - address_of(user_loop) < 3,
                "user mode: an event stops an endless loop");
        backend_user(&frame, &trap);
        ktap_ok(trap.reason == AB_REASON_EVENT && frame.ecx == count,
                "user mode is not entered while an event waits");
        ktap_ok(backend_events() & AB_EVENT_TIMER, "the event is the timer's");
        for (tries = 0; tries < 20 && frame.ecx == count; tries++) {
                backend_events();
                backend_timer(backend_time() + 3 * MS);
                backend_user(&frame, &trap);
        }
        ktap_ok(trap.reason == AB_REASON_EVENT && frame.ecx > count,
                "user mode: the loop goes on where it was");
        backend_events();
}

/* User code finds the segment register as it was set for it, and it is known what it loads. */
static void user_selectors(void)
{
        struct ab_selectors *user = backend_user_selectors();

        user->gs = 6 * 8 + 3;
        frame.edx = 0;
        run_user(user_kept_gs);
        ktap_ok(frame.edx == 0x5e5e5e5e && user->gs == 6 * 8 + 3,
                "user mode: a segment register is given to user code");
        user->gs = 0;
        frame.edx = 0;
        run_user(user_kept_gs);
        /* Not every emulator minds that there is no segment. */
        ktap_ok(frame.edx != 0x5e5e5e5e, "user mode: and taken away");
        user->gs = 6 * 8 + 3;
        frame.eax = 6 * 8 + 3;
        run_user(user_gs);
        ktap_ok(user->gs == 0, "user mode: what user code has loaded itself is known");
}

/* A backend need not have descriptors for users. */
static void user_segment(void)
{
        uint32_t *word = backend_physical(PAGE_A);

        word[1] = 0x5e5e5e5e;
        if (!backend_user_segment(6, 0x0000ffff | (0x40000000 & 0xffff) << 16,
                                  0x00cff300 | (0x40000000 >> 16 & 0xff) |
                                      (0x40000000 & 0xff000000))) {
                ktap_ok(true, "a user data segment is accepted # SKIP the backend has none");
                return;
        }
        ktap_ok(true, "a user data segment is accepted");
        frame.eax = 6 * 8 + 3;
        run_user(user_gs);
        ktap_ok(trap.reason == AB_REASON_INTERRUPT && trap.vector == 0x81 &&
                    frame.edx == 0x5e5e5e5e,
                "user mode: memory is reached through it");
        if (backend_user_selectors)
                user_selectors();
        backend_user_segment(6, 0, 0);
        frame.eax = 6 * 8 + 3;
        run_user(user_gs);
        ktap_ok(trap.reason == AB_REASON_EXCEPTION && trap.error == 6 * 8,
                "user mode: once taken away, it is gone");
}

/* pi in 80 bits: 4000 c90fdaa22168c235 */
static bool has_pi(const uint8_t *area)
{
        return *(const uint32_t *)(area + 32) == 0x2168c235 &&
               *(const uint32_t *)(area + 36) == 0xc90fdaa2 &&
               *(const uint16_t *)(area + 40) == 0x4000 && area[4];
}

static void user_fpu(void)
{
        static uint8_t mine[512] __attribute__((aligned(16))),
            other[512] __attribute__((aligned(16)));

        run_user(user_fld);
        backend_fpu_save(mine);
        ktap_ok(has_pi(mine), "user mode: floating-point registers are saved");
        run_user(user_fninit);
        backend_fpu_save(other);
        ktap_ok(!other[4], "user mode: and again, once they have changed");
        backend_fpu_load(mine);
        backend_fpu_save(other);
        ktap_ok(has_pi(other), "user mode: floating-point registers are loaded");
}

void user_mode(bool unbounded)
{
        user_traps(unbounded);
        user_fault_registers();
        user_fault_served();
        user_large_page();
        user_events();
        user_segment();
        user_fpu();
}
