/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The payload of a bzImage: the compressed kernel inside a boot image.
 *
 * From boot protocol 2.08 on (2.6.26) the set-up header says where it is.
 * Before that only a scan for the compressor's magic finds it.
 */
#include "config.h"
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "host/diag.h"

enum {
        SETUP_SECTS = 0x1f1,
        BOOT_FLAG = 0x1fe,
        HEADER_MAGIC = 0x202,
        PROTOCOL = 0x206,
        PAYLOAD_OFFSET = 0x248,
        PAYLOAD_LENGTH = 0x24c,
        HEADER_END = 0x250,
        PROTOCOL_WITH_PAYLOAD = 0x208,
};

/* Larger than any IA-32 kernel; a limit against nonsense. */
#define PAYLOAD_LIMIT (256UL << 20)

static uint32_t word(const uint8_t *p)
{
        return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Compressors Linux can use; only gzip is unpacked here. */
static const struct {
        const char *magic;
        unsigned bytes;
        const char *name;
        const char *option;
} compressors[] = {
    {"BZh", 3, "bzip2", "CONFIG_KERNEL_BZIP2"},
    {"\xfd"
     "7zXZ",
     5, "xz", "CONFIG_KERNEL_XZ"},
    {"\x5d\0\0", 3, "lzma", "CONFIG_KERNEL_LZMA"},
    {"\x89LZO", 4, "lzo", "CONFIG_KERNEL_LZO"},
    {"\x02\x21\x4c\x18", 4, "lz4", "CONFIG_KERNEL_LZ4"},
    {"\x28\xb5\x2f\xfd", 4, "zstd", "CONFIG_KERNEL_ZSTD"},
};

bool ab_payload_is_bzimage(const uint8_t *bytes, size_t count)
{
        return count >= HEADER_END && bytes[BOOT_FLAG] == 0x55 && bytes[BOOT_FLAG + 1] == 0xaa &&
               !memcmp(bytes + HEADER_MAGIC, "HdrS", 4);
}

/*
 * Unpack the gzip stream that starts at `bytes'; NULL when it is none or is
 * damaged.
 */
static uint8_t *gunzip(const uint8_t *bytes, size_t count, size_t *unpacked)
{
        z_stream stream = {.next_in = (Bytef *)bytes,
                           .avail_in = count > UINT32_MAX ? UINT32_MAX : (uInt)count};
        size_t room = 1UL << 20;
        uint8_t *out;
        int status;

        if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
                return NULL;
        out = ab_alloc(room);
        do {
                if (stream.total_out == room) {
                        if (room >= PAYLOAD_LIMIT)
                                break;
                        room *= 2;
                        out = ab_realloc(out, room);
                }
                stream.next_out = out + stream.total_out;
                stream.avail_out = (uInt)(room - stream.total_out);
                status = inflate(&stream, Z_NO_FLUSH);
        } while (status == Z_OK);
        *unpacked = stream.total_out;
        inflateEnd(&stream);
        if (status != Z_STREAM_END) {
                free(out);
                return NULL;
        }
        return out;
}

static bool unpack_declared(const char *path, const uint8_t *bytes, size_t count, uint8_t **payload,
                            size_t *payload_bytes, struct ab_problem *problem)
{
        size_t sectors = bytes[SETUP_SECTS] ? bytes[SETUP_SECTS] : 4;
        size_t start = (sectors + 1) * 512 + word(bytes + PAYLOAD_OFFSET);
        size_t length = word(bytes + PAYLOAD_LENGTH);

        if (start > count || length > count - start || length < 18)
                return ab_problem_set(problem, path,
                                      "boot image is truncated: copy or build it again");
        bytes += start;
        for (unsigned i = 0; i < sizeof compressors / sizeof *compressors; i++)
                if (!memcmp(bytes, compressors[i].magic, compressors[i].bytes))
                        return ab_problem_set(problem, path,
                                              "payload is compressed with %s: give the vmlinux, "
                                              "or set CONFIG_KERNEL_GZIP=y instead of %s",
                                              compressors[i].name, compressors[i].option);
        if (!memcmp(bytes, ELFMAG, SELFMAG)) {
                *payload = memcpy(ab_alloc(length), bytes, length);
                *payload_bytes = length;
                return true;
        }
        *payload = gunzip(bytes, length, payload_bytes);
        if (!*payload)
                return ab_problem_set(problem, path, "gzip payload is damaged: build it again");
        return true;
}

static bool unpack_scanned(const char *path, const uint8_t *bytes, size_t count, uint8_t **payload,
                           size_t *payload_bytes, struct ab_problem *problem)
{
        static const uint8_t magic[] = {0x1f, 0x8b, 0x08};
        size_t sectors = bytes[SETUP_SECTS] ? bytes[SETUP_SECTS] : 4;
        size_t start = (sectors + 1) * 512;
        const uint8_t *at, *end = bytes + count;

        if (start > count)
                return ab_problem_set(problem, path,
                                      "boot image is truncated: copy or build it again");
        at = bytes + start;
        while ((at = memmem(at, (size_t)(end - at), magic, sizeof magic))) {
                *payload = gunzip(at, (size_t)(end - at), payload_bytes);
                if (*payload)
                        return true;
                at++;
        }
        return ab_problem_set(problem, path,
                              "no gzip payload in this boot image: give the vmlinux, or set "
                              "CONFIG_KERNEL_GZIP=y");
}

bool ab_payload_unpack(const char *path, const uint8_t *bytes, size_t count, uint8_t **payload,
                       size_t *payload_bytes, struct ab_problem *problem)
{
        unsigned protocol = bytes[PROTOCOL] | bytes[PROTOCOL + 1] << 8;

        if (protocol >= PROTOCOL_WITH_PAYLOAD && word(bytes + PAYLOAD_LENGTH))
                return unpack_declared(path, bytes, count, payload, payload_bytes, problem);
        return unpack_scanned(path, bytes, count, payload, payload_bytes, problem);
}
