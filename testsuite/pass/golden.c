/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every spelling of every row of the instruction table, with every operand
 * form that gas accepts: assembled plainly, and through the pass.
 *
 * What is expected comes from elsewhere: gas says which forms exist and what
 * their bytes are, Zydis says from those bytes which class they have (so that
 * a sensitive form the pass lets through is a failure, too), LLVM MC and Zydis
 * say that a padded site is one instruction, or one and NOPs.
 *
 * usage: golden prefix|nop DIRECTORY      (environment: top_builddir)
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llvm-c/Disassembler.h>
#include <llvm-c/Target.h>

#include <Zydis/Zydis.h>

#include <afterburn/record.h>

#include "as/words.h"
#include "golden.h"
#include "host/diag.h"

static const char *const att_forms[] = {
    "",
    "%eax",
    "%ax",
    "%bl",
    "$3",
    "$0x80",
    "$ext",
    "(%eax)",
    "8(%esp)",
    "-4(%ebp)",
    "%gs:(%ecx)",
    "%cs:ext+4",
    "ext(,%ebx,4)",
    "0x12345(%esi,%edi,2)",
    "(%bx,%si)",
    "%ds",
    "%es",
    "%ss",
    "%fs",
    "%gs",
    "%cs",
    "%al,%dx",
    "%ax,%dx",
    "%eax,%dx",
    "%dx",
    "(%dx)",
    "%dx,%al",
    "%dx,%ax",
    "%dx,%eax",
    "(%dx),%al",
    "%al,(%dx)",
    "%eax,(%dx)",
    "$0x60,%al",
    "$0x60,%ax",
    "$0x60,%eax",
    "%al,$0x80",
    "%ax,$0x80",
    "%eax,$0x80",
    "(%dx),%es:(%edi)",
    "%dx,%es:(%edi)",
    "(%esi),(%dx)",
    "%gs:(%esi),%dx",
    "%ds:(%esi),(%dx)",
    "%cr0,%eax",
    "%cr2,%ebx",
    "%cr3,%ecx",
    "%cr4,%esi",
    "%eax,%cr0",
    "%edi,%cr2",
    "%ecx,%cr3",
    "%edx,%cr4",
    "%dr0,%eax",
    "%db6,%ebx",
    "%dr7,%ecx",
    "%eax,%dr1",
    "%edx,%db7",
    "%eax,%dr6",
    "%ds,%ax",
    "%ds,%eax",
    "%fs,%ebx",
    "%gs,(%eax)",
    "%es,8(%esp)",
    "%cs,ext",
    "%ax,%ds",
    "%eax,%es",
    "%bx,%ss",
    "%ecx,%fs",
    "(%eax),%gs",
    "12(%ebp),%fs",
    "ext,%ds",
    "%fs:4(%esp),%es",
    "%eax,%ebx",
    "%ax,%bx",
    "%bl,%cl",
    "(%eax),%ebx",
    "ext,%cx",
    "%gs:(%ebp),%ebx",
    "%ebx,(%eax)",
    "%cx,ext",
    "$1,%eax",
    "$1,(%ecx)",
    "$8,$ext",
    "$8,$0x1234",
    "*(%eax)",
    "*ext",
    "*%cs:8(%ebp)",
    "*%eax",
    "%eax,%ecx,%edx",
    "%eax,%edx,%ecx",
    "%eax,%ecx",
    "%edx,%ax",
    "%ebx,%ecx",
    "ext@GOTOFF(%ebx)",
    "ext@GOT(%ebx),%eax",
};

