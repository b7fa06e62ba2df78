/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptor tables.
 */
#include "gdt.h"
#include "entry.h"
#include "boot.h"
#include "ext.h"
#include "x86.h"

#define DESC_FLAT    0x00CF00000000FFFFull /* base 0, limit 4 GB, 32 bits, page units */
#define DESC_TYPE(t) ((u64)(t) << 40)
#define CODE0        0x9B
#define DATA0        0x93
#define CODE3        0xFB
#define DATA3        0xF3
#define DATA3_READ   0xF1
#define TSS_TYPE     0x89
#define GATE_KERNEL  0x8E00u
#define GATE_USER    0xEE00u

#define IO_BITMAP_BYTES (8192 + 1)

u64 gdt[GDT_COUNT] = {
    [SEL_KCODE / 8] = DESC_FLAT | DESC_TYPE(CODE0),
    [SEL_KDATA / 8] = DESC_FLAT | DESC_TYPE(DATA0),
    [GDT_UCODE] = DESC_FLAT | DESC_TYPE(CODE3),
    [GDT_UDATA] = DESC_FLAT | DESC_TYPE(DATA3),
};

static u64 idt[VEC_COUNT];

/* Descriptor of a byte-granular segment. */
static u64 segment(u32 base, u32 limit, u8 type)
{
        return (limit & 0xFFFF) | (u64)(base & 0xFFFFFF) << 16 | DESC_TYPE(type) |
               (u64)(limit >> 16 & 15) << 48 | 1ull << 54 | (u64)(base >> 24) << 56;
}

static void gate(u32 vector, void (*entry)(void), u32 type)
{
        idt[vector] = ((u32)entry & 0xFFFF) | (u64)SEL_KCODE << 16 | (u64)type << 32 |
                      (u64)((u32)entry & 0xFFFF0000) << 32;
}

static void idt_init(void)
{
        for (u32 i = 0; i < 32; i++)
                gate(i, exception_entries[i], GATE_KERNEL);
        if (!cpu_has_sysenter) {
                gate(VEC_GP, exception_13_long, GATE_KERNEL);
                gate(VEC_PF, exception_14_long, GATE_KERNEL);
        }
        for (u32 i = 0; i < 16; i++)
                gate(VEC_IRQ + i, irq_entries[i], GATE_KERNEL);
        gate(VEC_CLOCK, irq_16, GATE_KERNEL);
        gate(VEC_SPURIOUS, irq_spurious, GATE_KERNEL);
        gate(VEC_IPC, int_ipc_entry, GATE_USER);
        gate(VEC_SYSCALL, int_syscall_entry, GATE_USER);
}

void gdt_init(void)
{
        struct table_pointer p;
        u8 *tss = (u8 *)TSS_ADDR;

        memset(tss, 0, TSS_SIZE);
        *(u32 *)(tss + 8) = SEL_KDATA;  /* ss0; esp0 is set on each switch */
        *(u16 *)TSS_IO_BASE = TSS_SIZE; /* the IO bitmap follows at once */
        gdt[SEL_UTCB / 8] = segment(GS_PAGE, 3, DATA3_READ);
        gdt[GDT_TSS] = segment(TSS_ADDR, TSS_SIZE + IO_BITMAP_BYTES - 1, TSS_TYPE) & ~(1ull << 54);

        idt_init();
        if (X_BOUNDS)
                bounds_init();

        p = (struct table_pointer){sizeof(gdt) - 1, (u32)gdt};
        asm volatile("lgdt %0\n\t"
                     "ljmp %1, $1f\n"
                     "1:\n\t"
                     "mov %2, %%ds\n\tmov %2, %%es\n\tmov %2, %%ss\n\t"
                     "mov %3, %%fs\n\tmov %3, %%gs"
                     :
                     : "m"(p), "i"(SEL_KCODE), "r"(SEL_KDATA), "r"(0)
                     : "memory");
        p = (struct table_pointer){sizeof(idt) - 1, (u32)idt};
        asm volatile("lidt %0" : : "m"(p) : "memory");
        /* At power-on the LDT is 64 KB at address 0: a user could load what lies there. */
        asm volatile("ltr %w0\n\tlldt %w1" : : "r"(SEL_TSS), "r"(0) : "memory");
}
