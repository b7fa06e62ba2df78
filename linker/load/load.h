/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader: from the bytes of a kernel file to a guest that can be entered.
 *
 * Freestanding C without allocation.  A resource monitor and a wedge that loads
 * its own guest use it; the host's tests run it with sanitizers.  The kernel file is
 * not trusted: every offset, size and address is checked before it is used,
 * and nothing outside the guest's own memory is ever written.
 *
 *      static struct ab_load load;
 *
 *      load.memory = ...; load.image = ...; load.target = &description;
 *      if (ab_load(&load))
 *              show(load.text);
 *      else
 *              enter(&load.entry);
 */
#ifndef AB_LOAD_H
#define AB_LOAD_H

#include <afterburn/bound.h>
#include "bind.h"

enum ab_load_error {
        AB_LOAD_OK,
        AB_LOAD_FORMAT,     /* not a kernel: no ELF, bzImage or flat image */
        AB_LOAD_TRUNCATED,  /* headers name bytes the file has not got */
        AB_LOAD_MACHINE,    /* an ELF file, but for another machine or not executable */
        AB_LOAD_PACKED,     /* a payload that cannot be unpacked */
        AB_LOAD_MEMORY,     /* too little guest memory */
        AB_LOAD_PLACE,      /* a segment where none may be */
        AB_LOAD_NO_RECORDS, /* the image is not afterburned */
        AB_LOAD_RECORDS,    /* what holds the records is damaged or of another version */
        AB_LOAD_BOUND,      /* bound ahead of time, and not for this wedge */
        AB_LOAD_BIND,       /* a record was refused: bind_error, bad_address */
        AB_LOAD_TOP,        /* the kernel uses addresses from kernel_end on */
        AB_LOAD_COMMAND,    /* the command line is too long */
        AB_LOAD_INITRD,     /* the initial RAM disk is where it cannot be */
};

/* The state in which the guest starts: protected mode, flat segments, paging and interrupts off. */
struct ab_load_entry {
        uint32_t eip;
        uint32_t eax, ebx, esi; /* the other general registers are 0 */
        uint32_t gdt_base;      /* guest-physical; a table is there */
        uint16_t gdt_limit;
        uint16_t cs; /* flat code, 4 GB */
        uint16_t ds; /* flat data, 4 GB: ss, ds, es, fs, gs */
        uint16_t unused;
};

/*
 * Processor features the guest must not find, because an alternative that Linux would
 * copy into its text for them holds a sensitive instruction without a record.  A bit
 * set is a bit to clear in what cpuid returns.
 */
struct ab_load_hidden {
        uint32_t leaf1_edx, leaf1_ecx;
        uint32_t ext1_edx, ext1_ecx; /* 0x80000001 */
        uint32_t leaf7_ebx, leaf7_ecx, leaf7_edx;
        uint32_t ext8_ebx;     /* 0x80000008 */
        uint32_t leafd1_eax;   /* 0xd, subleaf 1 */
        uint32_t alternatives; /* how many asked for it ... */
        uint32_t others;       /* ... and how many no bit of cpuid keeps away */
        uint32_t native_rdtsc; /* how many execute rdtsc in the guest where SSE2 shows */
};

#define AB_LOAD_TEXT_BYTES    200
#define AB_LOAD_COMMAND_BYTES 2048 /* the longest command line, with its NUL */

struct ab_load {
        /* In. */
        uint8_t *memory;       /* guest-physical memory, all of it, as the caller sees it */
        uint32_t memory_bytes; /* a multiple of 4096, at most 0x30000000 */
        const uint8_t *image;  /* vmlinux, bzImage or multiboot kernel; not in guest memory
                                  where the guest goes: see below */
        uint32_t image_bytes;
        const char *command_line; /* NULL: empty */
        const uint8_t *initrd;    /* NULL: none; becomes the first module of a multiboot kernel */
        uint32_t initrd_bytes;
        const struct ab_wedge_description *target; /* NULL: load it unbound */
        bool scribble;                             /* as in struct ab_bind */

        /* Out. */
        enum ab_load_error error;
        char text[AB_LOAD_TEXT_BYTES]; /* if not AB_LOAD_OK: one sentence, no newline */
        struct ab_load_entry entry;
        struct ab_load_hidden hidden;
        bool linux_kernel;                 /* false: a multiboot kernel */
        bool was_bound;                    /* ahead of time, for this wedge */
        uint32_t kernel_start, kernel_end; /* guest-physical: what it occupies */
        uint32_t initrd_gpa;               /* where the RAM disk was put; 0: none */
        uint32_t fixmap_top;               /* address of the patched __FIXADDR_TOP; 0: none */
        struct ab_bind bind;               /* bind.stats: what became of the sites */
};

/*
 * Load and, with a target, bind.  Either AB_LOAD_OK, and the guest can be entered at
 * load->entry; or the error, with load->text, and guest memory holds nothing of use.
 *
 * Image and RAM disk may lie in guest memory themselves (a boot loader put them there),
 * if the kernel's segments do not reach them; the RAM disk then stays where it is
 * if it begins a page, else it is copied, like one from elsewhere, to the top of memory.
 * What of guest memory is neither kernel, RAM disk nor boot data is zero or as it was.
 */
enum ab_load_error ab_load(struct ab_load *load);

/* Where a segment with this p_paddr was loaded, as the caller sees it; NULL: outside memory. */
uint8_t *ab_load_loaded(const struct ab_load *load, uint32_t paddr);

/*
 * The description in the ELF file of a wedge.  False, and nothing written, where there
 * is none or it is of another ABI.
 */
bool ab_load_describe(const uint8_t *wedge, uint32_t bytes,
                      struct ab_wedge_description *description);

/*
 * Is the image bound ahead of time?  For which hypervisor goes to @hypervisor.
 */
bool ab_load_bound_for(const uint8_t *image, uint32_t bytes, char hypervisor[AB_HYPERVISOR_BYTES]);

/* --- modules: relocatable files a running guest has just copied -------------- */

/* Working memory to bind one site: a copy of its record, and what ab_bind needs. */
#define AB_LOAD_SITE_BYTES (AB_RECORD_BYTES + AB_BIND_WORK_BYTES)

struct ab_load_module {
        /* In: from AB_HOOK_MODULE_LOADED. */
        uint32_t header;   /* guest virtual address of the Elf32_Ehdr */
        uint32_t sections; /* of the section headers, sh_addr filled in by the guest */
        /* The writable bytes at @address up to @bytes on, contiguous; NULL: not there. */
        uint8_t *(*at)(void *context, uint32_t address, uint32_t bytes);
        void *context;
        const struct ab_wedge *wedge;
        void *work; /* a multiple of 4; AB_LOAD_SITE_BYTES for each site */
        uint32_t work_bytes;

        /* Out. */
        enum ab_load_error error;
        char text[AB_LOAD_TEXT_BYTES];
        struct ab_bind bind;
};

/*
 * Bind all sites of a module.  AB_LOAD_OK (also if it has none: a module without records
 * and without sensitive instructions is possible); or the error, and no byte has changed.
 */
enum ab_load_error ab_load_module(struct ab_load_module *module);

#endif
