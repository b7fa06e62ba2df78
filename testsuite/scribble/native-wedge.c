/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * native-wedge [--break] IN OUT: bind a Linux image, with the real binder, to the smallest wedge
 * there can be: each vector executes the instruction it stands for, in ring 0, and
 * returns.  The bound kernel boots on bare hardware; if it behaves as before, sites,
 * calls, returns, registers and flags are right.  Where a record says the flags are
 * dead the vector inverts them.
 *
 * Left unbound: classes whose operands are in memory or that transfer control
 * (a real wedge interprets these), sites with an exception-table entry, those that an
 * alternative replaces, and code that runs before paging, where this wedge, unlike a
 * real one, is not mapped at the address of its table.
 *
 * With --break there is no vector for pushf, so that the guest must stop at the first
 * one: proof that vectors are what runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bind.h"
#include "host/diag.h"
#include "lowmem.h"
#include "tables.h"

static const uint8_t bound_classes[] = {
    AB_CLASS_CLI,       AB_CLASS_STI,         AB_CLASS_PUSHF,     AB_CLASS_POPF,
    AB_CLASS_HLT,       AB_CLASS_IN,          AB_CLASS_OUT,       AB_CLASS_MOV_FROM_CR,
    AB_CLASS_MOV_TO_CR, AB_CLASS_MOV_FROM_DR, AB_CLASS_MOV_TO_DR, AB_CLASS_CLTS,
    AB_CLASS_WBINVD,    AB_CLASS_CPUID,       AB_CLASS_RDTSC,     AB_CLASS_PUSH_SEG,
};

/* Functions that run before paging, at physical addresses. */
static const char *const unpaged[] = {
    "startup_32", "startup_32_smp", "verify_cpu", "mk_early_pgtbl_32", "checkCPUtype",  "is386",
    "is486",      "check_x87",      "setup_idt",  "default_entry",     "enable_paging",
};

static uint32_t table;  /* address of the vector table */
static bool flags_dead; /* the half that is being made */
static bool broken;     /* --break */

/* --- vectors -------------------------------------------------------------------- */

static void put_bytes(const char *bytes, unsigned n)
{
        while (n--)
                low_put((uint8_t)*bytes++);
}

#define PUT(bytes) put_bytes(bytes, sizeof(bytes) - 1)

static void begin(uint32_t vector)
{
        low_patch32(table + 4 * (vector + (flags_dead ? AB_VECTORS : 0)), low_here());
}

static void put_junk_flags(void)
{
        if (flags_dead)
                PUT("\x9c\x81\x34\x24\xd5\x08\x00\x00\x9d"); /* pushf; xor; popf */
}

/* The vector is @bytes, and returns. */
#define VECTOR(vector, bytes)                                                                      \
        do {                                                                                       \
                begin(vector);                                                                     \
                PUT(bytes);                                                                        \
                put_junk_flags();                                                                  \
                low_put(0xc3);                                                                     \
        } while (0)

/* in and out of an immediate port: edx is borrowed for it. */
static void put_port_vector(uint32_t vector, unsigned width, unsigned opcode)
{
        begin(vector);
        PUT("\x52\x0f\xb6\x54\x24\x08"); /* push %edx; movzbl 8(%esp),%edx */
        if (width == 1)
                low_put(0x66);
        low_put(width ? opcode | 1 : opcode);
        low_put(0x5a); /* pop %edx */
        put_junk_flags();
        PUT("\xc2\x04\x00"); /* ret $4 */
}

static void put_plain_port_vector(uint32_t vector, unsigned width, unsigned opcode)
{
        begin(vector);
        if (width == 1)
                low_put(0x66);
        low_put(width ? opcode | 1 : opcode);
        put_junk_flags();
        low_put(0xc3);
}

/* Moves of control and debug registers: all but those of %esp. */
static void put_register_vectors(uint32_t first, unsigned opcode)
{
        unsigned sys, reg;

        for (sys = 0; sys < 8; sys++)
                for (reg = 0; reg < 8; reg++) {
                        if (reg == AB_ESP)
                                continue;
                        begin(first + sys * 8 + reg);
                        low_put(0x0f);
                        low_put(opcode);
                        low_put(0xc0 | sys << 3 | reg);
                        put_junk_flags();
                        low_put(0xc3);
                }
}

/* push %seg: room for the selector where the return address is, and that below. */
static void put_push_vectors(void)
{
        unsigned segment;

        for (segment = 0; segment < 6; segment++) {
                begin(AB_VEC_PUSH_SEG + segment);
                PUT("\xff\x34\x24");                         /* pushl (%esp) */
                PUT("\xc7\x44\x24\x04\x00\x00\x00\x00\x8c"); /* movl $0,4(%esp); mov %seg,4(%esp) */
                low_put(0x44 | segment << 3);
                PUT("\x24\x04");
                put_junk_flags();
                low_put(0xc3);
        }
}

