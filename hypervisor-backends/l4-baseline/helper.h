/* SPDX-License-Identifier: BSD-2-Clause */
/* The helper, and who is to be asked for what. */
#ifndef L4VM_HELPER_H
#define L4VM_HELPER_H

#include "l4vm.h"

/* The helper thread. */
void l4vm_helper_main(void) __attribute__((noreturn));

/* Labels of messages inside the machine. */
enum { L4VM_OP_MAP = 1, L4VM_OP_LOAD, L4VM_OP_EMPTY };

/*
 * Map @n pieces of 2^@bits bytes, guest-physical addresses with L4's rights in the low bits, one
 * behind the other at @virtual of the kernel space, through the helper.  For main (between
 * call_begin and call_end) and the monitor thread.
 */
enum { L4VM_MAP_MOST = 3 };
void l4vm_helper_map(uint32_t virtual, uint32_t bits, const uint32_t *pages, uint32_t n);

/* Load the guest into its memory; main only.  Fills machine.entry and the like. */
void l4vm_helper_load(void);

/* In the helper, whom l4vm_empty_all() asks. */
void l4vm_helper_empty(void);

#endif
