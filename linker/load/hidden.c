/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which processor features must stay hidden from this kernel.
 *
 * Linux replaces instructions at boot where the processor can do better: its
 * alternatives.  A replacement is copied by the guest itself and so never bound; where one
 * holds a sensitive instruction without a record the guest must not select it, and it will
 * not if cpuid does not show the feature.  The table's entry changed over the years; the
 * format is the one in which every entry leads from code to code.
 */
#include "kernel.h"
#include "decode.h"

enum { SHF_EXECINSTR = 4, NEGATED = 0x8000, FEATURE_LIMIT = 24 * 32 };

struct format {
        uint8_t bytes, feature_bytes, lengths;
        bool relative, old; /* old: numbers as before Linux 3.5 */
};

/* The one-byte formats come first: their entries can pass for two-byte ones, not vice versa. */
static const struct format formats[] = {
    {12, 1, 9, false, true},  {11, 1, 9, false, true},  {12, 2, 10, false, true},
    {12, 2, 10, true, false}, {14, 2, 12, true, false}, {13, 2, 10, true, false},
};

struct entry {
        uint32_t original, replacement;
        unsigned feature, length, new_length;
};

static void read_entry(const struct load_section *table, const struct format *format, uint32_t at,
                       struct entry *entry)
{
        const uint8_t *p = table->data + at;

        entry->original = load_word(p);
        entry->replacement = load_word(p + 4);
        if (format->relative) {
                entry->original += table->address + at;
                entry->replacement += table->address + at + 4;
        }
        entry->feature = p[8] | (format->feature_bytes > 1 ? p[9] << 8 : 0);
        entry->length = p[format->lengths];
        entry->new_length = p[format->lengths + 1];
}

static bool is_code(const struct load_kernel *kernel, uint32_t address, uint32_t bytes)
{
        struct load_section section;
        uint32_t i;

        for (i = 0; i < kernel->section_count; i++)
                if (ab_load_section(kernel, i, &section) && section.data &&
                    section.flags & SHF_EXECINSTR && address - section.address <= section.bytes &&
                    bytes <= section.bytes - (address - section.address))
                        return true;
        return false;
}

/* Bytes of the table the last entry needs: it may lack what aligns the next. */
static bool entry_fits(const struct load_section *table, const struct format *format, uint32_t at)
{
        return table->bytes - at >= format->lengths + 2u;
}

static bool format_fits(const struct load_kernel *kernel, const struct load_section *table,
                        const struct format *format)
{
        struct entry entry;
        uint32_t at, rest = table->bytes % format->bytes;

        if (rest && (format->lengths + 2u == format->bytes || rest != format->lengths + 2u))
                return false;
        for (at = 0; at < table->bytes; at += format->bytes) {
                if (!entry_fits(table, format, at))
                        return false;
                read_entry(table, format, at, &entry);
                if (format->feature_bytes == 1 && format->bytes == 12 && table->bytes - at > 12 &&
                    table->data[at + 11])
                        return false;
                if (!entry.length || entry.new_length > entry.length ||
                    (entry.feature & ~NEGATED) >= FEATURE_LIMIT ||
                    !is_code(kernel, entry.original, entry.length) ||
                    !is_code(kernel, entry.replacement, entry.new_length))
                        return false;
        }
        return true;
}

/* Most kernels have no record in any replacement: one look at all of them tells. */
static bool any_recorded(const struct load_kernel *kernel)
{
        struct load_section section;
        uint32_t i;

        if (!ab_load_find_section(kernel, ".altinstr_replacement", &section))
                return true;
        for (i = 0; i < kernel->record_count; i++)
                if (load_word(kernel->records + i * AB_RECORD_BYTES) - section.address <
                    section.bytes)
                        return true;
        return false;
}

static bool has_record(const struct load_kernel *kernel, uint32_t address)
{
        uint32_t i;

        for (i = 0; i < kernel->record_count; i++) {
                const uint8_t *record = kernel->records + i * AB_RECORD_BYTES;

                if (address - load_word(record) < record[4])
                        return true;
        }
        return false;
}

/*
 * Does the instruction mean something else in a guest?  Those that trap are reflected; verw
 * Linux uses, in alternatives, for its effect on buffers only.
 */
static bool is_sensitive(unsigned class)
{
        return class != AB_CLASS_NONE && class != AB_CLASS_INT && class != AB_CLASS_INT1 &&
               class != AB_CLASS_INT3 && class != AB_CLASS_INTO && class != AB_CLASS_VERW;
}

