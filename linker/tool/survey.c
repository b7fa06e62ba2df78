/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "tool/survey.h"

#include <stdlib.h>
#include <string.h>

#include "host/diag.h"
#include "tool/lines.h"
#include "tool/rows.h"
#include "tool/shared.h"

static const char unknown[] = "(unknown)";

/* "./a/b/../c.c" becomes "a/c.c"; in place. */
static void squeeze(char *path)
{
        char *to = path;
        const char *from = path;

        while (*from) {
                size_t length = strcspn(from, "/");

                if (length == 1 && *from == '.') {
                        /* this folder */
                } else if (length == 2 && !strncmp(from, "..", 2) && to > path + 1) {
                        to--;
                        while (to > path && to[-1] != '/')
                                to--;
                } else {
                        memmove(to, from, length);
                        to += length;
                        if (from[length] == '/')
                                *to++ = '/';
                }
                from += length;
                from += *from == '/';
        }
        *to = 0;
}

/* The root of the tree: what all absolute names begin with. */
struct root {
        char *path; /* NULL: no name is absolute */
        size_t bytes;
};

static void share_root(struct root *root, const char *name)
{
        size_t n = 0;

        if (name[0] != '/')
                return;
        if (!root->path) {
                root->path = ab_strdup(name);
                root->bytes = strlen(name);
        }
        while (n < root->bytes && name[n] == root->path[n])
                n++;
        while (n && name[n - 1] != '/')
                n--;
        root->bytes = n;
}

/* What is below the root is what people know. */
static void cut_root(char *name, const struct root *root)
{
        if (root->bytes && !strncmp(name, root->path, root->bytes))
                memmove(name, name + root->bytes, strlen(name + root->bytes) + 1);
}

/* The root by a unit that is named from it and contains a site itself. */
static void root_by_unit(struct root *root, const struct ab_place_of_site *site)
{
        size_t file = strlen(site->file), unit = strlen(site->unit);

        if (site->file[0] != '/' || !strchr(site->unit, '/') || unit + 1 > file ||
            site->file[file - unit - 1] != '/' || strcmp(site->file + file - unit, site->unit))
                return;
        root->path = ab_strdup(site->file);
        root->bytes = file - unit;
}

/*
 * Units that are named by absolute paths (debug information) tell the root;
 * where they are named from the root, as a kernel names its objects, files do.
 */
static struct root find_root(const struct ab_survey *survey)
{
        struct root root = {NULL, 0};

        for (unsigned i = 0; i < survey->count; i++)
                share_root(&root, survey->sites[i].unit);
        for (unsigned i = 0; i < survey->count && !root.path; i++)
                root_by_unit(&root, &survey->sites[i]);
        if (root.path)
                return root;
        for (unsigned i = 0; i < survey->count; i++)
                share_root(&root, survey->sites[i].file);
        return root;
}

static void name_subsystems(struct ab_survey *survey)
{
        struct root root = find_root(survey);

        for (unsigned i = 0; i < survey->count; i++) {
                struct ab_place_of_site *site = &survey->sites[i];
                const char *slash;

                cut_root(site->unit, &root);
                cut_root(site->file, &root);
                slash = strrchr(site->unit, '/');
                if (slash)
                        site->subsystem = ab_format("%.*s", (int)(slash - site->unit), site->unit);
                else
                        site->subsystem = ab_strdup(site->unit[0] ? site->unit : unknown);
        }
        free(root.path);
}

/* Source file of a function without debug information: its own or its neighbours' STT_FILE. */
static const char *file_by_symbols(const struct ab_image *image, const struct ab_symbol *symbol)
{
        const struct ab_symbol *first = image->symbols, *end = first + image->symbol_count;

        if (symbol->file)
                return symbol->file;
        for (const struct ab_symbol *s = symbol; s-- > first;)
                if (s->file)
                        return s->file;
        for (const struct ab_symbol *s = symbol + 1; s < end; s++)
                if (s->file)
                        return s->file;
        return "";
}

static void place_site(struct ab_survey *survey, struct ab_lines *lines,
                       struct ab_place_of_site *site, const struct ab_record *record)
{
        const struct ab_symbol *symbol = ab_image_symbol_at(survey->image, record->start);
        const struct ab_row *row = ab_row_of_class(record->class_id);
        const struct ab_source *source = ab_image_source_at(survey->image, record->start);
        struct ab_line here, entry = {0};

