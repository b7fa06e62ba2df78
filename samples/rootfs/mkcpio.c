/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mkcpio: a root file system archive from a list, without root's rights.
 *
 *      mkcpio OUTPUT < LIST
 *
 * Lines of the list, modes in octal, paths in the guest from /:
 *      dir   PATH MODE
 *      file  PATH MODE SOURCE          a file of the host
 *      link  PATH TARGET               a symbolic link
 *      char  PATH MODE MAJOR MINOR     a character device
 *      tree  PATH SOURCE               everything below a folder of the host
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/diag.h"
#include "host/output.h"
#include "newc.h"

static struct newc archive;

static const char *relative(const char *path)
{
        return path + strspn(path, "/");
}

static void add_file(const char *path, unsigned mode, const char *source)
{
        FILE *stream = fopen(source, "rb");
        char *data;
        long bytes;

        if (!stream || fseek(stream, 0, SEEK_END) || (bytes = ftell(stream)) < 0)
                ab_die(AB_EXIT_ERROR, "%s: cannot be read: %s", source, strerror(errno));
        rewind(stream);
        data = ab_alloc((unsigned long)bytes);
        if (fread(data, 1, (size_t)bytes, stream) != (size_t)bytes)
                ab_die(AB_EXIT_ERROR, "%s: cannot be read: it changed", source);
        fclose(stream);
        newc_add(&archive, relative(path), S_IFREG | mode, data, (size_t)bytes, 0, 0);
        free(data);
}

static void add_link(const char *path, const char *target)
{
        newc_add(&archive, relative(path), S_IFLNK | 0777, target, strlen(target), 0, 0);
}

static void add_tree(const char *path, const char *source)
{
        struct dirent **names;
        int i, count = scandir(source, &names, NULL, alphasort);

        if (count < 0)
                ab_die(AB_EXIT_ERROR, "%s: cannot be read: %s", source, strerror(errno));
        for (i = 0; i < count; i++) {
                char *inside = ab_format("%s/%s", path, names[i]->d_name);
                char *outside = ab_format("%s/%s", source, names[i]->d_name);
                char target[PATH_MAX];
                struct stat about;
                ssize_t length;

                if (!strcmp(names[i]->d_name, ".") || !strcmp(names[i]->d_name, "..")) {
                        /* the folder itself and its parent */
                } else if (lstat(outside, &about)) {
                        ab_die(AB_EXIT_ERROR, "%s: cannot be read: %s", outside, strerror(errno));
                } else if (S_ISDIR(about.st_mode)) {
                        newc_add(&archive, relative(inside), S_IFDIR | 0755, "", 0, 0, 0);
                        add_tree(inside, outside);
                } else if (S_ISLNK(about.st_mode)) {
                        length = readlink(outside, target, sizeof target - 1);
                        target[length > 0 ? length : 0] = 0;
                        add_link(inside, target);
                } else if (S_ISREG(about.st_mode)) {
                        add_file(inside, about.st_mode & 0777, outside);
                }
                free(inside);
                free(outside);
                free(names[i]);
        }
        free(names);
}

static unsigned number(const char *text, int base)
{
        return text ? (unsigned)strtoul(text, NULL, base) : 0;
}

int main(int argc, char **argv)
{
        struct ab_output output;
        char line[2 * PATH_MAX];
        unsigned at = 0;

        ab_set_program("mkcpio");
        if (argc != 2 || argv[1][0] == '-')
                ab_die(AB_EXIT_USAGE, "usage: mkcpio OUTPUT < LIST");
        ab_output_open(&output, argv[1]);
        newc_begin(&archive, output.stream);
        while (fgets(line, sizeof line, stdin)) {
                char *save, *kind = strtok_r(line, " \t\n", &save);
                char *w[4] = {NULL, NULL, NULL, NULL};
                int i;

                at++;
                if (!kind || *kind == '#')
                        continue;
                for (i = 0; i < 4; i++)
                        w[i] = strtok_r(NULL, " \t\n", &save);
                if (!strcmp(kind, "dir") && w[1]) {
                        newc_add(&archive, relative(w[0]), S_IFDIR | number(w[1], 8), "", 0, 0, 0);
                } else if (!strcmp(kind, "file") && w[2]) {
                        add_file(w[0], number(w[1], 8), w[2]);
                } else if (!strcmp(kind, "link") && w[1]) {
                        add_link(w[0], w[1]);
                } else if (!strcmp(kind, "char") && w[3]) {
                        newc_add(&archive, relative(w[0]), S_IFCHR | number(w[1], 8), "", 0,
                                 number(w[2], 10), number(w[3], 10));
                } else if (!strcmp(kind, "tree") && w[1]) {
                        add_tree(w[0], w[1]);
                } else {
                        ab_output_abandon(&output);
                        ab_die(AB_EXIT_ERROR, "list, line %u: not understood: see mkcpio.c", at);
                }
        }
        newc_end(&archive);
        ab_output_commit(&output, 0);
        return 0;
}
