/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows of the instruction table, executed in ring 0 and held against what
 * the architecture says: flags, transfers of control, ports, control and debug
 * registers, segments.  rows-system.c has the rest; a row without a function
 * in either does not link.  An instruction the processor lacks must raise #UD,
 * and then passes.
 */
#include "try.h"

static uint32_t word;
static uint8_t bytes[8];
static const uint32_t far_data[2] = {0x12345678, KERNEL_DS};

ROW(CLI)
{
        asm volatile("sti; nop; cli" : : : "memory");
        return !(flags() & 0x200);
}

ROW(STI)
{
        uint32_t value;

        asm volatile("sti; nop; pushfl; cli; popl %0" : "=r"(value) : : "memory");
        return value & 0x200;
}

ROW(PUSHF)
{
        uint32_t carry, clear;

        asm volatile("stc; pushfl; popl %0; clc; pushfl; popl %1" : "=r"(carry), "=r"(clear));
        return (carry & 3) == 3 && (clear & 3) == 2;
}

ROW(POPF)
{
        uint32_t value;

        asm volatile("pushl $0x246; popfl; pushfl; cli; popl %0" : "=r"(value) : : "memory", "cc");
        return (value & 0x3ed5) == 0x244;
}

ROW(HLT)
{
        unsigned before = timer_ticks;

        asm volatile("sti; hlt; cli" : : : "memory");
        return timer_ticks > before;
}

ROW(IRET)
{
        uint32_t value;

        TRY("pushl $0x2; pushl $8; pushl $1f; stc; iretl; 1: pushfl; popl %0", OUT("=a"(value)));
        return caught == NOTHING && !(value & 1);
}

ROW(LRET)
{
        uint32_t value;

        TRY("pushl $8; pushl $1f; movl $1, %0; lret; movl $2, %0; 1:", OUT("=&a"(value)));
        return caught == NOTHING && value == 1;
}

ROW(LJMP)
{
        uint32_t value;

        TRY("movl $1, %0; ljmp $8, $1f; movl $2, %0; 1:", OUT("=&a"(value)));
        return caught == NOTHING && value == 1;
}

ROW(LCALL)
{
        uint32_t value;

        TRY("movl $1, %0; lcall $8, $1f; addl $16, %0; jmp 2f; 1: addl $4, %0; lret; 2:",
            OUT("=&a"(value)));
        return caught == NOTHING && value == 21;
}

ROW(INT)
{
        unsigned before = calls;

        asm volatile("int $0x80" : : : "memory");
        return calls == before + 1;
}

extern char behind_int3[], behind_into[], behind_int1[];

ROW(INT3)
{
        TRY("int3; .globl behind_int3; behind_int3: nop", NONE);
        return caught == VECTOR_BP && caught_eip == (uint32_t)behind_int3;
}

ROW(INTO)
{
        TRY("movb $0x7f, %%al; addb $1, %%al; into; .globl behind_into; behind_into: nop",
            OUT("=a"(word)));
        return caught == VECTOR_OF && caught_eip == (uint32_t)behind_into;
}

ROW(INT1)
{
        TRY("int1; .globl behind_int1; behind_int1: nop", NONE);
        /* QEMU has no int1 and says #UD. */
        return (caught == VECTOR_DB && caught_eip == (uint32_t)behind_int1) || caught == VECTOR_UD;
}

ROW(SYSENTER)
{
        uint32_t value;

        if (!has(1, 3, 11))
                return true;
        set_msr(0x174, KERNEL_CS);
        TRY("movl $0x175, %%ecx; movl %%esp, %%eax; xorl %%edx, %%edx; wrmsr\n\t"
            "movl $0x176, %%ecx; movl $1f, %%eax; wrmsr\n\t"
            "movl $1, %%eax; sysenter; movl $2, %%eax; 1:",
            OUT("=a"(value)), "c"(0), "d"(0));
        return caught == NOTHING && value == 1;
}

/* To user mode, which comes back by a breakpoint. */
ROW(SYSEXIT)
{
        static const uint8_t user_code[] = {0xcc}; /* int3 */
        static uint8_t user_stack[256], trap_stack_bytes[512];

        if (!has(1, 3, 11))
                return true;
        set_msr(0x174, KERNEL_CS);
        tss.esp0 = (uint32_t)trap_stack_bytes + sizeof trap_stack_bytes;
        TRY("sysexit", NONE, "d"(user_code), "c"(user_stack + sizeof user_stack));
        return caught == VECTOR_BP && (caught_cs & 3) == 3;
}

ROW(SYSCALL)
{
        TRY("syscall", NONE);
        return caught == VECTOR_UD; /* not enabled in EFER, or not there */
}

ROW(SYSRET)
{
        TRY("sysret", NONE);
        return caught == VECTOR_UD || caught == VECTOR_GP;
}

ROW(RSM)
{
        TRY("rsm", NONE);
        return caught == VECTOR_UD;
}

enum { SCRATCH = 0x3ff }; /* a serial port's scratch register */

