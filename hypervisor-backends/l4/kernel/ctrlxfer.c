/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control transfer items (thesis 3.2, 4.1, A.1; format of the public kernel):
 * a typed item that carries part of a thread's register state.
 *
 * First word: kind in bits 0 to 3, item id in bits 4 to 11, and in bits 12 to
 * 31 a mask of registers; one word follows for each bit set, lowest first.  A
 * register whose bit is clear is left alone.
 *
 * The kernel sends items straight from the saved registers of the faulting
 * thread and writes those of a reply straight back, with no copy between.
 */
#include "ext.h"
#include "ipc.h"
#include "fpu.h"
#include "x86.h"

#define ITEM_ID(w)          ((w) >> 4 & 0xFF)
#define ITEM_MASK(w)        ((w) >> 12)
#define ITEM_WORD(id, mask) ((mask) << 12 | (id) << 4 | ITEM_CTRLXFER)

#define ID_GP          0
#define GP_REGS        10
#define ALL_GP         ITEM_WORD(ID_GP, (1u << GP_REGS) - 1)
#define ID_FPU         32 /* and the next three: 20 words each of the FXSAVE image */
#define FPU_ITEMS      4
#define FPU_WORDS      20
#define FPU_ALL_WORDS  72 /* header, ST0-7, XMM0-7 */
#define ID_FPU_USED    40 /* the first of them, if there is something new */
#define NOTHING_NEW    ITEM_WORD(ID_FPU_USED, 0)
#define FPU_MXCSR      6
#define FPU_MXCSR_MASK 7
#define MXCSR_LEGAL    0xFFBFu
#define ID_TLS         48
#define TLS_WORDS      6
#define ID_SEG         49
#define SEG_WORDS      4
#define SEG_GS_FS      3u /* the mask of these two */
#define ID_DEBUG       L4_CTRLXFER_ID_DEBUG

/* Bits of a fault's configuration: which items its messages carry. */
#define CONF_GP  BIT(0)
#define CONF_FPU BIT(1) /* and the next three */
#define CONF_TLS BIT(5)
#define CONF_SEG BIT(6)
#define CONF_ALL 0x7Fu

/* Mask bit to register, as word offsets in the frame (IA-32 order of the items). */
static const u8 gp_regs[GP_REGS] = {
    offsetof(struct frame, eip) / 4, offsetof(struct frame, eflags) / 4,
    offsetof(struct frame, edi) / 4, offsetof(struct frame, esi) / 4,
    offsetof(struct frame, ebp) / 4, offsetof(struct frame, esp) / 4,
    offsetof(struct frame, ebx) / 4, offsetof(struct frame, edx) / 4,
    offsetof(struct frame, ecx) / 4, offsetof(struct frame, eax) / 4,
};

/* Registers of an item kind; 0 for one this kernel does not know. */
static u32 registers_of(u32 id)
{
        if (id == ID_GP)
                return GP_REGS;
        if (id - ID_FPU < FPU_ITEMS) {
                u32 first = (id - ID_FPU) * FPU_WORDS;

                return FPU_ALL_WORDS - first < FPU_WORDS ? FPU_ALL_WORDS - first : FPU_WORDS;
        }
        if (X_TLS && id == ID_TLS)
                return TLS_WORDS;
        if (X_TLS && id == ID_SEG)
                return SEG_WORDS;
        if (X_DEBUG && id == ID_DEBUG)
                return DEBUG_WORDS;
        return 0;
}

u32 ctrlxfer_words(u32 w)
{
        u32 registers;

        if ((w & ~ITEM_MORE) == ALL_GP)
                return 1 + GP_REGS;
        registers = registers_of(ITEM_ID(w));
        if (!registers || ITEM_MASK(w) >> registers)
                return 0;
        return 1 + popcount(ITEM_MASK(w));
}

/* --- one register ---------------------------------------------------------------- */

static u32 get_register(struct tcb *t, u32 id, u32 n)
{
        if (id == ID_GP)
                return ((u32 *)tcb_frame(t))[gp_regs[n]];
        if (X_TLS && id == ID_TLS)
                return (u32)(t->tls[n / 2] >> (n % 2 * 32));
        if (X_TLS && id == ID_SEG)
                return (&tcb_frame(t)->gs)[n] & 0xFFFF;
        if (X_DEBUG && id == ID_DEBUG)
                return t->debug[n];
        return ((u32 *)fpu_read(t))[(id - ID_FPU) * FPU_WORDS + n];
}

static void set_gp(struct tcb *t, u32 n, u32 value)
{
        struct frame *f = tcb_frame(t);

        f->way_out = EXIT_IRET;
        if (gp_regs[n] == offsetof(struct frame, eflags) / 4)
                f->eflags = (f->eflags & ~EFLAGS_USER) | (value & EFLAGS_USER);
        else
                ((u32 *)f)[gp_regs[n]] = value;
}

