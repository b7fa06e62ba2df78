/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the loader share: a parsed kernel, guest memory, text. */
#ifndef AB_LOAD_KERNEL_H
#define AB_LOAD_KERNEL_H

#include "load.h"

/*
 * Guest-physical addresses of what the loader itself leaves for the guest, in the
 * last 64 KB that every PC has below its first hole.
 */
#define LOAD_LOW_START  0x10000u /* segments below 1 MB: from here ... */
#define LOAD_PARAMETERS 0x90000u /* ... to here; boot parameters, one page */
#define LOAD_COMMAND    0x91000u
#define LOAD_GDT        0x92000u
#define LOAD_LOW_END    0x9f000u /* what the guest is told to be memory */
#define LOAD_HIGH_START 0x100000u

/* Selectors of Linux's 32-bit boot protocol. */
#define LOAD_CS 0x10
#define LOAD_DS 0x18

#define LOAD_SEGMENTS 32
#define LOAD_PAGE     4096u

/* A part of the image in guest memory. */
struct load_segment {
        uint32_t gva, gpa, bytes;    /* in memory */
        uint32_t offset, file_bytes; /* in the file */
        bool code;                   /* may be executed, where sections do not say it */
};

/* A section header, checked: its bytes are in the file. */
struct load_section {
        uint32_t name, type, flags, address, offset, bytes, link, info, entry_bytes;
        const uint8_t *data; /* NULL: occupies no file space */
};

struct load_kernel {
        struct ab_load *load;
        const uint8_t *file; /* unpacked: an ELF file or a flat image */
        uint32_t file_bytes;
        bool elf;
        struct load_segment segment[LOAD_SEGMENTS];
        unsigned segments;
        uint32_t start, end;  /* guest-physical, of what lies above 1 MB */
        uint32_t entry;       /* guest-physical */
        uint32_t sections_at; /* section headers in the file; 0: none */
        uint32_t section_count;
        const uint8_t *names;
        uint32_t names_bytes;
        const uint8_t *setup; /* set-up header of a bzImage, from 0x1f1 on; or NULL */
        uint32_t setup_bytes;
        /* Records, not yet aligned. */
        const uint8_t *records;
        uint32_t record_count;
        /* Where the binder last looked: sites come in order of address. */
        struct load_section code;
        const struct load_segment *code_segment;
};

/* --- text.c ------------------------------------------------------------------ */

/*
 * Set load->error and load->text; returns the error.  In @format %s is a string,
 * %x and %u numbers.
 */
enum ab_load_error ab_load_refuse(enum ab_load_error *error, char text[AB_LOAD_TEXT_BYTES],
                                  enum ab_load_error what, const char *format, ...);

#define refuse(load, what, ...) ab_load_refuse(&(load)->error, (load)->text, what, __VA_ARGS__)

bool ab_load_same(const char *a, const char *b);

/* Little-endian words at any address. */
static inline uint32_t load_half(const uint8_t *p)
{
        return p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t load_word(const uint8_t *p)
{
        return load_half(p) | load_half(p + 2) << 16;
}

static inline void load_put(uint8_t *p, uint32_t word)
{
        p[0] = word & 255;
        p[1] = word >> 8 & 255;
        p[2] = word >> 16 & 255;
        p[3] = word >> 24;
}

/* Copy, move, clear: what every freestanding program has to provide for its compiler. */
void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);

/* --- payload.c, inflate.c: a bzImage's kernel ------------------------------------ */

/*
 * If the image is a bzImage, find its payload and unpack it into guest memory;
 * kernel->file is then the kernel.  Anything else is left alone.
 */
enum ab_load_error ab_load_unpack(struct load_kernel *kernel);

/*
 * Unpack a gzip file.  Returns how many bytes it became, or 0: it is damaged, or
 * larger than @room.  *@used is how many bytes of @in it took.
 */
uint32_t ab_load_gunzip(uint8_t *out, uint32_t room, const uint8_t *in, uint32_t bytes,
                        uint32_t *used);

/* --- elf.c -------------------------------------------------------------------- */

bool ab_load_is_elf(const uint8_t *file, uint32_t bytes);
enum ab_load_error ab_load_parse_elf(struct load_kernel *kernel);

/* Section @number; false where there is none or its bytes are not in the file. */
bool ab_load_section(const struct load_kernel *kernel, uint32_t number,
                     struct load_section *section);
/* The first section called @name. */
bool ab_load_find_section(const struct load_kernel *kernel, const char *name,
                          struct load_section *section);
/* Virtual address of a symbol, 0: not found. */
uint32_t ab_load_symbol(const struct load_kernel *kernel, const char *name);
/* Name of the function at @address, NULL: not known; *@offset is how far into it. */
const char *ab_load_symbol_at(const struct load_kernel *kernel, uint32_t address, uint32_t *offset);
/* Virtual address of an exported variable, for images without symbols. */
uint32_t ab_load_export(const struct load_kernel *kernel, const char *name);

/* --- memory.c: guest memory ------------------------------------------------------- */

/* Pointer to @bytes at a virtual address of a loaded segment, NULL: not all there. */
uint8_t *ab_load_at(const struct load_kernel *kernel, uint32_t gva, uint32_t bytes);

/*
 * Guest-physical address of @bytes of memory, page-aligned, as high as possible, that hold
 * nothing that is still needed; 0: none.
 */
uint32_t ab_load_room(const struct load_kernel *kernel, uint32_t bytes);

/* Guest-physical address of a pointer into guest memory; ~0: it is elsewhere. */
uint32_t ab_load_gpa(const struct ab_load *load, const uint8_t *pointer);

/* Clear the segments' memory and copy the file into it. */
enum ab_load_error ab_load_place(struct load_kernel *kernel);
enum ab_load_error ab_load_place_initrd(struct load_kernel *kernel);

/* --- records.c: find, check and bind --------------------------------------------- */

enum ab_load_error ab_load_parse_flat(struct load_kernel *kernel);
/* The flat header in the loaded segments of an ELF file. */
enum ab_load_error ab_load_find_records(struct load_kernel *kernel);
enum ab_load_error ab_load_bind(struct load_kernel *kernel);

/* --- patch.c, hidden.c -------------------------------------------------------------- */

enum ab_load_error ab_load_patch(struct load_kernel *kernel);
enum ab_load_error ab_load_hide(struct load_kernel *kernel);

/* --- boot.c: what the guest finds when it starts ------------------------------------- */

bool ab_load_is_multiboot(const struct load_kernel *kernel);
enum ab_load_error ab_load_boot(struct load_kernel *kernel);

#endif
