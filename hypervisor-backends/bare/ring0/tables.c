/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptor tables: flat segments, one task for its ring-0 stack, all vectors. */
#include "ring0.h"

struct pointer {
        uint16_t limit;
        uint32_t base;
} __attribute__((packed));

static uint64_t gdt[GDT_ENTRIES];
static uint64_t idt[256];
static uint32_t task[26];
static uint32_t fault_task[26];
static uint8_t fault_stack[STACK_BYTES] __attribute__((aligned(16)));
static uint8_t trap_stack[STACK_BYTES] __attribute__((aligned(16)));

static uint64_t task_descriptor(const uint32_t *segment)
{
        uint32_t base = (uint32_t)segment;

        return (sizeof(task) - 1) | (uint64_t)(base & 0xffffff) << 16 | 0x89ull << 40 |
               (uint64_t)(base >> 24) << 56;
}

/* Both tasks run in the space with this directory: the processor saves no CR3. */
void ring0_tables_space(uint32_t directory)
{
        task[7] = fault_task[7] = directory;
}

/* Registers of what a double fault interrupted, as the task segment has them. */
const uint32_t *ring0_interrupted(void)
{
        return task;
}

/*
 * A double fault is ring 0 with an unmapped stack: the guest kernel's stack is mapped as late as
 * any other page.  It is taken in a task of its own, which has a stack.
 */
static void start_fault_task(void)
{
        fault_task[8] = (uint32_t)ring0_fault_task;
        fault_task[9] = 2;
        fault_task[14] = (uint32_t)(fault_stack + STACK_BYTES);
        fault_task[18] = fault_task[20] = fault_task[21] = KERNEL_DS;
        fault_task[19] = KERNEL_CS;
        fault_task[25] = sizeof(task) << 16;
        gdt[FAULT_TASK / 8] = task_descriptor(fault_task);
        idt[8] = (uint64_t)0x8500 << 32 | FAULT_TASK << 16;
}

static uint64_t gate(uint32_t target, uint32_t privilege)
{
        uint32_t low = KERNEL_CS << 16 | (target & 0xffff);
        uint32_t high = (target & 0xffff0000) | 0x8e00 | privilege << 13;

        return low | (uint64_t)high << 32;
}

/* User mode may use int n from 0x30 on, int3, into and bound. */
static uint32_t gate_privilege(uint32_t vector)
{
        return vector >= IRQ_VECTOR + 16 || (vector >= 3 && vector <= 5) ? 3 : 0;
}

void ring0_tables_start(void)
{
        struct pointer gdtr = {sizeof(gdt) - 1, (uint32_t)gdt};
        struct pointer idtr = {sizeof(idt) - 1, (uint32_t)idt};
        uint32_t vector;

        gdt[KERNEL_CS / 8] = 0x00cf9b000000ffffull;
        gdt[KERNEL_DS / 8] = 0x00cf93000000ffffull;
        gdt[USER_CS / 8] = 0x00cffb000000ffffull;
        gdt[USER_DS / 8] = 0x00cff3000000ffffull;
        gdt[TASK / 8] = task_descriptor(task);
        task[1] = (uint32_t)(trap_stack + STACK_BYTES);
        task[2] = KERNEL_DS;
        task[25] = sizeof(task) << 16; /* no I/O permission map */
        for (vector = 0; vector < 256; vector++)
                idt[vector] = gate(ring0_entries[vector], gate_privilege(vector));
        start_fault_task();
        asm volatile("lgdt %0; lidt %1; ljmp %2,$1f; 1:"
                     "movl %3,%%ds; movl %3,%%es; movl %3,%%ss; movl %4,%%fs; movl %4,%%gs;"
                     "ltr %w5"
                     :
                     : "m"(gdtr), "m"(idtr), "i"(KERNEL_CS), "r"(KERNEL_DS), "r"(0), "r"(TASK)
                     : "memory");
}

/* Only what cannot harm ring 0: present data segments of privilege 3. */
bool backend_user_segment(uint32_t entry, uint32_t low, uint32_t high)
{
        bool data = (high & 0xf000) == 0xf000 && !(high & 0x0800);

        if (entry < USER_DESCRIPTOR || entry >= GDT_ENTRIES || (!data && (low | high)))
                return false;
        gdt[entry] = low | (uint64_t)high << 32;
        return true;
}
