/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A backend for the chips alone: time is a number the test advances, the console two
 * strings.
 */
#ifndef TEST_BOARD_H
#define TEST_BOARD_H

#include <setjmp.h>
#include "chips.h"

/* Everything as after reset, at time 0 of 2026-11-21 12:34:56. */
void board_start(void);

/* Let @ns pass; timer events come when they are due, not later. */
void board_wait(uint64_t ns);

/* How much passes at each look at the clock: the machine stands still now and then. */
extern uint64_t board_reading;

/* Where the guest is, and whether it came there straight (device.h). */
extern uint32_t board_place;
extern bool board_straight;

/* Interrupts are taken at once, and their vectors kept, while this is set; EOI is sent. */
extern bool board_serves;
extern unsigned board_interrupts[256];

extern char board_console[4096], board_control[4096];
extern const char *board_typed; /* what backend_console_read() gives */
extern unsigned board_writes;   /* calls that wrote to the console */

/* How the machine was stopped: enum ab_stop; -1: not. */
extern int board_stopped;
/* backend_stop() comes here. */
extern jmp_buf board_stop;

/* The first controller's vectors from 0x20 on, the second's from 0x28; nothing masked. */
void board_controllers(void);

uint32_t in(uint32_t port);
void out(uint32_t port, uint32_t value);

/* One line of TAP; the plan. */
void check(bool ok, const char *what);
int check_done(void);

#endif
