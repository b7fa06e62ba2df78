/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "host/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/diag.h"

void ab_output_open(struct ab_output *output, const char *path)
{
        struct stat there;
        int fd;

        output->path = ab_strdup(path);
        output->temporary = NULL;
        if (!stat(path, &there) && !S_ISREG(there.st_mode)) {
                fd = open(path, O_WRONLY | O_CLOEXEC);
        } else {
                output->temporary = ab_format("%s.XXXXXX", path);
                fd = mkstemp(output->temporary);
        }
        if (fd < 0)
                ab_die(AB_EXIT_ERROR, "%s: cannot be written: %s", path, strerror(errno));
        output->stream = fdopen(fd, output->temporary ? "w+" : "w");
        if (!output->stream)
                ab_die(AB_EXIT_ERROR, "%s: cannot be written: %s", path, strerror(errno));
}

static void forget(struct ab_output *output)
{
        free(output->path);
        free(output->temporary);
        memset(output, 0, sizeof *output);
}

void ab_output_abandon(struct ab_output *output)
{
        fclose(output->stream);
        if (output->temporary)
                unlink(output->temporary);
        forget(output);
}

void ab_output_commit(struct ab_output *output, unsigned mode)
{
        int failed = ferror(output->stream);
        mode_t mask = umask(0);

        umask(mask);
        if (!mode)
                mode = 0666 & ~mask;
        if (output->temporary)
                failed |= fchmod(fileno(output->stream), mode);
        failed |= fclose(output->stream);
        if (!failed && output->temporary)
                failed = rename(output->temporary, output->path);
        if (failed) {
                int error = errno;

                if (output->temporary)
                        unlink(output->temporary);
                ab_die(AB_EXIT_ERROR, "%s: cannot be written: %s", output->path, strerror(error));
        }
        forget(output);
}
