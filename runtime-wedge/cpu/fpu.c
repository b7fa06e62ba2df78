/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point state.  The application's registers are the backend's to reach: where
 * applications run in threads of their own they are not the ones this code would see.  So the
 * guest kernel's saves and restores go through backend_fpu_save() and backend_fpu_load(),
 * converted where it uses the old format.
 */
#include "cpu.h"

enum {
        FXSAVE_BYTES = 512,
        X87_BYTES = 160,
        SSE_BYTES = 288,
        REGISTERS = 8,
        MXCSR = 24,
        CONTROL_RESET = 0x37f
};

static uint8_t area[FXSAVE_BYTES] __attribute__((aligned(16)));

/* The instruction may use the unit. */
static void check_unit(void)
{
        if (vcpu.ab.cr[0] & (CR0_TS | CR0_EM))
                cpu_raise(TRAP_NM, 0);
}

static uint32_t get16(const uint8_t *p)
{
        return p[0] | (uint32_t)p[1] << 8;
}

static void put16(uint8_t *p, uint32_t value)
{
        p[0] = value;
        p[1] = value >> 8;
}

static void copy(uint8_t *to, const uint8_t *from, uint32_t bytes)
{
        while (bytes--)
                *to++ = *from++;
}

/* --- the format of fnsave: `wide' has 32-bit words ------------------------------------- */

/* Tag of the physical register that holds st(i): fxsave only tells empty from used. */
static uint32_t full_tag(const uint8_t *st)
{
        uint32_t exponent = get16(st + 8) & 0x7fff, i;
        bool zero = true;

        for (i = 0; i < 8; i++)
                zero &= !st[i];
        if (!exponent)
                return zero ? 1 : 2;
        return exponent != 0x7fff && st[7] >> 7 ? 0 : 2;
}

static uint32_t full_tags(void)
{
        uint32_t top = get16(area + 2) >> 11 & 7, tags = 0, i;

        for (i = 0; i < REGISTERS; i++) {
                uint32_t tag = 3;

                if (area[4] >> i & 1)
                        tag = full_tag(area + 32 + 16 * ((i - top) & 7));
                tags |= tag << 2 * i;
        }
        return tags;
}

static uint32_t short_tags(uint32_t tags)
{
        uint32_t used = 0, i;

        for (i = 0; i < REGISTERS; i++)
                if ((tags >> 2 * i & 3) != 3)
                        used |= 1u << i;
        return used;
}

static uint32_t to_old(uint8_t *old, bool wide)
{
        uint32_t step = wide ? 4 : 2, i;
        uint32_t words[7] = {get16(area) | 0xffff0000,
                             get16(area + 2) | 0xffff0000,
                             full_tags() | 0xffff0000,
                             get16(area + 8) | get16(area + 10) << 16,
                             get16(area + 12) | get16(area + 6) << 16,
                             get16(area + 16) | get16(area + 18) << 16,
                             get16(area + 20) | 0xffff0000};

        for (i = 0; i < 7; i++) {
                put16(old + step * i, words[i]);
                if (wide)
                        put16(old + step * i + 2, words[i] >> 16);
        }
        for (i = 0; i < REGISTERS; i++)
                copy(old + 7 * step + 10 * i, area + 32 + 16 * i, 10);
        return 7 * step + 10 * REGISTERS;
}

static void from_old(const uint8_t *old, bool wide)
{
        uint32_t step = wide ? 4 : 2, i;

        put16(area, get16(old));
        put16(area + 2, get16(old + step));
        put16(area + 4, short_tags(get16(old + 2 * step)));
        put16(area + 6, wide ? get16(old + 4 * step + 2) & 0x7ff : 0);
        put16(area + 8, get16(old + 3 * step));
        put16(area + 10, wide ? get16(old + 3 * step + 2) : 0);
        put16(area + 12, get16(old + 4 * step));
        put16(area + 16, get16(old + 5 * step));
        put16(area + 18, wide ? get16(old + 5 * step + 2) : 0);
        put16(area + 20, get16(old + 6 * step));
        for (i = 0; i < REGISTERS; i++) {
                copy(area + 32 + 16 * i, old + 7 * step + 10 * i, 10);
                put16(area + 32 + 16 * i + 10, 0);
        }
}

/* Reset x87; SSE stays. */
static void reset_x87(void)
{
        uint32_t i;

        for (i = 0; i < MXCSR; i++)
                area[i] = 0;
        put16(area, CONTROL_RESET);
}

void emulate_FNSAVE(uint32_t word)
{
        uint8_t old[108];
        uint32_t at = operand_address(), bytes;

        check_unit();
        backend_fpu_save(area);
        bytes = to_old(old, !word);
        memory_write(at, old, bytes);
        reset_x87();
        backend_fpu_load(area);
}

void emulate_FRSTOR(uint32_t word)
{
        uint8_t old[108];

        check_unit();
        memory_read(operand_address(), old, word ? 94 : 108);
        backend_fpu_save(area);
        from_old(old, !word);
        backend_fpu_load(area);
}

void emulate_FNINIT(uint32_t index)
{
        (void)index;
        check_unit();
        backend_fpu_save(area);
        reset_x87();
        backend_fpu_load(area);
}

static uint32_t aligned_operand(void)
{
        uint32_t at = operand_address();

        check_unit();
        if (at % 16)
                cpu_raise(TRAP_GP, 0);
        return at;
}

/*
 * What lies behind the registers is the guest's own and is left alone; so is the part of SSE
 * where the guest has not announced that it knows of it.
 */
void emulate_FXSAVE(uint32_t index)
{
        uint32_t at = aligned_operand();

        (void)index;
        backend_fpu_save(area);
        if (vcpu.ab.cr[4] & CR4_OSFXSR) {
                memory_write(at, area, SSE_BYTES);
        } else {
                memory_write(at, area, MXCSR);
                memory_write(at + 32, area + 32, X87_BYTES - 32);
        }
}

void emulate_FXRSTOR(uint32_t index)
{
        enum { MXCSR_VALID = 0xffff };
        uint32_t at = aligned_operand();

        (void)index;
        if (vcpu.ab.cr[4] & CR4_OSFXSR) {
                memory_read(at, area, SSE_BYTES);
                if (get16(area + MXCSR + 2) || (get16(area + MXCSR) & ~MXCSR_VALID))
                        cpu_raise(TRAP_GP, 0);
        } else {
                backend_fpu_save(area);
                memory_read(at, area, MXCSR);
                memory_read(at + 32, area + 32, X87_BYTES - 32);
        }
        backend_fpu_load(area);
}
