/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * counts: a QEMU plugin that counts what the cost model needs.
 *
 *      afterburn run --emulator-option=-plugin \
 *              --emulator-option=counts.so,out=FILE,user=0x80000000,entries=LIST ...
 *
 *      out=FILE        where the result goes (counts.tsv), one "NAME<tab>NUMBER" per line
 *      user=ADDRESS    instructions below it count as "user", others as "kernel"
 *      application=ADDRESS  entries that interrupted an instruction below it count apart
 *      entries=LIST    a file of lines "ADDRESS NAME" (what nm prints without its middle
 *                      column): executions of the instruction at ADDRESS count as NAME
 *
 * A program can have parts of its run counted apart by markers, which are the
 * instruction nopl 0xAB0C0D00+N(%eax): N = 0 ends a part, 1 and 2 begin or
 * continue part 1 or 2 of the present measurement, 3 begins the next measurement.
 * Lines "MEASUREMENT.PART:NAME<tab>NUMBER" follow, measurements counted from 1.
 * Markers themselves are not counted.  Addresses of LIST called mark_begin and mark_end do the
 * same for a program that has no markers: the next measurement, part 1, begins with the
 * instruction at the one and ends in front of the one at the other.
 *
 * Of each entry NAME those from applications also count as "application:NAME".  A page
 * fault right behind an iret is the fetch of the instruction returned to: an application's,
 * as kernels that run here have their text mapped.
 *
 * "iret_to_user" are those of the iret that went below user=ADDRESS.
 *
 * An instruction is sorted into kinds by its bytes when it is translated, prefixes
 * skipped, and counted by an inline addition each time it is executed.  An
 * instruction that faults counts too, and again when it is repeated.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu.h"

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

enum kind {
        PLAIN,
        INT,
        IRET,
        SYSENTER,
        SYSEXIT,
        MOV_CR3,
        MOV_CR4,
        MOV_CR,
        SEGMENT,
        DESCRIPTOR,
        MSR,
        FAR,
        FLAGS_IF,
        PORT,
        HLT,
        INVLPG,
        CPUID,
        RDTSC,
        KINDS
};

static const char *const kind_names[KINDS] = {
    "plain",    "int",      "iret",         "sysenter",         "sysexit", "cr3_load",
    "cr4_load", "other_cr", "segment_load", "descriptor_table", "wrmsr",   "far_transfer",
    "flags",    "port",     "hlt",          "invlpg",           "cpuid",   "rdtsc"};

static uint64_t by_kind[KINDS];
static uint64_t by_half[2]; /* user, kernel */
static uint64_t iret_to_user;
static bool after_iret, came_by_iret;
static uint64_t this_block, block_before;
static uint64_t user_end = 0x80000000, application_end = 0x80000000;
static const char *out_path = "counts.tsv";

static struct entry {
        uint64_t address, count, from_application;
        bool page_fault;
        char name[64];
} * entries;
static size_t entry_count;

/* --- markers -------------------------------------------------------------- */

#define MARKER_SIZE  7
#define MEASUREMENTS 32
#define PARTS        2
enum mark { MARK_OFF, MARK_NEXT = PARTS + 1 };
static const uint8_t marker[] = {0x0f, 0x1f, 0x80};
static const uint8_t marker_tail[] = {0x0d, 0x0c, 0xab};

/* What was counted within parts: kinds, iret_to_user, entries, entries from applications. */
static uint64_t *parts[MEASUREMENTS][PARTS];
static uint64_t *since; /* counters when the current part was entered */
static unsigned measurement, part;

static size_t counters(void)
{
        return KINDS + 1 + 2 * entry_count;
}

static uint64_t counter(size_t i)
{
        if (i < KINDS)
                return by_kind[i];
        if (i == KINDS)
                return iret_to_user;
        i -= KINDS + 1;
        return i < entry_count ? entries[i].count : entries[i - entry_count].from_application;
}

static void leave_part(void)
{
        uint64_t **sum;
        size_t i;

        if (part == MARK_OFF || !measurement || measurement > MEASUREMENTS)
                return;
        sum = &parts[measurement - 1][part - 1];
        if (!*sum)
                *sum = calloc(counters(), sizeof **sum);
        for (i = 0; *sum && i < counters(); i++)
                (*sum)[i] += counter(i) - since[i];
}

static void on_marker(unsigned vcpu, void *data)
{
        unsigned mark = (unsigned)(uintptr_t)data;
        size_t i;

        (void)vcpu;
        leave_part();
        part = mark == MARK_NEXT ? MARK_OFF : mark;
        measurement += mark == MARK_NEXT;
        for (i = 0; i < counters(); i++)
                since[i] = counter(i);
}

static void on_begin(unsigned vcpu, void *data)
{
        (void)data;
        on_marker(vcpu, (void *)(uintptr_t)MARK_NEXT);
        on_marker(vcpu, (void *)(uintptr_t)1);
}

