/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * floating: a kernel saves and restores floating-point state, in the formats of the 8087 and of the
 * Pentium III.  What one instruction stored the other loads, and each stores what the manual says
 * of it (volume 1, 8.1.7 and 8.1.10, 10.5; volume 2, FSAVE and FXRSTOR).  It prints the same on
 * bare hardware and bound.
 */
#include "kernel.h"

enum { CR0_EM = 4, CR0_TS = 8, CR4_OSFXSR = 0x200 };
enum { REGISTERS = 8, TOP_SHIFT = 11, NO_TRAP = 255, NO_UNIT = 7, PROTECTION = 13 };

/* A register as memory has it. */
struct real {
        uint64_t fraction;
        uint16_t exponent; /* and sign */
} __attribute__((packed));

/* As fxsave stores it. */
static struct image {
        uint16_t control, status;
        uint8_t used, reserved;
        uint16_t opcode;
        uint32_t code, code_segment, data, data_segment;
        uint32_t mxcsr, mask;
        struct {
                struct real real;
                uint8_t reserved[6];
        } reg[REGISTERS];
        uint8_t xmm[8][16], rest[224];
} __attribute__((aligned(16))) image, seen;

_Static_assert(sizeof(struct image) == 512, "the manual's size");

/* As fnsave stores it, with 32-bit operands and with 16-bit ones. */
static struct {
        uint32_t control, status, tags, code;
        uint16_t code_segment, opcode;
        uint32_t data, data_segment;
        struct real reg[REGISTERS];
} __attribute__((packed)) old;

static struct {
        uint16_t control, status, tags, code, code_segment, data, data_segment;
        struct real reg[REGISTERS];
} __attribute__((packed)) narrow;

_Static_assert(sizeof(old) == 108 && sizeof(narrow) == 94, "the manual's sizes");

static uint32_t come_back, stack, vector, error;

void kernel_trap(struct trap_frame *frame)
{
        if (!come_back)
                panic("unexpected trap", frame);
        vector = frame->vector;
        error = frame->error;
        trap_resume(frame, come_back, stack);
}

/* One instruction, with `at' in %eax; false: it trapped. */
#define TRY(instruction, at)                                                                       \
        ({                                                                                         \
                vector = NO_TRAP;                                                                  \
                asm volatile("pushl %%ebp; movl %%esp, %0; movl $1f, %1; " instruction             \
                             "\n1: popl %%ebp"                                                     \
                             : "=m"(stack), "=m"(come_back)                                        \
                             : "a"(at)                                                             \
                             : "ebx", "ecx", "edx", "esi", "edi", "memory", "cc");                 \
                come_back = 0;                                                                     \
                vector == NO_TRAP;                                                                 \
        })

static void clear(void *at, uint32_t bytes)
{
        uint8_t *p = at;

        while (bytes--)
                *p++ = 0;
}

/* What a register may hold, and its tag: 0 valid, 1 zero, 2 special. */
static const struct kind {
        struct real real;
        uint32_t tag;
} kinds[] = {
    {{0x8000000000000000, 0x3fff}, 0}, /* 1 */
    {{0, 0}, 1},
    {{0, 0x8000}, 1},                  /* -0 */
    {{1, 0}, 2},                       /* denormal */
    {{0x8000000000000000, 0}, 2},      /* pseudo-denormal */
    {{0x8000000000000000, 0x7fff}, 2}, /* infinity */
    {{0xc000000000000000, 0xffff}, 2}, /* no number */
    {{0x4000000000000000, 0x3fff}, 2}, /* unnormal */
    {{0xfedcba9876543210, 0xfffe}, 0}, /* the least of all */
    {{0xff00000000000000, 1}, 0},
    {{0x00ff000000000000, 0}, 2},
};

