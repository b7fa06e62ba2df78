/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints the manual page afterburn-insn(7) from the instruction table.
 * Run when the project is built; its output is doc/man/afterburn-insn.7.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "as/words.h"

static const char *const side_words[] = {"prefix", "NOPs before", "NOPs behind", "none"};
static const char *const unbound_words[] = {"faults", "lies", "harmless"};

/* Operand shapes in words; nothing for ANY. */
static const char *const shape_words[] = {
    "",
    "from a segment register",
    "to a segment register",
    "from a control register",
    "to a control register",
    "from a debug register",
    "to a debug register",
    "of a segment register",
    "far forms",
};

static const struct {
        unsigned bit;
        const char *name;
} faults[] = {
    {AB_FAULT_DB, "#DB"}, {AB_FAULT_UD, "#UD"}, {AB_FAULT_NM, "#NM"}, {AB_FAULT_NP, "#NP"},
    {AB_FAULT_SS, "#SS"}, {AB_FAULT_GP, "#GP"}, {AB_FAULT_PF, "#PF"}, {AB_FAULT_MF, "#MF"},
};

static void print_row(const struct row *row)
{
        bool any = false;

        printf(".TP\n.B %u %s\n", row->number, row->id);
        printf("%s%s%s.\n", row->spellings, row->shape ? ", " : "", shape_words[row->shape]);
        printf(".br\n%c%s.\n",
               row->reason[0] >= 'a' && row->reason[0] <= 'z' ? row->reason[0] - 'a' + 'A'
                                                              : row->reason[0],
               row->reason + 1);
        printf("Unbound in user mode it %s.\n", unbound_words[row->unbound]);
        if (row->side == NONE)
                printf("Not padded.\n");
        else
                printf("Needs %u bytes; padding: %s.\n", row->need, side_words[row->side]);
        for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++)
                if (row->fault & faults[i].bit) {
                        printf("%s%s", any ? ", " : "May raise ", faults[i].name);
                        any = true;
                }
        if (any)
                printf(" in ring 0.\n");
}

int main(void)
{
        printf(
            ".\\\" SPDX-License-Identifier: GPL-3.0-or-later\n"
            ".\\\" Generated from insn-ia32.def.\n"
            ".TH AFTERBURN-INSN 7 \"2026-11-21\" \"%s %s\" \"Afterburn\"\n"
            ".SH NAME\n"
            "afterburn-insn \\- the sensitive instructions of IA-32\n"
            ".SH DESCRIPTION\n"
            "An instruction is sensitive if its meaning depends on privilege or on machine\n"
            "state that a hypervisor owns.\n"
            "Afterburn knows %u classes of them, by the number a record carries; each entry\n"
            "gives the spellings the assembler accepts, why the class is sensitive, what it\n"
            "does in user mode where it is not bound, and how its site is padded.\n"
            "An instruction that\n.I lies\ncompletes in user mode and means something else: only\n"
            ".BR afterburn-audit (1)\nfinds one that was missed.\n"
            ".PP\n"
            "An instruction with an explicit memory operand is padded by %d bytes, marked\n"
            "page-table stores, page-table reads and device accesses by %d.\n"
            ".SH CLASSES\n",
            PACKAGE_NAME, PACKAGE_VERSION, row_count, AB_NEED_MEMORY, AB_NEED_ACCESS);
        for (unsigned i = 0; i < row_count; i++)
                print_row(&rows[i]);
        printf(".SH SEE ALSO\n.BR afterburn (7),\n.BR afterburn-audit (1)\n");
        return fflush(stdout) || ferror(stdout);
}
