/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * afterburn run: the parts share these types.
 *
 *      options.c       what the user asked for
 *      image.c         kernel and root file system, checked and made ready
 *      machine.c       the emulator's command line (QEMU, bochs, GRUB ISO)
 *      session.c       console, control channel, time limit, result
 */
#ifndef AFTERBURN_RUN_H
#define AFTERBURN_RUN_H

#include <stdbool.h>
#include <stdint.h>

struct run_options {
        const char *hypervisor; /* "bare" */
        const char *emulator;   /* "qemu" or "bochs" */
        const char *kernel;
        const char *initrd;  /* NULL: the sample root file system */
        const char *cpu;     /* emulator's name of the processor; NULL: its default */
        const char *machine; /* QEMU's machine type */
        const char *append;  /* more of the kernel's command line */
        const char *log;     /* NULL: none */
        const char *iso;     /* NULL: none is kept */
        const char **extra;  /* --emulator-option, NULL-terminated */
        unsigned memory_mb;
        double timeout; /* seconds; 0: none */
        bool icount, dry_run, quiet;
        char **command; /* NULL-terminated; NULL: none given */
};

/* Parse the arguments; ends the program with status 2 on a usage error. */
void run_parse(struct run_options *options, int argc, char **argv);

enum kernel_kind {
        KERNEL_LINUX,     /* vmlinux or bzImage: started by the loader */
        KERNEL_MULTIBOOT, /* a sample: started directly */
};

struct run_images {
        enum kernel_kind kind;
        char *kernel; /* paths an emulator may open */
        char *initrd; /* NULL: none */
        char *loader;
        char *command_line;
};

/*
 * Check kernel and root file system and prepare what the machine gets: the
 * loadable part of the kernel, and the root file system with the command in
 * it.  They live in memory files that go away with this process.
 */
void run_prepare(struct run_images *images, const struct run_options *options);

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

/* Follow the machine to its end; prints the closing line; returns the exit status. */
int run_session(const struct run_options *options, const struct run_lines *lines, int emulator);

/* Exit statuses of our own, beside the command's; those of timeout(1). */
enum { RUN_TIMEOUT = 124, RUN_NO_REPORT = 125 };

#endif
