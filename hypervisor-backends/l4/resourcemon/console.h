/* SPDX-License-Identifier: BSD-2-Clause */
/* One serial port for everybody: whole lines, each under its writer's name. */
#ifndef RESOURCEMON_CONSOLE_H
#define RESOURCEMON_CONSOLE_H

struct console {
        const char *name;
        char line[160];
        unsigned int used;
};

/* Add @n characters; every finished line is printed at once. */
void console_write(struct console *c, const char *text, unsigned int n);

/* Print what is left of an unfinished line. */
void console_flush(struct console *c);

#endif /* RESOURCEMON_CONSOLE_H */
