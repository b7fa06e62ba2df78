/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report's view of an image: every site with its place in the source, and
 * the sums made of them.
 */
#ifndef AFTERBURN_TOOL_SURVEY_H
#define AFTERBURN_TOOL_SURVEY_H

#include <stdio.h>

#include "records/image.h"

struct ab_place_of_site {
        const struct ab_record *record;
        const char *what; /* class name, or kind where there is no class */
        char *function;   /* "" where unknown */
        uint32_t offset;  /* into the function */
        char *file;       /* of the instruction: "include/asm/irqflags.h", or "" */
        unsigned line;    /* 0: unknown */
        char *unit;       /* source file the function was compiled from, or "" */
        char *subsystem;  /* folder of `unit', or "(unknown)" */
};

/* One line of a table: sites that have something in common. */
struct ab_group {
        const char *name;
        unsigned sites;
        unsigned padding_bytes;
};

struct ab_survey {
        const struct ab_image *image;
        struct ab_place_of_site *sites; /* by address */
        unsigned count;
        struct ab_group *by_class, *by_subsystem, *by_kind, *by_padding;
        unsigned class_count, subsystem_count, kind_count, padding_count;
        unsigned padding_bytes;      /* sites less their instructions */
        unsigned c_sites;            /* instruction sites in C sources */
        unsigned c_sites_flags_dead; /* all six arithmetic flags known dead */
        unsigned c_sites_gpr_dead;   /* at least one register known dead */
        uint32_t code_bytes;
        uint32_t plain_code_bytes; /* of --plain; 0: not given */
        bool exact_lines;          /* there is debug information */
        bool folders_known;        /* ... or a table of sources */
};

/* Survey `image'; `plain' is the same kernel without afterburning, or NULL. */
void ab_survey_make(struct ab_survey *survey, const struct ab_image *image,
                    const struct ab_image *plain);
void ab_survey_free(struct ab_survey *survey);

/* Print the survey; `sites' adds the list of all sites. */
void ab_survey_print_text(const struct ab_survey *survey, FILE *out, bool sites);
void ab_survey_print_json(const struct ab_survey *survey, FILE *out, bool sites);
void ab_survey_print_html(const struct ab_survey *survey, FILE *out, bool sites);

/* Print what is different between two surveys, by function and class; returns how many lines. */
unsigned ab_survey_diff(const struct ab_survey *old, const struct ab_survey *new, FILE *out);

#endif
