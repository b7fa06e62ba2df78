/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * afterburn report --bound: reads bound code back.  What a site became is told from its
 * bytes alone, by the promises of afterburn/wedge.h, and not by asking the binder.
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

enum kind { NATIVE, INLINE, CALL, KINDS };

static const char *const kind_name[KINDS] = {"native", "inline", "call"};

struct found {
        enum kind kind;
        uint32_t vector;     /* of a call */
        unsigned code_bytes; /* without the NOPs that fill up */
};

struct sums {
        unsigned sites, bytes, slack, least, kind[KINDS];
};

static uint32_t word(const uint8_t *p)
{
        return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static const struct ab_wedge_description *find_mark(const struct ab_image *image)
{
        const struct ab_section *section = ab_image_section(image, AB_BOUND_SECTION);
        static struct ab_wedge_description mark;

        if (!section || !section->data)
                ab_die(AB_EXIT_ERROR, "%s: is not bound: give what afterburn link wrote",
                       image->path);
        if (section->bytes != sizeof(mark) || word(section->data) != AB_WEDGE_MAGIC)
                ab_die(AB_EXIT_ERROR, "%s: its mark is damaged: link the image again", image->path);
        memcpy(&mark, section->data, sizeof(mark));
        mark.hypervisor[AB_HYPERVISOR_BYTES - 1] = 0;
        return &mark;
}

/* Length of the instruction @at bytes into the site; 0 at its end. */
static unsigned step(struct ab_decoder *decoder, const struct ab_record *record,
                     const uint8_t *code, unsigned at, struct ab_mc_insn *insn)
{
        if (at >= record->site_bytes)
                return 0;
        ab_mc_decode(decoder, code + at, record->site_bytes - at, record->start + at, insn);
        return insn->bytes;
}

/* A call, behind a pushed immediate or not. */
static bool find_call(const struct ab_wedge *wedge, const struct ab_record *record,
                      const uint8_t *code, struct found *found)
{
        unsigned push = code[0] == 0x6a ? 2 : code[0] == 0x68 ? 5 : 0;
        uint32_t vector;

        if (record->site_bytes < push + 6 || code[push] != 0xff || code[push + 1] != 0x15)
                return false;
        vector = (word(code + push + 2) - wedge->vectors) / 4;
        if (vector >= 2 * AB_VECTORS)
                return false;
        found->kind = CALL;
        found->vector = vector;
        found->code_bytes = push + 6;
        return true;
}

/* Inline code touches a word of the virtual processor. */
static bool touches_vcpu(const struct ab_wedge *wedge, const struct ab_record *record,
                         const uint8_t *code)
{
        unsigned at;

        for (at = 0; at + 4 <= record->site_bytes; at++)
                if (word(code + at) - wedge->vcpu < AB_VCPU_BYTES)
                        return true;
        return false;
}

static struct found look(struct ab_decoder *decoder, const struct ab_wedge *wedge,
                         const struct ab_record *record, const uint8_t *code)
{
        struct found found = {.kind = NATIVE, .code_bytes = record->site_bytes};
        unsigned at = 0, length, instructions = record->class_id == AB_CLASS_PUSHF ? 3 : 1;
        unsigned kind = AB_RECORD_KIND_OF(record);
        struct ab_mc_insn insn;

        if (find_call(wedge, record, code, &found)) {
                /* behind it the carried operand, or the access it announces */
                if (ab_vector_carries(found.vector % AB_VECTORS) ||
                    (kind != AB_KIND_INSN && kind != AB_KIND_HOOK))
                        found.code_bytes += step(decoder, record, code, found.code_bytes, &insn);
        } else if (touches_vcpu(wedge, record, code)) {
                found.kind = INLINE;
                for (; instructions && (length = step(decoder, record, code, at, &insn));
                     instructions--)
                        at += length;
                found.code_bytes = at;
        }
        return found;
}

static const char *class_name(const struct ab_record *record)
{
        static const char *const kinds[] = {"?", "insn", "pt-store", "pt-read", "device", "hook"};
        const struct ab_row *row = ab_row_of_class(record->class_id);
        unsigned kind = AB_RECORD_KIND_OF(record);

        return row ? row->name : kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[kind] : "?";
}

static void print_code(FILE *out, struct ab_decoder *decoder, const struct ab_record *record,
                       const uint8_t *code, const struct found *found)
{
        unsigned at = 0, length;
        struct ab_mc_insn insn;
        uint32_t entry;

        while ((length = step(decoder, record, code, at, &insn))) {
                char *p;

                for (p = insn.text; *p; p++)
                        if (*p == '\t')
                                *p = ' ';
                for (p = insn.text; *p == ' '; p++)
                        ;
                fprintf(out, "        %08x  %s", record->start + at, p);
                if (found->kind == CALL && code[at] == 0xff && code[at + 1] == 0x15) {
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

static void add(struct sums *sums, const struct ab_record *record, const struct found *found)
{
        unsigned slack = record->site_bytes - found->code_bytes;

        if (found->kind != NATIVE &&
            (sums->kind[INLINE] + sums->kind[CALL] == 0 || slack < sums->least))
                sums->least = slack;
        sums->sites++;
        sums->bytes += record->site_bytes;
        sums->slack += slack;
        sums->kind[found->kind]++;
}

static void print_sums(FILE *out, const char *name, const struct sums *sums)
{
        fprintf(out, "%-16s %7u %8u %7u %7u %7u %7u %7u\n", name, sums->sites, sums->bytes,
                sums->kind[INLINE], sums->kind[CALL], sums->kind[NATIVE], sums->slack, sums->least);
}

void ab_bound_print(const struct ab_image *image, FILE *out)
{
        const struct ab_wedge_description *mark = find_mark(image);
        struct ab_decoder *decoder = ab_decoder_new();
        static struct sums row[256], kinds[16], all;
        unsigned i;

        ab_decoder_hex(decoder);
        fprintf(
            out, "%s: bound for %s, wedge ABI %u, vectors at 0x%x, virtual processor at 0x%x\n\n",
            image->path, mark->hypervisor, mark->wedge.abi, mark->wedge.vectors, mark->wedge.vcpu);
        for (i = 0; i < image->record_count; i++) {
                const struct ab_record *record = &image->records[i];
                const uint8_t *code = ab_image_bytes(image, record->start, record->site_bytes);
                struct found found;
                char place[160];

                if (!code)
                        ab_die(AB_EXIT_ERROR,
                               "%s: the site at 0x%x is not in the image: link it again",
                               image->path, record->start);
                found = look(decoder, &mark->wedge, record, code);
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