/* The class of the first sensitive instruction without a record in a replacement. */
static unsigned class_within(const struct load_kernel *kernel, const struct entry *entry,
                             bool recorded)
{
        const uint8_t *bytes = ab_load_at(kernel, entry->replacement, entry->new_length);
        unsigned at, length, class;
        struct ab_insn insn;

        for (at = 0; bytes && at < entry->new_length; at += length) {
                length = ab_decode(bytes + at, entry->new_length - at, &insn);
                if (!length)
                        break; /* an instruction the decoder does not know is none of the table */
                class = ab_classify(&insn);
                if (is_sensitive(class) &&
                    !(recorded && has_record(kernel, entry->replacement + at)))
                        return class;
        }
        return AB_CLASS_NONE;
}

/* Features that Linux derives from others; the rest are bits of cpuid's words. */
static bool hide_derived(struct ab_load_hidden *hidden, unsigned feature, bool old)
{
        switch (feature) {
        case 7 * 32 + 4: /* XSAVEOPT, once */
                hidden->leafd1_eax |= old;
                return old;
        case 7 * 32 + 21: /* USE_IBPB, USE_IBRS_FW and later ones need SPEC_CTRL or AMD's bits */
        case 7 * 32 + 22:
        case 11 * 32 + 10:
        case 11 * 32 + 16:
        case 21 * 32 + 3:
        case 21 * 32 + 14:
                hidden->leaf7_edx |= 1u << 26;
                hidden->ext8_ebx |= 1u << 12 | 1u << 14;
                return true;
        case 8 * 32 + 15: /* VMMCALL and its like: a hypervisor that Linux knows */
        case 8 * 32 + 18:
        case 8 * 32 + 19:
                hidden->leaf1_ecx |= 1u << 31;
                return true;
        }
        return false;
}

static void hide(struct ab_load_hidden *hidden, unsigned feature, unsigned class, bool old)
{
        uint32_t bit = 1u << feature % 32;

        /*
         * MFENCE_RDTSC and LFENCE_RDTSC follow SSE2, which applications want; the rdtsc
         * in their replacements is as good as the bound one while the counter is the machine's.
         */
        if ((feature == 3 * 32 + 17 || feature == 3 * 32 + 18) && class == AB_CLASS_RDTSC) {
                hidden->native_rdtsc++;
                return;
        }
        hidden->alternatives++;
        if (hide_derived(hidden, feature, old))
                return;
        switch (feature / 32) {
        case 0:
                hidden->leaf1_edx |= bit;
                return;
        case 1:
                hidden->ext1_edx |= bit;
                return;
        case 4:
                hidden->leaf1_ecx |= bit;
                return;
        case 6:
                hidden->ext1_ecx |= bit;
                return;
        case 9:
                hidden->leaf7_ebx |= bit;
                return;
        case 10:
                hidden->leafd1_eax |= bit;
                return;
        case 13:
                hidden->ext8_ebx |= bit;
                return;
        case 16:
                hidden->leaf7_ecx |= bit;
                return;
        case 18:
                hidden->leaf7_edx |= bit;
                return;
        }
        hidden->others++;
}

enum ab_load_error ab_load_hide(struct load_kernel *kernel)
{
        struct ab_load *load = kernel->load;
        const struct format *format = NULL;
        struct load_section table;
        struct entry entry;
        unsigned i, class;
        bool recorded;
        uint32_t at;

        if (!kernel->elf || !ab_load_find_section(kernel, ".altinstructions", &table) ||
            !table.data || !table.bytes)
                return AB_LOAD_OK;
        for (i = 0; i < sizeof(formats) / sizeof(formats[0]) && !format; i++)
                if (format_fits(kernel, &table, &formats[i]))
                        format = &formats[i];
        if (!format)
                return refuse(load, AB_LOAD_PLACE,
                              "the table of alternatives is in no known format");
        recorded = any_recorded(kernel);
        for (at = 0; at < table.bytes; at += format->bytes) {
                read_entry(&table, format, at, &entry);
                class = class_within(kernel, &entry, recorded);
                if (class == AB_CLASS_NONE)
                        continue;
                if (entry.feature & NEGATED)
                        load->hidden.others++;
                else
                        hide(&load->hidden, entry.feature, class, format->old);
        }
        return AB_LOAD_OK;
}
