/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel as an ELF file.
 *
 * Recent kernels say in p_paddr where a segment goes; until 2.6.1x p_paddr equals
 * p_vaddr, which is PAGE_OFFSET plus the physical address.  Kernels are linked
 * below 128 MB and every PAGE_OFFSET Linux offers is a multiple of 128 MB from 1 GB
 * up, so an address at or above 1 GB is reduced modulo 128 MB.
 */
#include "kernel.h"

#define LOWEST_PAGE_OFFSET 0x40000000u
#define PAGE_OFFSET_UNIT   0x08000000u

enum {
        EHDR_BYTES = 52,
        PHDR_BYTES = 32,
        SHDR_BYTES = 40,
        SYM_BYTES = 16,
        ET_EXEC = 2,
        EM_386 = 3,
        PT_LOAD = 1,
        PF_X = 1,
        SHT_SYMTAB = 2,
        SHT_NOBITS = 8,
        STT_FUNC = 2,
};

bool ab_load_is_elf(const uint8_t *file, uint32_t bytes)
{
        return bytes >= EHDR_BYTES && load_word(file) == 0x464c457f;
}

static uint32_t physical(uint32_t address)
{
        return address >= LOWEST_PAGE_OFFSET ? address % PAGE_OFFSET_UNIT : address;
}

uint8_t *ab_load_loaded(const struct ab_load *load, uint32_t paddr)
{
        return physical(paddr) < load->memory_bytes ? load->memory + physical(paddr) : NULL;
}

static enum ab_load_error truncated(struct load_kernel *kernel)
{
        return refuse(kernel->load, AB_LOAD_TRUNCATED, "the kernel file is truncated");
}

/* A file may do without section headers; false where it ends within them. */
static bool take_sections(struct load_kernel *kernel)
{
        const uint8_t *header = kernel->file;
        uint32_t at = load_word(header + 32), count = load_half(header + 48);
        struct load_section names;

        if (!count || load_half(header + 46) != SHDR_BYTES)
                return true;
        if (at > kernel->file_bytes || count > (kernel->file_bytes - at) / SHDR_BYTES)
                return false;
        kernel->sections_at = at;
        kernel->section_count = count;
        if (ab_load_section(kernel, load_half(header + 50), &names) && names.data) {
                kernel->names = names.data;
                kernel->names_bytes = names.bytes;
        }
        return true;
}

static enum ab_load_error take_segment(struct load_kernel *kernel, const uint8_t *header)
{
        struct load_segment *segment = &kernel->segment[kernel->segments];
        struct ab_load *load = kernel->load;

        if (load_word(header) != PT_LOAD || !load_word(header + 20))
                return AB_LOAD_OK;
        if (kernel->segments == LOAD_SEGMENTS)
                return refuse(load, AB_LOAD_PLACE, "the kernel has too many segments");
        segment->offset = load_word(header + 4);
        segment->gva = load_word(header + 8);
        segment->gpa = physical(load_word(header + 12));
        segment->file_bytes = load_word(header + 16);
        segment->bytes = load_word(header + 20);
        segment->code = load_word(header + 24) & PF_X;
        if (segment->offset > kernel->file_bytes ||
            segment->file_bytes > kernel->file_bytes - segment->offset)
                return truncated(kernel);
        if (segment->file_bytes > segment->bytes)
                return refuse(load, AB_LOAD_PLACE,
                              "segment %u is larger in the file than in memory", kernel->segments);
        if (segment->gva + segment->bytes < segment->gva)
                return refuse(load, AB_LOAD_PLACE, "segment %u wraps around the address space",
                              kernel->segments);
        kernel->segments++;
        return AB_LOAD_OK;
}

enum ab_load_error ab_load_parse_elf(struct load_kernel *kernel)
{
        const uint8_t *header = kernel->file;
        uint32_t at = load_word(header + 28), count = load_half(header + 44), i;
        struct ab_load *load = kernel->load;

        if (header[4] != 1 || header[5] != 1 || load_half(header + 18) != EM_386)
                return refuse(load, AB_LOAD_MACHINE, "the kernel is not for IA-32");
        if (load_half(header + 16) != ET_EXEC)
                return refuse(load, AB_LOAD_MACHINE,
                              "the kernel is not an executable (ELF type %u)",
                              load_half(header + 16));
        if (load_half(header + 42) != PHDR_BYTES || at > kernel->file_bytes ||
            count > (kernel->file_bytes - at) / PHDR_BYTES)
                return truncated(kernel);
        for (i = 0; i < count; i++)
                if (take_segment(kernel, header + at + i * PHDR_BYTES))
                        return load->error;
        if (!kernel->segments)
                return refuse(load, AB_LOAD_FORMAT, "the kernel file has nothing to load");
        kernel->elf = true;
        kernel->entry = physical(load_word(header + 24));
        return take_sections(kernel) ? AB_LOAD_OK : truncated(kernel);
}

bool ab_load_section(const struct load_kernel *kernel, uint32_t number,
                     struct load_section *section)
{
        const uint8_t *header = kernel->file + kernel->sections_at + number * SHDR_BYTES;

        if (number >= kernel->section_count)
                return false;
        section->name = load_word(header);
        section->type = load_word(header + 4);
        section->flags = load_word(header + 8);
        section->address = load_word(header + 12);
        section->offset = load_word(header + 16);
        section->bytes = load_word(header + 20);
        section->link = load_word(header + 24);
        section->info = load_word(header + 28);
        section->entry_bytes = load_word(header + 36);
        section->data = NULL;
        if (section->type == SHT_NOBITS)
                return true;
        if (section->offset > kernel->file_bytes ||
            section->bytes > kernel->file_bytes - section->offset)
                return false;
        section->data = kernel->file + section->offset;
        return true;
}