static void put_half(void)
{
        unsigned width;

        VECTOR(AB_VEC_CLI, "\xfa");
        if (!broken) /* pushl (%esp); pushf; popl 4(%esp) */
                VECTOR(AB_VEC_PUSHF, "\xff\x34\x24\x9c\x8f\x44\x24\x04");
        VECTOR(AB_VEC_HLT, "\xf4");
        VECTOR(AB_VEC_CLTS, "\x0f\x06");
        VECTOR(AB_VEC_WBINVD, "\x0f\x09");
        VECTOR(AB_VEC_CPUID, "\x0f\xa2");
        VECTOR(AB_VEC_RDTSC, "\x0f\x31");
        VECTOR(AB_VEC_PT_STORE, "");
        VECTOR(AB_VEC_PT_READ, "");
        VECTOR(AB_VEC_DEVICE, "");
        begin(AB_VEC_POPF);
        PUT("\xff\x74\x24\x04\x9d\xc2\x04\x00"); /* pushl 4(%esp); popf; ret $4 */

        /* the junk comes first: sti and its shadow go with the return */
        begin(AB_VEC_STI);
        low_patch32(table + 4 * (AB_VEC_STI_STEP + (flags_dead ? AB_VECTORS : 0)), low_here());
        low_patch32(table + 4 * (AB_VEC_STI_DEFER + (flags_dead ? AB_VECTORS : 0)), low_here());
        put_junk_flags();
        PUT("\xfb\xc3");

        for (width = 0; width < 3; width++) {
                put_plain_port_vector(AB_VEC_IN + width, width, 0xec);
                put_plain_port_vector(AB_VEC_OUT + width, width, 0xee);
                put_port_vector(AB_VEC_IN_IMM + width, width, 0xec);
                put_port_vector(AB_VEC_OUT_IMM + width, width, 0xee);
        }
        put_register_vectors(AB_VEC_MOV_FROM_CR, 0x20);
        put_register_vectors(AB_VEC_MOV_FROM_DR, 0x21);
        put_register_vectors(AB_VEC_MOV_TO_CR, 0x22);
        put_register_vectors(AB_VEC_MOV_TO_DR, 0x23);
        put_push_vectors();
}

/* Every vector that nothing was made for stops the machine: it must not be called. */
static void put_vectors(void)
{
        uint32_t stop, i;

        table = low_here();
        stop = table + AB_VECTOR_TABLE_BYTES;
        for (i = 0; i < 2 * AB_VECTORS; i++)
                low_put32(stop);
        PUT("\x0f\x0b"); /* ud2 */
        flags_dead = false;
        put_half();
        flags_dead = true;
        put_half();
}

/* --- sites ---------------------------------------------------------------------- */

static bool is_unpaged(const struct ab_image *image, uint32_t address)
{
        const struct ab_symbol *symbol = ab_image_symbol_at(image, address);
        unsigned i;

        /* what no symbol covers is start-up code in assembler */
        if (!symbol || (symbol->bytes && address >= symbol->address + symbol->bytes))
                return true;
        for (i = 0; i < sizeof(unpaged) / sizeof(unpaged[0]); i++)
                if (!strcmp(symbol->name, unpaged[i]))
                        return true;
        return false;
}

static bool is_wanted(const struct ab_image *image, const struct ab_record *record)
{
        unsigned kind = AB_RECORD_KIND_OF(record), i;
        uint32_t end = record->start + record->site_bytes;

        if (kind == AB_KIND_HOOK || is_unpaged(image, record->start) ||
            in_exception_table(image, record->start, end) ||
            in_alternative(image, record->start, end))
                return false;
        if (kind != AB_KIND_INSN)
                return true;
        for (i = 0; i < sizeof(bound_classes); i++)
                if (record->class_id == bound_classes[i])
                        return true;
        return false;
}

static uint8_t *code(void *context, uint32_t address, uint32_t *available)
{
        const struct ab_image *image = context;
        const struct ab_section *section = ab_image_section_at(image, address, 1);

        if (!section || !section->executable || !section->data)
                return NULL;
        *available = section->bytes - (address - section->address);
        return image->file + section->file_offset + (address - section->address);
}

int main(int argc, char **argv)
{
        struct ab_problem problem;
        struct ab_image *image;
        struct ab_record *wanted;
        struct ab_bind bind;
        unsigned i;

        ab_set_program("native-wedge");
        if (argc == 4 && !strcmp(argv[1], "--break")) {
                broken = true;
                argv++;
                argc--;
        }
        if (argc != 3)
                ab_die(AB_EXIT_USAGE, "usage: native-wedge [--break] IN OUT");
        image = ab_image_open(argv[1], &problem);
        if (!image)
                ab_die(AB_EXIT_ERROR, "%s", problem.text);
        if (image->form != AB_FORM_LINKED || image->packed)
                ab_die(AB_EXIT_ERROR, "%s: not a linked ELF file: give vmlinux", argv[1]);
        low_start(image);
        put_vectors();

        memset(&bind, 0, sizeof(bind));
        wanted = ab_alloc((image->record_count + 1ul) * sizeof(*wanted));
        for (i = 0; i < image->record_count; i++)
                if (is_wanted(image, &image->records[i]))
                        wanted[bind.count++] = image->records[i];
        bind.records = wanted;
        bind.work = ab_alloc((bind.count + 1ul) * AB_BIND_WORK_BYTES);
        bind.image = (struct ab_bind_image){image, code};
        /* nothing inline: there is no virtual processor */
        bind.wedge = (struct ab_wedge){.abi = AB_WEDGE_ABI, .vectors = table};
        if (ab_bind(&bind))
                ab_die(AB_EXIT_ERROR, "%s: 0x%x: %s", argv[1], bind.bad_address,
                       ab_bind_error_text(bind.error));
        low_write(image, argv[2]);
        printf("%u of %u sites bound\n", bind.count, image->record_count);
        ab_image_close(image);
        return 0;
}
