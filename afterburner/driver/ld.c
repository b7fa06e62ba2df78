/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * afterburn-ld: the linker for kernels whose boot payload is flat.  The records
 * of those are in memory behind a header, and its checksum can be known only
 * when the kernel is linked and before it is flattened: here.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/process.h"
#include "host/diag.h"
#include "records/image.h"

/* Whether the output is a whole kernel: vmlinux, or a trial link on the way to it. */
static bool is_kernel(const char *output)
{
        const char *base = strrchr(output, '/') ? strrchr(output, '/') + 1 : output;

        return base == output && (!strcmp(base, "vmlinux") || !strncmp(base, ".tmp_vmlinux", 12));
}

static void seal(const char *path)
{
        struct ab_problem problem;
        struct ab_image *image = ab_image_open_unsealed(path, &problem);

        if (!image)
                ab_die(AB_EXIT_ERROR, "%s", problem.text);
        if (image->flat && !ab_image_seal(image, path, &problem))
                ab_die(AB_EXIT_ERROR, "%s", problem.text);
        ab_image_close(image);
}

int main(int argc, char **argv)
{
        const char *output = "a.out";
        bool partial = false;
        int status;

        ab_set_program("afterburn-ld");
        for (int i = 1; i < argc; i++) {
                if (!strcmp(argv[i], "-o") && i + 1 < argc)
                        output = argv[++i];
                else if (!strcmp(argv[i], "-r"))
                        partial = true;
        }
        argv[0] = (char *)"ld";
        if (partial || !is_kernel(output)) {
                execvp(argv[0], argv);
                ab_die(AB_EXIT_ERROR, "ld: cannot be run: %s: install the Debian package binutils",
                       strerror(errno));
        }
        status = process_run((const char *const *)argv, NULL, NULL);
        if (!status)
                seal(output);
        return status;
}
