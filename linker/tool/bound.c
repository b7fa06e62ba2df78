/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * afterburn report --bound: what stands at every site.
 */
#include "config.h"
#include "tool/bound.h"

#include <stdlib.h>
#include <string.h>

#include <afterburn/bound.h>

#include "core/vector.h"
#include "host/diag.h"
#include "tool/decode.h"
#include "tool/rows.h"

static const char *const kind_name[] = {"native", "inline", "call"};

struct sums {
        unsigned sites, bytes, slack, least, kind[AB_BOUND_CALL + 1];
};

static const char *class_name(const struct ab_record *record)
{
        static const char *const kinds[] = {"?", "insn", "pt-store", "pt-read", "device", "hook"};
        const struct ab_row *row = ab_row_of_class(record->class_id);
        unsigned kind = AB_RECORD_KIND_OF(record);

        return row ? row->name : kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[kind] : "?";
}

static void print_code(FILE *out, struct ab_decoder *decoder, const struct ab_record *record,
                       const uint8_t *code, const struct ab_bound_code *found)
{
        unsigned at = 0, length;
        struct ab_mc_insn insn;
        uint32_t entry;

        while ((length = ab_bound_step(decoder, record, code, at, &insn))) {
                char *p;

                for (p = insn.text; *p; p++)
                        if (*p == '\t')
                                *p = ' ';
                for (p = insn.text; *p == ' '; p++)
                        ;
                fprintf(out, "        %08x  %s", record->start + at, p);
                if (found->kind == AB_BOUND_CALL && code[at] == 0xff && code[at + 1] == 0x15) {
                        fprintf(out, "    # %s",
                                ab_vector_name(found->vector % AB_VECTORS, &entry));
                        if (entry)
                                fprintf(out, "+%u", entry);
                        if (found->vector >= AB_VECTORS)
                                fprintf(out, ", flags dead");
                }
                fprintf(out, "\n");
                at += length;
        }
}

static void add(struct sums *sums, const struct ab_record *record,
                const struct ab_bound_code *found)
{
        unsigned slack = record->site_bytes - found->code_bytes;

        if (found->kind != AB_BOUND_NATIVE &&
            (sums->kind[AB_BOUND_INLINE] + sums->kind[AB_BOUND_CALL] == 0 || slack < sums->least))
                sums->least = slack;
        sums->sites++;
        sums->bytes += record->site_bytes;
        sums->slack += slack;
        sums->kind[found->kind]++;
}

static void print_sums(FILE *out, const char *name, const struct sums *sums)
{
        fprintf(out, "%-16s %7u %8u %7u %7u %7u %7u %7u\n", name, sums->sites, sums->bytes,
                sums->kind[AB_BOUND_INLINE], sums->kind[AB_BOUND_CALL], sums->kind[AB_BOUND_NATIVE],
                sums->slack, sums->least);
}

void ab_bound_print(const struct ab_image *image, FILE *out)
{
        const struct ab_wedge_description *mark = ab_bound_mark(image);
        struct ab_decoder *decoder = ab_decoder_new();
        static struct sums row[256], kinds[16], all;
        unsigned i;

        if (!mark)
                ab_die(AB_EXIT_ERROR, "%s: is not bound: give what afterburn link wrote",
                       image->path);
        ab_decoder_hex(decoder);
        fprintf(
            out, "%s: bound for %s, wedge ABI %u, vectors at 0x%x, virtual processor at 0x%x\n\n",
            image->path, mark->hypervisor, mark->wedge.abi, mark->wedge.vectors, mark->wedge.vcpu);
        for (i = 0; i < image->record_count; i++) {
                const struct ab_record *record = &image->records[i];
                const uint8_t *code = ab_image_bytes(image, record->start, record->site_bytes);
                struct ab_bound_code found;
                char place[160];

                if (!code)
                        ab_die(AB_EXIT_ERROR,
                               "%s: the site at 0x%x is not in the image: link it again",
                               image->path, record->start);
                found = ab_bound_look(decoder, &mark->wedge, record, code);
                fprintf(out, "%08x %s: %s, %s, %u bytes, %u left\n", record->start,
                        ab_image_place(image, record->start, place, sizeof(place)),
                        class_name(record), kind_name[found.kind], record->site_bytes,
                        record->site_bytes - found.code_bytes);
                print_code(out, decoder, record, code, &found);
                add(record->class_id ? &row[record->class_id] : &kinds[AB_RECORD_KIND_OF(record)],
                    record, &found);
                add(&all, record, &found);
        }
        fprintf(out, "\n%-16s %7s %8s %7s %7s %7s %7s %7s\n", "class", "sites", "bytes", "inline",
                "call", "native", "slack", "least");
        for (i = 0; i < 256; i++) {
                const struct ab_row *named = ab_row_of_class(i);

                if (row[i].sites)
                        print_sums(out, named ? named->name : "?", &row[i]);
        }
        for (i = 0; i < 16; i++) {
                struct ab_record any = {.version_kind = (uint8_t)i};

                if (kinds[i].sites)
                        print_sums(out, class_name(&any), &kinds[i]);
        }
        print_sums(out, "all", &all);
        ab_decoder_free(decoder);
}