static const char *const intel_forms[] = {
    "",
    "eax",
    "ax",
    "3",
    "0x80",
    "[eax]",
    "[esp+8]",
    "[ebp-4]",
    "fs:[ecx]",
    "gs:[ebp]",
    "[ext]",
    "dword ptr [eax]",
    "word ptr [eax]",
    "fword ptr [eax]",
    "fword ptr cs:[ext]",
    "far ptr [eax]",
    "ds",
    "es",
    "ss",
    "fs",
    "gs",
    "cs",
    "al,dx",
    "ax,dx",
    "eax,dx",
    "dx,al",
    "dx,ax",
    "dx,eax",
    "al,0x60",
    "eax,0x60",
    "0x80,al",
    "0x80,ax",
    "eax,cr0",
    "ebx,cr2",
    "cr3,ecx",
    "cr4,esi",
    "eax,dr7",
    "dr0,ebx",
    "ax,ds",
    "eax,es",
    "ds,ax",
    "ss,ebx",
    "[eax],gs",
    "word ptr [esp],fs",
    "fs,[ecx]",
    "ds,word ptr [ebp+ecx]",
    "eax,ebx",
    "ax,bx",
    "ebx,[eax]",
    "cx,word ptr [edx]",
    "[ebx],eax",
    "dx,word ptr [esp]",
    "8:ext",
    "8,0x1234",
    "byte ptr es:[edi],dx",
    "dx,dword ptr gs:[esi]",
    "dx,byte ptr [esi]",
};

static const char *const prefixes[] = {"rep ", "rep; ", "repne\n ", "data16 ", "data16; ", "fs "};
/* Forms also tried with each prefix. */
#define FORMS_PREFIXED 8

static struct line *lines;
static unsigned line_count, line_room;

static void add_line(const struct word *word, const char *prefix, const char *form, bool intel)
{
        struct line *line;

        if (line_count == line_room) {
                line_room = line_room ? 2 * line_room : 4096;
                lines = ab_realloc(lines, line_room * sizeof *lines);
        }
        line = &lines[line_count++];
        memset(line, 0, sizeof *line);
        line->word = word;
        line->prefix = prefix;
        line->form = form;
        line->intel = intel;
}

/* Elsewhere rep and data16 are part of another instruction's opcode. */
static bool prefix_makes_sense(const struct word *word, const char *prefix)
{
        const struct row *row = &rows[word->rows[0]];

        if (*prefix == 'r')
                return row->number == AB_CLASS_INS || row->number == AB_CLASS_OUTS ||
                       row->number == AB_CLASS_WBINVD;
        return *prefix != 'd' || row->number < AB_CLASS_INVPCID;
}

static void add_word(const struct word *word, void *argument)
{
        (void)argument;
        for (unsigned i = 0; i < sizeof att_forms / sizeof *att_forms; i++)
                add_line(word, "", att_forms[i], false);
        for (unsigned p = 0; p < sizeof prefixes / sizeof *prefixes; p++)
                if (prefix_makes_sense(word, prefixes[p]))
                        for (unsigned i = 0; i < FORMS_PREFIXED; i++)
                                add_line(word, prefixes[p], att_forms[i], false);
        for (unsigned i = 0; i < sizeof intel_forms / sizeof *intel_forms; i++)
                add_line(word, "", intel_forms[i], true);
}

/* --- expectation ------------------------------------------------------------ */

static ZydisDecoder decoder;
static LLVMDisasmContextRef llvm;

