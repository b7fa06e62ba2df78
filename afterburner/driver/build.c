/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/compiler.h"
#include "driver/digest.h"
#include "driver/file.h"
#include "driver/kconfig.h"
#include "driver/process.h"
#include "driver/version.h"
#include "host/diag.h"
#include "host/paths.h"

bool build_is_config_target(const char *target)
{
        return word_ends(target, "config");
}

/* Targets that build nothing. */
static bool is_idle_target(const char *target)
{
        static const char *const idle[] = {"clean", "mrproper", "distclean", "help",
                                           "kernelversion"};

        for (unsigned i = 0; i < sizeof idle / sizeof idle[0]; i++)
                if (!strcmp(target, idle[i]))
                        return true;
        return false;
}

/*
 * A few digits that change with our toolchain.  They are part of the compiler's
 * command, so that kbuild, which compares commands, compiles again what an
 * older toolchain made.
 */
static char *toolchain_state(const char *cc, const struct compiler *compiler)
{
        char *pass = ab_path(AB_PLACE_LIBEXEC, "toolchain/as");
        struct digest *digest = digest_start();
        uint8_t state[DIGEST_BYTES];

        /* What is not there adds nothing: --plain does without some of it. */
        digest_add_file(digest, cc);
        digest_add_file(digest, pass);
        digest_add_file(digest, compiler->plugin);
        digest_end(digest, state);
        free(pass);
        return ab_format("%02x%02x%02x%02x", state[0], state[1], state[2], state[3]);
}

void build_prepare(struct build *b)
{
        const char *name = b->compiler ? b->compiler : getenv("AFTERBURN_CC");
        char *cc = ab_path_required(AB_PLACE_BIN, "afterburn-cc"), *flags;
        struct compiler compiler;

        compiler_find(&compiler, name && *name ? name : AB_GUEST_CC, false);
        if (!b->plain && !compiler_has_pass())
                ab_die(AB_EXIT_ERROR, "%s: not found: run make, or make install, again",
                       ab_path(AB_PLACE_LIBEXEC, "toolchain/as"));
        if (!b->plain && !compiler.has_plugin)
                ab_die(AB_EXIT_ERROR, "%s: not found: run make, or make install, again",
                       compiler.plugin);
        flags = ab_format("--afterburn-linux=%s --afterburn-state=%s%s%s%s%s%s%s", b->tree.release,
                          toolchain_state(cc, &compiler), b->plain ? " --afterburn-plain" : "",
                          b->tree.flat ? " --afterburn-flat" : "",
                          b->padding ? " --afterburn-padding=" : "", b->padding ? b->padding : "",
                          name && *name ? " --afterburn-cc=" : "", name && *name ? name : "");
        words_add(&b->ours, "ARCH=i386");
        words_add(&b->ours, ab_format("O=%s", b->out));
        words_add(&b->ours, ab_format("CC=%s%s %s", b->ccache ? "ccache " : "", cc, flags));
        words_add(&b->ours, ab_format("HOSTCC=%s --afterburn-host --afterburn-linux=%s", cc,
                                      b->tree.release));
        if (b->tree.flat && !b->plain)
                words_add(&b->ours,
                          ab_format("LD=%s", ab_path_required(AB_PLACE_LIBEXEC, "afterburn-ld")));
        if (b->ccache) {
                setenv("CCACHE_COMPILERTYPE", "gcc", 1);
                setenv("CCACHE_COMPILERCHECK", ab_format("%s --afterburn-identity", cc), 1);
        }
        /* What the caller's environment says to gcc or make is not meant for the guest. */
        unsetenv("MAKEFLAGS");
        unsetenv("MAKELEVEL");
        unsetenv("CFLAGS");
        unsetenv("CPPFLAGS");
        unsetenv("LDFLAGS");
        unsetenv("C_INCLUDE_PATH");
        unsetenv("CPATH");
}

/* make, for `targets', with extra variables `more'. */
static int run_make(const struct build *b, const struct words *targets, const char *more,
                    const char *input, const char *log)
{
        struct words line = {0};

        words_add(&line, "make");
        words_add(&line, "--no-print-directory");
        words_add(&line, "-C");
        words_add(&line, b->source);
        for (unsigned i = 0; i < b->make_options.count; i++)
                words_add(&line, b->make_options.word[i]);
        for (unsigned i = 0; i < b->ours.count; i++)
                words_add(&line, b->ours.word[i]);
        for (unsigned i = 0; i < b->variables.count; i++)
                words_add(&line, b->variables.word[i]);
        if (more)
                words_add(&line, more);
        for (unsigned i = 0; i < targets->count; i++)
                words_add(&line, targets->word[i]);
        return process_run((const char *const *)line.word, input, log);
}

