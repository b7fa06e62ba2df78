/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Statements of gas text for i386: where one begins, where its operands end,
 * where the next begins.  Newline and `;' separate; `#' comments to the end of
 * the line; slash-star comments; `/' at the start of a statement comments;
 * strings and character constants hide all of these.
 */
#ifndef AFTERBURN_AS_SCAN_H
#define AFTERBURN_AS_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * All scanners work on text that is followed by a NUL byte at `limit', and
 * never read behind it.
 */

/* Skip blanks and slash-star comments. */
const char *scan_blanks(const char *p, const char *limit);

/* End of the symbol (mnemonic, label, directive) that begins at `p'. */
const char *scan_symbol(const char *p, const char *limit);

/* Past the string that begins at `p'. */
const char *scan_string(const char *p, const char *limit);

/* Past the newline that ends the line of `p'; `limit' on the last line. */
const char *scan_line(const char *p, const char *limit);

/*
 * Find the end of the statement whose operands begin at `p'.
 *
 *  content     returned: past its last significant character, before trailing
 *              blanks and comments
 *  returns     the separator that ends it (newline or `;'), or `limit'
 */
const char *scan_rest(const char *p, const char *limit, const char **content);

/*
 * Copy [p, end) to `buffer' in plain form: lower case, comments and runs of
 * blanks as one blank.  Strings are kept.  False if it does not fit.
 */
bool scan_plain(const char *p, const char *end, char *buffer, size_t bytes);

bool is_blank(char c);
bool is_symbol(char c);

#endif
