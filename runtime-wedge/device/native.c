/* SPDX-License-Identifier: BSD-2-Clause */
/* The two instructions by which the real processor is asked. */
#include "chips.h"

void native_cpuid(uint32_t eax, uint32_t ecx, struct cpuid *result)
{
        asm volatile("cpuid"
                     : "=a"(result->eax), "=b"(result->ebx), "=c"(result->ecx), "=d"(result->edx)
                     : "a"(eax), "c"(ecx));
}

uint64_t native_tsc(void)
{
        uint32_t low, high;

        asm volatile("rdtsc" : "=a"(low), "=d"(high));
        return (uint64_t)high << 32 | low;
}
