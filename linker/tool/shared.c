/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "tool/shared.h"

#include <string.h>

#include "host/diag.h"

struct ab_image *ab_open_or_die(const char *path)
{
        struct ab_problem problem;
        struct ab_image *image = ab_image_open(path, &problem);

        if (!image)
                ab_die(AB_EXIT_ERROR, "%s", problem.text);
        return image;
}

const char *ab_next_note(const struct ab_image *image, const char *note)
{
        const char *end = image->notes + image->note_bytes;

        if (!image->note_bytes)
                return NULL;
        note = note ? note + strlen(note) + 1 : image->notes;
        /* Linkers fill between inputs with zeros. */
        while (note < end && !*note)
                note++;
        return note < end ? note : NULL;
}

const char *ab_kind_name(unsigned kind)
{
        static const char *const names[] = {
            [AB_KIND_INSN] = "instruction",
            [AB_KIND_PT_STORE] = "page-table store",
            [AB_KIND_PT_READ] = "page-table read",
            [AB_KIND_DEVICE] = "device access",
            [AB_KIND_HOOK] = "hook",
        };

        return kind >= AB_KIND_INSN && kind <= AB_KIND_HOOK ? names[kind] : "?";
}

const char *ab_padding_name(unsigned padding)
{
        static const char *const names[] = {
            [AB_PAD_NONE] = "none",
            [AB_PAD_PREFIX] = "prefixes",
            [AB_PAD_NOP_BEFORE] = "NOPs before",
            [AB_PAD_NOP_AFTER] = "NOPs behind",
        };

        return padding <= AB_PAD_NOP_AFTER ? names[padding] : "?";
}
