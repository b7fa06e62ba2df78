/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "as/pass.h"

#include <stdlib.h>
#include <string.h>

#include <afterburn/record.h>

#include "as/classify.h"
#include "as/emit.h"
#include "as/macro.h"
#include "as/marker-line.h"
#include "as/page-symbol.h"
#include "as/scan.h"
#include "as/section.h"
#include "as/source.h"
#include "as/sources.h"
#include "as/statement.h"
#include "as/words.h"
#include "host/diag.h"

#define PLAIN_BYTES   1024
#define INCLUDE_DEPTH 16

/* What stands before a statement: may a short .byte be an instruction here? */
enum context { CONTEXT_UNKNOWN, CONTEXT_CODE, CONTEXT_DATA };

/* One text being read. */
struct reader {
        const char *text, *limit;
        const char *copied; /* text before this is in `out' */
        struct buffer *out;
        bool changed;
};

struct pass {
        const struct pass_options *options;
        struct sections sections;
        struct section_names names;
        struct syntax syntax;
        struct reader *reader;
        struct macros macros;
        unsigned include_depth;
        unsigned macro_depth;    /* inside .macro ... .endm */
        struct sections outside; /* state where .macro began */
        bool code32;
        bool user_mode; /* the text is a vDSO */
        enum context context;
        /* a prefix that is a statement of its own, not yet joined */
        const char *prefix_begin;
        struct prefixes prefixes;
        /* the next instruction is a marked access of this kind, 0 none */
        unsigned access;
        struct asm_statement statement;
        struct sources sources;
        bool page_symbols; /* the text names page tables */
};

/* --- writing --------------------------------------------------------------- */

static void copy_until(struct reader *r, const char *p)
{
        buffer_add(r->out, r->copied, (size_t)(p - r->copied));
        r->copied = p;
        r->changed = true;
}

static struct emit_style style_of(const struct pass *pass)
{
        return (struct emit_style){pass->options->nop, pass->options->flat,
                                   pass->sections.current.grouped};
}

/* The site whose text ends here stood at `at'. */
static void end_site(struct pass *pass, const struct site *site, const char *at)
{
        asm_statement_site(&pass->statement, site);
        sources_site(&pass->sources, pass->reader->out, at, EMIT_SITE_START,
                     pass->sections.current.grouped);
}

static bool annotating(const struct pass *pass)
{
        return !pass->options->off && !pass->user_mode && pass->code32 &&
               pass->sections.current.annotate;
}

/*
 * Write one site.  [begin, end) is the whole statement with its prefixes,
 * `mnemonic' where the instruction's own word begins.
 */
static void write_site(struct pass *pass, const struct verdict *v, const char *begin,
                       const char *mnemonic, size_t mnemonic_bytes, const char *end)
{
        struct reader *r = pass->reader;
        struct site site;

        copy_until(r, begin);
        if (v->cure == CURE_SPLIT_WAIT)
                buffer_string(r->out, "fwait;");
        emit_before(r->out, v, style_of(pass));
        copy_until(r, mnemonic);
        if (v->cure == CURE_DROP_SUFFIX)
                buffer_add(r->out, mnemonic, mnemonic_bytes - 1);
        else if (v->cure == CURE_SPLIT_WAIT)
                buffer_format(r->out, "fn%.*s", (int)mnemonic_bytes - 1, mnemonic + 1);
        else
                buffer_add(r->out, mnemonic, mnemonic_bytes);
        r->copied = mnemonic + mnemonic_bytes;
        copy_until(r, end);
        site = emit_after(r->out, v, style_of(pass));
        end_site(pass, &site, begin);
}

static void write_cure(struct pass *pass, const struct verdict *v, const char *mnemonic,
                       size_t mnemonic_bytes)
{
        struct reader *r = pass->reader;

        if (v->cure != CURE_DROP_SUFFIX)
                return;
        copy_until(r, mnemonic);
        buffer_add(r->out, mnemonic, mnemonic_bytes - 1);
        r->copied = mnemonic + mnemonic_bytes;
}

/* Is this place not on the straight line through the open asm statement? */
static bool elsewhere(const struct pass *pass)
{
        return pass->macro_depth || pass->sections.current.id != pass->statement.section;
}

/* --- markers --------------------------------------------------------------- */

