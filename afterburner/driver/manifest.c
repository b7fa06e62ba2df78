/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/manifest.h"

#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "driver/digest.h"
#include "host/diag.h"

struct entry {
        char *name;
        mode_t mode;
        off_t bytes;
        struct timespec written;
        uint8_t digest[DIGEST_BYTES];
};

struct manifest {
        struct entry *entry;
        unsigned count, room;
        bool contents;
        char digest[2 * DIGEST_BYTES + 1];
};

/* nftw() has no argument for its user. */
static struct manifest *taking;
static size_t root_length;

static void digest_contents(const char *path, uint8_t result[DIGEST_BYTES])
{
        struct digest *digest = digest_start();

        if (!digest_add_file(digest, path))
                ab_die(AB_EXIT_ERROR, "%s: cannot be read: make the tree readable", path);
        digest_end(digest, result);
}

static int visit(const char *path, const struct stat *status, int type, struct FTW *where)
{
        struct entry *entry;

        if (type == FTW_D && where->level == 1 && !strcmp(path + where->base, ".git"))
                return FTW_SKIP_SUBTREE;
        /* A folder's own time changes with its parent's bookkeeping on some systems; its files
         * tell. */
        if (type == FTW_D || type == FTW_DNR)
                return FTW_CONTINUE;
        if (taking->count == taking->room) {
                taking->room = taking->room ? taking->room * 2 : 1024;
                taking->entry = ab_realloc(taking->entry, taking->room * sizeof *entry);
        }
        entry = &taking->entry[taking->count++];
        memset(entry, 0, sizeof *entry);
        entry->name = ab_strdup(path + root_length);
        entry->mode = status->st_mode;
        entry->bytes = status->st_size;
        entry->written = status->st_mtim;
        if (taking->contents && S_ISREG(status->st_mode))
                digest_contents(path, entry->digest);
        return FTW_CONTINUE;
}

static int by_name(const void *a, const void *b)
{
        return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

struct manifest *manifest_take(const char *path, bool contents)
{
        struct manifest *manifest = ab_alloc(sizeof *manifest);
        struct digest *digest;
        uint8_t all[DIGEST_BYTES];

        manifest->contents = contents;
        taking = manifest;
        root_length = strlen(path) + 1;
        if (nftw(path, visit, 64, FTW_PHYS | FTW_ACTIONRETVAL))
                ab_die(AB_EXIT_ERROR, "%s: cannot be read: make the tree readable", path);
        qsort(manifest->entry, manifest->count, sizeof *manifest->entry, by_name);
        if (!contents)
                return manifest;
        digest = digest_start();
        for (unsigned i = 0; i < manifest->count; i++) {
                digest_add(digest, manifest->entry[i].name, strlen(manifest->entry[i].name) + 1);
                digest_add(digest, manifest->entry[i].digest, DIGEST_BYTES);
        }
        digest_end(digest, all);
        for (unsigned i = 0; i < DIGEST_BYTES; i++)
                sprintf(manifest->digest + 2 * i, "%02x", all[i]);
        return manifest;
}

static bool same(const struct entry *a, const struct entry *b)
{
        return a->mode == b->mode && a->bytes == b->bytes &&
               a->written.tv_sec == b->written.tv_sec && a->written.tv_nsec == b->written.tv_nsec &&
               !memcmp(a->digest, b->digest, DIGEST_BYTES);
}

const char *manifest_difference(const struct manifest *before, const struct manifest *after)
{
        unsigned i = 0, j = 0;

        while (i < before->count && j < after->count) {
                int order = strcmp(before->entry[i].name, after->entry[j].name);

                if (order < 0)
                        return before->entry[i].name;
                if (order > 0)
                        return after->entry[j].name;
                if (!same(&before->entry[i++], &after->entry[j]))
                        return after->entry[j].name;
                j++;
        }
        if (i < before->count)
                return before->entry[i].name;
        return j < after->count ? after->entry[j].name : NULL;
}

unsigned manifest_count(const struct manifest *manifest)
{
        return manifest->count;
}

const char *manifest_digest(const struct manifest *manifest)
{
        return manifest->digest;
}
