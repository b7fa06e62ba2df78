/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/diag.h"

bool program_exists(const char *name)
{
        const char *path = getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin";
        bool found = false;

        if (strchr(name, '/'))
                return !access(name, X_OK);
        for (size_t length; *path && !found; path += length + (path[length] == ':')) {
                char *file;

                length = strcspn(path, ":");
                file = ab_format("%.*s/%s", (int)length, path, name);
                found = !access(file, X_OK);
                free(file);
        }
        return found;
}

int process_run(const char *const *argument, const char *input, const char *output)
{
        int status;
        pid_t child;

        fflush(NULL);
        child = fork();
        if (child < 0)
                ab_die(AB_EXIT_ERROR, "%s: cannot be started: %s", argument[0], strerror(errno));
        if (!child) {
                if (!input || strcmp(input, "-")) {
                        int fd = open(input ? input : "/dev/null", O_RDONLY);

                        if (fd >= 0) {
                                dup2(fd, STDIN_FILENO);
                                close(fd);
                        }
                }
                if (output) {
                        int fd = open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

                        if (fd >= 0)
                                dup2(fd, STDOUT_FILENO);
                }
                execvp(argument[0], (char *const *)argument);
                ab_die(127, "%s: cannot be run: %s", argument[0], strerror(errno));
        }
        while (waitpid(child, &status, 0) < 0)
                if (errno != EINTR)
                        return 127;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