/* A comment at the start of a statement, up to the end of its line. */
static void comment(struct pass *pass, const char *p, const char *end)
{
        struct reader *r = pass->reader;
        struct marker_line marker;
        struct site site;

        sources_comment(&pass->sources, p, end);
        if (end - p >= 4 && !strncmp(p, "#APP", 4))
                pass->context = CONTEXT_CODE; /* the compiler's asm follows */
        if (!marker_line_read(p, end, &marker))
                return;
        switch (marker.kind) {
        case MARKER_BEGIN:
                asm_statement_begin(&pass->statement, pass->sections.current.id);
                pass->context = CONTEXT_CODE;
                break;
        case MARKER_END:
                asm_statement_end(&pass->statement, r->out, marker.gprs, marker.flags,
                                  pass->syntax);
                break;
        case MARKER_ACCESS:
                pass->access = marker.number;
                break;
        case MARKER_HOOK:
                if (!annotating(pass))
                        break;
                copy_until(r, p);
                site = emit_hook(r->out, marker.number, style_of(pass));
                end_site(pass, &site, p);
                break;
        case MARKER_NOTE:
                if (pass->options->off)
                        break;
                copy_until(r, p);
                emit_note(r->out, marker.text, marker.length, style_of(pass));
                break;
        }
}

/* --- include files --------------------------------------------------------- */

/* `.include "name"': rewrite the file, and where that changed it, its name here. */
static void include(struct pass *pass, const char *p, const char *end)
{
        struct reader *r = pass->reader;
        struct buffer text = {0}, out = {0};
        const char *close_quote;
        char *name;

        while (p < end && *p != '"')
                p++;
        close_quote = p < end ? memchr(p + 1, '"', (size_t)(end - p - 1)) : NULL;
        if (!close_quote || pass->include_depth == INCLUDE_DEPTH)
                return;
        name = ab_format("%.*s", (int)(close_quote - p - 1), p + 1);
        pass->include_depth++;
        if (source_find(name, pass->options->include, &text) &&
            pass_text(pass, name, text.data, text.length, &out)) {
                int descriptor = buffer_to_descriptor(&out);

                if (descriptor < 0)
                        ab_die(AB_EXIT_ERROR,
                               "%s: cannot hold the rewritten text: free some memory", name);
                copy_until(r, p);
                buffer_format(r->out, "\"/proc/self/fd/%d\"", descriptor);
                r->copied = close_quote + 1;
        }
        pass->include_depth--;
        /* its lines are gone */
        if (pass->statement.open)
                asm_statement_begin(&pass->statement, pass->statement.section);
        buffer_free(&text);
        buffer_free(&out);
        free(name);
}

/* --- statements ------------------------------------------------------------ */

static void directive(struct pass *pass, const struct word *word, const char *p, const char *end)
{
        char plain[PLAIN_BYTES];

        switch (word->value) {
        case D_TEXT:
        case D_DATA:
        case D_BSS:
        case D_SECTION:
        case D_PUSHSECTION:
        case D_POPSECTION:
        case D_PREVIOUS:
        case D_SUBSECTION:
                if (!scan_plain(p, end, plain, sizeof plain))
                        break;
                sections_follow(&pass->sections, word->value, plain);
                if (strstr(plain, "__ex_table"))
                        pass->statement.fixups = true;
                pass->context = CONTEXT_UNKNOWN;
                break;
        case D_CODE16:
        case D_CODE64:
                pass->code32 = false;
                break;
        case D_CODE32:
                pass->code32 = true;
                break;
        case D_INTEL:
        case D_ATT:
                pass->syntax.intel = word->value == D_INTEL;
                if (!scan_plain(p, end, plain, sizeof plain))
                        break;
                if (!strcmp(plain, "noprefix"))
                        pass->syntax.naked = true;
                else if (!strcmp(plain, "prefix") || word->value == D_ATT || !*plain)
                        pass->syntax.naked = false;
                break;
        case D_MACRO:
                if (!pass->macro_depth++)
                        pass->outside = pass->sections;
                /* where it will be expanded is not known: most are code */
                pass->sections.current.annotate = true;
                pass->sections.current.grouped = false;
                pass->syntax.assigned = true;
                macros_enter(&pass->macros, p, end);
                break;
        case D_ENDM:
                if (pass->macro_depth && !--pass->macro_depth)
                        pass->sections = pass->outside;
                macros_leave(&pass->macros);
                break;
        case D_IRP:
        case D_IRPC:
                macros_enter_list(&pass->macros, p, end, word->value == D_IRPC);
                break;
        case D_REPT:
                macros_enter(&pass->macros, NULL, NULL);
                break;
        case D_ENDR:
                macros_leave(&pass->macros);
                break;
        case D_PURGEM:
                if (scan_plain(p, end, plain, sizeof plain))
                        macros_purge(&pass->macros, plain);
                break;
        case D_DATUM:
                pass->context = CONTEXT_DATA;
                break;
        case D_ASSIGN:
                pass->syntax.assigned = true;
                break;
        case D_INCLUDE:
                include(pass, p, end);
                break;
        case D_FILE:
                sources_file(&pass->sources, p, end);
                break;
        default:
                break;
        }
}

