/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The protocol between the resource monitor and its clients.
 *
 * A client is a program in a space of its own whose pager, scheduler and
 * exception handler is the monitor.  Requests are IPC calls to the monitor
 * (L4_Pager() of a client's first thread); the answer's MR1 is 0 for success or
 * an L4_ERROR_* code.
 */
#ifndef L4_RESOURCEMON_H
#define L4_RESOURCEMON_H

#include <l4/fpage.h>

#define RMON_PUTS           0x200 /* MR1 length <= 248, MR2.. the characters */
#define RMON_EXIT           0x201 /* MR1 status; no answer */
#define RMON_THREAD_CONTROL 0x202 /* MR1.. dest, space, scheduler, pager, UTCB */
#define RMON_SPACE_CONTROL  0x203 /* MR1.. space, control, KIP fpage, UTCB fpage */
#define RMON_MEMORY         0x204 /* MR1 log2 size; answered by a map item */
#define RMON_THREADS        0x205 /* answer MR2 first thread number, MR3 how many */
#define RMON_GETC           0x206 /* answer MR2 character, or -1 */

/* Characters to the console, under the client's name. */
void rmon_putc(char c);

/* End this client with @status (0: success). */
void rmon_exit(unsigned int status) __attribute__((noreturn));

/* ThreadControl by the monitor, for thread numbers of this client only. */
L4_Word_t rmon_thread_control(L4_ThreadId_t dest, L4_ThreadId_t space, L4_ThreadId_t scheduler,
                              L4_ThreadId_t pager, L4_Word_t utcb);
L4_Word_t rmon_space_control(L4_ThreadId_t space, L4_Word_t control, L4_Fpage_t kip,
                             L4_Fpage_t utcb);

/* 2^@bits bytes of fresh zeroed memory, mapped at @window; false if there are none. */
int rmon_memory(unsigned int bits, L4_Fpage_t window);

/* The thread numbers this client may use: first, and how many. */
L4_Word_t rmon_threads(L4_Word_t *count);

#endif /* L4_RESOURCEMON_H */
