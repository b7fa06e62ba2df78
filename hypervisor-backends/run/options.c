/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user may say, and what is meant where nothing is said. */
#include "config.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <afterburn/vm.h>
#include <afterburn/without.h>

#include "host/diag.h"
#include "run.h"

static const char usage[] =
    "Usage: afterburn run [OPTION ...] KERNEL [-- COMMAND [WORD ...]]\n"
    "Boots KERNEL (vmlinux, bzImage or a multiboot kernel) and runs COMMAND in it.\n"
    "  --hypervisor=NAME     what it runs on: bare, the machine itself; l4; or l4x, L4 with\n"
    "                        the extensions for virtual machines (bare)\n"
    "  --layout=NAME         on l4x: split, the guest kernel in a space of its own, or\n"
    "                        colocated, in each of its applications' (split)\n"
    "  --without=WORD,...    on the co-located layout, for measurements only: leave out\n"
    "                        recycling, limits (applications can reach the guest\n"
    "                        kernel), preemption, invalidation, bulk or master\n"
    "  --initrd=FILE         root file system (default: the sample one)\n"
    "  --memory=SIZE         memory, in megabytes (64M): 4M to 2048M, on l4 32M to 768M\n"
    "  --vm=NAME[,KEY=VALUE] on l4: one of several guests, up to 8; memory=, kernel=,\n"
    "                        initrd=, append= where it differs from the others;\n"
    "                        share=, of the processor, beside the others' (1)\n"
    "  --ports=RANGES        on l4: give the guest these ports of the machine, LOW-HIGH[:...],\n"
    "                        hexadecimal; of one of several: ports=, as above\n"
    "  --l4-kernel=FILE      another X.2 kernel than ours; its loader and sigma0, where\n"
    "  --l4-loader=FILE      ours do not do\n"
    "  --l4-sigma0=FILE\n"
    "  --l4-memory=SIZE      of L4's own memory what each guest may use for page tables\n"
    "                        and mappings, 1M to 64M (6M and a 16th of its memory)\n"
    "  --timeout=SECONDS     end the machine after this time, 0: never\n"
    "                        (300; never when interactive)\n"
    "  --append=TEXT         add to the kernel's command line\n"
    "  --log=FILE            write the console there too\n"
    "  --quiet               show only what the command prints\n"
    "  --cpu=NAME            processor, the emulator's name for it (pentium3)\n"
    "  --machine=TYPE        QEMU's machine (pc,acpi=off,hpet=off)\n"
    "  --icount              count instructions: time is their number\n"
    "  --emulator=NAME       qemu or bochs (qemu)\n"
    "  --emulator-option=O   pass one word on to the emulator\n"
    "  --iso=FILE            write a bootable CD image and boot from it\n"
    "  --dry-run             show the emulator's command only\n"
    "  --help, --version\n"
    "Exit status: COMMAND's; 124 time ran out, 125 the machine ended without a report,\n"
    "1 an error here, 2 usage.\n";

enum {
        O_HYPERVISOR = 256,
        O_INITRD,
        O_MEMORY,
        O_TIMEOUT,
        O_APPEND,
        O_LOG,
        O_QUIET,
        O_CPU,
        O_MACHINE,
        O_ICOUNT,
        O_EMULATOR,
        O_EXTRA,
        O_ISO,
        O_DRY_RUN,
        O_VM,
        O_PORTS,
        O_LAYOUT,
        O_WITHOUT,
        O_L4_KERNEL,
        O_L4_LOADER,
        O_L4_SIGMA0,
        O_L4_MEMORY,
        O_HELP,
        O_VERSION
};

