/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "build.h"

const struct ab_wedge_description lt_wedge = {
    .magic = AB_WEDGE_MAGIC,
    .bytes = sizeof(struct ab_wedge_description),
    .hypervisor = "test",
    .kernel_end = 0xbc000000,
    .wedge = {.abi = AB_WEDGE_ABI,
              .vectors = 0xbe001000,
              .vcpu = 0xbe000000,
              .inline_ops = AB_INLINE_ALL},
};

/* clang-format off */
const uint8_t lt_code[] = {
        0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0xfa,       /* cli */
        0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0xfb,             /* sti */
        0x90,
        0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x9c, /* pushf */
        0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x9d,             /* popf */
        0x2e, 0x2e, 0x2e, 0x0f, 0x20, 0xd8,             /* mov %cr3,%eax */
        0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0xe4, 0x21, /* in $0x21,%al */
        0xc3,
        0x0f, 0x1f, 0x00,                               /* replaced by an alternative */
};
/* clang-format on */
const uint32_t lt_code_bytes = sizeof(lt_code);

#define PREFIXED(at, site, offset, bytes, class, gprs, flags, operand)                             \
        {                                                                                          \
                at, site, offset, bytes, AB_RECORD_VERSION << 4 | AB_KIND_INSN, AB_CLASS_##class,  \
                    AB_PAD_PREFIX, gprs, flags, operand                                            \
        }

const struct ab_record lt_records[] = {
    PREFIXED(0, 7, 6, 1, CLI, 0, AB_FLAGS_ALL, 0xff),
    PREFIXED(7, 6, 5, 1, STI, 0, 0, 0xff),
    PREFIXED(14, 11, 10, 1, PUSHF, 1 << AB_ECX, AB_FLAGS_ALL, 0xff),
    PREFIXED(25, 6, 5, 1, POPF, 0, 0, 0xff),
    PREFIXED(31, 6, 3, 3, MOV_FROM_CR, 0, 0, 0x30),
    PREFIXED(37, 8, 6, 2, IN, 0, 0, 0x000821f0 | AB_OP_HAS_IMM),
};
const uint32_t lt_record_count = sizeof(lt_records) / sizeof(lt_records[0]);

enum {
        NOTHING,
        TEXT,
        DATA,
        BSS,
        ALTERNATIVES,
        REPLACEMENT,
        EXPORTS,
        EXPORT_NAMES,
        RECORDS,
        BOUND,
        SYMBOLS,
        STRINGS,
        NAMES,
        SECTIONS
};

static const char names[] = "\0.text\0.data\0.bss\0.altinstructions\0.altinstr_replacement\0"
                            "__ksymtab\0__ksymtab_strings\0.afterburn\0.afterburn.bound\0.symtab\0"
                            ".strtab\0.shstrtab";

static uint32_t name_at(unsigned number)
{
        const char *p = names;

        while (number--)
                p += strlen(p) + 1;
        return (uint32_t)(p - names);
}

struct maker {
        uint8_t bytes[0x3000];
        uint32_t used;
        Elf32_Shdr section[SECTIONS];
};

static uint32_t put(struct maker *m, const void *data, uint32_t bytes)
{
        uint32_t at = m->used;

        memcpy(m->bytes + at, data, bytes);
        m->used += bytes;
        return at;
}

static void add(struct maker *m, unsigned number, uint32_t type, uint32_t flags, uint32_t address,
                const void *data, uint32_t bytes)
{
        m->section[number] = (Elf32_Shdr){.sh_name = name_at(number),
                                          .sh_type = type,
                                          .sh_flags = flags,
                                          .sh_addr = address,
                                          .sh_offset = m->used,
                                          .sh_size = bytes};
        if (data)
                put(m, data, bytes);
}

static void add_records(struct maker *m, uint32_t base)
{
        struct ab_record records[8];
        uint32_t i;

        memcpy(records, lt_records, lt_record_count * sizeof(records[0]));
        for (i = 0; i < lt_record_count; i++)
                records[i].start += base;
        add(m, RECORDS, SHT_PROGBITS, 0, 0, records, lt_record_count * sizeof(records[0]));
}

