/* SPDX-License-Identifier: BSD-2-Clause */
/* What the instructions meet: descriptor tables, a window of pages, a stack. */
#include "differential.h"

struct table_pointer {
        uint16_t limit;
        uint32_t base;
} __attribute__((packed));

enum { PRESENT = 1, WRITABLE = 2, USER = 4, DIRTY = 0x40, LDT_SELECTOR = 0x58 };

uint8_t test_stack[STACK_BYTES] __attribute__((aligned(4096)));
uint64_t test_gdt[SELECTORS], test_ldt[4];
static uint64_t other_gdt[SELECTORS], pristine_gdt[SELECTORS], pristine_ldt[4], other_idt[256];
static struct table_pointer gdt_pointer, idt_pointer;
static uint32_t window_table[1024] __attribute__((aligned(4096)));
static uint32_t user_table[1024] __attribute__((aligned(4096)));
static uint8_t window_memory[WINDOW_PAGES][4096] __attribute__((aligned(4096)));
static bool touched[WINDOW_PAGES] = {true, true, true, true};
static uint8_t user_memory[4096] __attribute__((aligned(4096)));
static uint8_t trap_stack[4096] __attribute__((aligned(16)));
static uint8_t spare_task[104];

/* Flat data and code have access bytes 0x92 and 0x9a, as yet without the accessed bit. */
static uint64_t flat(uint32_t access)
{
        return 0x00cf00000000ffffull | (uint64_t)access << 40;
}

static uint64_t system_segment(const void *base, uint32_t limit, uint32_t type)
{
        uint32_t address = (uint32_t)base;

        return (uint64_t)(address >> 24) << 56 | (uint64_t)type << 40 |
               (uint64_t)(address & 0xffffff) << 16 | limit;
}

static uint32_t physical(const void *address)
{
        return (uint32_t)address - KERNEL_BASE;
}

uint8_t *window_page(unsigned page)
{
        touched[page] = true;
        return window_memory[page];
}

/* Has the page been written since it was last reset, by us or by an instruction? */
static bool is_changed(unsigned page)
{
        return touched[page] || window_table[page] & DIRTY;
}

static void make_descriptors(void)
{
        static const uint8_t access[SELECTORS] = {
            [6] = 0x12,  [7] = 0x90,  [8] = 0x98,  [9] = 0x9e,  [14] = 0xf2,
            [15] = 0xb2, [16] = 0x1a, [17] = 0x92, [18] = 0x9a,
        };
        unsigned i;

        for (i = 0; i < SELECTORS; i++)
                test_gdt[i] = i < 6 ? gdt[i] : access[i] ? flat(access[i]) : 0;
        test_gdt[10] = 0x00c0960000000000ull; /* expand-down data */
        test_gdt[11] = system_segment(test_ldt, sizeof(test_ldt) - 1, 0x82);
        test_gdt[12] = 0x80008c0000080000ull; /* call gate */
        test_gdt[13] = 0x0000920000000fffull; /* 16-bit data */
        test_gdt[19] = 0x0000800000000000ull; /* reserved type */
        test_gdt[20] = 0x0000850000280000ull; /* task gate */
        test_gdt[21] = system_segment(spare_task, sizeof(spare_task) - 1, 0x8b);
        test_gdt[22] = system_segment(spare_task, sizeof(spare_task) - 1, 0x89);
        test_ldt[0] = flat(0x92);
        test_ldt[1] = flat(0x9a);
        test_ldt[2] = flat(0x12);
        test_ldt[3] = flat(0xf2);
        for (i = 0; i < SELECTORS; i++)
                pristine_gdt[i] = test_gdt[i];
        for (i = 0; i < 4; i++)
                pristine_ldt[i] = test_ldt[i];
}

static void map_pages(void)
{
        static const uint8_t code[] = {0xcd, DONE_VECTOR};
        unsigned i;

        for (i = 0; i < sizeof(code); i++)
                user_memory[i] = ((volatile uint8_t *)(KERNEL_BASE + LOW_CODE))[i] = code[i];
        user_table[(USER_PAGE >> 12) % 1024] = physical(user_memory) | PRESENT | WRITABLE | USER;
        page_directory[USER_PAGE >> 22] = physical(user_table) | PRESENT | WRITABLE | USER;
        page_directory[WINDOW >> 22] = physical(window_table) | PRESENT | WRITABLE;
}

