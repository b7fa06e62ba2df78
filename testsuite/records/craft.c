/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "craft.h"

#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <afterburn/insn.h>

#include "host/diag.h"

static const uint8_t simple_text[] = {
    0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0xfa, 0xc3, /* cli, ret */
    0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0xfb, 0xc3, /* sti, ret */
};

static const struct ab_record simple_records[] = {
    /* Not in order of address: readers sort. */
    {9, 8, 7, 1, AB_RECORD_VERSION << 4 | AB_KIND_INSN, AB_CLASS_STI, AB_PAD_PREFIX, 0, 0, 0xff},
    {0, 8, 7, 1, AB_RECORD_VERSION << 4 | AB_KIND_INSN, AB_CLASS_CLI, AB_PAD_PREFIX, 0, 0, 0xff},
};

const struct craft craft_simple = {
    .text = simple_text,
    .text_bytes = sizeof simple_text,
    .records = simple_records,
    .record_count = 2,
};

const char craft_sources[] = "\1mm/a.c\0\1b.h\0"
                             "\2\0\0\x10\x80\1\xac\2"
                             "\2\x09\0\x10\x80\0";

static const char section_names[] = "\0.text\0.data\0.afterburn\0.rel.afterburn\0.afterburn."
                                    "notes\0.afterburn.sources\0.symtab\0.strtab\0.shstrtab";
static const char symbol_names[] = "\0code\0unit.c";

static Elf32_Word name_of(const char *name)
{
        const char *at = memmem(section_names, sizeof section_names, name, strlen(name) + 1);

        if (!at)
                ab_die(AB_EXIT_ERROR, "craft: no name %s", name);
        return (Elf32_Word)(at - section_names);
}

/* Append a section; returns its number. */
static unsigned add_section(Elf *elf, const char *name, Elf32_Word type, Elf32_Word flags,
                            uint32_t address, const void *data, size_t bytes, Elf_Type kind)
{
        Elf_Scn *scn = elf_newscn(elf);
        Elf32_Shdr *header = elf32_getshdr(scn);
        Elf_Data *content = elf_newdata(scn);

        content->d_buf = (void *)data;
        content->d_size = bytes;
        content->d_type = kind;
        content->d_align = kind == ELF_T_BYTE ? 1 : 4;
        content->d_version = EV_CURRENT;
        header->sh_name = name_of(name);
        header->sh_type = type;
        header->sh_flags = flags;
        header->sh_addr = address;
        header->sh_addralign = 4;
        return (unsigned)elf_ndxscn(scn);
}

/* Records with addresses instead of offsets, plus odd bytes. */
static uint8_t *record_bytes(const struct craft *craft, size_t *bytes)
{
        uint8_t *data = ab_alloc(craft->record_count * AB_RECORD_BYTES + craft->odd_bytes + 1);

        for (unsigned i = 0; i < craft->record_count; i++) {
                struct ab_record record = craft->records[i];

                record.start += craft->relocatable ? 0 : CRAFT_TEXT_ADDRESS;
                memcpy(data + i * AB_RECORD_BYTES, &record, sizeof record);
        }
        *bytes = craft->record_count * AB_RECORD_BYTES + craft->odd_bytes;
        return data;
}

static uint32_t sum(const void *data, size_t bytes)
{
        uint32_t total = 0, word;

        for (size_t i = 0; i + 4 <= bytes; i += 4) {
                memcpy(&word, (const uint8_t *)data + i, 4);
                total += word;
        }
        return total;
}

static uint8_t *header_and_records(const struct craft *craft, uint32_t self, size_t *bytes)
{
        struct ab_flat_header header = {
            .magic = {AB_FLAT_MAGIC0, AB_FLAT_MAGIC1},
            .version = AB_RECORD_VERSION,
            .self = self,
            .load_gva = CRAFT_TEXT_ADDRESS,
            .entry_gpa = 0x100000,
        };
        size_t records_bytes;
        uint8_t *records = record_bytes(craft, &records_bytes), *both;

        header.record_bytes = (uint32_t)records_bytes;
        if (!craft->unsealed)
                header.checksum = 0 - sum(&header, sizeof header) - sum(records, records_bytes);
        both = ab_alloc(sizeof header + records_bytes);
        memcpy(both, &header, sizeof header);
        memcpy(both + sizeof header, records, records_bytes);
        free(records);
        *bytes = sizeof header + records_bytes;
        return both;
}

static uint8_t *read_back(int fd, size_t *bytes)
{
        off_t end = lseek(fd, 0, SEEK_END);
        uint8_t *data = ab_alloc((size_t)end);

        if (pread(fd, data, (size_t)end, 0) != end)
                ab_die(AB_EXIT_ERROR, "craft: short read");
        close(fd);
        *bytes = (size_t)end;
        return data;
}

