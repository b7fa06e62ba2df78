/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the loader puts what Linux is started with.  Below 640 KB, so that no
 * kernel image covers it:
 *
 *      0x10000  free for a segment of the kernel that wants to lie here
 *      0x90000  boot parameters ("zero page"), one page
 *      0x91000  command line
 *      0x93000  stage: list of moves, entry, descriptor table
 *      0x94000  stub that carries out the moves
 */
#ifndef AFTERBURN_BARE_LOADER_H
#define AFTERBURN_BARE_LOADER_H

#define LOWEST_SEGMENT     0x10000
#define PARAMETERS_ADDRESS 0x90000
#define COMMAND_ADDRESS    0x91000
#define COMMAND_BYTES      4096
#define STAGE_ADDRESS      0x93000
#define STUB_ADDRESS       0x94000

/* Selectors of Linux's 32-bit boot protocol. */
#define BOOT_CS 0x10
#define BOOT_DS 0x18

/* struct stage */
#define STAGE_MOVES       32
#define STAGE_ENTRY       (16 * STAGE_MOVES)
#define STAGE_PARAMETERS  (STAGE_ENTRY + 4)
#define STAGE_GDT_POINTER (STAGE_ENTRY + 8)

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct move {
        uint32_t to, from, copy, clear;
};

struct stage {
        struct move moves[STAGE_MOVES];
        uint32_t entry;
        uint32_t parameters;
        struct {
                uint16_t limit;
                uint32_t base;
        } __attribute__((packed)) gdt_pointer;
        uint16_t unused;
        uint64_t gdt[4];
};
_Static_assert(offsetof(struct stage, entry) == STAGE_ENTRY, "start.S");
_Static_assert(offsetof(struct stage, gdt_pointer) == STAGE_GDT_POINTER, "start.S");

/* A span of physical memory. */
struct span {
        uint32_t start, end;
};

/* What the image asks for. */
struct image {
        struct span target; /* memory the kernel overwrites while it starts */
        uint32_t entry;     /* physical */
        uint32_t header;    /* file offset of the setup header to copy, 0: none */
        uint32_t header_bytes;
        unsigned moves;
        struct move move[STAGE_MOVES - 1]; /* `from' is an offset in the file */
};

/* image.c: understand vmlinux or bzImage; the message if it is neither. */
const char *image_parse(struct image *image, const uint8_t *file, uint32_t bytes);

/* console.c */
void console_fatal(const char *what, const char *remedy) __attribute__((noreturn));

void go(struct stage *stage) __attribute__((noreturn));
void loader_main(uint32_t magic, uint32_t information);
void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
#endif
#endif
