/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the records of a kernel go when it is linked: an edit of the
 * preprocessed linker script, which the build made for itself.
 */
#ifndef AFTERBURN_DRIVER_LAYOUT_H
#define AFTERBURN_DRIVER_LAYOUT_H

enum layout {
        LAYOUT_SECTION, /* a section of its own at address 0, in no segment */
        LAYOUT_FLAT,    /* behind a header, in memory freed after boot */
};

#define LAYOUT_FLAT_SECTION ".init.afterburn"

/* Edit the script at `path' in place.  Ends the program when it is not one it knows. */
void layout_add_records(const char *path, enum layout layout);

#endif
