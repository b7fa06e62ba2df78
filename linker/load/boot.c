/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel finds when it is started directly: Linux's boot parameters ("zero page")
 * by its 32-bit boot protocol, or multiboot information.
 */
#include "kernel.h"

/* Fields of Linux's boot parameters, by offset. */
enum {
        BP_SCREEN_COLUMNS = 0x07,
        BP_SCREEN_LINES = 0x0e,
        BP_ALT_MEM_K = 0x1e0,
        BP_E820_COUNT = 0x1e8,
        BP_HEADER = 0x1f1,
        BP_BOOT_FLAG = 0x1fe,
        BP_MAGIC = 0x202,
        BP_VERSION = 0x206,
        BP_LOADER = 0x210,
        BP_LOADFLAGS = 0x211,
        BP_INITRD = 0x218,
        BP_INITRD_BYTES = 0x21c,
        BP_COMMAND = 0x228,
        BP_E820 = 0x2d0,
        HEADER_LIMIT = BP_E820 - BP_HEADER,
};

/* Multiboot: what the kernel asks for, what it is given. */
enum {
        MULTIBOOT_SEARCH = 8192,
        MULTIBOOT_MAGIC = 0x1badb002,
        MULTIBOOT_LOADED = 0x2badb002,
        WANTS_KNOWN = 3,
        /* aligned modules, memory */ WANTS_MUST = 0xffff,
        HAS_MEMORY = 1,
        HAS_COMMAND = 4,
        HAS_MODULES = 8,
        HAS_MAP = 64,
        MB_MODULES = 64,
        MB_MAP = 128, /* our places behind the information */
};

enum { MEMORY_USABLE = 1, MEMORY_RESERVED = 2 };

/* Memory as the guest is told of it. */
struct range {
        uint32_t start, bytes, type;
};

enum { RANGES = 3 };

static void describe_memory(const struct ab_load *load, struct range range[RANGES])
{
        range[0] = (struct range){0, LOAD_LOW_END, MEMORY_USABLE};
        range[1] = (struct range){LOAD_LOW_END, LOAD_HIGH_START - LOAD_LOW_END, MEMORY_RESERVED};
        range[2] =
            (struct range){LOAD_HIGH_START, load->memory_bytes - LOAD_HIGH_START, MEMORY_USABLE};
}

static void put_half(uint8_t *p, uint32_t half)
{
        p[0] = half & 255;
        p[1] = half >> 8;
}

static void put_range(uint8_t *p, const struct range *range)
{
        load_put(p, range->start);
        load_put(p + 4, 0);
        load_put(p + 8, range->bytes);
        load_put(p + 12, 0);
        load_put(p + 16, range->type);
}

/* Flat code and data where both protocols want them. */
static void put_descriptors(struct ab_load *load)
{
        uint8_t *gdt = load->memory + LOAD_GDT;

        memset(gdt, 0, LOAD_PAGE);
        load_put(gdt + LOAD_CS, 0x0000ffff);
        load_put(gdt + LOAD_CS + 4, 0x00cf9b00);
        load_put(gdt + LOAD_DS, 0x0000ffff);
        load_put(gdt + LOAD_DS + 4, 0x00cf9300);
        load->entry.gdt_base = LOAD_GDT;
        load->entry.gdt_limit = LOAD_DS + 7;
        load->entry.cs = LOAD_CS;
        load->entry.ds = LOAD_DS;
}

static enum ab_load_error put_command(struct ab_load *load)
{
        const char *text = load->command_line ? load->command_line : "";
        uint8_t *to = load->memory + LOAD_COMMAND;
        uint32_t i;

        memset(to, 0, LOAD_PAGE);
        for (i = 0; text[i]; i++) {
                if (i + 1 == AB_LOAD_COMMAND_BYTES)
                        return refuse(load, AB_LOAD_COMMAND,
                                      "the command line is longer than %u bytes",
                                      AB_LOAD_COMMAND_BYTES - 1);
                to[i] = (uint8_t)text[i];
        }
        return AB_LOAD_OK;
}