static const struct {
        ZydisMnemonic mnemonic;
        uint8_t class_id;
} expected[] = {
#define E(zydis, id)                                                                               \
        {                                                                                          \
                ZYDIS_MNEMONIC_##zydis, AB_CLASS_##id                                              \
        }
    E(CLI, CLI),
    E(STI, STI),
    E(PUSHF, PUSHF),
    E(PUSHFD, PUSHF),
    E(POPF, POPF),
    E(POPFD, POPF),
    E(HLT, HLT),
    E(IRET, IRET),
    E(IRETD, IRET),
    E(INT, INT),
    E(INT3, INT3),
    E(INTO, INTO),
    E(INT1, INT1),
    E(SYSENTER, SYSENTER),
    E(SYSEXIT, SYSEXIT),
    E(SYSCALL, SYSCALL),
    E(SYSRET, SYSRET),
    E(RSM, RSM),
    E(IN, IN),
    E(OUT, OUT),
    E(INSB, INS),
    E(INSW, INS),
    E(INSD, INS),
    E(OUTSB, OUTS),
    E(OUTSW, OUTS),
    E(OUTSD, OUTS),
    E(CLTS, CLTS),
    E(LMSW, LMSW),
    E(SMSW, SMSW),
    E(LDS, LDS),
    E(LES, LES),
    E(LFS, LFS),
    E(LGS, LGS),
    E(LSS, LSS),
    E(LGDT, LGDT),
    E(LIDT, LIDT),
    E(SGDT, SGDT),
    E(SIDT, SIDT),
    E(LLDT, LLDT),
    E(SLDT, SLDT),
    E(LTR, LTR),
    E(STR, STR),
    E(VERR, VERR),
    E(VERW, VERW),
    E(LAR, LAR),
    E(LSL, LSL),
    E(ARPL, ARPL),
    E(INVLPG, INVLPG),
    E(INVD, INVD),
    E(INVPCID, INVPCID),
    E(CPUID, CPUID),
    E(RDMSR, RDMSR),
    E(WRMSR, WRMSR),
    E(RDTSC, RDTSC),
    E(RDTSCP, RDTSCP),
    E(RDPMC, RDPMC),
    E(MONITOR, MONITOR),
    E(MWAIT, MWAIT),
    E(XSETBV, XSETBV),
    E(XGETBV, XGETBV),
    E(CLAC, CLAC),
    E(STAC, STAC),
    E(FNSAVE, FNSAVE),
    E(FRSTOR, FRSTOR),
    E(FNINIT, FNINIT),
    E(FXSAVE, FXSAVE),
    E(FXRSTOR, FXRSTOR),
    E(XSAVE, XSAVE),
    E(XSAVEC, XSAVE),
    E(XSAVEOPT, XSAVE),
    E(XSAVES, XSAVE),
    E(XRSTOR, XRSTOR),
    E(XRSTORS, XRSTOR),
    E(RDPID, RDPID),
    E(RDPRU, RDPRU),
    E(VMCALL, VIRT),
    E(VMLAUNCH, VIRT),
    E(VMRESUME, VIRT),
    E(VMXOFF, VIRT),
    E(VMPTRLD, VIRT),
    E(VMPTRST, VIRT),
    E(VMCLEAR, VIRT),
    E(VMXON, VIRT),
    E(VMREAD, VIRT),
    E(VMWRITE, VIRT),
    E(INVEPT, VIRT),
    E(INVVPID, VIRT),
    E(VMFUNC, VIRT),
    E(VMRUN, VIRT),
    E(VMMCALL, VIRT),
    E(VMLOAD, VIRT),
    E(VMSAVE, VIRT),
    E(STGI, VIRT),
    E(CLGI, VIRT),
    E(SKINIT, VIRT),
    E(INVLPGA, VIRT),
    E(TDCALL, VIRT),
    E(PVALIDATE, VIRT),
    E(GETSEC, PLATFORM),
    E(ENCLS, PLATFORM),
    E(ENCLV, PLATFORM),
    E(PCONFIG, PLATFORM),
    E(HRESET, PLATFORM),
    E(ENQCMDS, PLATFORM),
    E(WRUSSD, PLATFORM),
    E(SETSSBSY, PLATFORM),
    E(CLRSSBSY, PLATFORM),
    E(INVLPGB, PLATFORM),
    E(TLBSYNC, PLATFORM),
#undef E
};

static ZydisRegisterClass register_class(const ZydisDecodedOperand *operand)
{
        return operand->type == ZYDIS_OPERAND_TYPE_REGISTER
                   ? ZydisRegisterGetClass(operand->reg.value)
                   : ZYDIS_REGCLASS_INVALID;
}

static bool has_f3(const ZydisDecodedInstruction *insn)
{
        for (unsigned i = 0; i < insn->raw.prefix_count; i++)
                if (insn->raw.prefixes[i].value == 0xf3)
                        return true;
        return false;
}

