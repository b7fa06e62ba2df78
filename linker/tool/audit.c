/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * afterburn audit: is every sensitive instruction of this image accounted for?
 *
 * Exit status 0 only when it is.  Manual: afterburn-audit(1).
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/diag.h"
#include "tool/account.h"
#include "tool/json.h"
#include "tool/same.h"
#include "tool/shared.h"

static const char usage_text[] =
    "Usage: afterburn audit [OPTION]... FILE\n"
    "Account for every sensitive instruction of a vmlinux, bzImage, module or object.\n"
    "\n"
    "  --format=text|json   how to print the result (text)\n"
    "  --exemptions=FILE    use these exemptions, not the shipped ones\n"
    "  --vmlinux=FILE       what a flat boot image (Linux before 2.6.32) was made from\n"
    "  --features           print only the CPU features the guest must not see\n"
    "  --limit=N            print at most N findings (all)\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0 all accounted for, 1 not, 2 usage.  Manual: afterburn-audit(1)\n";

static const char *const finding_words[] = {
    [AB_FINDING_UNEXPLAINED] = "unexplained",
    [AB_FINDING_UNDECODABLE] = "undecodable",
    [AB_FINDING_RECORD] = "record",
    [AB_FINDING_EXEMPTION] = "exemption",
    [AB_FINDING_TABLE] = "table",
};

struct options {
        bool json, features;
        const char *exemptions;
        const char *vmlinux;
        unsigned limit;
};

/* Features whose replacements hold sensitive instructions, each once. */
static unsigned gating_features(const struct ab_account *account, unsigned *features,
                                unsigned *sites, unsigned limit)
{
        unsigned count = 0;

        for (unsigned i = 0; i < account->alternatives.count; i++) {
                const struct ab_replacement *r = &account->alternatives.list[i];
                unsigned n = 0;

                if (!r->sites)
                        continue;
                while (n < count && features[n] != r->feature)
                        n++;
                if (n == limit)
                        continue;
                if (n == count) {
                        features[count] = r->feature;
                        sites[count++] = 0;
                }
                sites[n] += r->sites;
        }
        return count;
}

enum { FEATURES = 64 };

static void print_features(const struct ab_account *account, FILE *out, const char *indent)
{
        unsigned features[FEATURES], sites[FEATURES];
        unsigned count = gating_features(account, features, sites, FEATURES);

        for (unsigned i = 0; i < count; i++)
                fprintf(out, "%sfeature=%u word=%u bit=%u name=%s cpuid=%s sites=%u\n", indent,
                        features[i], features[i] / 32, features[i] % 32,
                        ab_feature_name(&account->alternatives, features[i])[0]
                            ? ab_feature_name(&account->alternatives, features[i])
                            : "-",
                        ab_feature_source(&account->alternatives, features[i])[0]
                            ? ab_feature_source(&account->alternatives, features[i])
                            : "-",
                        sites[i]);
}

static void hex_bytes(const struct ab_finding *finding, char *buffer)
{
        unsigned count =
            finding->count < sizeof finding->bytes ? finding->count : sizeof finding->bytes;

        buffer[0] = 0;
        for (unsigned i = 0; i < count; i++)
                sprintf(buffer + 3 * i, "%02x%s", finding->bytes[i], i + 1 < count ? " " : "");
}

static unsigned note_count(const struct ab_image *image)
{
        const char *note = NULL;
        unsigned count = 0;

        while ((note = ab_next_note(image, note)))
                count++;
        return count;
}

static void print_rows(const struct ab_account *account)
{
        printf("%-16s %8s %10s %9s %7s %7s %12s\n", "class", "sites", "annotated", "exempted",
               "gated", "native", "unexplained");
        for (unsigned i = 0; i < ab_row_count; i++) {
                const struct ab_tally *t = &account->tally[ab_rows[i].class_id];

                if (!t->sites)
                        continue;
                printf("%-16s %8u %10u %9u %7u %7u %12u\n", ab_rows[i].name, t->sites, t->annotated,
                       t->exempted, t->gated, t->native, t->unexplained);
        }
        printf("%-16s %8u %10u %9u %7u %7u %12u\n", "all", account->total.sites,
               account->total.annotated, account->total.exempted, account->total.gated,
               account->total.native, account->total.unexplained);
}

static void print_findings(const struct ab_account *account, unsigned limit)
{
        for (unsigned i = 0; i < account->finding_count; i++) {
                const struct ab_finding *finding = &account->findings[i];
                char place[160], bytes[64];

                if (i == limit) {
                        printf("... and %u more\n", account->finding_count - limit);
                        break;
                }
                hex_bytes(finding, bytes);
                if (finding->kind == AB_FINDING_EXEMPTION || finding->kind == AB_FINDING_TABLE)
                        printf("%s: %s\n", finding_words[finding->kind], finding->text);
                else
                        printf(
                            "%s: %s (0x%x)%s%s%s: %s\n", finding_words[finding->kind],
                            ab_image_place(account->image, finding->address, place, sizeof place),
                            finding->address, bytes[0] ? " [" : "", bytes, bytes[0] ? "]" : "",
                            finding->text);
        }
}

