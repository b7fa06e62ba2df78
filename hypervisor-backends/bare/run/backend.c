/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a guest can run on: one row each. */
#include "config.h"

#include <string.h>

#include "host/diag.h"
#include "run.h"

static const struct run_backend backends[] = {
    {"bare", 4, 2048, 1, run_prepare_bare},
    {"l4", 32, 768, RUN_GUESTS, run_prepare_l4},
};

const struct run_backend *run_backend(const char *name)
{
        unsigned i;

        for (i = 0; i < sizeof backends / sizeof backends[0]; i++)
                if (!strcmp(backends[i].name, name))
                        return &backends[i];
        ab_die(AB_EXIT_USAGE, "--hypervisor=%s: not known: give bare or l4", name);
}