/* Is the NUL-terminated string at @at of a table @name? */
static bool string_is(const uint8_t *table, uint32_t bytes, uint32_t at, const char *name)
{
        for (; at < bytes; at++, name++) {
                if (table[at] != (uint8_t)*name)
                        return false;
                if (!*name)
                        return true;
        }
        return false;
}

bool ab_load_find_section(const struct load_kernel *kernel, const char *name,
                          struct load_section *section)
{
        uint32_t i;

        for (i = 0; i < kernel->section_count; i++)
                if (ab_load_section(kernel, i, section) &&
                    string_is(kernel->names, kernel->names_bytes, section->name, name))
                        return true;
        return false;
}

/* The symbol table and its strings. */
static bool find_symbols(const struct load_kernel *kernel, struct load_section *symbols,
                         struct load_section *strings)
{
        uint32_t i;

        for (i = 0; i < kernel->section_count; i++)
                if (ab_load_section(kernel, i, symbols) && symbols->type == SHT_SYMTAB &&
                    symbols->data && ab_load_section(kernel, symbols->link, strings) &&
                    strings->data)
                        return true;
        return false;
}

uint32_t ab_load_symbol(const struct load_kernel *kernel, const char *name)
{
        struct load_section symbols, strings;
        uint32_t at;

        if (!find_symbols(kernel, &symbols, &strings))
                return 0;
        for (at = 0; symbols.bytes - at >= SYM_BYTES; at += SYM_BYTES)
                if (load_half(symbols.data + at + 14) &&
                    string_is(strings.data, strings.bytes, load_word(symbols.data + at), name))
                        return load_word(symbols.data + at + 4);
        return 0;
}

const char *ab_load_symbol_at(const struct load_kernel *kernel, uint32_t address, uint32_t *offset)
{
        struct load_section symbols, strings;
        const uint8_t *best = NULL;
        uint32_t at, name;

        if (!find_symbols(kernel, &symbols, &strings))
                return NULL;
        for (at = 0; symbols.bytes - at >= SYM_BYTES; at += SYM_BYTES) {
                const uint8_t *symbol = symbols.data + at;

                if ((symbol[12] & 15) == STT_FUNC && load_word(symbol + 4) <= address &&
                    (!best || load_word(best + 4) < load_word(symbol + 4)))
                        best = symbol;
        }
        if (!best)
                return NULL;
        name = load_word(best);
        for (at = name; at < strings.bytes && strings.data[at]; at++)
                ;
        if (at >= strings.bytes)
                return NULL;
        *offset = address - load_word(best + 4);
        return (const char *)strings.data + name;
}

/*
 * An exported symbol is an entry of __ksymtab: its address and its name's address, as
 * words, or, from 4.19 on, as distances from the words themselves.
 */
uint32_t ab_load_export(const struct load_kernel *kernel, const char *name)
{
        static const char *const tables[] = {"__ksymtab", "__ksymtab_gpl"};
        struct load_section strings, table;
        uint32_t at, string, i;

        if (!ab_load_find_section(kernel, "__ksymtab_strings", &strings) || !strings.data)
                return 0;
        for (string = 0; string < strings.bytes; string++)
                if ((!string || !strings.data[string - 1]) &&
                    string_is(strings.data, strings.bytes, string, name))
                        break;
        if (string == strings.bytes)
                return 0;
        string += strings.address;
        for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
                if (!ab_load_find_section(kernel, tables[i], &table) || !table.data)
                        continue;
                for (at = 0; at + 8 <= table.bytes; at += 4) {
                        uint32_t value = load_word(table.data + at), here = table.address + at;
                        uint32_t second = load_word(table.data + at + 4);

                        if (second == string)
                                return value;
                        if (second + here + 4 == string)
                                return value + here;
                }
        }
        return 0;
}

bool ab_load_describe(const uint8_t *wedge, uint32_t bytes,
                      struct ab_wedge_description *description)
{
        struct load_kernel file = {.file = wedge, .file_bytes = bytes};
        const struct ab_wedge_description *found;
        struct load_section section;

        if (!ab_load_is_elf(wedge, bytes) || wedge[4] != 1 || load_half(wedge + 18) != EM_386)
                return false;
        if (!take_sections(&file) || !ab_load_find_section(&file, AB_WEDGE_SECTION, &section) ||
            !section.data || section.bytes < sizeof(*description) ||
            load_word(section.data) != AB_WEDGE_MAGIC ||
            load_word(section.data + 4) != sizeof(*description) ||
            section
                .data[offsetof(struct ab_wedge_description, hypervisor) + AB_HYPERVISOR_BYTES - 1])
                return false;
        if (load_word(section.data + offsetof(struct ab_wedge_description, wedge.abi)) !=
            AB_WEDGE_ABI)
                return false;
        found = (const void *)section.data;
        memcpy(description, found, sizeof(*description));
        return true;
}

bool ab_load_bound_for(const uint8_t *image, uint32_t bytes, char hypervisor[AB_HYPERVISOR_BYTES])
{
        struct load_kernel file = {.file = image, .file_bytes = bytes};
        uint32_t i, at = offsetof(struct ab_wedge_description, hypervisor);
        struct load_section mark;

        if (!ab_load_is_elf(image, bytes))
                return false;
        if (!take_sections(&file) || !ab_load_find_section(&file, AB_BOUND_SECTION, &mark) ||
            !mark.data || mark.bytes != sizeof(struct ab_wedge_description) ||
            load_word(mark.data) != AB_WEDGE_MAGIC)
                return false;
        for (i = 0; i + 1 < AB_HYPERVISOR_BYTES; i++)
                hypervisor[i] = (char)mark.data[at + i];
        hypervisor[i] = 0;
        return true;
}
