/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of l4-torture share. */
#ifndef TORTURE_H
#define TORTURE_H

#include <l4/sigma0.h>
#include "../common/task.h"

#define MS(n) L4_TimePeriod((uint64_t)(n)*1000)

enum call {
        CALL_IPC,
        CALL_LIPC,
        CALL_EXREGS,
        CALL_THREADCONTROL,
        CALL_SPACECONTROL,
        CALL_SCHEDULE,
        CALL_UNMAP,
        CALL_THREADSWITCH,
        CALL_CLOCK,
        CALL_MEMORYCONTROL,
        CALL_PROCESSORCONTROL,
        CALL_SYSENTER, /* without the kernel's stub */
        CALL_TRAP,     /* an instruction that faults, or touching kernel memory */
        CALLS,
};
extern const char *const call_name[CALLS];

/* Column 0 is success, 1 to 8 the L4_ERROR_* codes, then the kinds of IPC error. */
#define RESULTS 14
struct result_table {
        L4_Word_t count[CALLS][RESULTS];
};

#define TORTURERS_MAX 8
struct torturer {
        L4_Word_t id;
        L4_Word_t calls, last; /* made, and made when last looked at */
        L4_Word_t lives;
};

extern L4_ThreadId_t self;
extern volatile struct result_table results;
extern volatile L4_Word_t torture_stop, torture_seed;
extern volatile struct torturer torturers[TORTURERS_MAX];

/* sysenter.S: in the order it loads them; the word of ESP is not used. */
struct sysenter {
        L4_Word_t fs, es, ds, flags, edi, esi, ebp, esp, ebx, edx, ecx, eax;
};
void torture_sysenter(struct sysenter *regs, L4_Word_t *block);
extern char torture_sysenter_back[];
int torture_has_sysenter(void);

/* What every torturer runs. */
void torture_main(void);

void watchdog_start(void);
int watchdog_memory_good(void);
int watchdog_time_good(void);

#endif /* TORTURE_H */