void world_init(void)
{
        uint64_t *idt;
        unsigned i;

        make_descriptors();
        map_pages();
        gdt_pointer = (struct table_pointer){sizeof(test_gdt) - 1, (uint32_t)test_gdt};
        asm volatile("sidt %0" : "=m"(idt_pointer));
        idt = (uint64_t *)idt_pointer.base;
        for (i = 0; i < 256; i++)
                other_idt[i] = idt[i];
        tss.esp0 = (uint32_t)trap_stack + sizeof(trap_stack);
        world_reset();
}

/* The window's entries; sets no accessed or dirty bit. */
static void reset_pages(void)
{
        static const uint8_t rights[WINDOW_PAGES] = {PRESENT | WRITABLE, 0, PRESENT,
                                                     PRESENT | WRITABLE};
        unsigned i, k;

        for (i = 0; i < WINDOW_PAGES; i++) {
                for (k = 0; is_changed(i) && k < 4096; k += 4)
                        *(uint32_t *)(window_memory[i] + k) = 0x5a5a0000 + i * 4096 + k;
                touched[i] = false;
                window_table[i] = rights[i] ? physical(window_memory[i]) | rights[i] : 0;
                asm volatile("invlpg (%0)" : : "r"(WINDOW + 4096 * i) : "memory");
        }
}

void world_reset(void)
{
        unsigned i;

        for (i = 0; i < SELECTORS; i++)
                test_gdt[i] = other_gdt[i] = pristine_gdt[i];
        for (i = 0; i < 4; i++)
                test_ldt[i] = pristine_ldt[i];
        test_gdt[TSS_SELECTOR / 8] &= ~(2ull << 40);
        asm volatile("movl %0, %%cr0; movl %1, %%cr4; movl %2, %%cr3"
                     :
                     : "r"(0x80010011), "r"(0x10), "r"(physical(page_directory))
                     : "memory");
        asm volatile("lgdt %0; lidt %1; lldt %w2; ltr %w3"
                     :
                     : "m"(gdt_pointer), "m"(idt_pointer), "r"(LDT_SELECTOR), "r"(TSS_SELECTOR)
                     : "memory");
        asm volatile("movl %0, %%ds; movl %0, %%ss; movl %1, %%fs; movl %1, %%gs"
                     :
                     : "r"(KERNEL_DS), "r"(0));
        asm volatile("movl %0, %%dr0; movl %0, %%dr1; movl %0, %%dr2; movl %0, %%dr3; "
                     "movl %1, %%dr6; movl %2, %%dr7"
                     :
                     : "r"(0), "r"(0xffff0ff0), "r"(0x400));
        asm volatile("fninit");
        outb(0x2ff, 0);
        reset_pages();
}

static uint32_t add(uint32_t sum, const void *data, uint32_t bytes)
{
        const uint32_t *word = data;

        for (; bytes; bytes -= 4)
                sum = (sum ^ *word++) * 16777619u;
        return sum;
}

uint32_t world_tables(void)
{
        uint32_t sum = add(add(0, test_gdt, sizeof(test_gdt)), other_gdt, sizeof(other_gdt));

        return add(add(sum, test_ldt, sizeof(test_ldt)), window_table, 4 * WINDOW_PAGES);
}

uint32_t world_memory(void)
{
        uint32_t sum = 0;
        unsigned i;

        for (i = 0; i < WINDOW_PAGES; i++)
                sum = is_changed(i) ? add(sum, window_memory[i], 4096) : sum * 3;
        return sum;
}

void world_table(bool interrupts, bool copy, uint16_t *limit, uint32_t *base)
{
        *limit = interrupts ? sizeof(other_idt) - 1 - 24 : sizeof(test_gdt) - 1;
        if (interrupts)
                *base = copy ? (uint32_t)other_idt : idt_pointer.base;
        else
                *base = copy ? (uint32_t)other_gdt : (uint32_t)test_gdt;
}
