/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * steps: a kernel that steps itself, as kprobes and kgdb do.  It sets the trap flag, executes
 * sensitive instructions, and prints what it finds at each exception: where, the flags, a register
 * and DR6.  It prints the same on bare hardware and bound.
 */
#include "kernel.h"

enum { MOST = 40, TRAP = 0x100, DEBUG = 1, PROTECTION = 13 };

static struct {
        uint32_t eip, eflags, eax, dr6;
} seen[MOST];
static uint32_t count, begin, end;

void kernel_trap(struct trap_frame *frame)
{
        if (frame->vector == CALL_VECTOR)
                return;
        if (frame->vector == PROTECTION) {
                print("# fault at %x, flags %x\n", frame->eip - begin, frame->eflags);
                frame->ecx = KERNEL_DS;
                return;
        }
        if (frame->vector != DEBUG)
                panic("unexpected trap", frame);
        if (count < MOST) {
                seen[count].eip = frame->eip;
                seen[count].eflags = frame->eflags;
                seen[count].eax = frame->eax;
                asm volatile("movl %%db6, %0" : "=r"(seen[count].dr6));
                asm volatile("movl %0, %%db6" : : "r"(0));
                count++;
        }
        if (frame->eip == end || count == MOST)
                frame->eflags &= ~(uint32_t)TRAP;
}

static void report(const char *name, bool show)
{
        uint32_t i;

        print("# %s:", name);
        for (i = 0; i < count; i++)
                print(" %x/%x/%x/%x", seen[i].eip - begin, seen[i].eflags, show ? seen[i].eax : 0,
                      seen[i].dr6 & 0x4000);
        print("\n");
}

/* From the first instruction of `code' on, which may destroy all but %ebp and %esp.  %eax is shown
 * or not. */
#define STEPS(name, show, code)                                                                    \
        static void name(void)                                                                     \
        {                                                                                          \
                extern char begin_##name[], end_##name[];                                          \
                static uint32_t memory[4];                                                         \
                                                                                                   \
                memory[0] = memory[1] = 0;                                                         \
                count = 0;                                                                         \
                begin = (uint32_t)begin_##name;                                                    \
                end = (uint32_t)end_##name;                                                        \
                asm volatile("pushfl; orl $0x100, (%%esp); xorl %%eax, %%eax; popfl\n"             \
                             ".globl begin_" #name "\nbegin_" #name ":\n" code                     \
                             "\n.globl end_" #name "\nend_" #name ": incl %%ecx"                   \
                             :                                                                     \
                             : "b"(memory)                                                         \
                             : "eax", "ecx", "edx", "esi", "edi", "memory", "cc");                 \
                report(#name, show);                                                               \
        }

STEPS(flags, true, "nop; cli; pushfl; popl %%eax; stc; pushfl; popfl; std; pushfl; popl %%eax; cld")
STEPS(masks, true, "cli; incl %%eax; cli; cli; incl %%eax; pushfl; cli; popfl; incl %%eax")
STEPS(stop, true, "pushl $2; popfl; incl %%eax; incl %%eax")
STEPS(control, true,
      "movl %%cr0, %%eax; smsw %%ax; clts; movl %%cr0, %%eax; movl %%cr3, %%eax\n"
      "movl %%eax, %%cr3; incl %%eax; movl %%cr2, %%ecx; movl %%db7, %%eax; xorl %%eax, %%eax")
STEPS(segments, true,
      "movl %%ds, %%eax; movl %%eax, %%es; pushl %%es; popl %%fs; movl %%eax, %%gs\n"
      "movl %%fs, (%%ebx); movw %%ax, %%es; larl %%eax, %%ecx; lsll %%eax, %%eax; verr %%cx")
STEPS(tables, true,
      "sgdt (%%ebx); lgdt (%%ebx); incl %%ecx; sidt (%%ebx); lidt (%%ebx); str %%ax; sldt %%ax")
STEPS(ports, false,
      "inb $0x21, %%al; outb %%al, $0x80; movl $0x21, %%edx; inb %%dx, %%al; incl %%ecx; "
      "outb %%al, %%dx")
STEPS(others, false,
      "cpuid; xorl %%eax, %%eax; wbinvd; invlpg (%%eax); rdtsc; xorl %%eax, %%eax; incl %%eax")
STEPS(far, true,
      "pushl %%cs; pushl $1f; lret; nop; 1: incl %%eax; ljmp $8, $2f; nop; 2: incl %%eax")
STEPS(back, true, "pushfl; pushl %%cs; pushl $1f; iretl; nop; 1: incl %%eax; incl %%eax")
STEPS(ends_by_return, true,
      "pushl $2; pushl %%cs; pushl $1f; iretl; nop; 1: incl %%eax; incl %%eax")
STEPS(calls, true, "int $0x80; incl %%eax; incl %%eax; cli; incl %%eax")
STEPS(faults, true,
      "movl %%ebx, (%%ebx); incl %%eax; movl %%esp, %%esi; movw $0x1234, %%cx; movl %%ecx, %%es; "
      "incl %%eax")
STEPS(memory_first_touched, true,
      "movl $0x81800000, %%edi; movl (%%edi), %%ecx; incl %%eax; pushl %%es; popl %%es")

void kernel_main(void)
{
        ktap_plan(1);
        flags();
        masks();
        stop();
        control();
        segments();
        tables();
        ports();
        others();
        far();
        back();
        ends_by_return();
        calls();
        faults();
        memory_first_touched();
        ktap_result(count > 0 && seen[count - 1].eip == end, "the last instruction is stepped too");
        ktap_finish();
}
