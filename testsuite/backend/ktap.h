/* SPDX-License-Identifier: BSD-2-Clause */
/* KTAP through the backend's console, and the tests any backend must pass. */
#ifndef BACKEND_KTAP_H
#define BACKEND_KTAP_H

#include <afterburn/backend.h>

void ktap_ok(bool ok, const char *what);
void ktap_line(const char *text);
/* The plan; true if all went well. */
bool ktap_done(void);

/* Tests that need nothing but the interface.  Held before and after. */
void contract(const struct backend_machine *machine);

/* l4-repeats.c: which faults L4 has no memory for. */
void repeats(void);
/* l4-spaces.c: user spaces that the resource monitor refuses to make. */
void kinds_of_spaces(void);

/* Set by the wedge_event() of a test: what it took, and how often it was called. */
extern volatile uint32_t delivered, deliveries;

#endif