/* What user code can load too; a thread whose calls are redirected has no UTCB segment. */
static u32 legal_selector(const struct tcb *t, u32 value)
{
        u32 slot = (value >> 3) - GDT_TLS;

        if (value == SEL_UDATA || (value == SEL_UTCB && !t->redirect))
                return value;
        return (value & 7) == 3 && slot < L4_TLS_GDT_COUNT ? value : 0;
}

static void set_segment(struct tcb *t, u32 n, u32 value)
{
        struct frame *f = tcb_frame(t);

        f->way_out = EXIT_IRET;
        (&f->gs)[n] = legal_selector(t, value);
}

static void set_fpu(struct tcb *t, u32 n, u32 value)
{
        u32 *image = fpu_state(t);

        /* FXRSTOR faults on bits of MXCSR the processor does not have. */
        if (n == FPU_MXCSR)
                value &= image[FPU_MXCSR_MASK] ? image[FPU_MXCSR_MASK] : MXCSR_LEGAL;
        if (n != FPU_MXCSR_MASK)
                image[n] = value;
}

/* --- one item ----------------------------------------------------------------------- */

/* The usual case, worth having straight: all general registers. */
static u32 get_all_gp(const struct frame *f, u32 *item)
{
        item[0] = ALL_GP;
        item[1] = f->eip;
        item[2] = f->eflags;
        item[3] = f->edi;
        item[4] = f->esi;
        item[5] = f->ebp;
        item[6] = f->esp;
        item[7] = f->ebx;
        item[8] = f->edx;
        item[9] = f->ecx;
        item[10] = f->eax;
        return 1 + GP_REGS;
}

static void set_all_gp(struct frame *f, const u32 *item)
{
        f->way_out = EXIT_IRET;
        f->eip = item[1];
        f->eflags = (f->eflags & ~EFLAGS_USER) | (item[2] & EFLAGS_USER);
        f->edi = item[3];
        f->esi = item[4];
        f->ebp = item[5];
        f->esp = item[6];
        f->ebx = item[7];
        f->edx = item[8];
        f->ecx = item[9];
        f->eax = item[10];
}

/* All words of a floating-point item: a copy, but for the two about MXCSR. */
static bool is_all_fpu(u32 w)
{
        u32 id = ITEM_ID(w);

        return id - ID_FPU < FPU_ITEMS && ITEM_MASK(w) == (1u << registers_of(id)) - 1;
}

static void set_all_fpu(struct tcb *t, const u32 *item)
{
        u32 first = (ITEM_ID(*item) - ID_FPU) * FPU_WORDS, words = registers_of(ITEM_ID(*item));
        u32 *image = fpu_state(t), mask = image[FPU_MXCSR_MASK];

        memcpy(&image[first], &item[1], words * sizeof(*image));
        if (!first) {
                image[FPU_MXCSR_MASK] = mask;
                set_fpu(t, FPU_MXCSR, image[FPU_MXCSR]);
        }
}

/* Out of line, so that the usual item costs nothing of it. */
static __attribute__((noinline)) void set_other(struct tcb *t, const u32 *item)
{
        u32 id = ITEM_ID(*item), mask = ITEM_MASK(*item);

        if (id - ID_FPU < FPU_ITEMS && !fpu_prepare(t))
                return;
        if (is_all_fpu(*item)) {
                set_all_fpu(t, item);
                return;
        }
        for (; mask; mask &= mask - 1) {
                u32 n = (u32)__builtin_ctz(mask);

                item++;
                if (id == ID_GP)
                        set_gp(t, n, *item);
                else if (X_TLS && id == ID_TLS)
                        tls_set(t, n, *item);
                else if (X_TLS && id == ID_SEG)
                        set_segment(t, n, *item);
                else if (X_DEBUG && id == ID_DEBUG)
                        debug_set(t, n, *item);
                else
                        set_fpu(t, (id - ID_FPU) * FPU_WORDS + n, *item);
        }
        if (X_TLS && id == ID_TLS)
                tls_changed(t);
        if (X_DEBUG && id == ID_DEBUG)
                debug_changed(t);
}

void ctrlxfer_set(struct tcb *t, const u32 *item)
{
        if ((*item & ~ITEM_MORE) == ALL_GP)
                set_all_gp(tcb_frame(t), item);
        else
                set_other(t, item);
}

u32 ctrlxfer_get(struct tcb *t, u32 *item)
{
        u32 id = ITEM_ID(*item), mask = ITEM_MASK(*item), words = 1, n;

        if (id - ID_FPU < FPU_ITEMS && !fpu_prepare(t))
                mask = 0;
        if (mask && is_all_fpu(*item)) {
                words = registers_of(id);
                memcpy(&item[1], (u32 *)fpu_read(t) + (id - ID_FPU) * FPU_WORDS,
                       words * sizeof(*item));
                return 1 + words;
        }
        for (n = 0; mask; n++, mask >>= 1) {
                if (mask & 1)
                        item[words++] = get_register(t, id, n);
        }
        return words;
}

