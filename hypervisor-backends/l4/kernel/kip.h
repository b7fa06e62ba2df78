/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel interface page (manual 1.1): one page, data in the first half, the
 * system-call stubs in the second.
 */
#ifndef L4K_KIP_H
#define L4K_KIP_H

#include "types.h"
#include "abi.h"

#define KIP_MAGIC       L4_KIP_MAGIC   /* "L4", 230, "K" */
#define KIP_API_VERSION L4_API_VERSION /* X.2, revision 5 */
#define KIP_API_FLAGS   L4_API_FLAGS   /* little endian, 32 bits */
#define KIP_KERNEL_ID   L4_KERNEL_ID   /* as the public kernel's: programs test it */

struct kip_server {
        u32 sp, ip, low, high;
};

struct memory_desc {
        u32 low, high; /* low: type 0-3, subtype 4-7, bit 9 virtual, address 10-31 */
};

#define MEM_TYPE(d)      ((d).low & L4_MEMDESC_TYPE_MASK)
#define MEM_VIRTUAL      ((u32)L4_MEMDESC_VIRTUAL)
#define MEM_CONVENTIONAL L4_MEM_CONVENTIONAL
#define MEM_RESERVED     L4_MEM_RESERVED
#define MEM_MAX          L4_KIP_MEMDESC_MAX

struct kip {
        u32 magic, api_version, api_flags, description;
        u32 debugger[4];
        struct kip_server sigma0, sigma1, root;
        u32 reserved_50, memory_info, debug_config[2];
        u32 old_memory[16];
        u32 reserved_a0[2], utcb_info, area_info;
        u32 reserved_b0[2], boot_info, processor_descs;
        u32 clock_info, thread_info, page_info, processor_info;
        u32 space_control, thread_control, processor_control, memory_control;
        u32 ipc, lipc, unmap, exchange_registers;
        u32 system_clock, thread_switch, schedule;
        u32 reserved_fc[5];
        u32 arch_calls[4];
        u32 reserved_120[12];
        struct {
                u32 external_khz, internal_khz, pad[2];
        } processor; /* at 0x150 */
        u32 reserved_160[24];
        struct memory_desc memory[MEM_MAX]; /* at 0x1C0, up to the stubs */
};

_Static_assert(offsetof(struct kip, processor) == 0x150, "KIP layout");
_Static_assert(offsetof(struct kip, memory) == 0x1C0, "KIP layout");
_Static_assert(sizeof(struct kip) == 0x800, "KIP layout");

extern struct kip kip;
extern char kip_page[];

/* Fill in what is known only at boot: call addresses. */
void kip_init(bool has_sysenter);
/* The frequency, and how exactly timeouts and time slices are kept. */
void kip_set_clock(u32 khz, u32 schedule_us);
/* Alarm is a call of this kernel's. */
void kip_offer_alarm(void);
/* Number of memory descriptors. */
u32 kip_memory_count(void);
void kip_add_memory(u32 low, u32 high, u32 type);

/* stubs.S */
extern char stub_ipc[], stub_lipc[], stub_ipc_enter[], stub_system_clock[];
extern char stub_exchange_registers[], stub_thread_control[], stub_thread_switch[], stub_schedule[],
    stub_unmap[], stub_space_control[], stub_processor_control[], stub_memory_control[];
extern char stub_exchange_registers_return[], stub_thread_control_return[],
    stub_thread_switch_return[], stub_schedule_return[], stub_unmap_return[],
    stub_space_control_return[], stub_processor_control_return[], stub_memory_control_return[];
extern char fast_exchange_registers[], fast_thread_control[], fast_thread_switch[], fast_unmap[];
extern char fast_alarm[], fast_exchange_registers_return[], fast_thread_control_return[];
extern char fast_thread_switch_return[], fast_unmap_return[];
extern char fast_alarm_return[];
extern u32 kip_clock_factor;

#endif
