/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Assembles forms.def: sites with their padding, and records like the pass's. */
#include <afterburn/insn.h>
#include <afterburn/record.h>
#include "layout.h"

#define STRING_(x) #x
#define STRING(x)  STRING_(x)
#define LEAVE      "jmp *" STRING(BT_LEAVE)

/* Bytes missing: to `need', or AB_NEED_MEMORY where that is 0. */
#define MISSING "((%c1 > 772f-771f) * (%c1 - (772f-771f)) * -1 + (%c1 == 0) * %c7 * -1)"

#define RECORD                                                                                     \
        ".pushsection .afterburn; .long 770b; .byte 773b-770b, 771b-770b, 772b-771b, %c6;"         \
        ".byte %c0, %c2, %c4, %c5; .long %c8; .popsection\n"

#define FORM(class, need, side, pad, gprs, flags, insn, tail, shape, vector, text)                 \
        __asm__ volatile("770: .if %c2 == 1 || %c2 == 2; .skip " MISSING ", %c3; .endif\n"         \
                         "771: " insn "\n772:"                                                     \
                         ".if %c2 == 3; .skip %c1 - (772b-771b), %c3; .endif\n"                    \
                         "773: " RECORD tail ::"i"(AB_CLASS_##class),                              \
                         "i"(need), "i"(side), "i"(pad), "i"(gprs), "i"(flags),                    \
                         "i"(AB_RECORD_VERSION << 4 | AB_KIND_INSN), "i"(AB_NEED_MEMORY),          \
                         "i"(0x800000ff));

#define ACCESS(kind, pad, insn, shape, vector)                                                     \
        __asm__ volatile("770: .skip %c1, 0x90\n771: " insn "\n772: 773: " RECORD LEAVE ::"i"(0),  \
                         "i"(pad), "i"(AB_PAD_NOP_BEFORE), "i"(0), "i"(0), "i"(0),                 \
                         "i"(AB_RECORD_VERSION << 4 | AB_KIND_##kind), "i"(0), "i"(0x800000ff));

#define HOOK(number, bytes)                                                                        \
        __asm__ volatile("770: 771: 772: .skip %c1, 0x90\n773: " RECORD LEAVE ::"i"(0),            \
                         "i"(bytes), "i"(AB_PAD_NOP_AFTER), "i"(0), "i"(0), "i"(0),                \
                         "i"(AB_RECORD_VERSION << 4 | AB_KIND_HOOK), "i"(0), "i"(number));

void forms(void);

void forms(void)
{
#include "forms.def"
}
