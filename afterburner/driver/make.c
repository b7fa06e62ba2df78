/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * afterburn make: build a Linux tree afterburned.  It runs the tree's own make
 * with our compiler and sees to it that the tree stays as it is.
 * afterburn-make(1).
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <afterburn/record.h>

#include "driver/adjust.h"
#include "driver/build.h"
#include "driver/compiler.h"
#include "driver/file.h"
#include "driver/image-check.h"
#include "driver/manifest.h"
#include "driver/needs.h"
#include "driver/standin.h"
#include "driver/version.h"
#include "host/diag.h"
#include "host/paths.h"

/* clang-format off */
static const char usage[] =
        "Usage: afterburn make [OPTION]... -C TREE O=FOLDER [TARGET]... [VARIABLE=VALUE]...\n"
        "Build a Linux tree with every sensitive instruction padded and annotated.\n"
        "TREE is not written; everything goes to FOLDER.\n\n"
        "  -C TREE              the Linux source tree\n"
        "  O=FOLDER             where to build\n"
        "  --config=NAME|FILE   start from allnoconfig and this fragment; again: merged on top\n"
        "  --plain              same compiler, configuration and address, without annotation\n"
        "  --explain            list every adjustment with its reason, and build nothing\n"
        "  --verify-tree        compare contents of all files of TREE before and after\n"
        "  --private-copy       build from a clean copy in FOLDER when TREE was built in\n"
        "  --afterburn-cc=CC    gcc-12 or gcc-11 (also AFTERBURN_CC)\n"
        "  --padding=P          prefix (default) or nop\n"
        "  --ccache             compile through ccache\n"
        "  --help, --version\n\n"
        "Targets, variables and other options (-j2, -k, -s, V=1 ...) are make's.\n";
/* clang-format on */

/* Options of make that take the next word. */
static bool takes_word(const char *option)
{
        static const char *const with[] = {"-f", "-I", "-l", "-o", "-W", "--file", "--makefile"};

        for (unsigned i = 0; i < sizeof with / sizeof with[0]; i++)
                if (!strcmp(option, with[i]))
                        return true;
        return false;
}

/* Long options of GNU make, up to their value. */
static bool known_to_make(const char *option)
{
        /* clang-format off */
        static const char *const known[] = {
                "--always-make", "--assume-new", "--assume-old", "--check-symlink-times", "--debug",
                "--directory", "--dry-run", "--environment-overrides", "--eval", "--file",
                "--ignore-errors", "--include-dir", "--jobs", "--jobserver-style", "--just-print",
                "--keep-going", "--load-average", "--makefile", "--max-load", "--new-file",
                "--no-builtin-rules", "--no-builtin-variables", "--no-keep-going",
                "--no-print-directory", "--no-silent", "--old-file", "--output-sync",
                "--print-data-base", "--print-directory", "--question", "--quiet", "--recon",
                "--shuffle", "--silent", "--stop", "--touch", "--trace", "--warn-undefined-variables",
                "--what-if",
        };
        /* clang-format on */
        size_t length = strcspn(option, "=");

        for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
                if (strlen(known[i]) == length && !strncmp(option, known[i], length))
                        return true;
        return false;
}

/* Variables the driver sets itself; what to do instead. */
static void refuse_variable(const char *word)
{
        /* clang-format off */
        static const struct {
                const char *start, *remedy;
        } taken[] = {
                {"CC=", "choose the compiler with --afterburn-cc"},
                {"LLVM=", "guests are compiled with gcc 12 or gcc 11"},
                {"LD=", "the linker is the driver's business"},
                {"HOSTCC=", "the driver chooses it"},
                {"CROSS_COMPILE=", "choose the compiler with --afterburn-cc"},
        };
        /* clang-format on */

        for (unsigned i = 0; i < sizeof taken / sizeof taken[0]; i++)
                if (word_behind(word, taken[i].start))
                        ab_die(AB_EXIT_USAGE, "%s: cannot be given: %s", word, taken[i].remedy);
        if (word_behind(word, "ARCH=") && strcmp(word, "ARCH=i386") && strcmp(word, "ARCH=x86"))
                ab_die(AB_EXIT_USAGE, "%s: not supported: guests are IA-32 (ARCH=i386)", word);
}

static const char *tree_path, *out_path;
static bool verify, want_copy, want_explain;

static void take_own(struct build *b, const char *word)
{
        const char *value;

        if ((value = word_behind(word, "--config=")))
                words_add(&b->fragments, value);
        else if ((value = word_behind(word, "--afterburn-cc=")))
                b->compiler = value;
        else if ((value = word_behind(word, "--padding=")))
                b->padding = value;
        else if (!strcmp(word, "--plain"))
                b->plain = true;
        else if (!strcmp(word, "--ccache"))
                b->ccache = true;
        else if (!strcmp(word, "--explain"))
                want_explain = true;
        else if (!strcmp(word, "--verify-tree"))
                verify = true;
        else if (!strcmp(word, "--private-copy"))
                want_copy = true;
        else if (strncmp(word, "--", 2) || known_to_make(word))
                words_add(&b->make_options, word);
        else
                ab_die(AB_EXIT_USAGE, "make: %s: unknown option: see afterburn make --help", word);
        if (b->padding && strcmp(b->padding, "prefix") && strcmp(b->padding, "nop"))
                ab_die(AB_EXIT_USAGE, "--padding=%s: no such padding: give prefix or nop",
                       b->padding);
}

