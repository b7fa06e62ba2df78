/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel interface page.  The loader finds it in the image by its magic word
 * and fills in memory, servers and boot information before the kernel runs.
 */
#include "kip.h"
#include "abi.h"
#include "config.h"
#include "x86.h"
#include "clock.h"

#define KIP_DATA __attribute__((section(".kip.data")))
#define KIP_DESC __attribute__((section(".kip.description")))

KIP_DATA struct kip kip = {
    .magic = KIP_MAGIC,
    .api_version = KIP_API_VERSION,
    .api_flags = KIP_API_FLAGS,
    .memory_info = offsetof(struct kip, memory) << 16,
    /* UTCBs of 512 bytes, so aligned, in areas of at least 4 KB. */
    .utcb_info = 12 << 16 | 9 << 10 | 1,
    .area_info = PAGE_BITS,
    .processor_descs = offsetof(struct kip, processor),
    .thread_info = USER_BASE << 20 | SYSTEM_BASE << 8 | THREAD_BITS,
    /* Reading and writing can be told apart; 4 KB and 4 MB pages. */
    .page_info = 1u << PAGE_BITS | 1u << SUPER_BITS | FPAGE_R | FPAGE_W,
    .processor_info = 4u << 28,
};

/* Kernel description (manual 1.1): ids, then strings up to an empty one. */
static KIP_DESC const struct {
        u32 id, date, version;
        char supplier[4];
        char strings[256];
} description = {.id = KIP_KERNEL_ID,
                 .date = 26u << 9 | 11u << 5 | 21u,
                 .version = 0u << 24 | 1u << 16,
                 .supplier = "AfBu",
                 .strings = "Afterburner L4 X.2\0"
                            "pagerexregs\0"
                            "ioflexpages\0"
#if X_CTRLXFER
                            "ctrlxfer\0"
#endif
#if X_XPF
                            "pfstate\0"
#endif
#if X_PREEMPT_MSG
                            "preemptmsg\0"
#endif
#if X_ZERO_SLICE
                            "zeroslice\0"
#endif
#if X_LIMITS
                            "limits\0"
#endif
#if X_REDIRECT
                            "redirect\0"
#endif
#if X_TLS
                            "tls\0"
#endif
#if X_DEBUG
                            "debug\0"
#endif
#if X_SMALL_SPACES
                            "smallspaces\0"
#endif
};

static u32 relative(const void *p)
{
        return (u32)p - (u32)kip_page;
}

void kip_init(bool has_sysenter)
{
        kip.description = relative(&description);
        kip.ipc = relative(stub_ipc);
        kip.lipc = relative(stub_lipc);
        kip.exchange_registers = relative(stub_exchange_registers);
        kip.thread_control = relative(stub_thread_control);
        kip.thread_switch = relative(stub_thread_switch);
        kip.schedule = relative(stub_schedule);
        kip.unmap = relative(stub_unmap);
        kip.space_control = relative(stub_space_control);
        kip.processor_control = relative(stub_processor_control);
        kip.memory_control = relative(stub_memory_control);
        kip.system_clock = relative(stub_system_clock);
        if (has_sysenter) {
                kip.exchange_registers = relative(fast_exchange_registers);
                kip.thread_control = relative(fast_thread_control);
                kip.thread_switch = relative(fast_thread_switch);
                kip.unmap = relative(fast_unmap);
        } else {
                stub_ipc_enter[0] = (char)0xCD; /* int 0x30, as long as SYSENTER */
                stub_ipc_enter[1] = 0x30;
        }
}

/* Microseconds as a period with the smallest exponent that holds them. */
static u32 period(u32 us)
{
        u32 exponent = 0;

        while (us > 1023) {
                us >>= 1;
                exponent++;
        }
        return exponent << 10 | us;
}

void kip_set_clock(u32 khz, u32 schedule_us)
{
        kip.processor.external_khz = khz;
        kip.processor.internal_khz = khz;
        kip_clock_factor = (u32)div64((1000ull << 32) + khz / 2, khz);
        kip.clock_info = period(schedule_us) << 16 | period(1);
}

void kip_offer_alarm(void)
{
        kip.arch_calls[0] = relative(fast_alarm);
}

u32 kip_memory_count(void)
{
        return kip.memory_info & 0xFFFF;
}

void kip_add_memory(u32 low, u32 high, u32 type)
{
        u32 n = kip_memory_count();

        if (n >= MEM_MAX)
                return;
        kip.memory[n].low = (low & ~0x3FFu) | type;
        kip.memory[n].high = (high - 1) | 0x3FF;
        kip.memory_info++;
}
