/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * afterburn run --hypervisor=l4 and l4x: what the machine gets.  The loader, the kernel, sigma0 and
 * the resource monitor; the description of the guests (include/afterburn/vm.h); the wedge;
 * kernels and root file systems.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <afterburn/vm.h>

#include "host/diag.h"
#include "host/paths.h"
#include "parts.h"

/* Memory beside the guests' and L4's own (afterburn/vm.h): of monitor and wedges, in megabytes. */
enum { FIXED_MB = 24, WEDGE_MB = 12, CONTROL_PORT = 0x2f8, FIRST_MODULE = 3 };

static unsigned file_mb(const char *path)
{
        struct stat about;

        return stat(path, &about) ? 0 : (unsigned)(about.st_size >> 20) + 1;
}

/* A module's number as the resource monitor counts, adding it to the list. */
static unsigned add(struct run_images *images, char *path)
{
        images->machine_mb += file_mb(path);
        return run_add_module(images, path) - FIRST_MODULE;
}

static unsigned l4_memory_mb(const struct run_guest *guest, const struct run_options *options)
{
        return options->l4_memory_mb ? options->l4_memory_mb : ab_vm_l4_memory(guest->memory_mb);
}

static void describe(FILE *text, struct run_images *images, const struct run_guest *guest,
                     unsigned wedge, const struct run_options *options)
{
        enum kernel_kind kind;
        unsigned kernel = add(images, run_kernel(guest->kernel, true, &kind, options));
        char *initrd = run_initrd(guest->initrd, kind, options);
        unsigned i;

        fprintf(text, "vm %s\nmemory %u\nl4-memory %u\nwedge %u\nkernel %u\n", guest->name,
                guest->memory_mb, l4_memory_mb(guest, options), wedge, kernel);
        if (guest->share)
                fprintf(text, "share %u\n", guest->share);
        for (i = 0; i < guest->ports.count; i++)
                fprintf(text, "port %x %x\n", guest->ports.first[i], guest->ports.last[i]);
        if (options->without)
                fprintf(text, "without %s\n", options->without);
        if (initrd)
                fprintf(text, "initrd %u\n", add(images, initrd));
        fprintf(text, "control %x\nappend %s\n", CONTROL_PORT,
                run_command_line(kind, guest->append, options));
        images->machine_mb += guest->memory_mb + WEDGE_MB;
}

/* What --vm left out is as for a single guest. */
static struct run_guest complete(const struct run_options *options, unsigned number)
{
        struct run_guest guest = {.name = RUN_ONLY_GUEST, .ports = options->ports};

        if (number < options->guests)
                guest = options->guest[number];
        guest.kernel = guest.kernel ? guest.kernel : options->kernel;
        guest.initrd = guest.initrd ? guest.initrd : options->initrd;
        guest.append = guest.append ? guest.append : options->append;
        guest.memory_mb = guest.memory_mb ? guest.memory_mb : options->memory_mb;
        return guest;
}

void run_prepare_l4(struct run_images *images, const struct run_options *options)
{
        char *words = NULL;
        size_t bytes;
        FILE *text = open_memstream(&words, &bytes);
        unsigned description, wedge, i, kmem = AB_VM_L4_ITSELF;

        if (!text)
                ab_die(AB_EXIT_ERROR, "out of memory");
        images->boot = l4_loader(options->l4_loader);
        images->debug_exit = true;
        run_add_module(images, l4_kernel(options->l4_kernel, options->hypervisor->kernel));
        run_add_module(images, l4_sigma0(options->l4_sigma0));
        run_add_module(images, ab_path_required(AB_PLACE_LIB, "l4/resourcemon"));
        description = run_add_module(images, NULL);
        wedge = add(images, ab_path_required(AB_PLACE_SHARE, options->hypervisor->wedge));
        fprintf(text, "%s\n", AB_VM_HEADER);
        for (i = 0; i < (options->guests ? options->guests : 1); i++) {
                struct run_guest guest = complete(options, i);

                kmem += AB_VM_L4_SPACES + l4_memory_mb(&guest, options);
                describe(text, images, &guest, wedge, options);
        }
        fclose(text);
        images->module[description] = run_text("vms", words);
        images->machine_mb += FIXED_MB + kmem;
        images->command_line = ab_format("kmem=%uM", kmem);
}