static const struct option table[] = {
    {"hypervisor", 1, NULL, O_HYPERVISOR},
    {"initrd", 1, NULL, O_INITRD},
    {"memory", 1, NULL, O_MEMORY},
    {"timeout", 1, NULL, O_TIMEOUT},
    {"append", 1, NULL, O_APPEND},
    {"log", 1, NULL, O_LOG},
    {"quiet", 0, NULL, O_QUIET},
    {"cpu", 1, NULL, O_CPU},
    {"machine", 1, NULL, O_MACHINE},
    {"icount", 0, NULL, O_ICOUNT},
    {"emulator", 1, NULL, O_EMULATOR},
    {"emulator-option", 1, NULL, O_EXTRA},
    {"iso", 1, NULL, O_ISO},
    {"dry-run", 0, NULL, O_DRY_RUN},
    {"vm", 1, NULL, O_VM},
    {"ports", 1, NULL, O_PORTS},
    {"layout", 1, NULL, O_LAYOUT},
    {"without", 1, NULL, O_WITHOUT},
    {"l4-kernel", 1, NULL, O_L4_KERNEL},
    {"l4-loader", 1, NULL, O_L4_LOADER},
    {"l4-sigma0", 1, NULL, O_L4_SIGMA0},
    {"l4-memory", 1, NULL, O_L4_MEMORY},
    {"help", 0, NULL, O_HELP},
    {"version", 0, NULL, O_VERSION},
    {NULL, 0, NULL, 0},
};

/* Megabytes; what a hypervisor can give is checked once it is known. */
static unsigned size(const char *option, const char *text)
{
        char *end;
        unsigned long mb = strtoul(text, &end, 10);

        if (end != text && (*end == 'G' || *end == 'g')) {
                mb *= 1024;
                end++;
        } else if (*end == 'M' || *end == 'm') {
                end++;
        }
        if (end == text || *end || !mb || mb > 1u << 20)
                ab_die(AB_EXIT_USAGE, "%s=%s: not a size: give megabytes", option, text);
        return (unsigned)mb;
}

static unsigned memory(const char *text)
{
        return size("--memory", text);
}

static unsigned l4_memory(const char *text)
{
        unsigned mb = size("--l4-memory", text);

        if (mb < AB_VM_L4_MEMORY_LEAST || mb > AB_VM_L4_MEMORY_MOST)
                ab_die(AB_EXIT_USAGE, "--l4-memory=%s: give %uM to %uM", text,
                       AB_VM_L4_MEMORY_LEAST, AB_VM_L4_MEMORY_MOST);
        return mb;
}

static unsigned share(const char *text)
{
        char *end;
        unsigned long value = strtoul(text, &end, 10);

        if (end == text || *end || !value || value > AB_VM_SHARE_MOST)
                ab_die(AB_EXIT_USAGE, "share=%s: not a share: give 1 to %u", text,
                       AB_VM_SHARE_MOST);
        return (unsigned)value;
}

static void check_memory(const struct run_backend *hypervisor, unsigned mb)
{
        if (mb < hypervisor->least_mb || mb > hypervisor->most_mb)
                ab_die(AB_EXIT_USAGE, "--memory=%uM: a guest of %s has %uM to %uM", mb,
                       hypervisor->name, hypervisor->least_mb, hypervisor->most_mb);
}

/* It stands before each of the guest's lines, on the console and for us. */
static bool is_name(const char *word)
{
        size_t n = strlen(word), i;

        for (i = 0; i < n; i++)
                if (!isgraph((unsigned char)word[i]) || strchr("=:", word[i]))
                        return false;
        return n && n < AB_VM_NAME_BYTES;
}

/* NAME[,KEY=VALUE ...] */
static void add_guest(struct run_options *options, const char *text)
{
        struct run_guest *guest = &options->guest[options->guests];
        char *rest = ab_strdup(text), *word = strsep(&rest, ",");
        unsigned i;

        if (options->guests == RUN_GUESTS)
                ab_die(AB_EXIT_USAGE, "--vm=%s: more than %u guests", text, RUN_GUESTS);
        if (!is_name(word))
                ab_die(AB_EXIT_USAGE, "--vm=%s: give a name of up to 31 characters first", text);
        for (i = 0; i < options->guests; i++)
                if (!strcmp(options->guest[i].name, word))
                        ab_die(AB_EXIT_USAGE, "--vm=%s: there is one of that name: give another",
                               text);
        *guest = (struct run_guest){.name = word};
        while ((word = strsep(&rest, ","))) {
                char *value = strchr(word, '=');

                if (value)
                        *value++ = 0;
                if (value && !strcmp(word, "memory"))
                        guest->memory_mb = memory(value);
                else if (value && !strcmp(word, "share"))
                        guest->share = share(value);
                else if (value && !strcmp(word, "ports"))
                        run_ports(&guest->ports, value);
                else if (value && !strcmp(word, "kernel"))
                        guest->kernel = value;
                else if (value && !strcmp(word, "initrd"))
                        guest->initrd = value;
                else if (value && !strcmp(word, "append"))
                        guest->append = value;
                else
                        ab_die(AB_EXIT_USAGE,
                               "--vm=%s: %s: give memory=, share=, ports=, kernel=, initrd= or "
                               "append=",
                               text, word);
        }
        options->guests++;
}

