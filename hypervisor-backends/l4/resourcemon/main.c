/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The resource monitor: root task, owner of memory, console and privileged
 * calls.  Every boot module that is an ELF executable becomes a client; when the
 * last one has ended, so does the machine, with the worst of their statuses.
 */
#include <l4/io.h>
#include <l4/ipc.h>
#include "boot.h"
#include "client.h"
#include "memory.h"
#include "server.h"

#define STATUS_NO_CLIENT 71

int main(void)
{
        unsigned int started = 0;
        const char *error = boot_init();

        if (error) {
                l4_printf("resourcemon: %s\n", error);
                return STATUS_NO_CLIENT;
        }
        l4_printf("resourcemon: %u KB of memory, %u modules\n", memory_init() / 1024,
                  boot_modules());
        for (unsigned int i = 0; i < boot_modules(); i++) {
                const struct module *m = boot_module(i);

                error = client_start(m);
                if (error)
                        l4_printf("resourcemon: module %s: %s\n", m->cmdline, error);
                else
                        started++;
        }
        if (!started) {
                l4_printf("resourcemon: no client: name a program as a module\n");
                return STATUS_NO_CLIENT;
        }
        server_run();
        return started == boot_modules() ? (int)clients_status() : STATUS_NO_CLIENT;
}
