/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/standin.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/adjust.h"
#include "driver/file.h"
#include "driver/process.h"
#include "host/diag.h"

enum { MOST_FILES = 16 };

/* The files that need a copy, by name below the tree. */
struct corrections {
        const char *file[MOST_FILES];
        char *text[MOST_FILES];
        unsigned count;
};

static void collect(struct corrections *c, const struct tree *tree)
{
        c->count = 0;
        for (unsigned i = 0; i < edit_count; i++) {
                bool known = false;

                for (unsigned j = 0; j < c->count; j++)
                        known |= !strcmp(c->file[j], edits[i].file);
                if (known || !edit_applies(&edits[i], tree))
                        continue;
                if (c->count == MOST_FILES)
                        ab_die(AB_EXIT_ERROR, "%s: more than %d files to correct: raise MOST_FILES",
                               tree->path, MOST_FILES);
                c->file[c->count] = edits[i].file;
                c->text[c->count++] = edited_text(tree, edits[i].file);
        }
}

/* Make `link' a symbolic link to `target', unless it is. */
static void link_to(const char *target, const char *link)
{
        char now[PATH_MAX];
        ssize_t length = readlink(link, now, sizeof now - 1);

        if (length >= 0) {
                now[length] = 0;
                if (!strcmp(now, target))
                        return;
        }
        unlink(link);
        if (symlink(target, link))
                ab_die(AB_EXIT_ERROR, "%s: cannot be made: %s", link, strerror(errno));
}

/* Make a real folder of the stand-in, also where a link into the tree was before. */
static void make_real_folder(const char *path)
{
        char *name = ab_strdup(path);
        struct stat status;

        while (*name && name[strlen(name) - 1] == '/')
                name[strlen(name) - 1] = 0;
        if (!lstat(name, &status) && !S_ISDIR(status.st_mode))
                unlink(name);
        folder_make(name);
        free(name);
}

/* Fill the stand-in's folder `below' ("" or "include/"): copies, folders that lead to copies,
 * links. */
static void fill(const struct tree *tree, const char *standin, const char *below,
                 const struct corrections *c)
{
        char *from = ab_format("%s/%s", tree->path, below),
             *to = ab_format("%s/%s", standin, below);
        size_t length = strlen(below);
        struct dirent *entry;
        DIR *folder = opendir(from);

        if (!folder)
                ab_die(AB_EXIT_ERROR, "%s: cannot be read: %s", from, strerror(errno));
        make_real_folder(to);
        while ((entry = readdir(folder))) {
                char *target, *link, *deeper;
                bool leads = false, done = false;

                if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
                    !strcmp(entry->d_name, ".git"))
                        continue;
                target = ab_format("%s%s", from, entry->d_name);
                link = ab_format("%s%s", to, entry->d_name);
                deeper = ab_format("%s%s/", below, entry->d_name);
                for (unsigned i = 0; i < c->count; i++) {
                        if (!strncmp(c->file[i], deeper, strlen(deeper)))
                                leads = true;
                        if (!strncmp(c->file[i], below, length) &&
                            !strcmp(c->file[i] + length, entry->d_name)) {
                                file_write_if_changed(link, c->text[i]);
                                done = true;
                        }
                }
                if (leads)
                        fill(tree, standin, deeper, c);
                else if (!done)
                        link_to(target, link);
                free(target);
                free(link);
                free(deeper);
        }
        closedir(folder);
        free(from);
        free(to);
}

const char *standin_make(const struct tree *tree, const char *folder)
{
        struct corrections c;

        collect(&c, tree);
        if (!c.count)
                return NULL;
        fill(tree, folder, "", &c);
        return folder;
}

void private_copy_make(const struct tree *tree, const char *folder)
{
        char *everything = ab_format("%s/.", tree->path),
             *makefile = ab_format("%s/Makefile", folder);
        const char *copy[] = {"cp", "-a", "--no-preserve=ownership", everything, folder, NULL};
        const char *writable[] = {"chmod", "-R", "u+w", folder, NULL};
        const char *clean[] = {"make", "-s", "-C", folder, "ARCH=i386", "mrproper", NULL};
        struct corrections c;

        collect(&c, tree);
        if (!file_exists(makefile)) {
                folder_make(folder);
                if (process_run(copy, NULL, NULL) || process_run(writable, NULL, NULL))
                        ab_die(AB_EXIT_ERROR, "%s: cannot be copied to %s: make room there",
                               tree->path, folder);
        }
        for (unsigned i = 0; i < c.count; i++) {
                char *path = ab_format("%s/%s", folder, c.file[i]);

                file_write_if_changed(path, c.text[i]);
                free(path);
        }
        if (process_run(clean, NULL, NULL))
                ab_die(AB_EXIT_ERROR, "%s: make mrproper failed: unpack the tree afresh", folder);
        free(everything);
        free(makefile);
}
