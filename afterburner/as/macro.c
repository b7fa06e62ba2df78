/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "as/macro.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "as/scan.h"
#include "host/diag.h"

#define PARAMETERS_MAX 16
#define VALUES_MAX     48
#define NESTING_MAX    4
#define ARGUMENT_BYTES 512

struct parameter {
        struct parameter *next;
        char *name;
        char *value[VALUES_MAX];
        unsigned values;
        bool rest;   /* :vararg */
        bool quoted; /* a value holds a quote: cannot be compared */
};

/* --- values ---------------------------------------------------------------- */

static void add_value(struct parameter *parameter, const char *p, size_t length)
{
        if (!parameter->rest && length >= 2 && p[0] == '"' && p[length - 1] == '"') {
                p++;
                length -= 2;
        }
        if (memchr(p, '"', length))
                parameter->quoted = true;
        if (parameter->quoted || length >= ARGUMENT_BYTES)
                return;
        for (unsigned i = 0; i < parameter->values; i++)
                if (strlen(parameter->value[i]) == length &&
                    !strncmp(parameter->value[i], p, length))
                        return;
        if (parameter->values < VALUES_MAX)
                parameter->value[parameter->values++] = ab_format("%.*s", (int)length, p);
}

/* The same for an argument without quotes: gas drops the blanks at its commas. */
static void add_bare_value(struct parameter *parameter, const char *p, size_t length)
{
        char bare[ARGUMENT_BYTES];
        size_t n = 0;

        if (length >= sizeof bare)
                return;
        for (size_t i = 0; i < length; i++) {
                if (!is_blank(p[i])) {
                        if (p[i] == ',' && n && bare[n - 1] == ' ')
                                n--;
                        bare[n++] = p[i];
                } else if (n && bare[n - 1] != ' ' && bare[n - 1] != ',') {
                        bare[n++] = ' ';
                }
        }
        add_value(parameter, bare, n);
}

static void free_frame(struct macro_frame *frame)
{
        struct parameter *next;

        for (struct parameter *p = frame->parameters; p; p = next) {
                next = p->next;
                for (unsigned i = 0; i < p->values; i++)
                        free(p->value[i]);
                free(p->name);
                free(p);
        }
        free(frame->name);
        memset(frame, 0, sizeof *frame);
}

static struct parameter *new_parameter(const char *name, size_t length)
{
        struct parameter *parameter = ab_alloc(sizeof *parameter);

        memset(parameter, 0, sizeof *parameter);
        parameter->name = ab_format("%.*s", (int)length, name);
        return parameter;
}

/* Next argument at `*p': ends at a blank or comma outside quotes and parentheses. */
static size_t take_argument(const char **p, const char *end, const char **argument)
{
        const char *q = *p;
        int depth = 0;
        bool quoted = false;
        size_t length;

        while (q < end && (is_blank(*q) || *q == '\n'))
                q++;
        *argument = q;
        for (; q < end; q++) {
                if (*q == '"')
                        quoted = !quoted;
                if (quoted)
                        continue;
                if (*q == '(')
                        depth++;
                if (*q == ')')
                        depth--;
                if (depth <= 0 && (*q == ',' || is_blank(*q)))
                        break;
        }
        length = (size_t)(q - *argument);
        while (q < end && is_blank(*q))
                q++;
        if (q < end && *q == ',')
                q++;
        *p = q;
        return length;
}

/* --- definitions ----------------------------------------------------------- */

/* Parameters of `.macro NAME a, b=default, c:req, d:vararg'. */
static void parse_definition(struct macro_frame *frame, const char *p, const char *end)
{
        struct parameter **tail = &frame->parameters;
        const char *q;
        unsigned count = 0;

        while (p < end && is_blank(*p))
                p++;
        q = scan_symbol(p, end);
        frame->name = ab_format("%.*s", (int)(q - p), p);
        p = q;
        while (p < end && (is_blank(*p) || *p == ','))
                p++;
        while (p < end && count++ < PARAMETERS_MAX) {
                const char *argument;
                size_t length = take_argument(&p, end, &argument);
                size_t name = 0;

                while (name < length && is_symbol(argument[name]))
                        name++;
                if (!name)
                        continue;
                *tail = new_parameter(argument, name);
                if (name < length && argument[name] == '=')
                        add_value(*tail, argument + name + 1, length - name - 1);
                if (length - name == 7 && !strncasecmp(argument + name, ":vararg", 7))
                        (*tail)->rest = true;
                tail = &(*tail)->next;
        }
}

void macros_enter(struct macros *m, const char *p, const char *end)
{
        struct macro_frame *frame;

        if (m->depth >= MACRO_DEPTH) {
                m->depth++;
                return;
        }
        frame = &m->frame[m->depth++];
        memset(frame, 0, sizeof *frame);
        if (!p)
                return;
        parse_definition(frame, p, end);
        if (m->defined_count == m->defined_room) {
                m->defined_room = m->defined_room ? 2 * m->defined_room : 16;
                m->defined = ab_realloc(m->defined, m->defined_room * sizeof *m->defined);
        }
        m->defined[m->defined_count++] = ab_strdup(frame->name);
}