/* Class of one decoded instruction, by Zydis alone; 0: not sensitive. */
static unsigned class_by_zydis(const ZydisDecodedInstruction *insn,
                               const ZydisDecodedOperand *operands)
{
        ZydisRegisterClass first = register_class(&operands[0]);
        ZydisRegisterClass second = register_class(&operands[1]);

        switch (insn->mnemonic) {
        case ZYDIS_MNEMONIC_WBINVD: /* Zydis 4.0 has no wbnoinvd */
                return has_f3(insn) ? AB_CLASS_WBNOINVD : AB_CLASS_WBINVD;
        case ZYDIS_MNEMONIC_MOV:
                if (second == ZYDIS_REGCLASS_SEGMENT)
                        return AB_CLASS_MOV_FROM_SEG;
                if (first == ZYDIS_REGCLASS_SEGMENT)
                        return AB_CLASS_MOV_TO_SEG;
                if (second == ZYDIS_REGCLASS_CONTROL)
                        return AB_CLASS_MOV_FROM_CR;
                if (first == ZYDIS_REGCLASS_CONTROL)
                        return AB_CLASS_MOV_TO_CR;
                if (second == ZYDIS_REGCLASS_DEBUG)
                        return AB_CLASS_MOV_FROM_DR;
                return first == ZYDIS_REGCLASS_DEBUG ? AB_CLASS_MOV_TO_DR : 0;
        case ZYDIS_MNEMONIC_PUSH:
                return first == ZYDIS_REGCLASS_SEGMENT ? AB_CLASS_PUSH_SEG : 0;
        case ZYDIS_MNEMONIC_POP:
                return first == ZYDIS_REGCLASS_SEGMENT ? AB_CLASS_POP_SEG : 0;
        case ZYDIS_MNEMONIC_JMP:
                return insn->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR ? AB_CLASS_LJMP : 0;
        case ZYDIS_MNEMONIC_CALL:
                return insn->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR ? AB_CLASS_LCALL : 0;
        case ZYDIS_MNEMONIC_RET:
                return insn->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR ? AB_CLASS_LRET : 0;
        default:
                break;
        }
        for (unsigned i = 0; i < sizeof expected / sizeof *expected; i++)
                if (expected[i].mnemonic == insn->mnemonic)
                        return expected[i].class_id;
        return 0;
}

static bool decode(const uint8_t *bytes, size_t length, ZydisDecodedInstruction *insn,
                   ZydisDecodedOperand *operands)
{
        return ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, length, insn, operands));
}

/*
 * Class of the last instruction of the plain bytes, where it starts, and how
 * many there are.  0 instructions: Zydis does not know the encoding.
 */
static unsigned plain_class(const uint8_t *bytes, size_t length, size_t *at, unsigned *insns)
{
        ZydisDecodedInstruction insn;
        ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
        unsigned class_id = 0;

        for (*at = 0, *insns = 0; *at < length;) {
                if (!decode(bytes + *at, length - *at, &insn, operands)) {
                        *insns = 0;
                        return 0;
                }
                class_id = class_by_zydis(&insn, operands);
                ++*insns;
                if (*at + insn.length >= length)
                        break;
                *at += insn.length;
        }
        return class_id;
}

/* --- checks ----------------------------------------------------------------- */

/* Encodings that LLVM 14 does not know, or not in 32-bit mode. */
static const char *const llvm_unknown[] = {"rdpru", "wrmsrns", "hreset", "vmgexit", "int1"};
/* Encodings that Zydis 4.0 does not know. */
static const char *const zydis_unknown[] = {"wrmsrns"};

static bool is(const struct word *word, const char *name)
{
        return strlen(name) == word->length && !strncmp(word->name, name, word->length);
}

static bool listed(const struct line *line, const char *const *list, unsigned count)
{
        for (unsigned i = 0; i < count; i++)
                if (is(line->word, list[i]))
                        return true;
        return false;
}

#define LISTED(line, list) listed(line, list, sizeof(list) / sizeof *(list))

