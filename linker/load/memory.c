/* SPDX-License-Identifier: BSD-2-Clause */
/* Guest memory: what is taken, where there is room, the kernel put in its place. */
#include "kernel.h"

/* Behind itself Linux builds its first page tables, before it knows of a RAM disk. */
#define EARLY_BYTES 0x200000u

struct span {
        uint32_t start, end;
};

uint32_t ab_load_gpa(const struct ab_load *load, const uint8_t *pointer)
{
        uintptr_t distance = (uintptr_t)pointer - (uintptr_t)load->memory;

        return distance < load->memory_bytes ? (uint32_t)distance : ~0u;
}

static struct span span_of(const struct ab_load *load, const uint8_t *data, uint32_t bytes)
{
        uint32_t start = data ? ab_load_gpa(load, data) : ~0u;

        return start == ~0u ? (struct span){0, 0} : (struct span){start, start + bytes};
}

static bool meet(struct span a, struct span b)
{
        return a.start < b.end && b.start < a.end;
}

uint32_t ab_load_room(const struct load_kernel *kernel, uint32_t bytes)
{
        const struct ab_load *load = kernel->load;
        struct span taken[] = {
            {kernel->start, kernel->end},
            span_of(load, load->image, load->image_bytes),
            span_of(load, load->initrd, load->initrd_bytes),
            span_of(load, kernel->file, kernel->file_bytes),
            {load->initrd_gpa, load->initrd_gpa + (load->initrd_gpa ? load->initrd_bytes : 0)},
        };
        uint32_t top = load->memory_bytes & -LOAD_PAGE, start;
        unsigned i;

        bytes = (bytes + LOAD_PAGE - 1) & -LOAD_PAGE;
again:
        if (top < LOAD_HIGH_START || top - LOAD_HIGH_START < bytes)
                return 0;
        start = top - bytes;
        for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
                if (meet(taken[i], (struct span){start, top})) {
                        top = taken[i].start & -LOAD_PAGE;
                        goto again;
                }
        return start;
}

/* Is the segment where a kernel may be?  Note how far the kernel reaches. */
static enum ab_load_error check_segment(struct load_kernel *kernel, unsigned number)
{
        const struct load_segment *segment = &kernel->segment[number];
        uint32_t top = kernel->load->target ? kernel->load->target->kernel_end : 0, i;
        struct span place = {segment->gpa, segment->gpa + segment->bytes};
        struct ab_load *load = kernel->load;

        if (segment->bytes > load->memory_bytes ||
            segment->gpa > load->memory_bytes - segment->bytes)
                return refuse(load, AB_LOAD_MEMORY,
                              "the kernel needs memory up to %x, the guest has %x: give it more",
                              place.end, load->memory_bytes);
        if (top && segment->gva + segment->bytes > top)
                return refuse(load, AB_LOAD_TOP,
                              "segment %u reaches to %x, the kernel's addresses end at %x: "
                              "link it lower",
                              number, segment->gva + segment->bytes, top);
        for (i = 0; i < number; i++)
                if (meet(place, (struct span){kernel->segment[i].gpa,
                                              kernel->segment[i].gpa + kernel->segment[i].bytes}))
                        return refuse(load, AB_LOAD_PLACE, "segments %u and %u overlap", i, number);
        if (place.start < LOAD_HIGH_START) {
                if (place.start < LOAD_LOW_START || place.end > LOAD_PARAMETERS)
                        return refuse(load, AB_LOAD_PLACE,
                                      "segment %u wants memory below 1 MB, at %x", number,
                                      place.start);
                return AB_LOAD_OK;
        }
        if (!kernel->end || place.start < kernel->start)
                kernel->start = place.start;
        if (place.end > kernel->end)
                kernel->end = place.end;
        return AB_LOAD_OK;
}

enum ab_load_error ab_load_place(struct load_kernel *kernel)
{
        struct ab_load *load = kernel->load;
        struct span kept[] = {
            span_of(load, load->image, load->image_bytes),
            span_of(load, kernel->file, kernel->file_bytes),
        };
        unsigned i, k;

        for (i = 0; i < kernel->segments; i++)
                if (check_segment(kernel, i))
                        return load->error;
        for (i = 0; i < kernel->segments; i++) {
                const struct load_segment *segment = &kernel->segment[i];

                for (k = 0; k < sizeof(kept) / sizeof(kept[0]); k++)
                        if (meet(kept[k],
                                 (struct span){segment->gpa, segment->gpa + segment->bytes}))
                                return refuse(load, AB_LOAD_MEMORY,
                                              "too little memory to unpack the kernel: "
                                              "give the guest more");
        }
        for (i = 0; i < kernel->segments; i++) {
                const struct load_segment *segment = &kernel->segment[i];

                memcpy(load->memory + segment->gpa, kernel->file + segment->offset,
                       segment->file_bytes);
                memset(load->memory + segment->gpa + segment->file_bytes, 0,
                       segment->bytes - segment->file_bytes);
        }
        load->kernel_start = kernel->start;
        load->kernel_end = kernel->end;
        kernel->end = load->memory_bytes - kernel->end < EARLY_BYTES ? load->memory_bytes
                                                                     : kernel->end + EARLY_BYTES;
        return AB_LOAD_OK;
}

enum ab_load_error ab_load_place_initrd(struct load_kernel *kernel)
{
        struct ab_load *load = kernel->load;
        struct span here = span_of(load, load->initrd, load->initrd_bytes);
        uint32_t to;

        if (!load->initrd || !load->initrd_bytes)
                return AB_LOAD_OK;
        if (here.end && (here.end < here.start || here.end > load->memory_bytes))
                return refuse(load, AB_LOAD_INITRD, "the RAM disk reaches beyond guest memory");
        if (meet(here, (struct span){kernel->start, kernel->end}) ||
            (here.end && here.start < LOAD_HIGH_START))
                return refuse(load, AB_LOAD_INITRD, "the RAM disk lies where the kernel must go");
        if (here.end && here.start % LOAD_PAGE == 0) {
                load->initrd_gpa = here.start;
                return AB_LOAD_OK;
        }
        to = ab_load_room(kernel, load->initrd_bytes);
        if (!to)
                return refuse(load, AB_LOAD_MEMORY,
                              "too little memory for kernel and RAM disk: give the guest more");
        memcpy(load->memory + to, load->initrd, load->initrd_bytes);
        load->initrd_gpa = to;
        return AB_LOAD_OK;
}

uint8_t *ab_load_at(const struct load_kernel *kernel, uint32_t gva, uint32_t bytes)
{
        unsigned i;

        for (i = 0; i < kernel->segments; i++) {
                const struct load_segment *segment = &kernel->segment[i];
                uint32_t offset = gva - segment->gva;

                if (offset < segment->bytes && bytes <= segment->bytes - offset)
                        return kernel->load->memory + segment->gpa + offset;
        }
        return NULL;
}