static bool all_have_kernels(const struct run_options *options)
{
        unsigned i;

        for (i = 0; i < options->guests; i++)
                if (!options->guest[i].kernel)
                        return false;
        return options->guests;
}

/* No port is given twice; --ports is for a single guest. */
static void check_ports(const struct run_options *options)
{
        unsigned i, j;
        int port;

        if (options->ports.count && (!options->hypervisor->kernel || options->guests))
                ab_die(AB_EXIT_USAGE, "--ports: %s",
                       options->guests ? "which guest's: give --vm=NAME,ports="
                                       : "bare has them all: use --hypervisor=l4");
        for (i = 0; i < options->guests; i++) {
                for (j = 0; j < i; j++) {
                        port = run_common_port(&options->guest[i].ports, &options->guest[j].ports);
                        if (port >= 0)
                                ab_die(AB_EXIT_USAGE, "--vm=%s: port %x has been given to %s",
                                       options->guest[i].name, (unsigned)port,
                                       options->guest[j].name);
                }
                if (options->guest[i].ports.count && !options->hypervisor->kernel)
                        ab_die(AB_EXIT_USAGE, "--vm=%s: bare has all ports: use --hypervisor=l4",
                               options->guest[i].name);
        }
}

/* What makes sense only together. */
static void check(const struct run_options *options)
{
        unsigned i, common = !options->guests;

        for (i = 0; i < options->guests; i++) {
                if (!options->guest[i].memory_mb)
                        common = 1;
                else
                        check_memory(options->hypervisor, options->guest[i].memory_mb);
        }
        if (common)
                check_memory(options->hypervisor, options->memory_mb);
        if (options->guests > options->hypervisor->machines)
                ab_die(AB_EXIT_USAGE, "--vm: %s runs %u guest: use --hypervisor=l4",
                       options->hypervisor->name, options->hypervisor->machines);
        check_ports(options);
        if ((options->l4_kernel || options->l4_loader || options->l4_sigma0) &&
            !options->hypervisor->kernel)
                ab_die(AB_EXIT_USAGE, "--l4-kernel: %s is no L4: use --hypervisor=l4",
                       options->hypervisor->name);
        if (options->l4_memory_mb && !options->hypervisor->kernel)
                ab_die(AB_EXIT_USAGE, "--l4-memory: %s is no L4: use --hypervisor=l4",
                       options->hypervisor->name);
        if (options->without && strcmp(options->hypervisor->name, "l4x-colocated"))
                ab_die(AB_EXIT_USAGE,
                       "--without=%s: %s has nothing to do without: use --hypervisor=l4x "
                       "--layout=colocated",
                       options->without, options->hypervisor->name);
        if (options->icount && strcmp(options->emulator, "qemu"))
                ab_die(AB_EXIT_USAGE, "--icount: bochs cannot: use --emulator=qemu");
}

#define WORD(name, word) " " word

static const char *without(const char *words)
{
        if (!ab_without(words))
                ab_die(AB_EXIT_USAGE, "--without=%s: not known: give some of:%s", words,
                       AB_WITHOUT_LIST(WORD));
        return words;
}

static double seconds(const char *text)
{
        char *end;
        double value = strtod(text, &end);

        if (end == text || *end || !(value >= 0) || value > 1e6)
                ab_die(AB_EXIT_USAGE, "--timeout=%s: not a time: give seconds", text);
        return value;
}

static const char *one_of(const char *option, const char *text, const char *first,
                          const char *second)
{
        if (strcmp(text, first) && (!second || strcmp(text, second)))
                ab_die(AB_EXIT_USAGE, "%s=%s: not known: give %s%s%s", option, text, first,
                       second ? " or " : "", second ? second : "");
        return text;
}

