/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A wedge that loads its own guest: the first module is the kernel, the second its RAM
 * disk.  What follows "cmdline:" in our command line is the guest's.
 */
#include "load/load.h"
#include "cpu/vcpu.h"
#include "ring0.h"

AB_WEDGE_DESCRIBES(wedge_description) = {
    .magic = AB_WEDGE_MAGIC,
    .bytes = sizeof(struct ab_wedge_description),
    .hypervisor = "ring0",
    .kernel_end = 0xbc000000, /* as on L4 */
    .wedge = VCPU_WEDGE,
};

static const char *guest_command(const char *line)
{
        static const char mark[] = "cmdline:";
        uint32_t i;

        for (; *line; line++) {
                for (i = 0; mark[i] && line[i] == mark[i]; i++)
                        ;
                if (!mark[i])
                        return line[i] == ' ' ? line + i + 1 : line + i;
        }
        return line;
}

void ring0_load_guest(struct backend_machine *machine, const struct ring0_module *image,
                      const struct ring0_module *initrd)
{
        static struct ab_load load;

        load.memory = backend_physical(0);
        load.memory_bytes = machine->memory_bytes;
        load.image = image->at;
        load.image_bytes = image->bytes;
        load.command_line = guest_command(machine->command_line);
        load.initrd = initrd->bytes ? initrd->at : 0;
        load.initrd_bytes = initrd->bytes;
        load.target = &wedge_description;
        if (!image->bytes)
                backend_fatal("no guest kernel: give it as first module");
        if (ab_load(&load))
                backend_fatal(load.text);
        machine->entry = (struct backend_entry){
            .eip = load.entry.eip,
            .eax = load.entry.eax,
            .ebx = load.entry.ebx,
            .esi = load.entry.esi,
            .gdt_base = load.entry.gdt_base,
            .gdt_limit = load.entry.gdt_limit,
            .cs = load.entry.cs,
            .ds = load.entry.ds,
        };
        machine->hidden = (struct backend_hidden){
            .leaf1_edx = load.hidden.leaf1_edx,
            .leaf1_ecx = load.hidden.leaf1_ecx,
            .ext1_edx = load.hidden.ext1_edx,
            .ext1_ecx = load.hidden.ext1_ecx,
            .leaf7_ebx = load.hidden.leaf7_ebx,
            .leaf7_ecx = load.hidden.leaf7_ecx,
            .leaf7_edx = load.hidden.leaf7_edx,
            .ext8_ebx = load.hidden.ext8_ebx,
            .leafd1_eax = load.hidden.leafd1_eax,
        };
}