void macros_enter_list(struct macros *m, const char *p, const char *end, bool letters)
{
        struct macro_frame *frame;
        const char *argument;
        size_t length;

        if (m->depth >= MACRO_DEPTH) {
                m->depth++;
                return;
        }
        frame = &m->frame[m->depth++];
        memset(frame, 0, sizeof *frame);
        length = take_argument(&p, end, &argument);
        frame->parameters = new_parameter(argument, length);
        while (p < end) {
                length = take_argument(&p, end, &argument);
                for (size_t i = 0; letters && i < length; i++)
                        add_value(frame->parameters, argument + i, 1);
                if (!letters)
                        add_value(frame->parameters, argument, length);
        }
}

void macros_leave(struct macros *m)
{
        if (!m->depth)
                return;
        if (--m->depth < MACRO_DEPTH)
                free_frame(&m->frame[m->depth]);
}

void macros_purge(struct macros *m, const char *name)
{
        for (unsigned i = 0; i < m->defined_count; i++)
                if (!strcasecmp(m->defined[i], name)) {
                        free(m->defined[i]);
                        m->defined[i] = m->defined[--m->defined_count];
                        return;
                }
}

bool macros_defined(const struct macros *m, const char *p, size_t length)
{
        for (unsigned i = 0; i < m->defined_count; i++)
                if (strlen(m->defined[i]) == length && !strncasecmp(m->defined[i], p, length))
                        return true;
        return false;
}

/* --- invocations ----------------------------------------------------------- */

static void collect(struct macro_frame *frame, const char *text, const char *limit,
                    unsigned nesting);

/*
 * An argument that names a parameter of the macro around the invocation: every
 * value that one takes.  `body' is the operand text of that macro's definition.
 */
static void add_nested(struct parameter *to, const char *argument, size_t length, const char *body,
                       const char *body_end, const char *text, const char *limit, unsigned nesting)
{
        struct macro_frame outer = {0};
        const char *name = argument + 1;

        if (!body || nesting == NESTING_MAX || length < 2 || *argument != '\\')
                return;
        parse_definition(&outer, body, body_end);
        collect(&outer, text, limit, nesting + 1);
        for (struct parameter *p = outer.parameters; p; p = p->next)
                if (strlen(p->name) == length - 1 && !strncmp(p->name, name, length - 1))
                        for (unsigned i = 0; i < p->values; i++)
                                add_value(to, p->value[i], strlen(p->value[i]));
        free_frame(&outer);
}

/* Arguments [p, end) of one invocation of the macro `frame'. */
static void bind(struct macro_frame *frame, const char *p, const char *end, const char *body,
                 const char *body_end, const char *text, const char *limit, unsigned nesting)
{
        struct parameter *position = frame->parameters;

        while (p < end && is_blank(*p))
                p++;
        while (p < end) {
                const char *argument, *begin = p;
                size_t length = take_argument(&p, end, &argument);
                struct parameter *to = NULL;
                size_t name = 0;

                while (name < length && is_symbol(argument[name]))
                        name++;
                if (name && name < length && argument[name] == '=') {
                        for (to = frame->parameters; to; to = to->next)
                                if (strlen(to->name) == name && !strncmp(to->name, argument, name))
                                        break;
                        if (to) {
                                argument += name + 1;
                                length -= name + 1;
                        }
                }
                if (!to) {
                        to = position;
                        if (!to)
                                return;
                        if (to->rest) {
                                argument = begin;
                                length = (size_t)(end - begin);
                                p = end;
                        }
                        position = position->next;
                }
                if (memchr(argument, '\\', length))
                        add_nested(to, argument, length, body, body_end, text, limit, nesting);
                else if (length && to->rest)
                        add_bare_value(to, argument, length);
                else if (length)
                        add_value(to, argument, length);
        }
}

/* Find every invocation of the macro in the text and note its arguments. */
static void collect(struct macro_frame *frame, const char *text, const char *limit,
                    unsigned nesting)
{
        const char *p = text, *content;
        const char *body = NULL, *body_end = NULL;
        size_t length = strlen(frame->name);

        while (p < limit) {
                const char *end;

                p = scan_blanks(p, limit);
                if (p >= limit)
                        break;
                if (*p == '#' || *p == '/') {
                        p = scan_line(p, limit);
                        continue;
                }
                if (*p == '"') {
                        p = scan_string(p, limit);
                        continue;
                }
                if (!is_symbol(*p)) {
                        p++;
                        continue;
                }
                end = scan_symbol(p, limit);
                if (*end == ':') {
                        p = end + 1;
                        continue;
                }
                if ((size_t)(end - p) == length && !strncasecmp(p, frame->name, length)) {
                        p = scan_rest(end, limit, &content);
                        bind(frame, end, content, body, body_end, text, limit, nesting);
                        continue;
                }
                if (end - p == 6 && !strncasecmp(p, ".macro", 6)) {
                        p = scan_rest(end, limit, &body_end);
                        body = end;
                        continue;
                }
                if (end - p == 5 && !strncasecmp(p, ".endm", 5))
                        body = NULL;
                p = scan_rest(end, limit, &content);
        }
}