static void read_arguments(struct build *b, int argc, char **argv)
{
        for (int i = 1; i < argc; i++) {
                const char *word = argv[i], *value;

                if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
                        fputs(usage, stdout);
                        exit(AB_EXIT_OK);
                }
                if (!strcmp(word, "--version")) {
                        ab_print_version("afterburn-make");
                        exit(AB_EXIT_OK);
                }
                if (!strcmp(word, "-C") && i + 1 < argc) {
                        tree_path = argv[++i];
                } else if ((value = word_behind(word, "-C")) && *value) {
                        tree_path = value;
                } else if ((value = word_behind(word, "O=")) && *value) {
                        out_path = value;
                } else if (word[0] == '-') {
                        take_own(b, word);
                        if (takes_word(word) && i + 1 < argc)
                                words_add(&b->make_options, argv[++i]);
                        else if (!strcmp(word, "-j") && i + 1 < argc &&
                                 isdigit((unsigned char)argv[i + 1][0]))
                                words_add(&b->make_options, argv[++i]);
                } else if (strchr(word, '=')) {
                        refuse_variable(word);
                        if (strncmp(word, "ARCH=", 5))
                                words_add(&b->variables, word);
                } else {
                        words_add(build_is_config_target(word) ? &b->config_targets : &b->targets,
                                  word);
                }
        }
}

/* Where to build from: the tree, its stand-in or its copy. */
static void choose_source(struct build *b)
{
        char *standin = ab_format("%s/.afterburn/tree", b->out);
        char *copy = ab_format("%s/.afterburn/copy", b->out);
        const char *trace = tree_built_in(&b->tree), *made;

        if (trace && !want_copy)
                ab_die(AB_EXIT_ERROR,
                       "%s: something was built in this tree (%s): run `make mrproper' in it, or "
                       "add --private-copy",
                       b->tree.path, trace);
        if (want_copy) {
                private_copy_make(&b->tree, copy);
                b->source = copy;
                return;
        }
        made = standin_make(&b->tree, standin);
        b->source = made ? made : b->tree.path;
}

static unsigned module_count, module_records;
static time_t started;

static int visit_module(const char *path, const struct stat *status, int type, struct FTW *where)
{
        (void)status;
        if (type == FTW_D && !strcmp(path + where->base, ".afterburn"))
                return FTW_SKIP_SUBTREE;
        if (type == FTW_F && word_ends(path, ".ko")) {
                module_count++;
                module_records += image_count_records(path);
        }
        return FTW_CONTINUE;
}

/* Check what was built and say what it is, in one line. */
static void summarize(const struct build *b)
{
        /* clang-format off */
        static const char *const kinds[KINDS] = {
                [AB_KIND_INSN] = "instruction", [AB_KIND_PT_STORE] = "page-table store",
                [AB_KIND_PT_READ] = "page-table read", [AB_KIND_DEVICE] = "device access", [AB_KIND_HOOK] = "hook",
        };
        /* clang-format on */
        char *vmlinux = ab_format("%s/vmlinux", b->out);
        struct image_facts facts;
        const char *comma = "";
        struct stat status;

        if (stat(vmlinux, &status)) {
                free(vmlinux);
                return;
        }
        image_check(vmlinux, b->plain, &facts);
        nftw(b->out, visit_module, 32, FTW_PHYS | FTW_ACTIONRETVAL);
        printf("afterburn: %s: Linux %s, kernel at 0x%x, ", vmlinux, b->tree.release,
               GUEST_KERNEL_GVA);
        if (b->plain) {
                printf("plain");
        } else {
                printf("%u records (", facts.records);
                for (unsigned i = FIRST_KIND; i < KINDS; i++) {
                        if (!facts.by_kind[i])
                                continue;
                        printf("%s%u %s", comma, facts.by_kind[i], kinds[i]);
                        comma = ", ";
                }
                printf(")");
        }
        if (module_count)
                printf(", %u modules with %u records", module_count, module_records);
        printf(", tree unchanged, %ld s\n", (long)(time(NULL) - started));
        free(vmlinux);
}

int main(int argc, char **argv)
{
        struct build b = {0};
        struct manifest *before, *after;
        const char *touched;
        int status;

        started = time(NULL);
        setvbuf(stdout, NULL, _IOLBF, 0);
        read_arguments(&b, argc, argv);
        if (want_explain) {
                if (tree_path)
                        tree_open(&b.tree, tree_path);
                explain(tree_path ? &b.tree : NULL);
                return AB_EXIT_OK;
        }
        if (!tree_path)
                ab_die(AB_EXIT_USAGE,
                       "make: no tree to build: add -C TREE, or see afterburn make --help");
        tree_open(&b.tree, tree_path);
        if (!out_path)
                ab_die(AB_EXIT_USAGE, "no folder to build in: add O=FOLDER");
        folder_make(out_path);
        b.out = realpath(out_path, NULL);
        if (!b.out)
                ab_die(AB_EXIT_ERROR, "%s: cannot be used: %s", out_path, strerror(errno));
        if (!strcmp(b.out, b.tree.path))
                ab_die(AB_EXIT_ERROR, "%s: is the tree itself: name another folder with O=", b.out);
        needs_check(&b.tree);
        build_prepare(&b);
        before = manifest_take(b.tree.path, verify);
        choose_source(&b);
        status = build_run(&b);
        after = manifest_take(b.tree.path, verify);
        touched = manifest_difference(before, after);
        if (touched)
                ab_die(AB_EXIT_ERROR,
                       "%s/%s: was changed while the tree was built: restore it, and keep other "
                       "programs out of the tree",
                       b.tree.path, touched);
        if (verify)
                printf("afterburn: %s: %u files unchanged, SHA-256 %s\n", b.tree.path,
                       manifest_count(after), manifest_digest(after));
        if (status)
                return status;
        if (b.builds)
                summarize(&b);
        return AB_EXIT_OK;
}
