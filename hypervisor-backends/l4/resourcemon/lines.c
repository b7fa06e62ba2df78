/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines to whoever runs the machines: the console, on which he reads what they write and types,
 * and the control line, on which `afterburn run' hears how they fare.
 */
#include <l4/io.h>
#include <afterburn/backend.h>
#include "device.h"
#include "vm.h"

#define STATUS_KILLED 137
#define STUCK         "afterburn stuck"

/* --- what he reads ------------------------------------------------------------------------ */

int vm_is_alone(void)
{
        return vms[1].state == VM_NONE;
}

/* A whole line that @v said on the control line. */
static void heard(struct vm *v)
{
        const char *text = v->said.text;
        unsigned int i = sizeof(STUCK) - 1, n = 0;

        v->reported |= !strncmp(text, "afterburn exit ", 15);
        if (strncmp(text, STUCK, i))
                return;
        while (text[i] != '\n' && n < sizeof(v->stuck) - 1)
                v->stuck[n++] = text[i++];
        v->stuck[n] = 0;
        /* The operator may want to kill it. */
        if (n && !vm_is_alone())
                l4_printf("resourcemon: %s: it runs with%s\n", v->name, v->stuck);
}

void vm_say(struct vm *v, const char *text, unsigned int n)
{
        if (vm_is_alone())
                device_write(CONSOLE_PORT, text, n);
        else
                console_write(&v->console, text, n);
}

/*
 * The control line is shared: each line is written whole, and begins with who says it.  So
 * nobody's can be taken for another's, nor for ours or L4's.
 */
static void control(struct vm *v, struct control_line *line, const char *text, unsigned int n)
{
        const char *who = line == &v->told ? "monitor " : "vm ";

        if (!v->control_port)
                return;
        for (; n--; text++) {
                if (line->used < sizeof(line->text) - 1)
                        line->text[line->used++] = *text;
                if (*text != '\n')
                        continue;
                line->text[line->used - 1] = '\n';
                if (line == &v->said)
                        heard(v);
                device_write(v->control_port, who, strlen(who));
                device_write(v->control_port, v->name, strlen(v->name));
                device_write(v->control_port, " ", 1);
                device_write(v->control_port, line->text, line->used);
                line->used = 0;
        }
}

void vm_control(struct vm *v, const char *text, unsigned int n)
{
        control(v, &v->said, text, n);
}

void vm_tell(struct vm *v, const char *text)
{
        control(v, &v->told, text, strlen(text));
}

void vm_report_error(struct vm *v, const char *text)
{
        vm_tell(v, "afterburn error ");
        vm_tell(v, text);
        vm_tell(v, "\n");
}

/* --- what he types ------------------------------------------------------------------------ */

/* The machine that orders are for, and input too while it runs. */
static unsigned int foreground;
static unsigned int typed_to; /* machines that do not know of it yet */

/*
 * Ctrl-B is for us where there are several machines: then a digit chooses one, s asks it to stop,
 * k kills it; Ctrl-B again is one for the machine.  One that has ended stays chosen until somebody
 * types what is no order: who meant to kill it kills no other.
 */
#define ESCAPE 0x02

static void kill(struct vm *v)
{
        const char *how = v->stuck[0] ? "killed: it ran with" : "killed";

        l4_printf("resourcemon: %s: %s%s\n", v->name, how, v->stuck);
        vm_tell(v, "afterburn error ");
        vm_tell(v, how);
        vm_tell(v, v->stuck);
        vm_tell(v, "\n");
}

static int command(char c)
{
        struct vm *v;

        if (c >= '1' && c < '1' + VMS && vms[c - '1'].state != VM_NONE)
                foreground = (unsigned int)(c - '1');
        else if (c != 's' && c != 'k')
                return 0;
        v = &vms[foreground];
        if (v->state != VM_RUNNING) {
                l4_printf("resourcemon: %s has ended\n", v->name);
        } else if (c == 's') {
                vm_notify(v, AB_EVENT_STOP);
        } else if (c == 'k') {
                kill(v);
                vm_end(v, STATUS_KILLED);
        } else {
                l4_printf("resourcemon: input goes to %s\n", v->name);
        }
        return 1;
}

/* Where the chosen machine has ended the next one is chosen.  False: none runs. */
static int somebody_hears(void)
{
        const struct vm *before = &vms[foreground];

        for (unsigned int i = 0; i < VMS; i++) {
                unsigned int n = (foreground + i) % VMS;

                if (vms[n].state != VM_RUNNING)
                        continue;
                foreground = n;
                if (i)
                        l4_printf("resourcemon: %s has ended, input goes to %s\n", before->name,
                                  vms[n].name);
                return 1;
        }
        return 0;
}

static void typed(char c)
{
        static int escaped;
        struct vm *v;

        if (escaped && command(c)) {
                escaped = 0;
                return;
        }
        escaped = !vm_is_alone() && c == ESCAPE && !escaped;
        if (escaped || !somebody_hears())
                return;
        v = &vms[foreground];
        typed_to |= 1u << foreground;
        if (v->input_count < VM_INPUT)
                v->input[(v->input_first + v->input_count++) % VM_INPUT] = c;
}

void vm_typed(void)
{
        int c;

        while ((c = device_read(CONSOLE_PORT)) >= 0)
                typed((char)c);
        for (unsigned int i = 0; i < VMS; i++)
                if (typed_to & 1u << i)
                        vm_notify(&vms[i], AB_EVENT_CONSOLE);
        typed_to = 0;
}
