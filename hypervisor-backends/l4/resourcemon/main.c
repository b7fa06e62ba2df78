/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The resource monitor: root task, owner of memory, console and privileged
 * calls.  With a description of virtual machines among the boot modules it starts
 * those; otherwise every module that is an ELF executable becomes a client.  When the
 * last one has ended, so does the machine, with the worst of their statuses.
 */
#include <l4/io.h>
#include <l4/ipc.h>
#include "boot.h"
#include "client.h"
#include "memory.h"
#include "server.h"
#include "vm.h"
#include "watch.h"

#define STATUS_NO_CLIENT 71

/* Start what the description says; how many machines run. */
static unsigned int start_vms(const struct module *description)
{
        unsigned int started = 0, count = 0;
        const char *error = vm_describe(description, &count), *none;

        if (error) {
                watch_say("description: ", error);
                return 0;
        }
        none = vm_devices_start();
        for (unsigned int i = 0; i < count; i++) {
                error = none ? none : vm_start(&vms[i]);
                if (error) {
                        l4_printf("resourcemon: %s: %s\n", vms[i].name, error);
                        vm_report_error(&vms[i], error);
                } else {
                        started++;
                }
        }
        return started;
}

/* Every module is a program of its own. */
static unsigned int start_clients(void)
{
        unsigned int started = 0;

        for (unsigned int i = 0; i < boot_modules(); i++) {
                const struct module *m = boot_module(i);
                const char *error = client_start(m);

                if (error)
                        l4_printf("resourcemon: module %s: %s\n", m->cmdline, error);
                else
                        started++;
        }
        return started;
}

int main(void)
{
        const char *error = boot_init();
        L4_Word_t memory;
        unsigned int i, started;

        if (error) {
                watch_say("", error);
                return STATUS_NO_CLIENT;
        }
        memory = memory_init();
        for (i = 0; i < boot_modules(); i++) {
                if (!vm_is_description(boot_module(i)))
                        continue;
                if (!start_vms(boot_module(i)))
                        return STATUS_NO_CLIENT;
                server_run();
                return (int)vms_status();
        }
        l4_printf("resourcemon: %u KB of memory, %u modules\n", memory / 1024, boot_modules());
        started = start_clients();
        if (!started) {
                l4_printf("resourcemon: no client: name a program as a module\n");
                return STATUS_NO_CLIENT;
        }
        server_run();
        return started == boot_modules() ? (int)clients_status() : STATUS_NO_CLIENT;
}