void ctrlxfer_apply(struct tcb *r)
{
        u32 at = TAG_UNTYPED(r->utcb[0]) + 1, last = at + TAG_TYPED(r->utcb[0]), words;

        r->state_items = false;
        for (; at < last; at += words) {
                u32 w = r->utcb[at];

                if (ITEM_IS_STRING(w)) {
                        words = ipc_string_words(r->utcb, at, last - 1);
                } else if (ITEM_TYPE(w) == ITEM_CTRLXFER) {
                        words = ctrlxfer_words(w);
                        if (words)
                                ctrlxfer_set(r, &r->utcb[at]);
                } else {
                        words = 2;
                }
                if (!words)
                        return;
        }
}

/* --- fault messages ------------------------------------------------------------------- */

/* Nothing where both are as a new thread's. */
static u32 get_segments(const struct frame *f, u32 *item)
{
        if ((u16)f->gs == SEL_UTCB && (u16)f->fs == SEL_UDATA)
                return 0;
        item[0] = ITEM_WORD(ID_SEG, SEG_GS_FS);
        item[1] = (u16)f->gs;
        item[2] = (u16)f->fs;
        return 3;
}

/* The items that are not of every message: floating point, descriptors. */
static __attribute__((noinline)) u32 append_more(struct tcb *t, u32 conf, u32 *to, u32 used)
{
        conf &= ~CONF_SEG;
        for (u32 bit = 1; conf >> bit; bit++) {
                u32 id = bit < 5 ? ID_FPU + bit - 1 : ID_TLS;
                u32 registers = registers_of(id);

                if (!(conf & BIT(bit)) || !registers || used + 1 + registers > 58)
                        continue;
                to[used] = ITEM_WORD(id, (1u << registers) - 1);
                used += ctrlxfer_get(t, &to[used]);
        }
        return used;
}

u32 ctrlxfer_append(struct tcb *t, u32 fault, u32 *to)
{
        u32 conf = t->xfer_conf[fault], used = 0;

        if (conf & CONF_GP)
                used = get_all_gp(tcb_frame(t), to);
        if (X_TLS && conf & CONF_SEG)
                used += get_segments(tcb_frame(t), &to[used]);
        return conf & ~(CONF_GP | CONF_SEG) ? append_more(t, conf, to, used) : used;
}

/* --- ExchangeRegisters -------------------------------------------------------------------- */

static bool configure(struct tcb *t, u32 w)
{
        if (ITEM_ID(w) >= ARRAY_LEN(t->xfer_conf))
                return false;
        t->xfer_conf[ITEM_ID(w)] = ITEM_MASK(w) & CONF_ALL;
        return true;
}

/* Its acceptor says so; or it waits for the answer to a fault, which may set its state. */
static bool accepts_state(const struct tcb *t)
{
        if (t->kernel_msg)
                return t->accept_state;
        return t->utcb[UTCB_BR0] & ACCEPT_CTRLXFER;
}

/* The item that w is about, in a read. */
static u32 asked_for(struct tcb *t, u32 w)
{
        u32 first = w - NOTHING_NEW + ITEM_WORD(ID_FPU, 0);

        if (ITEM_ID(w) != ID_FPU_USED || !ctrlxfer_words(first))
                return w;
        return fpu_changed(t) ? first : NOTHING_NEW;
}

/* Items are in the caller's message registers, from MR1 on, while bit 0 says more. */
u32 ctrlxfer_exregs(struct tcb *t, struct tcb *caller, u32 control)
{
        u32 *mr = caller->utcb, at = 1, w;

        do {
                w = mr[at];
                if (ITEM_TYPE(w) != ITEM_CTRLXFER)
                        break;
                if (control & EXR_XFER_CONF) {
                        if (!configure(t, w))
                                return ERR_INVALID_PARAM;
                        at++;
                        continue;
                }
                if (!accepts_state(t))
                        break;
                if (control & EXR_XFER_READ) {
                        w = mr[at] = asked_for(t, w);
                        if (w == NOTHING_NEW)
                                break;
                }
                if (!ctrlxfer_words(w) || at + ctrlxfer_words(w) > MR_COUNT)
                        return ERR_INVALID_PARAM;
                if (control & EXR_XFER_READ)
                        ctrlxfer_get(t, &mr[at]);
                if (control & EXR_XFER_WRITE)
                        ctrlxfer_set(t, &mr[at]);
                at += ctrlxfer_words(w);
        } while ((w & ITEM_MORE) && at < MR_COUNT);
        return 0;
}
