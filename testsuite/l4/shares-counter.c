/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resourcemon/shares.c, with a time-stamp counter that the test sets. */
#include <l4/io.h>
#include "shares-counter.h"
#define l4_rdtsc shares_counter
#include "resourcemon/shares.c"
