/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "tool/lines.h"

#include <bfd.h>
#include <stdlib.h>
#include <string.h>

#include "host/diag.h"

struct ab_lines {
        const struct ab_image *image;
        bfd *file;
        asymbol **symbols;
        asection **sections; /* by position in image->sections */
        bool exact;
};

/* BFD's own words would be a second message about one fault. */
static void keep_quiet(const char *format, va_list arguments)
{
        (void)format;
        (void)arguments;
}

struct ab_lines *ab_lines_open(const struct ab_image *image)
{
        struct ab_lines *lines;
        long bytes;
        bfd *file;

        if (image->packed || image->form == AB_FORM_FLAT)
                return NULL;
        bfd_init();
        bfd_set_error_handler(keep_quiet);
        file = bfd_openr(image->path, NULL);
        if (!file)
                return NULL;
        if (!bfd_check_format(file, bfd_object)) {
                bfd_close(file);
                return NULL;
        }
        lines = ab_alloc(sizeof *lines);
        lines->image = image;
        lines->file = file;
        lines->exact = bfd_get_section_by_name(file, ".debug_info") != NULL;
        bytes = bfd_get_symtab_upper_bound(file);
        lines->symbols = ab_alloc(bytes > 0 ? (unsigned long)bytes : sizeof *lines->symbols);
        if (bytes > 0)
                bfd_canonicalize_symtab(file, lines->symbols);
        lines->sections = ab_alloc((image->section_count + 1) * sizeof *lines->sections);
        for (unsigned i = 0; i < image->section_count; i++) {
                const struct ab_section *mine = &image->sections[i];

                for (asection *s = file->sections; s && mine->executable; s = s->next)
                        if (s->filepos == (file_ptr)mine->file_offset &&
                            !strcmp(bfd_section_name(s), mine->name))
                                lines->sections[i] = s;
        }
        return lines;
}

void ab_lines_close(struct ab_lines *lines)
{
        if (!lines)
                return;
        bfd_close(lines->file);
        free(lines->symbols);
        free(lines->sections);
        free(lines);
}

bool ab_lines_are_exact(const struct ab_lines *lines)
{
        return lines && lines->exact;
}

void ab_lines_find(struct ab_lines *lines, uint32_t address, struct ab_line *line)
{
        const struct ab_section *section;
        asection *theirs;

        memset(line, 0, sizeof *line);
        if (!lines)
                return;
        section = ab_image_section_at(lines->image, address, 1);
        theirs = section ? lines->sections[section - lines->image->sections] : NULL;
        if (!theirs)
                return;
        if (!bfd_find_nearest_line(lines->file, theirs, lines->symbols, address - section->address,
                                   &line->file, &line->function, &line->line))
                memset(line, 0, sizeof *line);
}
