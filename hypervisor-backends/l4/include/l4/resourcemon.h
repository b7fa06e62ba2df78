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

/*
 * Requests of a virtual machine's wedge (hypervisor-backends/l4-baseline), from its main,
 * monitor and helper threads only; RMON_PUTS too.  Messages of its other threads
 * are user code's own doing and are dropped.
 */
#define RMON_VM_SPACE     0x210 /* MR1 user space: make it, anew if it is there; MR2 as VM_AWAKE */
#define RMON_VM_GETS      0x211 /* MR1 most; answer MR2 how many, MR3.. the characters */
#define RMON_VM_STOP      0x212 /* MR1 enum ab_stop, MR2 status, MR3 time it stood in line, us, */
                                /* MR4.. L4 entries by kind; no answer */
#define RMON_VM_FATAL     0x213 /* MR1 length, MR2.. ten registers, space, text; no answer */
#define RMON_VM_CONTROL   0x214 /* as RMON_PUTS, to whoever runs the machine */
#define RMON_VM_CLOCK     0x215 /* answer MR2 seconds since 1970 */
#define RMON_VM_PORT      0x216 /* MR1 port, MR2 bytes, MR3 value, MR4 write; answer MR2 value */
#define RMON_VM_TIMER     0x218 /* its deadline is nearer than planned; no answer */
#define RMON_VM_COLOCATED 0x219 /* as VM_SPACE, with three threads; in order from 0 */
#define RMON_VM_PAGED     0x21a /* as VM_SPACE, with a second thread that can be its pager */
#define RMON_VM_MOVE      0x21b /* MR1.. user thread, control, IP: ExchangeRegisters; answer MR2 IP */
#define RMON_VM_SHARED    0x21c /* MR1 address of its struct l4vm_shared, with the deadline */
#define RMON_VM_HALT      0x21d /* stop the user thread it says, so that main hears of it */
#define RMON_VM_WANT      0x21e /* MR1 thread, from the machine's first: it has no time; no answer */
#define RMON_VM_SMALL     0x221 /* MR1 program, MR2 bytes: who asks begins anew, in a small space */
#define RMON_VM_AWAKE     0x222 /* MR1 user space whose threads are halted, MR2 one whose go on */
#define RMON_VM_DROP      0x223 /* MR1 user space, which goes */
#define RMON_VM_RUNS      0x220 /* to wedge, from thread RMON_GIVER: who wanted time is given it */
#define RMON_GIVER        1     /* its number, behind the monitor's */
#define RMON_WATCHER      2     /* ... of the thread that hears of the monitor's own faults */
#define RMON_NOTIFY       0x21f /* monitor to wedge: MR1 mask of enum ab_event */

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
