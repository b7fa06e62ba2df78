/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * afterburn run: the parts share these types.
 *
 *      options.c       what the user asked for
 *      ports.c         ports of the machine for guests
 *      backend.c       what --hypervisor= may be
 *      image.c         kernel and root file system, checked and made ready
 *      machine.c       the emulator's command line (QEMU, bochs, GRUB ISO)
 *      session.c       console, time limit, result
 *      reports.c       control channel: what guests, monitor and L4 say of how it goes
 */
#ifndef AFTERBURN_RUN_H
#define AFTERBURN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <afterburn/vm.h>

struct run_options;
struct run_images;

/* A hypervisor, as one row of backend.c. */
struct run_backend {
        const char *name;
        unsigned least_mb, most_mb; /* memory of a guest */
        unsigned machines;          /* guests side by side */
        /* Check what the user gave and fill in `images'. */
        void (*prepare)(struct run_images *images, const struct run_options *options);
        const char *kernel, *wedge; /* of L4: files below AB_PLACE_LIB and AB_PLACE_SHARE */
};

/*
 * The row called `name', of l4x the one for `layout' (NULL: split); ends the program with
 * status 2 where there is none.
 */
const struct run_backend *run_backend(const char *name, const char *layout);

/* Ports of the real machine, as ranges. */
struct run_ports {
        unsigned count;
        uint16_t first[AB_VM_PORTS], last[AB_VM_PORTS];
};

/* ports=`text'; ends the program with status 2 where it is wrong. */
void run_ports(struct run_ports *ports, const char *text);
/* A port both have; -1: there is none. */
int run_common_port(const struct run_ports *a, const struct run_ports *b);

/* One of several guests: --vm.  What is NULL or 0 is as for a single one. */
struct run_guest {
        const char *name, *kernel, *initrd, *append;
        unsigned memory_mb, share;
        struct run_ports ports;
};

#define RUN_GUESTS     8
#define RUN_ONLY_GUEST "guest" /* its name on L4, where the user gave none */

struct run_options {
        const struct run_backend *hypervisor;
        struct run_guest guest[RUN_GUESTS];
        unsigned guests;      /* 0: one, without a name */
        const char *emulator; /* "qemu" or "bochs" */
        const char *kernel;
        const char *initrd;  /* NULL: the sample root file system */
        const char *cpu;     /* emulator's name of the processor; NULL: its default */
        const char *machine; /* QEMU's machine type */
        const char *append;  /* more of the kernel's command line */
        const char *log;     /* NULL: none */
        const char *without; /* words of afterburn/without.h; NULL: none */
        const char *iso;     /* NULL: none is kept */
        const char *l4_kernel, *l4_loader, *l4_sigma0; /* NULL: this project's */
        const char **extra;                            /* --emulator-option, NULL-terminated */
        unsigned memory_mb;
        struct run_ports ports;
        unsigned l4_memory_mb; /* 0: by each guest's memory */
        double timeout;        /* seconds; 0: none */
        bool icount, dry_run, quiet;
        char **command; /* NULL-terminated; NULL: none given */
};

/* Parse the arguments; ends the program with status 2 on a usage error. */
void run_parse(struct run_options *options, int argc, char **argv);

enum kernel_kind {
        KERNEL_LINUX,     /* vmlinux or bzImage: started by the loader */
        KERNEL_MULTIBOOT, /* a sample: started directly */
};

#define RUN_MODULES 32

/* What a boot loader loads; all names are paths an emulator may open. */
struct run_images {
        char *boot;         /* started first, by the multiboot protocol */
        char *command_line; /* ... with this */
        char *module[RUN_MODULES];
        unsigned modules;
        unsigned machine_mb; /* memory of the machine */
        const char *cpu;     /* NULL: the emulator's usual one */
        bool debug_exit;     /* it ends by QEMU's isa-debug-exit, status 2n + 65 */
};

/* Add a module; returns its number. */
unsigned run_add_module(struct run_images *images, char *path);

/*
 * Parts of a backend's prepare(): kernel and root file system of a guest are checked
 * and copied, to memory files that go away with this process.
 */

/* The kernel; only what is loaded of it unless `whole'. */
char *run_kernel(const char *path, bool whole, enum kernel_kind *kind,
                 const struct run_options *options);
/* The root file system with the command in it; NULL: none is needed. */
char *run_initrd(const char *path, enum kernel_kind kind, const struct run_options *options);
/* The guest's command line. */
char *run_command_line(enum kernel_kind kind, const char *append,
                       const struct run_options *options);
/* A memory file with these bytes, with this text; @name is for messages only. */
char *run_copy(const char *name, const void *data, size_t bytes);
char *run_text(const char *name, const char *text);

/* A file of the user's, for reading; ends the program where it cannot be, or is empty. */
struct run_file {
        const unsigned char *data;
        size_t bytes;
};
struct run_file run_map(const char *path, const char *remedy);
void run_unmap(const struct run_file *file);
/* A boot loader may start it. */
bool run_is_multiboot(const struct run_file *file);

/* The rows' functions. */
void run_prepare_bare(struct run_images *images, const struct run_options *options);
void run_prepare_l4(struct run_images *images, const struct run_options *options);

/* Descriptors and names of the machine's two serial lines. */
struct run_lines {
        int console_in;  /* written by us */
        int console_out; /* read by us */
        int control;     /* read by us */
        int display;     /* bochs' screen, read and dropped; -1: none */
};

/*
 * Start the emulator.  Returns its process id; fills `lines'.  With `dry_run'
 * prints the command and ends the program.
 */
int run_start(struct run_lines *lines, const struct run_options *options,
              const struct run_images *images);

/* Of one guest. */
struct run_report {
        const char *name;
        bool ended;
        int status;      /* its command's, or RUN_NO_REPORT */
        char error[400]; /* what ended it without a status */
        char stuck[80];  /* where it stands if it makes no progress */
        bool panicked;   /* its console says so */
        bool silent;     /* nothing more is shown of it with --quiet */
};

/* What has been said on the control channel, and by whom. */
struct run_reports {
        struct run_report guest[RUN_GUESTS];
        unsigned count, ended;
        bool several_speak; /* and each line says who does (afterburn/vm.h) */
        bool ready;
        char stopped[400]; /* why L4 itself did */
        unsigned long long ticks, entries, requests, threads;
};

void run_reports_begin(struct run_reports *reports, const struct run_options *options);
/* Take a line; prints what is to be told at once. */
void run_reports_line(struct run_reports *reports, const char *line);
/* The guest whose line on the console begins so; NULL: nobody's. */
struct run_report *run_report_at(struct run_reports *reports, const char *console_line);
int run_worst_status(const struct run_reports *reports);
/*
 * In @text, with its name where there are several: what is with the first guest that ended and did
 * not end well; that has not ended and does not look well.  NULL: there is none.
 */
const char *run_failure(const struct run_reports *reports, char *text, size_t bytes);
const char *run_hindrance(const struct run_reports *reports, char *text, size_t bytes);

#define RUN_PANICKED "the guest panicked"

/* Follow the machine to its end; prints the closing line; returns the exit status. */
int run_session(const struct run_options *options, const struct run_images *images,
                const struct run_lines *lines, int emulator);

/* Exit statuses of our own, beside the command's: those of timeout(1); and the worst of all. */
enum { RUN_TIMEOUT = 124, RUN_NO_REPORT = 125, RUN_WORST = 255 };

#endif
