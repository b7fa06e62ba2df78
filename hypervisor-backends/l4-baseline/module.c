/* SPDX-License-Identifier: BSD-2-Clause */
/* For a wedge that is its own guest: it finds its module at the end of memory. */
#include "helper.h"

void l4vm_helper_load(void)
{
        uint32_t bytes = VM->initrd_bytes, to = (VM->memory_bytes - bytes) & -AB_PAGE_BYTES;

        if (bytes > VM->memory_bytes) {
                memcpy(l4vm_load_error, "no room for the module", 23);
                return;
        }
        memcpy((void *)(L4VM_VIEW + to), (const void *)L4VM_INITRD_FILE, bytes);
        if (bytes) {
                l4vm_machine.module_start = to;
                l4vm_machine.module_bytes = bytes;
        }
}
