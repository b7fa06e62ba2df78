/* SPDX-License-Identifier: BSD-2-Clause */
/* Departures of the kernel below. */
#ifndef L4VM_QUIRKS_H
#define L4VM_QUIRKS_H

#include "l4vm.h"

struct l4vm_quirks {
        bool reply_maps; /* a reply to an exception may carry map items */
        bool flags;      /* replies set TF, DF, AC and ID too */
        bool pagers;     /* so does ExchangeRegisters: a space can have its own pager */
        bool splits;     /* a part of a 4 MB page can be unmapped */
        bool halts;      /* a thread can be halted in an Ipc */
        bool signals;    /* a preempted thread tells its exception handler, if it wants to */
        bool clean_fpu;  /* a new thread's floating-point registers are those of a reset */
        bool error_code; /* exceptions carry the processor's error code, in every vector */
};
extern struct l4vm_quirks l4vm_quirks;
void l4vm_quirks_start(void);

/* The processor's error code, of what an exception message says. */
uint32_t l4vm_error_code(uint32_t vector, uint32_t error);

/*
 * User code of @space is to run at @frame: changes it where its flags need help.  And it has
 * stopped at @frame, which is put right; true: it has to go on there, as if nothing
 * had been.
 */
void l4vm_flags_enter(uint32_t space, struct ab_frame *frame);
bool l4vm_flags_leave(uint32_t space, struct ab_frame *frame, uint32_t vector);

#endif
