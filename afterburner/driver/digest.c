/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/digest.h"

#include <fcntl.h>
#include <gcrypt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/diag.h"

/* The library's handle by a name of ours. */
struct digest {
        gcry_md_hd_t handle;
};

struct digest *digest_start(void)
{
        struct digest *digest = ab_alloc(sizeof *digest);

        if (!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) {
                gcry_check_version(NULL);
                gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
                gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
        }
        if (gcry_md_open(&digest->handle, GCRY_MD_SHA256, 0))
                ab_die(AB_EXIT_ERROR,
                       "libgcrypt: no SHA-256: install the Debian package libgcrypt20");
        return digest;
}

void digest_add(struct digest *digest, const void *data, size_t bytes)
{
        gcry_md_write(digest->handle, data, bytes);
}

bool digest_add_file(struct digest *digest, const char *path)
{
        static uint8_t buffer[1 << 16];
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got = -1;

        while (fd >= 0 && (got = read(fd, buffer, sizeof buffer)) > 0)
                digest_add(digest, buffer, (size_t)got);
        if (fd >= 0)
                close(fd);
        return !got;
}

void digest_end(struct digest *digest, uint8_t result[DIGEST_BYTES])
{
        memcpy(result, gcry_md_read(digest->handle, GCRY_MD_SHA256), DIGEST_BYTES);
        gcry_md_close(digest->handle);
        free(digest);
}
