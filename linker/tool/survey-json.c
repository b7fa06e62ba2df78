/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "tool/survey.h"

#include "tool/bound.h"
#include "tool/json.h"
#include "tool/shared.h"

static void groups(struct ab_json *json, const char *key, const struct ab_group *list,
                   unsigned count)
{
        ab_json_open(json, key, '[');
        for (unsigned i = 0; i < count; i++) {
                ab_json_open(json, NULL, '{');
                ab_json_string(json, "name", list[i].name);
                ab_json_number(json, "sites", list[i].sites);
                ab_json_number(json, "padding_bytes", list[i].padding_bytes);
                ab_json_close(json, '}');
        }
        ab_json_close(json, ']');
}

static void one_site(struct ab_json *json, const struct ab_place_of_site *site)
{
        const struct ab_record *r = site->record;

        ab_json_open(json, NULL, '{');
        ab_json_number(json, "address", r->start);
        ab_json_string(json, "kind", ab_kind_name(AB_RECORD_KIND_OF(r)));
        ab_json_string(json, "class", site->what);
        ab_json_number(json, "site_bytes", r->site_bytes);
        ab_json_number(json, "insn_offset", r->insn_offset);
        ab_json_number(json, "insn_bytes", r->insn_bytes);
        ab_json_string(json, "padding", ab_padding_name(r->padding));
        ab_json_number(json, "dead_gprs", r->dead_gprs);
        ab_json_number(json, "dead_flags", r->dead_flags);
        ab_json_number(json, "operand", r->operand);
        ab_json_string(json, "function", site->function);
        ab_json_number(json, "offset", site->offset);
        ab_json_string(json, "file", site->file);
        ab_json_number(json, "line", site->line);
        ab_json_string(json, "unit", site->unit);
        ab_json_string(json, "subsystem", site->subsystem);
        ab_json_close(json, '}');
}

void ab_survey_print_json(const struct ab_survey *s, FILE *out, bool sites)
{
        struct ab_json json;

        ab_json_begin(&json, out);
        ab_json_string(&json, "file", s->image->path);
        if (ab_bound_mark(s->image))
                ab_json_string(&json, "bound", ab_bound_mark(s->image)->hypervisor);
        ab_json_number(&json, "sites", s->count);
        ab_json_number(&json, "padding_bytes", s->padding_bytes);
        ab_json_number(&json, "code_bytes", s->code_bytes);
        if (s->plain_code_bytes) {
                ab_json_number(&json, "plain_code_bytes", s->plain_code_bytes);
                ab_json_real(&json, "text_growth_percent",
                             100.0 * ((double)s->code_bytes - s->plain_code_bytes) /
                                 s->plain_code_bytes);
        }
        ab_json_number(&json, "c_sites", s->c_sites);
        ab_json_number(&json, "c_sites_flags_dead", s->c_sites_flags_dead);
        ab_json_number(&json, "c_sites_gpr_dead", s->c_sites_gpr_dead);
        ab_json_bool(&json, "debug_information", s->exact_lines);
        groups(&json, "by_kind", s->by_kind, s->kind_count);
        groups(&json, "by_padding", s->by_padding, s->padding_count);
        groups(&json, "by_class", s->by_class, s->class_count);
        groups(&json, "by_subsystem", s->by_subsystem, s->subsystem_count);
        if (sites) {
                ab_json_open(&json, "list", '[');
                for (unsigned i = 0; i < s->count; i++)
                        one_site(&json, &s->sites[i]);
                ab_json_close(&json, ']');
        }
        ab_json_end(&json);
}
