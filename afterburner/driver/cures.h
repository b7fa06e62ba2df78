/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flags an old tree needs from today's compiler; see cures.def.
 */
#ifndef AFTERBURN_DRIVER_CURES_H
#define AFTERBURN_DRIVER_CURES_H

enum cure_when {
        WHEN_GUEST = 1 << 0,     /* code of the guest, also what is never annotated */
        WHEN_HOST = 1 << 1,      /* programs that run during the build */
        WHEN_C = 1 << 2,         /* C is compiled or preprocessed */
        WHEN_NO_MARCH = 1 << 3,  /* the command names no processor */
        WHEN_VDSO_LINK = 1 << 4, /* the compiler driver links for the guest */
};

struct cure {
        const char *id;
        int first, last; /* LINUX() */
        unsigned when;   /* enum cure_when */
        const char *source;
        const char *flags;
        const char *reason;
};

extern const struct cure cures[];
extern const unsigned cure_count;

/* What of the guest must not be annotated, by where its source is. */
struct exemption {
        const char *place; /* begins at a folder; a prefix of what follows */
        const char *reason;
};

extern const struct exemption exemptions[];
extern const unsigned exemption_count;

/* The exemption `path' falls under, or NULL. */
const struct exemption *exempt(const char *path);

#endif
