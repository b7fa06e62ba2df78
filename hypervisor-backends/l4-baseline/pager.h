/* SPDX-License-Identifier: BSD-2-Clause */
/* The pagers beside the threads that run applications. */
#ifndef L4VM_PAGER_H
#define L4VM_PAGER_H

#include "l4vm.h"

/* Start that of a new @space, by main.  False: it is not there. */
bool l4vm_pager_start(uint32_t space);
/* A message to the monitor thread.  True: of a pager, whose answer is loaded. */
bool l4vm_pager_faulted(L4_ThreadId_t from, L4_MsgTag_t tag);

/*
 * ExchangeRegisters of a thread that runs applications, to another place: by the resource monitor,
 * where its pager is none of ours.  Afterwards @r has the old place and state.  Message registers
 * are free to use.  For main, whose thread it is.  False: refused.
 */
bool l4vm_move_user(L4_ThreadId_t thread, struct L4_ExRegs *r);

#endif
