/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "tool/exempt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/diag.h"
#include "host/paths.h"

/* The shipped file for a kernel version: 6.1.192, then 6.1, then 6. */
static char *choose(const struct ab_image *image)
{
        char version[32];

        if (!ab_image_linux_version(image, version, sizeof version))
                return NULL;
        while (version[0]) {
                char *name = ab_format("exemptions/linux-%s.conf", version);
                char *path = ab_path(AB_PLACE_SHARE, name);
                char *dot = strrchr(version, '.');

                free(name);
                if (!access(path, R_OK))
                        return path;
                free(path);
                *(dot ? dot : version) = 0;
        }
        return NULL;
}

static void parse_line(struct ab_exemptions *exemptions, char *line, unsigned number)
{
        struct ab_exemption *entry;
        char *symbol = strtok(line, " \t\n"), *bytes = strtok(NULL, " \t\n");
        char *reason = strtok(NULL, "\n"), *end;
        unsigned long value;

        if (!symbol || symbol[0] == '#')
                return;
        value = bytes ? strtoul(bytes, &end, 0) : 0;
        while (reason && (*reason == ' ' || *reason == '\t'))
                reason++;
        if (!value || *end || value > 65536 || !reason || !*reason || strpbrk(symbol, "*?["))
                ab_die(AB_EXIT_ERROR,
                       "%s: line %u is not \"SYMBOL BYTES REASON\": correct it, wildcards are "
                       "not allowed",
                       exemptions->path, number);
        exemptions->list =
            ab_realloc(exemptions->list, (exemptions->count + 1) * sizeof *exemptions->list);
        entry = &exemptions->list[exemptions->count++];
        *entry = (struct ab_exemption){
            .symbol = ab_strdup(symbol),
            .bytes = (uint32_t)value,
            .reason = ab_strdup(reason),
            .line = number,
        };
}

void ab_exemptions_read(struct ab_exemptions *exemptions, const struct ab_image *image,
                        const char *path)
{
        char line[512];
        unsigned number = 0;
        FILE *stream;

        memset(exemptions, 0, sizeof *exemptions);
        exemptions->chosen = path != NULL;
        exemptions->path = path ? ab_strdup(path) : choose(image);
        if (!exemptions->path)
                return;
        stream = fopen(exemptions->path, "r");
        if (!stream)
                ab_die(AB_EXIT_ERROR, "%s: cannot be read: %s", exemptions->path, strerror(errno));
        while (fgets(line, sizeof line, stream))
                parse_line(exemptions, line, ++number);
        fclose(stream);
        for (unsigned i = 0; i < exemptions->count; i++)
                for (unsigned n = 0; n < image->symbol_count; n++)
                        if (!strcmp(image->symbols[n].name, exemptions->list[i].symbol)) {
                                exemptions->list[i].address = image->symbols[n].address;
                                exemptions->list[i].found = true;
                                break;
                        }
}

void ab_exemptions_free(struct ab_exemptions *exemptions)
{
        for (unsigned i = 0; i < exemptions->count; i++) {
                free(exemptions->list[i].symbol);
                free(exemptions->list[i].reason);
        }
        free(exemptions->list);
        free(exemptions->path);
}

struct ab_exemption *ab_exemptions_at(const struct ab_exemptions *exemptions, uint32_t address)
{
        for (unsigned i = 0; i < exemptions->count; i++) {
                struct ab_exemption *entry = &exemptions->list[i];

                if (entry->found && address - entry->address < entry->bytes)
                        return entry;
        }
        return NULL;
}
