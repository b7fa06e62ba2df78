/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a machine boots: kernel, root file system and command line, checked and made ready. */
#include "config.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/diag.h"
#include "host/paths.h"
#include "load.h"
#include "newc.h"
#include "run.h"

struct run_file run_map(const char *path, const char *remedy)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat about;
        struct run_file file;

        if (fd < 0 || fstat(fd, &about))
                ab_die(AB_EXIT_ERROR, "%s: cannot be read: %s: %s", path, strerror(errno), remedy);
        if (!S_ISREG(about.st_mode) || !about.st_size)
                ab_die(AB_EXIT_ERROR, "%s: not a file with content: %s", path, remedy);
        file.bytes = (size_t)about.st_size;
        file.data = mmap(NULL, file.bytes, PROT_READ, MAP_PRIVATE, fd, 0);
        if (file.data == MAP_FAILED)
                ab_die(AB_EXIT_ERROR, "%s: cannot be read: %s: %s", path, strerror(errno), remedy);
        close(fd);
        return file;
}

void run_unmap(const struct run_file *file)
{
        munmap((void *)file->data, file->bytes);
}

/*
 * A file in memory, as a path that the emulator, our child, can open; left
 * open across exec for it.
 */
static FILE *memory_file(const char *name, char **path)
{
        int fd = memfd_create(name, 0);
        FILE *stream = fd < 0 ? NULL : fdopen(fd, "w+");

        if (!stream)
                ab_die(AB_EXIT_ERROR, "%s: no memory file: %s: free some memory", name,
                       strerror(errno));
        *path = ab_format("/proc/self/fd/%d", fd);
        return stream;
}

static void finish(FILE *stream, const char *name)
{
        if (fflush(stream) || ferror(stream))
                ab_die(AB_EXIT_ERROR, "%s: cannot be copied: %s", name, strerror(errno));
}

bool run_is_multiboot(const struct run_file *file)
{
        uint32_t word[3];
        size_t at;

        for (at = 0; at + sizeof word <= file->bytes && at < 8192; at += 4) {
                memcpy(word, file->data + at, sizeof word);
                if (word[0] == 0x1badb002 && word[0] + word[1] + word[2] == 0)
                        return true;
        }
        return false;
}

/*
 * How much of the kernel's file the machine needs: all that is loaded.  What
 * follows (symbols, debugging information, our records) can be far larger
 * than the guest's memory.
 */
static size_t needed_bytes(const struct run_file *file, const char *path)
{
        const Elf32_Ehdr *header = (const void *)file->data;
        size_t bytes = 0, end;
        unsigned i;

        if (file->bytes > 0x400 && !memcmp(file->data + 0x202, "HdrS", 4))
                return file->bytes;
        if (file->bytes < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG))
                ab_die(AB_EXIT_ERROR,
                       "%s: not a kernel: give a vmlinux, a bzImage or a multiboot "
                       "kernel",
                       path);
        if (header->e_ident[EI_CLASS] != ELFCLASS32 || header->e_machine != EM_386)
                ab_die(AB_EXIT_ERROR, "%s: not for IA-32: build the kernel with ARCH=i386", path);
        if (header->e_type != ET_EXEC)
                ab_die(AB_EXIT_ERROR,
                       "%s: not an executable: give the linked kernel, not an object", path);
        if (header->e_phentsize != sizeof(Elf32_Phdr) || header->e_phoff > file->bytes ||
            header->e_phnum * sizeof(Elf32_Phdr) > file->bytes - header->e_phoff)
                ab_die(AB_EXIT_ERROR, "%s: truncated: build or copy it again", path);
        bytes = header->e_phoff + header->e_phnum * sizeof(Elf32_Phdr);
        for (i = 0; i < header->e_phnum; i++) {
                const Elf32_Phdr *segment =
                    (const void *)(file->data + header->e_phoff + i * sizeof *segment);

                if (segment->p_type != PT_LOAD)
                        continue;
                end = (size_t)segment->p_offset + segment->p_filesz;
                if (end > file->bytes)
                        ab_die(AB_EXIT_ERROR, "%s: truncated: build or copy it again", path);
                bytes = end > bytes ? end : bytes;
        }
        return bytes;
}

char *run_kernel(const char *path, bool whole, enum kernel_kind *kind,
                 const struct run_options *options)
{
        struct run_file file = run_map(path, "give a vmlinux or bzImage");
        char bound_for[AB_HYPERVISOR_BYTES];
        char *copy;
        size_t bytes;
        FILE *stream;

        if (file.bytes <= UINT32_MAX &&
            ab_load_bound_for(file.data, (uint32_t)file.bytes, bound_for) &&
            strcmp(bound_for, options->hypervisor->name))
                ab_die(AB_EXIT_ERROR,
                       "%s: bound for %s, cannot run on %s: give the kernel it was "
                       "bound from",
                       path, bound_for, options->hypervisor->name);
        *kind = run_is_multiboot(&file) ? KERNEL_MULTIBOOT : KERNEL_LINUX;
        bytes = *kind == KERNEL_MULTIBOOT ? file.bytes : needed_bytes(&file, path);
        stream = memory_file("kernel", &copy);
        fwrite(file.data, 1, whole ? file.bytes : bytes, stream);
        finish(stream, path);
        run_unmap(&file);
        return copy;
}

