/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report for people at a terminal, and the comparison of two reports.
 */
#include "config.h"
#include "tool/survey.h"

#include <stdlib.h>
#include <string.h>

#include "host/diag.h"
#include "tool/bound.h"
#include "tool/shared.h"

static double percent(double part, double whole)
{
        return whole ? 100.0 * part / whole : 0;
}

static void print_groups(FILE *out, const char *title, const struct ab_group *groups,
                         unsigned count)
{
        fprintf(out, "\n%-36s %8s %10s\n", title, "sites", "padding");
        for (unsigned i = 0; i < count; i++)
                fprintf(out, "%-36s %8u %10u\n", groups[i].name, groups[i].sites,
                        groups[i].padding_bytes);
}

static void print_site(FILE *out, const struct ab_place_of_site *site)
{
        const struct ab_record *r = site->record;

        fprintf(out, "0x%08x %-16s %2u bytes, %2u %-12s dead %02x/%02x  ", r->start, site->what,
                r->site_bytes, (unsigned)r->site_bytes - r->insn_bytes, ab_padding_name(r->padding),
                r->dead_gprs, r->dead_flags);
        if (site->function[0])
                fprintf(out, "%s+0x%x ", site->function, site->offset);
        if (site->line)
                fprintf(out, "%s:%u", site->file, site->line);
        else
                fputs(site->unit, out);
        fputc('\n', out);
}

void ab_survey_print_text(const struct ab_survey *s, FILE *out, bool sites)
{
        fprintf(out, "%s: %u sites, %u bytes of padding in %u bytes of code\n", s->image->path,
                s->count, s->padding_bytes, s->code_bytes);
        if (ab_bound_mark(s->image))
                fprintf(out, "bound for %s: --bound shows what stands at the sites now\n",
                        ab_bound_mark(s->image)->hypervisor);
        if (s->plain_code_bytes)
                fprintf(out, "text growth: %d bytes (%.2f %%) over %u bytes without afterburning\n",
                        (int)(s->code_bytes - s->plain_code_bytes),
                        percent((double)s->code_bytes - s->plain_code_bytes, s->plain_code_bytes),
                        s->plain_code_bytes);
        fprintf(out,
                "C sites: %u; all flags known dead at %u (%.1f %%), a register at %u (%.1f %%)\n",
                s->c_sites, s->c_sites_flags_dead, percent(s->c_sites_flags_dead, s->c_sites),
                s->c_sites_gpr_dead, percent(s->c_sites_gpr_dead, s->c_sites));
        print_groups(out, "kind", s->by_kind, s->kind_count);
        print_groups(out, "padding", s->by_padding, s->padding_count);
        print_groups(out, "class", s->by_class, s->class_count);
        print_groups(out, s->folders_known ? "subsystem" : "file (folders unknown)",
                     s->by_subsystem, s->subsystem_count);
        if (!sites)
                return;
        fputc('\n', out);
        for (unsigned i = 0; i < s->count; i++)
                print_site(out, &s->sites[i]);
}

/* What two images are compared by. */
struct key {
        const char *unit, *function, *what;
        unsigned count;
};

static int by_key(const void *left, const void *right)
{
        const struct key *a = left, *b = right;
        int order = strcmp(a->unit, b->unit);

        if (!order)
                order = strcmp(a->function, b->function);
        return order ? order : strcmp(a->what, b->what);
}

static struct key *keys_of(const struct ab_survey *survey, unsigned *count)
{
        struct key *keys = ab_alloc((survey->count + 1) * sizeof *keys);
        unsigned kept = 0;

        for (unsigned i = 0; i < survey->count; i++)
                keys[i] = (struct key){survey->sites[i].unit, survey->sites[i].function,
                                       survey->sites[i].what, 1};
        if (survey->count)
                qsort(keys, survey->count, sizeof *keys, by_key);
        for (unsigned i = 0; i < survey->count; i++) {
                if (kept && !by_key(&keys[kept - 1], &keys[i]))
                        keys[kept - 1].count++;
                else
                        keys[kept++] = keys[i];
        }
        *count = kept;
        return keys;
}

unsigned ab_survey_diff(const struct ab_survey *old, const struct ab_survey *new, FILE *out)
{
        unsigned old_count, new_count, i = 0, n = 0, lines = 0;
        struct key *a = keys_of(old, &old_count), *b = keys_of(new, &new_count);

        while (i < old_count || n < new_count) {
                int order = i == old_count ? 1 : n == new_count ? -1 : by_key(&a[i], &b[n]);
                const struct key *key = order <= 0 ? &a[i] : &b[n];
                unsigned before = order <= 0 ? a[i].count : 0, after = order >= 0 ? b[n].count : 0;

                if (before != after) {
                        fprintf(out, "%c%u %s %s (%s): %u -> %u\n", after > before ? '+' : '-',
                                after > before ? after - before : before - after, key->what,
                                key->function[0] ? key->function : "?",
                                key->unit[0] ? key->unit : "?", before, after);
                        lines++;
                }
                i += order <= 0;
                n += order >= 0;
        }
        fprintf(out, "sites: %u -> %u; bytes of padding: %u -> %u; bytes of code: %u -> %u\n",
                old->count, new->count, old->padding_bytes, new->padding_bytes, old->code_bytes,
                new->code_bytes);
        free(a);
        free(b);
        return lines;
}