static void byte_statement(struct pass *pass, const char *begin, size_t name_bytes,
                           const char *operands, const char *end)
{
        char plain[PLAIN_BYTES];
        struct verdict v;

        if (pass->context != CONTEXT_DATA && annotating(pass) &&
            scan_plain(operands, end, plain, sizeof plain) &&
            classify_bytes(plain, pass->context == CONTEXT_CODE, &v)) {
                asm_statement_line(&pass->statement, NULL, NULL, &(struct prefixes){0},
                                   elsewhere(pass));
                write_site(pass, &v, begin, begin, name_bytes, end);
                pass->context = CONTEXT_CODE;
        } else {
                asm_statement_line(&pass->statement, NULL, NULL, &(struct prefixes){0},
                                   elsewhere(pass));
                if (!pass->statement.open)
                        pass->context = CONTEXT_DATA;
        }
}

/*
 * A statement that is sensitive only for some values of a macro parameter:
 * annotated under the condition that the parameter has such a value.
 */
static void write_alternatives(struct pass *pass, const char *begin, const char *mnemonic,
                               const char *end, const struct prefixes *prefixes)
{
        struct reader *r = pass->reader;
        char plain[PLAIN_BYTES];
        struct choice choice;
        unsigned open = 0;

        /* the statement is repeated, its lines must not be */
        if (memchr(begin, '\n', (size_t)(end - begin)) ||
            !scan_plain(mnemonic, end, plain, sizeof plain))
                return;
        macros_choices(&pass->macros, r->text, r->limit, plain, &choice);
        for (unsigned i = 0; i < choice.count; i++) {
                const char *text = choice.text[i];
                size_t length = (size_t)(scan_symbol(text, text + strlen(text)) - text);
                const struct word *word = word_find(text, length);
                struct verdict v;
                char name[32];
                struct site site;

                if (!word || word->kind != WORD_INSN || length >= sizeof name)
                        continue;
                memcpy(name, text, length);
                name[length] = 0;
                if (!classify(word, name, text + length, pass->syntax, prefixes, &v) || !v.row ||
                    v.cure)
                        continue;
                copy_until(r, begin);
                buffer_string(r->out, ".ifeqs \"");
                buffer_string(r->out, choice.names);
                buffer_string(r->out, "\",\"");
                buffer_string(r->out, choice.values[i]);
                buffer_string(r->out, "\";");
                emit_before(r->out, &v, style_of(pass));
                buffer_add(r->out, begin, (size_t)(end - begin));
                site = emit_after(r->out, &v, style_of(pass));
                end_site(pass, &site, begin);
                buffer_string(r->out, ";.else;");
                open++;
        }
        if (open)
                copy_until(r, end);
        while (open--)
                buffer_string(r->out, ";.endif");
        macros_choices_free(&choice);
}

/*
 * Floating-point state in a replacement: the guest kernel selects it on every processor that wants
 * it (fxsave for fnsave), and the copied code finds its operand relative to where it then stands.
 * So it is a site there like elsewhere; the rest of a replacement is avoided by hiding its feature.
 */
static bool replaced_everywhere(const struct pass *pass, const struct verdict *v)
{
        return !pass->options->off && !pass->user_mode && pass->code32 &&
               pass->sections.current.replacement &&
               (v->class_id == AB_CLASS_FNSAVE || v->class_id == AB_CLASS_FRSTOR ||
                v->class_id == AB_CLASS_FNINIT || v->class_id == AB_CLASS_FXSAVE ||
                v->class_id == AB_CLASS_FXRSTOR);
}

/*
 * An instruction: `begin' with its prefixes, its own word [p, p + length), the
 * statement's end.
 */
