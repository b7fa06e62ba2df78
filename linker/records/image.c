/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening an image whatever its container is, and looking things up in it.
 */
#include "config.h"
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/diag.h"

/* Larger than any kernel with debug information; a limit against nonsense. */
#define FILE_LIMIT (1024UL << 20)

bool ab_problem_set(struct ab_problem *problem, const char *path, const char *format, ...)
{
        va_list arguments;
        int used = snprintf(problem->text, sizeof problem->text, "%.300s: ", path);

        va_start(arguments, format);
        vsnprintf(problem->text + used, sizeof problem->text - (size_t)used, format, arguments);
        va_end(arguments);
        return false;
}

void *ab_image_own(struct ab_image *image, void *memory)
{
        struct ab_image_private *private = image->private;

        private->owned =
            ab_realloc(private->owned, (private->owned_count + 1) * sizeof *private->owned);
        private->owned[private->owned_count++] = memory;
        return memory;
}

void ab_image_close(struct ab_image *image)
{
        if (!image)
                return;
        if (image->private->elf)
                elf_end(image->private->elf);
        for (unsigned i = 0; i < image->private->owned_count; i++)
                free(image->private->owned[i]);
        free(image->private->owned);
        free(image->private);
        free(image->sections);
        free(image->symbols);
        free(image->records);
        free(image->sources);
        free(image->notes);
        free(image->file);
        free(image->path);
        free(image);
}

static bool is_elf(const uint8_t *bytes, size_t count)
{
        return count >= SELFMAG && !memcmp(bytes, ELFMAG, SELFMAG);
}

/* Reads image->file, which belongs to the image already. */
static bool read_image(struct ab_image *image, struct ab_problem *problem)
{
        if (image->file_bytes == 0)
                return ab_problem_set(problem, image->path,
                                      "empty file: give a kernel, module or object file");
        if (ab_payload_is_bzimage(image->file, image->file_bytes)) {
                uint8_t *payload;
                size_t bytes;

                if (!ab_payload_unpack(image->path, image->file, image->file_bytes, &payload,
                                       &bytes, problem))
                        return false;
                free(image->file);
                image->file = payload;
                image->file_bytes = bytes;
                image->packed = true;
        }
        if (is_elf(image->file, image->file_bytes))
                return ab_elf_read(image, problem);
        return ab_flat_read(image, problem);
}

static struct ab_image *open_bytes(const char *path, uint8_t *bytes, size_t count, bool unsealed,
                                   struct ab_problem *problem)
{
        struct ab_image *image = ab_alloc(sizeof *image);

        image->private = ab_alloc(sizeof *image->private);
        image->private->unsealed = unsealed;
        image->path = ab_strdup(path);
        image->file = bytes;
        image->file_bytes = count;
        if (!read_image(image, problem)) {
                ab_image_close(image);
                return NULL;
        }
        ab_image_sort(image);
        return image;
}

struct ab_image *ab_image_from_memory(const char *path, const void *bytes, size_t count,
                                      struct ab_problem *problem)
{
        uint8_t *copy = ab_alloc(count);

        if (count)
                memcpy(copy, bytes, count);
        return open_bytes(path, copy, count, false, problem);
}

static struct ab_image *open_file(const char *path, bool unsealed, struct ab_problem *problem)
{
        struct stat status;
        uint8_t *bytes;
        size_t got = 0;
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd < 0 || fstat(fd, &status)) {
                ab_problem_set(problem, path, "cannot be read: %s", strerror(errno));
                if (fd >= 0)
                        close(fd);
                return NULL;
        }
        if (!S_ISREG(status.st_mode) || (unsigned long)status.st_size > FILE_LIMIT) {
                ab_problem_set(problem, path,
                               S_ISREG(status.st_mode)
                                   ? "larger than 1 GB: give a kernel, module or object file"
                                   : "not a regular file: give a kernel, module or object "
                                     "file");
                close(fd);
                return NULL;
        }
        bytes = ab_alloc((size_t)status.st_size);
        while (got < (size_t)status.st_size) {
                ssize_t n = read(fd, bytes + got, (size_t)status.st_size - got);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        break;
                got += (size_t)n;
        }
        close(fd);
        if (got < (size_t)status.st_size) {
                ab_problem_set(problem, path, "cannot be read whole: try again");
                free(bytes);
                return NULL;
        }
        return open_bytes(path, bytes, got, unsealed, problem);
}

struct ab_image *ab_image_open(const char *path, struct ab_problem *problem)
{
        return open_file(path, false, problem);
}

struct ab_image *ab_image_open_unsealed(const char *path, struct ab_problem *problem)
{
        return open_file(path, true, problem);
}

void ab_image_add_records(struct ab_image *image, const uint8_t *data, unsigned count)
{
        image->records =
            ab_realloc(image->records, (image->record_count + count) * sizeof *image->records);
        if (count)
                memcpy(image->records + image->record_count, data, count * sizeof *image->records);
        image->record_count += count;
}

