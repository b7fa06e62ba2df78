/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor: instructions C cannot spell, and the bits of its registers
 * (Intel SDM volume 3, chapters 2 to 6).
 */
#ifndef L4K_X86_H
#define L4K_X86_H

#include "config.h"
#include "types.h"

#define CR0_PE BIT(0)
#define CR0_MP BIT(1)
#define CR0_EM BIT(2)
#define CR0_TS BIT(3)
#define CR0_NE BIT(5)
#define CR0_WP BIT(16)
#define CR0_AM BIT(18)
#define CR0_NW BIT(29)
#define CR0_CD BIT(30)
#define CR0_PG BIT(31)

#define CR4_PSE        BIT(4)
#define CR4_PGE        BIT(7)
#define CR4_PCE        BIT(8)
#define CR4_OSFXSR     BIT(9)
#define CR4_OSXMMEXCPT BIT(10)

#define EFLAGS_CF  BIT(0)
#define EFLAGS_ONE BIT(1)
#define EFLAGS_PF  BIT(2)
#define EFLAGS_AF  BIT(4)
#define EFLAGS_ZF  BIT(6)
#define EFLAGS_SF  BIT(7)
#define EFLAGS_TF  BIT(8)
#define EFLAGS_IF  BIT(9)
#define EFLAGS_DF  BIT(10)
#define EFLAGS_OF  BIT(11)
#define EFLAGS_NT  BIT(14)
#define EFLAGS_RF  BIT(16)
#define EFLAGS_AC  BIT(18)
#define EFLAGS_ID  BIT(21)

/* What a user may put into another thread's EFLAGS. */
#define EFLAGS_USER                                                                                \
        (EFLAGS_CF | EFLAGS_PF | EFLAGS_AF | EFLAGS_ZF | EFLAGS_SF | EFLAGS_TF | EFLAGS_DF |       \
         EFLAGS_OF | EFLAGS_AC | EFLAGS_ID | X_DEBUG * EFLAGS_RF)

/* Page table entries (SDM 3, 4.3). */
#define PTE_P      BIT(0)
#define PTE_W      BIT(1)
#define PTE_U      BIT(2)
#define PTE_PWT    BIT(3)
#define PTE_PCD    BIT(4)
#define PTE_A      BIT(5)
#define PTE_D      BIT(6)
#define PTE_LARGE  BIT(7)
#define PTE_PAT    BIT(7)
#define PTE_G      BIT(8)
#define PTE_KERNEL BIT(9) /* ours: a KIP or UTCB page, outside the mapping tree */
#define PDE_PAT    BIT(12)
#define PTE_FRAME  0xFFFFF000u

#define PAGE_BITS  12
#define PAGE_SIZE  4096u
#define SUPER_BITS 22
#define SUPER_SIZE (1u << SUPER_BITS)

/* Exception vectors. */
enum vector {
        VEC_DE = 0,
        VEC_DB = 1,
        VEC_NMI = 2,
        VEC_UD = 6,
        VEC_NM = 7,
        VEC_DF = 8,
        VEC_TS = 10,
        VEC_NP = 11,
        VEC_SS = 12,
        VEC_GP = 13,
        VEC_PF = 14,
        VEC_MF = 16,
        VEC_AC = 17,
        VEC_XM = 19,
};

#define MSR_SYSENTER_CS  0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define MSR_PAT          0x277

/* Take the interrupts that are pending, in kernel code that can be preempted. */
static inline void interrupts_pass(void)
{
        asm volatile("sti; nop; cli" : : : "memory", "cc");
}

static inline void outb(u16 port, u8 value)
{
        asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline u8 inb(u16 port)
{
        u8 value;

        asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
        return value;
}

static inline u64 rdtsc(void)
{
        u64 t;

        asm volatile("rdtsc" : "=A"(t));
        return t;
}

static inline void wrmsr(u32 msr, u64 value)
{
        asm volatile("wrmsr" : : "c"(msr), "A"(value));
}

static inline u64 rdmsr(u32 msr)
{
        u64 value;

        asm volatile("rdmsr" : "=A"(value) : "c"(msr));
        return value;
}

static inline u32 read_cr0(void)
{
        u32 v;

        asm volatile("mov %%cr0, %0" : "=r"(v));
        return v;
}

static inline void write_cr0(u32 v)
{
        asm volatile("mov %0, %%cr0" : : "r"(v) : "memory");
}

static inline u32 read_cr2(void)
{
        u32 v;

        asm volatile("mov %%cr2, %0" : "=r"(v));
        return v;
}

static inline u32 read_cr3(void)
{
        u32 v;

        asm volatile("mov %%cr3, %0" : "=r"(v) : : "memory");
        return v;
}

static inline void write_cr3(u32 v)
{
        asm volatile("mov %0, %%cr3" : : "r"(v) : "memory");
}

static inline u32 read_cr4(void)
{
        u32 v;

        asm volatile("mov %%cr4, %0" : "=r"(v));
        return v;
}

static inline void write_cr4(u32 v)
{
        asm volatile("mov %0, %%cr4" : : "r"(v) : "memory");
}

static inline void invlpg(u32 address)
{
        asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static inline void cpuid(u32 leaf, u32 r[4])
{
        asm volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(0));
}

/* a / b for a 64-bit a; the quotient must fit in 64 bits and b in 32. */
u64 div64(u64 a, u32 b);

#endif
