/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/image-check.h"

#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "host/diag.h"
#include "records/image.h"

/* The symbols the checks are about; absent ones stay unknown. */
struct landmarks {
        struct landmark {
                const char *name;
                bool known;
                uint32_t address;
        } text, stext, fixmap_top, vsyscall;
};

static void note(struct landmark *landmark, const char *name, uint32_t address)
{
        if (name && !strcmp(landmark->name, name)) {
                landmark->known = true;
                landmark->address = address;
        }
}

/* The record library knows only symbols of places in the image; the vsyscall page is outside. */
static void find_landmarks(const char *path, struct landmarks *l)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        Elf *elf =
            fd >= 0 && elf_version(EV_CURRENT) != EV_NONE ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
        Elf_Scn *section = NULL;

        /* clang-format off */
        *l = (struct landmarks){{"_text", false, 0}, {"_stext", false, 0}, {"__FIXADDR_TOP", false, 0},
                                {"__kernel_vsyscall", false, 0}};
        /* clang-format on */
        while (elf && (section = elf_nextscn(elf, section))) {
                GElf_Shdr header;
                Elf_Data *data;
                GElf_Sym symbol;

                if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
                        continue;
                data = elf_getdata(section, NULL);
                for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
                        const char *name = elf_strptr(elf, header.sh_link, symbol.st_name);
                        uint32_t address = (uint32_t)symbol.st_value;

                        note(&l->text, name, address);
                        note(&l->stext, name, address);
                        note(&l->fixmap_top, name, address);
                        note(&l->vsyscall, name, address);
                }
        }
        elf_end(elf);
        if (fd >= 0)
                close(fd);
}

static void check_place(const char *path, const struct ab_image *image, const struct landmarks *l)
{
        uint32_t text = l->text.known ? l->text.address : l->stext.address;

        if (text < GUEST_KERNEL_GVA || text >= GUEST_KERNEL_GVA + 0x02000000)
                ab_die(AB_EXIT_ERROR,
                       "%s: linked at 0x%x, not at 0x%x: build with the memory split at 2 GB "
                       "(CONFIG_VMSPLIT_2G)",
                       path, text, GUEST_KERNEL_GVA);
        for (unsigned i = 0; i < image->section_count; i++) {
                const struct ab_section *section = &image->sections[i];

                if (section->allocated && section->address >= GUEST_KERNEL_GVA &&
                    section->address + section->bytes > GUEST_KERNEL_END)
                        ab_die(AB_EXIT_ERROR,
                               "%s: section %s reaches 0x%x, above 0x%x: leave out what makes "
                               "it that large",
                               path, section->name, section->address + section->bytes,
                               GUEST_KERNEL_END);
        }
}

/*
 * The fixmap's top is a variable, which binding sets; or the vsyscall page that
 * hangs below it shows where it is.
 */
static void check_fixmap(const char *path, const struct ab_image *image, const struct landmarks *l)
{
        const uint8_t *bytes;
        uint32_t top;

        if (l->fixmap_top.known) {
                bytes = ab_image_bytes(image, l->fixmap_top.address, sizeof top);
                top = bytes ? bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                                  (uint32_t)bytes[3] << 24
                            : 0;
                if (top < GUEST_KERNEL_GVA || top % 4096)
                        ab_die(AB_EXIT_ERROR,
                               "%s: __FIXADDR_TOP holds 0x%x, no top of a fixmap: use a version of "
                               "Linux that `afterburn make --explain' knows",
                               path, top);
                return;
        }
        if (!l->vsyscall.known || l->vsyscall.address < GUEST_KERNEL_GVA ||
            l->vsyscall.address >= GUEST_KERNEL_END)
                ab_die(AB_EXIT_ERROR,
                       "%s: the fixmap does not end below 0x%x: build without CONFIG_COMPAT_VDSO",
                       path, GUEST_KERNEL_END);
}

void image_check(const char *path, bool plain, struct image_facts *facts)
{
        struct ab_problem problem;
        struct ab_image *image = ab_image_open(path, &problem);
        struct landmarks landmarks;

        memset(facts, 0, sizeof *facts);
        if (!image)
                ab_die(AB_EXIT_ERROR, "%s", problem.text);
        find_landmarks(path, &landmarks);
        check_place(path, image, &landmarks);
        check_fixmap(path, image, &landmarks);
        facts->records = image->record_count;
        for (unsigned i = 0; i < image->record_count; i++) {
                unsigned kind = AB_RECORD_KIND_OF(&image->records[i]);

                if (kind < KINDS)
                        facts->by_kind[kind]++;
        }
        if (!plain && !image->record_count)
                ab_die(AB_EXIT_ERROR, "%s: holds no records: remove the folder and build again",
                       path);
        if (plain && image->record_count)
                ab_die(AB_EXIT_ERROR,
                       "%s: holds records though --plain was asked: build in a folder of its own",
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
