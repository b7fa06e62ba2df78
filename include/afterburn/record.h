/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The annotation record: what the toolchain tells the load-time linker about
 * one site.
 *
 * A site is one sensitive instruction with its padding, [start, start +
 * site_bytes).  The assembler pass writes one record per site; the record
 * library reads them on the host; the binder reads them in the target.  This
 * header is all that they share, so it is freestanding C without a dependency.
 *
 * Where records live
 *   ELF      section ".afterburn", not allocated, address 0, an array of
 *            records and nothing else.  In a relocatable object or a module
 *            `start' carries an R_386_32 relocation; in a linked image it is
 *            the virtual address.  Free text about what a tool could not
 *            decide is in ".afterburn.notes" (NUL-terminated lines).  Where the
 *            sites stand in the sources is in ".afterburn.sources".
 *   flat     where the boot payload is not an ELF file (Linux 2.6.9 to
 *            2.6.31), an array in memory that the guest frees after boot,
 *            behind a struct ab_flat_header that is found by scanning.
 */
#ifndef AFTERBURN_RECORD_H
#define AFTERBURN_RECORD_H

#include <stdint.h>

#define AB_RECORD_VERSION  1
#define AB_RECORD_SECTION  ".afterburn"
#define AB_NOTES_SECTION   ".afterburn.notes"
#define AB_SOURCES_SECTION ".afterburn.sources"

/* clang-format off */

/* What the site is: ab_record.version_kind, low four bits. */
enum ab_kind {
        AB_KIND_INSN      = 1,  /* sensitive instruction of class `class_id' */
        AB_KIND_PT_STORE  = 2,  /* store to a page-table entry */
        AB_KIND_PT_READ   = 3,  /* read or test-and-clear of accessed/dirty bits */
        AB_KIND_DEVICE    = 4,  /* access to device memory */
        AB_KIND_HOOK      = 5,  /* padding only; `operand' is the hook number */
};

/* Where the padding of a site stands: ab_record.padding. */
enum ab_padding {
        AB_PAD_NONE       = 0,
        AB_PAD_PREFIX     = 1,  /* redundant segment prefixes, in the instruction */
        AB_PAD_NOP_BEFORE = 2,
        AB_PAD_NOP_AFTER  = 3,
};

/* General registers by Intel's numbering; bit n of dead_gprs is register n. */
enum ab_gpr {
        AB_EAX, AB_ECX, AB_EDX, AB_EBX, AB_ESP, AB_EBP, AB_ESI, AB_EDI,
        AB_GPR_NONE = 15,
};

/* Arithmetic flags: bits of dead_flags. */
enum ab_flag {
        AB_FLAG_CF = 1 << 0, AB_FLAG_PF = 1 << 1, AB_FLAG_AF = 1 << 2,
        AB_FLAG_ZF = 1 << 3, AB_FLAG_SF = 1 << 4, AB_FLAG_OF = 1 << 5,
        AB_FLAGS_ALL = 0x3f,
};

/*
 * Operands, packed: what the site names, so that report and binder need not
 * guess.  The binder still decodes the bytes and refuses a record that
 * disagrees with them.
 *
 *   bits  0-3   general register operand (AB_GPR_NONE: none)
 *   bits  4-7   number of the control, debug or segment register (15: none)
 *   bits  8-15  immediate: port or vector
 *   bits 16-17  operand width, log2 bytes
 *   bit  18     has a memory operand
 *   bit  19     has an immediate
 *   bit  20     rep/repe prefix     bit 21  repne prefix
 *   bit  22     lock prefix         bit 23  explicit segment override
 *   bit  24     operand-size prefix bit 25  address-size prefix
 *   bit  31     last site of its asm statement
 * For AB_KIND_HOOK the whole word is the hook number (enum ab_hook).
 */
#define AB_OP_GPR(w)        ((w) & 15u)
#define AB_OP_SYS(w)        (((w) >> 4) & 15u)
#define AB_OP_IMM(w)        (((w) >> 8) & 255u)
#define AB_OP_WIDTH_LOG2(w) (((w) >> 16) & 3u)
#define AB_OP_MEM           (1u << 18)
#define AB_OP_HAS_IMM       (1u << 19)
#define AB_OP_REP           (1u << 20)
#define AB_OP_REPNE         (1u << 21)
#define AB_OP_LOCK          (1u << 22)
#define AB_OP_SEG_OVERRIDE  (1u << 23)
#define AB_OP_DATA16        (1u << 24)
#define AB_OP_ADDR16        (1u << 25)
#define AB_OP_LAST          (1u << 31)

/* clang-format on */

enum ab_hook {
        AB_HOOK_MODULE_LOADED = 1, /* eax: Elf32_Ehdr *, edx: headers, ecx: struct module * */
        AB_HOOK_PT_COPY = 2,       /* eax: first byte written in a page table, edx: bytes */
};

/* One site.  16 bytes, little endian, no padding. */
struct ab_record {
        uint32_t start;       /* address of the first byte of the site */
        uint8_t site_bytes;   /* instruction and padding together */
        uint8_t insn_offset;  /* of the original encoding, from start */
        uint8_t insn_bytes;   /* of the original encoding, added prefixes excluded */
        uint8_t version_kind; /* AB_RECORD_VERSION << 4 | enum ab_kind */
        uint8_t class_id;     /* row of insn-ia32.def; 0 for AB_KIND_HOOK */
        uint8_t padding;      /* enum ab_padding */
        uint8_t dead_gprs;    /* dead after the site; 0: all live or unknown */
        uint8_t dead_flags;   /* enum ab_flag; 0: all live or unknown */
        uint32_t operand;     /* AB_OP_* */
};

#define AB_RECORD_BYTES         16
#define AB_RECORD_VERSION_OF(r) ((r)->version_kind >> 4)
#define AB_RECORD_KIND_OF(r)    ((r)->version_kind & 15)

/*
 * AB_SOURCES_SECTION, not allocated, alignment 1: a sequence of entries, each
 * beginning with one byte of this enum.  A unit is followed by the sites that
 * were compiled with it.
 *
 *   UNIT   name of the file that was compiled, with its folder where that is
 *          known, as a NUL-terminated string; number of files as ULEB128; so
 *          many NUL-terminated strings
 *   SITE   start of the site, four bytes, relocated as ab_record.start is; number
 *          of the file it stands in, ULEB128, 1 for the first of its unit, 0 not
 *          known; line there, ULEB128
 */
enum ab_source_entry { AB_SOURCE_UNIT = 1, AB_SOURCE_SITE = 2 };

/*
 * Header of the flat form.  The records follow it directly.  `checksum' makes
 * the 32-bit sum of header and records zero; it is written after linking.
 */
struct ab_flat_header {
        uint32_t magic[2]; /* AB_FLAT_MAGIC0, AB_FLAT_MAGIC1 */
        uint32_t version;  /* AB_RECORD_VERSION */
        uint32_t checksum;
        uint32_t self;         /* virtual address of this header */
        uint32_t load_gva;     /* virtual address of the first byte of the image */
        uint32_t entry_gpa;    /* physical entry point */
        uint32_t record_bytes; /* of all records */
};

#define AB_FLAT_MAGIC0 0x65746641u /* "Afte" */
#define AB_FLAT_MAGIC1 0x6e727562u /* "burn" */

#endif