/* 14 bytes, relative: Linux 6.3's form; the replacement lies behind the code. */
static void add_alternative(struct maker *m, const struct lt_options *options)
{
        static const uint8_t stac[3] = {0x0f, 0x01, 0xcb}, rdtsc[3] = {0x0f, 0x31, 0x90};
        uint32_t table = LT_DATA_GVA + 0x100, replacement = LT_DATA_GVA + 0x200;
        uint8_t entry[14] = {0};
        uint32_t original = LT_TEXT_GVA + lt_code_bytes - 3 - table;
        uint32_t distance = replacement - (table + 4);

        memcpy(entry, &original, 4);
        memcpy(entry + 4, &distance, 4);
        entry[8] = options->feature & 255;
        entry[9] = options->feature >> 8;
        entry[12] = entry[13] = 3;
        memcpy(m->bytes + 0x2100, entry, sizeof(entry));
        memcpy(m->bytes + 0x2200, options->rdtsc ? rdtsc : stac, 3);
        m->section[ALTERNATIVES] = (Elf32_Shdr){name_at(ALTERNATIVES),
                                                SHT_PROGBITS,
                                                SHF_ALLOC,
                                                table,
                                                0x2100,
                                                sizeof(entry),
                                                0,
                                                0,
                                                1,
                                                0};
        m->section[REPLACEMENT] = (Elf32_Shdr){name_at(REPLACEMENT),
                                               SHT_PROGBITS,
                                               SHF_ALLOC | SHF_EXECINSTR,
                                               replacement,
                                               0x2200,
                                               3,
                                               0,
                                               0,
                                               1,
                                               0};
}

/* __FIXADDR_TOP, exported: distances from the words themselves. */
static void add_export(struct maker *m)
{
        static const char name[] = "another\0__FIXADDR_TOP";
        uint32_t table = LT_DATA_GVA + 0x300, strings = LT_DATA_GVA + 0x380, entry[3] = {0};

        entry[0] = LT_FIXMAP_TOP - table;
        entry[1] = strings + 8 - (table + 4);
        memcpy(m->bytes + 0x2300, entry, sizeof(entry));
        memcpy(m->bytes + 0x2380, name, sizeof(name));
        m->section[EXPORTS] = (Elf32_Shdr){
            name_at(EXPORTS), SHT_PROGBITS, SHF_ALLOC, table, 0x2300, sizeof(entry), 0, 0, 4, 0};
        m->section[EXPORT_NAMES] = (Elf32_Shdr){name_at(EXPORT_NAMES),
                                                SHT_PROGBITS,
                                                SHF_ALLOC,
                                                strings,
                                                0x2380,
                                                sizeof(name),
                                                0,
                                                0,
                                                1,
                                                0};
}

static void add_symbols(struct maker *m)
{
        static const char strings[] = "\0startup\0__FIXADDR_TOP";
        Elf32_Sym symbols[3] = {{0}};

        symbols[1] = (Elf32_Sym){1, LT_TEXT_GVA, lt_code_bytes, STT_FUNC, 0, TEXT};
        symbols[2] = (Elf32_Sym){9, LT_FIXMAP_TOP, 4, STT_OBJECT, 0, DATA};
        add(m, SYMBOLS, SHT_SYMTAB, 0, 0, symbols, sizeof(symbols));
        m->section[SYMBOLS].sh_link = STRINGS;
        add(m, STRINGS, SHT_STRTAB, 0, 0, strings, sizeof(strings));
}

struct lt_file lt_elf(const struct lt_options *options)
{
        static const uint32_t multiboot[3] = {0x1badb002, 0, -0x1badb002u};
        static const uint32_t data[4] = {0x11223344, 0, 0xfffff000, 0x55667788};
        static struct maker m;
        Elf32_Phdr segments[2] = {
            {PT_LOAD, 0x1000, LT_TEXT_GVA, LT_TEXT_GPA, lt_code_bytes, lt_code_bytes, PF_R | PF_X,
             0x1000},
            {PT_LOAD, 0x2000, LT_DATA_GVA, LT_DATA_GPA, 0x400, 0x400 + LT_BSS_BYTES, PF_R | PF_W,
             0x1000},
        };
        Elf32_Ehdr header = {.e_ident = ELFMAG "\1\1\1",
                             .e_type = ET_EXEC,
                             .e_machine = EM_386,
                             .e_version = 1,
                             .e_entry = LT_TEXT_GVA,
                             .e_phoff = sizeof(header),
                             .e_ehsize = sizeof(header),
                             .e_phentsize = sizeof(Elf32_Phdr),
                             .e_phnum = 2,
                             .e_shentsize = sizeof(Elf32_Shdr),
                             .e_shnum = SECTIONS,
                             .e_shstrndx = NAMES};
        struct lt_file file = {.text = 0x1000,
                               .text_bytes = lt_code_bytes,
                               .count = lt_record_count,
                               .phdrs = sizeof(header),
                               .sections = SECTIONS};

