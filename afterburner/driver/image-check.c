/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/image-check.h"

#include <string.h>

#include "host/diag.h"
#include "records/image.h"

static const struct ab_symbol *find_symbol(const struct ab_image *image, const char *name)
{
        for (unsigned i = 0; i < image->symbol_count; i++)
                if (!strcmp(image->symbols[i].name, name))
                        return &image->symbols[i];
        return NULL;
}

static void check_place(const char *path, const struct ab_image *image)
{
        const struct ab_symbol *text = find_symbol(image, "_text");

        if (!text)
                text = find_symbol(image, "_stext");
        if (!text || text->address < GUEST_KERNEL_GVA || text->address >= GUEST_KERNEL_GVA + 0x02000000)
                ab_die(AB_EXIT_ERROR, "%s: linked at 0x%x, not at 0x%x: build with the memory split at 2 GB "
                       "(CONFIG_VMSPLIT_2G)", path, text ? text->address : 0, GUEST_KERNEL_GVA);
        for (unsigned i = 0; i < image->section_count; i++) {
                const struct ab_section *section = &image->sections[i];

                if (section->allocated && section->address >= GUEST_KERNEL_GVA &&
                    section->address + section->bytes > GUEST_KERNEL_END)
                        ab_die(AB_EXIT_ERROR, "%s: section %s reaches 0x%x, above 0x%x: leave out what makes "
                               "it that large", path, section->name, section->address + section->bytes,
                               GUEST_KERNEL_END);
        }
}

/* The fixmap's top is a variable, or the vsyscall page that hangs below it shows where it is. */
static void check_fixmap(const char *path, const struct ab_image *image)
{
        const struct ab_symbol *page = find_symbol(image, "__kernel_vsyscall");

        if (find_symbol(image, "__FIXADDR_TOP"))
                return;
        if (!page || page->address < GUEST_KERNEL_GVA || page->address >= GUEST_KERNEL_END)
                ab_die(AB_EXIT_ERROR, "%s: the fixmap does not end below 0x%x: build without CONFIG_COMPAT_VDSO",
                       path, GUEST_KERNEL_END);
}

void image_check(const char *path, bool plain, struct image_facts *facts)
{
        struct ab_problem problem;
        struct ab_image *image = ab_image_open(path, &problem);

        memset(facts, 0, sizeof *facts);
        if (!image)
                ab_die(AB_EXIT_ERROR, "%s", problem.text);
        check_place(path, image);
        check_fixmap(path, image);
        facts->records = image->record_count;
        for (unsigned i = 0; i < image->record_count; i++) {
                unsigned kind = AB_RECORD_KIND_OF(&image->records[i]);

                if (kind < KINDS)
                        facts->by_kind[kind]++;
        }
        if (!plain && !image->record_count)
                ab_die(AB_EXIT_ERROR, "%s: holds no records: remove the folder and build again", path);
        if (plain && image->record_count)
                ab_die(AB_EXIT_ERROR, "%s: holds records though --plain was asked: build in a folder of its own",
                       path);
        ab_image_close(image);
}

unsigned image_count_records(const char *path)
{
        struct ab_problem problem;
        struct ab_image *image = ab_image_open(path, &problem);
        unsigned count = image ? image->record_count : 0;

        if (image)
                ab_image_close(image);
        return count;
}
