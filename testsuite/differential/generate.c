/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operand generators, named by the instruction table.  Each makes one case from the
 * random sequence: registers, flags, what lies in memory and on the stack.  They keep to
 * what can be compared: nothing that stops the machine, that a wedge may refuse by policy, or
 * that depends on time.
 */
#include <afterburn/insn.h>
#include "differential.h"

static uint32_t sequence;

void seed(uint32_t value)
{
        sequence = value * 2654435761u + 1;
}

uint32_t random_word(void)
{
        sequence ^= sequence << 13;
        sequence ^= sequence >> 17;
        sequence ^= sequence << 5;
        return sequence;
}

uint32_t random_below(uint32_t limit)
{
        return (random_word() >> 8) % limit;
}

uint32_t one_of(const uint32_t *values, uint32_t count)
{
        return values[random_below(count)];
}

#define ONE_OF(...)                                                                                \
        ({                                                                                         \
                static const uint32_t values[] = {__VA_ARGS__};                                    \
                one_of(values, sizeof(values) / sizeof(values[0]));                                \
        })

static uint32_t any_flags(void)
{
        return 2 | (random_word() & (ARITHMETIC | IF | DF | IOPL | AC | ID));
}

static void put32(void *at, uint32_t value)
{
        __builtin_memcpy(at, &value, 4);
}

static void put16(void *at, uint32_t value)
{
        __builtin_memcpy(at, &value, 2);
}

static uint8_t *stack_word(unsigned n)
{
        return test_stack + STACK_TOP + 4 * n;
}

/* What every case begins with. */
static void any_state(void)
{
        unsigned i;

        for (i = 0; i < 8; i++)
                start_state.reg[i] = random_word();
        start_state.reg[ESP] = (uint32_t)stack_word(0);
        start_state.flags = any_flags();
        start_state.es = ONE_OF(KERNEL_DS, USER_DS, 0x73, 0x88);
        start_state.fs = ONE_OF(0, 3, KERNEL_DS, USER_DS, 0x70);
        start_state.gs = ONE_OF(0, 1, KERNEL_DS, 0x88, KERNEL_CS);
        for (i = 0; i < (STACK_BYTES - STACK_TOP) / 4; i++)
                put32(stack_word(i), random_word());
        /* push of a segment register may write the lower half of its word only */
        put32(stack_word(0) - 4, 0);
}

/*
 * Memory of @bytes for the operand: mostly good, else across the end of a page that is the last
 * one, in the page that is missing, or in the one that cannot be written.
 */
static uint32_t any_place(uint32_t bytes)
{
        uint32_t offset = random_below(4096 - bytes);

        switch (random_below(16)) {
        case 0:
                return WINDOW + 4096 - 1 - random_below(bytes);
        case 1:
                return WINDOW + 4096 + offset;
        case 2:
                return WINDOW + 2 * 4096 + offset;
        case 3:
                return WINDOW + 3 * 4096 - 1 - random_below(bytes);
        }
        return WINDOW + (random_below(2) ? 3 * 4096 : 0) + offset;
}

/* Point the form's memory operand at @bytes of the window, or where the form fixes it. */
static uint32_t place_operand(const struct form *form, uint32_t bytes)
{
        uint32_t place = any_place(bytes);

        switch (form->operand) {
        case MEM_B:
                start_state.reg[EBX] = place;
                return place;
        case MEM_BSI:
                start_state.reg[ESI] = random_word();
                start_state.reg[EBX] = place - 4 - 2 * start_state.reg[ESI];
                return place;
        case MEM_ABS:
                return WINDOW + 16;
        }
        return (uint32_t)stack_word(0);
}

/* Write through the kernel's own mapping; what falls into no page is left out. */
static void poke(uint32_t place, const void *data, uint32_t bytes)
{
        const uint8_t *from = data;

        for (; bytes; bytes--, place++, from++) {
                uint32_t page = (place - WINDOW) / 4096;

                if (place < WINDOW || page >= WINDOW_PAGES)
                        *(uint8_t *)place = *from;
                else if (page != 1)
                        window_page(page)[place % 4096] = *from;
        }
}

