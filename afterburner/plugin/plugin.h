/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the plugin's passes share.
 *
 * A compilation unit goes through four of them:
 *
 *   early   before inlining   cures "=m" operands, finds device accessors by name
 *   pages   after inlining    finds page-table stores by type, plants hooks
 *   live    last with a CFG   what is dead behind each asm statement
 *   mark    before "final"    writes the markers into the templates
 *
 * Up to the last one a finding travels as a tag: a comment without a line end
 * at the front of the template.  It does not change the number of statements
 * the compiler counts in it, hence no inlining decision and no size estimate.
 */
#ifndef AFTERBURN_PLUGIN_PLUGIN_H
#define AFTERBURN_PLUGIN_PLUGIN_H

#include "compat.h"
#include "template.h"
#include "../marker.h"

/* A tag: AB_TAG WORD[:OPERAND] AB_TAG_END, at the front of a template. */
#define AB_TAG     "/*afterburn:"
#define AB_TAG_END "*/"

struct ab_options {
        bool rmw;    /* cure read-modify-write "=m" operands */
        bool device; /* find device accessors */
        bool pages;  /* find page-table stores */
        bool hook;   /* plant hooks */
        bool live;   /* compute dead sets; otherwise markers say 0 */
        bool notes;
        bool verbose;                /* say on standard error what was found */
        bool scribble;               /* test: overwrite what is called dead */
        bool scribble_all;           /* ... behind every asm statement, sensitive or not */
        vec<const char *> types;     /* page-table types, by typedef name */
        vec<const char *> accessors; /* device accessors beyond the table */
};

extern struct ab_options ab_options;

/*
 * Leave a note for the audit: something at `where' that could not be decided.
 * It appears at the end of the assembler output, once, and makes no code.
 */
void ab_note(location_t where, const char *format, ...) ATTRIBUTE_PRINTF_2;
/* With the option verbose: report a finding on standard error. */
void ab_found(location_t where, const char *what);

/* `text' with the tag `word' (and operand number, if not negative) at its front; GC memory. */
const char *ab_tagged(const char *text, const char *word, int operand);
/* Put a tag on an asm statement, once per word. */
void ab_tag_asm(gasm *statement, const char *word, int operand);

/* The passes; each is made for `context' and registered by main.cc. */
opt_pass *ab_make_early_pass(gcc::context *context);
opt_pass *ab_make_pages_pass(gcc::context *context);
opt_pass *ab_make_live_pass(gcc::context *context);
opt_pass *ab_make_mark_pass(gcc::context *context);

#endif
