/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O ports a machine has been given.  We carry out each access: mapped, the ports would be its
 * programs', too, where these share the wedge's space.
 */
#include <afterburn/ports.h>
#include "../../port.h"
#include "vm.h"

static int has(const struct vm *v, L4_Word_t first, L4_Word_t last)
{
        for (unsigned int i = 0; i < v->page->port_count; i++)
                if (first >= v->page->port[i].first && last <= v->page->port[i].last)
                        return 1;
        return 0;
}

static int has_some(const struct vm *v, L4_Word_t first, L4_Word_t last)
{
        for (unsigned int i = 0; v->page && i < v->page->port_count; i++)
                if (first <= v->page->port[i].last && last >= v->page->port[i].first)
                        return 1;
        return 0;
}

const char *vm_add_ports(struct vm *v, L4_Word_t first, L4_Word_t last)
{
        if (first > last || last > 0xffff || v->page->port_count == AB_VM_PORTS)
                return "a port range is wrong, or there are more than 16";
        if (ab_kept_ports(first, last))
                return "a port is to be its own that no machine is given";
        for (unsigned int i = 0; i < VMS; i++)
                if (&vms[i] != v && has_some(&vms[i], first, last))
                        return "a port is to be its own that is another machine's";
        v->page->port[v->page->port_count].first = (uint16_t)first;
        v->page->port[v->page->port_count++].last = (uint16_t)last;
        return NULL;
}

int vm_port(const struct vm *v, L4_Word_t n, L4_Word_t bytes, int write, L4_Word_t *value)
{
        if ((bytes != 1 && bytes != 2 && bytes != 4) || n > 0xffff || !has(v, n, n + bytes - 1))
                return 0;
        if (write)
                port_write(n, bytes, *value);
        else
                *value = port_read(n, bytes);
        return 1;
}
