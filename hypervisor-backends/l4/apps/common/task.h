/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads and spaces for test programs that run as root task.
 *
 * Every space made here sees the program's own image at the same addresses, so
 * that any function can run anywhere and static data is shared by all.  One
 * pager thread of the root space serves the faults.
 */
#ifndef APPS_TASK_H
#define APPS_TASK_H

#include <l4/io.h>
#include <l4/ipc.h>

#define TASK_THREADS 96
#define TASK_STACK   8192

/* Start the pager.  Call once, from the main thread. */
void task_init(void);

/*
 * A new thread that runs @fn; L4_nilthread if the kernel refuses.  When @fn
 * returns, the thread sleeps for ever.  @space: L4_nilthread for the caller's
 * own, the result of an earlier task_space for that one.
 */
L4_ThreadId_t task_thread(L4_ThreadId_t space, void (*fn)(void));

/* The first thread of a new space; it runs @fn. */
L4_ThreadId_t task_space(void (*fn)(void));

/* The same two, but active and not started: waits for its pager's message. */
L4_ThreadId_t task_thread_waiting(L4_ThreadId_t space, L4_ThreadId_t pager);
L4_ThreadId_t task_space_waiting(L4_ThreadId_t pager);

/*
 * The same for a small space with this id; L4_nilthread also if it cannot be made.
 * Its KIP and its UTCBs are where those of other spaces are not, so its threads
 * must call the kernel at TASK_LOW_KIP and not by the library.
 */
#define TASK_LOW_KIP     0x00200000
#define TASK_LOW_UTCB    0x00210000
/* The id of small space @n of 8 MB: enough for all that is linked here. */
#define TASK_SMALL_ID(n) (4 * (n) + 2)
L4_ThreadId_t task_small_space_waiting(L4_Word_t id);

/* A space in this account of the kernel's (L4_SpaceCtlAccount); its first thread waits. */
L4_ThreadId_t task_account_waiting(L4_Word_t account, L4_Word_t pages);

/* Start a thread made with the pager thread as pager. */
void task_start(L4_ThreadId_t t, void (*fn)(void));

/* Delete a thread, and its space if it was the last one there. */
void task_delete(L4_ThreadId_t t);

/* Delete every thread made so far; the pager stays. */
void task_delete_all(void);

/* The pager thread, and the top of a thread's stack. */
L4_ThreadId_t task_pager(void);
L4_Word_t task_stack(L4_ThreadId_t t);

/* The local id of a thread made here, in its own space. */
L4_ThreadId_t task_local_id(L4_ThreadId_t t);

/* The first number on the program's command line, or 0. */
L4_Word_t task_parameter(void);

/* Answer a page fault at @addr in the MRs; false when it lies outside the image. */
int task_serve_fault(L4_Word_t addr);

/* Faults outside the image: the last one's address, and how many (never answered). */
extern volatile L4_Word_t task_bad_fault, task_bad_faults;

#endif /* APPS_TASK_H */
