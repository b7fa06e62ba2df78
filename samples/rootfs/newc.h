/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writer of "newc" cpio archives, the form Linux unpacks as its first root
 * file system.  Several archives may follow one another, each at a multiple
 * of four bytes; later files replace earlier ones.
 */
#ifndef AFTERBURN_NEWC_H
#define AFTERBURN_NEWC_H

#include <stddef.h>
#include <stdio.h>

struct newc {
        FILE *stream;
        unsigned long offset; /* in this archive, bytes */
        unsigned inode;
};

/* Begin an archive at the stream's present place. */
void newc_begin(struct newc *archive, FILE *stream);

/*
 * Add one file.  `path' without a leading slash; `mode' with the type bits of
 * stat(2); `data' is the content of a file or the target of a symbolic link;
 * `major' and `minor' name a device.  Owner is root, time is 0, so that equal
 * input makes equal archives.  Write errors show in ferror().
 */
void newc_add(struct newc *archive, const char *path, unsigned mode, const void *data, size_t bytes,
              unsigned major, unsigned minor);

/* The mark that ends the archive. */
void newc_end(struct newc *archive);

#endif
