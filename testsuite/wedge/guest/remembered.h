/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * remembered: a wedge keeps what it found good in the guest's tables: gates, descriptors, stacks,
 * and which pages it can reach.  Here everything of that is used until it is kept; then it is
 * changed by plain stores to another address of the same memory, or its page becomes another or
 * goes, by each way IA-32 has to say so: invlpg, a load of CR3, another page directory.  Each
 * result is what the manual promises; natively it prints the same, on an emulator that sets
 * accessed bits of segments.
 *
 * remembered.c has the scenes of descriptor tables, gates.c those of gates, rounds.c those of ways
 * to user mode and back, permissions.c those of what user mode may do, control.c those of control
 * registers, translations.c those of page tables, world.c what all need.
 */
#ifndef REMEMBERED_H
#define REMEMBERED_H

#include "kernel.h"

/* clang-format off */

/*
 * Pages of the kernel's from AREA on.  GDT and IDT begin such that what is tested is behind the
 * end of a page, and what every trap needs in front of it.
 */
enum {
        PAGE = 4096,
        GDT_LOW = 0, GDT_HIGH, IDT_LOW, IDT_HIGH, TASK, STACK, LDT, TARGET,
        OTHER, /* not there; for what becomes another page */
        PROGRAM, /* user code's */
        PAGES,
        ENTRIES_LOW = 16, /* descriptors in the first page */
};

/* Bits of page-table entries. */
enum { PRESENT = 1, WRITABLE = 2, USER = 4, ACCESSED = 0x20, DIRTY = 0x40, LARGE = 0x80, GLOBAL = 0x100 };

/* clang-format on */

#define AREA       0xa0000000u
#define LARGE_AREA 0xa0400000u /* free */
#define USER_AREA  0x40000000u /* its first page is PROGRAM, its second TARGET */
#define ROW(at)    ((at) >> 22)
#define AT(page)   (AREA + (page)*PAGE)
#define GDT_BASE   (AT(GDT_HIGH) - ENTRIES_LOW * 8)
#define IDT_BASE   (AT(IDT_HIGH) - CALL_VECTOR * 8)
#define STACK_TOP  (AT(STACK) + PAGE)
#define USER_STACK (USER_AREA + PAGE - 64)

/* Selectors; from CODE on in the second page of the table. */
enum {
        LOCAL_STORAGE = 0x33,
        CODE = ENTRIES_LOW * 8,
        DATA = CODE + 8,
        APP_CODE = CODE + 16 + 3,
        APP_DATA = CODE + 24 + 3,
        OTHER_STACK = CODE + 32,
        LOCAL = CODE + 40,       /* the LDT */
        OTHER_LOCAL = CODE + 48, /* another */
        OTHER_TASK = CODE + 56,
        ENTRIES = ENTRIES_LOW + 8,
        IN_LDT = 4,
};

enum { NO_TRAP = 255, IF = 0x200, FLAGS = 2 | IF };

/* How a trap, or a visit to user mode, ended; in kernel_trap(). */
extern struct left {
        uint32_t vector, error, eip, address, stack, cs, ss, flags;
        uint32_t pushed, data, code; /* the flags and segments it found */
} left;
extern uint32_t come_back, visitor_stack;

/* Memory of the pages above, at another address than the processor is told. */
extern uint8_t memory[PAGES][PAGE];
uint64_t *descriptor(uint32_t selector);
uint64_t *gate(uint32_t vector);
struct tss *task(void);
uint64_t *local_descriptor(void);
uint32_t physical(const void *address);
uint32_t entry_of(unsigned page);

/* Two directories with page tables of AREA, alike; which of them is in use. */
extern uint32_t tables[2][1024], directories[2][1024];
extern unsigned current;
void load_cr3(const uint32_t *directory);
void invlpg(uint32_t address);

/* The ways in which a guest says that the entry of a page has changed. */
enum { INVLPG, CR3, DIRECTORY, WAYS };
extern const char *const ways[WAYS];
void change(unsigned page, uint32_t entry, unsigned way);

void load_gdt(uint32_t base, uint32_t entries);
void load_idt(uint32_t base, uint32_t entries);
void load_ldt(uint32_t selector);
void load_task(uint32_t selector);
void make_world(void);

/* Code that may trap; then execution goes on behind it.  Its operands are static. */
#define ATTEMPT(code, ...)                                                                         \
        do {                                                                                       \
                left.vector = NO_TRAP;                                                             \
                asm volatile("pushl %%ebp; movl %%esp, %0; movl $1f, %1;" code "\n1: popl %%ebp"   \
                             : "=m"(visitor_stack), "=m"(come_back)                                \
                             : __VA_ARGS__                                                         \
                             : "eax", "ebx", "ecx", "edx", "esi", "edi", "memory", "cc");          \
                come_back = 0;                                                                     \
        } while (0)

/* To user mode, which comes back by a system call; segments, code and flags of the visit. */
extern uint32_t visit_cs, visit_ss, visit_program, visit_flags;
void visit(void);
bool called(void);
/* Until everything on this way is remembered. */
void visit_often(void);

/* A store that a wedge makes for the guest. */
void store_idtr(uint32_t at);

/* What the last attempt came to. */
bool came(uint32_t vector, uint32_t error);
bool no_trap(void);
bool faulted(uint32_t address, uint32_t error);

/* The first expectation of a scene that is not met is said with its result. */
void expect(bool right, const char *what);
void result(const char *name);

/* gates.c, rounds.c, permissions.c, control.c, translations.c */
void gate_scenes(void);
void round_scenes(void);
void permission_scenes(void);
void control_scenes(void);
void page_scenes(void);

#endif
