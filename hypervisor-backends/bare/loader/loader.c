/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A multiboot kernel that starts Linux.
 *
 * A multiboot loader (QEMU's, GRUB's) cannot start a plain vmlinux: it knows
 * nothing of Linux's boot parameters.  It loads this program instead, with
 * the kernel as first and the root file system as second module.  Linux's
 * command line is what stands behind "cmdline:" on ours.
 *
 * The modules may lie where the kernel must go, and the kernel covers this
 * program.  So both modules are first moved to the top of memory, the boot
 * parameters and a small stub are put below 640 KB, and the stub, last, copies
 * the kernel's segments to their places and jumps to its 32-bit entry.
 */
#include "loader.h"

struct multiboot {
        uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr;
        uint32_t symbols[4];
        uint32_t mmap_length, mmap_addr;
};

struct multiboot_module {
        uint32_t start, end, string, reserved;
};

struct multiboot_map {
        uint32_t size;
        uint64_t base, length;
        uint32_t type;
} __attribute__((packed));

struct e820 {
        uint64_t base, length;
        uint32_t type;
} __attribute__((packed));

enum {
        MOST_E820 = 32,           /* what Linux 2.6.9 takes */
        HIGHEST_TOP = 0x30000000, /* initrd stays in every kernel's directly mapped memory */
        PAGE_BYTES = 4096,
        EARLY_BYTES = 0x200000, /* page tables Linux builds behind itself */
};

/* Fields of Linux's boot parameters, by offset. */
/* clang-format off */
enum {
        BP_SCREEN_MODE = 0x06, BP_SCREEN_COLUMNS = 0x07, BP_SCREEN_LINES = 0x0e,
        BP_SCREEN_VGA = 0x0f, BP_SCREEN_POINTS = 0x10, BP_EXT_MEM_K = 0x02,
        BP_ALT_MEM_K = 0x1e0, BP_E820_COUNT = 0x1e8, BP_HEADER = 0x1f1, BP_BOOT_FLAG = 0x1fe,
        BP_MAGIC = 0x202, BP_VERSION = 0x206, BP_LOADER = 0x210, BP_LOADFLAGS = 0x211,
        BP_INITRD = 0x218, BP_INITRD_BYTES = 0x21c, BP_COMMAND = 0x228, BP_E820 = 0x2d0,
};
/* clang-format on */

extern char loader_start[], loader_end[];

void *memcpy(void *to, const void *from, size_t bytes)
{
        void *result = to;

        asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
        return result;
}

void *memset(void *to, int byte, size_t bytes)
{
        void *result = to;

        asm volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(byte) : "memory");
        return result;
}

void *memmove(void *to, const void *from, size_t bytes)
{
        if (to <= from)
                return memcpy(to, from, bytes);
        asm volatile("std; rep movsb; cld"
                     :
                     : "D"((char *)to + bytes - 1), "S"((const char *)from + bytes - 1), "c"(bytes)
                     : "memory");
        return to;
}

static struct {
        struct span used[5]; /* modules, this program, the kernel's target */
        unsigned count;
} taken;

static void take(uint32_t start, uint32_t end)
{
        taken.used[taken.count++] = (struct span){start, end};
}

/* First byte behind the free memory that begins at or below 1 MB. */
static uint32_t top_of_memory(const struct multiboot *info)
{
        uint32_t top = (info->mem_upper + 1024) << 10, at = info->mmap_addr;

        if (info->flags & 1 << 6)
                while (at < info->mmap_addr + info->mmap_length) {
                        const struct multiboot_map *map = (const void *)at;

                        if (map->type == 1 && map->base <= 0x100000 &&
                            map->base + map->length > 0x100000)
                                top = map->base + map->length > HIGHEST_TOP
                                          ? HIGHEST_TOP
                                          : (uint32_t)(map->base + map->length);
                        at += map->size + 4;
                }
        return (top > HIGHEST_TOP ? HIGHEST_TOP : top) & -(uint32_t)PAGE_BYTES;
}

/* The highest block of `bytes' below `top' that overlaps nothing taken; 0: none. */
static uint32_t find_room(uint32_t top, uint32_t bytes)
{
        uint32_t start;
        unsigned i;

again:
        if (top < bytes + 0x100000)
                return 0;
        start = (top - bytes) & -(uint32_t)PAGE_BYTES;
        for (i = 0; i < taken.count; i++)
                if (start < taken.used[i].end && top > taken.used[i].start) {
                        top = taken.used[i].start & -(uint32_t)PAGE_BYTES;
                        goto again;
                }
        return start;
}

static void copy_map(uint8_t *parameters, const struct multiboot *info)
{
        struct e820 *to = (void *)(parameters + BP_E820);
        uint32_t at = info->mmap_addr;
        uint8_t count = 0;

        if (!(info->flags & 1 << 6)) {
                to[count++] = (struct e820){0, (uint64_t)info->mem_lower << 10, 1};
                to[count++] = (struct e820){0x100000, (uint64_t)info->mem_upper << 10, 1};
        } else {
                while (at < info->mmap_addr + info->mmap_length && count < MOST_E820) {
                        const struct multiboot_map *map = (const void *)at;

                        to[count++] = (struct e820){map->base, map->length, map->type};
                        at += map->size + 4;
                }
        }
        parameters[BP_E820_COUNT] = count;
}

