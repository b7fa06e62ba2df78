/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel interface page: finding it, and reading what is in it. */
#include <l4/io.h>
#include <l4/kip.h>

struct L4_Syscalls L4_syscalls;
static const uint8_t *kip_base;

const void *L4_KernelInterface(L4_Word_t *version, L4_Word_t *flags, L4_Word_t *id)
{
        const void *base;
        L4_Word_t v, f, i;

        __asm__ volatile("lock; nop" : "=a"(base), "=c"(v), "=d"(f), "=S"(i));
        if (version)
                *version = v;
        if (flags)
                *flags = f;
        if (id)
                *id = i;
        return base;
}

L4_Word_t L4_KipWord(unsigned int ofs)
{
        return *(const L4_Word_t *)(kip_base + ofs);
}

static L4_Word_t entry(unsigned int ofs)
{
        return (L4_Word_t)kip_base + L4_KipWord(ofs);
}

void L4_Init(void)
{
        kip_base = L4_KernelInterface(NULL, NULL, NULL);
        L4_syscalls.ipc = entry(L4_KIP_OFS_IPC);
        L4_syscalls.lipc = entry(L4_KIP_OFS_LIPC);
        L4_syscalls.exregs = entry(L4_KIP_OFS_EXREGS);
        L4_syscalls.threadcontrol = entry(L4_KIP_OFS_THREADCONTROL);
        L4_syscalls.clock = entry(L4_KIP_OFS_SYSTEMCLOCK);
        L4_syscalls.threadswitch = entry(L4_KIP_OFS_THREADSWITCH);
        L4_syscalls.schedule = entry(L4_KIP_OFS_SCHEDULE);
        L4_syscalls.unmap = entry(L4_KIP_OFS_UNMAP);
        L4_syscalls.spacecontrol = entry(L4_KIP_OFS_SPACECONTROL);
        L4_syscalls.processorcontrol = entry(L4_KIP_OFS_PROCESSORCONTROL);
        L4_syscalls.memorycontrol = entry(L4_KIP_OFS_MEMORYCONTROL);
        if (L4_HasFeature(L4_FEATURE_PREEMPTMSG) && L4_KipWord(L4_KIP_OFS_ARCHSYSCALL))
                L4_syscalls.alarm = entry(L4_KIP_OFS_ARCHSYSCALL);
}

const char *L4_KernelVersionString(void)
{
        return (const char *)kip_base + L4_KipWord(L4_KIP_OFS_KERNDESC) + L4_KDESC_STRINGS;
}

const char *L4_Feature(unsigned int n)
{
        const char *s = L4_KernelVersionString();

        do
                s += strlen(s) + 1;
        while (*s && n--);
        return *s ? s : NULL;
}

int L4_HasFeature(const char *feature)
{
        const char *s;

        for (unsigned int n = 0; (s = L4_Feature(n)); n++)
                if (!strcmp(s, feature))
                        return 1;
        return 0;
}

unsigned int L4_NumMemoryDescriptors(void)
{
        return L4_KipWord(L4_KIP_OFS_MEMINFO) & 0xFFFF;
}

struct L4_MemoryDesc L4_MemoryDescriptor(unsigned int n)
{
        unsigned int ofs = (L4_KipWord(L4_KIP_OFS_MEMINFO) >> 16) + n * L4_MEMDESC_SIZE;
        L4_Word_t low = L4_KipWord(ofs), high = L4_KipWord(ofs + 4);

        return (struct L4_MemoryDesc){
            .low = low & L4_MEMDESC_ADDR_MASK,
            .high = high | ~L4_MEMDESC_ADDR_MASK,
            .type = low & L4_MEMDESC_TYPE_MASK,
            .subtype = (low >> L4_MEMDESC_SUBTYPE_SHIFT) & L4_MEMDESC_TYPE_MASK,
            .is_virtual = (low & L4_MEMDESC_VIRTUAL) != 0,
        };
}

L4_Word_t L4_ThreadIdBits(void)
{
        return L4_KipWord(L4_KIP_OFS_THREADINFO) & 0xFF;
}

L4_Word_t L4_ThreadIdSystemBase(void)
{
        return (L4_KipWord(L4_KIP_OFS_THREADINFO) >> 8) & 0xFFF;
}

L4_Word_t L4_ThreadIdUserBase(void)
{
        return L4_KipWord(L4_KIP_OFS_THREADINFO) >> 20;
}

int L4_IsPublicKernel(void)
{
        const char *s = L4_KernelVersionString();

        while (*s)
                if (!strncmp(s++, "istachio", 8))
                        return 1;
        return 0;
}

L4_Word_t L4_ProcessorKHz(void)
{
        return L4_KipWord(L4_KipWord(L4_KIP_OFS_PROCDESC) + L4_PROCDESC_INTERNAL);
}

L4_Word_t L4_SchedulePrecision(void)
{
        L4_Word_t period = L4_KipWord(L4_KIP_OFS_CLOCKINFO) >> 16;

        return (period & L4_TIME_MANTISSA_MASK) << (period >> L4_TIME_EXPONENT_SHIFT & 31);
}
