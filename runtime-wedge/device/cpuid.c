/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the processor says of itself: the real one's name, and of its features those
 * on these lists.  Not on them: what needs a device that is not there (APIC, MTRR),
 * paging modes that are not built (PAE, PSE-36, PAT, NX), ways into the kernel that are
 * not taken (SEP, SYSCALL), virtual-8086 mode, state that fxsave does not hold (AVX), and
 * whatever has instructions nobody annotated.  The image's own list comes on top.
 */
#include "chips.h"

#define LEAVES         2u
#define FIRST_EXTENDED 0x80000000u
#define LAST_EXTENDED  0x80000004u

#define BIT(n) (1u << (n))

enum {
        FPU = 0,
        PSE = 3,
        TSC = 4,
        MSR = 5,
        MCE = 7,
        CX8 = 8,
        PGE = 13,
        MCA = 14,
        CMOV = 15,
        CLFLUSH = 19,
        MMX = 23,
        FXSR = 24,
        SSE = 25,
        SSE2 = 26,
        SSE3 = 0,
        PCLMUL = 1,
        SSSE3 = 9,
        SSE41 = 19,
        SSE42 = 20,
        MOVBE = 22,
        POPCNT = 23,
        AES = 25,
        MMXEXT = 22,
        AMD_3DNOWEXT = 30,
        AMD_3DNOW = 31,
};

/*
 * Machine checks are offered without a bank that could report one, because old kernels ask
 * for banks whatever cpuid says (Linux 2.6.9 on AMD's).
 */
static const uint32_t leaf1_edx = BIT(FPU) | BIT(PSE) | BIT(TSC) | BIT(MSR) | BIT(MCE) | BIT(CX8) |
                                  BIT(PGE) | BIT(MCA) | BIT(CMOV) | BIT(CLFLUSH) | BIT(MMX) |
                                  BIT(FXSR) | BIT(SSE) | BIT(SSE2);
static const uint32_t leaf1_ecx = BIT(SSE3) | BIT(PCLMUL) | BIT(SSSE3) | BIT(SSE41) | BIT(SSE42) |
                                  BIT(MOVBE) | BIT(POPCNT) | BIT(AES);
/* AMD repeats some of the first leaf's here. */
static const uint32_t ext1_edx = BIT(FPU) | BIT(PSE) | BIT(TSC) | BIT(MSR) | BIT(CX8) | BIT(PGE) |
                                 BIT(CMOV) | BIT(MMX) | BIT(FXSR) | BIT(MMXEXT) |
                                 BIT(AMD_3DNOWEXT) | BIT(AMD_3DNOW);

static const struct backend_hidden *hidden;

void cpuid_start(const struct backend_machine *machine)
{
        hidden = &machine->hidden;
}

static void features(struct cpuid *result)
{
        result->ebx &= 0x0000ffff; /* one processor, without an APIC's number */
        /* The table asks for paging bits whatever the real processor has: they are ours. */
        result->edx |= BIT(PSE) | BIT(PGE) | BIT(MSR) | BIT(MCE) | BIT(MCA);
        result->edx &= leaf1_edx & ~hidden->leaf1_edx;
        result->ecx &= leaf1_ecx & ~hidden->leaf1_ecx;
}

static void extended_features(struct cpuid *result)
{
        result->ebx = 0;
        result->ecx = 0;
        result->edx &= ext1_edx & ~hidden->ext1_edx;
}

static void limit(struct cpuid *result, uint32_t last)
{
        if (result->eax > last)
                result->eax = last;
}

void cpuid_emulate(uint32_t eax, uint32_t ecx, struct cpuid *result)
{
        if ((eax > LEAVES && eax < FIRST_EXTENDED) || eax > LAST_EXTENDED) {
                *result = (struct cpuid){0};
                return;
        }
        native_cpuid(eax, ecx, result);
        if (eax == 0)
                limit(result, LEAVES);
        else if (eax == 1)
                features(result);
        else if (eax == FIRST_EXTENDED)
                limit(result, LAST_EXTENDED);
        else if (eax == FIRST_EXTENDED + 1)
                extended_features(result);
}
