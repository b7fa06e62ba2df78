/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the record library promises, on images made to measure.
 */
#include "config.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <afterburn/insn.h>

#include "craft.h"
#include "records/image.h"
#include "tap.h"

static struct ab_problem problem;

static struct ab_image *open_bytes(uint8_t *bytes, size_t count)
{
        struct ab_image *image;

        problem.text[0] = 0;
        image = ab_image_from_memory("x", bytes, count, &problem);
        free(bytes);
        return image;
}

static struct ab_image *open_boot(enum craft_boot boot, const uint8_t *payload,
                                  size_t payload_bytes, const char *magic, size_t magic_bytes)
{
        size_t count;
        uint8_t *bytes = craft_bzimage(boot, payload, payload_bytes, magic, magic_bytes, &count);

        return open_bytes(bytes, count);
}

static struct ab_image *open_elf(const struct craft *craft)
{
        size_t count;
        uint8_t *bytes = craft_elf(craft, &count);

        return open_bytes(bytes, count);
}

/* Both records of craft_simple, in order of address, at `cli' and `sti'. */
static bool has_both(const struct ab_image *image, uint32_t base)
{
        return image && image->record_count == 2 && image->records[0].start == base &&
               image->records[0].class_id == AB_CLASS_CLI && image->records[1].start == base + 9 &&
               image->records[1].class_id == AB_CLASS_STI && ab_image_is_valid(image, &problem);
}

static void test_elf(void)
{
        struct craft craft = craft_simple;
        struct ab_image *image = open_elf(&craft);
        char place[64];

        ok(has_both(image, CRAFT_TEXT_ADDRESS), "a linked image: records by address");
        ok(image && image->form == AB_FORM_LINKED && !image->packed, "its form is known");
        ok(image && !strcmp(ab_image_place(image, CRAFT_TEXT_ADDRESS + 3, place, sizeof place),
                            "code+0x3"),
           "an address is named by its symbol");
        ab_image_close(image);

        craft.relocatable = true;
        image = open_elf(&craft);
        ok(image && image->form == AB_FORM_RELOCATABLE &&
               has_both(image, ab_image_section(image, ".text")->address),
           "a relocatable file: starts are resolved to section and offset");
        ok(image && !strcmp(ab_image_place(image, image->records[1].start, place, sizeof place),
                            "code+0x9"),
           "and named by the symbol");
        ab_image_close(image);

        craft = craft_simple;
        craft.notes = "one\0two";
        craft.notes_bytes = 8;
        image = open_elf(&craft);
        ok(image && image->note_bytes == 8 && !memcmp(image->notes, "one\0two", 8),
           "notes are read");
        ab_image_close(image);

        craft = craft_simple;
        craft.record_count = 0;
        image = open_elf(&craft);
        ok(image && !image->has_records && !image->record_count,
           "an image without records opens, and says so");
        ab_image_close(image);

        craft = craft_simple;
        craft.flat = true;
        image = open_elf(&craft);
        ok(has_both(image, CRAFT_TEXT_ADDRESS) && image->flat &&
               image->flat_address == CRAFT_DATA_ADDRESS,
           "a linked image with records in memory, behind a header");
        ab_image_close(image);
}

static void damaged_sources(const char *what, const char *bytes, uint32_t count)
{
        struct craft craft = craft_simple;
        struct ab_image *image;

        craft.sources = bytes;
        craft.sources_bytes = count;
        image = open_elf(&craft);
        ok(!image && strstr(problem.text, "table of sources"), "a table of sources %s: refused",
           what);
        ab_image_close(image);
}

static void test_sources(void)
{
        struct craft craft = craft_simple;
        const struct ab_source *source;
        struct ab_image *image;

        craft.sources = craft_sources;
        craft.sources_bytes = CRAFT_SOURCES_BYTES;
        image = open_elf(&craft);
        source = image ? ab_image_source_at(image, CRAFT_TEXT_ADDRESS) : NULL;
        ok(source && !strcmp(source->unit, "mm/a.c") && source->file &&
               !strcmp(source->file, "b.h") && source->line == 300,
           "a site has its unit, file and line");
        source = image ? ab_image_source_at(image, CRAFT_TEXT_ADDRESS + 9) : NULL;
        ok(source && !strcmp(source->unit, "mm/a.c") && !source->file && !source->line,
           "or only its unit");
        ok(image && !ab_image_source_at(image, CRAFT_TEXT_ADDRESS + 1), "and others have none");
        ab_image_close(image);
        damaged_sources("cut off in a name", "\1mm/a.c", 6);
        damaged_sources("cut off in a site", "\1u\0\0\2\0\0", 7);
        damaged_sources("with a site before its unit", "\2\0\0\0\0\0\0", 7);
        damaged_sources("with a site in a file it has not", "\1u\0\0\2\0\0\0\0\1\1", 11);
        damaged_sources("with more names than bytes",
                        "\1u\0\x7f"
                        "f\0",
                        6);
        damaged_sources("with an endless number", "\1u\0\xff\xff\xff\xff\xff\1", 9);
        damaged_sources("with an unknown entry", "\3", 1);
}