/* st(i) holds kind `first' + i; some are empty.  The tags that has. */
static uint32_t fill(uint32_t top, uint32_t first, uint8_t used)
{
        uint32_t i, tags = 0;

        clear(&image, sizeof(image));
        image.control = 0x37f;
        image.status = (uint16_t)(top << TOP_SHIFT | 0x4700);
        image.used = used;
        image.opcode = 0x5a5;
        image.code = 0x12345678;
        image.code_segment = KERNEL_CS;
        image.data = 0x9abcdef0;
        image.data_segment = KERNEL_DS;
        image.mxcsr = 0x1f80;
        for (i = 0; i < REGISTERS; i++) {
                const struct kind *kind = &kinds[(first + i) % (sizeof(kinds) / sizeof(kinds[0]))];
                uint32_t physical = (top + i) % REGISTERS;

                image.reg[i].real = kind->real;
                tags |= (used >> physical & 1 ? kind->tag : 3) << 2 * physical;
        }
        return tags;
}

static bool same_registers(const struct real *reg)
{
        uint32_t i;

        for (i = 0; i < REGISTERS; i++)
                if (reg[i].fraction != image.reg[i].real.fraction ||
                    reg[i].exponent != image.reg[i].real.exponent)
                        return false;
        return true;
}

static bool is_reset(void)
{
        return seen.control == 0x37f && !seen.status && !seen.used && !seen.opcode && !seen.code &&
               !seen.data;
}

static void saved_in_the_old_format(void)
{
        bool tagged = true, registers = true, controls = true, pointers = true, reset = true;
        uint32_t n;

        for (n = 0; n < 88; n++) {
                uint32_t tags = fill(n % 8, n, n % 3 ? (uint8_t)(n * 37) : 0xff);

                TRY("fxrstor (%%eax); fnsave old; fxsave seen", &image);
                tagged &= (old.tags & 0xffff) == tags;
                registers &= same_registers(old.reg);
                controls &=
                    (uint16_t)old.control == image.control && (uint16_t)old.status == image.status;
                pointers &= old.code == image.code && old.data == image.data &&
                            old.opcode == image.opcode && old.code_segment == KERNEL_CS &&
                            (uint16_t)old.data_segment == KERNEL_DS;
                reset &= is_reset();
        }
        ktap_result(tagged,
                    "fnsave tells of each register whether it is valid, zero, special or empty");
        ktap_result(registers, "and what it holds");
        ktap_result(controls, "control and status are as they were");
        ktap_result(pointers, "so are the last instruction, its operand and its opcode");
        ktap_result(reset, "and then the unit is as after fninit");
}

static void begun_anew(void)
{
        fill(6, 1, 0x5a);
        TRY("fxrstor (%%eax); fninit; fxsave seen", &image);
        ktap_result(is_reset(), "fninit makes it so, too");
}

static void saved_in_16_bits(void)
{
        uint32_t tags = fill(5, 3, 0xb7);

        TRY("fxrstor (%%eax); fnsaves narrow; fxsave seen", &image);
        ktap_result(narrow.tags == tags && same_registers(narrow.reg) &&
                        narrow.control == image.control && narrow.status == image.status &&
                        narrow.code == (uint16_t)image.code && narrow.code_segment == KERNEL_CS &&
                        narrow.data == (uint16_t)image.data && narrow.data_segment == KERNEL_DS &&
                        is_reset(),
                    "fnsave with 16-bit operands has the lower halves");
        fill(0, 0, 0);
        narrow.status |= 0x4000;
        TRY("fxrstor (%%eax); frstors narrow; fxsave seen", &image);
        fill(5, 3, 0xb7);
        ktap_result(seen.used == 0xb7 && seen.control == narrow.control &&
                        seen.status == narrow.status &&
                        seen.reg[3].real.fraction == image.reg[3].real.fraction &&
                        seen.code == (uint16_t)image.code && seen.data == (uint16_t)image.data &&
                        !seen.opcode,
                    "frstor with 16-bit operands loads them");
}

