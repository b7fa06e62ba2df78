/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/adjust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/cures.h"
#include "driver/file.h"
#include "driver/version.h"
#include "host/diag.h"

const struct edit edits[] = {
#define EDIT(...) {__VA_ARGS__},
#define CONFIG(...)
#include "overlay/adjustments.def"
#undef EDIT
#undef CONFIG
};
const unsigned edit_count = sizeof edits / sizeof edits[0];

const struct option options[] = {
#define EDIT(...)
#define CONFIG(...) {__VA_ARGS__},
#include "overlay/adjustments.def"
#undef EDIT
#undef CONFIG
};
const unsigned option_count = sizeof options / sizeof options[0];

/* What the driver does that is neither a flag, a file nor an option. */
/* clang-format off */
static const struct {
        const char *id, *what, *reason;
} others[] = {
        {"i386", "ARCH=i386, -m32", "the build machine is x86-64, the guest is IA-32"},
        {"pass", "-B TOOLCHAIN: the assembler pass stands in for as",
         "pads and annotates; also takes what today's assembler refuses (movl %gs,mem)"},
        {"plugin", "-fplugin=afterburn.so",
         "finds page-table stores and device accesses by type, dead registers and flags after each asm, and "
         "turns a read-modify-write \"=m\" operand into \"+m\": as written the compiler may delete the store "
         "before it"},
        {"records-section", "linker script: output section .afterburn at address 0 (payload is ELF)",
         "the records stay with the image and cost no memory"},
        {"records-flat", "linker script: output section .init.afterburn before __init_end (payload is flat)",
         "a flat payload keeps nothing that is not memory; this memory is freed after boot"},
        {"seal", "LD=afterburn-ld (payload is flat)", "puts the checksum of the records in after the link"},
        {"m-elf", "-m elf_i386 is dropped where a tree hands it to the compiler driver",
         "it is a linker's option; gcc has no -m with a separate word"},
};
/* clang-format on */

static bool in_range(int first, int last, const struct tree *tree)
{
        return !tree || (tree->version >= first && tree->version <= last);
}

bool edit_applies(const struct edit *edit, const struct tree *tree)
{
        char *path, *text;
        bool found;

        if (!in_range(edit->first, edit->last, tree))
                return false;
        path = ab_format("%s/%s", tree->path, edit->file);
        text = file_read(path);
        found = text && strstr(text, edit->from);
        free(text);
        free(path);
        return found;
}

bool option_applies(const struct option *option, const struct tree *tree)
{
        char *line;
        bool found;

        if (!in_range(option->first, option->last, tree))
                return false;
        line = ab_format("config %s\n", option->name);
        found = strstr(tree->kconfig, line);
        free(line);
        return found;
}

/* `text' with every `from' replaced; frees `text'. */
static char *replace_all(char *text, const char *from, const char *to)
{
        size_t from_bytes = strlen(from), to_bytes = strlen(to), count = 0;
        char *out, *put;
        const char *at, *next;

        for (at = text; (at = strstr(at, from)); at += from_bytes)
                count++;
        out = put = ab_alloc(strlen(text) + count * to_bytes + 1);
        for (at = text; (next = strstr(at, from)); at = next + from_bytes) {
                put = (char *)memcpy(put, at, (size_t)(next - at)) + (next - at);
                put = (char *)memcpy(put, to, to_bytes) + to_bytes;
        }
        strcpy(put, at);
        free(text);
        return out;
}

char *edited_text(const struct tree *tree, const char *file)
{
        char *text = NULL;

        for (unsigned i = 0; i < edit_count; i++) {
                if (strcmp(edits[i].file, file) || !edit_applies(&edits[i], tree))
                        continue;
                if (!text) {
                        char *path = ab_format("%s/%s", tree->path, file);

                        text = file_read(path);
                        free(path);
                }
                text = replace_all(text, edits[i].from, edits[i].to);
        }
        return text;
}

/* "2.6.9 - 2.6.15", or a word for an open end. */
static void print_range(int first, int last)
{
        char *a = linux_text(first), *b = linux_text(last);

        if (first == LINUX_ANY_FIRST && last == LINUX_ANY_LAST)
                printf(" [any Linux]\n");
        else if (last == LINUX_ANY_LAST)
                printf(" [Linux %s and later]\n", a);
        else if (last % 1000 == 999)
                printf(" [Linux %s to %d.%d]\n", a, last / 1000000, last / 1000 % 1000);
        else
                printf(" [Linux %s to %s]\n", a, b);
        free(a);
        free(b);
}

/* A text of a row, on one line: its tabs as blanks, its line ends left out. */
static void print_quoted(const char *text)
{
        putchar('"');
        for (; *text; text++)
                if (*text != '\n')
                        putchar(*text == '\t' ? ' ' : *text);
        putchar('"');
}

void explain(const struct tree *tree)
{
        if (tree)
                printf("Adjustments for %s (Linux %s)\n", tree->path, tree->release);
        else
                printf("Adjustments; -C TREE lists only those that apply to a tree\n");
        printf("\nCorrected copies of files, in the build folder:\n");
        for (unsigned i = 0; i < edit_count; i++) {
                if (tree && !edit_applies(&edits[i], tree))
                        continue;
                printf("  %s: %s: ", edits[i].id, edits[i].file);
                print_quoted(edits[i].from);
                printf(" becomes ");
                print_quoted(edits[i].to);
                print_range(edits[i].first, edits[i].last);
                printf("      %s\n", edits[i].reason);
        }
        printf("\nConfiguration:\n");
        for (unsigned i = 0; i < option_count; i++) {
                if (tree && !option_applies(&options[i], tree))
                        continue;
                printf("  %s: CONFIG_%s=%s", options[i].id, options[i].name, options[i].value);
                print_range(options[i].first, options[i].last);
                printf("      %s\n", options[i].reason);
        }
        printf("\nCompiler flags, before the tree's own:\n");
        for (unsigned i = 0; i < cure_count; i++) {
                if (tree && !in_range(cures[i].first, cures[i].last, tree))
                        continue;
                printf("  %s: %s", cures[i].id, cures[i].flags);
                if (cures[i].source)
                        printf(" (only %s)", cures[i].source);
                print_range(cures[i].first, cures[i].last);
                printf("      %s\n", cures[i].reason);
        }
        printf("\nTools:\n");
        for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++)
                printf("  %s: %s\n      %s\n", others[i].id, others[i].what, others[i].reason);
        printf("\nNever annotated:\n");
        for (unsigned i = 0; i < exemption_count; i++)
                printf("  %s*\n      %s\n", exemptions[i].place, exemptions[i].reason);
}