static void put_linux(struct load_kernel *kernel)
{
        struct ab_load *load = kernel->load;
        uint8_t *p = load->memory + LOAD_PARAMETERS;
        struct range range[RANGES];
        unsigned i;

        memset(p, 0, LOAD_PAGE);
        if (kernel->setup) {
                memcpy(p + BP_HEADER, kernel->setup, kernel->setup_bytes);
        } else {
                memcpy(p + BP_MAGIC, "HdrS", 4);
                put_half(p + BP_VERSION, 0x206);
                put_half(p + BP_BOOT_FLAG, 0xaa55);
                p[BP_LOADFLAGS] = 1;
        }
        p[BP_LOADER] = 0xff;
        /* no adapter, but a console needs a size */
        p[BP_SCREEN_COLUMNS] = 80;
        p[BP_SCREEN_LINES] = 25;
        load_put(p + BP_INITRD, load->initrd_gpa);
        load_put(p + BP_INITRD_BYTES, load->initrd_gpa ? load->initrd_bytes : 0);
        load_put(p + BP_COMMAND, LOAD_COMMAND);
        load_put(p + BP_ALT_MEM_K, (load->memory_bytes - LOAD_HIGH_START) >> 10);
        describe_memory(load, range);
        p[BP_E820_COUNT] = RANGES;
        for (i = 0; i < RANGES; i++)
                put_range(p + BP_E820 + 20 * i, &range[i]);
        load->entry.esi = LOAD_PARAMETERS;
}

/* The header, in the first bytes of the file at a multiple of four; NULL: none. */
static const uint8_t *find_multiboot(const struct load_kernel *kernel)
{
        uint32_t at;

        for (at = 0; at < MULTIBOOT_SEARCH && at + 12 <= kernel->file_bytes; at += 4) {
                const uint8_t *p = kernel->file + at;

                if (load_word(p) == MULTIBOOT_MAGIC &&
                    load_word(p) + load_word(p + 4) + load_word(p + 8) == 0)
                        return p;
        }
        return NULL;
}

bool ab_load_is_multiboot(const struct load_kernel *kernel)
{
        return kernel->elf && find_multiboot(kernel);
}

static enum ab_load_error put_multiboot(struct load_kernel *kernel)
{
        uint32_t wants = load_word(find_multiboot(kernel) + 4) & WANTS_MUST;
        struct ab_load *load = kernel->load;
        uint8_t *p = load->memory + LOAD_PARAMETERS;
        struct range range[RANGES];
        unsigned i;

        if (wants & ~WANTS_KNOWN)
                return refuse(load, AB_LOAD_FORMAT,
                              "the kernel wants multiboot features %x: "
                              "only modules and memory are offered",
                              wants & ~WANTS_KNOWN);
        memset(p, 0, LOAD_PAGE);
        load_put(p, HAS_MEMORY | HAS_COMMAND | HAS_MODULES | HAS_MAP);
        load_put(p + 4, LOAD_LOW_END >> 10);
        load_put(p + 8, (load->memory_bytes - LOAD_HIGH_START) >> 10);
        load_put(p + 16, LOAD_COMMAND);
        if (load->initrd_gpa) {
                load_put(p + 20, 1);
                load_put(p + 24, LOAD_PARAMETERS + MB_MODULES);
                load_put(p + MB_MODULES, load->initrd_gpa);
                load_put(p + MB_MODULES + 4, load->initrd_gpa + load->initrd_bytes);
        }
        load_put(p + 44, RANGES * 24);
        load_put(p + 48, LOAD_PARAMETERS + MB_MAP);
        describe_memory(load, range);
        for (i = 0; i < RANGES; i++) {
                load_put(p + MB_MAP + 24 * i, 20);
                put_range(p + MB_MAP + 24 * i + 4, &range[i]);
        }
        load->entry.eax = MULTIBOOT_LOADED;
        load->entry.ebx = LOAD_PARAMETERS;
        return AB_LOAD_OK;
}

enum ab_load_error ab_load_boot(struct load_kernel *kernel)
{
        struct ab_load *load = kernel->load;
        uint32_t entry = kernel->entry;
        bool inside = false;
        unsigned i;

        for (i = 0; i < kernel->segments; i++)
                inside |= entry - kernel->segment[i].gpa < kernel->segment[i].file_bytes;
        if (!inside)
                return refuse(load, AB_LOAD_PLACE, "the entry point %x is not in the kernel",
                              entry);
        if (put_command(load))
                return load->error;
        put_descriptors(load);
        load->entry.eip = entry;
        if (!load->linux_kernel)
                return put_multiboot(kernel);
        put_linux(kernel);
        return AB_LOAD_OK;
}
