/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One instruction as LLVM MC sees it, with the sensitive ones classified.
 *
 * The C interface of LLVM MC gives a length and a line of AT&T text.  The
 * length is taken as it is; the text is looked up in the instruction table by
 * mnemonic and operand shape.
 */
#ifndef AFTERBURN_TOOL_DECODE_H
#define AFTERBURN_TOOL_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "tool/rows.h"

enum ab_flow {
        AB_FLOW_NEXT, /* execution goes on behind it */
        AB_FLOW_END,  /* it never does: ret, jmp, iret, ud2 ... */
        AB_FLOW_CALL, /* it does when the callee returns */
};

struct ab_mc_insn {
        unsigned bytes;           /* 0: no valid instruction */
        const struct ab_row *row; /* NULL: not sensitive */
        uint32_t operand;         /* AB_OP_*, as a record has it; valid with a row */
        enum ab_flow flow;
        bool memory; /* has a memory operand */
        bool nop;    /* does nothing at all */
        bool ud2;
        char text[160]; /* AT&T, "movl %cr0, %eax" */
};

struct ab_decoder;

/* Decoder for 32-bit IA-32.  Ends the program when LLVM has no such target. */
struct ab_decoder *ab_decoder_new(void);
void ab_decoder_free(struct ab_decoder *decoder);

/* From now on print immediates and addresses in hexadecimal. */
void ab_decoder_hex(struct ab_decoder *decoder);

/*
 * Decode the instruction at `bytes', of which `count' are readable, as if it
 * stood at `address'.  Prefixes LLVM prints as instructions of their own
 * (lock) are joined with what follows them.
 */
void ab_mc_decode(struct ab_decoder *decoder, const uint8_t *bytes, uint32_t count,
                  uint32_t address, struct ab_mc_insn *insn);

/* Length of the run of legacy prefixes at `bytes'. */
unsigned ab_prefix_bytes(const uint8_t *bytes, unsigned count);

#endif
