/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a guest can run on: one row each. */
#include "config.h"

#include <string.h>

#include "host/diag.h"
#include "run.h"

static const struct run_backend backends[] = {
    {"bare", 4, 2048, 1, run_prepare_bare, NULL, NULL},
    {"l4", 32, 768, RUN_GUESTS, run_prepare_l4, "l4/kernel-baseline", "wedge-l4"},
    {"l4x-split", 32, 768, RUN_GUESTS, run_prepare_l4, "l4/kernel-extended", "wedge-l4x-split"},
    {"l4x-colocated", 32, 768, RUN_GUESTS, run_prepare_l4, "l4/kernel-extended",
     "wedge-l4x-colocated"},
};

const struct run_backend *run_backend(const char *name, const char *layout)
{
        const char *row = name;
        unsigned i;

        if (!strcmp(name, "l4x"))
                row = layout ? ab_format("l4x-%s", layout) : "l4x-split";
        else if (layout)
                ab_die(AB_EXIT_USAGE, "--layout=%s: %s has none: use --hypervisor=l4x", layout,
                       name);
        for (i = 0; i < sizeof backends / sizeof backends[0]; i++)
                if (!strcmp(backends[i].name, row))
                        return &backends[i];
        ab_die(AB_EXIT_USAGE, "--hypervisor=%s: not known: give bare, l4 or l4x", name);
}
