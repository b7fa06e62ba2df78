/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef AB_VECTOR_H
#define AB_VECTOR_H

#include <stdbool.h>
#include <afterburn/wedge.h>

/*
 * Name of the row of @vector (less than AB_VECTORS), "?" beyond; *@entry is which entry of
 * the row it is.
 */
const char *ab_vector_name(uint32_t vector, uint32_t *entry);

/* Is the call of this vector followed by a NOP that carries an operand? */
bool ab_vector_carries(uint32_t vector);

#endif