static void on_end(unsigned vcpu, void *data)
{
        (void)data;
        if (part != MARK_OFF)
                on_marker(vcpu, (void *)(uintptr_t)MARK_OFF);
}

/* The number of the marker at `bytes'; -1 if it is none. */
static int marker_number(const uint8_t *bytes, size_t size)
{
        if (size != MARKER_SIZE || memcmp(bytes, marker, sizeof marker) ||
            memcmp(bytes + sizeof marker + 1, marker_tail, sizeof marker_tail) ||
            bytes[sizeof marker] > MARK_NEXT)
                return -1;
        return bytes[sizeof marker];
}

/* --- kinds of instructions --------------------------------------------------- */

static bool is_prefix(uint8_t byte)
{
        return byte == 0x26 || byte == 0x2e || byte == 0x36 || byte == 0x3e ||
               (byte >= 0x64 && byte <= 0x67) || byte == 0xf0 || byte == 0xf2 || byte == 0xf3;
}

/* Two-byte opcodes, behind 0x0f; `modrm' is the byte after. */
static enum kind classify_0f(uint8_t opcode, uint8_t modrm)
{
        unsigned reg = modrm >> 3 & 7;

        switch (opcode) {
        case 0x00:
                return reg == 2 || reg == 3 ? DESCRIPTOR : PLAIN; /* lldt, ltr */
        case 0x01:
                if (modrm < 0xc0 && (reg == 2 || reg == 3))
                        return DESCRIPTOR; /* lgdt, lidt */
                return modrm < 0xc0 && reg == 7 ? INVLPG : PLAIN;
        case 0x20:
                return MOV_CR;
        case 0x22:
                return reg == 3 ? MOV_CR3 : reg == 4 ? MOV_CR4 : MOV_CR;
        case 0x30:
                return MSR;
        case 0x31:
                return RDTSC;
        case 0x34:
                return SYSENTER;
        case 0x35:
                return SYSEXIT;
        case 0xa1:
        case 0xa9:
        case 0xb2:
        case 0xb4:
        case 0xb5:
                return SEGMENT;
        case 0xa2:
                return CPUID;
        default:
                return PLAIN;
        }
}

static enum kind classify(const uint8_t *bytes, size_t size)
{
        size_t i = 0;
        uint8_t opcode, modrm;

        while (i < size && is_prefix(bytes[i]))
                i++;
        if (i >= size)
                return PLAIN;
        opcode = bytes[i];
        modrm = i + 1 < size ? bytes[i + 1] : 0;
        switch (opcode) {
        case 0x0f:
                return classify_0f(modrm, i + 2 < size ? bytes[i + 2] : 0);
        case 0xcc:
        case 0xcd:
        case 0xce:
                return INT;
        case 0xcf:
                return IRET;
        case 0x07:
        case 0x17:
        case 0x1f:
        case 0x8e:
        case 0xc4:
        case 0xc5:
                return SEGMENT;
        case 0x9a:
        case 0xea:
        case 0xca:
        case 0xcb:
                return FAR;
        case 0xff:
                return modrm < 0xc0 && ((modrm >> 3 & 7) == 3 || (modrm >> 3 & 7) == 5) ? FAR
                                                                                        : PLAIN;
        case 0x9c:
        case 0x9d:
        case 0xfa:
        case 0xfb:
                return FLAGS_IF;
        case 0x6c ... 0x6f:
        case 0xe4 ... 0xe7:
        case 0xec ... 0xef:
                return PORT;
        case 0xf4:
                return HLT;
        default:
                return PLAIN;
        }
}

static int by_address(const void *a, const void *b)
{
        const struct entry *x = a, *y = b;

        return x->address < y->address ? -1 : x->address > y->address;
}

/* What iret cost depends on where it went: ask the block that runs next. */
static void on_iret(unsigned vcpu, void *data)
{
        (void)vcpu, (void)data;
        after_iret = true;
}

static void on_block(unsigned vcpu, void *address)
{
        (void)vcpu;
        block_before = this_block;
        this_block = (uintptr_t)address;
        came_by_iret = after_iret;
        if (!after_iret)
                return;
        after_iret = false;
        iret_to_user += (uintptr_t)address < user_end;
}

