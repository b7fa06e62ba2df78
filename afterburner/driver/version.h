/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Versions of Linux as one comparable number, and how to read them.
 */
#ifndef AFTERBURN_DRIVER_VERSION_H
#define AFTERBURN_DRIVER_VERSION_H

#define LINUX(version, patchlevel, sublevel) ((version)*1000000 + (patchlevel)*1000 + (sublevel))
#define LINUX_ANY_FIRST                      0
#define LINUX_ANY_LAST                       999999999

/* "2.6.9" or "6.1" as LINUX(); 0 when the text is no version. */
int linux_parse(const char *text);

/* The reverse; the caller frees it. */
char *linux_text(int version);

#endif
