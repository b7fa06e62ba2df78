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
 * An image bound ahead of time is scribbled likewise: then the trampoline holds the bound code of
 * the site, all of it.  A call of the wedge behind which the next instruction counts (sti) stays
 * in the site.
 *
 * --also destroys the registers of MASK (hexadecimal, as in a record) besides, which
 * is a false claim: a guest that survives it shows that the test sees nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <afterburn/bound.h>
#include <afterburn/insn.h>
#include "host/diag.h"
#include "records/image.h"
#include "lowmem.h"
#include "tables.h"

enum { JUMP_BYTES = 5 };

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

static unsigned also; /* registers to destroy besides */
static bool bound;    /* the image is bound ahead of time */

static void put_jump(uint32_t target)
{
        low_put(0xe9);
        low_put32(target - (low_here() + 4));
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
                low_put(0x9c); /* pushfl; xorl $bits,(%esp); popfl */
                low_put(0x81);
                low_put(0x34);
                low_put(0x24);
                low_put32(flag_bits(record->dead_flags));
                low_put(0x9d);
        }
        for (reg = AB_EAX; reg <= AB_EDI; reg++)
                if ((record->dead_gprs | also) >> reg & 1 && reg != AB_ESP) {
                        low_put(0xb8 + reg);
                        low_put32(0x5c71bb1e + record->start * 2654435761u + reg);
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
            AB_CLASS_IRET,    AB_CLASS_LRET,    AB_CLASS_LJMP,   AB_CLASS_LCALL,
            AB_CLASS_INT,     AB_CLASS_INT3,    AB_CLASS_INTO,   AB_CLASS_SYSENTER,
            AB_CLASS_SYSEXIT, AB_CLASS_SYSCALL, AB_CLASS_SYSRET, AB_CLASS_RSM,
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

static void put_jump_to(uint8_t *site, uint32_t address, uint32_t target)
{
        target -= address + JUMP_BYTES;
        site[0] = 0xe9;
        memcpy(site + 1, &target, 4);
}

static enum reason scribble(const struct ab_image *image, unsigned index)
{
        const struct ab_record *record = &image->records[index];
        const struct ab_section *section =
            ab_image_section_at(image, record->start, record->site_bytes);
        uint32_t end = record->start + record->site_bytes, target = low_here(), i;
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
        if (bound) {
                if (is_insn(record, AB_CLASS_STI))
                        return IN_SHADOW;
                for (i = 0; i < record->site_bytes; i++)
                        low_put(site[i]);
                put_destruction(record);
                put_jump(end);
                memset(site, 0x90, record->site_bytes);
                put_jump_to(site, record->start, target);
                return SCRIBBLED;
        }
        memcpy(insn, site + record->insn_offset, record->insn_bytes);
        if (stays_in_site(record)) {
                put_destruction(record);
                put_jump(end - record->insn_bytes);
        } else {
                for (i = 0; i < record->insn_bytes; i++)
                        low_put(insn[i]);
                put_destruction(record);
                put_jump(end);
        }
        memset(site, 0x90, record->site_bytes);
        if (stays_in_site(record))
                memcpy(site + record->site_bytes - record->insn_bytes, insn, record->insn_bytes);
        put_jump_to(site, record->start, target);
        return SCRIBBLED;
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
        bound = ab_image_section(image, AB_BOUND_SECTION) != NULL;
        low_start(image);
        for (i = 0; i < image->record_count; i++) {
                enum reason reason = scribble(image, i);

                count[reason]++;
                if (reason != SCRIBBLED)
                        continue;
                registers += !!image->records[i].dead_gprs;
                flags += !!image->records[i].dead_flags;
        }
        low_write(image, argv[2]);
        printf("%u of %u sites scribbled: registers at %u, flags at %u, %u bytes\n",
               count[SCRIBBLED], image->record_count, registers, flags, low_used());
        for (i = SCRIBBLED + 1; i < REASONS; i++)
                if (count[i])
                        printf("%6u left: %s\n", count[i], reason_text[i]);
        ab_image_close(image);
        return 0;
}
