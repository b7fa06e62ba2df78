/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every row of the instruction table, executed in ring 0 and held against what
 * the architecture says.  A row without a function here does not link.
 * An instruction the processor lacks must raise #UD, and then passes.
 */
#include "try.h"

#define ROW(name)                                                                                  \
        bool row_##name(void);                                                                     \
        bool row_##name(void)

static uint32_t word;
static uint8_t bytes[8];
static uint8_t area[576] __attribute__((aligned(64)));
static const uint32_t far_data[2] = {0x12345678, KERNEL_DS};

static void cpuid(uint32_t leaf, uint32_t out[4])
{
        asm volatile("cpuid"
                     : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
                     : "0"(leaf), "2"(0));
}

/* Bit `bit' of register `which' (eax 0 ... edx 3) of a leaf, if there is one. */
static bool has(uint32_t leaf, unsigned which, unsigned bit)
{
        uint32_t out[4];

        cpuid(leaf & 0x80000000, out);
        if (out[0] < leaf)
                return false;
        cpuid(leaf, out);
        return out[which] >> bit & 1;
}

static uint32_t flags(void)
{
        uint32_t value;

        asm volatile("pushfl; popl %0" : "=r"(value));
        return value;
}

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

static void set_msr(uint32_t number, uint32_t value)
{
        asm volatile("wrmsr" : : "c"(number), "a"(value), "d"(0));
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
        static uint8_t user_stack[256];

        if (!has(1, 3, 11))
                return true;
        set_msr(0x174, KERNEL_CS);
        tss.esp0 = (uint32_t)area + sizeof area;
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

struct table_pointer {
        uint16_t limit;
        uint32_t base;
} __attribute__((packed));

ROW(SGDT)
{
        struct table_pointer pointer = {0, 0};

        asm volatile("sgdt %0" : "=m"(pointer));
        return pointer.base == (uint32_t)gdt && pointer.limit == sizeof gdt - 1;
}

ROW(LGDT)
{
        static uint64_t copy[6];
        struct table_pointer pointer = {sizeof copy - 1, (uint32_t)copy}, seen;
        unsigned i;

        for (i = 0; i < 6; i++)
                copy[i] = gdt[i];
        asm volatile("lgdt %1; sgdt %0" : "=m"(seen) : "m"(pointer));
        pointer.base = (uint32_t)gdt;
        asm volatile("lgdt %0" : : "m"(pointer));
        return seen.base == (uint32_t)copy;
}

ROW(SIDT)
{
        struct table_pointer pointer = {0, 0};

        asm volatile("sidt %0" : "=m"(pointer));
        return pointer.limit == 256 * 8 - 1 && pointer.base >= KERNEL_BASE;
}

ROW(LIDT)
{
        struct table_pointer pointer, cut, seen;

        asm volatile("sidt %0" : "=m"(pointer));
        cut = pointer;
        cut.limit = 0x7f;
        asm volatile("lidt %1; sidt %0; lidt %2" : "=m"(seen) : "m"(cut), "m"(pointer));
        return seen.limit == 0x7f && seen.base == pointer.base;
}

ROW(LLDT)
{
        TRY("lldt %w0", NONE, "r"(0));
        if (caught != NOTHING)
                return false;
        TRY("lldt %w0", NONE, "r"(KERNEL_DS));
        return caught == VECTOR_GP;
}

ROW(SLDT)
{
        uint32_t value = 0xffff;

        asm volatile("sldt %w0" : "+r"(value));
        return !(value & 0xffff);
}

ROW(LTR)
{
        gdt[TSS_SELECTOR / 8] &= ~(2ull << 40); /* available again */
        TRY("ltr %w0", NONE, "r"(TSS_SELECTOR));
        if (caught != NOTHING || !(gdt[TSS_SELECTOR / 8] & 2ull << 40))
                return false;
        TRY("ltr %w0", NONE, "r"(TSS_SELECTOR)); /* busy now */
        return caught == VECTOR_GP;
}

ROW(STR)
{
        uint32_t value = 0;

        asm volatile("str %w0" : "+r"(value));
        return (value & 0xffff) == TSS_SELECTOR;
}

/* A two-operand question to the descriptor tables: ZF, and the answer. */
#define ASK(mnemonic, selector, answer)                                                            \
        ({                                                                                         \
                uint8_t zero;                                                                      \
                asm volatile(mnemonic "; setz %0"                                                  \
                             : "=q"(zero), "+r"(answer)                                            \
                             : "r"(selector)                                                       \
                             : "cc");                                                              \
                zero;                                                                              \
        })

ROW(VERR)
{
        uint32_t none = 0;

        return ASK("verr %w2", KERNEL_DS, none) && !ASK("verr %w2", 0, none);
}

ROW(VERW)
{
        uint32_t none = 0;

        return ASK("verw %w2", KERNEL_DS, none) && !ASK("verw %w2", KERNEL_CS, none);
}

ROW(LAR)
{
        uint32_t rights = 0;

        return ASK("larl %2, %1", KERNEL_CS, rights) && (rights & 0xff00) == 0x9b00 &&
               !ASK("larl %2, %1", 0, rights);
}

ROW(LSL)
{
        uint32_t limit = 0;

        return ASK("lsll %2, %1", KERNEL_CS, limit) && limit == 0xffffffff &&
               !ASK("lsll %2, %1", 0, limit);
}

ROW(ARPL)
{
        uint32_t selector = KERNEL_DS;

        return ASK("arpl %w2, %w1", 3, selector) && selector == (KERNEL_DS | 3) &&
               !ASK("arpl %w2, %w1", 0, selector);
}

ROW(INVLPG)
{
        volatile uint32_t *window = (volatile uint32_t *)0xa0000000;
        volatile uint32_t *first = (volatile uint32_t *)(KERNEL_BASE + 0x800000);
        volatile uint32_t *second = (volatile uint32_t *)(KERNEL_BASE + 0xc00000);
        bool right;

        *first = 11;
        *second = 22;
        page_directory[0xa0000000 >> 22] = 0x800087;
        right = *window == 11;
        page_directory[0xa0000000 >> 22] = 0xc00087;
        asm volatile("invlpg (%0)" : : "r"(window) : "memory");
        return right && *window == 22;
}

ROW(INVD)
{
        asm volatile("wbinvd; invd" : : : "memory");
        return true;
}

ROW(WBINVD)
{
        word = 5;
        asm volatile("wbinvd" : : : "memory");
        return word == 5;
}

ROW(WBNOINVD)
{
        word = 6;
        TRY("wbnoinvd", NONE);
        return caught == NOTHING && word == 6;
}

ROW(INVPCID)
{
        static uint32_t descriptor[4];

        TRY("invpcid (%0), %1", NONE, "r"(descriptor), "r"(2));
        return caught == (has(7, 1, 10) ? NOTHING : VECTOR_UD);
}

ROW(CPUID)
{
        uint32_t out[4];

        cpuid(0, out);
        return out[0] >= 1 && out[1] && out[2] && out[3];
}

ROW(RDMSR)
{
        uint32_t low, high;

        set_msr(0x174, 0x1230);
        asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(0x174));
        set_msr(0x174, KERNEL_CS);
        return low == 0x1230;
}

