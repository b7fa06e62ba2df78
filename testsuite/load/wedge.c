/* SPDX-License-Identifier: BSD-2-Clause */
/* A wedge in name only: what its file tells the binder. */
#include <afterburn/bound.h>

#ifndef NAME
#define NAME "test"
#endif

AB_WEDGE_DESCRIBES(wedge_description) = {
    .magic = AB_WEDGE_MAGIC,
    .bytes = sizeof(struct ab_wedge_description),
    .hypervisor = NAME,
    .kernel_end = 0xbc000000,
    .wedge = {.abi = AB_WEDGE_ABI,
              .vectors = 0xbe001000,
              .vcpu = 0xbe000000,
              .inline_ops = AB_INLINE_ALL},
};
