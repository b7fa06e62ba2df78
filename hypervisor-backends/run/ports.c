/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ports=LOW[-HIGH][:LOW[-HIGH]...]: ports of the real machine for one guest. */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <afterburn/ports.h>

#include "host/diag.h"
#include "run.h"

static bool hexadecimal(char **at, uint32_t *value)
{
        char *begin = *at;
        unsigned long n = strtoul(begin, at, 16);

        *value = (uint32_t)n;
        return isxdigit((unsigned char)*begin) && *at > begin && n <= 0xffff;
}

void run_ports(struct run_ports *ports, const char *text)
{
        char *rest = ab_strdup(text), *word;

        ports->count = 0;
        while ((word = strsep(&rest, ":"))) {
                uint32_t first, last;
                const struct ab_kept_ports *kept;
                bool good = hexadecimal(&word, &first);

                last = first;
                if (good && *word == '-') {
                        word++;
                        good = hexadecimal(&word, &last);
                }
                if (!good || *word || first > last)
                        ab_die(AB_EXIT_USAGE,
                               "ports=%s: not ports: give LOW-HIGH[:LOW-HIGH...], hexadecimal",
                               text);
                kept = ab_kept_ports(first, last);
                if (kept)
                        ab_die(AB_EXIT_USAGE, "ports=%s: %x is kept from guests: it is %s", text,
                               first > kept->first ? first : kept->first, kept->whose);
                if (ports->count == AB_VM_PORTS)
                        ab_die(AB_EXIT_USAGE, "ports=%s: more than %u ranges", text, AB_VM_PORTS);
                ports->first[ports->count] = (uint16_t)first;
                ports->last[ports->count++] = (uint16_t)last;
        }
}

int run_common_port(const struct run_ports *a, const struct run_ports *b)
{
        unsigned i, j;

        for (i = 0; i < a->count; i++)
                for (j = 0; j < b->count; j++)
                        if (a->first[i] <= b->last[j] && a->last[i] >= b->first[j])
                                return a->first[i] > b->first[j] ? a->first[i] : b->first[j];
        return -1;
}
