/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Exception tables and alternatives begin with two addresses, absolute ones or
 * distances from the field itself.  Their layouts have changed often; the one
 * in use is that in which every entry of the table points into code.
 */
#include <string.h>
#include "tables.h"

struct layout {
        unsigned bytes;
        bool relative;
};

static const struct layout layouts[] = {
    {12, true}, {8, true}, {8, false}, {12, false}, {14, true}, {13, true}, {16, true}, {11, false},
};

static uint32_t field(const struct ab_section *table, uint32_t at, bool relative)
{
        uint32_t word;

        memcpy(&word, table->data + at, 4);
        return relative ? table->address + at + word : word;
}

static bool is_code(const struct ab_image *image, uint32_t address)
{
        const struct ab_section *section = ab_image_section_at(image, address, 1);

        return section && (section->executable || !strcmp(section->name, ".altinstr_replacement"));
}

/*
 * What the second address may be: code; an empty replacement, just behind its
 * section; or a small number, by which some versions mark what a fault does.
 */
static bool is_target(const struct ab_image *image, uint32_t address)
{
        return is_code(image, address) || is_code(image, address - 1) || address < 0x1000;
}

/* The last entry may lack the byte that aligns the others. */
static bool is_whole(const struct ab_section *table, const struct layout *layout)
{
        unsigned rest = table->bytes % layout->bytes;

        return !rest || rest == layout->bytes - 1;
}

static const struct layout *find_layout(const struct ab_image *image,
                                        const struct ab_section *table)
{
        unsigned i;

        for (i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
                const struct layout *layout = &layouts[i];
                uint32_t at;

                if (!is_whole(table, layout))
                        continue;
                for (at = 0; at < table->bytes; at += layout->bytes)
                        if (!is_code(image, field(table, at, layout->relative)) ||
                            !is_target(image, field(table, at + 4, layout->relative)))
                                break;
                if (at >= table->bytes)
                        return layout;
        }
        return NULL;
}

static bool in_table(const struct ab_image *image, const char *name, uint32_t start, uint32_t end,
                     bool has_length)
{
        const struct ab_section *table = ab_image_section(image, name);
        const struct layout *layout;
        uint32_t at;

        if (!table || !table->data || !table->bytes)
                return false;
        layout = find_layout(image, table);
        if (!layout)
                return true;
        for (at = 0; at < table->bytes; at += layout->bytes) {
                uint32_t from = field(table, at, layout->relative), to = from + 1;
                const uint8_t *entry = table->data + at;

                /* the length stands behind a feature number of one byte or of two */
                if (has_length)
                        to = from + (entry[9] > entry[10] ? entry[9] : entry[10]);
                if (from < end && to > start)
                        return true;
        }
        return false;
}

bool in_exception_table(const struct ab_image *image, uint32_t start, uint32_t end)
{
        return in_table(image, "__ex_table", start, end, false);
}

bool in_alternative(const struct ab_image *image, uint32_t start, uint32_t end)
{
        return in_table(image, ".altinstructions", start, end, true);
}
