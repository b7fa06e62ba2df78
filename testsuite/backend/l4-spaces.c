/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User spaces have pagers of their own, or main is the pager of all.  The resource monitor gives
 * threads back by what its machine has last asked for: so one with the other kind would leave
 * some of its threads behind.
 */
#include "ktap.h"
#include "../../hypervisor-backends/l4-baseline/user.h"

static bool is_refused(L4_Word_t label, uint32_t space)
{
        L4_LoadMR(1, space);
        return l4vm_request(label, 1);
}

void kinds_of_spaces(void)
{
        bool paged = l4vm_user_pager(0).raw != l4vm_thread(L4VM_MAIN).raw;
        L4_Word_t other = paged ? RMON_VM_SPACE : RMON_VM_PAGED;

        ktap_line("# user spaces of another kind");
        ktap_ok(is_refused(other, L4VM_SPACES - 1),
                "beside those with pagers none without, or the other way round");
        ktap_ok(is_refused(other, 0), "nor in place of one");
        ktap_ok(is_refused(RMON_VM_COLOCATED, 0), "nor one with three threads");
}