static const char *linux_command(const struct multiboot *info)
{
        static const char mark[] = "cmdline:";
        const char *p = info->flags & 1 << 2 ? (const char *)info->cmdline : "";

        for (; *p; p++) {
                unsigned i = 0;

                while (mark[i] && p[i] == mark[i])
                        i++;
                if (!mark[i]) {
                        p += i;
                        return *p == ' ' ? p + 1 : p;
                }
        }
        return p;
}

static void put32(uint8_t *p, uint32_t value)
{
        memcpy(p, &value, 4);
}

static void fill_parameters(uint8_t *p, const struct image *image, const uint8_t *file)
{
        static const uint8_t magic[] = {'H', 'd', 'r', 'S', 6, 2};

        if (image->header_bytes) {
                memcpy(p + BP_HEADER, file + image->header, image->header_bytes);
        } else {
                memcpy(p + BP_MAGIC, magic, sizeof magic);
                p[BP_BOOT_FLAG] = 0x55;
                p[BP_BOOT_FLAG + 1] = 0xaa;
                p[BP_LOADFLAGS] = 1;
        }
        p[BP_LOADER] = 0xff;
        p[BP_SCREEN_MODE] = 3;
        p[BP_SCREEN_COLUMNS] = 80;
        p[BP_SCREEN_LINES] = 25;
        p[BP_SCREEN_VGA] = 1;
        p[BP_SCREEN_POINTS] = 16;
}

void loader_main(uint32_t magic, uint32_t information)
{
        /* Copied before memory moves; the stage is built here and moved down last. */
        static struct multiboot info;
        static struct multiboot_module module[2];
        static struct image image;
        static struct stage stage;
        static uint8_t parameters[PAGE_BYTES];
        static char command[COMMAND_BYTES];
        uint32_t bytes[2] = {0, 0}, room, top, kernel, initrd;
        const char *text;
        unsigned i;

        if (magic != 0x2badb002)
                console_fatal("not started by a multiboot loader", "boot it with GRUB or QEMU");
        memcpy(&info, (const void *)information, sizeof info);
        if (!(info.flags & 1 << 3) || !info.mods_count)
                console_fatal("no kernel", "give it as first module");
        memcpy(module, (const void *)info.mods_addr,
               (info.mods_count > 1 ? 2 : 1) * sizeof module[0]);
        for (i = 0; i < 2 && i < info.mods_count; i++) {
                bytes[i] = module[i].end - module[i].start;
                take(module[i].start, module[i].end);
        }
        text = image_parse(&image, (const void *)module[0].start, bytes[0]);
        if (text)
                console_fatal(text, "give a vmlinux or bzImage for IA-32");
        text = linux_command(&info);
        for (i = 0; i < COMMAND_BYTES - 1 && text[i]; i++)
                command[i] = text[i];
        copy_map(parameters, &info);
        top = top_of_memory(&info);
        put32(parameters + BP_ALT_MEM_K, (top >> 10) - 1024);

        take((uint32_t)loader_start, (uint32_t)loader_end);
        take(image.target.start, image.target.end + EARLY_BYTES);
        if (image.target.end > top)
                console_fatal("too little memory for the kernel", "give the machine more");
        room = find_room(top, bytes[0] + bytes[1] + 2 * PAGE_BYTES);
        if (!room)
                console_fatal("too little memory for kernel and root file system",
                              "give the machine more");
        kernel = room;
        initrd = (room + bytes[0] + PAGE_BYTES - 1) & -(uint32_t)PAGE_BYTES;
        memmove((void *)kernel, (const void *)module[0].start, bytes[0]);
        fill_parameters(parameters, &image, (const void *)kernel);
        if (bytes[1]) {
                memmove((void *)initrd, (const void *)module[1].start, bytes[1]);
                put32(parameters + BP_INITRD, initrd);
                put32(parameters + BP_INITRD_BYTES, bytes[1]);
        }
        put32(parameters + BP_COMMAND, COMMAND_ADDRESS);

        for (i = 0; i < image.moves; i++) {
                stage.moves[i] = image.move[i];
                stage.moves[i].from += kernel;
        }
        stage.moves[i].to = ~0u;
        stage.entry = image.entry;
        stage.parameters = PARAMETERS_ADDRESS;
        stage.gdt[BOOT_CS / 8] = 0x00cf9b000000ffff;
        stage.gdt[BOOT_DS / 8] = 0x00cf93000000ffff;
        stage.gdt_pointer.limit = sizeof stage.gdt - 1;
        stage.gdt_pointer.base = STAGE_ADDRESS + offsetof(struct stage, gdt);
        memcpy((void *)PARAMETERS_ADDRESS, parameters, sizeof parameters);
        memcpy((void *)COMMAND_ADDRESS, command, sizeof command);
        memcpy((void *)STAGE_ADDRESS, &stage, sizeof stage);
        go((void *)STAGE_ADDRESS);
}