        site->record = record;
        site->what = row ? row->name : ab_kind_name(AB_RECORD_KIND_OF(record));
        ab_lines_find(lines, record->start, &here);
        if (symbol) {
                ab_lines_find(lines, symbol->address, &entry);
                site->function = ab_strdup(symbol->name);
                site->offset = record->start - symbol->address;
        } else {
                site->function = ab_strdup(here.function ? here.function : "");
        }
        if ((!here.file || !here.line) && source && source->file) {
                here.file = source->file;
                here.line = source->line;
        }
        site->file = ab_strdup(here.file && here.line ? here.file : "");
        site->line = here.line;
        if (survey->exact_lines && entry.file && entry.line)
                site->unit = ab_strdup(entry.file);
        else if (source)
                site->unit = ab_strdup(source->unit);
        else
                site->unit = ab_strdup(symbol ? file_by_symbols(survey->image, symbol) : "");
        squeeze(site->unit);
        squeeze(site->file);
}

static bool is_c(const char *unit)
{
        size_t length = strlen(unit);

        return length > 2 && unit[length - 2] == '.' &&
               (unit[length - 1] == 'c' || unit[length - 1] == 'h');
}

static unsigned padding_of(const struct ab_record *record)
{
        return (unsigned)record->site_bytes - record->insn_bytes;
}

static int by_size(const void *left, const void *right)
{
        const struct ab_group *a = left, *b = right;

        if (a->sites != b->sites)
                return a->sites > b->sites ? -1 : 1;
        return strcmp(a->name, b->name);
}

/* Count sites by the name `name_of' gives each. */
static struct ab_group *group(const struct ab_survey *survey, unsigned *count,
                              const char *(*name_of)(const struct ab_place_of_site *))
{
        struct ab_group *groups = ab_alloc((survey->count + 1) * sizeof *groups);
        unsigned last = 0;

        *count = 0;
        for (unsigned i = 0; i < survey->count; i++) {
                const char *name = name_of(&survey->sites[i]);

                if (last >= *count || strcmp(groups[last].name, name))
                        for (last = 0; last < *count && strcmp(groups[last].name, name);)
                                last++;
                if (last == *count)
                        groups[(*count)++].name = name;
                groups[last].sites++;
                groups[last].padding_bytes += padding_of(survey->sites[i].record);
        }
        if (*count)
                qsort(groups, *count, sizeof *groups, by_size);
        return groups;
}

static const char *class_of(const struct ab_place_of_site *site)
{
        return site->what;
}

static const char *subsystem_of(const struct ab_place_of_site *site)
{
        return site->subsystem;
}

static const char *kind_of(const struct ab_place_of_site *site)
{
        return ab_kind_name(AB_RECORD_KIND_OF(site->record));
}

static const char *padding_name_of(const struct ab_place_of_site *site)
{
        return ab_padding_name(site->record->padding);
}

static uint32_t code_bytes(const struct ab_image *image)
{
        uint32_t bytes = 0;

        for (unsigned i = 0; i < image->section_count; i++)
                if (image->sections[i].executable)
                        bytes += image->sections[i].bytes;
        return bytes;
}

void ab_survey_make(struct ab_survey *survey, const struct ab_image *image,
                    const struct ab_image *plain)
{
        struct ab_lines *lines = ab_lines_open(image);

        memset(survey, 0, sizeof *survey);
        survey->image = image;
        survey->exact_lines = ab_lines_are_exact(lines);
        survey->folders_known = survey->exact_lines || image->source_count;
        survey->code_bytes = code_bytes(image);
        survey->plain_code_bytes = plain ? code_bytes(plain) : 0;
        survey->sites = ab_alloc((image->record_count + 1) * sizeof *survey->sites);
        for (unsigned i = 0; i < image->record_count; i++)
                place_site(survey, lines, &survey->sites[survey->count++], &image->records[i]);
        ab_lines_close(lines);
        name_subsystems(survey);
        for (unsigned i = 0; i < survey->count; i++) {
                const struct ab_record *record = survey->sites[i].record;

                survey->padding_bytes += padding_of(record);
                if (AB_RECORD_KIND_OF(record) != AB_KIND_INSN || !is_c(survey->sites[i].unit))
                        continue;
                survey->c_sites++;
                survey->c_sites_flags_dead += record->dead_flags == AB_FLAGS_ALL;
                survey->c_sites_gpr_dead += record->dead_gprs != 0;
        }
        survey->by_class = group(survey, &survey->class_count, class_of);
        survey->by_subsystem = group(survey, &survey->subsystem_count, subsystem_of);
        survey->by_kind = group(survey, &survey->kind_count, kind_of);
        survey->by_padding = group(survey, &survey->padding_count, padding_name_of);
}

void ab_survey_free(struct ab_survey *survey)
{
        for (unsigned i = 0; i < survey->count; i++) {
                free(survey->sites[i].function);
                free(survey->sites[i].file);
                free(survey->sites[i].unit);
                free(survey->sites[i].subsystem);
        }
        free(survey->sites);
        free(survey->by_class);
        free(survey->by_subsystem);
        free(survey->by_kind);
        free(survey->by_padding);
}
