/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/kconfig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/file.h"
#include "host/diag.h"
#include "host/paths.h"

/* A sample called `name' for `release', shortened until one is found. */
static char *read_sample(const char *name, const char *release)
{
        char *version = ab_strdup(release), *text = NULL;

        while (!text) {
                char *file = *version ? ab_format("linux/%s-%s.config", name, version)
                                      : ab_format("linux/%s.config", name);
                char *path = ab_path(AB_PLACE_SHARE, file);
                char *dot = strrchr(version, '.');

                text = file_read(path);
                free(file);
                free(path);
                if (!*version)
                        break;
                *(dot ? dot : version) = 0;
        }
        free(version);
        return text;
}

char *fragment_read(const char *name, const struct tree *tree)
{
        char *text = strchr(name, '/') || file_exists(name) ? file_read(name) : NULL;

        if (!text)
                text = read_sample(name, tree->release);
        if (!text)
                ab_die(AB_EXIT_ERROR,
                       "%s: no such configuration for Linux %s: name a file or one of the samples "
                       "in share/afterburner/linux",
                       name, tree->release);
        return text;
}

char *fragment_for_map(const struct tree *tree)
{
        char *text = ab_strdup("");

        for (unsigned i = 0; i < option_count; i++) {
                char *more;

                if (!option_applies(&options[i], tree))
                        continue;
                more = strcmp(options[i].value, "n")
                           ? ab_format("%sCONFIG_%s=%s\n", text, options[i].name, options[i].value)
                           : ab_format("%s# CONFIG_%s is not set\n", text, options[i].name);
                free(text);
                text = more;
        }
        return text;
}

/* Length of the option's name if the line sets or unsets one, and where it begins. */
static size_t option_of(const char *line, const char **name)
{
        if (!strncmp(line, "# CONFIG_", 9))
                line += 2;
        if (strncmp(line, "CONFIG_", 7))
                return 0;
        *name = line;
        return strcspn(line, "= \n");
}

/* Whether `text' has a line about the option. */
static bool mentions(const char *text, const char *name, size_t length)
{
        const char *other;

        for (const char *line = text; line && *line; line = strchr(line, '\n')) {
                size_t have;

                line += *line == '\n';
                have = option_of(line, &other);
                if (have == length && have && !strncmp(other, name, length))
                        return true;
        }
        return false;
}

/* Append the lines of `from' that `unless' does not mention. */
static char *append_lines(char *out, const char *from, const char *unless)
{
        size_t used = strlen(out);

        out = ab_realloc(out, used + strlen(from) + 2);
        while (*from) {
                size_t length = strcspn(from, "\n");
                const char *name, *rest = from[length] ? from + length + 1 : from + length;
                size_t option = option_of(from, &name);

                if (!option || !mentions(unless, name, option)) {
                        memcpy(out + used, from, length);
                        used += length;
                        out[used++] = '\n';
                }
                from = rest;
        }
        out[used] = 0;
        return out;
}

char *fragment_merge(const char *config, const char *fragment)
{
        char *out = append_lines(ab_strdup(""), config, fragment);

        /* Line by line, so that a later line of the fragment wins over an earlier one. */
        for (const char *line = fragment; *line;) {
                size_t length = strcspn(line, "\n");
                const char *rest = line[length] ? line + length + 1 : line + length;
                char *one = ab_format("%.*s\n", (int)length, line);

                if (*one != '\n')
                        out = append_lines(out, one, rest);
                free(one);
                line = rest;
        }
        return out;
}

bool config_has(const char *config, const char *name, const char *value)
{
        char *line = ab_format("\nCONFIG_%s=%s\n", name, value);
        bool has = strstr(config, line) || !strncmp(config, line + 1, strlen(line + 1));

        free(line);
        return has;
}

const char *fragment_unmet(const char *config, const struct tree *tree)
{
        for (unsigned i = 0; i < option_count; i++) {
                if (!option_applies(&options[i], tree))
                        continue;
                if (!strcmp(options[i].value, "n")
                        ? config_has(config, options[i].name, "y")
                        : !config_has(config, options[i].name, options[i].value))
                        return options[i].name;
        }
        return NULL;
}
