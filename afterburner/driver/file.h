/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files as strings, and the small questions about names of files.
 */
#ifndef AFTERBURN_DRIVER_FILE_H
#define AFTERBURN_DRIVER_FILE_H

#include <stdbool.h>

/* Whole text of a file, NUL-terminated; NULL when it cannot be read. */
char *file_read(const char *path);

/* Write `text' unless the file holds just that, so that times stay. */
void file_write_if_changed(const char *path, const char *text);

/* Whether `path' exists, links not followed. */
bool file_exists(const char *path);

/* Make a folder and its parents.  Ends the program on failure. */
void folder_make(const char *path);

#endif
