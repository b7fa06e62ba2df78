/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table's entry changed over the years.  Which format an image has is
 * seen from the table itself: the one in which every entry points from code
 * to code and has sane lengths.  The one-byte formats come first: an entry of
 * theirs can pass for a two-byte one, but not the other way, because a feature
 * number's high byte is smaller than any instruction.
 */
#include "config.h"
#include "tool/alternatives.h"

#include <stdlib.h>
#include <string.h>

#include "host/diag.h"

static const struct format {
        const char *name;
        unsigned bytes;
        bool relative; /* offsets from the field, not addresses */
        unsigned feature_bytes;
        unsigned lengths; /* offset of instrlen; replacementlen is next */
} formats[] = {
    {"12 bytes, absolute, one-byte feature (Linux 2.6.5 to 2.6.32)", 12, false, 1, 9},
    {"11 bytes, absolute, one-byte feature (Linux 2.6.5 to 2.6.32)", 11, false, 1, 9},
    {"12 bytes, absolute (Linux 2.6.33 to 3.4)", 12, false, 2, 10},
    {"12 bytes, relative (Linux 3.5 to 6.2)", 12, true, 2, 10},
    {"14 bytes, relative (Linux 6.3 on)", 14, true, 2, 12},
    {"13 bytes, relative, with pad length (Linux 4.0 to 5.9)", 13, true, 2, 10},
};

/* Linux sets these itself, on every processor. */
enum { FEATURE_ALWAYS = 3 * 32 + 21, FEATURE_UP = 3 * 32 + 9, FEATURE_LIMIT = 24 * 32 };

#define NEGATED 0x8000u

