/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "host/paths.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/diag.h"

/* The configured folders and their names below a common root. */
static const struct {
        const char *configured;
        const char *below_root;
} places[] = {
    [AB_PLACE_BIN] = {AB_BINDIR, "bin"},
    [AB_PLACE_LIBEXEC] = {AB_LIBEXECDIR, "libexec/afterburner"},
    [AB_PLACE_LIB] = {AB_LIBDIR, "lib/afterburner"},
    [AB_PLACE_SHARE] = {AB_DATADIR, "share/afterburner"},
};

/*
 * Root of the tree this program runs from: the folder that holds bin or
 * libexec.  NULL where it lies in neither.  Lives until the program ends.
 */
static const char *running_root(void)
{
        static char root[PATH_MAX];
        static int known;
        ssize_t length;
        char *cut;

        if (known)
                return root[0] ? root : NULL;
        known = 1;
        length = readlink("/proc/self/exe", root, sizeof root - 1);
        if (length <= 0) {
                root[0] = 0;
                return NULL;
        }
        root[length] = 0;
        cut = strstr(root, "/libexec/afterburner/");
        if (!cut) {
                cut = strrchr(root, '/');
                if (cut - root < 4 || strncmp(cut - 4, "/bin", 4)) {
                        root[0] = 0;
                        return NULL;
                }
                cut -= 4;
        }
        *cut = 0;
        return root;
}

char *ab_path(enum ab_place place, const char *name)
{
        const char *root = running_root();
        char *path;

        if (root) {
                path = ab_format("%s/%s/%s", root, places[place].below_root, name);
                if (!access(path, F_OK))
                        return path;
                free(path);
        }
        return ab_format("%s/%s", places[place].configured, name);
}

char *ab_path_required(enum ab_place place, const char *name)
{
        char *path = ab_path(place, name);

        if (access(path, F_OK))
                ab_die(AB_EXIT_ERROR, "%s: not found: run make, or make install, again", path);
        return path;
}
