/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <afterburn/record.h>

#include "driver/file.h"
#include "host/diag.h"
#include "host/output.h"

static const char own_section[] =
    "\n  " AB_RECORD_SECTION " 0 : { KEEP(*(" AB_RECORD_SECTION ")) }"
    "\n  " AB_NOTES_SECTION " 0 : { KEEP(*(" AB_NOTES_SECTION ")) }"
    "\n  " AB_SOURCES_SECTION " 0 : { KEEP(*(" AB_SOURCES_SECTION ")) }\n";

/*
 * In memory, in the page-aligned run that __init_end ends.  The header's data
 * statements make the section an allocated one though its inputs are not; the
 * checksum is put in after the link.
 */
static char *flat_section(const char *load_offset)
{
        /* clang-format off */
        return ab_format("\n  . = ALIGN(16);\n"
                         "  " LAYOUT_FLAT_SECTION " : %s {\n"
                         "        __afterburn_header = .;\n"
                         "        LONG(0x%x) LONG(0x%x) LONG(%d) LONG(0)\n"
                         "        LONG(__afterburn_header) LONG(_text) LONG(startup_32 - 0x80000000)\n"
                         "        LONG(__afterburn_end - __afterburn_records)\n"
                         "        __afterburn_records = .;\n"
                         "        KEEP(*(" AB_RECORD_SECTION "))\n"
                         "        __afterburn_end = .;\n"
                         "  }\n"
                         "  . = ALIGN(4096);\n",
                         load_offset, AB_FLAT_MAGIC0, AB_FLAT_MAGIC1, AB_RECORD_VERSION);
        /* clang-format on */
}

/* The closing brace of SECTIONS { ... }, or NULL. */
static char *end_of_sections(char *script)
{
        char *at = strstr(script, "SECTIONS");
        int depth = 0;

        for (at = at ? strchr(at, '{') : NULL; at && *at; at++) {
                if (!strncmp(at, "/*", 2)) {
                        char *end = strstr(at + 2, "*/");

                        if (!end)
                                return NULL;
                        at = end + 1;
                        continue;
                }
                if (*at == '"') {
                        at = strchr(at + 1, '"');
                        if (!at)
                                return NULL;
                        continue;
                }
                if (*at == '{')
                        depth++;
                else if (*at == '}' && !--depth)
                        return at;
        }
        return NULL;
}

/*
 * Where an output section can stand before __init_end: before the statement
 * that defines it, or before the output section in which that is.
 */
static char *before_init_end(char *script)
{
        char *at = strstr(script, "__init_end = .");
        char *p;

        if (!at)
                return NULL;
        for (p = at; p > script; p--) {
                if (p[-1] == '}' || p[-1] == ';')
                        return p;
                if (p[-1] == '{')
                        break;
        }
        /* Inside an output section, as its first statement: go before its name. */
        for (; p > script; p--)
                if (p[-1] == '}' || p[-1] == ';')
                        return p;
        return NULL;
}

void layout_add_records(const char *path, enum layout layout)
{
        char *script = file_read(path);
        struct ab_output output;
        char *place, *text;

        if (!script)
                ab_die(AB_EXIT_ERROR, "%s: cannot be read: build again", path);
        if (strstr(script, AB_RECORD_SECTION))
                return;
        if (layout == LAYOUT_FLAT) {
                /* Scripts with load addresses below the virtual ones say AT() everywhere. */
                char *at = strstr(script, "AT(ADDR(.init.data) - ");
                char *load = ab_strdup("");

                if (at) {
                        const char *offset = at + strlen("AT(ADDR(.init.data) - ");
                        const char *end = strstr(offset, ") {");

                        load = ab_format("AT(ADDR(" LAYOUT_FLAT_SECTION ") - %.*s)",
                                         (int)(end ? end - offset : 0), offset);
                }
                place = before_init_end(script);
                text = flat_section(load);
        } else {
                place = end_of_sections(script);
                text = ab_strdup(own_section);
        }
        if (!place)
                ab_die(AB_EXIT_ERROR,
                       "%s: not a linker script of a known form: the records have no place", path);
        ab_output_open(&output, path);
        fwrite(script, 1, (size_t)(place - script), output.stream);
        fputs(text, output.stream);
        fputs(place, output.stream);
        ab_output_commit(&output, 0);
        free(script);
        free(text);
}
