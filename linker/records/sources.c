/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where sites stand in the sources: the entries of AB_SOURCES_SECTION.
 */
#include "config.h"
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "host/diag.h"

/* What is left of the section. */
struct stream {
        const uint8_t *at, *end;
        bool damaged;
};

static const char *take_string(struct stream *s)
{
        const char *text = (const char *)s->at;
        const uint8_t *nul = memchr(s->at, 0, (size_t)(s->end - s->at));

        if (!nul) {
                s->damaged = true;
                return "";
        }
        s->at = nul + 1;
        return text;
}

static uint32_t take_uleb(struct stream *s)
{
        uint32_t value = 0;

        for (unsigned shift = 0; shift < 32 && s->at < s->end; shift += 7) {
                value |= (uint32_t)(*s->at & 127) << shift;
                if (!(*s->at++ & 128))
                        return value;
        }
        s->damaged = true;
        return 0;
}

/* The unit that the following sites belong to, with its files. */
struct unit {
        const char *name;
        const char **file;
        uint32_t count;
};

static void take_unit(struct stream *s, struct unit *unit)
{
        unit->name = take_string(s);
        unit->count = take_uleb(s);
        /* Each name takes a byte at least. */
        if (unit->count > (size_t)(s->end - s->at)) {
                s->damaged = true;
                return;
        }
        unit->file = ab_realloc(unit->file, (unit->count + 1) * sizeof *unit->file);
        for (uint32_t i = 0; i < unit->count; i++)
                unit->file[i] = take_string(s);
}

static void take_site(struct stream *s, const struct unit *unit, struct ab_image *image)
{
        struct ab_source source = {.unit = unit->name};
        uint32_t file;

        if (s->end - s->at < 4 || !unit->name) {
                s->damaged = true;
                return;
        }
        memcpy(&source.start, s->at, 4);
        s->at += 4;
        file = take_uleb(s);
        source.line = take_uleb(s);
        if (file > unit->count) {
                s->damaged = true;
                return;
        }
        source.file = file ? unit->file[file - 1] : NULL;
        /* Grown by doubling. */
        if (!(image->source_count & (image->source_count - 1)))
                image->sources = ab_realloc(image->sources,
                                            (image->source_count * 2 + 1) * sizeof *image->sources);
        image->sources[image->source_count++] = source;
}

bool ab_sources_read(struct ab_image *image, const uint8_t *data, uint32_t bytes,
                     struct ab_problem *problem)
{
        struct stream stream = {data, data + bytes, false};
        struct unit unit = {0};

        while (stream.at < stream.end && !stream.damaged) {
                switch (*stream.at++) {
                case AB_SOURCE_UNIT:
                        take_unit(&stream, &unit);
                        break;
                case AB_SOURCE_SITE:
                        take_site(&stream, &unit, image);
                        break;
                default:
                        stream.damaged = true;
                }
        }
        free(unit.file);
        return !stream.damaged ||
               ab_problem_set(problem, image->path,
                              "table of sources is damaged: build the image again");
}

const struct ab_source *ab_image_source_at(const struct ab_image *image, uint32_t start)
{
        unsigned low = 0, high = image->source_count;

        while (low < high) {
                unsigned middle = low + (high - low) / 2;

                if (image->sources[middle].start < start)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < image->source_count && image->sources[low].start == start
                   ? &image->sources[low]
                   : NULL;
}
