/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * afterburn-cc: the guest compiler, with the assembler pass and the plugin in
 * their places and with the cures old trees need.  Everything it does not know
 * is gcc's business and passes through.  afterburn-cc(1).
 *
 * It runs once per file and many times per probe, so it decides from the
 * command line alone and then becomes the compiler.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/cc-line.h"
#include "driver/compiler.h"
#include "driver/cures.h"
#include "driver/layout.h"
#include "driver/process.h"
#include "driver/version.h"
#include "host/diag.h"
#include "host/paths.h"

struct settings {
        const char *compiler;
        int linux_version; /* 0: not a Linux tree */
        bool host;         /* compile for the machine the build runs on */
        bool plain;        /* do not annotate */
        bool flat;         /* the boot payload is a flat image */
        const char *padding;
};

static void help(void)
{
        puts("Usage: afterburn-cc [OPTION]... GCC-ARGUMENT...\n"
             "Compile as gcc does, with every sensitive instruction padded and annotated.\n"
             "Options of its own:\n\n"
             "  --afterburn-cc=CC       compiler to use (also AFTERBURN_CC; gcc 12 or 11)\n"
             "  --afterburn-linux=V     apply the cures Linux V needs\n"
             "  --afterburn-plain       same compiler and cures, without annotation\n"
             "  --afterburn-host        compile a program that runs during the build\n"
             "  --afterburn-flat        records go into memory the kernel frees after boot\n"
             "  --afterburn-padding=P   prefix (default) or nop\n"
             "  --afterburn-identity    print what the output depends on besides the input\n"
             "  --afterburn-help        this text\n"
             "  --afterburn-version     version of afterburn-cc\n\n"
             "Everything else is gcc's.");
}

static bool take_setting(struct settings *s, const char *word)
{
        const char *value;

        if ((value = word_behind(word, "--afterburn-cc="))) {
                s->compiler = value;
        } else if ((value = word_behind(word, "--afterburn-linux="))) {
                s->linux_version = linux_parse(value);
                if (!s->linux_version)
                        ab_die(AB_EXIT_USAGE, "%s: not a version of Linux: give one as 2.6.9",
                               word);
        } else if ((value = word_behind(word, "--afterburn-padding="))) {
                if (strcmp(value, "prefix") && strcmp(value, "nop"))
                        ab_die(AB_EXIT_USAGE, "%s: no such padding: give prefix or nop", word);
                s->padding = value;
        } else if (word_behind(word, "--afterburn-state=")) {
                /* It only has to be there: see toolchain_state() in build.c. */
                return true;
        } else if (!strcmp(word, "--afterburn-plain")) {
                s->plain = true;
        } else if (!strcmp(word, "--afterburn-host")) {
                s->host = true;
        } else if (!strcmp(word, "--afterburn-flat")) {
                s->flat = true;
        } else if (!strncmp(word, "--afterburn-", 12) && strcmp(word, "--afterburn-identity")) {
                ab_die(AB_EXIT_USAGE, "%s: unknown option: see afterburn-cc --afterburn-help",
                       word);
        } else {
                return false;
        }
        return true;
}

