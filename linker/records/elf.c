/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading an ELF image through libelf.
 *
 * The header and the section table are checked against the file's size before
 * libelf sees them: what comes in may be truncated or made by a fuzzer.
 */
#include "config.h"
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "host/diag.h"

/* First made-up address of a relocatable file's sections, and the gap between. */
#define RELOCATABLE_BASE 0x1000u
#define RELOCATABLE_GAP  64u

struct reader {
        struct ab_image *image;
        struct ab_problem *problem;
        Elf *elf;
        const Elf32_Ehdr *header;
        size_t count;                /* of sections */
        Elf32_Shdr **headers;        /* by section number */
        struct ab_section *by_index; /* by section number */
};

#define fail(r, ...) ab_problem_set((r)->problem, (r)->image->path, __VA_ARGS__)

static bool check_identity(struct reader *r)
{
        const uint8_t *file = r->image->file;
        const Elf32_Ehdr *header = (const void *)file;

        if (r->image->file_bytes <= EI_DATA)
                return fail(r, "truncated: copy or build it again");
        if (file[EI_CLASS] == ELFCLASS64)
                return fail(r, "64-bit: build it for IA-32 (ARCH=i386, -m32)");
        if (file[EI_CLASS] != ELFCLASS32)
                return fail(r, "ELF header is damaged: copy or build it again");
        if (file[EI_DATA] != ELFDATA2LSB)
                return fail(r, "wrong machine (big endian): build it for IA-32");
        if (r->image->file_bytes < sizeof *header)
                return fail(r, "truncated: copy or build it again");
        if (header->e_machine != EM_386)
                return fail(r, "wrong machine (ELF machine %u): build it for IA-32",
                            header->e_machine);
        if (header->e_type == ET_DYN)
                return fail(r, "shared object: give a kernel, module or object file");
        if (header->e_type == ET_CORE)
                return fail(r, "core dump: give a kernel, module or object file");
        if (header->e_type != ET_EXEC && header->e_type != ET_REL)
                return fail(r, "ELF type %u: give a kernel, module or object file", header->e_type);
        return true;
}

/* Every byte the section table speaks of is in the file. */
static bool check_table(struct reader *r)
{
        const Elf32_Ehdr *header = (const void *)r->image->file;
        size_t bytes = r->image->file_bytes;
        size_t count = header->e_shnum;
        Elf32_Shdr section;

        if (!header->e_shoff)
                return fail(r, "no section table: give the file before it was stripped of it");
        if (header->e_shentsize != sizeof section || header->e_shoff % 4)
                return fail(r, "ELF header is damaged: copy or build it again");
        if (header->e_shoff > bytes || bytes - header->e_shoff < sizeof section)
                return fail(r, "truncated: copy or build it again");
        if (!count) {
                memcpy(&section, r->image->file + header->e_shoff, sizeof section);
                count = section.sh_size;
        }
        if (count > (bytes - header->e_shoff) / sizeof section)
                return fail(r, "truncated: copy or build it again");
        for (size_t i = 1; i < count; i++) {
                memcpy(&section, r->image->file + header->e_shoff + i * sizeof section,
                       sizeof section);
                if (section.sh_type == SHT_NOBITS || section.sh_type == SHT_NULL)
                        continue;
                if (section.sh_offset > bytes || section.sh_size > bytes - section.sh_offset)
                        return fail(r, "truncated: copy or build it again");
        }
        r->count = count;
        return true;
}