static void fail(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void fail(struct line *line, const char *format, ...)
{
        char why[200];
        va_list arguments;

        line->failed = true;
        va_start(arguments, format);
        vsnprintf(why, sizeof why, format, arguments);
        va_end(arguments);
        printf("# %s%.*s %s%s: %s\n", line->prefix, line->word->length, line->word->name,
               line->form, line->intel ? " (Intel)" : "", why);
}

/* Length of one instruction by LLVM. */
static size_t llvm_length(const uint8_t *bytes, size_t length)
{
        char text[200];

        return LLVMDisasmInstruction(llvm, (uint8_t *)bytes, length, 0, text, sizeof text);
}

/* Are the bytes NOPs to Zydis: nop, or lea of a register to itself? */
static bool are_nops(const uint8_t *bytes, size_t length)
{
        ZydisDecodedInstruction insn;
        ZydisDecodedOperand o[ZYDIS_MAX_OPERAND_COUNT];

        for (size_t at = 0; at < length; at += insn.length) {
                if (!decode(bytes + at, length - at, &insn, o))
                        return false;
                if (insn.mnemonic == ZYDIS_MNEMONIC_NOP)
                        continue;
                if (insn.mnemonic != ZYDIS_MNEMONIC_LEA || o[1].mem.base != o[0].reg.value ||
                    o[1].mem.index != ZYDIS_REGISTER_NONE || o[1].mem.disp.value)
                        return false;
        }
        return true;
}

static unsigned bytes_needed(const struct row *row, const struct ab_record *r)
{
        if (row->side == NONE)
                return r->insn_bytes;
        if (r->operand & AB_OP_MEM)
                return r->insn_bytes + AB_NEED_MEMORY;
        return row->need;
}

static void check_site(struct line *line, const struct ab_record *r, const uint8_t *site,
                       const uint8_t *plain, size_t plain_bytes, bool nop)
{
        const struct row *row = row_of_class(r->class_id);
        unsigned first = 0, length = r->site_bytes;
        ZydisDecodedInstruction insn;
        ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];

        if (AB_RECORD_VERSION_OF(r) != AB_RECORD_VERSION || AB_RECORD_KIND_OF(r) != AB_KIND_INSN)
                fail(line, "version and kind are 0x%02x", r->version_kind);
        if (r->insn_bytes != plain_bytes || memcmp(site + r->insn_offset, plain, plain_bytes))
                fail(line, "the original encoding is not what gas gives (%u bytes, %zu)",
                     r->insn_bytes, plain_bytes);
        if (!row || r->site_bytes < bytes_needed(row, r))
                fail(line, "site has %u bytes, fewer than it needs", r->site_bytes);
        if (r->dead_gprs || r->dead_flags)
                fail(line, "something is called dead");
        switch (r->padding) {
        case AB_PAD_NONE:
                if (r->insn_offset || r->site_bytes != r->insn_bytes)
                        fail(line, "padding that is not recorded");
                break;
        case AB_PAD_PREFIX:
                if (nop)
                        fail(line, "prefixes in spite of --padding=nop");
                if (r->site_bytes != r->insn_offset + r->insn_bytes || r->site_bytes > 15)
                        fail(line, "site of %u bytes cannot be one instruction", r->site_bytes);
                break;
        case AB_PAD_NOP_BEFORE:
                if (!are_nops(site, r->insn_offset))
                        fail(line, "padding before it is not NOPs");
                first = r->insn_offset;
                length -= first;
                break;
        default:
                if (!are_nops(site + r->insn_bytes, r->site_bytes - r->insn_bytes))
                        fail(line, "padding behind it is not NOPs");
                length = r->insn_bytes;
                break;
        }
        line->nops = row && row->side == PREFIX && r->padding > AB_PAD_PREFIX;
        if (!LISTED(line, zydis_unknown)) {
                if (!decode(site + first, length, &insn, operands) || insn.length != length)
                        fail(line, "Zydis does not see one instruction of %u bytes", length);
                else if (!is(line->word, "vmgexit") &&
                         class_by_zydis(&insn, operands) != r->class_id)
                        fail(line, "Zydis sees another class in the padded site");
        }
        if (!LISTED(line, llvm_unknown) &&
            (llvm_length(plain, plain_bytes) ||
             (!*line->prefix && strcmp(line->form, "(%bx,%si)"))) &&
            llvm_length(site + first, length) != length)
                fail(line, "LLVM sees %zu bytes of %u", llvm_length(site + first, length), length);
}

