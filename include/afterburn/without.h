/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the co-located layout can be run without, to measure what it is worth: the words of
 * `afterburn run --without=WORD,...' and of a machine's description, and how the wedge and
 * the resource monitor know them.  Nothing else asks for them.
 */
#ifndef AFTERBURN_WITHOUT_H
#define AFTERBURN_WITHOUT_H

#include <stdint.h>

/* X(name, word): bit number `name' of a mask. */
#define AB_WITHOUT_LIST(X)                                                                         \
        X(RECYCLING, "recycling")                                                                  \
        X(LIMITS, "limits")                                                                        \
        X(PREEMPTION, "preemption")                                                                \
        X(INVALIDATION, "invalidation")                                                            \
        X(BULK, "bulk")                                                                            \
        X(MASTER, "master")

#define AB_WITHOUT_NAME(name, word) AB_WITHOUT_##name,
#define AB_WITHOUT_WORD(name, word) word,
enum ab_without { AB_WITHOUT_LIST(AB_WITHOUT_NAME) AB_WITHOUT_KINDS };

/* The mask of @words, "WORD[,WORD ...]"; 0: there are none, or one is not known. */
static inline uint32_t ab_without(const char *words)
{
        static const char *const known[] = {AB_WITHOUT_LIST(AB_WITHOUT_WORD)};
        uint32_t mask = 0, i, n;

        do {
                for (i = 0; i < AB_WITHOUT_KINDS; i++) {
                        for (n = 0; known[i][n] && words[n] == known[i][n]; n++)
                                ;
                        if (!known[i][n] && (!words[n] || words[n] == ','))
                                break;
                }
                if (i == AB_WITHOUT_KINDS)
                        return 0;
                mask |= 1u << i;
                words += n;
        } while (*words++);
        return mask;
}

#endif
