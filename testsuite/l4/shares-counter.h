/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHARES_COUNTER_H
#define SHARES_COUNTER_H

#include <stdint.h>

/* What the resource monitor's thread reads for the time-stamp counter. */
uint64_t shares_counter(void);

#endif