static void print_notes(const struct ab_image *image)
{
        const char *note = NULL;

        printf("undecided: %u\n", note_count(image));
        while ((note = ab_next_note(image, note)))
                printf("  %s\n", note);
}

static void print_text(const struct ab_account *account, const struct options *options)
{
        unsigned features[FEATURES], sites[FEATURES];
        const struct ab_image *image = account->image;

        printf("%s: %u instructions in %u bytes of code, %u records\n", image->path,
               account->instructions, account->code_bytes, image->record_count);
        if (account->bound)
                printf("bound for %s, wedge ABI %u: %u sites inline, %u calls, %u native\n",
                       account->bound->hypervisor, account->bound->wedge.abi,
                       account->bound_kinds[AB_BOUND_INLINE], account->bound_kinds[AB_BOUND_CALL],
                       account->bound_kinds[AB_BOUND_NATIVE]);
        print_rows(account);
        for (unsigned kind = AB_KIND_PT_STORE; kind <= AB_KIND_HOOK; kind++)
                if (account->kinds[kind])
                        printf("%s sites: %u\n", ab_kind_name(kind), account->kinds[kind]);
        if (account->bug_data)
                printf("BUG() data behind ud2: %u places\n", account->bug_data);
        if (account->alternatives.format)
                printf("alternatives: %u, %s\n", account->alternatives.count,
                       account->alternatives.format);
        printf("exempted sites: %u%s%s\n", account->total.exempted,
               account->exemptions.path ? ", by " : "",
               account->exemptions.path ? account->exemptions.path : "");
        for (unsigned i = 0; i < account->exemptions.count; i++)
                if (account->exemptions.list[i].sites)
                        printf("  %s, %u bytes, %u sites: %s\n", account->exemptions.list[i].symbol,
                               account->exemptions.list[i].bytes, account->exemptions.list[i].sites,
                               account->exemptions.list[i].reason);
        printf("CPU features the guest must not see: %u\n",
               gating_features(account, features, sites, FEATURES));
        print_features(account, stdout, "  ");
        print_notes(image);
        print_findings(account, options->limit);
        printf("%s: %u unexplained, %u findings: %s\n", image->path, account->total.unexplained,
               account->finding_count, account->finding_count ? "NOT accounted for" : "clean");
}

static void json_tally(struct ab_json *json, const char *key, const struct ab_tally *t)
{
        ab_json_open(json, key, '{');
        ab_json_number(json, "sites", t->sites);
        ab_json_number(json, "annotated", t->annotated);
        ab_json_number(json, "exempted", t->exempted);
        ab_json_number(json, "gated", t->gated);
        ab_json_number(json, "native", t->native);
        ab_json_number(json, "unexplained", t->unexplained);
        ab_json_close(json, '}');
}

static void json_lists(struct ab_json *json, const struct ab_account *account)
{
        const struct ab_image *image = account->image;
        const char *note = NULL;
        unsigned features[FEATURES], sites[FEATURES];
        unsigned count = gating_features(account, features, sites, FEATURES);

        ab_json_open(json, "features", '[');
        for (unsigned i = 0; i < count; i++) {
                ab_json_open(json, NULL, '{');
                ab_json_number(json, "word", features[i] / 32);
                ab_json_number(json, "bit", features[i] % 32);
                ab_json_string(json, "name", ab_feature_name(&account->alternatives, features[i]));
                ab_json_string(json, "cpuid",
                               ab_feature_source(&account->alternatives, features[i]));
                ab_json_number(json, "sites", sites[i]);
                ab_json_close(json, '}');
        }
        ab_json_close(json, ']');
        ab_json_open(json, "undecided", '[');
        while ((note = ab_next_note(image, note)))
                ab_json_string(json, NULL, note);
        ab_json_close(json, ']');
        ab_json_open(json, "exemptions", '[');
        for (unsigned i = 0; i < account->exemptions.count; i++) {
                const struct ab_exemption *entry = &account->exemptions.list[i];

                ab_json_open(json, NULL, '{');
                ab_json_string(json, "symbol", entry->symbol);
                ab_json_number(json, "bytes", entry->bytes);
                ab_json_string(json, "reason", entry->reason);
                ab_json_number(json, "sites", entry->sites);
                ab_json_close(json, '}');
        }
        ab_json_close(json, ']');
}