        memset(&m, 0, sizeof(m));
        memcpy(m.bytes + 0x1000, lt_code, lt_code_bytes);
        memcpy(m.bytes + 0x2000, data, sizeof(data));
        if (options->multiboot)
                memcpy(m.bytes + 0x800, multiboot, sizeof(multiboot));
        m.section[TEXT] = (Elf32_Shdr){name_at(TEXT),
                                       SHT_PROGBITS,
                                       SHF_ALLOC | SHF_EXECINSTR,
                                       LT_TEXT_GVA,
                                       0x1000,
                                       lt_code_bytes,
                                       0,
                                       0,
                                       16,
                                       0};
        m.section[DATA] = (Elf32_Shdr){name_at(DATA),
                                       SHT_PROGBITS,
                                       SHF_ALLOC | SHF_WRITE,
                                       LT_DATA_GVA,
                                       0x2000,
                                       sizeof(data),
                                       0,
                                       0,
                                       4,
                                       0};
        m.section[BSS] = (Elf32_Shdr){name_at(BSS),
                                      SHT_NOBITS,
                                      SHF_ALLOC | SHF_WRITE,
                                      LT_DATA_GVA + 0x400,
                                      0x2400,
                                      LT_BSS_BYTES,
                                      0,
                                      0,
                                      4,
                                      0};
        if (options->feature)
                add_alternative(&m, options);
        add_export(&m);
        m.used = 0x2400;
        if (!options->no_records)
                add_records(&m, LT_TEXT_GVA);
        file.records = m.section[RECORDS].sh_offset;
        if (options->bound)
                add(&m, BOUND, SHT_PROGBITS, 0, 0, options->bound, sizeof(*options->bound));
        if (!options->no_symbols)
                add_symbols(&m);
        add(&m, NAMES, SHT_STRTAB, 0, 0, names, sizeof(names));
        m.used = (m.used + 3) & -4u;
        header.e_shoff = file.shdrs = put(&m, m.section, sizeof(m.section));
        memcpy(m.bytes, &header, sizeof(header));
        memcpy(m.bytes + header.e_phoff, segments, sizeof(segments));
        file.size = m.used;
        file.bytes = malloc(file.size);
        memcpy(file.bytes, m.bytes, file.size);
        return file;
}

struct lt_file lt_flat(void)
{
        struct ab_flat_header header = {{AB_FLAT_MAGIC0, AB_FLAT_MAGIC1},
                                        AB_RECORD_VERSION,
                                        0,
                                        LT_TEXT_GVA + 0x200,
                                        LT_TEXT_GVA,
                                        LT_TEXT_GPA,
                                        lt_record_count * sizeof(struct ab_record)};
        struct lt_file file = {
            .size = 0x400, .text_bytes = lt_code_bytes, .count = lt_record_count};
        uint32_t i, sum = 0, word;

        file.records = 0x200 + sizeof(header);
        file.bytes = calloc(1, file.size);
        memcpy(file.bytes, lt_code, lt_code_bytes);
        for (i = 0; i < lt_record_count; i++) {
                struct ab_record record = lt_records[i];

                record.start += LT_TEXT_GVA;
                memcpy(file.bytes + file.records + i * sizeof(record), &record, sizeof(record));
        }
        memcpy(file.bytes + 0x200, &header, sizeof(header));
        for (i = 0x200; i < file.records + header.record_bytes; i += 4) {
                memcpy(&word, file.bytes + i, 4);
                sum += word;
        }
        header.checksum = -sum;
        memcpy(file.bytes + 0x200, &header, sizeof(header));
        return file;
}

