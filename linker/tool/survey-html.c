/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report as one HTML file that needs nothing else: no script, no font, no
 * picture from elsewhere.  It is well-formed XML, so that a test can say so.
 */
#include "config.h"
#include "tool/shared.h"
#include "tool/survey.h"

#include <string.h>

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
    "<meta charset=\"utf-8\"/>\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
    "<style>\n"
    ":root { color-scheme: light dark; --ink: #1d2430; --dim: #667085; --line: #e2e6ec;\n"
    "  --paper: #ffffff; --ground: #f5f7fa; --mark: #d9480f; }\n"
    "@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --dim: #98a2b3;\n"
    "  --line: #2f3743; --paper: #1a2029; --ground: #12161d; --mark: #ff8a4c; } }\n"
    "* { box-sizing: border-box; }\n"
    "body { margin: 0; background: var(--ground); color: var(--ink);\n"
    "  font: 15px/1.5 system-ui, sans-serif; }\n"
    "main { max-width: 70rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }\n"
    "h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }\n"
    "h2 { font-size: 1.05rem; margin: 2.25rem 0 .6rem; }\n"
    "p.sub { color: var(--dim); margin: .25rem 0 1.5rem; }\n"
    ".cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr));\n"
    "  gap: .75rem; }\n"
    ".card { background: var(--paper); border: 1px solid var(--line); border-radius: .6rem;\n"
    "  padding: .8rem 1rem; }\n"
    ".card b { display: block; font-size: 1.5rem; font-variant-numeric: tabular-nums; }\n"
    ".card span { color: var(--dim); font-size: .85rem; }\n"
    ".scroll { overflow-x: auto; background: var(--paper); border: 1px solid var(--line);\n"
    "  border-radius: .6rem; }\n"
    "table { border-collapse: collapse; width: 100%; }\n"
    "th, td { text-align: left; padding: .35rem .8rem; border-top: 1px solid var(--line);\n"
    "  white-space: nowrap; }\n"
    "thead th { border-top: 0; color: var(--dim); font-weight: 600; font-size: .85rem; }\n"
    "td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }\n"
    "td.bar { width: 40%; min-width: 8rem; }\n"
    "td.bar i { display: block; height: .7rem; border-radius: .2rem; background: var(--mark);\n"
    "  min-width: 2px; }\n"
    "code { font: 13px ui-monospace, monospace; }\n"
    "</style>\n";

static void text(FILE *out, const char *s)
{
        for (; *s; s++) {
                switch (*s) {
                case '<':
                        fputs("&lt;", out);
                        break;
                case '>':
                        fputs("&gt;", out);
                        break;
                case '&':
                        fputs("&amp;", out);
                        break;
                case '"':
                        fputs("&quot;", out);
                        break;
                default:
                        if ((unsigned char)*s < ' ' || (unsigned char)*s >= 0x7f)
                                fputc('?', out);
                        else
                                fputc(*s, out);
                }
        }
}

static void card(FILE *out, const char *label, const char *format, double value)
{
        fputs("<div class=\"card\"><b>", out);
        fprintf(out, format, value);
        fprintf(out, "</b><span>%s</span></div>\n", label);
}

static double percent(double part, double whole)
{
        return whole ? 100.0 * part / whole : 0;
}

static void cards(FILE *out, const struct ab_survey *s)
{
        fputs("<div class=\"cards\">\n", out);
        card(out, "sites", "%.0f", s->count);
        card(out, "bytes of padding", "%.0f", s->padding_bytes);
        card(out, "bytes of code", "%.0f", s->code_bytes);
        if (s->plain_code_bytes)
                card(out, "text growth", "%.2f %%",
                     percent((double)s->code_bytes - s->plain_code_bytes, s->plain_code_bytes));
        card(out, "of C sites: flags known dead", "%.1f %%",
             percent(s->c_sites_flags_dead, s->c_sites));
        card(out, "of C sites: a register known dead", "%.1f %%",
             percent(s->c_sites_gpr_dead, s->c_sites));
        fputs("</div>\n", out);
}

static void table(FILE *out, const char *title, const char *column, const struct ab_group *groups,
                  unsigned count)
{
        fprintf(out,
                "<h2>%s</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>%s</th>"
                "<th class=\"n\">sites</th><th class=\"n\">padding</th><th></th></tr></thead>\n"
                "<tbody>\n",
                title, column);
        for (unsigned i = 0; i < count; i++) {
                fputs("<tr><td>", out);
                text(out, groups[i].name);
                fprintf(out,
                        "</td><td class=\"n\">%u</td><td class=\"n\">%u</td>"
                        "<td class=\"bar\"><i style=\"width: %.1f%%\"></i></td></tr>\n",
                        groups[i].sites, groups[i].padding_bytes,
                        percent(groups[i].sites, groups[0].sites));
        }
        fputs("</tbody></table></div>\n", out);
}

static void site_table(FILE *out, const struct ab_survey *s)
{
        fputs("<h2>All sites</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>address</th>"
              "<th>class</th><th class=\"n\">bytes</th><th>padding</th><th>function</th>"
              "<th>source</th></tr></thead>\n<tbody>\n",
              out);
        for (unsigned i = 0; i < s->count; i++) {
                const struct ab_place_of_site *site = &s->sites[i];

                fprintf(out, "<tr><td><code>%08x</code></td><td>%s</td><td class=\"n\">%u</td>",
                        site->record->start, site->what, site->record->site_bytes);
                fprintf(out, "<td>%u %s</td><td><code>",
                        (unsigned)site->record->site_bytes - site->record->insn_bytes,
                        ab_padding_name(site->record->padding));
                text(out, site->function);
                fprintf(out, "+0x%x</code></td><td><code>", site->offset);
                text(out, site->line ? site->file : site->unit);
                if (site->line)
                        fprintf(out, ":%u", site->line);
                fputs("</code></td></tr>\n", out);
        }
        fputs("</tbody></table></div>\n", out);
}

void ab_survey_print_html(const struct ab_survey *s, FILE *out, bool sites)
{
        const char *name = strrchr(s->image->path, '/');

        fputs(head, out);
        fputs("<title>Afterburn report: ", out);
        text(out, name ? name + 1 : s->image->path);
        fputs("</title>\n</head>\n<body>\n<main>\n<h1>", out);
        text(out, name ? name + 1 : s->image->path);
        fputs(
            "</h1>\n<p class=\"sub\">Sensitive instructions padded and annotated by " PACKAGE_STRING
            "</p>\n",
            out);
        cards(out, s);
        table(out, "By class", "class", s->by_class, s->class_count);
        table(out, s->folders_known ? "By subsystem" : "By file (folders unknown)",
              s->folders_known ? "folder" : "file", s->by_subsystem, s->subsystem_count);
        table(out, "By kind", "kind", s->by_kind, s->kind_count);
        table(out, "By padding", "padding", s->by_padding, s->padding_count);
        if (sites)
                site_table(out, s);
        fputs("</main>\n</body>\n</html>\n", out);
}
