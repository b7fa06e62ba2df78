/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/cures.h"

#include <string.h>

#include "driver/version.h"

const struct cure cures[] = {
#define CURE(id, first, last, when, source, flags, reason)                                         \
        {id, first, last, when, source, flags, reason},
#include "driver/cures.def"
#undef CURE
};
const unsigned cure_count = sizeof cures / sizeof cures[0];

/* clang-format off */
const struct exemption exemptions[] = {
        {"arch/x86/boot/", "real-mode set-up and decompressor: run before the kernel, never virtualized"},
        {"arch/i386/boot/", "real-mode set-up and decompressor: run before the kernel, never virtualized"},
        {"arch/x86/realmode/rm/", "real-mode blob, copied to low memory and run there"},
        {"arch/x86/kernel/acpi/realmode/", "real-mode blob, copied to low memory and run there"},
        {"arch/x86/entry/vdso/vdso32/", "vDSO: code of user programs"},
        {"arch/x86/entry/vdso/vclock_gettime.", "vDSO: code of user programs"},
        {"arch/x86/vdso/vdso32/", "vDSO: code of user programs"},
        {"arch/i386/kernel/vsyscall-", "vsyscall page: code of user programs"},
};
/* clang-format on */
const unsigned exemption_count = sizeof exemptions / sizeof exemptions[0];

const struct exemption *exempt(const char *path)
{
        for (unsigned i = 0; i < exemption_count; i++) {
                const char *at = strstr(path, exemptions[i].place);

                if (at && (at == path || at[-1] == '/'))
                        return &exemptions[i];
        }
        return NULL;
}