static void test_containers(void)
{
        size_t count;
        uint8_t *inner = craft_elf(&craft_simple, &count);
        struct ab_image *image = open_boot(CRAFT_BOOT_DECLARED, inner, count, NULL, 0);

        ok(has_both(image, CRAFT_TEXT_ADDRESS) && image->packed,
           "a bzImage whose header says where the payload is");
        ab_image_close(image);
        image = open_boot(CRAFT_BOOT_SCANNED, inner, count, NULL, 0);
        ok(has_both(image, CRAFT_TEXT_ADDRESS),
           "a bzImage of an old protocol: the payload is found behind a false magic");
        ab_image_close(image);
        free(inner);

        inner = craft_flat(&craft_simple, &count);
        image = open_boot(CRAFT_BOOT_SCANNED, inner, count, NULL, 0);
        ok(has_both(image, CRAFT_TEXT_ADDRESS) && image->form == AB_FORM_FLAT && image->packed,
           "a bzImage with a flat payload");
        ab_image_close(image);
        image = open_bytes(inner, count);
        ok(has_both(image, CRAFT_TEXT_ADDRESS) && image->form == AB_FORM_FLAT,
           "a flat image by itself");
        ab_image_close(image);
}

static void test_compressors(void)
{
        static const struct {
                const char *magic;
                size_t bytes;
                const char *option;
        } list[] = {
            {"BZh91AY", 7, "CONFIG_KERNEL_BZIP2"},
            {"\xfd"
             "7zXZ\0",
             6, "CONFIG_KERNEL_XZ"},
            {"\x5d\0\0\x80", 4, "CONFIG_KERNEL_LZMA"},
            {"\x89LZO", 4, "CONFIG_KERNEL_LZO"},
            {"\x02\x21\x4c\x18", 4, "CONFIG_KERNEL_LZ4"},
            {"\x28\xb5\x2f\xfd", 4, "CONFIG_KERNEL_ZSTD"},
        };

        for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
                struct ab_image *image =
                    open_boot(CRAFT_BOOT_DECLARED, NULL, 0, list[i].magic, list[i].bytes);

                ok(!image && strstr(problem.text, list[i].option) &&
                       strstr(problem.text, "CONFIG_KERNEL_GZIP"),
                   "payload refused, naming %s", list[i].option);
                ab_image_close(image);
        }
}

/* One byte of a good image is changed: the complaint must hold `words'. */
static void broken(const char *what, const struct craft *craft, size_t offset, uint8_t value,
                   const char *words)
{
        size_t count;
        uint8_t *bytes = craft_elf(craft, &count);
        struct ab_image *image;

        bytes[offset] = value;
        image = open_bytes(bytes, count);
        ok(!image && strstr(problem.text, words) && !strchr(problem.text, '\n'), "%s: refused",
           what);
        ab_image_close(image);
}

