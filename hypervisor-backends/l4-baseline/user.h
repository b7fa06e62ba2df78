/* SPDX-License-Identifier: BSD-2-Clause */
/* The threads that run applications.  For main, between call_begin and call_end. */
#ifndef L4VM_USER_H
#define L4VM_USER_H

#include "l4vm.h"

/*
 * Run the stub at @label (stubs.S) in the thread of @space, which waits for backend_user().
 * False: it did not come back and has been made anew.
 */
bool l4vm_run_stub(uint32_t space, const char *label, uint32_t eax);
/*
 * Main has sent that thread to the stub at @label, and waited so long for the message at its end;
 * @tag is what came.  If nothing has: what comes, or a failure because nothing will.
 */
#define L4VM_STUB_TIME  L4_TimePeriod(1000)
#define L4VM_START_TIME L4_TimePeriod(3000000) /* one that is new has not cheated */
L4_MsgTag_t l4vm_user_comes(uint32_t space, const char *label, L4_MsgTag_t tag);
/* A new thread and space; it ends in the wait that backend_user() begins with. */
void l4vm_user_make(uint32_t space);
/* Each layout's way to that.  False: there is none, or it does not start. */
bool l4vm_user_make_once(uint32_t space);
/* Its page of data, as the kernel space sees it. */
uint8_t *l4vm_stub_data(uint32_t space);
/* Map items for its two pages of stubs at @mr; the next message register. */
unsigned int l4vm_stub_items(uint32_t space, unsigned int mr);
/* It touched @address: if that is in its two pages of stubs, the answer is loaded. */
bool l4vm_stub_page(uint32_t space, uint32_t address, bool write);
/* What the stubs find in the page of data is as it should be, whatever a program made of it. */
void l4vm_stub_fill(uint32_t space);
/* Whom the thread of @space is to tell of its faults: each layout says. */
L4_ThreadId_t l4vm_user_pager(uint32_t space);
/* The thread of @space is there. */
void l4vm_user_need(uint32_t space);
/* Nothing of @space is there any more, and L4 has what memory it took. */
void l4vm_user_forget(uint32_t space);

#endif