/* Give the form's operand, register or memory, a value of @bytes. */
static void give(const struct form *form, const void *value, uint32_t bytes)
{
        uint32_t word = 0;

        if (form->operand >= MEM_B) {
                poke(place_operand(form, bytes), value, bytes);
        } else if (form->operand >= 0) {
                __builtin_memcpy(&word, value, bytes < 4 ? bytes : 4);
                if (bytes == 2)
                        word |= random_word() << 16;
                start_state.reg[form->operand] = word;
        }
}

/* --- selectors -------------------------------------------------------------------- */

/* Any of our descriptors with any privilege level; now and then beyond the table, or local. */
static uint32_t any_selector(void)
{
        uint32_t selector = random_below(SELECTORS) * 8 | random_below(4);

        switch (random_below(8)) {
        case 0:
                return ONE_OF(0, 1, 2, 3);
        case 1:
                return ONE_OF(SELECTORS * 8, 0x7ff8, 0xfffc, 0xfff8 | 3);
        case 2:
                return random_below(5) * 8 | 4 | random_below(4);
        case 3:
                return selector & ~3u;
        }
        return selector;
}

/* For %ss: what loads must be flat, for a trap follows; anything else is refused. */
static uint32_t stack_selector(void)
{
        return ONE_OF(KERNEL_DS, 0x88, 0, 3, KERNEL_CS, USER_DS, 0x20, 0x30, 0x38, 0x40, 0x58, 0x11,
                      0x80, 0xfff8, 0x28, 0x0c);
}

static bool loads_stack(const struct form *form)
{
        const char *p;

        for (p = form->text; *p; p++)
                if (p[0] == '%' && p[1] == 's' && p[2] == 's')
                        return true;
        return form->row[0] == 'L' && form->row[1] == 'S' && form->row[2] == 'S';
}

/* For %cs: those that load are flat too. */
static uint32_t code_selector(void)
{
        return ONE_OF(KERNEL_CS, 0x90, KERNEL_CS, 0x90, 0, KERNEL_DS, 0x40 | 1, 0x80, USER_CS & ~3u,
                      0x28, 0x30, 0xfff8, 0x58, 0x9);
}

/* --- the generators ------------------------------------------------------------------ */

#define GENERATE(name) static void generate_##name(const struct form *form)

GENERATE(none)
{
        place_operand(form, 8);
}

GENERATE(flags_on_stack)
{
        (void)form;
        put32(stack_word(0), any_flags() | (random_below(4) ? 0 : NT));
}

static bool is_word_sized(const struct form *form)
{
        const char *p;

        for (p = form->text; *p; p++)
                if ((p[0] == 't' || p[0] == 'p' || p[0] == 'l') && p[1] == 'w')
                        return true;
        return false;
}

/* A frame for iret and lret: target, code selector, flags; for user mode a stack, too. */
static void put_frame(const struct form *form, bool flags, uint32_t selector)
{
        uint32_t target = (uint32_t)landing;

        if (is_word_sized(form)) {
                put16(stack_word(0), LOW_CODE);
                put16(stack_word(0) + 2, selector);
                if (flags)
                        put16(stack_word(1), any_flags());
                return;
        }
        put32(stack_word(0), target);
        put32(stack_word(1), selector | random_word() << 16);
        if (flags)
                put32(stack_word(2), any_flags());
}

/* Now and then it is one to user mode, whose stack is named in word @n and the next. */
static void put_any_frame(const struct form *form, bool flags, unsigned n)
{
        /* what user mode may not use becomes null; whether null keeps its low bits is not defined
         */
        start_state.fs = ONE_OF(0, KERNEL_DS, USER_DS, 0x70);
        start_state.gs = ONE_OF(0, KERNEL_DS, 0x88, KERNEL_CS);
        put_frame(form, flags, code_selector());
        if (is_word_sized(form) || random_below(4))
                return;
        put32(stack_word(0), USER_PAGE);
        put32(stack_word(1), USER_CS);
        put32(stack_word(n), USER_PAGE + 0x800);
        put32(stack_word(n + 1), ONE_OF(USER_DS, USER_DS, 0x73, KERNEL_DS, 0, 0x20, 0xfffb));
}