static void restored_from_the_old_format(void)
{
        bool right = true;
        uint32_t n, i;

        for (n = 0; n < 88; n++) {
                old.tags = fill(n % 8, n, (uint8_t)(n * 51));
                old.control = image.control;
                old.status = image.status;
                old.code = image.code;
                old.data = image.data;
                old.opcode = image.opcode;
                old.code_segment = KERNEL_CS;
                old.data_segment = KERNEL_DS;
                for (i = 0; i < REGISTERS; i++)
                        old.reg[i] = image.reg[i].real;
                TRY("fninit; frstor (%%eax); fxsave seen", &old);
                right &= seen.used == image.used && seen.status == image.status &&
                         seen.opcode == image.opcode && seen.code == image.code &&
                         seen.data == image.data;
                for (i = 0; i < REGISTERS; i++)
                        right &= seen.reg[i].real.fraction == image.reg[i].real.fraction &&
                                 seen.reg[i].real.exponent == image.reg[i].real.exponent;
        }
        ktap_result(right, "frstor loads registers, used or empty, pointers and opcode");
}

static void set_cr4(uint32_t set, uint32_t cleared)
{
        uint32_t value;

        asm volatile("movl %%cr4, %0" : "=r"(value));
        asm volatile("movl %0, %%cr4" : : "r"((value | set) & ~cleared) : "memory");
}

static void set_cr0(uint32_t set, uint32_t cleared)
{
        uint32_t value;

        asm volatile("movl %%cr0, %0" : "=r"(value));
        asm volatile("movl %0, %%cr0" : : "r"((value | set) & ~cleared) : "memory");
}

static void sse_registers(void)
{
        static const uint32_t reserved[] = {0x10000, 0x20000, 0x80000000};
        bool refused = true, kept;
        uint32_t i;

        set_cr4(CR4_OSFXSR, 0);
        fill(0, 0, 0xff);
        for (i = 0; i < sizeof(image.xmm); i++)
                image.xmm[i / 16][i % 16] = (uint8_t)(i * 29);
        image.mxcsr = 0x9f3f;
        TRY("fxrstor (%%eax); fnsave old; fxsave seen", &image);
        kept = seen.mxcsr == 0x9f3f;
        for (i = 0; i < sizeof(image.xmm); i++)
                kept &= seen.xmm[i / 16][i % 16] == image.xmm[i / 16][i % 16];
        ktap_result(kept && is_reset(), "fnsave leaves the registers of SSE alone");
        for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
                fill(3, 2, 0xff);
                image.mxcsr |= reserved[i];
                refused &= !TRY("fxrstor (%%eax)", &image) && vector == PROTECTION && !error;
                TRY("fxsave (%%eax)", &seen);
                refused &= seen.mxcsr == 0x9f3f && seen.xmm[7][15] == (uint8_t)(127 * 29);
        }
        ktap_result(refused, "fxrstor refuses reserved bits of MXCSR, and loads nothing");
        set_cr4(0, CR4_OSFXSR);
}

static void no_unit(void)
{
        static const uint32_t bits[] = {CR0_TS, CR0_EM};
        bool told = true;
        uint32_t i;

        for (i = 0; i < 2; i++) {
                set_cr0(bits[i], 0);
                told &= !TRY("fnsave (%%eax)", &old) && vector == NO_UNIT;
                told &= !TRY("frstor (%%eax)", &old) && vector == NO_UNIT;
                told &= !TRY("fninit", &old) && vector == NO_UNIT;
                told &= !TRY("fxsave (%%eax)", &seen) && vector == NO_UNIT;
                told &= !TRY("fxrstor (%%eax)", &image) && vector == NO_UNIT;
                set_cr0(0, bits[i]);
        }
        ktap_result(told, "without the unit each of them says so");
}

void kernel_main(void)
{
        ktap_plan(12);
        set_cr0(0, CR0_TS | CR0_EM);
        saved_in_the_old_format();
        begun_anew();
        saved_in_16_bits();
        restored_from_the_old_format();
        sse_registers();
        no_unit();
        ktap_finish();
}