static void instruction(struct pass *pass, const char *begin, const char *p, size_t length,
                        const char *end, const struct prefixes *prefixes)
{
        const struct word *word = word_find(p, length);
        char name[32], plain[PLAIN_BYTES];
        struct verdict v;

        if (!pass->access && pass->page_symbols && length < sizeof name &&
            scan_plain(p, p + length, name, sizeof name) &&
            scan_plain(p + length, end, plain, sizeof plain) &&
            page_symbol_stored(name, plain, pass->syntax))
                pass->access = AB_KIND_PT_STORE;
        if (pass->access) {
                unsigned kind = pass->access;

                pass->access = 0;
                if (annotating(pass) && length < sizeof name &&
                    scan_plain(p, p + length, name, sizeof name) &&
                    scan_plain(p + length, end, plain, sizeof plain) &&
                    classify_access(name, plain, pass->syntax, prefixes, kind, &v)) {
                        write_site(pass, &v, begin, p, length, end);
                        return;
                }
        }
        if (!word || word->kind != WORD_INSN || length >= sizeof name ||
            macros_defined(&pass->macros, p, length))
                return;
        if (!scan_plain(p, p + length, name, sizeof name) ||
            !scan_plain(p + length, end, plain, sizeof plain) ||
            !classify(word, name, plain, pass->syntax, prefixes, &v))
                return;
        if (v.undecided) {
                if (annotating(pass))
                        write_alternatives(pass, begin, p, end, prefixes);
        } else if (annotating(pass) || replaced_everywhere(pass, &v)) {
                write_site(pass, &v, begin, p, length, end);
        } else if (pass->code32) {
                write_cure(pass, &v, p, length);
        }
}

/* A label or directive stands between a prefix and what follows: not joined. */
static void interrupt_prefix(struct pass *pass)
{
        pass->prefix_begin = NULL;
        memset(&pass->prefixes, 0, sizeof pass->prefixes);
}

/* Join `p' to the prefix statements before it, and forget them. */
static void handle_instruction(struct pass *pass, const char *begin, const char *p, size_t length,
                               const char *end, const struct prefixes *own)
{
        struct prefixes prefixes = *own;

        /* something was put between the prefix and here */
        if (pass->prefix_begin < pass->reader->copied)
                interrupt_prefix(pass);
        if (pass->prefix_begin) {
                begin = pass->prefix_begin;
                prefixes = pass->prefixes;
                prefixes_join(&prefixes, own);
        }
        asm_statement_line(&pass->statement, p, end, &prefixes, elsewhere(pass));
        if (memchr(p, '\\', length)) {
                if (annotating(pass) && pass->macros.depth)
                        write_alternatives(pass, begin, p, end, &prefixes);
        } else {
                instruction(pass, begin, p, length, end, &prefixes);
        }
        interrupt_prefix(pass);
        /* behind a jump or return there may be data */
        pass->context =
            *p == 'j' || !strncmp(p, "ret", 3) || !strncmp(p, "iret", 4) || !strncmp(p, "ud2", 3)
                ? CONTEXT_UNKNOWN
                : CONTEXT_CODE;
}

/*
 * One statement behind its labels: prefixes, instruction or directive.  `begin'
 * is where it begins, `p' the same behind pseudo prefixes like {disp32}.
 * Returns the separator that ends it.
 */
static const char *statement(struct pass *pass, const char *begin, const char *p)
{
        const char *limit = pass->reader->limit;
        const char *end, *stop, *content;
        struct prefixes prefixes = {0};

        for (;;) {
                const struct word *word;

                end = scan_symbol(p, limit);
                word = word_find(p, (size_t)(end - p));
                if (!word || word->kind == WORD_INSN)
                        break;
                if (word->kind == WORD_DIRECTIVE) {
                        interrupt_prefix(pass);
                        stop = scan_rest(end, limit, &content);
                        if (word->value == D_BYTE)
                                byte_statement(pass, p, (size_t)(end - p), end, content);
                        else
                                directive(pass, word, end, content);
                        if (word->value == D_REPT || word->value == D_IRP ||
                            word->value == D_IRPC || word->value == D_CONDITION)
                                asm_statement_line(&pass->statement, NULL, NULL, &prefixes,
                                                   elsewhere(pass));
                        return stop;
                }
                prefixes_add(&prefixes, word->value);
                p = scan_blanks(end, limit);
                if (*p == '/' && p[1] != '*') /* gas: prefix/instruction */
                        p = scan_blanks(p + 1, limit);
                if (!is_symbol(*p)) {
                        /* a statement of prefixes only: part of the next one */
                        if (!pass->prefix_begin)
                                pass->prefix_begin = begin;
                        prefixes_join(&pass->prefixes, &prefixes);
                        return scan_rest(p, limit, &content);
                }
        }
        stop = scan_rest(end, limit, &content);
        if (*p == '.') {
                interrupt_prefix(pass);
                return stop;
        }
        handle_instruction(pass, begin, p, (size_t)(end - p), content, &prefixes);
        return stop;
}

