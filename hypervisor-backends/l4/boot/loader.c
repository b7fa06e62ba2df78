/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader: a multiboot image whose modules are kernel, sigma0, root task
 * and whatever else the root task wants.  It loads the first three, tells the
 * kernel through its interface page where everything is, and jumps.
 *
 * The same hand-over as the public loader's, so each loader starts each kernel.
 */
#include "loader.h"
#include "console.h"
#include "x86.h"

#define KERNEL_LIMIT 0x0F000000u /* kernels map memory up to here */
#define DEFAULT_KMEM (16u << 20)
#define LEAST_KMEM   (2u << 20)
#define LEAST_MEMORY (16u << 20)
#define CPU_CMOV     BIT(15)         /* CPUID leaf 1, EDX: what the kernel is compiled for */
#define BOOT_IMAGE   (14u | 2u << 4) /* memory descriptors: initial servers, */
#define BOOT_MODULE  (14u | 3u << 4) /* boot modules */

struct kip *loaded_kip;
extern char loader_start[], loader_end[];
u32 loader_main(u32 magic, const struct mbi *info);

static struct boot boot;

void describe(u32 low, u32 high, u32 type)
{
        u32 n = loaded_kip->memory_info & 0xFFFF, first = loaded_kip->memory_info >> 16;
        struct memory_desc *d = (void *)((u32)loaded_kip + first);

        if (n >= MEM_MAX - 8)
                panic("too many pieces of memory to describe: give fewer modules\n");
        d[n].low = (low & ~0x3FFu) | type;
        d[n].high = (high - 1) | 0x3FF;
        loaded_kip->memory_info++;
}

/* --- options ------------------------------------------------------------------- */

/* The number behind "name=" in the command line, with K, M or G; else `otherwise`. */
static u32 option(const char *line, const char *name, u32 otherwise)
{
        u32 len = string_length(name), value = 0;

        for (; *line; line++) {
                u32 i = 0;

                while (i < len && line[i] == name[i])
                        i++;
                if (i < len)
                        continue;
                for (line += len; *line >= '0' && *line <= '9'; line++)
                        value = value * 10 + (u32)(*line - '0');
                switch (*line) {
                case 'G':
                        return value << 30;
                case 'M':
                        return value << 20;
                case 'K':
                        return value << 10;
                }
                return value;
        }
        return otherwise;
}

/* --- modules ---------------------------------------------------------------------- */

/* Move a module out of the way of what is going to be loaded. */
static void settle(u32 *start, u32 *end, u32 limit)
{
        u32 size = *end - *start, to;

        if (*start >= (u32)loader_end)
                return;
        to = range_find(size, limit);
        if (!to)
                panic("no room to move the modules: give the machine more memory\n");
        range_mark(to, to + size);
        memcpy((void *)to, (const void *)*start, size);
        *start = to;
        *end = to + size;
}

static void take_image(struct image *i, const struct mbi_module *m, const char *name)
{
        i->file = m->start;
        i->file_end = m->end;
        i->cmdline = m->cmdline ? (const char *)m->cmdline : "";
        elf_measure(i, name);
}

/* Strings lie wherever the boot loader left them: bring them to safety first. */
static char strings[16384];
static u32 strings_used;

static u32 keep_string(u32 s)
{
        u32 len = s ? string_length((const char *)s) + 1 : 1;
        char *to = strings + strings_used;

        if (strings_used + len > sizeof(strings))
                panic("the command lines are too long: shorten them\n");
        memcpy(to, s ? (const char *)s : "", len);
        strings_used += len;
        return (u32)to;
}

static u8 map_copy[8192];

static void keep_information(const struct mbi *info, struct mbi_module *modules, u32 count)
{
        boot.info = *info;
        memcpy(modules, (const void *)info->modules, count * sizeof(*modules));
        if (info->flags & MBI_HAS_MAP) {
                if (info->map_length > sizeof(map_copy))
                        panic("the memory map is too long for the loader: please report it\n");
                memcpy(map_copy, (const void *)info->map, info->map_length);
                boot.info.map = (u32)map_copy;
        }
        boot.info.cmdline = keep_string(info->flags & MBI_HAS_CMDLINE ? info->cmdline : 0);
        for (u32 i = 0; i < count; i++)
                modules[i].cmdline = keep_string(modules[i].cmdline);
}

