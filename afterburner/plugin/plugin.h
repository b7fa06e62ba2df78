/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the plugin's passes share.
 *
 * A compilation unit goes through four of them:
 *
 *   early   before inlining   cures "=m" operands, finds device accessors by name, and
 *                           what points to device memory
 *   pages   after inlining    finds page-table stores by type, accesses through device
 *                           pointers; plants hooks
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

/* Making asm statements: an operand, its constraint, a volatile statement at the place of `like'.
 */
tree ab_operand(const char *constraint, tree value);
const char *ab_constraint(tree operand);
gasm *ab_asm(const char *text, vec<tree, va_gc> *outputs, vec<tree, va_gc> *inputs,
             vec<tree, va_gc> *clobbers, gimple *like);
/* Template that moves operand 1 to operand 0, `bytes' 1, 2 or 4. */
const char *ab_mov(unsigned bytes);

/*
 * Device memory without accessors (device.cc).  Collect what points to it, before
 * inlining, over all functions; then, function by function, behind inlining:
 * loads and stores (true if the statement was replaced), asm statements, calls.
 */
void ab_device_collect(function *fun);
bool ab_device_assign(gimple_stmt_iterator *gsi);
void ab_device_asm(gasm *statement);
void ab_device_call(gcall *call);

/* The passes; each is made for `context' and registered by main.cc. */
opt_pass *ab_make_early_pass(gcc::context *context);
opt_pass *ab_make_pages_pass(gcc::context *context);
opt_pass *ab_make_live_pass(gcc::context *context);
opt_pass *ab_make_mark_pass(gcc::context *context);

#endif
