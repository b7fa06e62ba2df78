/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Model-specific registers.  Features that come with some are hidden, so few remain:
 * the counter, and those that kernels touch without asking; what is written to the latter is lost.
 */
#include "chips.h"

enum {
        P5_ADDRESS = 0x00,
        P5_TYPE = 0x01,
        TSC = 0x10,
        PLATFORM_ID = 0x17,
        APIC_BASE = 0x1b,
        POWER_ON = 0x2a,
        MICROCODE = 0x8b,
        SYSENTER_CS = 0x174,
        SYSENTER_EIP = 0x176,
        CHECK_BANKS = 0x179,
        CHECK_STATUS = 0x17a,
        BANK0_CONTROL = 0x400,
        BANK0_STATUS,
        MISC_ENABLE = 0x1a0,
        DEBUG_CONTROL = 0x1d9,
};

struct msr {
        uint32_t number;
        uint64_t value;
};

static const struct msr table[] = {
    {P5_ADDRESS, 0}, /* machine checks: none, of no bank */
    {P5_TYPE, 0},       {CHECK_BANKS, 0}, {CHECK_STATUS, 0},       {BANK0_CONTROL, 0},
    {BANK0_STATUS, 0},  {PLATFORM_ID, 0}, {APIC_BASE, 0xfee00100}, /* the first processor's,
                                                                      disabled */
    {POWER_ON, 0},      {MICROCODE, 0},   {MISC_ENABLE, 1},        /* fast strings */
    {DEBUG_CONTROL, 0},
};

/* Kept for who asks; sysenter itself is hidden. */
static uint64_t sysenter[SYSENTER_EIP - SYSENTER_CS + 1];

static uint64_t *kept(uint32_t number)
{
        return number >= SYSENTER_CS && number <= SYSENTER_EIP ? &sysenter[number - SYSENTER_CS]
                                                               : 0;
}

static const struct msr *find(uint32_t number)
{
        uint32_t i;

        for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
                if (table[i].number == number)
                        return &table[i];
        return 0;
}

bool msr_read(uint32_t number, uint64_t *value)
{
        const struct msr *msr = find(number);

        if (number == TSC)
                *value = tsc_read();
        else if (kept(number))
                *value = *kept(number);
        else if (msr)
                *value = msr->value;
        return number == TSC || kept(number) || msr;
}

bool msr_write(uint32_t number, uint64_t value)
{
        if (kept(number))
                *kept(number) = value & 0xffffffff;
        return number == TSC || kept(number) || find(number);
}
