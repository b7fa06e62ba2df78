/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the kernel below departs from X.2 or from this project's own: detected once
 * from its interface page, and nowhere else.
 */
#include "l4vm.h"

struct l4vm_quirks l4vm_quirks;

void l4vm_quirks_start(void)
{
        bool public = L4_IsPublicKernel();

        l4vm_quirks.reply_maps = !public;
        l4vm_quirks.flags = !public;
        l4vm_quirks.error_code = !public;
        l4vm_quirks.ports_denied = L4_HasFeature(L4_FEATURE_IOFPAGES);
}
