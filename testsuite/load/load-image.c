/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * load-image [--memory=MB] [--initrd=FILE] [--append=TEXT] [--dump=FILE] IMAGE: load and bind a
 * kernel as a resource monitor would, for a wedge at made-up addresses, and say what came
 * of it.  Status 1, with the loader's sentence, if it is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include "host/diag.h"
#include "load.h"

static const struct ab_wedge_description wedge = {
    .magic = AB_WEDGE_MAGIC,
    .bytes = sizeof(struct ab_wedge_description),
    .hypervisor = "test",
    .kernel_end = 0xbc000000,
    .wedge = {.abi = AB_WEDGE_ABI,
              .vectors = 0xbe001000,
              .vcpu = 0xbe000000,
              .inline_ops = AB_INLINE_ALL},
};

static struct ab_load load;

static uint8_t *read_file(const char *path, uint32_t *bytes)
{
        FILE *file = fopen(path, "rb");
        uint8_t *data;
        long size;

        if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0)
                ab_die(AB_EXIT_ERROR, "%s: cannot be read", path);
        rewind(file);
        data = ab_alloc((size_t)size + 1);
        if (fread(data, 1, (size_t)size, file) != (size_t)size)
                ab_die(AB_EXIT_ERROR, "%s: cannot be read", path);
        fclose(file);
        *bytes = (uint32_t)size;
        return data;
}

static const char *value_of(const char *argument, const char *option)
{
        size_t n = strlen(option);

        return strncmp(argument, option, n) ? NULL : argument + n;
}

int main(int argc, char **argv)
{
        const char *dump = NULL, *value;
        struct timespec begin, end;
        uint32_t megabytes = 64;
        double milliseconds;
        int i;

        ab_set_program("load-image");
        for (i = 1; i < argc && argv[i][0] == '-'; i++) {
                if ((value = value_of(argv[i], "--memory=")))
                        megabytes = (uint32_t)strtoul(value, NULL, 10);
                else if ((value = value_of(argv[i], "--initrd=")))
                        load.initrd = read_file(value, &load.initrd_bytes);
                else if ((value = value_of(argv[i], "--append=")))
                        load.command_line = value;
                else if ((value = value_of(argv[i], "--dump=")))
                        dump = value;
        }
        if (i + 1 != argc)
                ab_die(AB_EXIT_USAGE, "usage: load-image [--memory=MB] [--initrd=FILE] "
                                      "[--append=TEXT] [--dump=FILE] IMAGE");
        load.image = read_file(argv[i], &load.image_bytes);
        load.memory_bytes = megabytes << 20;
        load.memory = mmap(NULL, load.memory_bytes, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        load.target = &wedge;
        if (load.memory == MAP_FAILED)
                ab_die(AB_EXIT_ERROR, "no memory");
        clock_gettime(CLOCK_MONOTONIC, &begin);
        if (ab_load(&load))
                ab_die(AB_EXIT_ERROR, "%s: %s", argv[i], load.text);
        clock_gettime(CLOCK_MONOTONIC, &end);
        milliseconds = 1e3 * (double)(end.tv_sec - begin.tv_sec) +
                       1e-6 * (double)(end.tv_nsec - begin.tv_nsec);
        printf("%s at 0x%x to 0x%x, entry 0x%x, RAM disk at 0x%x, fixmap top at 0x%x%s\n",
               load.linux_kernel ? "Linux" : "multiboot kernel", load.kernel_start, load.kernel_end,
               load.entry.eip, load.initrd_gpa, load.fixmap_top,
               load.was_bound ? ", bound before" : "");
        printf("%u sites in %.2f ms\n", load.bind.stats.sites, milliseconds);
        printf("hidden: %u alternatives, %u of them beyond cpuid, %u with rdtsc; 1:edx %x 1:ecx %x "
               "80000001:edx %x 80000001:ecx %x 7:ebx %x 7:ecx %x 7:edx %x 80000008:ebx %x "
               "d.1:eax %x\n",
               load.hidden.alternatives, load.hidden.others, load.hidden.native_rdtsc,
               load.hidden.leaf1_edx, load.hidden.leaf1_ecx, load.hidden.ext1_edx,
               load.hidden.ext1_ecx, load.hidden.leaf7_ebx, load.hidden.leaf7_ecx,
               load.hidden.leaf7_edx, load.hidden.ext8_ebx, load.hidden.leafd1_eax);
        if (dump) {
                FILE *file = fopen(dump, "wb");

                if (!file || fwrite(load.memory, 1, load.memory_bytes, file) != load.memory_bytes ||
                    fclose(file))
                        ab_die(AB_EXIT_ERROR, "%s: cannot be written", dump);
        }
        return 0;
}
