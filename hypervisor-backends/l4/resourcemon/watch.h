/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whoever runs the machines hears why the resource monitor itself cannot go on: on the console, and
 * on the control line, where `afterburn run' takes it for the run's end.
 */
#ifndef RESOURCEMON_WATCH_H
#define RESOURCEMON_WATCH_H

#include <l4/thread.h>

#define STATUS_FAILED 72

/* No machine can be started: say why, in a @sentence about or @of something. */
void watch_say(const char *of, const char *sentence);

/*
 * Start the thread that hears of our threads' faults, and watch over the caller.  Whatever memory
 * we are to have we have.  A sentence on error, else null.
 */
const char *watch_start(void);

/* A fault of this thread of ours, @local, ends the machine with what it was. */
void watch_over(L4_ThreadId_t local);

#endif /* RESOURCEMON_WATCH_H */
