/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * afterburn report: what the toolchain did to an image.
 *
 * Manual: afterburn-report(1).
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "host/diag.h"
#include "tool/bound.h"
#include "tool/shared.h"
#include "tool/survey.h"

static const char usage_text[] =
    "Usage: afterburn report [OPTION]... FILE\n"
    "       afterburn report --diff OLD NEW\n"
    "       afterburn report --bound FILE\n"
    "Show the sites of an afterburned vmlinux, bzImage, module or object.\n"
    "\n"
    "  --format=text|json|html   how to print (text)\n"
    "  --sites                   list every site with function, file and line\n"
    "  --plain=FILE              the same kernel built without afterburning: text growth\n"
    "  --diff                    what is different between two images, by function\n"
    "  --bound                   of an image bound ahead of time: the code at every site\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0 printed, 1 the file is at fault, 2 usage.  Manual: afterburn-report(1)\n";

struct options {
        void (*print)(const struct ab_survey *, FILE *, bool);
        const char *plain;
        bool sites, diff, bound;
};

static struct ab_image *open_image(const char *path, bool annotated)
{
        struct ab_problem problem;
        struct ab_image *image = ab_open_or_die(path);

        if (annotated && !image->has_records)
                ab_die(AB_EXIT_ERROR, "%s: has no annotation records: build it with afterburn make",
                       path);
        if (annotated && !ab_image_is_valid(image, &problem))
                ab_die(AB_EXIT_ERROR, "%s", problem.text);
        return image;
}

static void report(const char *path, const struct options *options)
{
        struct ab_image *image = open_image(path, true);
        struct ab_image *plain = options->plain ? open_image(options->plain, false) : NULL;
        struct ab_survey survey;

        ab_survey_make(&survey, image, plain);
        options->print(&survey, stdout, options->sites);
        ab_survey_free(&survey);
        ab_image_close(image);
        ab_image_close(plain);
}

static void compare(const char *old_path, const char *new_path)
{
        struct ab_image *old_image = open_image(old_path, true);
        struct ab_image *new_image = open_image(new_path, true);
        struct ab_survey old, new;

        ab_survey_make(&old, old_image, NULL);
        ab_survey_make(&new, new_image, NULL);
        ab_survey_diff(&old, &new, stdout);
        ab_survey_free(&old);
        ab_survey_free(&new);
        ab_image_close(old_image);
        ab_image_close(new_image);
}

static void show_bound(const char *path)
{
        struct ab_image *image = open_image(path, true);

        ab_bound_print(image, stdout);
        ab_image_close(image);
}

static void set_format(struct options *options, const char *name)
{
        if (!strcmp(name, "text"))
                options->print = ab_survey_print_text;
        else if (!strcmp(name, "json"))
                options->print = ab_survey_print_json;
        else if (!strcmp(name, "html"))
                options->print = ab_survey_print_html;
        else
                ab_die(AB_EXIT_USAGE, "report: format %s: use text, json or html", name);
}

int main(int argc, char **argv)
{
        /* clang-format off */
        static const struct option long_options[] = {
            {"format", required_argument, NULL, 'f'},
            {"plain", required_argument, NULL, 'p'},
            {"sites", no_argument, NULL, 's'},
            {"diff", no_argument, NULL, 'd'},
            {"bound", no_argument, NULL, 'b'},
            {"help", no_argument, NULL, 'h'},
            {"version", no_argument, NULL, 'v'},
            {NULL, 0, NULL, 0},
        };
        /* clang-format on */
        struct options options = {.print = ab_survey_print_text};
        int option;

        opterr = 0;
        while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
                switch (option) {
                case 'f':
                        set_format(&options, optarg);
                        break;
                case 'p':
                        options.plain = optarg;
                        break;
                case 's':
                        options.sites = true;
                        break;
                case 'd':
                        options.diff = true;
                        break;
                case 'b':
                        options.bound = true;
                        break;
                case 'h':
                        fputs(usage_text, stdout);
                        return AB_EXIT_OK;
                case 'v':
                        ab_print_version("afterburn-report");
                        return AB_EXIT_OK;
                default:
                        ab_die(AB_EXIT_USAGE,
                               "report: unknown option %s: see afterburn report --help",
                               argv[optind - 1]);
                }
        }
        if (options.bound && (options.diff || options.sites || options.plain ||
                              options.print != ab_survey_print_text))
                ab_die(AB_EXIT_USAGE, "report: --bound takes no other option");
        if (argc - optind != (options.diff ? 2 : 1))
                ab_die(AB_EXIT_USAGE, "report: needs %s: see afterburn report --help",
                       options.diff ? "OLD and NEW" : "one FILE");
        if (options.bound)
                show_bound(argv[optind]);
        else if (options.diff)
                compare(argv[optind], argv[optind + 1]);
        else
                report(argv[optind], &options);
        return AB_EXIT_OK;
}
