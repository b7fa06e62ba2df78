/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the differential test. */
#ifndef DIFFERENTIAL_H
#define DIFFERENTIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel.h"
#include "layout.h"

/* Registers in Intel's order. */
enum { EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI };

enum {
        CF = 1,
        PF = 4,
        AF = 0x10,
        ZF = 0x40,
        SF = 0x80,
        IF = 0x200,
        DF = 0x400,
        OF = 0x800,
        IOPL = 0x3000,
        NT = 0x4000,
        RF = 0x10000,
        AC = 0x40000,
        ID = 0x200000,
        ARITHMETIC = CF | PF | AF | ZF | SF | OF
};

struct state {
        uint32_t reg[8];
        uint32_t flags;
        uint32_t es, fs, gs;
};

/* Read by execute(). */
extern struct state start_state;
extern uint32_t start_at;

/* One row of forms.S. */
struct form {
        uint32_t start, end;
        const char *row, *text;
        int operand;
};

extern const struct form forms[], forms_end[];
extern const uint8_t landing[];

/* scenes.S; operand is the kind. */
extern const struct form scenes[], scenes_end[];

void execute(void);
void leave(void) __attribute__((noreturn));

/* What a case became; every word is compared, except those a row excludes. */
struct outcome {
        uint32_t vector, error;
        uint32_t place; /* where: 0 at the site, 1 behind it, or an address */
        uint32_t cr2;   /* of a page fault */
        uint32_t reg[8];
        uint32_t flags;
        uint32_t cs, ss, ds, es, fs, gs;
        uint32_t memory;     /* sum of the window, ... */
        uint32_t stack;      /* ... of the stack from %esp up, */
        uint32_t tables;     /* ... of descriptors and page-table entries */
        uint32_t special[4]; /* what the row looks at besides: control registers, port */
};

#define OUTCOME_WORDS (sizeof(struct outcome) / 4)

/* What a row of the instruction table needs. */
struct row {
        const char *name;
        void (*generate)(const struct form *form);
        uint32_t excluded; /* AB_X_* */
        uint32_t state;    /* AB_S_*: read or written */
};

extern const struct row rows[];
extern const unsigned row_count;

/* --- generate.c ---------------------------------------------------------------- */

/* Random words; the same sequence for the same seed. */
void seed(uint32_t value);
uint32_t random_word(void);
/* Less than @limit. */
uint32_t random_below(uint32_t limit);
uint32_t one_of(const uint32_t *values, uint32_t count);

/* --- world.c: descriptors, pages, stack ------------------------------------------- */

enum { STACK_BYTES = 4096, STACK_TOP = 3072, WINDOW_PAGES = 4, SELECTORS = 23 };

extern uint8_t test_stack[STACK_BYTES];
extern uint64_t test_gdt[SELECTORS], test_ldt[4];

/* The kernel's bytes of window page @page. */
uint8_t *window_page(unsigned page);

void world_init(void);
/* As before the first case: tables, segments, control registers, memory of the window. */
void world_reset(void);
uint32_t world_tables(void);
uint32_t world_memory(void);
/* Where the GDT, its copy, the IDT are: what lgdt and lidt may be given. */
void world_table(bool interrupts, bool copy, uint16_t *limit, uint32_t *base);

#endif
