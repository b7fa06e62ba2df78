/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shortest forms of segment loads (vectors.S): a selector that the register has already, and
 * whose descriptor is what it was.  They are kept as vcpu.source says, in their instructions.
 */
#include "cpu.h"

/* Four times cmpl $value, address; jne. */
struct known_load {
        struct {
                uint16_t operation;
                uint32_t address, value;
                uint16_t jump;
        } __attribute__((packed)) selector, epoch, word[2];
} __attribute__((packed));

_Static_assert(sizeof(struct known_load) == 4 * 12, "instructions without a gap");

enum { POPS = 4 };

/* Of the pops of ES, DS, FS and GS, and of the moves to them. */
extern struct known_load *const known_load_code[2 * POPS];

static uint32_t place_of(enum vcpu_seg seg)
{
        return seg == SEG_ES ? 0 : seg - SEG_DS + 1;
}

/* A pop's own operand is compared in front. */
static void set_popped(struct known_load *code, uint32_t selector)
{
        enum { JUMP = 2 };

        __builtin_memcpy((uint8_t *)code - JUMP - 2, &selector, 2);
}

static void fill(struct known_load *code, const struct vcpu_source *source)
{
        uint32_t i;

        code->selector.value = source->selector;
        for (i = 0; i < 2; i++) {
                code->word[i].address = (uint32_t)(source->at + i);
                code->word[i].value = source->words[i];
        }
        code->epoch.value = source->epoch;
}

void segment_known(enum vcpu_seg seg)
{
        struct known_load *const *code = &known_load_code[place_of(seg)];

        set_popped(code[0], vcpu.source[seg].selector);
        fill(code[0], &vcpu.source[seg]);
        fill(code[POPS], &vcpu.source[seg]);
}

/* No epoch is 0. */
void segment_forget(enum vcpu_seg seg)
{
        vcpu.source[seg].epoch = 0;
        if (seg == SEG_CS || seg == SEG_SS)
                return;
        known_load_code[place_of(seg)]->epoch.value = 0;
        known_load_code[place_of(seg) + POPS]->epoch.value = 0;
}

/* In the middle of one: as if it had not begun, at the long form. */
void segment_load_again(struct ab_frame *frame)
{
        enum {
                PUSHF = 0x9c,
                RET = 0xc3,
                RET_POP = 0xc2,
                JMP = 0xe9,
                JMP_SHORT = 0xeb,
                JMP_TO = 0xff
        };
        const struct known_segment_load *load = known_segment_loads;
        const uint8_t *next = (const uint8_t *)frame->eip;

        if (frame->eip >= (uint32_t)known_segments_moves)
                while (load->form != vcpu.saved_eip)
                        load++;
        else
                while (load[1].begin && frame->eip >= load[1].begin)
                        load++;
        switch (*next) {
        case PUSHF:
        case RET:
        case RET_POP:
        case JMP:
        case JMP_SHORT:
        case JMP_TO:
                break;
        default:
                frame->eflags = (*(const uint32_t *)frame->esp & ~(uint32_t)FLAG_TF) |
                                (frame->eflags & FLAG_TF);
                frame->esp += 4;
        }
        frame->eip = stub_of(load->vector);
}
