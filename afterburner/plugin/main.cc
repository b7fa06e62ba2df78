/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plugin's entry: arguments, registration, notes. */
#include "plugin.h"
#include "pagetype.h"
#include <stdarg.h>

__attribute__((visibility("default"))) int plugin_is_GPL_compatible;

struct ab_options ab_options;

static const char *const default_types[] = {"pte_t", "pmd_t", "pud_t", "p4d_t", "pgd_t"};

static vec<char *> notes;

void ab_note(location_t where, const char *format, ...)
{
        expanded_location at = expand_location(where);
        va_list arguments;
        char *text, *line;

        if (!ab_options.notes)
                return;
        va_start(arguments, format);
        text = xvasprintf(format, arguments);
        va_end(arguments);
        line = xasprintf("%s:%d: %s", at.file ? at.file : "?", at.line, text);
        free(text);
        for (unsigned i = 0; i < notes.length(); i++) {
                if (!strcmp(notes[i], line)) {
                        free(line);
                        return;
                }
        }
        notes.safe_push(line);
}

void ab_found(location_t where, const char *what)
{
        expanded_location at = expand_location(where);

        if (!ab_options.verbose)
                return;
        fprintf(stderr, "afterburn: %s:%d: %s in %s\n", at.file ? at.file : "?", at.line, what,
                cfun ? function_name(cfun) : "?");
}

static void watch_function(void *function, void *)
{
        ab_watch_casts((tree)function);
}

static void print_notes(void *, void *)
{
        for (unsigned i = 0; i < notes.length(); i++) {
                if (asm_out_file)
                        fprintf(asm_out_file, AB_MARKER " " AB_MARKER_NOTE " %s\n", notes[i]);
                free(notes[i]);
        }
        notes.release();
}

const char *ab_tagged(const char *text, const char *word, int operand)
{
        char *front, *whole;
        const char *kept;

        front = operand < 0 ? xasprintf(AB_TAG "%s" AB_TAG_END, word)
                            : xasprintf(AB_TAG "%s:%d" AB_TAG_END, word, operand);
        whole = concat(front, text, NULL);
        kept = ggc_strdup(whole);
        free(front);
        free(whole);
        return kept;
}

void ab_tag_asm(gasm *statement, const char *word, int operand)
{
        if (!strncmp(statement->string, AB_TAG, strlen(AB_TAG)))
                return;
        statement->string = ab_tagged(statement->string, word, operand);
}

/* Split a list at commas and colons; the words are kept for ever. */
static void add_words(vec<const char *> *list, const char *words)
{
        char *copy = xstrdup(words);

        for (char *word = strtok(copy, ",:"); word; word = strtok(NULL, ",:"))
                list->safe_push(word);
}

/* The switches that "off=" and "NAME=on|off" know. */
static const struct {
        const char *name;
        bool ab_options::*field;
        bool at_start;
} switches[] = {
    {"rmw", &ab_options::rmw, true},
    {"device", &ab_options::device, true},
    {"pages", &ab_options::pages, true},
    {"hook", &ab_options::hook, true},
    {"live", &ab_options::live, true},
    {"notes", &ab_options::notes, true},
    {"verbose", &ab_options::verbose, false},
    {"scribble", &ab_options::scribble, false},
    {"scribble-all", &ab_options::scribble_all, false},
};

static bool set_switch(const char *name, bool value)
{
        for (unsigned i = 0; i < ARRAY_SIZE(switches); i++) {
                if (!strcmp(switches[i].name, name)) {
                        ab_options.*switches[i].field = value;
                        return true;
                }
        }
        return false;
}

/* One argument; NULL or what is wrong with it. */
static const char *take_argument(const char *key, const char *value, bool *off)
{
        if (!strcmp(key, "types")) {
                if (!value || !*value)
                        return "needs a list of type names";
                ab_options.types.truncate(0);
                add_words(&ab_options.types, value);
                return NULL;
        }
        if (!strcmp(key, "accessors")) {
                if (!value || !*value)
                        return "needs a list of function names";
                add_words(&ab_options.accessors, value);
                return NULL;
        }
        if (!strcmp(key, "off")) {
                vec<const char *> names = vNULL;

                if (!value || !*value) {
                        *off = true;
                        return NULL;
                }
                add_words(&names, value);
                for (unsigned i = 0; i < names.length(); i++) {
                        if (!set_switch(names[i], false))
                                return "names no feature; features are rmw, device, pages, hook, "
                                       "live, notes";
                }
                names.release();
                return NULL;
        }
        if (value && strcmp(value, "on") && strcmp(value, "off"))
                return "is on or off";
        if (set_switch(key, !value || !strcmp(value, "on")))
                return NULL;
        return "is not an option; options are types, accessors, off, rmw, device, pages, hook, "
               "live, notes, verbose, scribble, scribble-all";
}

static void insert_pass(const char *plugin, opt_pass *pass, const char *reference,
                        enum pass_positioning_ops where)
{
        struct register_pass_info info;

        info.pass = pass;
        info.reference_pass_name = reference;
        info.ref_pass_instance_number = 1;
        info.pos_op = where;
        register_callback(plugin, PLUGIN_PASS_MANAGER_SETUP, NULL, &info);
}

extern "C" __attribute__((visibility("default"))) int
plugin_init(struct plugin_name_args *arguments, struct plugin_gcc_version *version)
{
        static struct plugin_info info = {"1", "Afterburn: annotates a guest kernel.\n"};
        const char *plugin = arguments->base_name;
        bool off = false;

        if (!plugin_default_version_check(version, &gcc_version)) {
                error("afterburn: this plugin was built for gcc %s of %s and this compiler is gcc "
                      "%s of %s: "
                      "run make clean and make again with this compiler installed",
                      gcc_version.basever, gcc_version.datestamp, version->basever,
                      version->datestamp);
                return 1;
        }
        for (unsigned i = 0; i < ARRAY_SIZE(switches); i++)
                ab_options.*switches[i].field = switches[i].at_start;
        for (unsigned i = 0; i < ARRAY_SIZE(default_types); i++)
                ab_options.types.safe_push(default_types[i]);
        for (int i = 0; i < arguments->argc; i++) {
                const char *wrong =
                    take_argument(arguments->argv[i].key, arguments->argv[i].value, &off);
                if (wrong) {
                        error("afterburn: %<-fplugin-arg-%s-%s%> %s", plugin,
                              arguments->argv[i].key, wrong);
                        return 1;
                }
        }
        register_callback(plugin, PLUGIN_INFO, NULL, &info);
        /* IA-32 C only: other languages and 64-bit code (host tools) pass unchanged. */
        if (off || strncmp(lang_hooks.name, "GNU C", 5) || lang_hooks.name[5] == '+' ||
            TARGET_64BIT)
                return 0;
        ab_template_init();
        insert_pass(plugin, ab_make_early_pass(g), "cfg", PASS_POS_INSERT_AFTER);
        insert_pass(plugin, ab_make_pages_pass(g), "ehdisp", PASS_POS_INSERT_AFTER);
        insert_pass(plugin, ab_make_live_pass(g), "*free_cfg", PASS_POS_INSERT_BEFORE);
        insert_pass(plugin, ab_make_mark_pass(g), "shorten", PASS_POS_INSERT_AFTER);
        if (ab_options.pages)
                register_callback(plugin, PLUGIN_PRE_GENERICIZE, watch_function, NULL);
        register_callback(plugin, PLUGIN_FINISH_UNIT, print_notes, NULL);
        return 0;
}