static void print_json(const struct ab_account *account)
{
        struct ab_json json;

        ab_json_begin(&json, stdout);
        ab_json_string(&json, "file", account->image->path);
        ab_json_bool(&json, "clean", !account->finding_count);
        ab_json_number(&json, "instructions", account->instructions);
        ab_json_number(&json, "code_bytes", account->code_bytes);
        ab_json_number(&json, "records", account->image->record_count);
        ab_json_number(&json, "bug_data", account->bug_data);
        if (account->bound) {
                ab_json_open(&json, "bound", '{');
                ab_json_string(&json, "hypervisor", account->bound->hypervisor);
                ab_json_number(&json, "inline", account->bound_kinds[AB_BOUND_INLINE]);
                ab_json_number(&json, "call", account->bound_kinds[AB_BOUND_CALL]);
                ab_json_number(&json, "native", account->bound_kinds[AB_BOUND_NATIVE]);
                ab_json_close(&json, '}');
        }
        json_tally(&json, "total", &account->total);
        ab_json_open(&json, "classes", '{');
        for (unsigned i = 0; i < ab_row_count; i++)
                if (account->tally[ab_rows[i].class_id].sites)
                        json_tally(&json, ab_rows[i].name, &account->tally[ab_rows[i].class_id]);
        ab_json_close(&json, '}');
        ab_json_open(&json, "kinds", '{');
        for (unsigned kind = AB_KIND_INSN; kind <= AB_KIND_HOOK; kind++)
                ab_json_number(&json, ab_kind_name(kind), account->kinds[kind]);
        ab_json_close(&json, '}');
        json_lists(&json, account);
        ab_json_open(&json, "findings", '[');
        for (unsigned i = 0; i < account->finding_count; i++) {
                const struct ab_finding *finding = &account->findings[i];
                char place[160], bytes[64];

                hex_bytes(finding, bytes);
                ab_json_open(&json, NULL, '{');
                ab_json_string(&json, "kind", finding_words[finding->kind]);
                ab_json_number(&json, "address", finding->address);
                ab_json_string(
                    &json, "place",
                    ab_image_place(account->image, finding->address, place, sizeof place));
                ab_json_string(&json, "class", finding->row ? finding->row->name : "");
                ab_json_string(&json, "bytes", bytes);
                ab_json_string(&json, "text", finding->text);
                ab_json_close(&json, '}');
        }
        ab_json_close(&json, ']');
        ab_json_end(&json);
}

/*
 * What is to be audited: the image, or for a flat one the vmlinux that it
 * turns out to be made from.
 */
static struct ab_image *choose_image(const char *path, const char *vmlinux_path)
{
        struct ab_image *image = ab_open_or_die(path), *vmlinux;
        struct ab_problem problem;

        if (image->form != AB_FORM_FLAT && !vmlinux_path)
                return image;
        if (image->form != AB_FORM_FLAT)
                ab_die(AB_EXIT_USAGE,
                       "audit: --vmlinux goes with a flat image, and %s says itself what is code: "
                       "leave it out",
                       path);
        if (!vmlinux_path)
                ab_die(AB_EXIT_ERROR,
                       "%s: a flat image does not say what is code: name the vmlinux it was made "
                       "from with --vmlinux=FILE",
                       path);
        vmlinux = ab_open_or_die(vmlinux_path);
        if (!ab_flat_is_made_from(image, vmlinux, &problem))
                ab_die(AB_EXIT_ERROR, "%s", problem.text);
        ab_image_close(image);
        free(vmlinux->path);
        vmlinux->path = ab_strdup(path);
        return vmlinux;
}

static int audit(const char *path, const struct options *options)
{
        struct ab_image *image = choose_image(path, options->vmlinux);
        struct ab_account account;
        int status;

        ab_account_make(&account, image, options->exemptions);
        if (options->features)
                print_features(&account, stdout, "");
        else if (options->json)
                print_json(&account);
        else
                print_text(&account, options);
        status = account.finding_count ? AB_EXIT_ERROR : AB_EXIT_OK;
        ab_account_free(&account);
        ab_image_close(image);
        return status;
}

int main(int argc, char **argv)
{
        static const struct option long_options[] = {
            {"format", required_argument, NULL, 'f'},  {"exemptions", required_argument, NULL, 'e'},
            {"vmlinux", required_argument, NULL, 'm'}, {"features", no_argument, NULL, 'c'},
            {"limit", required_argument, NULL, 'l'},   {"help", no_argument, NULL, 'h'},
            {"version", no_argument, NULL, 'v'},       {NULL, 0, NULL, 0},
        };
        struct options options = {.limit = UINT32_MAX};
        int option;

        opterr = 0;
        while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
                switch (option) {
                case 'f':
                        options.json = !strcmp(optarg, "json");
                        if (!options.json && strcmp(optarg, "text"))
                                ab_die(AB_EXIT_USAGE, "audit: format %s: use text or json", optarg);
                        break;
                case 'e':
                        options.exemptions = optarg;
                        break;
                case 'm':
                        options.vmlinux = optarg;
                        break;
                case 'c':
                        options.features = true;
                        break;
                case 'l':
                        options.limit = (unsigned)strtoul(optarg, NULL, 0);
                        break;
                case 'h':
                        fputs(usage_text, stdout);
                        return AB_EXIT_OK;
                case 'v':
                        ab_print_version("afterburn-audit");
                        return AB_EXIT_OK;
                default:
                        ab_die(AB_EXIT_USAGE,
                               "audit: unknown option %s: see afterburn audit --help",
                               argv[optind - 1]);
                }
        }
        if (argc - optind != 1)
                ab_die(AB_EXIT_USAGE, "audit: needs one FILE: see afterburn audit --help");
        return audit(argv[optind], &options);
}
