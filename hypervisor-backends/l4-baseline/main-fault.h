/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults and exceptions of main's, where the guest kernel has a space of its own. */
#ifndef L4VM_MAIN_FAULT_H
#define L4VM_MAIN_FAULT_H

#include "l4vm.h"

/*
 * All of the wedge's program is there from now on; a page fault of main's is served (false: it is
 * the guest's, with *@error); and l4vm_classify() of an exception of main's.
 */
void l4vm_touch_image(void);
bool l4vm_serve_main(uint32_t address, uint32_t eip, bool write, uint32_t *error);
void l4vm_classify_main(struct ab_frame *frame, struct ab_trap *trap, uint32_t vector,
                        uint32_t error);

#endif