/* --- choices --------------------------------------------------------------- */

static struct parameter *find_parameter(struct macros *m, const char *name, size_t length)
{
        for (unsigned i = m->depth < MACRO_DEPTH ? m->depth : MACRO_DEPTH; i-- > 0;)
                for (struct parameter *p = m->frame[i].parameters; p; p = p->next)
                        if (strlen(p->name) == length && !strncasecmp(p->name, name, length))
                                return p;
        return NULL;
}

/* Length of the parameter name behind a backslash. */
static size_t name_length(const char *p)
{
        size_t n = 0;

        while (is_symbol(p[n]) && p[n] != '\\' && p[n] != '.')
                n++;
        return n;
}

/* Put the values `pick' into the statement, in lower case; drop `\()'. */
static char *substitute(struct macros *m, const char *plain, struct parameter *const *used,
                        const unsigned *pick, unsigned count)
{
        size_t room = strlen(plain) + 1, n = 0;
        char *text;

        for (unsigned i = 0; i < count; i++)
                room += 8 * strlen(used[i]->value[pick[i]]);
        text = ab_alloc(room);
        while (*plain && n + 1 < room) {
                size_t length;
                struct parameter *p;

                if (*plain != '\\') {
                        text[n++] = *plain++;
                        continue;
                }
                if (plain[1] == '(' && plain[2] == ')') {
                        plain += 3;
                        continue;
                }
                length = name_length(plain + 1);
                p = find_parameter(m, plain + 1, length);
                plain += 1 + length;
                for (unsigned i = 0; p && i < count; i++)
                        if (used[i] == p) {
                                size_t bytes = strlen(p->value[pick[i]]);

                                if (n + bytes + 1 > room)
                                        break;
                                memcpy(text + n, p->value[pick[i]], bytes);
                                n += bytes;
                                break;
                        }
        }
        text[n] = 0;
        for (size_t i = 0; i < n; i++)
                if (text[i] >= 'A' && text[i] <= 'Z')
                        text[i] = (char)(text[i] + 32);
        return text;
}

void macros_choices(struct macros *m, const char *text, const char *limit, const char *plain,
                    struct choice *choice)
{
        struct parameter *used[PARAMETERS_MAX];
        unsigned pick[PARAMETERS_MAX] = {0};
        unsigned count = 0;
        size_t names = 1;

        memset(choice, 0, sizeof *choice);
        for (unsigned i = 0; i < m->depth && i < MACRO_DEPTH; i++)
                if (m->frame[i].name && !m->frame[i].collected) {
                        collect(&m->frame[i], text, limit, 0);
                        m->frame[i].collected = true;
                }
        for (const char *p = plain; (p = strchr(p, '\\')); p++) {
                struct parameter *parameter = find_parameter(m, p + 1, name_length(p + 1));
                bool seen = false;

                for (unsigned i = 0; i < count; i++)
                        seen |= used[i] == parameter;
                if (!parameter || seen || count == PARAMETERS_MAX)
                        continue;
                if (!parameter->values || parameter->quoted)
                        return;
                used[count++] = parameter;
                names += strlen(parameter->name) + 2;
        }
        if (!count)
                return;
        choice->names = ab_alloc(names + 1);
        choice->names[0] = 0;
        for (unsigned i = 0; i < count; i++) {
                strcat(choice->names, i ? " \\" : "\\");
                strcat(choice->names, used[i]->name);
        }
        for (;;) {
                unsigned i;
                char *values = ab_strdup(used[0]->value[pick[0]]);

                for (i = 1; i < count; i++) {
                        char *longer = ab_format("%s %s", values, used[i]->value[pick[i]]);

                        free(values);
                        values = longer;
                }
                choice->values[choice->count] = values;
                choice->text[choice->count++] = substitute(m, plain, used, pick, count);
                if (choice->count == CHOICES_MAX)
                        return;
                for (i = 0; i < count && ++pick[i] == used[i]->values; i++)
                        pick[i] = 0;
                if (i == count)
                        return;
        }
}

void macros_choices_free(struct choice *choice)
{
        for (unsigned i = 0; i < choice->count; i++) {
                free(choice->text[i]);
                free(choice->values[i]);
        }
        free(choice->names);
}

void macros_free(struct macros *m)
{
        while (m->depth)
                macros_leave(m);
        for (unsigned i = 0; i < m->defined_count; i++)
                free(m->defined[i]);
        free(m->defined);
        memset(m, 0, sizeof *m);
}
