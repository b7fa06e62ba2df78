/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the parts of Afterburn are.
 *
 * The build tree and the installed tree have one layout, so a program finds
 * its companions relative to its own place (/proc/self/exe) and runs
 * uninstalled; only when that fails are the configured folders used.
 */
#ifndef AFTERBURN_HOST_PATHS_H
#define AFTERBURN_HOST_PATHS_H

enum ab_place {
        AB_PLACE_BIN,     /* bin */
        AB_PLACE_LIBEXEC, /* libexec/afterburner */
        AB_PLACE_LIB,     /* lib/afterburner */
        AB_PLACE_SHARE,   /* share/afterburner */
};

/*
 * Absolute path of `name' in `place', whether or not it exists.  The caller
 * frees it.
 */
char *ab_path(enum ab_place place, const char *name);

/* The same, but ends the program with a message when the file is not there. */
char *ab_path_required(enum ab_place place, const char *name);

#endif
