/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a bound site and a wedge promise each other.
 *
 * The binder (linker/core) rewrites every site into code that touches a wedge
 * in two ways only: it loads and stores a few words of a virtual CPU, and it
 * calls through a table of vectors.  Both have absolute addresses which the
 * wedge chooses and a struct ab_wedge states.  Absolute, because a guest also
 * runs before it enables paging, at physical addresses, where a relative call
 * would miss.
 *
 * A vector
 *   The table holds 2 * AB_VECTORS words, addresses of the wedge's entry
 *   points.  Word v is entry v; word AB_VECTORS + v is entered instead where
 *   the six arithmetic flags are dead behind the site, so that entry may destroy
 *   them (a wedge may put the same address into both).  The wedge may change
 *   a word at any time: it can point STI at two instructions, and at the
 *   delivery of interrupts only while one is pending.
 *
 * On entry
 *   Every site of class call is `call *vector', six bytes, first in the site
 *   (behind a push where an immediate operand is passed), then NOPs up to the
 *   end of the site.  So with R the return address on the stack:
 *     (%esp)      R
 *     4(%esp)     an immediate operand, where the vector's row says `imm'
 *     site start  R - 6;  R - 8 with an imm of 8 bits;  R - 11 with one of 32
 *     guest %esp  %esp + 4; %esp + 8 with an imm
 *   and every other register and flag is the guest's.  An explicit memory
 *   operand, or a second register operand, is carried by a NOP at R: `0f 1f'
 *   with the operand's own modrm, sib and displacement and reg 0, and before
 *   it the segment override where the instruction had one.  Its address is
 *   computed with the guest's registers, %esp included.
 *
 * On exit
 *   The wedge resumes at R (the NOPs there have no effect) or at any address
 *   beyond that is still in the site.  Every general register and every flag
 *   is as the instruction leaves it, except the arithmetic flags behind the
 *   second half of the table.  Nothing below the guest's %esp is preserved.
 *   Where the instruction faults, the address reported is the site's start and
 *   %esp the guest's.  Where it transfers control (iret, lret, ljmp, sysexit)
 *   the wedge goes there; these are calls too, because a jump would not tell the
 *   wedge which site, and so which address, has faulted.
 *   Every called vector except STI_STEP and STI_DEFER delivers what is pending, if
 *   interrupts are then enabled, before it resumes the guest; an interrupted
 *   guest address is never between R and the end of the site: skip the NOPs.
 *
 * Shadows
 *   STI        the next instruction cannot be deferred: deliver at once
 *   STI_DEFER  the next instruction is a site whose vector delivers (or a cli):
 *              enable, and deliver nothing while the guest is at R
 *   STI_STEP   the instruction at R is straight-line and relocatable: where
 *              something is pending, run a copy of it (its length by ab_decode()),
 *              then deliver with the address behind it; a fault of the
 *              copy is reported at R.  Otherwise deliver nothing while at R.
 *   The site of STI_DEFER and STI_STEP is the call and nothing more, so that a NOP at R is the
 *   guest's own.
 *   MOV_TO_SEG and POP_SEG of %ss deliver as STI_STEP does.
 *   While the guest stands at R the wedge must hold back events that arrive from
 *   outside too: else the wake-up of `sti; hlt' is lost.
 *
 * Accesses
 *   PT_STORE, PT_READ and DEVICE are called in front of the instruction, which
 *   follows at R unchanged.  The wedge notes (or emulates and skips) it.  Where
 *   it resumes at R and the instruction faults, the fault's address is R.
 */
#ifndef AFTERBURN_WEDGE_H
#define AFTERBURN_WEDGE_H

#include <stdint.h>

#define AB_WEDGE_ABI 2

/*
 * The words of a virtual CPU that inline code touches.  Segment registers in
 * Intel's order (es cs ss ds fs gs), selectors zero-extended.
 */
struct ab_vcpu {
        /*
         * What the guest's flags word differs in from the real one, where IF is always set and
         * IOPL and NT are always clear, divided by AB_FLAGS_SCALE.  So pushf is
         * `real ^ flags_differ * AB_FLAGS_SCALE'; and IF has a byte of its own, so that cli is
         * one store and leaves the other two alone.
         */
        union {
                uint32_t flags_differ;
                struct {
                        uint8_t if_differs;
                        uint8_t iopl_nt;
                        uint16_t none;
                };
        };
        uint32_t cr[5];
        uint32_t dr[8];
        uint32_t seg[6];
};

