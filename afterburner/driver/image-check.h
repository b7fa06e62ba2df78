/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must be true of a finished kernel.
 */
#ifndef AFTERBURN_DRIVER_IMAGE_CHECK_H
#define AFTERBURN_DRIVER_IMAGE_CHECK_H

#include <stdbool.h>

#define GUEST_KERNEL_GVA 0x80000000u /* PAGE_OFFSET */
#define GUEST_KERNEL_END 0xbc000000u /* the wedge begins here */
#define FIRST_KIND       1
#define KINDS            6

struct image_facts {
        unsigned records;
        unsigned by_kind[KINDS]; /* enum ab_kind */
};

/*
 * Check the kernel at `path': linked at 2 GB, nothing of it at or above the
 * wedge, fixmap below the wedge or its top a variable that holds one, records
 * present unless `plain'.  Ends the program with one line when something does not hold.
 */
void image_check(const char *path, bool plain, struct image_facts *facts);

/* Number of records in a module; 0 where it cannot be read. */
unsigned image_count_records(const char *path);

#endif
