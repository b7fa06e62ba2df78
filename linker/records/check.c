/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every record of an image must satisfy by itself and beside its
 * neighbours.  Whether it tells the truth about the bytes is the audit's
 * question, not this file's.
 */
#include "config.h"
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>

#include <afterburn/insn.h>

struct checker {
        const struct ab_image *image;
        void (*report)(void *, const struct ab_record *, const char *);
        void *context;
        unsigned faults;
};

static void __attribute__((format(printf, 3, 4)))
fault(struct checker *c, const struct ab_record *record, const char *format, ...)
{
        char text[256], place[128];
        va_list arguments;
        int used =
            snprintf(text, sizeof text, "record at %s (0x%x): ",
                     ab_image_place(c->image, record->start, place, sizeof place), record->start);

        va_start(arguments, format);
        if (used < (int)sizeof text)
                vsnprintf(text + used, sizeof text - (size_t)used, format, arguments);
        va_end(arguments);
        c->faults++;
        c->report(c->context, record, text);
}

static bool class_known(unsigned class_id)
{
        switch (class_id) {
#define AB_INSN(id, number, ...) case number:
#include <insn-ia32.def>
#undef AB_INSN
                return true;
        default:
                return false;
        }
}

/* Lengths of instruction, padding and site fit together. */
static void check_lengths(struct checker *c, const struct ab_record *r)
{
        unsigned end = r->insn_offset + r->insn_bytes;
        bool hook = AB_RECORD_KIND_OF(r) == AB_KIND_HOOK;

        if (!r->site_bytes)
                fault(c, r, "empty site");
        else if (end > r->site_bytes)
                fault(c, r, "instruction [%u, %u) is outside its site of %u bytes", r->insn_offset,
                      end, r->site_bytes);
        else if (hook && r->insn_bytes)
                fault(c, r, "a hook names an instruction");
        else if (!hook && (!r->insn_bytes || r->insn_bytes > 15))
                fault(c, r, "instruction of %u bytes", r->insn_bytes);
        else if (r->padding == AB_PAD_NONE && !hook && r->site_bytes != r->insn_bytes)
                fault(c, r, "site has padding and the record says it has none");
        else if (r->padding == AB_PAD_PREFIX && (end != r->site_bytes || r->site_bytes > 15))
                fault(c, r, "prefix padding must stand before the instruction, 15 bytes in all");
        else if (r->padding == AB_PAD_NOP_BEFORE && !hook && end != r->site_bytes)
                fault(c, r, "padding before the instruction leaves bytes behind it");
        else if (r->padding == AB_PAD_NOP_AFTER && r->insn_offset)
                fault(c, r, "padding behind the instruction leaves bytes before it");
}

static void check_fields(struct checker *c, const struct ab_record *r)
{
        unsigned kind = AB_RECORD_KIND_OF(r);

        if (AB_RECORD_VERSION_OF(r) != AB_RECORD_VERSION)
                fault(c, r, "version %u", AB_RECORD_VERSION_OF(r));
        if (kind < AB_KIND_INSN || kind > AB_KIND_HOOK)
                fault(c, r, "kind %u is unknown", kind);
        if (kind == AB_KIND_INSN ? !class_known(r->class_id) : r->class_id != 0)
                fault(c, r, "class %u does not go with kind %u", r->class_id, kind);
        if (r->padding > AB_PAD_NOP_AFTER)
                fault(c, r, "padding %u is unknown", r->padding);
        if (r->dead_gprs & (1 << AB_ESP))
                fault(c, r, "says that the stack pointer is dead");
        if (r->dead_flags & ~AB_FLAGS_ALL)
                fault(c, r, "dead flags 0x%x", r->dead_flags);
        if (kind == AB_KIND_HOOK) {
                if (r->operand != AB_HOOK_MODULE_LOADED && r->operand != AB_HOOK_PT_COPY)
                        fault(c, r, "hook %u is unknown", r->operand);
                return;
        }
        if (AB_OP_GPR(r->operand) > AB_EDI && AB_OP_GPR(r->operand) != AB_GPR_NONE)
                fault(c, r, "register operand %u", AB_OP_GPR(r->operand));
        if (AB_OP_SYS(r->operand) > 7 && AB_OP_SYS(r->operand) != 15)
                fault(c, r, "system register operand %u", AB_OP_SYS(r->operand));
        if (r->operand & ~(AB_OP_LAST | 0x03ffffffu))
                fault(c, r, "operand word 0x%x has unknown bits", r->operand);
}

static void check_place(struct checker *c, const struct ab_record *r,
                        const struct ab_record *previous)
{
        const struct ab_section *section = ab_image_section_at(c->image, r->start, r->site_bytes);

        if (!section || !section->executable)
                fault(c, r, "site is not inside an executable section");
        if (!previous)
                return;
        if (previous->start == r->start)
                fault(c, r, "a second record for the same site");
        else if (r->start - previous->start < previous->site_bytes)
                fault(c, r, "overlaps the site at 0x%x", previous->start);
}

unsigned ab_image_check(const struct ab_image *image,
                        void (*report)(void *, const struct ab_record *, const char *),
                        void *context)
{
        struct checker c = {.image = image, .report = report, .context = context};

        for (unsigned i = 0; i < image->record_count; i++) {
                const struct ab_record *r = &image->records[i];

                check_fields(&c, r);
                check_lengths(&c, r);
                check_place(&c, r, i ? r - 1 : NULL);
        }
        return c.faults;
}

struct first {
        const struct ab_image *image;
        struct ab_problem *problem;
        bool seen;
};

static void keep_first(void *context, const struct ab_record *record, const char *text)
{
        struct first *first = context;

        (void)record;
        if (!first->seen)
                ab_problem_set(first->problem, first->image->path, "%s: build the image again",
                               text);
        first->seen = true;
}

bool ab_image_is_valid(const struct ab_image *image, struct ab_problem *problem)
{
        struct first first = {.image = image, .problem = problem};

        return !ab_image_check(image, keep_first, &first);
}
