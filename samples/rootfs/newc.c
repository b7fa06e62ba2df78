/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "newc.h"

#include <string.h>

static void put(struct newc *archive, const void *data, size_t bytes)
{
        static const char zeros[4];

        fwrite(data, 1, bytes, archive->stream);
        fwrite(zeros, 1, -(archive->offset + bytes) & 3, archive->stream);
        archive->offset = (archive->offset + bytes + 3) & ~3ul;
}

void newc_begin(struct newc *archive, FILE *stream)
{
        archive->stream = stream;
        archive->offset = 0;
        archive->inode = 1;
}

void newc_add(struct newc *archive, const char *path, unsigned mode, const void *data, size_t bytes,
              unsigned major, unsigned minor)
{
        char header[111];
        size_t name_bytes = strlen(path) + 1;

        snprintf(header, sizeof header,
                 "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", archive->inode++,
                 mode, 0u, 0u, 1u, 0u, (unsigned)bytes, 0u, 0u, major, minor, (unsigned)name_bytes,
                 0u);
        /* Name and header are padded together. */
        fwrite(header, 1, 110, archive->stream);
        archive->offset += 110;
        put(archive, path, name_bytes);
        put(archive, data, bytes);
}

void newc_end(struct newc *archive)
{
        newc_add(archive, "TRAILER!!!", 0, "", 0, 0, 0);
}
