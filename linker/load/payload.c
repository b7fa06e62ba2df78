/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel inside a bzImage.  It is unpacked here and started directly: the boot
 * image's own unpacker is not annotated and never runs.
 *
 * From boot protocol 2.08 on (2.6.26) the set-up header says where the payload is, and its
 * last four bytes how large it becomes.  Before that only a scan finds it.
 */
#include "kernel.h"

enum {
        SETUP_SECTORS = 0x1f1,
        BOOT_FLAG = 0x1fe,
        HEADER_END = 0x201,
        HEADER_MAGIC = 0x202,
        PROTOCOL = 0x206,
        LOADFLAGS = 0x211,
        PAYLOAD_OFFSET = 0x248,
        PAYLOAD_BYTES = 0x24c,
        LEAST_BYTES = 0x400,
        HEADER_LIMIT = 0x2d0 - SETUP_SECTORS,
        PROTOCOL_WITH_PAYLOAD = 0x208,
        GZIP_MAGIC = 0x8b1f,
        GZIP_LEAST = 18,
};

static enum ab_load_error truncated(struct load_kernel *kernel)
{
        return refuse(kernel->load, AB_LOAD_TRUNCATED, "the bzImage is truncated");
}

/* Unpack what begins at @packed; @size is what it becomes, 0: not known. */
static bool unpack(struct load_kernel *kernel, const uint8_t *packed, uint32_t bytes, uint32_t size)
{
        struct ab_load *load = kernel->load;
        uint32_t to, room = size, got, used;

        /* the old kernels that do not tell live from 1 MB on: keep to the upper half */
        if (!size)
                room = load->memory_bytes / 2;
        to = ab_load_room(kernel, room);
        if (!to)
                return false;
        got = ab_load_gunzip(load->memory + to, room, packed, bytes, &used);
        if (!got)
                return false;
        kernel->file = load->memory + to;
        kernel->file_bytes = got;
        return true;
}

static enum ab_load_error unpack_declared(struct load_kernel *kernel, uint32_t start)
{
        const uint8_t *image = kernel->load->image, *payload;
        uint32_t offset = load_word(image + PAYLOAD_OFFSET), left;
        uint32_t bytes = load_word(image + PAYLOAD_BYTES);
        struct ab_load *load = kernel->load;

        left = load->image_bytes - start;
        if (offset > left || bytes > left - offset || bytes < GZIP_LEAST)
                return truncated(kernel);
        payload = image + start + offset;
        if (ab_load_is_elf(payload, bytes)) {
                kernel->file = payload;
                kernel->file_bytes = bytes;
                return AB_LOAD_OK;
        }
        if (load_half(payload) != GZIP_MAGIC)
                return refuse(load, AB_LOAD_PACKED,
                              "the bzImage is packed by another program than "
                              "gzip: give the vmlinux, or set CONFIG_KERNEL_GZIP=y");
        if (!ab_load_room(kernel, load_word(payload + bytes - 4)))
                return refuse(load, AB_LOAD_MEMORY,
                              "too little memory to unpack the kernel: "
                              "give the guest more");
        if (!unpack(kernel, payload, bytes, load_word(payload + bytes - 4)))
                return refuse(load, AB_LOAD_PACKED, "the bzImage's payload is damaged");
        return AB_LOAD_OK;
}

static enum ab_load_error unpack_scanned(struct load_kernel *kernel, uint32_t start)
{
        const uint8_t *image = kernel->load->image;
        uint32_t bytes = kernel->load->image_bytes, at;

        for (at = start; bytes - at >= GZIP_LEAST; at++)
                if (load_half(image + at) == GZIP_MAGIC && image[at + 2] == 8 &&
                    unpack(kernel, image + at, bytes - at, 0))
                        return AB_LOAD_OK;
        return refuse(kernel->load, AB_LOAD_PACKED,
                      "the bzImage holds no gzip file that fits into "
                      "half of the guest's memory: give the vmlinux");
}

enum ab_load_error ab_load_unpack(struct load_kernel *kernel)
{
        const uint8_t *image = kernel->load->image;
        uint32_t bytes = kernel->load->image_bytes, start, header;

        if (bytes < LEAST_BYTES || load_half(image + BOOT_FLAG) != 0xaa55 ||
            load_word(image + HEADER_MAGIC) != 0x53726448)
                return AB_LOAD_OK;
        if (!(image[LOADFLAGS] & 1) || load_half(image + PROTOCOL) < 0x202)
                return refuse(kernel->load, AB_LOAD_FORMAT,
                              "the kernel is a zImage or older than "
                              "boot protocol 2.02");
        start = ((image[SETUP_SECTORS] ? image[SETUP_SECTORS] : 4) + 1u) * 512;
        if (start >= bytes)
                return truncated(kernel);
        header = HEADER_MAGIC + image[HEADER_END] - SETUP_SECTORS;
        kernel->setup = image + SETUP_SECTORS;
        kernel->setup_bytes = header < HEADER_LIMIT ? header : HEADER_LIMIT;
        if (load_half(image + PROTOCOL) >= PROTOCOL_WITH_PAYLOAD &&
            load_word(image + PAYLOAD_BYTES))
                return unpack_declared(kernel, start);
        return unpack_scanned(kernel, start);
}
