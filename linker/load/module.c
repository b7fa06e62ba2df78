/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Binds a module of a running Linux guest.
 *
 * The guest has copied the module's sections to where they will run, has filled in their
 * addresses (sh_addr) and made the symbols' values absolute, and has not run a byte of it.
 * The records, which Linux does not load, are still in the copy of the file; their addresses
 * are relocations that Linux leaves alone.
 */
#include "kernel.h"

enum {
        EHDR_BYTES = 52,
        SHDR_BYTES = 40,
        SYM_BYTES = 16,
        REL_BYTES = 8,
        SHT_REL = 9,
        SHF_ALLOC = 2,
        SHF_EXECINSTR = 4,
        R_386_32 = 1,
        MOST_SECTIONS = 4096,
};

struct module {
        struct ab_load_module *load;
        const uint8_t *sections;
        uint32_t count;
        uint32_t last; /* section in which the last site lay */
};

static const uint8_t *header_of(const struct module *module, uint32_t number)
{
        return module->sections + number * SHDR_BYTES;
}

static uint32_t address_of(const uint8_t *header)
{
        return load_word(header + 12);
}

static uint32_t bytes_of(const uint8_t *header)
{
        return load_word(header + 20);
}

/* All of a section's bytes, NULL: they are not there. */
static const uint8_t *data_of(const struct module *module, const uint8_t *header)
{
        return module->load->at(module->load->context, address_of(header), bytes_of(header));
}

/* The section called AB_RECORD_SECTION, 0: none. */
static uint32_t find_records(const struct module *module, uint32_t names_number)
{
        static const char wanted[] = AB_RECORD_SECTION;
        const uint8_t *names;
        uint32_t i, name, bytes, n;

        if (names_number >= module->count)
                return 0;
        names = data_of(module, header_of(module, names_number));
        bytes = bytes_of(header_of(module, names_number));
        if (!names)
                return 0;
        for (i = 1; i < module->count; i++) {
                name = load_word(header_of(module, i));
                for (n = 0; n < sizeof(wanted) && name < bytes && n < bytes - name; n++)
                        if (names[name + n] != (uint8_t)wanted[n])
                                break;
                if (n == sizeof(wanted))
                        return i;
        }
        return 0;
}

static uint32_t find_relocations(const struct module *module, uint32_t records)
{
        uint32_t i;

        for (i = 1; i < module->count; i++)
                if (load_word(header_of(module, i) + 4) == SHT_REL &&
                    load_word(header_of(module, i) + 28) == records)
                        return i;
        return 0;
}

static bool is_code(const struct module *module, uint32_t number, uint32_t address)
{
        const uint8_t *header = header_of(module, number);
        uint32_t flags = load_word(header + 8);

        return flags & SHF_ALLOC && flags & SHF_EXECINSTR &&
               address - address_of(header) < bytes_of(header);
}

static uint8_t *code(void *context, uint32_t address, uint32_t *available)
{
        struct module *module = context;
        uint32_t i;

        if (!is_code(module, module->last, address)) {
                for (i = 1; i < module->count && !is_code(module, i, address); i++)
                        ;
                if (i == module->count)
                        return NULL;
                module->last = i;
        }
        *available = bytes_of(header_of(module, module->last)) -
                     (address - address_of(header_of(module, module->last)));
        return module->load->at(module->load->context, address, *available);
}

/*
 * Copy the records, each with its relocation applied.  Those of sections the guest does not
 * keep (.exit.text of a kernel that never unloads) are left out.
 */
static enum ab_load_error relocate(struct module *module, uint32_t records_number)
{
        const uint8_t *from = data_of(module, header_of(module, records_number));
        uint32_t bytes = bytes_of(header_of(module, records_number)), symbol_bytes, i, kept = 0;
        uint32_t relocations_number = find_relocations(module, records_number);
        struct ab_load_module *load = module->load;
        const uint8_t *relocations, *header, *symbols;
        uint32_t count = bytes / AB_RECORD_BYTES;
        struct ab_record *records = load->work;

        header = header_of(module, relocations_number);
        relocations = relocations_number ? data_of(module, header) : NULL;
        if (!from || !relocations || bytes % AB_RECORD_BYTES ||
            bytes_of(header) / REL_BYTES != count || load_word(header + 24) >= module->count)
                return refuse(load, AB_LOAD_RECORDS, "the module's annotation records are damaged");
        if (count > load->work_bytes / AB_LOAD_SITE_BYTES)
                return refuse(load, AB_LOAD_MEMORY, "the module has %u sites, there is room for %u",
                              count, load->work_bytes / AB_LOAD_SITE_BYTES);
        header = header_of(module, load_word(header + 24));
        symbols = data_of(module, header);
        symbol_bytes = bytes_of(header);
        for (i = 0; i < count; i++) {
                uint32_t offset = load_word(relocations + i * REL_BYTES);
                uint32_t info = load_word(relocations + i * REL_BYTES + 4), section;

                if ((info & 255) != R_386_32 || offset != i * AB_RECORD_BYTES || !symbols ||
                    info >> 8 >= symbol_bytes / SYM_BYTES)
                        return refuse(load, AB_LOAD_RECORDS,
                                      "record %u of the module is not "
                                      "relocated as it should be",
                                      i);
                section = load_half(symbols + (info >> 8) * SYM_BYTES + 14);
                if (section < module->count &&
                    !(load_word(header_of(module, section) + 8) & SHF_ALLOC))
                        continue;
                memcpy(&records[kept], from + i * AB_RECORD_BYTES, AB_RECORD_BYTES);
                records[kept++].start += load_word(symbols + (info >> 8) * SYM_BYTES + 4);
        }
        load->bind.records = records;
        load->bind.count = kept;
        load->bind.work = records + kept;
        return AB_LOAD_OK;
}

enum ab_load_error ab_load_module(struct ab_load_module *load)
{
        const uint8_t *header = load->at(load->context, load->header, EHDR_BYTES);
        struct module module = {.load = load};
        uint32_t records;

        memset(&load->bind, 0, sizeof(load->bind));
        load->error = AB_LOAD_OK;
        load->text[0] = 0;
        if (!header || !ab_load_is_elf(header, EHDR_BYTES))
                return refuse(load, AB_LOAD_FORMAT, "the module is no ELF file");
        module.count = load_half(header + 48);
        if (!module.count || module.count > MOST_SECTIONS || load_half(header + 46) != SHDR_BYTES)
                return refuse(load, AB_LOAD_FORMAT, "the module has no section headers");
        module.sections = load->at(load->context, load->sections, module.count * SHDR_BYTES);
        if (!module.sections)
                return refuse(load, AB_LOAD_TRUNCATED,
                              "the module's section headers are not there");
        records = find_records(&module, load_half(header + 50));
        if (!records || !bytes_of(header_of(&module, records)))
                return AB_LOAD_OK;
        if (relocate(&module, records))
                return load->error;
        load->bind.image = (struct ab_bind_image){&module, code};
        memcpy(&load->bind.wedge, load->wedge, sizeof(load->bind.wedge));
        if (ab_bind(&load->bind))
                refuse(load, AB_LOAD_BIND, "record %u at %x of the module: %s",
                       load->bind.bad_index, load->bind.bad_address,
                       ab_bind_error_text(load->bind.error));
        load->bind.image.context = NULL;
        return load->error;
}
