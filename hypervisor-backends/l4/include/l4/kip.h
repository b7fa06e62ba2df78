/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel interface page [1.1] and the call that finds it [1.2]. */
#ifndef L4_KIP_H
#define L4_KIP_H

#include <l4/types.h>

/* Entry points of the system calls in this space, filled in by L4_Init. */
struct L4_Syscalls {
        L4_Word_t ipc, lipc, exregs, threadcontrol, clock, threadswitch, schedule, unmap,
            spacecontrol, processorcontrol, memorycontrol, alarm;
};
extern struct L4_Syscalls L4_syscalls;

struct L4_MemoryDesc {
        L4_Word_t low, high; /* both inclusive */
        unsigned int type, subtype;
        int is_virtual;
};

/*
 * KernelInterface [1.2]: the base of the KIP in this space; API version, flags
 * and kernel id through the pointers that are not null.  Cannot fail.
 */
const void *L4_KernelInterface(L4_Word_t *version, L4_Word_t *flags, L4_Word_t *id);

/* Find the KIP and fill in L4_syscalls.  The start-up code calls it once. */
void L4_Init(void);

/* The word at byte offset @ofs (L4_KIP_OFS_*) of the KIP. */
L4_Word_t L4_KipWord(unsigned int ofs);

/* The version string of the kernel. */
const char *L4_KernelVersionString(void);

/* Feature string @n, or a null pointer behind the last one. */
const char *L4_Feature(unsigned int n);

/* True when the kernel announces @feature (L4_FEATURE_*). */
int L4_HasFeature(const char *feature);

/* Number of memory descriptors, and descriptor @n < that number. */
unsigned int L4_NumMemoryDescriptors(void);
struct L4_MemoryDesc L4_MemoryDescriptor(unsigned int n);

/* Thread numbers: first for user threads, first behind the interrupts, valid bits. */
L4_Word_t L4_ThreadIdUserBase(void);
L4_Word_t L4_ThreadIdSystemBase(void);
L4_Word_t L4_ThreadIdBits(void);

/* True on the public kernel, whose known departures programs may allow for. */
int L4_IsPublicKernel(void);

/* The rate of the time-stamp counter, kHz, from the first processor descriptor. */
L4_Word_t L4_ProcessorKHz(void);

/* How exactly the kernel keeps timeouts and time slices, microseconds; 0: it does not say. */
L4_Word_t L4_SchedulePrecision(void);

#endif /* L4_KIP_H */
