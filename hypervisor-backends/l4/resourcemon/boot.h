/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot information: which modules were loaded, and where. */
#ifndef RESOURCEMON_BOOT_H
#define RESOURCEMON_BOOT_H

#include <l4/types.h>

#define BOOT_MODULES 32

struct module {
        L4_Word_t start, size;
        const char *cmdline; /* its own file name first; never null */
};

/*
 * Read the module table from the boot information that the KIP points to,
 * asking sigma0 for its pages.  Returns a sentence on error, else null.
 */
const char *boot_init(void);

unsigned int boot_modules(void);
const struct module *boot_module(unsigned int n);

#endif /* RESOURCEMON_BOOT_H */
