/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two 8259A interrupt controllers, the second at line 2 of the first, with the level/edge
 * registers of later chip sets.  Names are those of Intel's data sheet.
 */
#include "chips.h"

enum { INPUTS = 8, SPURIOUS = 7, VECTOR_AFTER_RESET = 0, FIRST = 0x20 };

/* ICW1, ICW4, OCW2, OCW3. */
enum {
        ICW1_ICW4 = 0x01,
        ICW1_SINGLE = 0x02,
        ICW1 = 0x10,
        ICW4_AUTO_EOI = 0x02,
        ICW4_NESTED = 0x10,
        OCW2_EOI = 0x20,
        OCW2_SPECIFIC = 0x40,
        OCW2_ROTATE = 0x80,
        OCW3 = 0x08,
        OCW3_POLL = 0x04,
        OCW3_READ = 0x02,
        OCW3_SPECIAL = 0x40,
};

struct pic {
        uint8_t irr, isr, imr;
        uint8_t lines, level; /* inputs as they are; which ask by level */
        uint8_t base;         /* vector of input 0 */
        uint8_t step;         /* next initialization word: 2, 3, 4; 0: none */
        uint8_t lowest;       /* the input of lowest priority */
        bool needs_icw4, single, auto_eoi, rotate_auto, nested, special;
        bool read_isr, poll;
};

uint32_t pic_request;

static struct pic first, second;

/* Distance from the highest priority. */
static uint32_t rank(const struct pic *pic, uint32_t input)
{
        return (input - pic->lowest - 1u) % INPUTS;
}

/* The input of @inputs that comes first; INPUTS where there is none. */
static uint32_t best(const struct pic *pic, uint32_t inputs)
{
        uint32_t from = (pic->lowest + 1u) % INPUTS, behind = inputs & ~0u << from;

        if (!inputs)
                return INPUTS;
        return (uint32_t)__builtin_ctz(behind ? behind : inputs);
}

/* The input of @asked that comes before what is being served; INPUTS: none does. */
static __attribute__((noinline)) uint32_t winner(const struct pic *pic, uint32_t asked)
{
        uint32_t input = best(pic, asked), served = pic->isr, serving;

        if (!served)
                return input;
        if (pic->special)
                served &= ~pic->imr;
        /* a further interrupt of the second controller may interrupt its first */
        if (pic == &first && pic->nested)
                served &= ~(1u << LINE_CASCADE);
        serving = best(pic, served);
        if (serving != INPUTS && rank(pic, input) >= rank(pic, serving))
                return INPUTS;
        return input;
}

/* The input that asks the processor, or the first controller; INPUTS: none does, mostly. */
static inline uint32_t asking(const struct pic *pic)
{
        uint32_t asked = pic->irr & ~(uint32_t)pic->imr;

        return asked ? winner(pic, asked) : INPUTS;
}

/* Whether one does: while nothing is being served, each that asks comes before it. */
static inline bool asks(const struct pic *pic)
{
        uint32_t asked = pic->irr & ~(uint32_t)pic->imr;

        return asked && (!pic->isr || winner(pic, asked) != INPUTS);
}

static void set_line(struct pic *pic, uint32_t input, bool level)
{
        uint8_t bit = (uint8_t)(1u << input);

        if (pic->level & bit)
                pic->irr = (uint8_t)(level ? pic->irr | bit : pic->irr & ~bit);
        else if (level && !(pic->lines & bit))
                pic->irr |= bit;
        pic->lines = (uint8_t)(level ? pic->lines | bit : pic->lines & ~bit);
}

/* Where nothing has changed at the second, nor at the line between them. */
static inline void update_first(void)
{
        pic_request = asks(&first);
}

static void update(void)
{
        bool cascade = asks(&second);

        if (cascade != (first.lines >> LINE_CASCADE & 1))
                set_line(&first, LINE_CASCADE, cascade);
        update_first();
}

void pic_line(uint32_t line, bool level)
{
        if (line < INPUTS)
                set_line(&first, line, level);
        else
                set_line(&second, line - INPUTS, level);
        update();
}

void pic_pulse(uint32_t line)
{
        set_line(&first, line, false);
        set_line(&first, line, true);
        update_first();
}

/* One controller's acknowledge cycle: its vector. */
static uint32_t acknowledge(struct pic *pic, uint32_t *input)
{
        *input = asking(pic);
        if (*input == INPUTS) {
                *input = SPURIOUS;
                return pic->base + SPURIOUS;
        }
        if (!(pic->level & 1u << *input))
                pic->irr &= (uint8_t) ~(1u << *input);
        if (!pic->auto_eoi)
                pic->isr |= (uint8_t)(1u << *input);
        else if (pic->rotate_auto)
                pic->lowest = (uint8_t)*input;
        return pic->base + *input;
}

