/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of clients: one program in one space each. */
#ifndef RESOURCEMON_CLIENT_H
#define RESOURCEMON_CLIENT_H

#include <l4/types.h>
#include "boot.h"
#include "console.h"

#define CLIENTS        16
#define CLIENT_THREADS 64 /* thread numbers each may use */

enum client_state { CLIENT_FREE, CLIENT_RUNNING, CLIENT_ENDED };

struct client {
        enum client_state state;
        char name[32];
        L4_ThreadId_t main;
        L4_Word_t first_no;   /* of its thread numbers */
        L4_Word_t base, size; /* its image, in its own space ... */
        char *memory;         /* ... and in ours */
        unsigned int memory_bits;
        unsigned int status;
        struct console console;
};

/* Load the ELF file in @m and start it.  Returns a sentence on error, else null. */
const char *client_start(const struct module *m);

/* The client whose thread @t is, or null. */
struct client *client_of(L4_ThreadId_t t);

/* End @c: its threads are deleted, its image is free again; what it asked for besides is not. */
void client_end(struct client *c, unsigned int status);

/* How many are running; the worst status of those that ended. */
unsigned int clients_running(void);
unsigned int clients_status(void);

#endif /* RESOURCEMON_CLIENT_H */
