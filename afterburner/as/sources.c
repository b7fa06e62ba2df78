/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "as/sources.h"

#include <stdlib.h>
#include <string.h>

#include <afterburn/record.h>

#include "as/scan.h"
#include "host/diag.h"

/* The string in quotes that begins at `p', or NULL. */
static char *quoted(const char *p, const char *end)
{
        const char *close_quote;

        if (p == end || *p != '"')
                return NULL;
        close_quote = memchr(p + 1, '"', (size_t)(end - p - 1));
        return close_quote ? ab_format("%.*s", (int)(close_quote - p - 1), p + 1) : NULL;
}

static void set_path(struct sources *s, char *path)
{
        free(s->path);
        s->path = path;
}

struct sources_place sources_enter(struct sources *s, const char *name, const char *text)
{
        struct sources_place outer = {s->path, s->line, s->counted, s->statement};

        s->path = name ? ab_strdup(name) : NULL;
        s->line = 1;
        s->counted = text;
        s->statement = false;
        return outer;
}

void sources_leave(struct sources *s, struct sources_place outer)
{
        set_path(s, outer.path);
        s->line = outer.line;
        s->counted = outer.counted;
        s->statement = outer.statement;
}

void sources_comment(struct sources *s, const char *p, const char *end)
{
        unsigned long line;
        char *rest, *path;

        if (end - p >= 7 && !strncmp(p, "#NO_APP", 7)) {
                s->statement = false;
                return;
        }
        if (end - p >= 4 && !strncmp(p, "#APP", 4)) {
                s->statement = true;
                return;
        }
        for (p++; p < end && is_blank(*p); p++)
                ;
        if (p == end || *p < '0' || *p > '9')
                return;
        line = strtoul(p, &rest, 10);
        for (p = rest; p < end && is_blank(*p); p++)
                ;
        path = quoted(p, end);
        if (!path)
                return;
        if (!s->unit && *path && *path != '<')
                s->unit = ab_strdup(path);
        if (!*path || *path == '<') {
                free(path);
                path = NULL;
        }
        set_path(s, path);
        s->line = (unsigned)line;
        /* The mark tells the line of the text behind it. */
        s->counted = end + (*end == '\n');
}

void sources_file(struct sources *s, const char *p, const char *end)
{
        char *name = quoted(scan_blanks(p, end), end);

        if (!name)
                return;
        free(s->unit);
        s->unit = name;
        set_path(s, NULL);
}

/* Number of the current file among those that sites name; 0 where it is not known. */
static unsigned number_of(struct sources *s)
{
        if (!s->path)
                return 0;
        for (unsigned i = s->count; i-- > 0;)
                if (!strcmp(s->file[i], s->path))
                        return i + 1;
        s->file = ab_realloc(s->file, (s->count + 1) * sizeof *s->file);
        s->file[s->count++] = ab_strdup(s->path);
        return s->count;
}

/* Length of a name without what follows its last dot. */
static size_t stem(const char *name)
{
        const char *dot = strrchr(name, '.');

        return dot && dot != name ? (size_t)(dot - name) : strlen(name);
}

static const char *base_of(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/*
 * The unit with the object's folder, if the object is named after it:
 * kernel/fork.o and kernel/.tmp_fork.o are, the compiler's temporary files are
 * not.
 */
static char *name_of_unit(const struct sources *s)
{
        const char *unit = s->unit ? s->unit : "";
        const char *name = base_of(unit);
        const char *base = s->object ? base_of(s->object) : "";
        int folder = (int)(s->object ? base - s->object : 0);

        if (!strncmp(base, ".tmp_", 5))
                base += 5;
        if (stem(base) != stem(name) || strncmp(base, name, stem(name)))
                return ab_strdup(unit);
        return ab_format("%.*s%s", folder, s->object ? s->object : "", name);
}

static void add_unit(const struct sources *s, struct buffer *out, char *const *file, unsigned count)
{
        char *name = name_of_unit(s);

        buffer_format(out, ".byte %u;.asciz ", AB_SOURCE_UNIT);
        buffer_quoted(out, name, strlen(name));
        buffer_format(out, ";.uleb128 %u;", count);
        for (unsigned i = 0; i < count; i++) {
                buffer_string(out, ".asciz ");
                buffer_quoted(out, file[i], strlen(file[i]));
                buffer_string(out, ";");
        }
        free(name);
}

void sources_site(struct sources *s, struct buffer *out, const char *at, const char *label,
                  bool grouped)
{
        unsigned number;

        while (!s->statement && s->counted < at) {
                const char *newline = memchr(s->counted, '\n', (size_t)(at - s->counted));

                s->line += newline != NULL;
                s->counted = newline ? newline + 1 : at;
        }
        buffer_format(out, ";.pushsection " AB_SOURCES_SECTION ",\"%s\",@progbits;",
                      grouped ? "?" : "");
        if (grouped) {
                /* The linker may put it anywhere: it has a unit of its own. */
                number = s->path != NULL;
                add_unit(s, out, &s->path, number);
        } else {
                number = number_of(s);
                s->sites++;
        }
        buffer_format(out, ".byte %u;.long %s;.uleb128 %u,%u;.popsection", AB_SOURCE_SITE, label,
                      number, number ? s->line : 0);
}

void sources_front(const struct sources *s, bool named, struct buffer *text)
{
        struct buffer front = {0};

        if (!s->sites)
                return;
        buffer_string(&front, ".pushsection " AB_SOURCES_SECTION ",\"\",@progbits;");
        add_unit(s, &front, s->file, s->count);
        buffer_string(&front, ".popsection\n");
        if (!named)
                buffer_string(&front, "# 1 \"{standard input}\"\n");
        buffer_add(&front, text->data, text->length);
        buffer_free(text);
        *text = front;
}

void sources_free(struct sources *s)
{
        for (unsigned i = 0; i < s->count; i++)
                free(s->file[i]);
        free(s->file);
        free(s->path);
        free(s->unit);
}
