/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "golden.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/diag.h"

/* Physical line of each statement, to find it in gas's messages. */
static void write_source(const struct line *lines, unsigned count, const char *path,
                         unsigned *number)
{
        FILE *f = fopen(path, "w");
        bool intel = false;
        unsigned physical = 1;

        if (!f)
                ab_die(AB_EXIT_ERROR, "%s: cannot be written", path);
        for (unsigned i = 0; i < count; i++) {
                const struct line *line = &lines[i];

                if (line->intel != intel) {
                        intel = line->intel;
                        fprintf(f, "\t%s\n", intel ? ".intel_syntax noprefix" : ".att_syntax");
                        physical++;
                }
                fprintf(f, "T%u:\t%s%.*s %s\n", i, line->prefix, line->word->length,
                        line->word->name, line->form);
                physical += strchr(line->prefix, '\n') != NULL;
                if (number)
                        number[i] = physical;
                physical++;
        }
        fprintf(f, "T%u:\n", count);
        fclose(f);
}

unsigned golden_filter(struct line *lines, unsigned count, const char *directory)
{
        char *source = ab_format("%s/all.s", directory);
        char *errors = ab_format("%s/errors", directory);
        char *command = ab_format("as --32 -o %s/all.o %s 2>%s", directory, source, errors);
        unsigned *number = ab_alloc((count + 1) * sizeof *number);
        bool *bad;
        unsigned kept = 0;
        char text[512];
        FILE *f;

        write_source(lines, count, source, number);
        bad = ab_alloc(3 * count + 3);
        memset(bad, 0, 3 * count + 3);
        if (!system(command))
                ab_die(AB_EXIT_ERROR, "%s: gas accepts everything: the forms are wrong", source);
        f = fopen(errors, "r");
        while (f && fgets(text, sizeof text, f)) {
                const char *p = strstr(text, "all.s:");
                char *end;
                unsigned long n;

                if (!p || !(n = strtoul(p + 6, &end, 10)) || n >= 3 * count)
                        continue;
                if (strstr(end, "Error"))
                        bad[n] = true;
        }
        if (f)
                fclose(f);
        for (unsigned i = 0; i < count; i++)
                if (!bad[number[i]])
                        lines[kept++] = lines[i];
        free(bad);
        free(number);
        free(source);
        free(errors);
        free(command);
        return kept;
}

static void read_object(struct line *lines, unsigned count, const char *path, bool plain,
                        struct object *object)
{
        int descriptor = open(path, O_RDONLY);
        Elf *elf;
        Elf_Scn *section = NULL;
        size_t names;

        elf_version(EV_CURRENT);
        elf = elf_begin(descriptor, ELF_C_READ, NULL);
        if (!elf || elf_getshdrstrndx(elf, &names))
                ab_die(AB_EXIT_ERROR, "%s: not an object", path);
        memset(object, 0, sizeof *object);
        while ((section = elf_nextscn(elf, section))) {
                GElf_Shdr header;
                const char *name;
                Elf_Data *data = elf_getdata(section, NULL);

                gelf_getshdr(section, &header);
                name = elf_strptr(elf, names, header.sh_name);
                if (!strcmp(name, ".text")) {
                        object->text = ab_alloc(data->d_size + 16);
                        memcpy(object->text, data->d_buf, data->d_size);
                } else if (!strcmp(name, AB_RECORD_SECTION)) {
                        object->records = (unsigned)(data->d_size / sizeof *object->record);
                        object->record = ab_alloc(data->d_size);
                        memcpy(object->record, data->d_buf, data->d_size);
                } else if (header.sh_type == SHT_SYMTAB) {
                        for (size_t i = 0; i < header.sh_size / header.sh_entsize; i++) {
                                GElf_Sym symbol;
                                const char *text;
                                unsigned n;

                                gelf_getsym(data, (int)i, &symbol);
                                text = elf_strptr(elf, header.sh_link, symbol.st_name);
                                if (*text != 'T' || text[1] < '0' || text[1] > '9')
                                        continue;
                                n = (unsigned)strtoul(text + 1, NULL, 10);
                                if (n < count)
                                        *(plain ? &lines[n].plain_start : &lines[n].start) =
                                            (uint32_t)symbol.st_value;
                                if (n)
                                        *(plain ? &lines[n - 1].plain_end : &lines[n - 1].end) =
                                            (uint32_t)symbol.st_value;
                        }
                }
        }
        elf_end(elf);
        close(descriptor);
}

void golden_assemble(struct line *lines, unsigned count, const char *directory, const char *padding,
                     struct object *object)
{
        const char *build = getenv("top_builddir");
        char *source = ab_format("%s/good.s", directory);
        char *output = ab_format("%s/%s.o", directory, padding ? padding : "plain");
        char *command =
            padding ? ab_format(
                          "%s/libexec/afterburner/toolchain/as --32 -W --padding=%s -o %s %s 2>&1",
                          build ? build : ".", padding, output, source)
                    : ab_format("as --32 -W -o %s %s 2>&1", output, source);

        unlink(output);
        write_source(lines, count, source, NULL);
        if (system(command))
                ab_die(AB_EXIT_ERROR, "%s: does not assemble", source);
        read_object(lines, count, output, !padding, object);
        free(source);
        free(output);
        free(command);
}
