/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/diag.h"
#include "host/output.h"

char *file_read(const char *path)
{
        FILE *stream = fopen(path, "r");
        size_t count = 0, room = 65536, got;
        char *text;

        if (!stream)
                return NULL;
        text = ab_alloc(room + 1);
        while ((got = fread(text + count, 1, room - count, stream)) > 0) {
                count += got;
                if (count == room) {
                        room *= 2;
                        text = ab_realloc(text, room + 1);
                }
        }
        text[count] = 0;
        if (ferror(stream)) {
                free(text);
                text = NULL;
        }
        fclose(stream);
        return text;
}

void file_write_if_changed(const char *path, const char *text)
{
        char *old = file_read(path);
        struct ab_output output;

        if (!old || strcmp(old, text)) {
                ab_output_open(&output, path);
                fputs(text, output.stream);
                ab_output_commit(&output, 0);
        }
        free(old);
}

bool file_exists(const char *path)
{
        struct stat status;

        return !lstat(path, &status);
}

void folder_make(const char *path)
{
        char *copy = ab_strdup(path);

        for (char *at = copy + 1; *at; at++) {
                if (*at != '/')
                        continue;
                *at = 0;
                mkdir(copy, 0777);
                *at = '/';
        }
        if (mkdir(copy, 0777) && errno != EEXIST)
                ab_die(AB_EXIT_ERROR, "%s: cannot be made: %s", path, strerror(errno));
        free(copy);
}