GENERATE(iret_frame)
{
        put_any_frame(form, true, 3);
}

/* What is released with the frame lies in front of the stack's words. */
GENERATE(far_frame)
{
        bool releases = form->text[5] == ' ';

        put_any_frame(form, false, releases ? 2 + 12 / 4 : 2);
}

GENERATE(far_target)
{
        bool word = is_word_sized(form);
        uint8_t pointer[6];

        put32(pointer, word ? LOW_CODE : (uint32_t)landing);
        put16(pointer + (word ? 2 : 4), code_selector());
        if (form->operand == MEM_B)
                give(form, pointer, word ? 4 : 6);
}

GENERATE(vector)
{
        (void)form;
}

/* Ports nobody listens at, wide or not; and a byte-wide register that keeps what it is given. */
GENERATE(port)
{
        (void)form;
        start_state.reg[EDX] = (random_word() & 0xffff0000) | ONE_OF(0xe8, 0x1a0, 0x1234, 0xfff0);
        if (form->text[2] == 'b' || form->text[3] == 'b')
                start_state.reg[EDX] = ONE_OF(0xe8, 0x1a0, 0x2ff, 0x2ff, 0x2ff, 0x21);
        if (start_state.reg[EDX] == 0x21)
                start_state.reg[EAX] |= 0xff;
}

GENERATE(port_string)
{
        uint32_t place = any_place(40);

        generate_port(form);
        if ((start_state.reg[EDX] & 0xffff) == 0x21)
                start_state.reg[EDX] = 0x2ff;
        start_state.reg[ECX] = random_below(10);
        start_state.reg[ESI] = place + 16;
        start_state.reg[EDI] = place + 16;
        start_state.es = ONE_OF(KERNEL_DS, 0x88, USER_DS, 0x73);
}

/*
 * Bits of CR0 that change nothing a C program notices.  (PG without PE and NW without CD raise #GP,
 * but QEMU does not know.)
 */
static uint32_t cr0_value(void)
{
        return 0x80000011 | (random_word() & 0x0005002e);
}

/* Bits of CR4 for features that every wedge shows; at reserved ones QEMU 7.2 stops. */
GENERATE(cr)
{
        const char *to = form->text;
        uint32_t value = random_word();

        while (to[0] && !(to[0] == 'c' && to[1] == 'r' && to[2] >= '0'))
                to++;
        if (form->operand < 0)
                return;
        if (to[2] == '0')
                value = cr0_value();
        if (to[2] == '3')
                value = ((uint32_t)page_directory - KERNEL_BASE) | (random_word() & 0x18);
        if (to[2] == '4')
                value = 0x10 | (random_word() & 0x84);
        give(form, &value, 4);
}

/* No breakpoint is enabled: bits 0-7 and 13 of DR7 are clear. */
GENERATE(dr)
{
        const char *to = form->text;
        uint32_t value = random_word();

        while (to[0] && !(to[0] == 'd' && to[1] == 'r'))
                to++;
        if (to[2] == '7')
                value &= 0xffffdf00;
        give(form, &value, 4);
}

GENERATE(r16_or_mem)
{
        uint32_t value = random_word();

        if (form->row[0] == 'L')
                value &= 0xffff002f;
        give(form, &value, 2);
}

GENERATE(seg_store)
{
        place_operand(form, 2);
}

GENERATE(seg_load)
{
        uint32_t selector = loads_stack(form) ? stack_selector() : any_selector();

        give(form, &selector, 2);
}

