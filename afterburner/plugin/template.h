/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading the text of an asm template: statements, mnemonics, operands.
 *
 * A template is assembler text with %N for operands, {att|intel} for dialects
 * and %% for a percent sign.  This reader does not expand anything: it answers
 * the few questions the plugin has, on the AT&T alternative.  It knows nothing
 * of the compiler.
 */
#ifndef AFTERBURN_PLUGIN_TEMPLATE_H
#define AFTERBURN_PLUGIN_TEMPLATE_H

/* One instruction or directive, its prefixes included. */
struct ab_statement {
        const char *start; /* first character, prefixes included */
        const char *mnemonic;
        int mnemonic_chars;
        const char *operands; /* first character behind the mnemonic */
        const char *end;      /* one past the last character */
        bool aside;           /* in another section than the template's own */
};

struct ab_scanner {
        const char *next;
        int pushed;    /* depth of .pushsection */
        bool switched; /* behind .section or .subsection, before .previous */
};

/* What a statement does to the memory behind an operand; bits. */
enum ab_access {
        AB_ACCESS_READ = 1,
        AB_ACCESS_WRITE = 2,
        AB_ACCESS_BIT_STRING = 4, /* a bit index reaches beyond the operand */
};

/* Prepare the table of sensitive mnemonics; once, before anything else here. */
void ab_template_init(void);

void ab_scan_begin(struct ab_scanner *scanner, const char *text);
/* The next statement into *out; false at the end.  Labels are skipped. */
bool ab_scan_next(struct ab_scanner *scanner, struct ab_statement *out);

/* Whether the template may hold a sensitive instruction: cautious, may say yes too often. */
bool ab_template_sensitive(const char *text);
/* Whether the template puts something into an exception table or a fix-up section. */
bool ab_template_may_resume(const char *text);

/* Whether the last instruction goes elsewhere, to where other registers count. */
bool ab_template_transfers(const char *text);

/*
 * What `statement' does to the memory that operand `number' names: directly
 * (%N is the memory) or, with `pointer', through a register ((%N), or the
 * string instructions' EDI).  A set of enum ab_access; 0: does not touch it.
 */
int ab_statement_access(const struct ab_statement *statement, int number, bool pointer);
/* Number of the operand that is the statement's first, %N alone; -1: something else. */
int ab_statement_source(const struct ab_statement *statement);

#endif