/* One file that decides about the output, for caches: name, size, time. */
static void print_identity(const char *path)
{
        struct stat status;

        if (!stat(path, &status))
                printf("%s %lld %lld.%09ld\n", path, (long long)status.st_size,
                       (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

static void identity(const struct settings *s, const struct compiler *compiler)
{
        char *own = ab_path(AB_PLACE_BIN, "afterburn-cc");
        char *pass = ab_path(AB_PLACE_LIBEXEC, "toolchain/as");

        printf("%s\n", s->compiler);
        print_identity(own);
        print_identity(compiler->path);
        print_identity(pass);
        print_identity(compiler->plugin);
}

static bool any_ends_with(const struct words *names, const char *ending)
{
        for (unsigned i = 0; i < names->count; i++)
                if (word_ends(names->word[i], ending))
                        return true;
        return false;
}

/* Facts about this command, as bits of enum cure_when. */
static unsigned situation(const struct settings *s, const struct cc_line *line)
{
        unsigned now = s->host ? WHEN_HOST : WHEN_GUEST;

        if (line->c)
                now |= WHEN_C;
        if (!line->has_march)
                now |= WHEN_NO_MARCH;
        if (!s->host && line->mode == CC_LINK && !line->sources.count)
                now |= WHEN_VDSO_LINK;
        return now;
}

static void add_cures(struct words *out, const struct settings *s, const struct cc_line *line)
{
        unsigned now = situation(s, line);

        for (unsigned i = 0; i < cure_count; i++) {
                const struct cure *cure = &cures[i];

                if (s->linux_version < cure->first || s->linux_version > cure->last ||
                    (now & cure->when) != cure->when ||
                    (cure->source && !any_ends_with(&line->sources, cure->source)))
                        continue;
                words_split(out, cure->flags);
        }
}

/* Whether this is code that is never annotated. */
static bool is_exempt(const struct cc_line *line)
{
        if (line->output && exempt(line->output))
                return true;
        for (unsigned i = 0; i < line->sources.count; i++)
                if (exempt(line->sources.word[i]))
                        return true;
        return false;
}

/* The pass and the plugin, as far as this command needs them. */
static void add_toolchain(struct words *out, const struct settings *s,
                          const struct compiler *compiler, const struct cc_line *line)
{
        char *folder = ab_path(AB_PLACE_LIBEXEC, "toolchain/");
        bool assembles = line->mode == CC_ASSEMBLE || line->mode == CC_LINK || line->mode == CC_ASK;
        bool compiles = line->c && !line->has_null_input && line->mode != CC_PREPROCESS &&
                        line->mode != CC_ASK && !line->syntax_only;

        /* Without them the result would look annotated, and not be. */
        if (assembles && !compiler_has_pass())
                ab_die(AB_EXIT_ERROR, "%sas: not found: run make, or make install, again", folder);
        if (compiles && !compiler->has_plugin)
                ab_die(AB_EXIT_ERROR, "%s: not found: run make, or make install, again",
                       compiler->plugin);
        if (assembles) {
                words_add(out, ab_format("-B%s", folder));
                if (s->plain)
                        words_add(out, "-Wa,--afterburn-off");
                else if (s->padding)
                        words_add(out, ab_format("-Wa,--padding=%s", s->padding));
        }
        if (compiles) {
                words_add(out, ab_format("-fplugin=%s", compiler->plugin));
                if (s->plain)
                        words_add(out, "-fplugin-arg-afterburn-off=device,pages,hook,live,notes");
        }
        free(folder);
}

/* The tree's own words, less what today's compiler does not take. */
static void add_arguments(struct words *out, const struct settings *s, const struct words *given)
{
        for (unsigned i = 0; i < given->count; i++) {
                bool is_emulation = s->linux_version && !strcmp(given->word[i], "-m") &&
                                    i + 1 < given->count && !strcmp(given->word[i + 1], "elf_i386");

                if (is_emulation)
                        i++;
                else
                        words_add(out, given->word[i]);
        }
}

/* Whether this preprocesses the kernel's own linker script. */
static bool makes_linker_script(const struct settings *s, const struct cc_line *line)
{
        return !s->host && !s->plain && line->mode == CC_PREPROCESS && line->output &&
               !is_exempt(line) && word_ends(line->output, "kernel/vmlinux.lds");
}

int main(int argc, char **argv)
{
        struct settings s = {.compiler = getenv("AFTERBURN_CC")};
        struct words given = {0}, out = {0};
        struct compiler compiler;
        struct cc_line line;
        bool tell_identity = false;

        ab_set_program("afterburn-cc");
        for (int i = 1; i < argc; i++) {
                if (!strcmp(argv[i], "--afterburn-help")) {
                        help();
                        return AB_EXIT_OK;
                }
                if (!strcmp(argv[i], "--afterburn-version")) {
                        ab_print_version("afterburn-cc");
                        return AB_EXIT_OK;
                }
                if (!strcmp(argv[i], "--afterburn-identity"))
                        tell_identity = true;
                else if (!take_setting(&s, argv[i]))
                        words_add(&given, argv[i]);
        }
        if (!s.compiler || !*s.compiler)
                s.compiler = s.host ? "gcc" : AB_GUEST_CC;
        compiler_find(&compiler, s.compiler, s.host);
        if (tell_identity) {
                identity(&s, &compiler);
                return AB_EXIT_OK;
        }
        cc_line_read(&line, given.word, given.count);

        words_add(&out, compiler.path);
        if (!s.host)
                words_add(&out, "-m32");
        add_cures(&out, &s, &line);
        if (!s.host && !line.is_64bit && !is_exempt(&line))
                add_toolchain(&out, &s, &compiler, &line);
        add_arguments(&out, &s, &given);

        if (makes_linker_script(&s, &line)) {
                /* Its output is worked on afterwards. */
                int status = process_run((const char *const *)out.word, "-", NULL);

                if (!status)
                        layout_add_records(line.output, s.flat ? LAYOUT_FLAT : LAYOUT_SECTION);
                return status;
        }
        execvp(out.word[0], out.word);
        ab_die(AB_EXIT_ERROR, "%s: cannot be run: %s", out.word[0], strerror(errno));
}