static uint32_t word(const uint8_t *p)
{
        return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool is_code(const struct ab_image *image, uint32_t address, uint32_t bytes)
{
        const struct ab_section *section = ab_image_section_at(image, address, bytes ? bytes : 1);

        return section && section->executable;
}

/* An empty replacement may stand at the very end of its section. */
static bool is_code_or_end(const struct ab_image *image, uint32_t address, uint32_t bytes)
{
        return is_code(image, address, bytes) || (!bytes && is_code(image, address - 1, 1));
}

static unsigned entries_of(const struct ab_section *table, const struct format *format)
{
        return (table->bytes + format->bytes - 1) / format->bytes;
}

static bool parse(const struct ab_image *image, const struct ab_section *table,
                  const struct format *format, struct ab_replacement *list)
{
        unsigned count = entries_of(table, format);

        /* The last entry of an object may lack what aligns the next. */
        if (table->bytes % format->bytes && (format->lengths + 2 == format->bytes ||
                                             table->bytes % format->bytes != format->lengths + 2))
                return false;
        for (unsigned i = 0; i < count; i++) {
                const uint8_t *entry = table->data + i * format->bytes;
                uint32_t at = table->address + i * format->bytes;
                uint32_t original = word(entry), replacement = word(entry + 4);
                unsigned feature = entry[8] | (format->feature_bytes > 1 ? entry[9] << 8 : 0);
                unsigned length = entry[format->lengths], new_length = entry[format->lengths + 1];

                if (format->relative) {
                        original += at;
                        replacement += at + 4;
                }
                if (format->feature_bytes == 1 && format->bytes == 12 && i + 1 < count && entry[11])
                        return false;
                if (!length || new_length > length || (feature & ~NEGATED) >= FEATURE_LIMIT ||
                    !is_code(image, original, length) ||
                    !is_code_or_end(image, replacement, new_length))
                        return false;
                list[i] = (struct ab_replacement){
                    .address = replacement,
                    .bytes = new_length,
                    .feature = (uint16_t)(feature & ~NEGATED),
                    .negated = (feature & NEGATED) != 0,
                };
        }
        return true;
}

static int by_address(const void *left, const void *right)
{
        const struct ab_replacement *a = left, *b = right;

        if (a->address != b->address)
                return a->address < b->address ? -1 : 1;
        return (a->feature > b->feature) - (a->feature < b->feature);
}

void ab_alternatives_read(const struct ab_image *image, struct ab_alternatives *alternatives)
{
        const struct ab_section *table = ab_image_section(image, ".altinstructions");

        memset(alternatives, 0, sizeof *alternatives);
        if (!table || !table->data || !table->bytes)
                return;
        for (unsigned i = 0; i < sizeof formats / sizeof *formats; i++) {
                struct ab_replacement *list =
                    ab_alloc((entries_of(table, &formats[i]) + 1) * sizeof *list);

                if (parse(image, table, &formats[i], list)) {
                        alternatives->list = list;
                        alternatives->count = entries_of(table, &formats[i]);
                        alternatives->format = formats[i].name;
                        alternatives->absolute = !formats[i].relative;
                        qsort(list, alternatives->count, sizeof *list, by_address);
                        return;
                }
                free(list);
        }
        alternatives->unreadable = true;
}

void ab_alternatives_free(struct ab_alternatives *alternatives)
{
        free(alternatives->list);
}

struct ab_replacement *ab_alternatives_at(const struct ab_alternatives *alternatives,
                                          uint32_t address)
{
        unsigned low = 0, high = alternatives->count;

        while (low < high) {
                unsigned middle = low + (high - low) / 2;

                if (alternatives->list[middle].address <= address)
                        low = middle + 1;
                else
                        high = middle;
        }
        while (low-- > 0) {
                struct ab_replacement *r = &alternatives->list[low];

                if (address - r->address < r->bytes)
                        return r;
                if (address - r->address > 255)
                        break;
        }
        return NULL;
}

bool ab_replacement_can_be_hidden(const struct ab_replacement *replacement)
{
        return !replacement->negated && replacement->feature != FEATURE_ALWAYS &&
               replacement->feature != FEATURE_UP;
}

/*
 * Names of the features whose replacements hold, in some Linux, a sensitive
 * instruction.  Words 0, 1, 4 to 6, 9 and on mirror CPUID; in words 3 and 7
 * Linux keeps flags of its own, whose meaning depends on its age.
 */
enum age { ANY, OLD, NEW }; /* OLD: before 3.5 */

static const struct {
        unsigned feature;
        enum age age;
        const char *name;
        const char *source; /* where it is not the word's */
} names[] = {
    {0 * 32 + 11, ANY, "SEP", NULL},
    {0 * 32 + 24, ANY, "FXSR", NULL},
    {0 * 32 + 25, ANY, "XMM", NULL},
    {0 * 32 + 26, ANY, "XMM2", NULL},
    {1 * 32 + 27, ANY, "RDTSCP", NULL},
    {1 * 32 + 31, ANY, "3DNOW", NULL},
    {3 * 32 + 17, ANY, "MFENCE_RDTSC", NULL},
    {3 * 32 + 18, ANY, "LFENCE_RDTSC", NULL},
    {4 * 32 + 3, ANY, "MWAIT", NULL},
    {4 * 32 + 26, ANY, "XSAVE", NULL},
    {7 * 32 + 4, OLD, "XSAVEOPT", "d.1:eax:0"},
    {7 * 32 + 11, NEW, "PTI", NULL},
    {7 * 32 + 21, NEW, "USE_IBPB", NULL},
    {7 * 32 + 22, NEW, "USE_IBRS_FW", NULL},
    {8 * 32 + 15, NEW, "VMMCALL", NULL},
    {9 * 32 + 10, ANY, "INVPCID", NULL},
    {9 * 32 + 20, ANY, "SMAP", NULL},
    {10 * 32 + 0, NEW, "XSAVEOPT", NULL},
    {10 * 32 + 1, NEW, "XSAVEC", NULL},
    {10 * 32 + 3, NEW, "XSAVES", NULL},
    {18 * 32 + 14, NEW, "SERIALIZE", NULL},
};

static int name_index(const struct ab_alternatives *alternatives, unsigned feature)
{
        for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
                if (names[i].feature == feature &&
                    names[i].age != (alternatives->absolute ? NEW : OLD))
                        return (int)i;
        return -1;
}

const char *ab_feature_name(const struct ab_alternatives *alternatives, unsigned feature)
{
        int i = name_index(alternatives, feature);

        return i < 0 ? "" : names[i].name;
}

const char *ab_feature_source(const struct ab_alternatives *alternatives, unsigned feature)
{
        static const char *const sources[] = {
            [0] = "1:edx",         [1] = "80000001:edx",  [2] = "80860001:edx",
            [4] = "1:ecx",         [5] = "c0000001:edx",  [6] = "80000001:ecx",
            [9] = "7.0:ebx",       [10] = "d.1:eax",      [12] = "7.1:eax",
            [13] = "80000008:ebx", [14] = "6:eax",        [15] = "8000000a:edx",
            [16] = "7.0:ecx",      [17] = "80000007:ebx", [18] = "7.0:edx",
            [19] = "8000001f:eax",
        };
        int i = name_index(alternatives, feature);

        if (i >= 0 && names[i].source)
                return names[i].source;
        if (feature / 32 >= sizeof sources / sizeof *sources || !sources[feature / 32])
                return "";
        return sources[feature / 32];
}
