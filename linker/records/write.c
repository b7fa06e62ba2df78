/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing: a record section replaced, a flat header sealed.
 *
 * An image keeps its layout: a kernel's file offsets are known to its boot
 * loader.  A record section that no longer fits its place moves to the end of
 * the file, behind which the section table is written anew.
 */
#include "config.h"
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/diag.h"
#include "host/output.h"

static unsigned mode_of(const char *path)
{
        struct stat status;

        return stat(path, &status) ? 0 : status.st_mode & 0777;
}

/* Write `count' bytes and give the file its name. */
static void write_whole(const char *path, const void *bytes, size_t count, unsigned mode)
{
        struct ab_output output;

        ab_output_open(&output, path);
        fwrite(bytes, 1, count, output.stream);
        ab_output_commit(&output, mode);
}

/* Put `data' into section `index' of the ELF file open for writing in `fd'. */
static bool replace_section(int fd, unsigned index, void *data, size_t bytes)
{
        Elf *elf = elf_begin(fd, ELF_C_RDWR, NULL);
        Elf32_Ehdr *header = elf ? elf32_getehdr(elf) : NULL;
        Elf_Scn *scn = elf ? elf_getscn(elf, index) : NULL;
        Elf32_Shdr *section = scn ? elf32_getshdr(scn) : NULL;
        Elf_Data *content = scn ? elf_getdata(scn, NULL) : NULL;
        size_t end = 0;
        bool done = false;

        if (header && section && content) {
                size_t count;

                elf_getshdrnum(elf, &count);
                for (size_t i = 1; i < count; i++) {
                        const Elf32_Shdr *other = elf32_getshdr(elf_getscn(elf, i));

                        if (other->sh_type != SHT_NOBITS && i != index &&
                            other->sh_offset + other->sh_size > end)
                                end = other->sh_offset + other->sh_size;
                }
                elf_flagelf(elf, ELF_C_SET, ELF_F_LAYOUT);
                if (bytes > section->sh_size) {
                        section->sh_offset = (Elf32_Off)((end + 15) & ~15ul);
                        end = section->sh_offset + bytes;
                        header->e_shoff = (Elf32_Off)((end + 15) & ~15ul);
                        elf_flagehdr(elf, ELF_C_SET, ELF_F_DIRTY);
                }
                section->sh_size = (Elf32_Word)bytes;
                content->d_buf = data;
                content->d_size = bytes;
                elf_flagshdr(scn, ELF_C_SET, ELF_F_DIRTY);
                elf_flagdata(content, ELF_C_SET, ELF_F_DIRTY);
                done = elf_update(elf, ELF_C_WRITE) >= 0;
        }
        if (elf)
                elf_end(elf);
        return done;
}

bool ab_image_write_records(const struct ab_image *image, const char *path,
                            const struct ab_record *records, unsigned count,
                            struct ab_problem *problem)
{
        const struct ab_section *section = ab_image_section(image, AB_RECORD_SECTION);
        size_t bytes = (size_t)count * sizeof *records;
        struct ab_output output;
        struct ab_record *copy;
        bool done;

        if (image->form == AB_FORM_FLAT || image->packed || !section || section->allocated)
                return ab_problem_set(problem, image->path,
                                      "has no record section to replace: give the vmlinux");
        if (image->form == AB_FORM_RELOCATABLE && count != image->record_count)
                return ab_problem_set(problem, image->path,
                                      "records of a relocatable file cannot be added or removed: "
                                      "give the linked image");
        copy = ab_alloc(bytes);
        if (bytes)
                memcpy(copy, records, bytes);
        if (image->form == AB_FORM_RELOCATABLE) {
                /* Starts are relocations: what the file holds there stays. */
                for (unsigned i = 0; i < count; i++)
                        memcpy(&copy[i].start,
                               image->file + section->file_offset + i * sizeof *copy, 4);
        }
        ab_output_open(&output, path);
        fwrite(image->file, 1, image->file_bytes, output.stream);
        fflush(output.stream);
        done = !ferror(output.stream) &&
               replace_section(fileno(output.stream), section->index, copy, bytes);
        free(copy);
        if (!done) {
                ab_output_abandon(&output);
                return ab_problem_set(problem, path, "cannot be written: %s",
                                      elf_errmsg(-1) ? elf_errmsg(-1) : strerror(errno));
        }
        ab_output_commit(&output, mode_of(image->path));
        return true;
}

bool ab_image_seal(const struct ab_image *image, const char *path, struct ab_problem *problem)
{
        struct ab_flat_header header;
        uint8_t *copy;

        if (!image->flat || image->packed)
                return ab_problem_set(problem, image->path,
                                      "has no record header to seal: build it with afterburn make");
        header = *image->flat;
        header.checksum = 0;
        copy = ab_alloc(image->file_bytes);
        memcpy(copy, image->file, image->file_bytes);
        header.checksum =
            0 - ab_flat_sum(&header, sizeof header) -
            ab_flat_sum(copy + image->flat_offset + sizeof header, header.record_bytes);
        memcpy(copy + image->flat_offset, &header, sizeof header);
        write_whole(path, copy, image->file_bytes, mode_of(image->path));
        free(copy);
        return true;
}
