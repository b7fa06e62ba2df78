/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In the helper thread: load and bind the guest.  It happens in the machine's own space,
 * so a kernel file that deceives the loader harms nobody else, and other machines
 * go on meanwhile.
 */
#include <afterburn/bound.h>
#include <load.h>
#include <vcpu.h>
#include "helper.h"

AB_WEDGE_DESCRIBES(l4vm_description) = {
    .magic = AB_WEDGE_MAGIC,
    .bytes = sizeof(struct ab_wedge_description),
    .hypervisor = L4VM_HYPERVISOR, /* named by the build */
    .kernel_end = L4VM_GUEST_END,
    .wedge = VCPU_WEDGE,
};

_Static_assert(sizeof(struct backend_entry) == sizeof(struct ab_load_entry), "one layout");
_Static_assert(sizeof(struct backend_hidden) <= sizeof(struct ab_load_hidden), "one layout");

static struct ab_load load;

void l4vm_helper_load(void)
{
        load.memory = (uint8_t *)L4VM_VIEW;
        load.memory_bytes = VM->memory_bytes;
        load.image = (const uint8_t *)L4VM_KERNEL_FILE;
        load.image_bytes = VM->kernel_bytes;
        load.command_line = VM->command_line;
        load.initrd = VM->initrd_bytes ? (const uint8_t *)L4VM_INITRD_FILE : 0;
        load.initrd_bytes = VM->initrd_bytes;
        load.target = &l4vm_description;
        if (ab_load(&load)) {
                memcpy(l4vm_load_error, load.text, sizeof(load.text));
                return;
        }
        memcpy(&l4vm_machine.entry, &load.entry, sizeof(load.entry));
        memcpy(&l4vm_machine.hidden, &load.hidden, sizeof(l4vm_machine.hidden));
        l4vm_machine.module_start = load.initrd_gpa;
        l4vm_machine.module_bytes = load.initrd_gpa ? load.initrd_bytes : 0;
}
