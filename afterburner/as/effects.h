/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one instruction does to general registers and arithmetic flags, for
 * the few instructions that stand between sites of one asm statement.
 */
#ifndef AFTERBURN_AS_EFFECTS_H
#define AFTERBURN_AS_EFFECTS_H

#include <stdint.h>

#include "as/classify.h"

/* A set of general registers (bit per number) and flags (enum ab_flag). */
struct effects {
        uint8_t gprs, flags;
};

/*
 * What is dead before the instruction `plain' (scan_plain), given what is dead
 * behind it.  Nothing, for an instruction that is not known.
 */
struct effects effects_before(const char *plain, const struct prefixes *prefixes,
                              struct syntax syntax, struct effects dead);

#endif