#define AB_VCPU_FLAGS_DIFFER 0
#define AB_VCPU_IF           0 /* bytes of it: IF's, ... */
#define AB_VCPU_IOPL_NT      1 /* ... and that of IOPL and NT */
#define AB_VCPU_CR(n)        (4 + 4 * (n))
#define AB_VCPU_DR(n)        (24 + 4 * (n))
#define AB_VCPU_SEG(n)       (56 + 4 * (n))
#define AB_VCPU_BYTES        80

#define AB_FLAGS_SCALE 4
#define AB_IF_ON       0 /* values of the byte AB_VCPU_IF */
#define AB_IF_OFF      0x80

/* clang-format off */

/* What the wedge allows as inline code: ab_wedge.inline_ops. */
enum ab_inline {
        AB_INLINE_CLI      = 1 << 0,    /* movb $AB_IF_OFF, if */
        AB_INLINE_PUSHF    = 1 << 1,    /* pushfl; imul $AB_FLAGS_SCALE, flags_differ, %reg; xor %reg, (%esp):
                                           where %reg and the flags are dead */
        AB_INLINE_SEG_READ = 1 << 2,    /* mov %seg,%reg; push %seg */
        AB_INLINE_CR_READ  = 1 << 3,    /* mov %cr,%reg */
        AB_INLINE_DR_READ  = 1 << 4,    /* mov %dr,%reg */
        AB_INLINE_ALL      = 31,
};

/* clang-format on */

/* Rows of per-class words and statistics: a class, or a kind without one. */
#define AB_ROW_KIND(kind) (120u + (kind))
#define AB_ROWS           128

/* What the binder must know of a wedge. */
struct ab_wedge {
        uint32_t abi;                  /* AB_WEDGE_ABI */
        uint32_t vectors;              /* address of the vector table, a multiple of 4 */
        uint32_t vcpu;                 /* address of a struct ab_vcpu, a multiple of 4 */
        uint32_t inline_ops;           /* enum ab_inline */
        uint32_t native[AB_ROWS / 32]; /* rows the wedge wants left native */
};

/* clang-format off */

/*
 * Vectors: name, number of entries, index, what is passed.  `index' says how
 * the entry within the row is chosen; w is 1 for a 16-bit operand, else 0;
 * reg is a general register by Intel's number.  `nop' is the carried operand.
 */