static bool open_elf(struct reader *r)
{
        size_t names, count;

        if (elf_version(EV_CURRENT) == EV_NONE)
                return fail(r, "libelf is too old: install libelf 0.18x");
        r->elf = elf_memory((char *)r->image->file, r->image->file_bytes);
        r->image->private->elf = r->elf;
        if (!r->elf || elf_kind(r->elf) != ELF_K_ELF)
                return fail(r, "ELF header is damaged: copy or build it again");
        r->header = elf32_getehdr(r->elf);
        if (!r->header || elf_getshdrnum(r->elf, &count) || count != r->count ||
            elf_getshdrstrndx(r->elf, &names))
                return fail(r, "ELF header is damaged: copy or build it again");
        r->headers = ab_image_own(r->image, ab_alloc((r->count + 1) * sizeof *r->headers));
        r->by_index = ab_image_own(r->image, ab_alloc((r->count + 1) * sizeof *r->by_index));
        r->by_index[0].name = "";
        for (size_t i = 1; i < r->count; i++) {
                Elf_Scn *scn = elf_getscn(r->elf, i);
                const char *name;

                r->headers[i] = scn ? elf32_getshdr(scn) : NULL;
                if (!r->headers[i])
                        return fail(r, "section %zu is damaged: copy or build it again", i);
                name = elf_strptr(r->elf, names, r->headers[i]->sh_name);
                r->by_index[i].name = name ? name : "";
        }
        return true;
}

/* Describe each section; make up addresses where the file has none. */
static bool place_sections(struct reader *r)
{
        uint64_t next = RELOCATABLE_BASE;

        for (size_t i = 1; i < r->count; i++) {
                const Elf32_Shdr *header = r->headers[i];
                struct ab_section *section = &r->by_index[i];
                bool in_file = header->sh_type != SHT_NOBITS && header->sh_type != SHT_NULL;

                section->index = (unsigned)i;
                section->bytes = header->sh_size;
                section->allocated = (header->sh_flags & SHF_ALLOC) != 0;
                /* Linkers merge flags: Linux 2.6.39's build-id note shares a segment with code. */
                section->executable = section->allocated && (header->sh_flags & SHF_EXECINSTR) &&
                                      in_file && header->sh_type != SHT_NOTE;
                section->file_offset = in_file ? header->sh_offset : 0;
                section->data = in_file ? r->image->file + header->sh_offset : NULL;
                section->address = header->sh_addr;
                if (section->allocated && r->image->form == AB_FORM_RELOCATABLE) {
                        uint64_t align = header->sh_addralign;

                        if (!align || (align & (align - 1)) || align > 4096)
                                align = align > 4096 ? 4096 : 1;
                        next = (next + align - 1) & ~(align - 1);
                        section->address = (uint32_t)next;
                        next += (uint64_t)section->bytes + RELOCATABLE_GAP;
                        if (next > UINT32_MAX)
                                return fail(r, "sections exceed 4 GB: build it again");
                }
                if ((uint64_t)section->address + section->bytes > UINT32_MAX + 1ull)
                        return fail(r, "section %s exceeds the address space: build it again",
                                    section->name);
        }
        return true;
}

/* Data of section `index' as libelf converts it; NULL for none. */
static const Elf_Data *section_data(struct reader *r, size_t index)
{
        Elf_Scn *scn = index && index < r->count ? elf_getscn(r->elf, index) : NULL;

        return scn ? elf_getdata(scn, NULL) : NULL;
}

/* Value of symbol `number' of table `data'; section 0 for an undefined one. */
static uint32_t symbol_value(struct reader *r, const Elf_Data *data, size_t number,
                             unsigned *section)
{
        Elf32_Sym symbol;

        *section = 0;
        if (number >= data->d_size / sizeof symbol)
                return 0;
        memcpy(&symbol, (const uint8_t *)data->d_buf + number * sizeof symbol, sizeof symbol);
        if (symbol.st_shndx == SHN_ABS)
                return symbol.st_value;
        if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= r->count)
                return 0;
        *section = symbol.st_shndx;
        return r->by_index[*section].address + symbol.st_value;
}

/*
 * Apply the relocations in section `index' to a private copy of the section
 * they are for.  Records must be relocated at their start and nowhere else.
 */