void run_parse(struct run_options *options, int argc, char **argv)
{
        const char *hypervisor = "bare", *layout = NULL;
        unsigned extras = 0;
        int option;

        *options = (struct run_options){.emulator = "qemu",
                                        .machine = "pc,acpi=off,hpet=off",
                                        .append = "",
                                        .memory_mb = 64,
                                        .timeout = -1};
        options->extra = ab_alloc(((unsigned long)argc + 1) * sizeof *options->extra);
        opterr = 0;
        /* "+": stop at the kernel, so that the command keeps its own options. */
        while ((option = getopt_long(argc, argv, "+:", table, NULL)) >= 0) {
                switch (option) {
                case O_HYPERVISOR:
                        hypervisor = optarg;
                        break;
                case O_INITRD:
                        options->initrd = optarg;
                        break;
                case O_MEMORY:
                        options->memory_mb = memory(optarg);
                        break;
                case O_TIMEOUT:
                        options->timeout = seconds(optarg);
                        break;
                case O_APPEND:
                        options->append = optarg;
                        break;
                case O_LOG:
                        options->log = optarg;
                        break;
                case O_QUIET:
                        options->quiet = true;
                        break;
                case O_CPU:
                        options->cpu = optarg;
                        break;
                case O_MACHINE:
                        options->machine = optarg;
                        break;
                case O_ICOUNT:
                        options->icount = true;
                        break;
                case O_EMULATOR:
                        options->emulator = one_of("--emulator", optarg, "qemu", "bochs");
                        break;
                case O_EXTRA:
                        options->extra[extras++] = optarg;
                        break;
                case O_ISO:
                        options->iso = optarg;
                        break;
                case O_DRY_RUN:
                        options->dry_run = true;
                        break;
                case O_VM:
                        add_guest(options, optarg);
                        break;
                case O_PORTS:
                        run_ports(&options->ports, optarg);
                        break;
                case O_LAYOUT:
                        layout = one_of("--layout", optarg, "split", "colocated");
                        break;
                case O_WITHOUT:
                        options->without = without(optarg);
                        break;
                case O_L4_KERNEL:
                        options->l4_kernel = optarg;
                        break;
                case O_L4_LOADER:
                        options->l4_loader = optarg;
                        break;
                case O_L4_SIGMA0:
                        options->l4_sigma0 = optarg;
                        break;
                case O_L4_MEMORY:
                        options->l4_memory_mb = l4_memory(optarg);
                        break;
                case O_HELP:
                        fputs(usage, stdout);
                        exit(AB_EXIT_OK);
                case O_VERSION:
                        ab_print_version("afterburn-run");
                        exit(AB_EXIT_OK);
                default:
                        ab_die(AB_EXIT_USAGE, "%s: %s: try --help", argv[optind - 1],
                               option == ':' ? "needs a value" : "no such option");
                }
                if (options->kernel)
                        break;
        }
        if (optind > 1 && !strcmp(argv[optind - 1], "--"))
                optind--;
        if (optind < argc && strcmp(argv[optind], "--"))
                options->kernel = argv[optind++];
        /* Options may stand behind the kernel too, up to "--". */
        if (options->kernel && optind < argc && argv[optind][0] == '-' &&
            strcmp(argv[optind], "--")) {
                char *kernel = (char *)options->kernel;
                int i;

                for (i = optind; i < argc && strcmp(argv[i], "--"); i++)
                        argv[i - 1] = argv[i];
                argv[i - 1] = kernel;
                optind = 1;
                run_parse(options, argc, argv);
                return;
        }
        options->hypervisor = run_backend(hypervisor, layout);
        if (!options->kernel && !all_have_kernels(options))
                ab_die(AB_EXIT_USAGE, "no kernel: name a vmlinux or bzImage, or try --help");
        if (optind < argc) {
                if (strcmp(argv[optind], "--"))
                        ab_die(AB_EXIT_USAGE, "%s: unexpected: put -- before the command",
                               argv[optind]);
                if (optind + 1 < argc)
                        options->command = argv + optind + 1;
        }
        check(options);
        if (options->timeout < 0)
                options->timeout = !options->command && isatty(0) ? 0 : 300;
}