uint8_t *craft_elf(const struct craft *craft, size_t *bytes)
{
        int fd = memfd_create("craft", 0);
        Elf *elf;
        Elf32_Ehdr *header;
        size_t size = 0;
        uint8_t *records = NULL;
        Elf32_Rel *relocations = ab_alloc((craft->record_count + 1) * sizeof *relocations);
        unsigned text, table, symtab, strtab, names, rel = 0;
        Elf32_Sym symbols[4] = {0};

        elf_version(EV_CURRENT);
        elf = elf_begin(fd, ELF_C_WRITE, NULL);
        header = elf32_newehdr(elf);
        header->e_ident[EI_DATA] = ELFDATA2LSB;
        header->e_type = craft->relocatable ? ET_REL : ET_EXEC;
        header->e_machine = EM_386;
        header->e_version = EV_CURRENT;
        text = add_section(elf, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR,
                           craft->relocatable ? 0 : CRAFT_TEXT_ADDRESS, craft->text,
                           craft->text_bytes, ELF_T_BYTE);
        if (craft->flat) {
                records = header_and_records(craft, CRAFT_DATA_ADDRESS, &size);
                add_section(elf, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, CRAFT_DATA_ADDRESS,
                            records, size, ELF_T_BYTE);
        } else if (craft->record_count || craft->odd_bytes) {
                records = record_bytes(craft, &size);
                table =
                    add_section(elf, ".afterburn", SHT_PROGBITS, 0, 0, records, size, ELF_T_BYTE);
                for (unsigned i = 0; i < craft->record_count; i++) {
                        relocations[i].r_offset = i * AB_RECORD_BYTES;
                        relocations[i].r_info = ELF32_R_INFO(2, R_386_32);
                }
                if (craft->relocatable && !craft->no_relocations) {
                        rel = add_section(elf, ".rel.afterburn", SHT_REL, 0, 0, relocations,
                                          craft->record_count * sizeof *relocations, ELF_T_REL);
                        elf32_getshdr(elf_getscn(elf, rel))->sh_info = table;
                        elf32_getshdr(elf_getscn(elf, rel))->sh_entsize = sizeof *relocations;
                }
        }
        if (craft->notes)
                add_section(elf, ".afterburn.notes", SHT_PROGBITS, 0, 0, craft->notes,
                            craft->notes_bytes, ELF_T_BYTE);
        if (craft->sources)
                add_section(elf, ".afterburn.sources", SHT_PROGBITS, 0, 0, craft->sources,
                            craft->sources_bytes, ELF_T_BYTE);
        symbols[1].st_name = 6;
        symbols[1].st_info = ELF32_ST_INFO(STB_LOCAL, STT_FILE);
        symbols[1].st_shndx = SHN_ABS;
        symbols[2].st_info = ELF32_ST_INFO(STB_LOCAL, STT_SECTION);
        symbols[2].st_shndx = (Elf32_Half)text;
        symbols[2].st_value = craft->relocatable ? 0 : CRAFT_TEXT_ADDRESS;
        symbols[3].st_name = 1;
        symbols[3].st_info = ELF32_ST_INFO(STB_GLOBAL, STT_FUNC);
        symbols[3].st_shndx = (Elf32_Half)text;
        symbols[3].st_value = symbols[2].st_value;
        symbols[3].st_size = craft->text_bytes;
        symtab = add_section(elf, ".symtab", SHT_SYMTAB, 0, 0, symbols, sizeof symbols, ELF_T_SYM);
        strtab = add_section(elf, ".strtab", SHT_STRTAB, 0, 0, symbol_names, sizeof symbol_names,
                             ELF_T_BYTE);
        elf32_getshdr(elf_getscn(elf, symtab))->sh_link = strtab;
        elf32_getshdr(elf_getscn(elf, symtab))->sh_info = 3;
        elf32_getshdr(elf_getscn(elf, symtab))->sh_entsize = sizeof *symbols;
        if (rel)
                elf32_getshdr(elf_getscn(elf, rel))->sh_link = symtab;
        names = add_section(elf, ".shstrtab", SHT_STRTAB, 0, 0, section_names, sizeof section_names,
                            ELF_T_BYTE);
        header->e_shstrndx = (Elf32_Half)names;
        if (elf_update(elf, ELF_C_WRITE) < 0)
                ab_die(AB_EXIT_ERROR, "craft: %s", elf_errmsg(-1));
        elf_end(elf);
        free(records);
        free(relocations);
        return read_back(fd, bytes);
}

uint8_t *craft_flat(const struct craft *craft, size_t *bytes)
{
        size_t start = (craft->text_bytes + 3) & ~3ul, size;
        uint8_t *tail = header_and_records(craft, CRAFT_TEXT_ADDRESS + (uint32_t)start, &size);
        uint8_t *image = ab_alloc(start + size);

        memcpy(image, craft->text, craft->text_bytes);
        memcpy(image + start, tail, size);
        free(tail);
        *bytes = start + size;
        return image;
}

static void put(uint8_t *at, uint32_t value, unsigned bytes)
{
        for (unsigned i = 0; i < bytes; i++)
                at[i] = (uint8_t)(value >> 8 * i);
}

uint8_t *craft_bzimage(enum craft_boot boot, const uint8_t *payload, size_t payload_bytes,
                       const char *magic, size_t magic_bytes, size_t *bytes)
{
        enum { SECTORS = 4, SETUP = (SECTORS + 1) * 512, STUB = 64 };
        size_t room = SETUP + STUB + payload_bytes + magic_bytes + 4096;
        uint8_t *image = ab_alloc(room);
        z_stream stream = {.next_in = (Bytef *)payload, .avail_in = (uInt)payload_bytes};
        size_t size;

        image[0x1f1] = SECTORS;
        put(image + 0x1fe, 0xaa55, 2);
        memcpy(image + 0x202, "HdrS", 4);
        put(image + 0x206, boot == CRAFT_BOOT_DECLARED ? 0x20a : 0x203, 2);
        /* Where the decompressor's code would stand: bytes that look like gzip and are not. */
        memcpy(image + SETUP + 8, "\x1f\x8b\x08\0garbage", 11);
        if (magic) {
                size = magic_bytes + 64;
                memcpy(image + SETUP + STUB, magic, magic_bytes);
        } else {
                deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
                stream.next_out = image + SETUP + STUB;
                stream.avail_out = (uInt)(room - SETUP - STUB);
                deflate(&stream, Z_FINISH);
                size = stream.total_out;
                deflateEnd(&stream);
        }
        if (boot == CRAFT_BOOT_DECLARED) {
                put(image + 0x248, STUB, 4);
                put(image + 0x24c, (uint32_t)size, 4);
        }
        *bytes = SETUP + STUB + size;
        return image;
}
