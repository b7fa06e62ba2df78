/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a wedge's file describes the wedge, and how an image says that it is bound.
 *
 * A wedge is linked at fixed addresses.  Its ELF file holds one struct
 * ab_wedge_description in a section of its own, so that whoever binds (the
 * resource monitor at boot, `afterburn link' long before) asks the wedge
 * itself:
 *
 *      AB_WEDGE_DESCRIBES(wedge_description) = {
 *              .magic = AB_WEDGE_MAGIC,
 *              .bytes = sizeof(struct ab_wedge_description),
 *              .hypervisor = "l4",
 *              .kernel_end = 0xbc000000,
 *              .wedge = {.abi = AB_WEDGE_ABI, .vectors = (uint32_t)vectors, ...},
 *      };
 *
 * An image bound ahead of time carries the same words in section
 * ".afterburn.bound", not allocated.  It runs with that wedge and no other.
 */
#ifndef AFTERBURN_BOUND_H
#define AFTERBURN_BOUND_H

#include <afterburn/wedge.h>

#define AB_WEDGE_SECTION    ".afterburn.wedge"
#define AB_BOUND_SECTION    ".afterburn.bound"
#define AB_WEDGE_MAGIC      0x67645761u /* "aWdg" */
#define AB_HYPERVISOR_BYTES 16          /* a name, NUL-padded; the last byte is 0 */

struct ab_wedge_description {
        uint32_t magic;
        uint32_t bytes; /* of this structure */
        char hypervisor[AB_HYPERVISOR_BYTES];
        uint32_t kernel_end; /* first address the guest kernel may not use; 0: may use all */
        struct ab_wedge wedge;
};

#define AB_WEDGE_DESCRIBES(name)                                                                   \
        __attribute__((section(AB_WEDGE_SECTION), used)) const struct ab_wedge_description name

#endif
