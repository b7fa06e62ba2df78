/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's serial lines and clock. */
#ifndef RESOURCEMON_DEVICE_H
#define RESOURCEMON_DEVICE_H

#include <l4/types.h>

/* Set the line at @port going; with interrupts on input if @input. */
void device_line_start(L4_Word_t port, int input);

/* All of the text, as it is; returns at once where there is no line. */
void device_write(L4_Word_t port, const char *text, unsigned int n);

/* A character that has come, or -1. */
int device_read(L4_Word_t port);

/* Seconds since 1970, by the battery clock. */
L4_Word_t device_clock(void);

#endif /* RESOURCEMON_DEVICE_H */
