/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A flat payload is what objcopy -O binary makes of a vmlinux: the memory image,
 * without symbols, without sections.  What is code in it cannot be known from
 * it; but where it equals a vmlinux byte for byte, what is proved of that
 * is proved of it.
 */
#include "config.h"
#include "tool/same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/diag.h"

/* Old trees leave notes out of the boot image. */
static bool is_note(const struct ab_section *section)
{
        return !strncmp(section->name, ".note", 5);
}

static bool differs(const struct ab_image *flat, uint32_t address, struct ab_problem *problem)
{
        snprintf(problem->text, sizeof problem->text,
                 "%.200s: differs from the vmlinux at 0x%x: give the vmlinux it was made from",
                 flat->path, address);
        return false;
}

bool ab_flat_is_made_from(const struct ab_image *flat, const struct ab_image *vmlinux,
                          struct ab_problem *problem)
{
        const struct ab_section *memory = &flat->sections[0];
        bool *covered = ab_alloc(memory->bytes + 1);
        bool same = true;

        for (unsigned i = 0; same && i < vmlinux->section_count; i++) {
                const struct ab_section *section = &vmlinux->sections[i];

                if (!section->allocated || !section->data || is_note(section))
                        continue;
                for (uint32_t n = 0; same && n < section->bytes; n++) {
                        uint32_t at = section->address + n - memory->address;

                        /* Code that is not in the payload never runs from it. */
                        if (at >= memory->bytes)
                                continue;
                        covered[at] = true;
                        if (memory->data[at] != section->data[n])
                                same = differs(flat, memory->address + at, problem);
                }
        }
        for (uint32_t at = 0; same && at < memory->bytes; at++)
                if (!covered[at] && memory->data[at]) {
                        const struct ab_section *section =
                            ab_image_section_at(vmlinux, memory->address + at, 1);

                        if (!section || !is_note(section) ||
                            memory->data[at] != *ab_image_bytes(vmlinux, memory->address + at, 1))
                                same = differs(flat, memory->address + at, problem);
                }
        free(covered);
        return same;
}
