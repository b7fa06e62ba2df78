/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the instruction table, as in rows.c: descriptor tables, TLB and
 * caches, model-specific registers and counters, floating point.
 */
#include "try.h"

static uint32_t word;
static uint8_t area[576] __attribute__((aligned(64)));

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