static int by_start(const void *left, const void *right)
{
        const struct ab_record *a = left, *b = right;

        if (a->start != b->start)
                return a->start < b->start ? -1 : 1;
        return memcmp(a, b, sizeof *a);
}

static int by_source_start(const void *left, const void *right)
{
        const struct ab_source *a = left, *b = right;

        return a->start < b->start ? -1 : a->start > b->start;
}

static int by_symbol_address(const void *left, const void *right)
{
        const struct ab_symbol *a = left, *b = right;

        if (a->address != b->address)
                return a->address < b->address ? -1 : 1;
        if (a->kind != b->kind)
                return a->kind > b->kind ? -1 : 1;
        if (a->local != b->local)
                return a->local ? 1 : -1;
        return strcmp(a->name, b->name);
}

void ab_image_sort(struct ab_image *image)
{
        if (image->record_count)
                qsort(image->records, image->record_count, sizeof *image->records, by_start);
        if (image->source_count)
                qsort(image->sources, image->source_count, sizeof *image->sources, by_source_start);
        if (image->symbol_count)
                qsort(image->symbols, image->symbol_count, sizeof *image->symbols,
                      by_symbol_address);
}

const struct ab_section *ab_image_section_at(const struct ab_image *image, uint32_t address,
                                             uint32_t bytes)
{
        for (unsigned i = 0; i < image->section_count; i++) {
                const struct ab_section *section = &image->sections[i];

                if (section->allocated && address >= section->address &&
                    address - section->address < section->bytes &&
                    bytes <= section->bytes - (address - section->address))
                        return section;
        }
        return NULL;
}

const struct ab_section *ab_image_section(const struct ab_image *image, const char *name)
{
        for (unsigned i = 0; i < image->section_count; i++)
                if (!strcmp(image->sections[i].name, name))
                        return &image->sections[i];
        return NULL;
}

const uint8_t *ab_image_bytes(const struct ab_image *image, uint32_t address, uint32_t bytes)
{
        const struct ab_section *section = ab_image_section_at(image, address, bytes);

        return section && section->data ? section->data + (address - section->address) : NULL;
}

const struct ab_symbol *ab_image_symbol_at(const struct ab_image *image, uint32_t address)
{
        const struct ab_section *section = ab_image_section_at(image, address, 1);
        unsigned low = 0, high = image->symbol_count;
        const struct ab_symbol *label = NULL;

        while (low < high) {
                unsigned middle = low + (high - low) / 2;

                if (image->symbols[middle].address <= address)
                        low = middle + 1;
                else
                        high = middle;
        }
        /* The nearest function below, unless it is known to end before the address. */
        while (low-- > 0) {
                const struct ab_symbol *symbol = &image->symbols[low];

                if (section && symbol->address < section->address)
                        break;
                if (symbol->kind == AB_SYMBOL_FUNCTION) {
                        bool covers = !symbol->bytes || address - symbol->address < symbol->bytes;

                        if (covers || !label || label->address <= symbol->address) {
                                /* The first of several names for one place. */
                                while (low > 0 && covers &&
                                       image->symbols[low - 1].address == symbol->address &&
                                       image->symbols[low - 1].kind == AB_SYMBOL_FUNCTION)
                                        symbol = &image->symbols[--low];
                                return symbol;
                        }
                        break;
                }
                if (!label)
                        label = symbol;
        }
        return label;
}

char *ab_image_place(const struct ab_image *image, uint32_t address, char *buffer, size_t bytes)
{
        const struct ab_symbol *symbol = ab_image_symbol_at(image, address);
        const struct ab_section *section = ab_image_section_at(image, address, 1);

        if (symbol)
                snprintf(buffer, bytes, "%s+0x%x", symbol->name, address - symbol->address);
        else if (section && image->form != AB_FORM_FLAT)
                snprintf(buffer, bytes, "%s+0x%x", section->name, address - section->address);
        else
                snprintf(buffer, bytes, "0x%x", address);
        return buffer;
}

bool ab_image_linux_version(const struct ab_image *image, char *buffer, size_t bytes)
{
        static const char banner[] = "Linux version ";

        for (unsigned i = 0; i < image->section_count; i++) {
                const struct ab_section *section = &image->sections[i];
                const uint8_t *at, *end;

                if (!section->allocated || !section->data)
                        continue;
                at = section->data;
                end = at + section->bytes;
                while ((at = memmem(at, (size_t)(end - at), banner, sizeof banner - 1))) {
                        size_t n = 0;

                        at += sizeof banner - 1;
                        while (at + n < end && n + 1 < bytes &&
                               ((at[n] >= '0' && at[n] <= '9') || at[n] == '.')) {
                                buffer[n] = (char)at[n];
                                n++;
                        }
                        buffer[n] = 0;
                        if (n >= 3)
                                return true;
                }
        }
        return false;
}
