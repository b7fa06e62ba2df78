/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes one crafted image of each form into the folder named: the corpus the
 * fuzzer starts from.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "craft.h"
#include "host/diag.h"

static void save(const char *folder, const char *name, uint8_t *bytes, size_t count)
{
        char *path = ab_format("%s/%s", folder, name);
        FILE *stream = fopen(path, "w");

        if (!stream || fwrite(bytes, 1, count, stream) != count || fclose(stream))
                ab_die(AB_EXIT_ERROR, "%s: cannot be written", path);
        free(path);
        free(bytes);
}

int main(int argc, char **argv)
{
        struct craft craft = craft_simple;
        size_t count, packed;
        uint8_t *inner, *bytes;

        if (argc != 2)
                ab_die(AB_EXIT_USAGE, "usage: corpus FOLDER");
        craft.notes = "a note";
        craft.notes_bytes = 7;
        craft.sources = craft_sources;
        craft.sources_bytes = CRAFT_SOURCES_BYTES;
        inner = craft_elf(&craft, &count);
        bytes = craft_bzimage(CRAFT_BOOT_DECLARED, inner, count, NULL, 0, &packed);
        save(argv[1], "declared.bzimage", bytes, packed);
        bytes = craft_bzimage(CRAFT_BOOT_SCANNED, inner, count, NULL, 0, &packed);
        save(argv[1], "scanned.bzimage", bytes, packed);
        save(argv[1], "linked.elf", inner, count);
        craft.relocatable = true;
        inner = craft_elf(&craft, &count);
        save(argv[1], "relocatable.elf", inner, count);
        craft.relocatable = false;
        inner = craft_flat(&craft, &count);
        save(argv[1], "flat.image", inner, count);
        craft.flat = true;
        inner = craft_elf(&craft, &count);
        save(argv[1], "flat.elf", inner, count);
        return 0;
}
