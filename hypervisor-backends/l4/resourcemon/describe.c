/* SPDX-License-Identifier: BSD-2-Clause */
/* The text that describes virtual machines (include/afterburn/vm.h). */
#include <afterburn/without.h>
#include <l4/io.h>
#include "vm.h"
#include "memory.h"
#include "shares.h"

/* What is left of the text. */
struct text {
        const char *at, *end;
};

int vm_is_description(const struct module *m)
{
        return m->size > sizeof(AB_VM_HEADER) - 1 &&
               !memcmp((const void *)m->start, AB_VM_HEADER, sizeof(AB_VM_HEADER) - 1);
}

/* The next line, without its end, copied to @line; false at the end of the text. */
static int next_line(struct text *t, char *line, unsigned int room)
{
        unsigned int n = 0;

        if (t->at >= t->end)
                return 0;
        while (t->at < t->end && *t->at != '\n') {
                if (n < room - 1)
                        line[n++] = *t->at;
                t->at++;
        }
        t->at++;
        line[n] = 0;
        return 1;
}

/* A number at *@p, decimal or hexadecimal, moved behind it; all ones: none. */
static L4_Word_t number(const char **p, unsigned int base)
{
        L4_Word_t value = 0;
        const char *s = *p;

        while (*s == ' ')
                s++;
        if (!*s)
                return ~0u;
        for (; *s && *s != ' '; s++) {
                unsigned int digit = *s >= '0' && *s <= '9'   ? (unsigned int)(*s - '0')
                                     : *s >= 'a' && *s <= 'f' ? (unsigned int)(*s - 'a') + 10
                                                              : 99;

                if (digit >= base || value > 0xfffffff)
                        return ~0u;
                value = value * base + digit;
        }
        *p = s;
        return value;
}

static void copy(char *to, const char *from, unsigned int room)
{
        unsigned int n = 0;

        for (; n < room - 1 && from[n]; n++)
                to[n] = from[n];
        to[n] = 0;
}

/* The one that ends the line; all ones: there is none, or more behind it. */
static L4_Word_t last_number(const char *p)
{
        L4_Word_t value = number(&p, 16);

        return *p ? ~0u : value;
}

/* A module number, or -1. */
static int module(const char *p)
{
        L4_Word_t n = number(&p, 10);

        return n < boot_modules() ? (int)n : -1;
}

/* One line about @v: the word, a space, the value. */
static const char *apply(struct vm *v, const char *line)
{
        static const char *const words[] = {"memory ",    "wedge ",   "kernel ", "initrd ",
                                            "port ",      "control ", "share ",  "without ",
                                            "l4-memory ", "append "};
        const char *p = line;
        L4_Word_t value;
        unsigned int i;

        for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                if (!strncmp(line, words[i], strlen(words[i])))
                        break;
        if (i == sizeof(words) / sizeof(words[0]))
                return "a line of the description is not understood";
        p += strlen(words[i]);
        switch (i) {
        case 0:
                v->memory_mb = number(&p, 10);
                return NULL;
        case 1:
                v->wedge_module = module(p);
                return v->wedge_module < 0 ? "its wedge is no module" : NULL;
        case 2:
                v->kernel_module = module(p);
                return v->kernel_module < 0 ? "its kernel is no module" : NULL;
        case 3:
                v->initrd_module = module(p);
                return v->initrd_module < 0 ? "its initial RAM disk is no module" : NULL;
        case 4:
                value = number(&p, 16);
                return vm_add_ports(v, value, last_number(p));
        case 5:
                v->control_port = number(&p, 16);
                return NULL;
        case 6:
                v->share = number(&p, 10);
                return v->share && v->share <= AB_VM_SHARE_MOST ? NULL : "its share is not 1 to 16";
        case 7:
                v->page->without = ab_without(p);
                return v->page->without ? NULL : "it is to do without something unknown";
        case 8:
                v->l4_mb = number(&p, 10);
                return v->l4_mb >= AB_VM_L4_MEMORY_LEAST && v->l4_mb <= AB_VM_L4_MEMORY_MOST
                           ? NULL
                           : "its memory of L4's is not 1 to 64 MB";
        }
        copy(v->page->command_line, p, AB_VM_COMMAND_BYTES);
        return NULL;
}

static const char *begin(struct vm *v, const char *name)
{
        *v = (struct vm){
            .state = VM_DESCRIBED, .wedge_module = -1, .kernel_module = -1, .initrd_module = -1};
        copy(v->name, name, sizeof(v->name));
        v->page = memory_alloc(L4_PAGE_BITS);
        return v->page ? NULL : "no memory";
}

/* Where one machine is given a share, the others have one too; and wherever we can keep to it. */
static void complete_shares(unsigned int count)
{
        L4_Word_t given = count > 1 && shares_kept();

        for (unsigned int i = 0; i < count; i++)
                given |= vms[i].share;
        for (unsigned int i = 0; given && i < count; i++)
                if (!vms[i].share)
                        vms[i].share = 1;
}

const char *vm_describe(const struct module *m, unsigned int *count)
{
        static char line[AB_VM_COMMAND_BYTES + 64];
        struct text t = {(const char *)m->start, (const char *)m->start + m->size};
        struct vm *v = NULL;
        const char *error = NULL;

        *count = 0;
        next_line(&t, line, sizeof(line));
        while (!error && next_line(&t, line, sizeof(line))) {
                if (!line[0])
                        continue;
                if (!strncmp(line, "vm ", 3)) {
                        if (*count == VMS)
                                return "more than 8 virtual machines";
                        v = &vms[(*count)++];
                        error = begin(v, line + 3);
                } else if (v) {
                        error = apply(v, line);
                } else {
                        error = "the description does not begin with a machine";
                }
        }
        complete_shares(*count);
        return error;
}