static bool relocate(struct reader *r, size_t index)
{
        const Elf32_Shdr *header = r->headers[index];
        struct ab_section *target =
            header->sh_info < r->count ? &r->by_index[header->sh_info] : NULL;
        const Elf_Data *relocations = section_data(r, index);
        const Elf_Data *symbols = section_data(r, header->sh_link);
        bool records = target && !strcmp(target->name, AB_RECORD_SECTION);
        bool sources = target && !strcmp(target->name, AB_SOURCES_SECTION);
        Elf32_Rel rel;
        uint8_t *copy, *relocated = NULL;

        if (!target || !target->data || (!target->allocated && !records && !sources))
                return true;
        if (!relocations || !relocations->d_buf || !symbols || !symbols->d_buf ||
            header->sh_link >= r->count || r->headers[header->sh_link]->sh_type != SHT_SYMTAB)
                return !relocations || !relocations->d_size ||
                       fail(r, "relocations of %s are damaged: build it again", target->name);
        copy = ab_image_own(r->image, ab_alloc(target->bytes));
        memcpy(copy, target->data, target->bytes);
        if (records)
                relocated = ab_image_own(r->image, ab_alloc(target->bytes / AB_RECORD_BYTES + 1));
        for (size_t i = 0; i < relocations->d_size / sizeof rel; i++) {
                uint32_t offset, value, addend;
                unsigned type, section;

                memcpy(&rel, (const uint8_t *)relocations->d_buf + i * sizeof rel, sizeof rel);
                offset = rel.r_offset;
                type = ELF32_R_TYPE(rel.r_info);

                if (offset > target->bytes || target->bytes - offset < 4)
                        return fail(r, "relocations of %s are damaged: build it again",
                                    target->name);
                value = symbol_value(r, symbols, ELF32_R_SYM(rel.r_info), &section);
                memcpy(&addend, copy + offset, 4);
                if (records) {
                        if (type != R_386_32 || offset % AB_RECORD_BYTES || !section ||
                            relocated[offset / AB_RECORD_BYTES])
                                return fail(r, "record section is relocated where no start "
                                               "address is: build it again");
                        relocated[offset / AB_RECORD_BYTES] = 1;
                }
                if (type == R_386_32)
                        value += addend;
                else if (type == R_386_PC32 || type == R_386_PLT32)
                        value += addend - (target->address + offset);
                else
                        continue;
                memcpy(copy + offset, &value, 4);
        }
        if (records)
                for (uint32_t i = 0; i < target->bytes / AB_RECORD_BYTES; i++)
                        if (!relocated[i])
                                return fail(r, "record %u has no relocation: build it again", i);
        target->data = copy;
        return true;
}

static bool relocate_all(struct reader *r)
{
        for (size_t i = 1; i < r->count; i++)
                if (r->headers[i]->sh_type == SHT_REL && !relocate(r, i))
                        return false;
        return true;
}

/* The image's section list: allocated ones by address, then the others. */
static int by_address(const void *left, const void *right)
{
        const struct ab_section *a = left, *b = right;

        if (a->allocated != b->allocated)
                return a->allocated ? -1 : 1;
        if (a->allocated && a->address != b->address)
                return a->address < b->address ? -1 : 1;
        return a->index < b->index ? -1 : 1;
}

static bool list_sections(struct reader *r)
{
        struct ab_image *image = r->image;

        image->sections = ab_alloc(r->count * sizeof *image->sections);
        for (size_t i = 1; i < r->count; i++)
                image->sections[image->section_count++] = r->by_index[i];
        if (image->section_count)
                qsort(image->sections, image->section_count, sizeof *image->sections, by_address);
        return true;
}

