/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bind-image IMAGE: bind a whole afterburned image in memory and print what
 * became of each class.  Exit status 1, and the record, symbol and reason, when
 * the binder refuses it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "host/diag.h"
#include "records/image.h"
#include "bind.h"

static const char *const class_name[AB_ROWS] = {
#define AB_INSN(id, number, ...) [number] = #id,
#include <insn-ia32.def>
#undef AB_INSN
    [AB_ROW_KIND(AB_KIND_PT_STORE)] = "page-table store",
    [AB_ROW_KIND(AB_KIND_PT_READ)] = "page-table read",
    [AB_ROW_KIND(AB_KIND_DEVICE)] = "device access",
    [AB_ROW_KIND(AB_KIND_HOOK)] = "hook",
};

static uint8_t *code(void *context, uint32_t address, uint32_t *available)
{
        const struct ab_image *image = context;
        const struct ab_section *section = ab_image_section_at(image, address, 1);

        if (!section || !section->executable || !section->data)
                return NULL;
        *available = section->bytes - (address - section->address);
        return image->file + section->file_offset + (address - section->address);
}

int main(int argc, char **argv)
{
        struct ab_bind bind;
        struct ab_problem problem;
        struct ab_image *image;
        char place[256];
        unsigned row;

        ab_set_program("bind-image");
        if (argc != 2)
                ab_die(AB_EXIT_USAGE, "usage: bind-image IMAGE");
        image = ab_image_open(argv[1], &problem);
        if (!image)
                ab_die(AB_EXIT_ERROR, "%s", problem.text);
        memset(&bind, 0, sizeof(bind));
        bind.records = image->records;
        bind.count = image->record_count;
        bind.work = ab_alloc((image->record_count + 1ul) * AB_BIND_WORK_BYTES);
        bind.image.context = image;
        bind.image.code = code;
        bind.wedge = (struct ab_wedge){.abi = AB_WEDGE_ABI,
                                       .vectors = 0xbe000000,
                                       .vcpu = 0xbe010000,
                                       .inline_ops = AB_INLINE_ALL};
        if (ab_bind(&bind))
                ab_die(AB_EXIT_ERROR, "%s: record %u at %s (%s): %s", argv[1], bind.bad_index,
                       ab_image_place(image, bind.bad_address, place, sizeof(place)),
                       bind.bad_index < bind.count
                           ? class_name[image->records[bind.bad_index].class_id]
                           : "",
                       ab_bind_error_text(bind.error));
        printf("%-18s %6s %6s %6s %6s %7s %7s %6s\n", "class", "sites", "inline", "call", "native",
               "bytes", "code", "slack");
        for (row = 0; row < AB_ROWS; row++) {
                const struct ab_row_stats *s = &bind.stats.row[row];

                if (s->sites)
                        printf("%-18s %6u %6u %6u %6u %7u %7u %6u\n", class_name[row], s->sites,
                               s->shape[AB_SHAPE_INLINE], s->shape[AB_SHAPE_CALL],
                               s->sites - s->shape[AB_SHAPE_INLINE] - s->shape[AB_SHAPE_CALL],
                               s->site_bytes, s->code_bytes, s->least_slack);
        }
        printf("%u sites; behind sti: %u deferred, %u stepped, %u at once\n", bind.stats.sites,
               bind.stats.sti_defer, bind.stats.sti_step, bind.stats.sti_at_once);
        return 0;
}