static void test_refusals(void)
{
        struct ab_record record = craft_simple.records[0];
        struct craft craft = craft_simple;
        struct ab_image *image;
        size_t count;
        uint8_t *bytes;
        unsigned opened = 0;

        image = ab_image_from_memory("x", "", 0, &problem);
        ok(!image && strstr(problem.text, "empty"), "an empty file: refused");
        image = ab_image_from_memory("x", "#!/bin/sh\nexit 0\n", 17, &problem);
        ok(!image && strstr(problem.text, "not an ELF file"), "a script: refused");
        image = ab_image_open("/nonexistent/vmlinux", &problem);
        ok(!image && strstr(problem.text, "cannot be read"), "a missing file: refused");
        image = ab_image_open("/", &problem);
        ok(!image && strstr(problem.text, "not a regular file"), "a folder: refused");

        broken("64-bit", &craft_simple, EI_CLASS, ELFCLASS64, "64-bit");
        broken("big endian", &craft_simple, EI_DATA, ELFDATA2MSB, "wrong machine");
        broken("ARM", &craft_simple, offsetof(Elf32_Ehdr, e_machine), EM_ARM, "wrong machine");
        broken("shared object", &craft_simple, offsetof(Elf32_Ehdr, e_type), ET_DYN,
               "shared object");
        broken("core dump", &craft_simple, offsetof(Elf32_Ehdr, e_type), ET_CORE, "core dump");
        broken("section table beyond the end", &craft_simple, offsetof(Elf32_Ehdr, e_shoff) + 2,
               0x7f, "truncated");
        broken("no section table", &craft_simple, offsetof(Elf32_Ehdr, e_shentsize), 1, "damaged");

        craft.odd_bytes = 3;
        image = open_elf(&craft);
        ok(!image && strstr(problem.text, "not a multiple of 16"),
           "a record section of odd size: refused");
        craft = craft_simple;
        craft.relocatable = craft.no_relocations = true;
        image = open_elf(&craft);
        ok(!image || !ab_image_is_valid(image, &problem),
           "a relocatable file whose records have no relocations: refused");
        ab_image_close(image);
        record.version_kind = (AB_RECORD_VERSION + 1) << 4 | AB_KIND_INSN;
        craft = craft_simple;
        craft.records = &record;
        craft.record_count = 1;
        image = open_elf(&craft);
        ok(!image && strstr(problem.text, "newer afterburn"), "newer records: refused");

        bytes = craft_elf(&craft_simple, &count);
        for (size_t n = 0; n < count; n++) {
                image = ab_image_from_memory("x", bytes, n, &problem);
                opened += image != NULL;
                ab_image_close(image);
        }
        ok(opened == 0, "cut off at any of %zu lengths: refused", count);
        free(bytes);
}

static void test_flat_refusals(void)
{
        size_t count;
        uint8_t *bytes = craft_flat(&craft_simple, &count);
        struct ab_flat_header *header = (void *)(bytes + 20);
        uint32_t *words = (uint32_t *)header;
        uint8_t *copy = malloc(count);
        struct ab_image *image;

        memcpy(copy, bytes, count);
        copy[count - 9] ^= 1;
        image = open_bytes(copy, count);
        ok(!image && strstr(problem.text, "checksum"), "one flipped bit in a flat record: refused");

        header->version++;
        header->checksum--;
        image = ab_image_from_memory("x", bytes, count, &problem);
        ok(!image && strstr(problem.text, "newer afterburn"), "newer flat header: refused");
        header->version--;
        header->record_bytes += 16;
        header->checksum -= 15;
        image = ab_image_from_memory("x", bytes, count, &problem);
        ok(!image && strstr(problem.text, "has not got them"),
           "flat header that promises more than there is: refused");
        header->record_bytes -= 16;
        header->checksum += 16;
        words[5] += 4096;
        header->checksum -= 4096;
        image = ab_image_from_memory("x", bytes, count, &problem);
        ok(!image && strstr(problem.text, "load address"),
           "flat header whose load address does not fit: refused");
        free(bytes);
}

/* A single record with one wrong field: ab_image_check() must name it. */
static void wrong_record(const char *what, struct ab_record record, const char *words)
{
        struct craft craft = craft_simple;
        struct ab_image *image;

        craft.records = &record;
        craft.record_count = 1;
        image = open_elf(&craft);
        problem.text[0] = 0;
        ok(image && !ab_image_is_valid(image, &problem) && strstr(problem.text, words),
           "record %s: \"%s\"", what, words);
        if (!strstr(problem.text, words))
                note("%s", problem.text);
        ab_image_close(image);
}

#define WITH(field, value)                                                                         \
        ({                                                                                         \
                struct ab_record changed = craft_simple.records[1];                                \
                changed.field = (value);                                                           \
                changed;                                                                           \
        })

