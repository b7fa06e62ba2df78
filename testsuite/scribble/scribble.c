/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scribble [--also=MASK] IN OUT: destroy, at every site of an afterburned Linux image,
 * everything its record calls dead.  If the guest still works, the dead sets
 * are true as far as it ran.
 *
 * A site becomes a jump to a trampoline: the original instruction, code that
 * inverts the dead flags and overwrites the dead registers, a jump back behind
 * the site.  An instruction with a shadow, or that waits, stays in the site
 * instead and the destruction comes before it; these read neither registers nor
 * arithmetic flags.  Trampolines form a segment of their own in low memory,
 * physical 64 KB up, which the kernel must be told not to use (memmap=); there
 * the distance to the kernel is the same before paging and after.
 *
 * --also destroys the registers of MASK (hexadecimal, as in a record) besides, which
 * is a false claim: a guest that survives it shows that the test sees nothing.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <afterburn/insn.h>
#include "host/diag.h"
#include "host/output.h"
#include "records/image.h"
#include "tables.h"

enum { TRAMPOLINES = 0x10000, TRAMPOLINES_END = 0x80000, PAGE = 4096, JUMP_BYTES = 5 };

/* Why a site is left as it is. */
enum reason {
        SCRIBBLED,
        NOTHING_DEAD,
        TRANSFERS,
        IN_SHADOW,
        MAY_FAULT,
        IS_PATCHED,
        NO_ROOM,
        REASONS
};

static const char *const reason_text[REASONS] = {
        [SCRIBBLED] = "scribbled",
        [NOTHING_DEAD] = "nothing dead",
        [TRANSFERS] = "control transfer",
        [IN_SHADOW] = "in a shadow",
        [MAY_FAULT] = "exception table names it",
        [IS_PATCHED] = "alternative replaces it",
        [NO_ROOM] = "no room for a jump",
};

static uint8_t trampolines[TRAMPOLINES_END - TRAMPOLINES];
static uint32_t used, base; /* bytes of trampolines; their virtual address */
static unsigned also;       /* registers to destroy besides */

static void put(unsigned byte)
{
        if (used == sizeof(trampolines))
                ab_die(AB_EXIT_ERROR, "trampolines do not fit below 512 KB");
        trampolines[used++] = byte;
}

static void put32(uint32_t word)
{
        put(word & 255);
        put(word >> 8 & 255);
        put(word >> 16 & 255);
        put(word >> 24);
}

static void put_jump(uint32_t target)
{
        put(0xe9);
        put32(target - (base + used + 4));
}

/* AB_FLAG_* bits as bits of the flags register. */
static uint32_t flag_bits(unsigned dead)
{
        static const uint32_t bit[6] = {0x001, 0x004, 0x010, 0x040, 0x080, 0x800};
        uint32_t bits = 0;
        unsigned i;

        for (i = 0; i < 6; i++)
                if (dead >> i & 1)
                        bits |= bit[i];
        return bits;
}

/* Invert dead flags, then overwrite dead registers by moves, which keep flags. */
static void put_destruction(const struct ab_record *record)
{
        unsigned reg;

        if (record->dead_flags) {
                put(0x9c); /* pushfl; xorl $bits,(%esp); popfl */
                put(0x81);
                put(0x34);
                put(0x24);
                put32(flag_bits(record->dead_flags));
                put(0x9d);
        }
        for (reg = AB_EAX; reg <= AB_EDI; reg++)
                if ((record->dead_gprs | also) >> reg & 1 && reg != AB_ESP) {
                        put(0xb8 + reg);
                        put32(0x5c71bb1e + record->start * 2654435761u + reg);
                }
}

static bool is_insn(const struct ab_record *record, unsigned class)
{
        return AB_RECORD_KIND_OF(record) == AB_KIND_INSN && record->class_id == class;
}

/* These stay in the site: they cast a shadow, or wait, and read no register. */
static bool stays_in_site(const struct ab_record *record)
{
        return is_insn(record, AB_CLASS_STI) || is_insn(record, AB_CLASS_CLI) ||
               is_insn(record, AB_CLASS_HLT) || is_insn(record, AB_CLASS_CLTS) ||
               is_insn(record, AB_CLASS_WBINVD);
}

static bool transfers(const struct ab_record *record)
{
        static const uint8_t classes[] = {
                AB_CLASS_IRET, AB_CLASS_LRET, AB_CLASS_LJMP, AB_CLASS_LCALL, AB_CLASS_INT,
                AB_CLASS_INT3, AB_CLASS_INTO, AB_CLASS_SYSENTER, AB_CLASS_SYSEXIT,
                AB_CLASS_SYSCALL, AB_CLASS_SYSRET, AB_CLASS_RSM,
        };
        unsigned i;

        for (i = 0; i < sizeof(classes); i++)
                if (is_insn(record, classes[i]))
                        return true;
        return AB_RECORD_KIND_OF(record) == AB_KIND_HOOK;
}

/* Loads of %ss shield the next instruction; so does a sti this site. */
static bool in_shadow(const struct ab_image *image, unsigned index)
{
        const struct ab_record *record = &image->records[index];

        if (index) {
                const struct ab_record *before = record - 1;

                if (is_insn(before, AB_CLASS_STI) &&
                    before->start + before->site_bytes == record->start)
                        return true;
        }
        return (is_insn(record, AB_CLASS_MOV_TO_SEG) && AB_OP_SYS(record->operand) == 2) ||
               is_insn(record, AB_CLASS_POP_SEG) || is_insn(record, AB_CLASS_LSS);
}

