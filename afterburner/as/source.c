/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "as/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "as/scan.h"
#include "host/diag.h"

static bool read_file(const char *path, struct buffer *text)
{
        int descriptor = open(path, O_RDONLY | O_CLOEXEC);
        bool ok;

        if (descriptor < 0)
                return false;
        ok = buffer_read(text, descriptor);
        close(descriptor);
        return ok;
}

bool source_find(const char *name, char *const *folders, struct buffer *text)
{
        bool found = read_file(name, text);

        for (; !found && folders && *folders; folders++) {
                char *path = ab_format("%s/%s", *folders, name);

                found = read_file(path, text);
                free(path);
        }
        return found;
}

bool source_is_vdso(const char *text, const char *limit)
{
        static const char *const names[] = {"__kernel_vsyscall", "__kernel_sigreturn",
                                            "__kernel_rt_sigreturn", "__vdso_"};

        for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
                size_t length = strlen(names[i]);
                const char *p = text;

                while ((p = memmem(p, (size_t)(limit - p), names[i], length))) {
                        bool starts = p == text || !is_symbol(p[-1]);

                        p = scan_symbol(p + length, limit);
                        if (starts && *p == ':')
                                return true;
                }
        }
        return false;
}