static void check_line(struct line *line, const struct object *plain, const struct object *passed,
                       bool nop)
{
        const uint8_t *bytes = plain->text + line->plain_start;
        size_t length = line->plain_end - line->plain_start, at = 0;
        const struct ab_record *record = NULL;
        unsigned class_id, insns, records = 0;

        for (unsigned i = 0; i < passed->records; i++)
                if (passed->record[i].start >= line->start && passed->record[i].start < line->end) {
                        record = &passed->record[i];
                        records++;
                }
        class_id = plain_class(bytes, length, &at, &insns);
        if (!insns && LISTED(line, zydis_unknown))
                class_id = line->word->row_count ? rows[line->word->rows[0]].number : 0;
        else if (!insns)
                return; /* gas accepts it, no processor does */
        if (insns > 1 && strncmp(line->word->name, "fs", 2) && !is(line->word, "finit"))
                return; /* a prefix gas made an instruction of its own */
        if (!class_id) {
                if (records)
                        fail(line, "annotated, but not sensitive");
                return;
        }
        line->sensitive = true;
        if (records != 1) {
                fail(line, "%u records, class should be %u", records, class_id);
                return;
        }
        if (record->class_id != class_id)
                fail(line, "class %u, should be %u", record->class_id, class_id);
        if (record->start + record->site_bytes > line->end)
                fail(line, "site ends behind its line");
        else
                check_site(line, record, passed->text + record->start, bytes + at, length - at,
                           nop);
}

/* --- results ---------------------------------------------------------------- */

static void report(void)
{
        printf("1..%u\n", 2 * row_count);
        for (unsigned i = 0; i < row_count; i++) {
                const char *p = rows[i].spellings;
                unsigned forms = 0, failed = 0, spellings = 0, missing = 0, nops = 0;

                while (*p) {
                        size_t length = strcspn(p, " ");
                        unsigned here = 0;

                        for (unsigned j = 0; j < line_count; j++) {
                                if (lines[j].class_id != rows[i].number ||
                                    lines[j].word->length != length ||
                                    strncmp(lines[j].word->name, p, length))
                                        continue;
                                here += lines[j].sensitive;
                                failed += lines[j].failed;
                                nops += lines[j].nops;
                        }
                        spellings++;
                        if (!here) {
                                printf("# gas accepts %.*s in no form of this row\n", (int)length,
                                       p);
                                missing++;
                        }
                        forms += here;
                        p += length;
                        p += strspn(p, " ");
                }
                printf("%sok %u - %s: %u spellings exist\n", missing ? "not " : "", 2 * i + 1,
                       rows[i].id, spellings);
                printf("%sok %u - %s: %u forms annotated, %u with NOPs\n",
                       failed || !forms ? "not " : "", 2 * i + 2, rows[i].id, forms, nops);
        }
}

int main(int argc, char **argv)
{
        struct object plain, passed;
        bool nop;

        if (argc != 3)
                return AB_EXIT_USAGE;
        nop = !strcmp(argv[1], "nop");
        words_init();
        words_each_insn(add_word, NULL);
        LLVMInitializeX86TargetInfo();
        LLVMInitializeX86TargetMC();
        LLVMInitializeX86Disassembler();
        llvm = LLVMCreateDisasm("i386-unknown-linux-gnu", NULL, 0, NULL, NULL);
        ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_COMPAT_32, ZYDIS_STACK_WIDTH_32);
        line_count = golden_filter(lines, line_count, argv[2]);
        golden_assemble(lines, line_count, argv[2], NULL, &plain);
        golden_assemble(lines, line_count, argv[2], argv[1], &passed);
        for (unsigned i = 0; i < line_count; i++) {
                unsigned insns;
                size_t at;

                check_line(&lines[i], &plain, &passed, nop);
                lines[i].class_id =
                    (uint8_t)plain_class(plain.text + lines[i].plain_start,
                                         lines[i].plain_end - lines[i].plain_start, &at, &insns);
                if (!insns || (insns == 1 && !lines[i].class_id))
                        lines[i].class_id = rows[lines[i].word->rows[0]].number;
        }
        report();
        return 0;
}
