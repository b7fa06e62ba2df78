/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * afterburn link: bind an image ahead of time.
 *
 * The image is loaded into memory by the loader that a resource monitor uses, for the wedge
 * whose file says where it lies, and what then stands in memory goes back into the file.
 * So the code is what load-time binding would have made, and so are the errors.
 *
 * Manual: afterburn-link(1).
 */
#include "config.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/diag.h"
#include "host/output.h"
#include "host/paths.h"
#include "load.h"
#include "percpu.h"

static const char usage_text[] =
    "Usage: afterburn link --hypervisor=NAME [OPTION]... VMLINUX -o FILE\n"
    "Bind every site of an afterburned kernel for one hypervisor's wedge, ahead of time.\n"
    "\n"
    "  --hypervisor=NAME  whose wedge: l4, l4x-split or l4x-colocated\n"
    "  --wedge=FILE       the wedge's ELF file, in place of the installed one\n"
    "  -o, --output=FILE  where to write the bound kernel\n"
    "  --scribble         destroy what records call dead, as far as it fits: for tests\n"
    "  --stats            print what became of the sites, by class\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0 bound, 1 the file is at fault, 2 usage.  Manual: afterburn-link(1)\n";

struct options {
        const char *hypervisor, *wedge, *output, *input;
        bool scribble, stats;
};

struct file {
        uint8_t *bytes;
        uint32_t size;
        unsigned mode;
};

enum { GUEST_MEMORY = 0x30000000, LARGEST_FILE = 1 << 30 };

static struct file read_file(const char *path, const char *remedy)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat about;
        struct file file;
        size_t got = 0;

        if (fd < 0 || fstat(fd, &about))
                ab_die(AB_EXIT_ERROR, "%s: cannot be read: %s: %s", path, strerror(errno), remedy);
        if (!S_ISREG(about.st_mode) || !about.st_size || about.st_size > LARGEST_FILE)
                ab_die(AB_EXIT_ERROR, "%s: not a kernel's file: %s", path, remedy);
        file.size = (uint32_t)about.st_size;
        file.mode = about.st_mode & 0777;
        file.bytes = ab_alloc(file.size);
        while (got < file.size) {
                ssize_t n = read(fd, file.bytes + got, file.size - got);

                if (n <= 0)
                        ab_die(AB_EXIT_ERROR, "%s: cannot be read: %s: %s", path,
                               n ? strerror(errno) : "it became shorter", remedy);
                got += (size_t)n;
        }
        close(fd);
        return file;
}

static void find_wedge(const struct options *options, struct ab_wedge_description *wedge)
{
        char *name = ab_format("wedge-%s", options->hypervisor);
        char *path = options->wedge ? ab_strdup(options->wedge) : ab_path(AB_PLACE_SHARE, name);
        struct file file;

        if (!options->wedge && access(path, R_OK))
                ab_die(
                    AB_EXIT_USAGE,
                    "link: no wedge for hypervisor %s: there is none at %s: give l4, l4x-split or "
                    "l4x-colocated, or a wedge with --wedge",
                    options->hypervisor, path);
        file = read_file(path, "give the wedge's ELF file");
        if (!ab_load_describe(file.bytes, file.size, wedge))
                ab_die(AB_EXIT_ERROR, "%s: not a wedge of ABI %d: give the wedge's ELF file", path,
                       AB_WEDGE_ABI);
        if (strcmp(wedge->hypervisor, options->hypervisor))
                ab_die(AB_EXIT_ERROR, "%s: a wedge for %s, not for %s: give the other", path,
                       wedge->hypervisor, options->hypervisor);
        free(file.bytes);
        free(path);
        free(name);
}

