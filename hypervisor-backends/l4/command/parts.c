/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What boots under guests of L4: this project's files, or those the user named, checked. */
#include "config.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>

#include "host/diag.h"
#include "host/paths.h"
#include "parts.h"

/* First word of the page by which every X.2 kernel tells what it is (manual 1.1). */
static const unsigned char interface_page[] = {'L', '4', 230, 'K'};

enum { WORD = 4 };

static const Elf32_Phdr *segment(const struct run_file *file, unsigned n)
{
        const Elf32_Ehdr *header = (const void *)file->data;

        return (const void *)(file->data + header->e_phoff + n * sizeof(Elf32_Phdr));
}

/* An executable for IA-32, all of whose segments are in the file. */
static void check_program(const struct run_file *file, const char *path, const char *what)
{
        const Elf32_Ehdr *header = (const void *)file->data;
        unsigned i;

        if (file->bytes < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG))
                ab_die(AB_EXIT_ERROR, "%s: not an ELF file: give %s", path, what);
        if (header->e_ident[EI_CLASS] != ELFCLASS32 || header->e_machine != EM_386 ||
            header->e_type != ET_EXEC)
                ab_die(AB_EXIT_ERROR, "%s: not an executable for IA-32: give %s", path, what);
        if (header->e_phentsize != sizeof(Elf32_Phdr) || header->e_phoff > file->bytes ||
            header->e_phnum * sizeof(Elf32_Phdr) > file->bytes - header->e_phoff)
                ab_die(AB_EXIT_ERROR, "%s: truncated: build or copy it again", path);
        for (i = 0; i < header->e_phnum; i++) {
                const Elf32_Phdr *s = segment(file, i);

                if (s->p_type == PT_LOAD &&
                    (s->p_offset > file->bytes || s->p_filesz > file->bytes - s->p_offset))
                        ab_die(AB_EXIT_ERROR, "%s: truncated: build or copy it again", path);
        }
}

/* The interface page is in what is loaded, at an address of whole words. */
static bool has_interface_page(const struct run_file *file)
{
        const Elf32_Ehdr *header = (const void *)file->data;
        unsigned i;
        size_t at;

        for (i = 0; i < header->e_phnum; i++) {
                const Elf32_Phdr *s = segment(file, i);

                if (s->p_type != PT_LOAD)
                        continue;
                for (at = -s->p_paddr % WORD; at + WORD <= s->p_filesz; at += WORD)
                        if (!memcmp(file->data + s->p_offset + at, interface_page, WORD))
                                return true;
        }
        return false;
}

/* A copy, because a name with a comma in it would not reach the emulator whole. */
static char *copy(const struct run_file *file, const char *name)
{
        char *path = run_copy(name, file->data, file->bytes);

        run_unmap(file);
        return path;
}

char *l4_loader(const char *path)
{
        struct run_file file;

        if (!path)
                return ab_path_required(AB_PLACE_LIB, "l4/loader");
        file = run_map(path, "give a multiboot loader");
        if (!run_is_multiboot(&file))
                ab_die(AB_EXIT_ERROR, "%s: no multiboot header: give a loader of L4 kernels", path);
        return copy(&file, "loader");
}

char *l4_kernel(const char *path, const char *ours)
{
        struct run_file file;

        if (!path)
                return ab_path_required(AB_PLACE_LIB, ours);
        file = run_map(path, "give an L4 kernel");
        check_program(&file, path, "an L4 kernel");
        if (!has_interface_page(&file))
                ab_die(AB_EXIT_ERROR,
                       "%s: not an L4 kernel, it has no kernel interface page: give one of X.2",
                       path);
        return copy(&file, "l4-kernel");
}

char *l4_sigma0(const char *path)
{
        struct run_file file;

        if (!path)
                return ab_path_required(AB_PLACE_LIB, "l4/sigma0");
        file = run_map(path, "give a sigma0");
        check_program(&file, path, "a sigma0");
        return copy(&file, "sigma0");
}