struct lt_file lt_bzimage(const struct lt_file *kernel, unsigned protocol)
{
        uint32_t start = 2 * 512 + 64, room = kernel->size + 1024;
        struct lt_file file = {.bytes = calloc(1, start + room)};
        z_stream stream = {.next_in = kernel->bytes,
                           .avail_in = kernel->size,
                           .next_out = file.bytes + start,
                           .avail_out = room};
        uint32_t offset = 64, packed;

        deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
        deflate(&stream, Z_FINISH);
        packed = (uint32_t)stream.total_out;
        deflateEnd(&stream);
        file.size = start + packed;
        file.text = start;
        file.text_bytes = packed;
        file.bytes[0x1f1] = 1;
        file.bytes[0x1fe] = 0x55;
        file.bytes[0x1ff] = 0xaa;
        file.bytes[0x200] = 0xeb;
        file.bytes[0x201] = 0x66;
        memcpy(file.bytes + 0x202, "HdrS", 4);
        file.bytes[0x206] = protocol & 255;
        file.bytes[0x207] = protocol >> 8;
        file.bytes[0x211] = 1;
        memcpy(file.bytes + 0x248, &offset, 4);
        memcpy(file.bytes + 0x24c, &packed, 4);
        return file;
}

struct lt_file lt_module(uint32_t base)
{
        enum { M_TEXT = 1, M_RECORDS, M_RELOCATIONS, M_SYMBOLS, M_NAMES, M_SECTIONS };
        static const char module_names[] =
            "\0.text\0.afterburn\0.rel.afterburn\0.symtab\0.shstrtab";
        uint32_t at[M_SECTIONS] = {0, 0x100, 0x200, 0x300, 0x400, 0x480}, i;
        struct lt_file file = {.bytes = calloc(1, 0x700),
                               .size = 0x700,
                               .text = 0x100,
                               .text_bytes = lt_code_bytes,
                               .records = 0x200,
                               .shdrs = 0x600,
                               .count = lt_record_count,
                               .sections = M_SECTIONS};
        Elf32_Ehdr header = {.e_ident = ELFMAG "\1\1\1",
                             .e_type = ET_REL,
                             .e_machine = EM_386,
                             .e_shoff = file.shdrs,
                             .e_shentsize = sizeof(Elf32_Shdr),
                             .e_shnum = M_SECTIONS,
                             .e_shstrndx = M_NAMES};
        Elf32_Shdr section[M_SECTIONS] = {
            {0},
            {1, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, 0, lt_code_bytes, 0, 0, 16, 0},
            {7, SHT_PROGBITS, 0, 0, 0, lt_record_count * 16, 0, 0, 1, 0},
            {18, SHT_REL, 0, 0, 0, lt_record_count * 8, M_SYMBOLS, M_RECORDS, 4, 8},
            {33, SHT_SYMTAB, SHF_ALLOC, 0, 0, 2 * sizeof(Elf32_Sym), 0, 0, 4, 16},
            {41, SHT_STRTAB, 0, 0, 0, sizeof(module_names), 0, 0, 1, 0},
        };
        Elf32_Sym symbols[2] = {{0}, {0, base + 0x100, 0, STT_SECTION, 0, M_TEXT}};

        for (i = 1; i < M_SECTIONS; i++)
                section[i].sh_addr = base + at[i];
        memcpy(file.bytes, &header, sizeof(header));
        memcpy(file.bytes + at[M_TEXT], lt_code, lt_code_bytes);
        for (i = 0; i < lt_record_count; i++) {
                Elf32_Rel relocation = {i * 16, ELF32_R_INFO(1, R_386_32)};

                memcpy(file.bytes + at[M_RECORDS] + 16 * i, &lt_records[i], 16);
                memcpy(file.bytes + at[M_RELOCATIONS] + 8 * i, &relocation, 8);
        }
        memcpy(file.bytes + at[M_SYMBOLS], symbols, sizeof(symbols));
        memcpy(file.bytes + at[M_NAMES], module_names, sizeof(module_names));
        memcpy(file.bytes + file.shdrs, section, sizeof(section));
        return file;
}
