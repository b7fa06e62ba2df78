/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Up to 2.6.19 Linux' BUG() puts a line number (16 bits) and a pointer to a
 * file name behind ud2, in the instruction stream.  They are recognised by
 * what they are: the pointer leads to the name of a source file in read-only
 * data.
 */
#include "config.h"
#include "tool/account.h"

#include <string.h>

enum { BUG_BYTES = 6, NAME_LIMIT = 256 };

static bool is_file_name(const char *text, unsigned limit)
{
        unsigned n = 0;

        while (n < limit && text[n] > ' ' && text[n] < 0x7f)
                n++;
        if (n < 3 || n == limit || text[n] || text[n - 2] != '.')
                return false;
        return text[n - 1] == 'c' || text[n - 1] == 'h' || text[n - 1] == 'S' ||
               text[n - 1] == 'l' || text[n - 1] == 'y';
}

unsigned ab_bug_data_bytes(const struct ab_image *image, uint32_t address)
{
        const uint8_t *data = ab_image_bytes(image, address, BUG_BYTES);
        const struct ab_section *section;
        uint32_t pointer, line;

        if (!data)
                return 0;
        line = data[0] | (uint32_t)data[1] << 8;
        memcpy(&pointer, data + 2, sizeof pointer);
        section = ab_image_section_at(image, pointer, 1);
        if (!line || !section || section->executable || !section->data)
                return 0;
        if (!is_file_name((const char *)section->data + (pointer - section->address),
                          section->bytes - (pointer - section->address) < NAME_LIMIT
                              ? section->bytes - (pointer - section->address)
                              : NAME_LIMIT))
                return 0;
        return BUG_BYTES;
}
