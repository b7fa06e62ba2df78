/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Will the wedge refuse the kernel when it runs?  Its segments are flat, so a kernel that keeps
 * data of each processor in a segment with a base cannot work.  Only the symbol table tells so
 * before (a selector is a number like any other), hence a warning and no more.
 */
#include "percpu.h"

#include <elf.h>
#include <string.h>

#include "host/diag.h"

#define SMP_ADVICE                                                                                 \
        "keeps the data of each processor in a segment with a base (CONFIG_SMP): it is refused "   \
        "when it runs: compile it without"

static const struct {
        const char *symbol, *advice;
} signs[] = {
    {"this_cpu_off", SMP_ADVICE},
    {"per_cpu__this_cpu_off", SMP_ADVICE}, /* up to Linux 2.6.32 */
    {"boot_pda",
     "keeps data in a segment with a base (Linux 2.6.20 and 2.6.21): it is refused when "
     "it runs: use another version"},
};

static bool named(const uint8_t *names, uint32_t bytes, uint32_t at, const char *name)
{
        size_t length = strlen(name) + 1;

        return at < bytes && length <= bytes - at && !memcmp(names + at, name, length);
}

/* The section, if the file has all of it. */
static bool section(const uint8_t *file, uint32_t bytes, unsigned index, Elf32_Shdr *to)
{
        Elf32_Ehdr header;

        memcpy(&header, file, sizeof(header));
        if (index >= header.e_shnum || header.e_shentsize != sizeof(*to) ||
            header.e_shoff > bytes || header.e_shnum * sizeof(*to) > bytes - header.e_shoff)
                return false;
        memcpy(to, file + header.e_shoff + index * sizeof(*to), sizeof(*to));
        return to->sh_type == SHT_NOBITS ||
               (to->sh_offset <= bytes && to->sh_size <= bytes - to->sh_offset);
}

static void look_through(const char *path, const uint8_t *file, const Elf32_Shdr *symbols,
                         const Elf32_Shdr *names)
{
        for (unsigned s = 0; s < sizeof(signs) / sizeof(signs[0]); s++)
                for (uint32_t at = 0; at + sizeof(Elf32_Sym) <= symbols->sh_size;
                     at += sizeof(Elf32_Sym)) {
                        Elf32_Sym symbol;

                        memcpy(&symbol, file + symbols->sh_offset + at, sizeof(symbol));
                        if (symbol.st_shndx == SHN_UNDEF ||
                            !named(file + names->sh_offset, names->sh_size, symbol.st_name,
                                   signs[s].symbol))
                                continue;
                        ab_warn("%s: %s", path, signs[s].advice);
                        return;
                }
}

void ab_warn_of_percpu(const char *path, const uint8_t *file, uint32_t bytes)
{
        Elf32_Shdr symbols, names;

        for (unsigned i = 0; i < UINT16_MAX && section(file, bytes, i, &symbols); i++)
                if (symbols.sh_type == SHT_SYMTAB &&
                    section(file, bytes, symbols.sh_link, &names) && names.sh_type == SHT_STRTAB) {
                        look_through(path, file, &symbols, &names);
                        return;
                }
}
