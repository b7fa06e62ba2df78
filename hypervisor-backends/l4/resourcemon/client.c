/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clients are loaded from ELF executables.  The whole image is copied into one
 * block of memory, from which page faults are served.
 */
#include <l4/io.h>
#include <l4/ipc.h>
#include "client.h"
#include "elf32.h"
#include "memory.h"

#define FIRST_CLIENT_NO 16 /* above the user base */

static struct client clients[CLIENTS];
static unsigned int running;

unsigned int clients_running(void)
{
        return running;
}

unsigned int clients_status(void)
{
        unsigned int worst = 0;

        for (unsigned int i = 0; i < CLIENTS; i++)
                if (clients[i].state == CLIENT_ENDED && clients[i].status > worst)
                        worst = clients[i].status;
        return worst;
}

struct client *client_of(L4_ThreadId_t t)
{
        for (unsigned int i = 0; i < CLIENTS; i++) {
                struct client *c = &clients[i];

                if (c->state == CLIENT_RUNNING && L4_ThreadNo(t) - c->first_no < CLIENT_THREADS)
                        return c;
        }
        return NULL;
}

/* The last component of the first word of @cmdline. */
static void set_name(struct client *c, const char *cmdline)
{
        unsigned int n = 0;

        for (; *cmdline && *cmdline != ' '; cmdline++) {
                if (*cmdline == '/')
                        n = 0;
                else if (n < sizeof(c->name) - 1)
                        c->name[n++] = *cmdline;
        }
        c->name[n] = 0;
        if (!n)
                memcpy(c->name, "client", 7);
        c->console.name = c->name;
}

static const char *load(struct client *c, const struct module *m, L4_Word_t *entry)
{
        const char *error = elf32_range((const void *)m->start, m->size, &c->base, &c->size, entry);

        if (error)
                return error;
        c->memory_bits = memory_bits(c->size);
        c->memory = memory_alloc(c->memory_bits);
        if (!c->memory)
                return "there is not enough memory for its image: give the machine more";
        elf32_load((const void *)m->start, c->memory, c->base);
        return NULL;
}

/* Space, first thread, start message. */
static const char *run(struct client *c, L4_Word_t entry)
{
        L4_ThreadId_t self = L4_MyGlobalId(), t = c->main;
        L4_Fpage_t kip = L4_FpageLog2(L4_ROOT_KIP_BASE, L4_PAGE_BITS);
        L4_Fpage_t utcb = L4_FpageLog2(L4_ROOT_UTCB_BASE, L4_ROOT_UTCB_BITS);

        if (!L4_ThreadControl(t, t, self, L4_nilthread, L4_UTCB_LEAVE) ||
            !L4_SpaceControl(t, 0, kip, utcb, L4_nilthread, NULL) ||
            !L4_ThreadControl(t, t, self, self, L4_ROOT_UTCB_BASE))
                return "the kernel refuses a space for it";
        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        L4_LoadMR(1, entry);
        L4_LoadMR(2, 0);
        return L4_IpcFailed(L4_Send_Timeout(t, L4_TimePeriod(1000000))) ? "it does not start"
                                                                        : NULL;
}

const char *client_start(const struct module *m)
{
        struct client *c = clients;
        const char *error;
        L4_Word_t entry = 0;

        while (c < clients + CLIENTS && c->state != CLIENT_FREE)
                c++;
        if (c == clients + CLIENTS)
                return "there are too many clients";
        set_name(c, m->cmdline);
        c->first_no =
            L4_ThreadIdUserBase() + FIRST_CLIENT_NO + (L4_Word_t)(c - clients) * CLIENT_THREADS;
        c->main = L4_GlobalId(c->first_no, 1);
        error = load(c, m, &entry);
        if (!error)
                error = run(c, entry);
        if (error)
                return error;
        c->state = CLIENT_RUNNING;
        running++;
        return NULL;
}

void client_end(struct client *c, unsigned int status)
{
        console_flush(&c->console);
        /* Deleting a space takes every thread in it, so the first one goes last. */
        for (L4_Word_t i = CLIENT_THREADS; i-- > 0;)
                L4_ThreadControl(L4_GlobalId(c->first_no + i, 1), L4_nilthread, L4_nilthread,
                                 L4_nilthread, L4_UTCB_LEAVE);
        for (L4_Word_t p = 0; p < 1u << c->memory_bits; p += L4_PAGE_SIZE)
                L4_UnmapFpage(L4_PageRights((L4_Word_t)c->memory + p, L4_FPAGE_RWX));
        memory_free(c->memory, c->memory_bits);
        c->state = CLIENT_ENDED;
        running--;
        c->status = status;
}