GENERATE(seg_on_stack)
{
        put32(stack_word(0), (loads_stack(form) ? stack_selector() : any_selector()) | random_word()
                                                                                           << 16);
}

GENERATE(far_pointer)
{
        uint8_t pointer[6];
        bool word = is_word_sized(form) || form->text[3] == 'w';

        put32(pointer, random_word());
        put16(pointer + (word ? 2 : 4), loads_stack(form) ? stack_selector() : any_selector());
        give(form, pointer, word ? 4 : 6);
}

GENERATE(table_pointer)
{
        bool interrupts = form->row[1] == 'I';
        uint8_t pointer[6];
        uint16_t limit;
        uint32_t base;

        world_table(interrupts, random_below(2), &limit, &base);
        put16(pointer, limit + 8 * random_below(4));
        put32(pointer + 2, base);
        if (form->row[0] == 'S')
                place_operand(form, 6);
        else
                give(form, pointer, 6);
}

GENERATE(selector)
{
        uint32_t selector = any_selector();

        if (form->row[0] == 'L' && form->row[1] == 'L')
                selector = random_below(3) ? any_selector() : 0x58;
        give(form, &selector, 2);
}

GENERATE(address)
{
        place_operand(form, 1);
        if (form->operand >= MEM_B)
                return;
        start_state.reg[EAX] = WINDOW;
        start_state.reg[ECX] = 0;
}

GENERATE(invpcid)
{
        start_state.reg[EAX] = random_below(6);
        place_operand(form, 16);
}

GENERATE(cpuid_leaf)
{
        (void)form;
        start_state.reg[EAX] = ONE_OF(0, 1, 2, 0x80000000, 0x80000001);
        start_state.reg[ECX] = 0;
}

/* SYSENTER's registers, there or not, have the same values in both worlds: none is given. */
GENERATE(msr)
{
        (void)form;
        start_state.reg[ECX] = 0x10;
        if (form->row[0] == 'W')
                start_state.reg[ECX] = 0x8b;
        start_state.reg[EAX] = start_state.reg[EDX] = 0;
}

GENERATE(fpu_area)
{
        /* an empty FPU with random controls; the pointers are left as they are */
        uint8_t area[108] = {0x7f, 0x03, 0xff, 0xff, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
        unsigned i;

        area[1] = random_below(16);
        area[5] = random_word() & 0x47;
        for (i = 28; i < sizeof(area); i++)
                area[i] = (uint8_t)random_word();
        give(form, area, sizeof(area));
}

GENERATE(fxsave_area)
{
        /* within a page: which parts a processor touches depends on CR4.OSFXSR and on its make */
        uint32_t place = WINDOW + 4096 * random_below(WINDOW_PAGES) + 16 * random_below(224);
        uint8_t area[512] = {0x7f, 0x03};
        unsigned i;

        area[24] = 0x80;
        area[25] = 0x1f;
        area[1] = random_below(16);
        for (i = 32; i < 160; i++)
                area[i] = i % 16 < 10 ? (uint8_t)random_word() : 0;
        if (!random_below(8))
                place += 1 + random_below(15);
        if (form->operand == MEM_B)
                start_state.reg[EBX] = place;
        poke(place, area, sizeof(area));
}

static void generate(const struct form *form, void (*operand)(const struct form *))
{
        any_state();
        operand(form);
}

#define AB_INSN(id, number, spellings, shape, need, side, fault, unbound, reads, writes,           \
                generator, excluded, reason)                                                       \
        static void row_##id(const struct form *form)                                              \
        {                                                                                          \
                generate(form, generate_##generator);                                              \
        }
#include <insn-ia32.def>
#undef AB_INSN

const struct row rows[] = {
#define AB_INSN(id, number, spellings, shape, need, side, fault, unbound, reads, writes,           \
                generator, excluded, reason)                                                       \
        {#id, row_##id, excluded, (reads) | (writes)},
#include <insn-ia32.def>
#undef AB_INSN
};
const unsigned row_count = sizeof(rows) / sizeof(rows[0]);