char *run_copy(const char *name, const void *data, size_t bytes)
{
        char *path;
        FILE *stream = memory_file(name, &path);

        fwrite(data, 1, bytes, stream);
        finish(stream, name);
        return path;
}

char *run_text(const char *name, const char *text)
{
        return run_copy(name, text, strlen(text));
}

unsigned run_add_module(struct run_images *images, char *path)
{
        if (images->modules == RUN_MODULES)
                ab_die(AB_EXIT_USAGE, "too many guests");
        images->module[images->modules] = path;
        return images->modules++;
}

/* What Linux unpacks into its first root file system. */
static bool is_initramfs(const struct run_file *file)
{
        static const struct {
                const char *magic;
                unsigned bytes;
        } forms[] = {{"07070", 5},
                     {"\x1f\x8b", 2},
                     {"BZh", 3},
                     {"\xfd"
                      "7zXZ",
                      5},
                     {"\x28\xb5\x2f\xfd", 4},
                     {"\x5d\x00\x00", 3},
                     {"\x02\x21\x4c\x18", 4},
                     {"\x89LZO", 4}};
        unsigned i;

        for (i = 0; i < sizeof forms / sizeof forms[0]; i++)
                if (file->bytes >= forms[i].bytes &&
                    !memcmp(file->data, forms[i].magic, forms[i].bytes))
                        return true;
        return false;
}

/* The command, as init reads it, in an archive of its own behind the others. */
static void append_command(FILE *stream, size_t at, const struct run_options *options)
{
        static const char zeros[4];
        struct newc archive;
        char *words = NULL, **word;
        size_t bytes = 0, length;
        FILE *text = open_memstream(&words, &bytes);

        if (!text)
                ab_die(AB_EXIT_ERROR, "out of memory");
        if (options->quiet)
                fwrite("quiet", 1, 6, text);
        fwrite("--", 1, 3, text);
        for (word = options->command; word && *word; word++) {
                length = strlen(*word) + 1;
                fwrite(*word, 1, length, text);
        }
        fclose(text);
        if (bytes > 65535)
                ab_die(AB_EXIT_ERROR, "the command is too long: 65535 bytes is the most");
        fwrite(zeros, 1, -at & 3, stream);
        newc_begin(&archive, stream);
        newc_add(&archive, "afterburn.run", S_IFREG | 0400, words, bytes, 0, 0);
        newc_end(&archive);
        free(words);
}

char *run_initrd(const char *path, enum kernel_kind kind, const struct run_options *options)
{
        char *sample = ab_path(AB_PLACE_SHARE, "rootfs.cpio.gz"), *copy;
        struct run_file file;
        FILE *stream;

        if (!path && kind == KERNEL_MULTIBOOT)
                return NULL;
        if (!path && access(sample, R_OK))
                ab_die(AB_EXIT_ERROR,
                       "%s: no sample root file system: make it with `afterburn "
                       "rootfs', or give --initrd",
                       sample);
        path = path ? path : sample;
        file = run_map(path, "give a root file system with --initrd");
        if (kind == KERNEL_LINUX && (options->command || options->quiet) && !is_initramfs(&file))
                ab_die(AB_EXIT_ERROR,
                       "%s: not an initramfs archive, so the command cannot be "
                       "handed over: give a cpio archive, or no command",
                       path);
        stream = memory_file("initrd", &copy);
        fwrite(file.data, 1, file.bytes, stream);
        if (kind == KERNEL_LINUX && is_initramfs(&file))
                append_command(stream, file.bytes, options);
        finish(stream, path);
        run_unmap(&file);
        free(sample);
        return copy;
}

char *run_command_line(enum kernel_kind kind, const char *append, const struct run_options *options)
{
        char *line = ab_format("console=ttyS0 panic=1%s%s%s", options->quiet ? " quiet" : "",
                               *append ? " " : "", append);
        char **word;

        if (kind == KERNEL_LINUX) {
                /* 2.6.9 keeps 255 bytes and says nothing. */
                if (strlen(line) > 255)
                        ab_warn("the kernel's command line has %zu bytes: kernels before 2.6.24 "
                                "keep 255",
                                strlen(line));
                return line;
        }
        free(line);
        line = ab_strdup(append);
        for (word = options->command; word && *word; word++)
                line = ab_format("%s%s%s", line, *line ? " " : "", *word);
        if (options->quiet)
                line = ab_format("%s%squiet", line, *line ? " " : "");
        return line;
}

void run_prepare_bare(struct run_images *images, const struct run_options *options)
{
        enum kernel_kind kind;
        char *kernel = run_kernel(options->kernel, false, &kind, options);
        char *initrd = run_initrd(options->initrd, kind, options);
        char *line = run_command_line(kind, options->append, options);

        images->boot = kernel;
        images->command_line = line;
        images->machine_mb = options->memory_mb;
        if (kind == KERNEL_LINUX) {
                images->boot = ab_path_required(AB_PLACE_SHARE, "bare-loader");
                images->command_line = ab_format("cmdline: %s", line);
                run_add_module(images, kernel);
        }
        if (initrd)
                run_add_module(images, initrd);
}
