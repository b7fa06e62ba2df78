/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual machines: how whoever boots the machine describes them to the resource
 * monitor, and what the monitor tells a wedge.
 *
 * The description is a boot module of text, known by its first line.  One
 * word and its value per line; `vm' begins a machine, the rest is about it:
 *
 *      afterburn-vms 1
 *      vm NAME
 *      memory MEGABYTES        4 to 768
 *      wedge MODULE            modules are counted from 0, this text included
 *      kernel MODULE           optional: what the wedge is to load
 *      initrd MODULE           optional
 *      port FIRST LAST         hexadecimal: I/O ports of the real machine, not those of ports.h
 *      control PORT            hexadecimal: UART for what backend_control_write() says
 *      share NUMBER            optional: of the processor, beside the others' (1), 1 to 16
 *      without WORD,...        optional: of the co-located layout, without.h
 *      l4-memory MEGABYTES     optional: of L4's own, for page tables and mappings, 1 to 64
 *      append TEXT             the command line: the rest of the line
 *
 * On the control line every line says who speaks: "vm NAME TEXT" is what that machine said with
 * backend_control_write(), "monitor NAME TEXT" what the monitor says of it; L4 itself, or the
 * monitor of itself, which stops for good, begins with the text.
 */
#ifndef AFTERBURN_VM_H
#define AFTERBURN_VM_H

#include <stdint.h>

#define AB_VM_HEADER "afterburn-vms 1"

#define AB_VM_NAME_BYTES    32
#define AB_VM_COMMAND_BYTES 2048
#define AB_VM_PORTS         16
#define AB_VM_MEMORY_LEAST  4u /* megabytes */
#define AB_VM_MEMORY_MOST   768u

#define AB_VM_SHARE_MOST 16u

/* The monitor's reason where a machine says nothing of how its command ended. */
#define AB_VM_NO_REPORT "the guest ended without a report"

/*
 * L4's own memory, in megabytes: for itself, sigma0 and the resource monitor; for the threads and
 * address spaces of a machine; and, where the description does not say, for a machine's page tables
 * and mappings, which the monitor has L4 keep to.
 */
#define AB_VM_L4_ITSELF       4u
#define AB_VM_L4_SPACES       2u
#define AB_VM_L4_MEMORY_LEAST 1u
#define AB_VM_L4_MEMORY_MOST  64u
static inline uint32_t ab_vm_l4_memory(uint32_t memory_mb)
{
        return 6 + memory_mb / 16;
}

#define AB_VM_PAGE_MAGIC 0x4d566241u /* "AbVM" */

/* The page every wedge finds; read only. */
struct ab_vm_page {
        uint32_t magic;
        uint32_t first_thread; /* number of its first thread */
        uint32_t memory_bytes;
        uint32_t kernel_bytes, initrd_bytes; /* files the monitor has for it */
        uint32_t without;                    /* bits of without.h */
        uint32_t l4_pages;                   /* of L4's memory, for its page tables and mappings */
        uint32_t port_count;
        struct {
                uint16_t first, last;
        } port[AB_VM_PORTS];
        char name[AB_VM_NAME_BYTES];
        char command_line[AB_VM_COMMAND_BYTES];
};

#endif
