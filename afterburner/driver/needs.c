/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/needs.h"

#include <stdbool.h>
#include <stdlib.h>

#include "driver/process.h"
#include "driver/version.h"
#include "host/diag.h"

/* Programs a kernel build calls, since when, and the Debian package of each. */
/* clang-format off */
static const struct {
        const char *program;
        int first;
        const char *package;
} needs[] = {
        {"make", LINUX_ANY_FIRST, "make"},       {"ld", LINUX_ANY_FIRST, "binutils"},
        {"perl", LINUX_ANY_FIRST, "perl"},       {"awk", LINUX_ANY_FIRST, "mawk"},
        {"gzip", LINUX_ANY_FIRST, "gzip"},       {"bc", LINUX(3, 9, 0), "bc"},
        {"flex", LINUX(4, 16, 0), "flex"},       {"bison", LINUX(4, 16, 0), "bison"},
};
/* clang-format on */

void needs_check(const struct tree *tree)
{
        bool missing = false;

        for (unsigned i = 0; i < sizeof needs / sizeof needs[0]; i++) {
                if (tree->version < needs[i].first || program_exists(needs[i].program))
                        continue;
                ab_error("%s: not found: install the Debian package %s", needs[i].program,
                         needs[i].package);
                missing = true;
        }
        if (missing)
                exit(AB_EXIT_ERROR);
}
