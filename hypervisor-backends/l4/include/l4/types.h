/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The types of the L4 X.2 programming interface.
 *
 * Every type that the manual treats as opaque is a one-word structure, so that
 * the compiler refuses an fpage where a thread id belongs.
 */
#ifndef L4_TYPES_H
#define L4_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <l4/abi.h>

typedef uint32_t L4_Word_t;
typedef uint64_t L4_Clock_t; /* microseconds */

typedef struct {
        L4_Word_t raw;
} L4_ThreadId_t;
typedef struct {
        L4_Word_t raw;
} L4_MsgTag_t;
typedef struct {
        L4_Word_t raw;
} L4_Fpage_t;
typedef struct {
        uint16_t raw;
} L4_Time_t;

#define L4_nilthread            ((L4_ThreadId_t){L4_NILTHREAD})
#define L4_anythread            ((L4_ThreadId_t){L4_ANYTHREAD})
#define L4_anylocalthread       ((L4_ThreadId_t){L4_ANYLOCALTHREAD})
#define L4_Nilpage              ((L4_Fpage_t){L4_NILPAGE})
#define L4_CompleteAddressSpace ((L4_Fpage_t){L4_COMPLETE_SPACE})
#define L4_Never                ((L4_Time_t){L4_TIME_NEVER})
#define L4_ZeroTime             ((L4_Time_t){L4_TIME_ZERO})

/* Small helpers are inlined even without optimisation: Ipc reads the UTCB through them. */
#define L4_INLINE static inline __attribute__((always_inline, unused))

#endif /* L4_TYPES_H */
