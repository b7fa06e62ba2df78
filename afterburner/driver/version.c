/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/version.h"

#include <stdio.h>

#include "host/diag.h"

int linux_parse(const char *text)
{
        int v = 0, p = 0, s = 0, n = sscanf(text, "%d.%d.%d", &v, &p, &s);

        if (n < 2 || v < 0 || p < 0 || p > 999 || s < 0 || s > 999)
                return 0;
        return LINUX(v, p, s);
}

char *linux_text(int version)
{
        return ab_format("%d.%d.%d", version / 1000000, version / 1000 % 1000, version % 1000);
}