static enum reason scribble(const struct ab_image *image, unsigned index)
{
        const struct ab_record *record = &image->records[index];
        const struct ab_section *section =
                ab_image_section_at(image, record->start, record->site_bytes);
        uint32_t end = record->start + record->site_bytes, target = base + used, i;
        uint8_t *site, insn[256];

        if (!(record->dead_gprs | record->dead_flags))
                return NOTHING_DEAD;
        if (transfers(record))
                return TRANSFERS;
        if (in_shadow(image, index))
                return IN_SHADOW;
        if (record->site_bytes < JUMP_BYTES + (stays_in_site(record) ? record->insn_bytes : 0))
                return NO_ROOM;
        if (in_exception_table(image, record->start, end))
                return MAY_FAULT;
        if (in_alternative(image, record->start, end))
                return IS_PATCHED;

        site = image->file + section->file_offset + (record->start - section->address);
        memcpy(insn, site + record->insn_offset, record->insn_bytes);
        if (stays_in_site(record)) {
                put_destruction(record);
                put_jump(end - record->insn_bytes);
        } else {
                for (i = 0; i < record->insn_bytes; i++)
                        put(insn[i]);
                put_destruction(record);
                put_jump(end);
        }
        memset(site, 0x90, record->site_bytes);
        if (stays_in_site(record))
                memcpy(site + record->site_bytes - record->insn_bytes, insn, record->insn_bytes);
        target -= record->start + JUMP_BYTES;
        site[0] = 0xe9;
        memcpy(site + 1, &target, 4);
        return SCRIBBLED;
}

/* PAGE_OFFSET: what separates virtual addresses from physical ones below 128 MB. */
static uint32_t page_offset(const struct ab_image *image)
{
        unsigned i;

        for (i = 0; i < image->section_count; i++)
                if (image->sections[i].executable && image->sections[i].allocated)
                        return image->sections[i].address & 0xf8000000;
        return 0;
}

/* The file, then the trampolines, then program headers with one more segment. */
static void write_image(const struct ab_image *image, const char *path)
{
        Elf32_Ehdr header;
        Elf32_Phdr segment;
        uint32_t at = (image->file_bytes + PAGE - 1) & -PAGE, phdrs = at + ((used + 3) & -4u);
        uint32_t bytes, old;
        uint8_t *file;
        struct ab_output output;

        memcpy(&header, image->file, sizeof(header));
        old = header.e_phnum * sizeof(segment);
        bytes = phdrs + old + sizeof(segment);
        file = ab_alloc(bytes);
        memset(file, 0, bytes);
        memcpy(file, image->file, image->file_bytes);
        memcpy(file + at, trampolines, used);
        memcpy(file + phdrs, image->file + header.e_phoff, old);
        memset(&segment, 0, sizeof(segment));
        segment.p_type = PT_LOAD;
        segment.p_offset = at;
        segment.p_vaddr = base;
        segment.p_paddr = TRAMPOLINES;
        segment.p_filesz = segment.p_memsz = used;
        segment.p_flags = PF_R | PF_X;
        segment.p_align = PAGE;
        memcpy(file + phdrs + old, &segment, sizeof(segment));
        header.e_phoff = phdrs;
        header.e_phnum++;
        memcpy(file, &header, sizeof(header));

        ab_output_open(&output, path);
        if (fwrite(file, 1, bytes, output.stream) != bytes)
                ab_die(AB_EXIT_ERROR, "%s: %s", path, strerror(errno));
        ab_output_commit(&output, 0);
        free(file);
}

int main(int argc, char **argv)
{
        unsigned count[REASONS] = {0}, registers = 0, flags = 0, i;
        struct ab_problem problem;
        struct ab_image *image;

        ab_set_program("scribble");
        if (argc == 4 && !strncmp(argv[1], "--also=", 7)) {
                also = strtoul(argv[1] + 7, NULL, 16);
                argv++;
                argc--;
        }
        if (argc != 3)
                ab_die(AB_EXIT_USAGE, "usage: scribble [--also=MASK] IN OUT");
        image = ab_image_open(argv[1], &problem);
        if (!image || !ab_image_is_valid(image, &problem))
                ab_die(AB_EXIT_ERROR, "%s", problem.text);
        if (image->form != AB_FORM_LINKED || image->packed)
                ab_die(AB_EXIT_ERROR, "%s: not a linked ELF file: give vmlinux", argv[1]);
        base = page_offset(image) + TRAMPOLINES;
        for (i = 0; i < image->record_count; i++) {
                enum reason reason = scribble(image, i);

                count[reason]++;
                if (reason != SCRIBBLED)
                        continue;
                registers += !!image->records[i].dead_gprs;
                flags += !!image->records[i].dead_flags;
        }
        write_image(image, argv[2]);
        printf("%u of %u sites scribbled: registers at %u, flags at %u, %u bytes\n",
               count[SCRIBBLED], image->record_count, registers, flags, used);
        for (i = SCRIBBLED + 1; i < REASONS; i++)
                if (count[i])
                        printf("%6u left: %s\n", count[i], reason_text[i]);
        ab_image_close(image);
        return 0;
}