static void find_kip(void)
{
        for (u32 p = boot.kernel.low; p + sizeof(struct kip) <= boot.kernel.high; p += 4) {
                if (*(const u32 *)p == KIP_MAGIC) {
                        loaded_kip = (struct kip *)p;
                        return;
                }
        }
        panic("the first module is not an L4 kernel: give kernel, sigma0 and root task, in this "
              "order\n");
}

static struct kip_server server(const struct image *i)
{
        return (struct kip_server){0, i->entry, i->low, i->high};
}

/* --- main ---------------------------------------------------------------------------- */

static struct mbi_module modules[64 + 3];

u32 loader_main(u32 magic, const struct mbi *info)
{
        u32 cpu[4], kmem_size, most, kmem, limit = KERNEL_LIMIT, count;

        console_init();
        if (magic != MBI_MAGIC)
                panic("not started by a multiboot loader: use GRUB or qemu -kernel\n");
        cpuid(1, cpu);
        if (!(cpu[3] & CPU_CMOV))
                panic("this processor is older than a Pentium Pro: use a later one\n");
        count = info->flags & MBI_HAS_MODULES ? info->module_count : 0;
        if (count < 3)
                panic("%u modules: give at least kernel, sigma0 and root task, in this order\n",
                      count);
        if (count > ARRAY_LEN(modules))
                panic("%u modules: give at most 67\n", count);
        keep_information(info, modules, count);
        ranges_init(&boot.info);
        if (ranges_total() < LEAST_MEMORY - (1u << 20))
                panic("%u KB of memory: give the machine at least 16 MB\n", ranges_total() >> 10);

        /* Everything below the loader's end is for images; modules must be above. */
        range_mark(0, (u32)loader_end);
        for (u32 i = 0; i < count; i++) {
                if (modules[i].start >= (u32)loader_end)
                        range_mark(modules[i].start & PTE_FRAME, modules[i].end);
        }
        kmem_size = option((const char *)boot.info.cmdline, "kmem=", 0) & PTE_FRAME;
        most = ranges_total() / (kmem_size ? 2 : 4) & PTE_FRAME;
        if (!kmem_size)
                kmem_size = DEFAULT_KMEM;
        if (kmem_size > most)
                kmem_size = most;
        if (kmem_size < LEAST_KMEM)
                kmem_size = LEAST_KMEM;
        kmem = range_find(kmem_size, limit);
        if (!kmem)
                panic("no %u MB in one piece for the kernel: give the machine more memory\n",
                      kmem_size >> 20);
        range_mark(kmem, kmem + kmem_size);
        for (u32 i = 0; i < count; i++)
                settle(&modules[i].start, &modules[i].end, 0xFFFFF000u);

        take_image(&boot.kernel, &modules[0], "kernel (first)");
        take_image(&boot.sigma0, &modules[1], "sigma0 (second)");
        take_image(&boot.root, &modules[2], "root task (third)");
        ranges_reset_low((u32)loader_start, (u32)loader_end);
        range_use(boot.kernel.low, boot.kernel.high, "the kernel");
        elf_load(&boot.kernel);
        find_kip();
        range_use(boot.sigma0.low, boot.sigma0.high, "sigma0");
        range_use(boot.root.low, boot.root.high, "the root task");
        elf_load(&boot.sigma0);
        elf_load(&boot.root);

        loaded_kip->memory_info &= 0xFFFF0000u;
        loaded_kip->sigma0 = server(&boot.sigma0);
        loaded_kip->root = server(&boot.root);
        ranges_describe(&boot.info);
        describe(kmem, kmem + kmem_size, MEM_RESERVED);
        describe(boot.sigma0.low, boot.sigma0.high, BOOT_IMAGE);
        describe(boot.root.low, boot.root.high, BOOT_IMAGE);
        boot.module_count = count - 3;
        for (u32 i = 3; i < count; i++) {
                boot.modules[i - 3] = modules[i];
                describe(modules[i].start, modules[i].end, BOOT_MODULE);
        }
        loaded_kip->boot_info = bootinfo_build(&boot, 0xFFFFF000u);
        return boot.kernel.entry;
}
