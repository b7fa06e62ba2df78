/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: the table of ids, creation and deletion (manual 2.1, 2.4).
 */
#ifndef L4K_THREAD_H
#define L4K_THREAD_H

#include "types.h"
#include "tcb.h"
#include "space.h"

/*
 * Thread number to TCB, for every number an id can hold; free numbers lead to nobody_tcb,
 * whose id is 0, so a look-up needs no test for NULL.
 */
extern struct tcb *thread_table[ID_NUMBERS];
extern struct tcb nobody_tcb;

void thread_init(void);

/* The thread with exactly this global id, or NULL. */
struct tcb *thread_find(u32 id);
/* The thread a user of `space` names by a global or local id, or NULL. */
struct tcb *thread_resolve(struct space *space, u32 id);

/* New inactive thread in a space; NULL without memory. */
struct tcb *thread_create(u32 id, struct space *space, u32 scheduler);
/* Give it a UTCB and let it wait for its start-up message. */
bool thread_activate(struct tcb *t, u32 local_id, u32 pager);
/* Remove a thread from the world; not the running one. */
void thread_delete(struct tcb *t);
/* A thread gets another version: its IPC and that of its partners ends. */
void thread_rename(struct tcb *t, u32 id);

/* System calls (threadctl.c, spacectl.c, exregs.c, ...): registers in a frame. */
void sys_thread_control(struct frame *f);
void sys_space_control(struct frame *f);
void sys_exchange_registers(struct frame *f);
void sys_schedule(struct frame *f);
void sys_thread_switch(struct frame *f);
void sys_unmap(struct frame *f);
void sys_memory_control(struct frame *f);
void sys_processor_control(struct frame *f);

/* Result 0 with an error code in the caller's UTCB (manual 1.2). */
void sys_error(struct frame *f, u32 code);
/* Is the running thread in a privileged space?  If not, sets the error. */
bool sys_privileged(struct frame *f);

/* int 0x31: find the call by the address it came from (syscall.c). */
void syscall_dispatch(struct frame *f);
/* The same for calls by SYSENTER, known by a number. */
void syscall_by_number(struct frame *f);

#endif
