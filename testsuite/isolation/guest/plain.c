/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that is not the program's, and instructions that are not for programs. */
#include <l4/abi.h>

#include "isolation.h"
#include "layout.h"

/* --- memory ------------------------------------------------------------------------------ */

static void read_at(const void *at)
{
        (void)*(const volatile uint32_t *)at;
}

static void write_at(const void *at)
{
        *(volatile uint32_t *)at = 0xbadbad00;
}

static void execute_at(const void *at)
{
        ((void (*)(void))at)();
}

/* A system call as the deputy: the kernel writes and reads where the program cannot. */
static void kernel_reads(const void *at)
{
        int ends[2];

        if (sys1(SYS_pipe, ends) || sys3(SYS_write, ends[1], at, 4) != -EFAULT_)
                sys2(SYS_kill, sys0(SYS_getpid), SIGKILL_);
        /* cppcheck-suppress nullPointer ; ends the process */
        *(volatile uint32_t *)0 = 0;
}

static void kernel_writes(const void *at)
{
        int ends[2];

        if (sys1(SYS_pipe, ends) || sys3(SYS_write, ends[1], "evil", 4) != 4 ||
            sys3(SYS_read, ends[0], at, 4) != -EFAULT_)
                sys2(SYS_kill, sys0(SYS_getpid), SIGKILL_);
        /* cppcheck-suppress nullPointer ; ends the process */
        *(volatile uint32_t *)0 = 0;
}

/* Through a segment of the program's own: its descriptor says where, its offsets do, or both do. */
static uint32_t own_segment(uint32_t base)
{
        uint32_t descriptor[4] = {~0u, base, 0xfffff, 0x51}; /* 4 GB of data */

        if (sys1(243 /* set_thread_area */, descriptor))
                sys2(SYS_kill, sys0(SYS_getpid), SIGKILL_);
        return descriptor[0] * 8 + 3;
}

static void read_through(uint32_t base, uint32_t offset)
{
        asm volatile("movl %0, %%gs; movl %%gs:(%1), %%eax"
                     :
                     : "r"(own_segment(base)), "r"(offset)
                     : "eax", "memory");
}

static void read_by_base(const void *at)
{
        read_through((uint32_t)at, 0);
}

static void read_by_offset(const void *at)
{
        read_through(0, (uint32_t)at);
}

static void read_around(const void *at)
{
        enum { BEYOND = 0x10000000 };

        read_through((uint32_t)at + BEYOND, (uint32_t)-BEYOND);
}

static void write_through(const void *at)
{
        asm volatile("movl %0, %%gs; movl %0, %%gs:0"
                     :
                     : "r"(own_segment((uint32_t)at))
                     : "memory");
}

/* Registers that a process had, where another may find them: L4 spaces are used again. */
enum { SECRET = 0x5ec2e7, PROCESSES = 60 };

static void leave_secret(void)
{
        int secret = SECRET, i;

        for (i = 0; i < 3; i++) {
                asm volatile("fninit; fildl %0" : : "m"(secret));
                asm volatile("int $0x80"
                             :
                             : "a"(SYS_sched_yield), "b"(secret), "S"(secret), "D"(secret));
        }
}

/* Looks for complements, so that it does not find what it holds in registers itself. */
static void find_secret(void)
{
        static const uint32_t pages[] = {L4VM_UTCB, L4VM_STUB_DATA};
        uint32_t word = ~(uint32_t)SECRET, mantissa = ~((uint32_t)SECRET << 9), i, at;

        asm volatile("" : "+r"(word), "+r"(mantissa)); /* the compiler must not undo it */
        for (i = 0; i < 2; i++)
                for (at = pages[i]; at <= pages[i] + 4096 - 4; at++) {
                        uint32_t found = *(const volatile uint32_t *)at;

                        if (!~(found ^ word) || !~(found ^ mantissa))
                                sys2(SYS_kill, sys0(SYS_getpid), SIGKILL_);
                }
}

static void leave_and_find(const void *unused)
{
        int i, status;
        long child;

        (void)unused;
        sys1(SYS_alarm, 0); /* it takes its time */
        for (i = 0; i < 2 * PROCESSES; i++) {
                child = sys0(SYS_fork);
                if (!child) {
                        if (i < PROCESSES)
                                leave_secret();
                        else
                                find_secret();
                        sys1(SYS_exit, 0);
                }
                sys4(SYS_wait4, child, &status, 0, 0);
                /* where the pages cannot even be read there is nothing to find */
                if (status && (i < PROCESSES || status != SIGSEGV_))
                        sys2(SYS_kill, sys0(SYS_getpid), SIGKILL_);
        }
        /* cppcheck-suppress nullPointer ; ends the process */
        *(volatile uint32_t *)0 = 0;
}