ROW(IN)
{
        outb(SCRATCH, 0x5a);
        return inb(SCRATCH) == 0x5a;
}

ROW(OUT)
{
        outb(SCRATCH, 0xa5);
        outb(SCRATCH, 0x3c);
        return inb(SCRATCH) == 0x3c;
}

ROW(INS)
{
        uint8_t *to = bytes;
        uint32_t count = 3;

        outb(SCRATCH, 0x77);
        asm volatile("rep; insb" : "+D"(to), "+c"(count) : "d"(SCRATCH) : "memory");
        return to == bytes + 3 && !count && bytes[0] == 0x77 && bytes[2] == 0x77;
}

ROW(OUTS)
{
        static const uint8_t values[3] = {1, 2, 0x99};
        const uint8_t *from = values;
        uint32_t count = 3;

        asm volatile("rep; outsb" : "+S"(from), "+c"(count) : "d"(SCRATCH) : "memory");
        return from == values + 3 && inb(SCRATCH) == 0x99;
}

static uint32_t cr0(void)
{
        uint32_t value;

        asm volatile("movl %%cr0, %0" : "=r"(value));
        return value;
}

ROW(MOV_FROM_CR)
{
        uint32_t directory;

        asm volatile("movl %%cr3, %0" : "=r"(directory));
        return (cr0() & 0x80000001) == 0x80000001 &&
               directory == (uint32_t)page_directory - KERNEL_BASE;
}

ROW(MOV_TO_CR)
{
        bool set;

        asm volatile("movl %0, %%cr0" : : "r"(cr0() | 8));
        set = cr0() & 8;
        asm volatile("movl %0, %%cr0" : : "r"(cr0() & ~8u));
        asm volatile("movl %0, %%cr2" : : "r"(0xabcd1234));
        asm volatile("movl %%cr2, %0" : "=r"(word));
        return set && !(cr0() & 8) && word == 0xabcd1234;
}

ROW(MOV_FROM_DR)
{
        uint32_t value;

        asm volatile("movl %1, %%dr1; movl %%dr1, %0" : "=r"(value) : "r"(0x1234000));
        return value == 0x1234000;
}

ROW(MOV_TO_DR)
{
        uint32_t value;

        asm volatile("movl %1, %%dr3; movl %2, %%dr2; movl %%dr3, %0"
                     : "=r"(value)
                     : "r"(0x4567000), "r"(0));
        return value == 0x4567000;
}

ROW(CLTS)
{
        asm volatile("movl %0, %%cr0; clts" : : "r"(cr0() | 8));
        return !(cr0() & 8);
}

ROW(LMSW)
{
        bool set;

        asm volatile("lmsw %w0" : : "r"(cr0() | 8));
        set = cr0() & 8;
        asm volatile("clts");
        return set && cr0() & 1;
}

ROW(SMSW)
{
        uint32_t value = 0;

        asm volatile("smsw %w0" : "+r"(value));
        return (value & 0xffff) == (cr0() & 0xffff);
}

ROW(MOV_FROM_SEG)
{
        uint32_t code = 0, data = 0;

        asm volatile("movl %%cs, %0; movl %%ds, %1" : "=r"(code), "=r"(data));
        return (code & 0xffff) == KERNEL_CS && (data & 0xffff) == KERNEL_DS;
}

ROW(MOV_TO_SEG)
{
        uint32_t value = 0;

        asm volatile("movl %1, %%es; movl %%es, %0; movl %2, %%es"
                     : "=&r"(value)
                     : "r"(USER_DS), "r"(KERNEL_DS));
        TRY("movl %0, %%fs", NONE, "r"(0xfff8));
        return (value & 0xffff) == USER_DS && caught == VECTOR_GP;
}

ROW(PUSH_SEG)
{
        uint32_t value;

        asm volatile("pushl %%cs; popl %0" : "=r"(value));
        return (value & 0xffff) == KERNEL_CS;
}

ROW(POP_SEG)
{
        uint32_t value;

        asm volatile("pushl %1; popl %%es; movl %%es, %0; pushl %2; popl %%es"
                     : "=&r"(value)
                     : "i"(USER_DS), "i"(KERNEL_DS));
        return (value & 0xffff) == USER_DS;
}

#define FAR_LOAD(id, mnemonic)                                                                     \
        ROW(id)                                                                                    \
        {                                                                                          \
                uint32_t value = 0;                                                                \
                asm volatile(mnemonic " %1, %0" : "=r"(value) : "m"(*far_data) : "memory");        \
                return value == 0x12345678;                                                        \
        }
FAR_LOAD(LDS, "lds")
FAR_LOAD(LES, "les")
FAR_LOAD(LFS, "lfs")
FAR_LOAD(LGS, "lgs")

ROW(LSS)
{
        uint32_t pointer[2] = {0, KERNEL_DS};

        asm volatile("movl %%esp, %0; lss %0, %%esp" : "+m"(*pointer) : : "memory");
        asm volatile("movl %%ss, %0" : "=r"(word));
        return (word & 0xffff) == KERNEL_DS;
}
