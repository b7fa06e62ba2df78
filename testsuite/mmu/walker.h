/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What IA-32 says an access does, written down a second time, from the manual's tables
 * (Intel SDM volume 3A: 4.3 "32-bit paging", 4.6 "Access rights", 4.7 "Page-fault
 * exceptions", 4.8 "Accessed and dirty flags").
 */
#ifndef TEST_WALKER_H
#define TEST_WALKER_H

#include "machine.h"

/*
 * The outcome of an access by the tables in @image (a copy of guest memory) under
 * the registers @control; sets accessed and dirty bits in @image.
 */
struct outcome walker_access(uint32_t *image, const struct ab_vcpu *control, uint32_t address,
                             enum mmu_access access, bool user);

#endif