void attempt_memory(void)
{
        static const struct {
                uint32_t address;
                const char *name;
        } areas[] = {{L4VM_LINEAR, "the guest's physical memory"},
                     {L4VM_LINEAR + 0x100000, "the guest kernel"},
                     {L4VM_WINDOW, "the wedge's window"},
                     {L4VM_WINDOW + L4VM_PIECE, "the wedge's window, second piece"},
                     {L4VM_IMAGE, "the wedge"},
                     {L4VM_IMAGE + 0x40000, "the wedge, further on"},
                     {L4VM_UTCB + 0x1000, "behind the UTCB area"},
                     {L4VM_PAGE, "the page about the machine"},
                     {L4_USER_END, "the L4 kernel"},
                     {0xf0000000, "the L4 kernel, further on"},
                     {0xffc00000, "the last 4 MB"},
                     {0xfffff000, "the last page"}};
        const void *kip = (const void *)L4VM_KIP, *stubs = (const void *)L4VM_STUB_CODE;
        unsigned i;

        for (i = 0; i < sizeof areas / sizeof areas[0]; i++) {
                const void *at = (const void *)areas[i].address;

                attempt(FAULTS, read_at, at, "read %s", areas[i].name);
                attempt(FAULTS, write_at, at, "write %s", areas[i].name);
                attempt(FAULTS, execute_at, at, "execute %s", areas[i].name);
                attempt(FAULTS, kernel_reads, at, "have the kernel read %s", areas[i].name);
                attempt(FAULTS, kernel_writes, at, "have the kernel write %s", areas[i].name);
                attempt(FAULTS, read_by_base, at, "read %s as %%gs:0", areas[i].name);
                attempt(FAULTS, read_by_offset, at, "read %s as %%gs:address", areas[i].name);
                attempt(FAULTS, read_around, at, "read %s around the end of %%gs", areas[i].name);
                attempt(FAULTS, write_through, at, "write %s as %%gs:0", areas[i].name);
        }
        attempt(FAULTS, leave_and_find, 0, "find registers that other processes had");
        /* These are there by the interface: read as you like, but do not write. */
        attempt(ANY, read_at, kip, "read the kernel interface page");
        attempt(FAULTS, write_at, kip, "write the kernel interface page");
        attempt(ANY, read_at, stubs, "read the stubs");
        attempt(FAULTS, write_at, stubs, "write the stubs");
}

/* What the program can write of L4's, it harms itself with. */
static void scribble(const void *at)
{
        volatile uint32_t *word = (volatile uint32_t *)((uint32_t)at & -4096u);
        unsigned i;

        for (i = 0; i < 1024; i++)
                word[i] = ~0u;
        sys0(SYS_getpid);
        /* cppcheck-suppress nullPointer ; ends the process */
        *(volatile uint32_t *)0 = 0;
}

/* --- instructions -------------------------------------------------------------------------- */

#define INSTRUCTION(name, code)                                                                    \
        static void name(const void *port)                                                         \
        {                                                                                          \
                asm volatile(code : : "d"(port), "a"(port) : "memory", "cc");                      \
        }
