/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the ring-0 backend share. */
#ifndef AB_RING0_H
#define AB_RING0_H

/* Selectors: flat kernel and user segments, the task, three for user descriptors. */
#define KERNEL_CS       0x08
#define KERNEL_DS       0x10
#define USER_CS         0x1b
#define USER_DS         0x23
#define TASK            0x28
#define USER_DESCRIPTOR 6 /* first of three GDT entries */
#define FAULT_TASK      0x48
#define GDT_ENTRIES     10

/* The 8259s deliver lines 0 to 15 here. */
#define IRQ_VECTOR 0x20

#define STACK_BYTES 16384

/* Physical memory appears here, and this kernel is linked here. */
#define PHYSICAL 0xc0000000

#ifndef __ASSEMBLER__
#include <afterburn/backend.h>
#include <afterburn/port.h>

/*
 * Physical memory.  All of it is mapped at PHYSICAL for ring 0 in every space; page tables come
 * from a pool, the guest's memory lies above.
 */
#define POOL_START   0x00400000u
#define POOL_END     0x01000000u
#define GUEST_START  0x01000000u
#define MEMORY_LIMIT 0x31000000u

struct multiboot {
        uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr;
};

struct multiboot_module {
        uint32_t start, end, string, reserved;
};

/* A file the loader brought; where it is now. */
struct ring0_module {
        uint8_t *at;
        uint32_t bytes;
};

/* What entry.S leaves on the stack of a trap. */
struct raw_frame {
        uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
        uint32_t vector, error;
        uint32_t eip, cs, eflags;
        uint32_t user_esp, user_ss; /* only from user mode */
};

/* entry.S */
extern const uint32_t ring0_entries[256];
uint32_t ring0_enter_user(const struct ab_frame *frame);
void ring0_leave_user(void) __attribute__((noreturn));
void ring0_resume(const struct ab_frame *frame) __attribute__((noreturn));
void ring0_main(uint32_t magic, const struct multiboot *info);

/* tables.c: descriptor tables. */
void ring0_tables_start(void);

void ring0_tables_space(uint32_t directory);
const uint32_t *ring0_interrupted(void);
void ring0_fault_task(void) __attribute__((noreturn));

/* trap.c */
void ring0_double_fault(void);
void ring0_trap(struct raw_frame *raw);

/* event.c: interrupt controllers, timer, what has come. */
void ring0_events_start(void);
void ring0_irq(uint32_t line);
void ring0_lost_irqs(void);
bool ring0_event_there(void);
extern volatile bool ring0_held;
uint32_t ring0_counter_khz(void);

/* console.c */
void ring0_console_start(void);

/* memory.c; `top' is the end of physical memory. */
void ring0_memory_start(uint32_t top);
extern uint32_t ring0_guest_bytes;

static inline void *at_physical(uint32_t address)
{
        return (void *)(address + PHYSICAL);
}

/* start.c */
void ring0_string(const char *text);

/*
 * Put the guest at @image into its memory and describe its start in @machine.  Defined by a wedge;
 * without it the first module is a RAM disk.
 */
void ring0_load_guest(struct backend_machine *machine, const struct ring0_module *image,
                      const struct ring0_module *initrd) __attribute__((weak));

static inline void interrupts_off(void)
{
        asm volatile("cli" : : : "memory");
}

static inline void interrupts_on(void)
{
        asm volatile("sti" : : : "memory");
}

static inline uint64_t counter(void)
{
        uint64_t value;

        asm volatile("rdtsc" : "=A"(value));
        return value;
}
#endif
#endif