/* Let Kconfig complete OUT/.config: new options get their defaults. */
static int complete_config(const struct build *b)
{
        char *makefile = ab_format("%s/scripts/kconfig/Makefile", b->tree.path);
        char *text = file_read(makefile), *answers = NULL;
        bool modern = text && strstr(text, "olddefconfig");
        struct words target = {0};
        char *log = ab_format("%s/.afterburn/config.log", b->out);
        int status;

        words_add(&target, modern ? "olddefconfig" : "oldconfig");
        if (!modern) {
                /* oldconfig asks; an empty line takes the default. */
                char *lines = ab_alloc(65536);

                memset(lines, '\n', 65535);
                answers = ab_format("%s/.afterburn/answers", b->out);
                file_write_if_changed(answers, lines);
                free(lines);
        }
        status = run_make(b, &target, NULL, answers, log);
        free(makefile);
        free(text);
        free(answers);
        return status;
}

/* Whether this tree's allnoconfig takes a file of preset options. */
static bool knows_allconfig(const struct build *b)
{
        char *path = ab_format("%s/scripts/kconfig/conf.c", b->tree.path);
        char *text = file_read(path);
        bool knows = text && strstr(text, "KCONFIG_ALLCONFIG");

        free(path);
        free(text);
        return knows;
}

/* Merge `fragment' into OUT/.config where it does not hold already. */
static int merge(const struct build *b, const char *fragment)
{
        char *path = ab_format("%s/.config", b->out), *config = file_read(path), *merged;
        int status = 0;

        if (!config)
                ab_die(AB_EXIT_ERROR,
                       "%s: no configuration: add a target such as defconfig, or --config=small",
                       path);
        merged = fragment_merge(config, fragment);
        if (strcmp(merged, config)) {
                file_write_if_changed(path, merged);
                status = complete_config(b);
        }
        free(path);
        free(config);
        free(merged);
        return status;
}

static int configure(const struct build *b)
{
        char *all = ab_strdup("\n"), *map = fragment_for_map(&b->tree);
        char *path = ab_format("%s/.config", b->out), *config;
        bool settled = false;
        const char *unmet;
        int status = 0;

        for (unsigned i = 0; i < b->fragments.count; i++) {
                char *text = fragment_read(b->fragments.word[i], &b->tree);

                all = ab_format("%s%s\n", all, text);
                free(text);
        }
        all = ab_format("%s%s", all, map);
        if (b->config_targets.count) {
                status = run_make(b, &b->config_targets, NULL, "-", NULL);
        } else if (b->fragments.count) {
                struct words target = {0};
                char *file = ab_format("%s/.afterburn/fragment.config", b->out),
                     *last = file_read(file);
                char *log = ab_format("%s/.afterburn/config.log", b->out);

                words_add(&target, "allnoconfig");
                /* Made from these fragments before: left alone, so that nothing is built twice. */
                settled = last && !strcmp(last, all) && file_exists(path);
                file_write_if_changed(file, all);
                if (!settled)
                        status = run_make(
                            b, &target,
                            knows_allconfig(b) ? ab_format("KCONFIG_ALLCONFIG=%s", file) : NULL,
                            NULL, log);
                free(last);
        }
        if (!status &&
            (b->config_targets.count || (b->fragments.count && !settled && !knows_allconfig(b))))
                status = merge(b, all);
        config = file_read(path);
        if (!status && (!config || fragment_unmet(config, &b->tree))) {
                status = merge(b, map);
                free(config);
                config = file_read(path);
        }
        if (status)
                return status;
        unmet = fragment_unmet(config, &b->tree);
        if (unmet)
                ab_die(AB_EXIT_ERROR,
                       "%s: CONFIG_%s did not hold: `afterburn make --explain' tells why it is "
                       "needed; remove what forbids it",
                       path, unmet);
        free(config);
        free(all);
        free(map);
        free(path);
        return 0;
}

/*
 * The targets that build.  The top Makefile of older trees starts one make per
 * target for O=, all at once with -j, and they tread on one another: one at a
 * time there.
 */
static int run_targets(const struct build *b)
{
        int status = 0;

        if (b->tree.version >= LINUX(2, 6, 30) || !b->targets.count)
                return run_make(b, &b->targets, NULL, "-", NULL);
        for (unsigned i = 0; i < b->targets.count && !status; i++) {
                struct words one = {0};

                words_add(&one, b->targets.word[i]);
                status = run_make(b, &one, NULL, "-", NULL);
        }
        return status;
}

int build_run(struct build *b)
{
        char *own = ab_format("%s/.afterburn", b->out);
        bool idle = b->targets.count;
        int status;

        folder_make(own);
        for (unsigned i = 0; i < b->targets.count; i++)
                idle &= is_idle_target(b->targets.word[i]);
        if (!idle) {
                status = configure(b);
                if (status || (!b->targets.count && b->config_targets.count))
                        return status;
        }
        status = run_targets(b);
        b->builds = !idle;
        free(own);
        return status;
}