/* Bind in memory; the loaded segments then go back to where in the file they came from. */
static void bind(const struct options *options, struct file *file, struct ab_load *load)
{
        const Elf32_Ehdr *header = (const void *)file->bytes;
        uint32_t i;

        load->memory = mmap(NULL, GUEST_MEMORY, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (load->memory == MAP_FAILED)
                ab_die(AB_EXIT_ERROR, "%s: no memory to bind in: %s", options->input,
                       strerror(errno));
        load->memory_bytes = GUEST_MEMORY;
        load->image = file->bytes;
        load->image_bytes = file->size;
        if (ab_load(load))
                ab_die(AB_EXIT_ERROR, "%s: %s", options->input, load->text);
        if (load->was_bound)
                ab_die(AB_EXIT_ERROR, "%s: bound for %s already: use it as it is", options->input,
                       load->target->hypervisor);
        for (i = 0; i < header->e_phnum; i++) {
                Elf32_Phdr segment;
                uint8_t *loaded;

                memcpy(&segment, file->bytes + header->e_phoff + i * sizeof(segment),
                       sizeof(segment));
                loaded = segment.p_type == PT_LOAD ? ab_load_loaded(load, segment.p_paddr) : NULL;
                if (loaded)
                        memcpy(file->bytes + segment.p_offset, loaded, segment.p_filesz);
        }
}

/* A buffer that grows; offsets into it are file offsets. */
static uint32_t append(struct file *file, const void *data, uint32_t bytes, uint32_t align)
{
        uint32_t at = (file->size + align - 1) / align * align;

        file->bytes = ab_realloc(file->bytes, at + bytes);
        memset(file->bytes + file->size, 0, at - file->size);
        memcpy(file->bytes + at, data, bytes);
        file->size = at + bytes;
        return at;
}

/*
 * Give the file one more section, the mark of a bound image.  Its bytes, the section names and
 * the section table go to the end of the file; what is loaded stays where it is.
 */
static void add_mark(const char *path, struct file *file, const struct ab_wedge_description *wedge)
{
        Elf32_Shdr *sections,
            mark = {.sh_type = SHT_PROGBITS, .sh_size = sizeof(*wedge), .sh_addralign = 4};
        Elf32_Ehdr header;
        Elf32_Shdr *names;
        uint32_t bytes;
        char *text;

        memcpy(&header, file->bytes, sizeof(header));
        bytes = header.e_shnum * sizeof(mark);
        if (header.e_shstrndx >= header.e_shnum || header.e_shentsize != sizeof(mark) ||
            header.e_shoff > file->size || bytes > file->size - header.e_shoff)
                ab_die(AB_EXIT_ERROR, "%s: has no section table: give the vmlinux as it was linked",
                       path);
        sections = ab_alloc(bytes + sizeof(mark));
        memcpy(sections, file->bytes + header.e_shoff, bytes);
        names = &sections[header.e_shstrndx];
        if (names->sh_offset > file->size || names->sh_size > file->size - names->sh_offset)
                ab_die(AB_EXIT_ERROR, "%s: has no section names: give the vmlinux as it was linked",
                       path);
        text = ab_alloc(names->sh_size + sizeof(AB_BOUND_SECTION));
        memcpy(text, file->bytes + names->sh_offset, names->sh_size);
        memcpy(text + names->sh_size, AB_BOUND_SECTION, sizeof(AB_BOUND_SECTION));
        mark.sh_name = names->sh_size;
        names->sh_size += sizeof(AB_BOUND_SECTION);
        names->sh_offset = append(file, text, names->sh_size, 1);
        mark.sh_offset = append(file, wedge, sizeof(*wedge), 4);
        sections[header.e_shnum] = mark;
        header.e_shoff = append(file, sections, bytes + sizeof(mark), 4);
        header.e_shnum++;
        memcpy(file->bytes, &header, sizeof(header));
        free(text);
        free(sections);
}

static void write_bound(const struct options *options, struct file *file,
                        const struct ab_wedge_description *wedge)
{
        struct ab_output output;

        add_mark(options->input, file, wedge);
        ab_output_open(&output, options->output);
        fwrite(file->bytes, 1, file->size, output.stream);
        ab_output_commit(&output, file->mode);
}

/* --- statistics ---------------------------------------------------------------------- */

static const char *row_name(unsigned row)
{
        static const char *const kinds[] = {"page-table store", "page-table read", "device access",
                                            "hook"};

        switch (row) {
#define AB_INSN(id, number, ...)                                                                   \
        case number:                                                                               \
                return #id;
#include <insn-ia32.def>
#undef AB_INSN
        }
        if (row >= AB_ROW_KIND(AB_KIND_PT_STORE) && row <= AB_ROW_KIND(AB_KIND_HOOK))
                return kinds[row - AB_ROW_KIND(AB_KIND_PT_STORE)];
        return "?";
}

static void print_stats(const struct ab_bind_stats *stats)
{
        struct ab_row_stats all = {0};
        unsigned i, s;

        printf("%-18s %6s %7s %6s %6s %6s %6s %6s\n", "class", "sites", "bytes", "inline", "call",
               "native", "slack", "least");
        for (i = 0; i < AB_ROWS; i++) {
                const struct ab_row_stats *row = &stats->row[i];

                if (!row->sites)
                        continue;
                printf("%-18s %6u %7u %6u %6u %6u %6u %6u\n", row_name(i), row->sites,
                       row->site_bytes, row->shape[AB_SHAPE_INLINE], row->shape[AB_SHAPE_CALL],
                       row->sites - row->shape[AB_SHAPE_INLINE] - row->shape[AB_SHAPE_CALL],
                       row->bound_bytes - row->code_bytes, row->least_slack);
                all.sites += row->sites;
                all.site_bytes += row->site_bytes;
                all.code_bytes += row->code_bytes;
                all.bound_bytes += row->bound_bytes;
                for (s = 0; s < AB_SHAPES; s++)
                        all.shape[s] += row->shape[s];
        }
        printf("%-18s %6u %7u %6u %6u %6u %6u\n", "all", all.sites, all.site_bytes,
               all.shape[AB_SHAPE_INLINE], all.shape[AB_SHAPE_CALL],
               all.sites - all.shape[AB_SHAPE_INLINE] - all.shape[AB_SHAPE_CALL],
               all.bound_bytes - all.code_bytes);
        printf("behind sti: %u deferred to the next site, %u step over an instruction, "
               "%u deliver at once\n",
               stats->sti_defer, stats->sti_step, stats->sti_at_once);
        if (stats->scribbled)
                printf("scribbled: %u sites\n", stats->scribbled);
}

/* --- command line ------------------------------------------------------------------------ */

static void read_options(struct options *options, int argc, char **argv)
{
        static const struct option long_options[] = {
            {"hypervisor", required_argument, NULL, 'H'},
            {"wedge", required_argument, NULL, 'w'},
            {"output", required_argument, NULL, 'o'},
            {"scribble", no_argument, NULL, 'S'},
            {"stats", no_argument, NULL, 's'},
            {"help", no_argument, NULL, 'h'},
            {"version", no_argument, NULL, 'v'},
            {NULL, 0, NULL, 0},
        };
        int option;

        opterr = 0;
        while ((option = getopt_long(argc, argv, "ho:", long_options, NULL)) != -1) {
                switch (option) {
                case 'H':
                        options->hypervisor = optarg;
                        break;
                case 'w':
                        options->wedge = optarg;
                        break;
                case 'o':
                        options->output = optarg;
                        break;
                case 'S':
                        options->scribble = true;
                        break;
                case 's':
                        options->stats = true;
                        break;
                case 'h':
                        fputs(usage_text, stdout);
                        exit(AB_EXIT_OK);
                case 'v':
                        ab_print_version("afterburn-link");
                        exit(AB_EXIT_OK);
                default:
                        ab_die(AB_EXIT_USAGE, "link: unknown option %s: see afterburn link --help",
                               argv[optind - 1]);
                }
        }
        if (argc - optind != 1 || !options->hypervisor || !options->output)
                ab_die(AB_EXIT_USAGE, "link: needs --hypervisor=NAME, one VMLINUX and -o FILE: see "
                                      "afterburn link --help");
        if (!strcmp(options->hypervisor, "bare"))
                ab_die(AB_EXIT_USAGE,
                       "link: bare metal needs no binding: run the vmlinux as it is");
        options->input = argv[optind];
}

int main(int argc, char **argv)
{
        static struct ab_wedge_description wedge;
        static struct ab_load load;
        struct options options = {0};
        struct file file;

        read_options(&options, argc, argv);
        find_wedge(&options, &wedge);
        file = read_file(options.input, "give a vmlinux");
        if (file.size < sizeof(Elf32_Ehdr) || memcmp(file.bytes, ELFMAG, SELFMAG))
                ab_die(AB_EXIT_ERROR,
                       "%s: not an ELF file: give the vmlinux the kernel's boot image "
                       "was made from",
                       options.input);
        if (((const Elf32_Ehdr *)(const void *)file.bytes)->e_type == ET_REL)
                ab_die(AB_EXIT_ERROR,
                       "%s: a relocatable file: a guest's wedge binds modules when it "
                       "loads them",
                       options.input);
        load.target = &wedge;
        load.scribble = options.scribble;
        bind(&options, &file, &load);
        write_bound(&options, &file, &wedge);
        ab_warn_of_percpu(options.input, file.bytes, file.size);
        if (options.stats)
                print_stats(&load.bind.stats);
        return AB_EXIT_OK;
}
