/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks and what the areas share.
 *
 * A check states what the L4 X.2 manual (or, where it says so, the IA-32
 * architecture or this project's manual) promises.  Where the public kernel is
 * known to break the promise, quirks.c names the check: there it is reported as
 * an expected failure, or not tried if trying stops that kernel.
 */
#ifndef CONFORMANCE_CHECK_H
#define CONFORMANCE_CHECK_H

#include <l4/sigma0.h>
#include "../common/task.h"

/* Report one check: @section is the manual's, @name says what must hold. */
void check(int holds, const char *section, const char *name);
void check_skip(const char *section, const char *name, const char *why);

/* True if trying @name would stop the kernel we run on; reports the skip itself. */
int check_fatal(const char *section, const char *name);

/* How the public kernel departs from a check; quirks.c. */
enum quirk { QUIRK_NONE, QUIRK_FAILS, QUIRK_FATAL };
enum quirk quirk_of(const char *name);

/* Time shorthands and the id of the main thread. */
#define MS(n)    L4_TimePeriod((uint64_t)(n)*1000)
#define PATIENCE MS(2000) /* for what must happen */
#define BRIEFLY  MS(30)   /* for what must not */
extern L4_ThreadId_t self;

/* Words that threads of a test leave for the main thread. */
extern volatile L4_Word_t shared[64];

/* A page-aligned arena of the image, for mapping tests: 16 pages. */
#define ARENA_PAGES 16
extern uint8_t arena[ARENA_PAGES * 4096];

/*
 * Wait for a message of @t while serving its faults inside the image.  The
 * message is copied to @mr (64 words); its tag is returned.
 */
L4_MsgTag_t next_event(L4_ThreadId_t t, L4_Word_t *mr);

/* Let @t run for a moment, serving its faults inside the image. */
void let_run(L4_ThreadId_t t);

/* Start @t, whose pager is the main thread, at @ip with stack @sp. */
L4_MsgTag_t start_by_message(L4_ThreadId_t t, void (*ip)(void), L4_Word_t sp);

/*
 * The ten general registers (L4_CTRLXFER_GP_*) that follow the two words of a kernel
 * message in @message: an item or, where the kernel has none, untyped words.  False
 * if it does not carry them.
 */
int state_of_message(const L4_Word_t *message, L4_Word_t *to);

/*
 * interrupts.c: the line of the board's interval timer; its handler, or with the line itself none;
 * one interrupt after so long, and the timer stands still after that.
 */
L4_ThreadId_t timer_line(void);
L4_Word_t timer_attach(L4_ThreadId_t handler);
void timer_once(unsigned int ms);

/* Kind of the last IPC error: code and phase of L4_ErrorCode(). */
L4_INLINE L4_Word_t ipc_error(void)
{
        return (L4_ErrorCode() & L4_IPCERR_CODE_MASK) >> L4_IPCERR_CODE_SHIFT;
}

L4_INLINE int ipc_error_in_receive(void)
{
        return (L4_ErrorCode() & L4_IPCERR_PHASE_RCV) != 0;
}

L4_INLINE int failed_with(L4_MsgTag_t tag, L4_Word_t code, int receive)
{
        return L4_IpcFailed(tag) && ipc_error() == code && ipc_error_in_receive() == receive;
}

/* The areas; each in its own file. */
void area_kip(void);
void area_ids(void);
void area_ipc(void);
void area_ipc_errors(void);
void area_strings(void);
void area_xfer(void);
void area_longcopy(void);
void area_mapping(void);
void area_unmap(void);
void area_exregs(void);
void area_wayout(void);
void area_calls(void);
void area_threadcontrol(void);
void area_spacecontrol(void);
void area_schedule(void);
void area_quantum(void);
void area_delay(void);
void area_interrupts(void);
void area_exceptions(void);
void area_pagefaults(void);
void area_faultstate(void);
void area_io(void);
void area_ports(void);
void area_robust(void);
void area_sigma0(void);
void area_ctrlxfer(void);
void area_fpustate(void);
void area_preemption(void);
void area_preempted(void);
void area_alarms(void);
void area_zeroslice(void);
void area_limits(void);
void area_redirect(void);
void area_tls(void);
void area_breakpoints(void);
void area_smallspaces(void);

#endif /* CONFORMANCE_CHECK_H */