uint32_t pic_acknowledge(void)
{
        bool spurious = !asks(&first);
        uint32_t input, vector = acknowledge(&first, &input);

        if (input == LINE_CASCADE && !spurious) {
                vector = acknowledge(&second, &input);
                set_line(&first, LINE_CASCADE, false); /* so that a next request is a new edge */
                update();
        } else {
                update_first();
        }
        return vector;
}

static void end_of_interrupt(struct pic *pic, uint32_t value)
{
        uint32_t input = value & OCW2_SPECIFIC ? value % INPUTS : best(pic, pic->isr);

        if (input == INPUTS)
                return;
        pic->isr &= (uint8_t) ~(1u << input);
        if (value & OCW2_ROTATE)
                pic->lowest = (uint8_t)input;
}

static void operation_word_2(struct pic *pic, uint32_t value)
{
        if (value & OCW2_EOI)
                end_of_interrupt(pic, value);
        else if ((value & (OCW2_ROTATE | OCW2_SPECIFIC)) == (OCW2_ROTATE | OCW2_SPECIFIC))
                pic->lowest = value % INPUTS;
        else if (!(value & OCW2_SPECIFIC))
                pic->rotate_auto = value & OCW2_ROTATE;
}

static void operation_word_3(struct pic *pic, uint32_t value)
{
        pic->poll = value & OCW3_POLL;
        if (value & OCW3_READ)
                pic->read_isr = value & 1;
        if (value & OCW3_SPECIAL)
                pic->special = value & 0x20;
}

static void initialize(struct pic *pic, uint32_t icw1)
{
        uint8_t lines = pic->lines, level = pic->level;

        *pic = (struct pic){.lines = lines, .level = level, .lowest = INPUTS - 1, .step = 2};
        pic->irr = lines & level;
        pic->needs_icw4 = icw1 & ICW1_ICW4;
        pic->single = icw1 & ICW1_SINGLE;
}

static void command(struct pic *pic, uint32_t value)
{
        if (value & ICW1)
                initialize(pic, value);
        else if (value & OCW3)
                operation_word_3(pic, value);
        else
                operation_word_2(pic, value);
}

static void data(struct pic *pic, uint32_t value)
{
        switch (pic->step) {
        case 2:
                pic->base = value & 0xf8;
                pic->step = !pic->single ? 3 : pic->needs_icw4 ? 4 : 0;
                break;
        case 3: /* the wiring is what it is */
                pic->step = pic->needs_icw4 ? 4 : 0;
                break;
        case 4:
                pic->auto_eoi = value & ICW4_AUTO_EOI;
                pic->nested = value & ICW4_NESTED;
                pic->step = 0;
                break;
        default:
                pic->imr = (uint8_t)value;
        }
}

static struct pic *of_port(uint32_t port)
{
        return port & 0x80 ? &second : &first;
}

static __attribute__((noinline)) void write_any(uint32_t port, uint32_t value)
{
        struct pic *pic = of_port(port);

        if (port & 1)
                data(pic, value);
        else
                command(pic, value);
        if (pic == &first)
                update_first();
        else
                update();
}

/* What is written at each interrupt, mask and end of the first controller's, comes first. */
void pic_write(uint32_t port, uint32_t value)
{
        enum { SPECIFIC_END = OCW2_EOI | OCW2_SPECIFIC };

        if (port == FIRST + 1 && !first.step)
                first.imr = (uint8_t)value;
        else if (port == FIRST && (value & ~(INPUTS - 1u)) == SPECIFIC_END)
                first.isr &= (uint8_t) ~(1u << value % INPUTS);
        else {
                write_any(port, value);
                return;
        }
        update_first();
}

static uint32_t poll(struct pic *pic)
{
        bool there = asks(pic);
        uint32_t input;

        pic->poll = false;
        if (!there)
                return 0;
        acknowledge(pic, &input);
        update();
        return 0x80 | input;
}

uint32_t pic_read(uint32_t port)
{
        struct pic *pic = of_port(port);

        if (pic->poll)
                return poll(pic);
        if (port & 1)
                return pic->imr;
        if (!pic->read_isr)
                alarm_look(ALARM_PIT); /* who has seen a count end asks here */
        return pic->read_isr ? pic->isr : pic->irr;
}

/* Lines 0, 1, 2, 8 and 13 are edge-triggered for ever. */
uint32_t elcr_read(uint32_t port)
{
        return port & 1 ? second.level : first.level;
}

void elcr_write(uint32_t port, uint32_t value)
{
        if (port & 1)
                second.level = value & 0xde;
        else
                first.level = value & 0xf8;
        update();
}

void pic_start(void)
{
        first = second =
            (struct pic){.lowest = INPUTS - 1, .base = VECTOR_AFTER_RESET, .imr = 0xff};
        pic_request = 0;
}