/* The first instruction of its block: what was interrupted is in the block before. */
static void on_entry(unsigned vcpu, void *data)
{
        struct entry *entry = data;

        (void)vcpu;
        entry->from_application +=
            block_before < application_end || (came_by_iret && entry->page_fault);
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
        size_t i, n = qemu_plugin_tb_n_insns(block);

        (void)id;
        qemu_plugin_register_vcpu_tb_exec_cb(block, on_block, QEMU_PLUGIN_CB_NO_REGS,
                                             (void *)(uintptr_t)qemu_plugin_tb_vaddr(block));
        for (i = 0; i < n; i++) {
                struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
                struct entry key = {.address = qemu_plugin_insn_vaddr(insn)}, *entry;
                enum kind kind = classify(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn));
                int mark = marker_number(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn));

                if (mark >= 0) {
                        qemu_plugin_register_vcpu_insn_exec_cb(
                            insn, on_marker, QEMU_PLUGIN_CB_NO_REGS, (void *)(uintptr_t)mark);
                        continue;
                }

                entry = entry_count ? bsearch(&key, entries, entry_count, sizeof key, by_address)
                                    : NULL;
                if (entry && !strcmp(entry->name, "mark_begin"))
                        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_begin,
                                                               QEMU_PLUGIN_CB_NO_REGS, NULL);
                if (entry && !strcmp(entry->name, "mark_end"))
                        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_end, QEMU_PLUGIN_CB_NO_REGS,
                                                               NULL);
                if (kind == IRET)
                        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_iret,
                                                               QEMU_PLUGIN_CB_NO_REGS, NULL);
                qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
                                                           &by_kind[kind], 1);
                qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
                                                           &by_half[key.address >= user_end], 1);
                if (entry) {
                        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
                                                                   &entry->count, 1);
                        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_entry,
                                                               QEMU_PLUGIN_CB_NO_REGS, entry);
                }
        }
}

static const char *prefix_of(size_t i)
{
        if (i <= KINDS)
                return "";
        return i <= KINDS + entry_count ? "entry:" : "application:";
}

static const char *name_of(size_t i)
{
        if (i < KINDS)
                return kind_names[i];
        return i == KINDS ? "iret_to_user" : entries[(i - KINDS - 1) % entry_count].name;
}

static void print_part(FILE *out, unsigned m, unsigned p)
{
        const uint64_t *sum = parts[m][p];
        uint64_t all = 0;
        size_t i;

        if (!sum)
                return;
        for (i = 0; i < KINDS; i++)
                all += sum[i];
        fprintf(out, "%u.%u:instructions\t%llu\n", m + 1, p + 1, (unsigned long long)all);
        for (i = 0; i < counters(); i++) {
                if (!sum[i])
                        continue;
                fprintf(out, "%u.%u:%s%s\t%llu\n", m + 1, p + 1, prefix_of(i), name_of(i),
                        (unsigned long long)sum[i]);
        }
}

static void on_exit_of_qemu(qemu_plugin_id_t id, void *data)
{
        FILE *out = fopen(out_path, "w");
        size_t i;

        (void)id, (void)data;
        if (!out) {
                fprintf(stderr, "counts: %s: cannot be written\n", out_path);
                return;
        }
        fprintf(out, "instructions\t%llu\n", (unsigned long long)(by_half[0] + by_half[1]));
        fprintf(out, "user\t%llu\nkernel\t%llu\n", (unsigned long long)by_half[0],
                (unsigned long long)by_half[1]);
        fprintf(out, "iret_to_user\t%llu\n", (unsigned long long)iret_to_user);
        for (i = 0; i < KINDS; i++)
                fprintf(out, "%s\t%llu\n", kind_names[i], (unsigned long long)by_kind[i]);
        for (i = 0; i < entry_count; i++)
                fprintf(out, "entry:%s\t%llu\n", entries[i].name,
                        (unsigned long long)entries[i].count);
        for (i = 0; i < MEASUREMENTS * PARTS; i++)
                print_part(out, (unsigned)(i / PARTS), (unsigned)(i % PARTS));
        fclose(out);
}

static bool read_entries(const char *path)
{
        FILE *list = fopen(path, "r");
        unsigned long long address;
        char name[64];

        if (!list)
                return false;
        while (fscanf(list, "%llx %63s", &address, name) == 2) {
                struct entry *more = realloc(entries, (entry_count + 1) * sizeof *entries);

                if (!more)
                        return false;
                entries = more;
                entries[entry_count] = (struct entry){.address = address};
                entries[entry_count].page_fault =
                    strstr(name, "page_fault") || !strcmp(name, "exception_14");
                strcpy(entries[entry_count++].name, name);
        }
        fclose(list);
        qsort(entries, entry_count, sizeof *entries, by_address);
        return true;
}

__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
        int i;

        (void)info;
        for (i = 0; i < argc; i++) {
                if (!strncmp(argv[i], "out=", 4)) {
                        out_path = strdup(argv[i] + 4);
                } else if (!strncmp(argv[i], "user=", 5)) {
                        user_end = strtoull(argv[i] + 5, NULL, 0);
                } else if (!strncmp(argv[i], "application=", 12)) {
                        application_end = strtoull(argv[i] + 12, NULL, 0);
                } else if (strncmp(argv[i], "entries=", 8) || !read_entries(argv[i] + 8)) {
                        fprintf(stderr, "counts: %s: not understood or not readable\n", argv[i]);
                        return 1;
                }
        }
        since = calloc(counters(), sizeof *since);
        if (!since)
                return 1;
        qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
        qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
        return 0;
}