#define AB_VECTOR_ROWS(V)                                                               \
        V(STI,           1)     /* see Shadows */                                       \
        V(STI_STEP,      1)                                                             \
        V(STI_DEFER,     1)                                                             \
        V(CLI,           1)                                                             \
        V(PUSHF,         2)     /* w */                                                 \
        V(POPF,          2)     /* w */                                                 \
        V(HLT,           1)                                                             \
        V(IRET,          2)     /* w; the frame is above R */                           \
        V(LRET,          2)     /* w; the frame is above R */                           \
        V(LRET_IMM,      2)     /* w; imm 32: bytes to release */                       \
        V(LJMP,          2)     /* w; imm 32: selector; nop: offset is its disp32 */    \
        V(LJMP_MEM,      2)     /* w; nop */                                            \
        V(LCALL,         2)     /* w; imm 32: selector; nop: offset is its disp32 */    \
        V(LCALL_MEM,     2)     /* w; nop */                                            \
        V(SYSENTER,      1)                                                             \
        V(SYSEXIT,       1)                                                             \
        V(SYSCALL,       1)                                                             \
        V(SYSRET,        1)                                                             \
        V(RSM,           1)                                                             \
        V(IN,            3)     /* log2 width; port in %dx */                           \
        V(IN_IMM,        3)     /* log2 width; imm 8: port, sign-extended */            \
        V(OUT,           3)     /* log2 width; port in %dx */                           \
        V(OUT_IMM,       3)     /* log2 width; imm 8: port, sign-extended */            \
        V(INS,           6)     /* log2 width * 2 + rep */                              \
        V(OUTS,         36)     /* (log2 width * 2 + rep) * 6 + segment */              \
        V(MOV_FROM_CR,  64)     /* cr * 8 + reg */                                      \
        V(MOV_TO_CR,    64)     /* cr * 8 + reg */                                      \
        V(MOV_FROM_DR,  64)     /* dr * 8 + reg */                                      \
        V(MOV_TO_DR,    64)     /* dr * 8 + reg */                                      \
        V(CLTS,          1)                                                             \
        V(LMSW,          8)     /* reg */                                               \
        V(LMSW_MEM,      1)     /* nop */                                               \
        V(SMSW,         16)     /* w * 8 + reg */                                       \
        V(SMSW_MEM,      1)     /* nop */                                               \
        V(MOV_FROM_SEG, 96)     /* (w * 6 + segment) * 8 + reg */                       \
        V(MOV_FROM_SEG_MEM, 6)  /* segment; nop */                                      \
        V(MOV_TO_SEG,   48)     /* segment * 8 + reg */                                 \
        V(MOV_TO_SEG_MEM, 6)    /* segment; nop */                                      \
        V(PUSH_SEG,     12)     /* w * 6 + segment */                                   \
        V(POP_SEG,      12)     /* w * 6 + segment */                                   \
        V(LOAD_FAR,     96)     /* (w * 6 + segment) * 8 + reg; nop: lds to lss */      \
        V(LGDT,          2)     /* w; nop */                                            \
        V(LIDT,          2)     /* w; nop */                                            \
        V(SGDT,          2)     /* w; nop */                                            \
        V(SIDT,          2)     /* w; nop */                                            \
        V(LLDT,          8)     /* reg */                                               \
        V(LLDT_MEM,      1)     /* nop */                                               \
        V(SLDT,         16)     /* w * 8 + reg */                                       \
        V(SLDT_MEM,      1)     /* nop */                                               \
        V(LTR,           8)     /* reg */                                               \
        V(LTR_MEM,       1)     /* nop */                                               \
        V(STR,          16)     /* w * 8 + reg */                                       \
        V(STR_MEM,       1)     /* nop */                                               \
        V(VERR,          8)     /* reg */                                               \
        V(VERR_MEM,      1)     /* nop */                                               \
        V(VERW,          8)     /* reg */                                               \
        V(VERW_MEM,      1)     /* nop */                                               \
        V(LAR,          16)     /* w * 8 + destination reg; nop: source */              \
        V(LSL,          16)     /* w * 8 + destination reg; nop: source */              \
        V(ARPL,          8)     /* source reg; nop: destination */                      \
        V(INVLPG,        1)     /* nop */                                               \
        V(INVD,          1)                                                             \
        V(WBINVD,        1)                                                             \
        V(INVPCID,       8)     /* reg; nop */                                          \
        V(CPUID,         1)                                                             \
        V(RDMSR,         1)                                                             \
        V(WRMSR,         1)                                                             \
        V(RDTSC,         1)                                                             \
        V(RDTSCP,        1)                                                             \
        V(RDPMC,         1)                                                             \
        V(MONITOR,       1)                                                             \
        V(MWAIT,         1)                                                             \
        V(XSETBV,        1)                                                             \
        V(XGETBV,        1)                                                             \
        V(CLAC,          1)                                                             \
        V(STAC,          1)                                                             \
        V(FNSAVE,        2)     /* w; nop */                                            \
        V(FRSTOR,        2)     /* w; nop */                                            \
        V(FNINIT,        1)                                                             \
        V(FXSAVE,        1)     /* nop */                                               \
        V(FXRSTOR,       1)     /* nop */                                               \
        V(XSAVE,         4)     /* xsave, xsaveopt, xsavec, xsaves; nop */              \
        V(XRSTOR,        2)     /* xrstor, xrstors; nop */                              \
        V(UNDEFINED,     1)     /* a hidden feature's instruction: #UD */               \
        V(PT_STORE,      1)     /* see Accesses */                                      \
        V(PT_READ,       1)                                                             \
        V(DEVICE,        1)                                                             \
        V(HOOK,         16)     /* hook number */

enum ab_vector {
#define AB_VECTOR(name, entries) \
        AB_VEC_##name, AB_VEC_##name##_LAST = AB_VEC_##name + (entries) - 1,
        AB_VECTOR_ROWS(AB_VECTOR)
#undef AB_VECTOR
        AB_VECTORS
};

/* clang-format on */

#define AB_VECTOR_TABLE_BYTES (2 * 4 * AB_VECTORS)

#endif
