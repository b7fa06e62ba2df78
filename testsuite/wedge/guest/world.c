/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages and tables that are changed, and how what comes of it is seen. */
#include "remembered.h"

uint8_t memory[PAGES][PAGE] __attribute__((aligned(4096)));
uint32_t tables[2][1024] __attribute__((aligned(4096)));
uint32_t directories[2][1024] __attribute__((aligned(4096)));
static uint32_t user_table[1024] __attribute__((aligned(4096)));
unsigned current;

struct left left;
uint32_t come_back, visitor_stack;
static const char *failed;

void kernel_trap(struct trap_frame *frame)
{
        if (!come_back)
                panic("unexpected trap", frame);
        left.vector = frame->vector;
        left.error = frame->error;
        left.eip = frame->eip;
        left.pushed = frame->eflags;
        left.data = frame->ds & 0xffff;
        left.code = frame->cs & 0xffff;
        left.stack = (uint32_t)(&frame->ss + 1);
        asm volatile("movl %%cr2, %0; movl %%cs, %1; movl %%ss, %2; pushfl; popl %3"
                     : "=r"(left.address), "=r"(left.cs), "=r"(left.ss), "=r"(left.flags));
        trap_resume(frame, come_back, visitor_stack);
}

/* --- memory ------------------------------------------------------------------------------ */

uint32_t physical(const void *address)
{
        return (uint32_t)address - KERNEL_BASE;
}

/* What is stored through here has another address where the tables are used. */
static void *alias(uint32_t address)
{
        return memory[(address - AREA) / PAGE] + address % PAGE;
}

uint64_t *descriptor(uint32_t selector)
{
        return alias(GDT_BASE + (selector & ~7u));
}

uint64_t *gate(uint32_t vector)
{
        return alias(IDT_BASE + vector * 8);
}

struct tss *task(void)
{
        return alias(AT(TASK));
}

uint64_t *local_descriptor(void)
{
        return alias(AT(LDT));
}

void load_cr3(const uint32_t *directory)
{
        asm volatile("movl %0, %%cr3" : : "r"(physical(directory)) : "memory");
}