INSTRUCTION(in_byte, "inb %%dx, %%al")
INSTRUCTION(in_word, "inw %%dx, %%ax")
INSTRUCTION(in_long, "inl %%dx, %%eax")
INSTRUCTION(out_byte, "outb %%al, %%dx")
INSTRUCTION(out_word, "outw %%ax, %%dx")
INSTRUCTION(out_long, "outl %%eax, %%dx")
INSTRUCTION(do_cli, "cli")
INSTRUCTION(do_sti, "sti")
INSTRUCTION(do_hlt, "hlt")
INSTRUCTION(do_iretd, "pushl $0; pushl $8; pushl $0; iretl")
INSTRUCTION(do_cr0, "movl %%cr0, %%eax")
INSTRUCTION(do_cr3, "movl %%eax, %%cr3")
INSTRUCTION(do_dr7, "movl %%eax, %%dr7")
INSTRUCTION(do_lidt, "lidt (%%esp)")
INSTRUCTION(do_ltr, "movw $0x28, %%ax; ltr %%ax")
INSTRUCTION(do_invlpg, "invlpg (%%esp)")
INSTRUCTION(do_wbinvd, "wbinvd")
INSTRUCTION(do_wrmsr, "movl $0x174, %%ecx; wrmsr")
INSTRUCTION(do_rdmsr, "movl $0x174, %%ecx; rdmsr")
INSTRUCTION(do_clts, "clts")
INSTRUCTION(do_gate30, "int $0x30")
INSTRUCTION(do_gate31, "int $0x31")
INSTRUCTION(do_gate20, "int $0x20")
INSTRUCTION(do_kernel_code, "ljmp $0x08, $0xf0000000")
INSTRUCTION(do_kernel_data, "movw $0x10, %%ax; movw %%ax, %%ds")
INSTRUCTION(do_lock_nop, "lock; nop")
INSTRUCTION(do_sysenter, "movl $1f, %%ebx; movl %%esp, %%ebp; sysenter; 1:")
INSTRUCTION(do_step, "pushfl; orl $0x100, (%%esp); popfl; movl $1f, %%ebx; movl %%esp, %%ebp;"
                     "sysenter; 1:")
INSTRUCTION(do_flags, "pushl $0x7202; popfl; pushfl; popl %%eax")
INSTRUCTION(do_segments, "xorl %%eax, %%eax; movw %%ax, %%gs; movw %%ax, %%fs; movw %%ax, %%es")

static const struct {
        enum fate fate;
        void (*run)(const void *);
        const char *name;
} instructions[] = {
    {FAULTS, do_cli, "cli"},
    {FAULTS, do_sti, "sti"},
    {FAULTS, do_hlt, "hlt"},
    {FAULTS, do_iretd, "iret to the kernel's code segment"},
    {FAULTS, do_cr0, "mov from %cr0"},
    {FAULTS, do_cr3, "mov to %cr3"},
    {FAULTS, do_dr7, "mov to %dr7"},
    {FAULTS, do_lidt, "lidt"},
    {FAULTS, do_ltr, "ltr"},
    {FAULTS, do_invlpg, "invlpg"},
    {FAULTS, do_wbinvd, "wbinvd"},
    {FAULTS, do_wrmsr, "wrmsr"},
    {FAULTS, do_rdmsr, "rdmsr"},
    {FAULTS, do_clts, "clts"},
    {FAULTS, do_kernel_code, "a far jump to the kernel's code segment"},
    {FAULTS, do_kernel_data, "the kernel's data segment"},
    {FAULTS, do_gate20, "int $0x20"},
    {ANY, do_gate30, "int $0x30"},
    {ANY, do_gate31, "int $0x31"},
    {ANY, do_lock_nop, "lock; nop"},
    {ANY, do_sysenter, "sysenter"},
    {ANY, do_step, "sysenter, single-stepped"},
    {ANY, do_flags, "popf with every flag"},
    {ANY, do_segments, "null in the data segments"},
};

void attempt_instructions(void)
{
        static const struct {
                uint32_t port;
                const char *name;
        } ports[] = {{0x20, "the interrupt controller"},
                     {0x40, "the timer"},
                     {0x64, "the keyboard controller"},
                     {0x70, "the clock"},
                     {0xcf8, "PCI"},
                     {0x3f8, "the console"},
                     {0x80, "the diagnostic port"},
                     {0xf4, "the emulator's exit"}};
        unsigned i;

        attempt(ANY, scribble, (const void *)L4VM_UTCB, "scribble over its UTCB area");
        attempt(ANY, scribble, (const void *)L4VM_STUB_DATA, "scribble over its page for stubs");
        for (i = 0; i < sizeof ports / sizeof ports[0]; i++) {
                const void *port = (const void *)ports[i].port;

                attempt(FAULTS, in_byte, port, "inb: %s", ports[i].name);
                attempt(FAULTS, in_word, port, "inw: %s", ports[i].name);
                attempt(FAULTS, in_long, port, "inl: %s", ports[i].name);
                attempt(FAULTS, out_byte, port, "outb: %s", ports[i].name);
                attempt(FAULTS, out_word, port, "outw: %s", ports[i].name);
                attempt(FAULTS, out_long, port, "outl: %s", ports[i].name);
        }
        for (i = 0; i < sizeof instructions / sizeof instructions[0]; i++)
                attempt(instructions[i].fate, instructions[i].run, 0, "%s", instructions[i].name);
}
