/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps from a file to a guest, in order. */
#include "kernel.h"

enum { LEAST_MEMORY = 0x400000, MOST_MEMORY = 0x30000000 };

static enum ab_load_error check_memory(struct ab_load *load)
{
        if (load->memory_bytes % LOAD_PAGE || load->memory_bytes < LEAST_MEMORY)
                return refuse(load, AB_LOAD_MEMORY,
                              "%u bytes are too little memory for a guest, or "
                              "no whole pages",
                              load->memory_bytes);
        if (load->memory_bytes > MOST_MEMORY)
                return refuse(load, AB_LOAD_MEMORY, "a guest has at most %u MB of memory",
                              MOST_MEMORY >> 20);
        if (!load->image || load->image_bytes < 64)
                return refuse(load, AB_LOAD_FORMAT, "the kernel file is empty");
        return AB_LOAD_OK;
}

static enum ab_load_error parse(struct load_kernel *kernel)
{
        struct ab_load *load = kernel->load;

        kernel->file = load->image;
        kernel->file_bytes = load->image_bytes;
        if (ab_load_unpack(kernel))
                return load->error;
        if (!ab_load_is_elf(kernel->file, kernel->file_bytes))
                return ab_load_parse_flat(kernel);
        if (ab_load_parse_elf(kernel))
                return load->error;
        load->linux_kernel = !ab_load_is_multiboot(kernel);
        return AB_LOAD_OK;
}

/* Is the kernel's file a copy in guest memory? */
static bool is_unpacked(const struct load_kernel *kernel)
{
        return (uintptr_t)kernel->file - (uintptr_t)kernel->load->image >=
               kernel->load->image_bytes;
}

enum ab_load_error ab_load(struct ab_load *load)
{
        struct load_kernel kernel;

        memset(&kernel, 0, sizeof(kernel));
        memset(&load->entry, 0, sizeof(load->entry));
        memset(&load->hidden, 0, sizeof(load->hidden));
        memset(&load->bind, 0, sizeof(load->bind));
        kernel.load = load;
        load->error = AB_LOAD_OK;
        load->text[0] = 0;
        load->linux_kernel = true;
        load->was_bound = false;
        load->kernel_start = load->kernel_end = load->initrd_gpa = load->fixmap_top = 0;

        if (check_memory(load) || parse(&kernel) || ab_load_place(&kernel) ||
            ab_load_place_initrd(&kernel))
                return load->error;
        if (load->target && (ab_load_find_records(&kernel) || ab_load_hide(&kernel)))
                return load->error;
        if (ab_load_bind(&kernel) || ab_load_patch(&kernel) || ab_load_boot(&kernel))
                return load->error;
        if (is_unpacked(&kernel))
                memset(load->memory + ab_load_gpa(load, kernel.file), 0, kernel.file_bytes);
        return AB_LOAD_OK;
}
