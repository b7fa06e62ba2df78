/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The statements under test: every word of the table with every operand form. */
#include "config.h"

#include <string.h>

#include "golden.h"
#include "host/diag.h"

static const char *const att_forms[] = {
    "",
    "%eax",
    "%ax",
    "%bl",
    "$3",
    "$0x80",
    "$ext",
    "(%eax)",
    "8(%esp)",
    "-4(%ebp)",
    "%gs:(%ecx)",
    "%cs:ext+4",
    "ext(,%ebx,4)",
    "0x12345(%esi,%edi,2)",
    "(%bx,%si)",
    "%ds",
    "%es",
    "%ss",
    "%fs",
    "%gs",
    "%cs",
    "%al,%dx",
    "%ax,%dx",
    "%eax,%dx",
    "%dx",
    "(%dx)",
    "%dx,%al",
    "%dx,%ax",
    "%dx,%eax",
    "(%dx),%al",
    "%al,(%dx)",
    "%eax,(%dx)",
    "$0x60,%al",
    "$0x60,%ax",
    "$0x60,%eax",
    "%al,$0x80",
    "%ax,$0x80",
    "%eax,$0x80",
    "(%dx),%es:(%edi)",
    "%dx,%es:(%edi)",
    "(%esi),(%dx)",
    "%gs:(%esi),%dx",
    "%ds:(%esi),(%dx)",
    "%cr0,%eax",
    "%cr2,%ebx",
    "%cr3,%ecx",
    "%cr4,%esi",
    "%eax,%cr0",
    "%edi,%cr2",
    "%ecx,%cr3",
    "%edx,%cr4",
    "%dr0,%eax",
    "%db6,%ebx",
    "%dr7,%ecx",
    "%eax,%dr1",
    "%edx,%db7",
    "%eax,%dr6",
    "%ds,%ax",
    "%ds,%eax",
    "%fs,%ebx",
    "%gs,(%eax)",
    "%es,8(%esp)",
    "%cs,ext",
    "%ax,%ds",
    "%eax,%es",
    "%bx,%ss",
    "%ecx,%fs",
    "(%eax),%gs",
    "12(%ebp),%fs",
    "ext,%ds",
    "%fs:4(%esp),%es",
    "%eax,%ebx",
    "%ax,%bx",
    "%bl,%cl",
    "(%eax),%ebx",
    "ext,%cx",
    "%gs:(%ebp),%ebx",
    "%ebx,(%eax)",
    "%cx,ext",
    "$1,%eax",
    "$1,(%ecx)",
    "$8,$ext",
    "$8,$0x1234",
    "*(%eax)",
    "*ext",
    "*%cs:8(%ebp)",
    "*%eax",
    "%eax,%ecx,%edx",
    "%eax,%edx,%ecx",
    "%eax,%ecx",
    "%edx,%ax",
    "%ebx,%ecx",
    "ext@GOTOFF(%ebx)",
    "ext@GOT(%ebx),%eax",
};

static const char *const intel_forms[] = {
    "",
    "eax",
    "ax",
    "3",
    "0x80",
    "[eax]",
    "[esp+8]",
    "[ebp-4]",
    "fs:[ecx]",
    "gs:[ebp]",
    "[ext]",
    "dword ptr [eax]",
    "word ptr [eax]",
    "fword ptr [eax]",
    "fword ptr cs:[ext]",
    "far ptr [eax]",
    "ds",
    "es",
    "ss",
    "fs",
    "gs",
    "cs",
    "al,dx",
    "ax,dx",
    "eax,dx",
    "dx,al",
    "dx,ax",
    "dx,eax",
    "al,0x60",
    "eax,0x60",
    "0x80,al",
    "0x80,ax",
    "eax,cr0",
    "ebx,cr2",
    "cr3,ecx",
    "cr4,esi",
    "eax,dr7",
    "dr0,ebx",
    "ax,ds",
    "eax,es",
    "ds,ax",
    "ss,ebx",
    "[eax],gs",
    "word ptr [esp],fs",
    "fs,[ecx]",
    "ds,word ptr [ebp+ecx]",
    "eax,ebx",
    "ax,bx",
    "ebx,[eax]",
    "cx,word ptr [edx]",
    "[ebx],eax",
    "dx,word ptr [esp]",
    "8:ext",
    "8,0x1234",
    "byte ptr es:[edi],dx",
    "dx,dword ptr gs:[esi]",
    "dx,byte ptr [esi]",
};

static const char *const prefixes[] = {"rep ", "rep; ", "repne\n ", "data16 ", "data16; ", "fs "};
/* Forms also tried with each prefix. */
#define FORMS_PREFIXED 8

static struct line *lines;
static unsigned line_count, line_room;

static void add_line(const struct word *word, const char *prefix, const char *form, bool intel)
{
        struct line *line;

        if (line_count == line_room) {
                line_room = line_room ? 2 * line_room : 4096;
                lines = ab_realloc(lines, line_room * sizeof *lines);
        }
        line = &lines[line_count++];
        memset(line, 0, sizeof *line);
        line->word = word;
        line->prefix = prefix;
        line->form = form;
        line->intel = intel;
}

/* Elsewhere rep and data16 are part of another instruction's opcode. */
static bool prefix_makes_sense(const struct word *word, const char *prefix)
{
        const struct row *row = &rows[word->rows[0]];

        if (*prefix == 'r')
                return row->number == AB_CLASS_INS || row->number == AB_CLASS_OUTS ||
                       row->number == AB_CLASS_WBINVD;
        return *prefix != 'd' || row->number < AB_CLASS_INVPCID;
}

static void add_word(const struct word *word, void *argument)
{
        (void)argument;
        for (unsigned i = 0; i < sizeof att_forms / sizeof *att_forms; i++)
                add_line(word, "", att_forms[i], false);
        for (unsigned p = 0; p < sizeof prefixes / sizeof *prefixes; p++)
                if (prefix_makes_sense(word, prefixes[p]))
                        for (unsigned i = 0; i < FORMS_PREFIXED; i++)
                                add_line(word, prefixes[p], att_forms[i], false);
        for (unsigned i = 0; i < sizeof intel_forms / sizeof *intel_forms; i++)
                add_line(word, "", intel_forms[i], true);
}

struct line *golden_lines(unsigned *count)
{
        words_each_insn(add_word, NULL);
        *count = line_count;
        return lines;
}