static void read_symbol_table(struct reader *r, size_t index, const Elf_Data *data)
{
        struct ab_image *image = r->image;
        size_t count = data->d_size / sizeof(Elf32_Sym);
        const char *file = NULL;

        image->symbols =
            ab_realloc(image->symbols, (image->symbol_count + count) * sizeof *image->symbols);
        for (size_t n = 1; n < count; n++) {
                unsigned type, section;
                const char *name;
                uint32_t address;
                Elf32_Sym symbol;
                bool local;

                memcpy(&symbol, (const uint8_t *)data->d_buf + n * sizeof symbol, sizeof symbol);
                type = ELF32_ST_TYPE(symbol.st_info);
                local = ELF32_ST_BIND(symbol.st_info) == STB_LOCAL;
                name = elf_strptr(r->elf, r->headers[index]->sh_link, symbol.st_name);
                if (type == STT_FILE)
                        file = name;
                if (!name || !*name || type > STT_FUNC)
                        continue;
                address = symbol_value(r, data, n, &section);
                if (!section || !r->by_index[section].executable)
                        continue;
                if (image->form == AB_FORM_LINKED)
                        address = symbol.st_value;
                image->symbols[image->symbol_count++] = (struct ab_symbol){
                    .name = name,
                    .file = local ? file : NULL,
                    .address = address,
                    .bytes = symbol.st_size,
                    .kind = type == STT_FUNC     ? AB_SYMBOL_FUNCTION
                            : type == STT_OBJECT ? AB_SYMBOL_OBJECT
                                                 : AB_SYMBOL_NOTYPE,
                    .local = local,
                };
        }
}

static bool read_symbols(struct reader *r)
{
        for (size_t i = 1; i < r->count; i++) {
                const Elf_Data *data;

                if (r->headers[i]->sh_type != SHT_SYMTAB)
                        continue;
                data = section_data(r, i);
                if (data && data->d_buf)
                        read_symbol_table(r, i, data);
        }
        return true;
}

/* Records, notes and sources; a flat kernel's vmlinux keeps its records in memory. */
static bool read_records(struct reader *r)
{
        struct ab_image *image = r->image;
        bool found;

        for (size_t i = 1; i < r->count; i++) {
                const struct ab_section *section = &r->by_index[i];

                if (!strcmp(section->name, AB_NOTES_SECTION) && section->data) {
                        image->notes =
                            ab_realloc(image->notes, image->note_bytes + section->bytes + 1);
                        memcpy(image->notes + image->note_bytes, section->data, section->bytes);
                        image->note_bytes += section->bytes;
                        image->notes[image->note_bytes] = 0;
                }
                if (!strcmp(section->name, AB_SOURCES_SECTION) && section->data &&
                    !ab_sources_read(image, section->data, section->bytes, r->problem))
                        return false;
                if (strcmp(section->name, AB_RECORD_SECTION) || !section->data ||
                    section->allocated)
                        continue;
                if (section->bytes % AB_RECORD_BYTES)
                        return fail(r,
                                    "record section has %u bytes, not a multiple of %u: build "
                                    "it again",
                                    section->bytes, AB_RECORD_BYTES);
                ab_image_add_records(image, section->data, section->bytes / AB_RECORD_BYTES);
                image->has_records = true;
        }
        for (size_t i = 1; i < r->count && !image->has_records; i++) {
                const struct ab_section *section = &r->by_index[i];

                if (!section->allocated || !section->data)
                        continue;
                if (!ab_flat_find(image, section->data, section->bytes, section->file_offset,
                                  section->address, image->form == AB_FORM_LINKED, &found,
                                  r->problem))
                        return false;
        }
        for (unsigned i = 0; i < image->record_count; i++)
                if (AB_RECORD_VERSION_OF(&image->records[i]) > AB_RECORD_VERSION)
                        return fail(r,
                                    "records of version %u, this program reads version %u: use "
                                    "a newer afterburn",
                                    AB_RECORD_VERSION_OF(&image->records[i]), AB_RECORD_VERSION);
        return true;
}

bool ab_elf_read(struct ab_image *image, struct ab_problem *problem)
{
        struct reader r = {.image = image, .problem = problem};

        if (!check_identity(&r) || !check_table(&r) || !open_elf(&r))
                return false;
        image->form = r.header->e_type == ET_REL ? AB_FORM_RELOCATABLE : AB_FORM_LINKED;
        return place_sections(&r) && (image->form == AB_FORM_LINKED || relocate_all(&r)) &&
               list_sections(&r) && read_symbols(&r) && read_records(&r);
}