ROW(WRMSR)
{
        uint32_t low, high;

        set_msr(0x176, 0x80123456);
        asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(0x176));
        return low == 0x80123456;
}

ROW(RDTSC)
{
        uint32_t low[2], high[2];

        asm volatile("rdtsc" : "=a"(low[0]), "=d"(high[0]));
        asm volatile("rdtsc" : "=a"(low[1]), "=d"(high[1]));
        return ((uint64_t)high[1] << 32 | low[1]) > ((uint64_t)high[0] << 32 | low[0]);
}

ROW(RDTSCP)
{
        TRY("rdtscp", OUT("=a"(word)), "c"(0), "d"(0));
        return caught == (has(0x80000001, 3, 27) ? NOTHING : VECTOR_UD);
}

ROW(RDPMC)
{
        TRY("rdpmc", OUT("=a"(word)), "c"(0), "d"(0));
        return caught == NOTHING || caught == VECTOR_GP || caught == VECTOR_UD;
}

ROW(MONITOR)
{
        TRY("monitor", NONE, "a"(&word), "c"(0), "d"(0));
        return caught == (has(1, 2, 3) ? NOTHING : VECTOR_UD);
}

ROW(MWAIT)
{
        TRY("sti; mwait; cli", NONE, "a"(0), "c"(0));
        return caught == (has(1, 2, 3) ? NOTHING : VECTOR_UD);
}

ROW(XSETBV)
{
        TRY("xsetbv", NONE, "a"(1), "c"(0), "d"(0));
        return caught == VECTOR_UD; /* CR4.OSXSAVE is clear */
}

ROW(XGETBV)
{
        TRY("xgetbv", OUT("=a"(word)), "c"(0), "d"(0));
        return caught == VECTOR_UD;
}

ROW(CLAC)
{
        TRY("clac", NONE);
        return caught == (has(7, 1, 20) ? NOTHING : VECTOR_UD);
}

ROW(STAC)
{
        TRY("stac; clac", NONE);
        return caught == (has(7, 1, 20) ? NOTHING : VECTOR_UD);
}

static const int number = 4711;

ROW(FNSAVE)
{
        int value;

        asm volatile("fninit; fildl %1; fnsave %0; frstor %0" : "=m"(area) : "m"(number));
        asm volatile("fistpl %0" : "=m"(value));
        return value == number && area[0] == 0x7f;
}

ROW(FRSTOR)
{
        int value;

        asm volatile("fninit; fildl %1; fnsave %0; fninit; frstor %0" : "=m"(area) : "m"(number));
        asm volatile("fistpl %0" : "=m"(value));
        return value == number;
}

ROW(FNINIT)
{
        uint16_t control = 0;

        asm volatile("fninit; fnstcw %0" : "=m"(control));
        return control == 0x37f;
}

ROW(FXSAVE)
{
        if (!has(1, 3, 24))
                return true;
        asm volatile("fninit; fxsave %0" : "=m"(area));
        return area[0] == 0x7f && area[1] == 0x03;
}

ROW(FXRSTOR)
{
        int value;

        if (!has(1, 3, 24))
                return true;
        asm volatile("fninit; fildl %1; fxsave %0; fninit; fxrstor %0" : "=m"(area) : "m"(number));
        asm volatile("fistpl %0" : "=m"(value));
        return value == number;
}

ROW(XSAVE)
{
        TRY("xsave %0", OUT("=m"(area)), "a"(1), "d"(0));
        return caught == VECTOR_UD; /* CR4.OSXSAVE is clear */
}

ROW(XRSTOR)
{
        TRY("xrstor %0", NONE, "m"(area), "a"(1), "d"(0));
        return caught == VECTOR_UD;
}

ROW(RDPID)
{
        TRY("rdpid %0", OUT("=r"(word)));
        return caught == (has(7, 2, 22) ? NOTHING : VECTOR_UD);
}

ROW(RDPRU)
{
        TRY("rdpru", NONE, "a"(0), "c"(0), "d"(0));
        return caught == VECTOR_UD;
}

ROW(VIRT)
{
        TRY("vmcall", NONE);
        return caught == VECTOR_UD;
}

ROW(PLATFORM)
{
        TRY("getsec", NONE, "a"(0));
        return caught == VECTOR_UD;
}