/* One statement with its labels.  Returns where the next begins. */
static const char *statements(struct pass *pass, const char *p)
{
        struct reader *r = pass->reader;
        const char *content;
        const char *braces = NULL;

        for (;;) {
                const char *end, *q;

                p = scan_blanks(p, r->limit);
                if (p >= r->limit)
                        return r->limit;
                if (*p == '\n' || *p == ';')
                        return p + 1;
                if (*p == '#' || *p == '/') {
                        end = scan_line(p, r->limit);
                        if (*p == '#')
                                comment(pass, p, end > p && end[-1] == '\n' ? end - 1 : end);
                        return end;
                }
                if (*p == '{') { /* {disp32} and the like */
                        const char *close = memchr(p, '}', (size_t)(r->limit - p));

                        if (!close)
                                return r->limit;
                        if (!braces)
                                braces = p;
                        p = close + 1;
                        continue;
                }
                if (*p == '"') { /* a label in quotes */
                        q = scan_blanks(scan_string(p, r->limit), r->limit);
                        if (*q == ':') {
                                p = q + 1;
                                continue;
                        }
                }
                if (!is_symbol(*p)) {
                        p = scan_rest(*p == '"' || *p == '\'' ? p : p + 1, r->limit, &content);
                        return p < r->limit ? p + 1 : r->limit;
                }
                end = scan_symbol(p, r->limit);
                q = scan_blanks(end, r->limit);
                if (*q == ':') {
                        p = q + 1;
                        interrupt_prefix(pass);
                        if (pass->context == CONTEXT_CODE && !pass->statement.open)
                                pass->context = CONTEXT_UNKNOWN;
                        continue;
                }
                if (*q == '=') {
                        pass->syntax.assigned = true;
                        p = scan_rest(q, r->limit, &content);
                } else {
                        p = statement(pass, braces ? braces : p, p);
                }
                return p < r->limit ? p + 1 : r->limit;
        }
}

void pass_free(struct pass *pass)
{
        section_names_free(&pass->names);
        macros_free(&pass->macros);
        asm_statement_free(&pass->statement);
        sources_free(&pass->sources);
        free(pass);
}

struct pass *pass_new(const struct pass_options *options)
{
        struct pass *pass = ab_alloc(sizeof *pass);

        memset(pass, 0, sizeof *pass);
        words_init();
        pass->options = options;
        pass->sources.object = options->object;
        pass->code32 = true;
        pass->syntax.intel = options->intel;
        pass->syntax.naked = options->naked;
        sections_init(&pass->sections, &pass->names);
        return pass;
}

bool pass_text(struct pass *pass, const char *name, const char *text, size_t length,
               struct buffer *out)
{
        struct reader *outer = pass->reader;
        struct reader reader = {text, text + length, text, out, false};
        struct sources_place outer_place = sources_enter(&pass->sources, name, text);
        bool outer_page_symbols = pass->page_symbols;
        const char *p = text;

        if (!pass->user_mode)
                pass->user_mode = source_is_vdso(text, text + length);
        pass->page_symbols = page_symbols_in(text, text + length);
        interrupt_prefix(pass);
        /* cppcheck-suppress autoVariables; restored below */
        pass->reader = &reader;
        if (name) {
                buffer_string(out, "# 1 ");
                buffer_quoted(out, name, strlen(name));
                buffer_string(out, "\n");
        }
        while (p < reader.limit)
                p = statements(pass, p);
        interrupt_prefix(pass);
        if (!pass->include_depth)
                pass->statement.open = false;
        buffer_add(out, reader.copied, (size_t)(reader.limit - reader.copied));
        pass->reader = outer;
        pass->page_symbols = outer_page_symbols;
        sources_leave(&pass->sources, outer_place);
        return reader.changed;
}

void pass_end(struct pass *pass, bool named, struct buffer *out)
{
        sources_front(&pass->sources, named, out);
}
