/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "as/marker-line.h"

#include <stdlib.h>
#include <string.h>

#include <afterburn/record.h>

#include "as/scan.h"
#include "marker.h"

static const struct {
        const char *word;
        enum marker_kind kind;
        unsigned number;
} markers[] = {
    {AB_MARKER_BEGIN, MARKER_BEGIN, 0},
    {AB_MARKER_END, MARKER_END, 0},
    {AB_MARKER_STORE, MARKER_ACCESS, AB_KIND_PT_STORE},
    {AB_MARKER_READ, MARKER_ACCESS, AB_KIND_PT_READ},
    {AB_MARKER_DEVICE, MARKER_ACCESS, AB_KIND_DEVICE},
    {AB_MARKER_HOOK, MARKER_HOOK, 0},
    {AB_MARKER_NOTE, MARKER_NOTE, 0},
};

/* Value of `key' in a marker, 0 where it is missing. */
static unsigned value_of(const char *p, const char *end, const char *key)
{
        size_t length = strlen(key);

        for (; p + length < end; p++)
                if (!strncmp(p, key, length) && p[length] == '=')
                        return (unsigned)strtoul(p + length + 1, NULL, 16);
        return 0;
}

bool marker_line_read(const char *p, const char *end, struct marker_line *marker)
{
        const size_t mark = sizeof AB_MARKER - 1;
        const char *word;

        if ((size_t)(end - p) < mark || strncmp(p, AB_MARKER, mark))
                return false;
        p += mark;
        while (p < end && is_blank(*p))
                p++;
        while (end > p && is_blank(end[-1]))
                end--;
        for (word = p; p < end && *p >= 'a' && *p <= 'z'; p++)
                ;
        memset(marker, 0, sizeof *marker);
        for (unsigned i = 0; i < sizeof markers / sizeof *markers; i++)
                if (strlen(markers[i].word) == (size_t)(p - word) &&
                    !strncmp(markers[i].word, word, (size_t)(p - word))) {
                        marker->kind = markers[i].kind;
                        marker->number = markers[i].number;
                }
        if (!marker->kind)
                return false;
        if (marker->kind == MARKER_HOOK) {
                if (p == end || *p != '=')
                        return false;
                marker->number = (unsigned)strtoul(p + 1, NULL, 10);
        }
        marker->gprs = value_of(p, end, "gprs");
        marker->flags = value_of(p, end, "flags");
        while (p < end && is_blank(*p))
                p++;
        marker->text = p;
        marker->length = (size_t)(end - p);
        return true;
}