static void test_record_fields(void)
{
        struct ab_record twice[3] = {craft_simple.records[0], craft_simple.records[1],
                                     craft_simple.records[1]};
        struct craft craft = craft_simple;
        struct ab_image *image;

        wrong_record("of version 0", WITH(version_kind, AB_KIND_INSN), "version 0");
        wrong_record("of kind 0", WITH(version_kind, AB_RECORD_VERSION << 4), "kind 0");
        wrong_record("of kind 6", WITH(version_kind, AB_RECORD_VERSION << 4 | 6), "kind 6");
        wrong_record("of class 0", WITH(class_id, 0), "class 0");
        wrong_record("of class 127", WITH(class_id, 127), "class 127");
        wrong_record("of padding 4", WITH(padding, 4), "padding 4");
        wrong_record("with an empty site", WITH(site_bytes, 0), "empty site");
        wrong_record("whose instruction leaves the site", WITH(insn_offset, 8), "outside its site");
        wrong_record("without instruction", WITH(insn_bytes, 0), "instruction of 0 bytes");
        wrong_record("padded and saying not", WITH(padding, AB_PAD_NONE), "says it has none");
        wrong_record("padded behind with bytes before", WITH(padding, AB_PAD_NOP_AFTER),
                     "leaves bytes before");
        wrong_record("with prefixes behind", WITH(insn_offset, 6), "prefix padding");
        wrong_record("with a dead stack pointer", WITH(dead_gprs, 1 << AB_ESP), "stack pointer");
        wrong_record("with dead flag 6", WITH(dead_flags, 0x40), "dead flags");
        wrong_record("with register 8", WITH(operand, 0xf8), "register operand 8");
        wrong_record("with system register 9", WITH(operand, 0x9f), "system register operand 9");
        wrong_record("with unknown operand bits", WITH(operand, 0x400000ff), "unknown bits");
        wrong_record("outside the code", WITH(start, 0x1000), "executable section");
        wrong_record("across the section's end", WITH(start, 17), "executable section");

        craft.records = twice;
        craft.record_count = 3;
        image = open_elf(&craft);
        ok(image && !ab_image_is_valid(image, &problem) && strstr(problem.text, "second record"),
           "two records for one site: refused");
        ab_image_close(image);
        twice[2].start = 4;
        image = open_elf(&craft);
        ok(image && !ab_image_is_valid(image, &problem) && strstr(problem.text, "overlaps"),
           "overlapping sites: refused");
        ab_image_close(image);
}

/* Write the crafted image to a file, so that there is one to rewrite. */
static void save(const char *path, uint8_t *bytes, size_t count)
{
        FILE *stream = fopen(path, "w");

        fwrite(bytes, 1, count, stream);
        fclose(stream);
        free(bytes);
}

static void test_writing(void)
{
        struct ab_record records[40];
        struct ab_image *image, *written;
        char in[] = "records-unit-in.tmp", out[] = "records-unit-out.tmp";
        size_t count;
        uint8_t *bytes = craft_elf(&craft_simple, &count);
        struct craft craft = craft_simple;

        save(in, bytes, count);
        image = ab_image_open(in, &problem);
        memcpy(records, image->records, sizeof *records);
        ok(ab_image_write_records(image, out, records, 1, &problem), "fewer records are written");
        written = ab_image_open(out, &problem);
        ok(written && written->record_count == 1 && !memcmp(written->records, records, 16),
           "and read back");
        ab_image_close(written);
        for (unsigned i = 0; i < 40; i++)
                records[i] = image->records[i & 1];
        ok(ab_image_write_records(image, out, records, 40, &problem), "more records are written");
        written = ab_image_open(out, &problem);
        ok(written && written->record_count == 40 && written->symbol_count == image->symbol_count &&
               !memcmp(ab_image_section(written, ".text")->data, craft_simple.text,
                       craft_simple.text_bytes),
           "and read back, code and symbols as they were");
        if (!written)
                note("%s", problem.text);
        ab_image_close(written);
        ab_image_close(image);

        craft.flat = craft.unsealed = true;
        bytes = craft_elf(&craft, &count);
        save(in, bytes, count);
        image = ab_image_open(in, &problem);
        ok(!image && strstr(problem.text, "checksum"), "an unsealed flat kernel is refused");
        image = ab_image_open_unsealed(in, &problem);
        ok(image && ab_image_seal(image, out, &problem), "it can be sealed");
        ab_image_close(image);
        written = ab_image_open(out, &problem);
        ok(has_both(written, CRAFT_TEXT_ADDRESS), "and is read then");
        ab_image_close(written);
        unlink(in);
        unlink(out);
}

int main(void)
{
        test_elf();
        test_sources();
        test_containers();
        test_compressors();
        test_refusals();
        test_flat_refusals();
        test_record_fields();
        test_writing();
        return tap_done();
}