void invlpg(uint32_t address)
{
        asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

uint32_t entry_of(unsigned page)
{
        return physical(memory[page]) | PRESENT | WRITABLE;
}

const char *const ways[WAYS] = {"invlpg", "a load of CR3", "another directory"};

void change(unsigned page, uint32_t entry, unsigned way)
{
        unsigned i;

        if (way == DIRECTORY) {
                for (i = 0; i < PAGES; i++)
                        tables[!current][i] = tables[current][i];
                current = !current;
        }
        tables[current][page] = entry;
        if (way == INVLPG)
                invlpg(AT(page));
        else
                load_cr3(directories[current]);
}

/* --- what is tried ------------------------------------------------------------------------- */

uint32_t visit_cs = USER_CS, visit_ss = USER_DS, visit_program = USER_AREA, visit_flags = FLAGS;
static uint32_t tried;

void visit(void)
{
        ATTEMPT("pushl %2; pushl %3; pushl %4; pushl %5; pushl %6; iret", "m"(visit_ss),
                "i"(USER_STACK), "m"(visit_flags), "m"(visit_cs), "m"(visit_program));
        asm volatile("movl %0, %%ss; ljmp %1, $1f; 1:" : : "r"(KERNEL_DS), "i"(KERNEL_CS));
}

void store_idtr(uint32_t at)
{
        tried = at;
        ATTEMPT("movl %2, %%eax; sidt (%%eax)", "m"(tried));
}

bool came(uint32_t vector, uint32_t error)
{
        if (left.vector == vector && left.error == error)
                return true;
        if (!failed)
                print("# vector %u error %x, not %u %x\n", left.vector, left.error, vector, error);
        return false;
}

bool no_trap(void)
{
        return came(NO_TRAP, left.error);
}

bool faulted(uint32_t address, uint32_t error)
{
        if (!came(14, error))
                return false;
        if (left.address != address && !failed)
                print("# fault at %x, not at %x\n", left.address, address);
        return left.address == address;
}

bool called(void)
{
        visit();
        return came(CALL_VECTOR, 0);
}

void expect(bool right, const char *what)
{
        if (!right && !failed)
                failed = what;
}

void result(const char *name)
{
        if (failed)
                print("# %s: %s\n", name, failed);
        ktap_result(!failed, name);
        failed = NULL;
}

void visit_often(void)
{
        unsigned i;

        for (i = 0; i < 3; i++)
                expect(called(), "before");
}

/* --- other tables -------------------------------------------------------------------------------
 */

struct table_pointer {
        uint16_t limit;
        uint32_t base;
} __attribute__((packed));

void load_gdt(uint32_t base, uint32_t entries)
{
        struct table_pointer pointer = {(uint16_t)(entries * 8 - 1), base};

        asm volatile("lgdt %0" : : "m"(pointer) : "memory");
}

void load_idt(uint32_t base, uint32_t entries)
{
        struct table_pointer pointer = {(uint16_t)(entries * 8 - 1), base};

        asm volatile("lidt %0" : : "m"(pointer) : "memory");
}

void load_ldt(uint32_t selector)
{
        asm volatile("lldt %w0" : : "r"(selector) : "memory");
}

void load_task(uint32_t selector)
{
        *descriptor(selector) &= ~(2ull << 40); /* not busy */
        asm volatile("ltr %w0" : : "r"(selector) : "memory");
}

/* --- the world -----------------------------------------------------------------------------------
 */

static uint64_t system_segment(uint32_t base, uint32_t limit, uint32_t type)
{
        return (uint64_t)(base >> 24) << 56 | (uint64_t)type << 40 |
               (uint64_t)(base & 0xffffff) << 16 | limit;
}

static void make_pages(void)
{
        unsigned i, n;

        for (i = 0; i < PAGES; i++)
                tables[0][i] = i < OTHER ? entry_of(i) : 0;
        user_table[0] = entry_of(PROGRAM) | USER;
        user_table[1] = entry_of(TARGET) | USER;
        for (n = 0; n < 2; n++) {
                for (i = 0; i < 1024; i++)
                        directories[n][i] = page_directory[i];
                directories[n][ROW(AREA)] = physical(tables[n]) | PRESENT | WRITABLE;
                directories[n][ROW(USER_AREA)] = physical(user_table) | PRESENT | WRITABLE | USER;
        }
        memory[PROGRAM][0] = 0xcd; /* int */
        memory[PROGRAM][1] = CALL_VECTOR;
        load_cr3(directories[0]);
}

static void make_tables(void)
{
        static uint64_t other_ldt[1];
        static struct tss other_task;
        struct table_pointer idt;
        unsigned i;

        asm volatile("sidt %0" : "=m"(idt));
        for (i = 0; i < 256; i++)
                *gate(i) = ((uint64_t *)idt.base)[i];
        for (i = 0; i < 5; i++)
                *descriptor(i * 8) = gdt[i];
        *task() = tss;
        task()->esp0 = STACK_TOP;
        other_task = tss;
        other_task.esp0 = STACK_TOP - 256;
        *local_descriptor() = gdt[KERNEL_DS / 8];
        *other_ldt = gdt[KERNEL_DS / 8] & ~(1ull << 47);
        *descriptor(CODE) = gdt[KERNEL_CS / 8];
        *descriptor(DATA) = *descriptor(OTHER_STACK) = gdt[KERNEL_DS / 8];
        *descriptor(APP_CODE) = gdt[USER_CS / 8];
        *descriptor(APP_DATA) = gdt[USER_DS / 8];
        *descriptor(LOCAL) = system_segment(AT(LDT), 23, 0x82);
        *descriptor(OTHER_LOCAL) = system_segment((uint32_t)other_ldt, 7, 0x82);
        *descriptor(TSS_SELECTOR) = system_segment(AT(TASK), sizeof(tss) - 1, 0x89);
        *descriptor(OTHER_TASK) = system_segment((uint32_t)&other_task, sizeof(tss) - 1, 0x89);
        load_gdt(GDT_BASE, ENTRIES);
        load_idt(IDT_BASE, 256);
        load_ldt(LOCAL);
        load_task(TSS_SELECTOR);
}

void make_world(void)
{
        outb(0x21, 0xff); /* no interrupts */
        outb(0xa1, 0xff);
        make_pages();
        make_tables();
}
