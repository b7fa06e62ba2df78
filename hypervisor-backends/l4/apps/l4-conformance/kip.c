/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel interface page [1.1] and KernelInterface [1.2]. */
#include "check.h"

static int links_in_page(void)
{
        static const unsigned int links[] = {
            L4_KIP_OFS_SPACECONTROL,  L4_KIP_OFS_THREADCONTROL, L4_KIP_OFS_PROCESSORCONTROL,
            L4_KIP_OFS_MEMORYCONTROL, L4_KIP_OFS_IPC,           L4_KIP_OFS_LIPC,
            L4_KIP_OFS_UNMAP,         L4_KIP_OFS_EXREGS,        L4_KIP_OFS_SYSTEMCLOCK,
            L4_KIP_OFS_THREADSWITCH,  L4_KIP_OFS_SCHEDULE,
        };

        for (unsigned int i = 0; i < sizeof(links) / sizeof(links[0]); i++)
                if (L4_KipWord(links[i]) == 0 || L4_KipWord(links[i]) >= L4_KIP_SIZE)
                        return 0;
        return 1;
}

/* Number of descriptors of @type (and @subtype, if not -1) that cover @addr. */
static unsigned int covering(L4_Word_t addr, unsigned int type, int subtype)
{
        unsigned int n = 0;

        for (unsigned int i = 0; i < L4_NumMemoryDescriptors(); i++) {
                struct L4_MemoryDesc d = L4_MemoryDescriptor(i);

                if (!d.is_virtual && d.type == type && d.low <= addr && addr <= d.high &&
                    (subtype < 0 || d.subtype == (unsigned int)subtype))
                        n++;
        }
        return n;
}

/* Type of the last descriptor covering @addr: the one that counts. */
static unsigned int type_at(L4_Word_t addr)
{
        unsigned int type = L4_MEM_UNDEFINED;

        for (unsigned int i = 0; i < L4_NumMemoryDescriptors(); i++) {
                struct L4_MemoryDesc d = L4_MemoryDescriptor(i);

                if (!d.is_virtual && d.low <= addr && addr <= d.high)
                        type = d.type;
        }
        return type;
}

static void memory_descriptors(void)
{
        unsigned int n = L4_NumMemoryDescriptors(), ofs = L4_KipWord(L4_KIP_OFS_MEMINFO) >> 16;
        int ordered = 1, virt = 0, reserved = 0, conventional = 0;

        for (unsigned int i = 0; i < n; i++) {
                struct L4_MemoryDesc d = L4_MemoryDescriptor(i);

                ordered &= d.low <= d.high;
                virt |= d.is_virtual && d.low == 0 && d.high == L4_USER_END - 1;
                reserved |= d.type == L4_MEM_RESERVED;
                conventional |= d.type == L4_MEM_CONVENTIONAL && d.high - d.low >= 0x100000;
        }
        check(n > 0 && n <= L4_KIP_MEMDESC_MAX, "1.1", "kip: there are memory descriptors");
        check(ofs >= 0x110 && ofs + n * L4_MEMDESC_SIZE <= L4_KIP_SIZE, "1.1",
              "kip: memory descriptors lie in the page");
        check(ordered, "1.1", "kip: every descriptor's low is at or below its high");
        check(virt, "1.1", "kip: a virtual descriptor states 3 GB of user space");
        check(reserved, "1.1", "kip: some memory is reserved for the kernel");
        check(conventional, "1.1", "kip: there is a megabyte of conventional memory");
        check(type_at(0xB8000) == L4_MEM_SHARED, "1.1", "kip: the VGA frame is shared memory");
        check(covering((L4_Word_t)area_kip, L4_MEM_BOOTLOADER, L4_MEM_BOOT_SERVER) > 0, "1.1",
              "kip: the root task's image is a boot-loader descriptor");
}

static void servers(void)
{
        L4_Word_t low = L4_KipWord(L4_KIP_OFS_ROOT + L4_KIP_SERVER_LOW);
        L4_Word_t high = L4_KipWord(L4_KIP_OFS_ROOT + L4_KIP_SERVER_HIGH);
        extern char _start[];

        check(L4_KipWord(L4_KIP_OFS_ROOT + L4_KIP_SERVER_IP) == (L4_Word_t)_start, "1.1",
              "kip: the root task's entry is ours");
        check(low <= (L4_Word_t)area_kip && (L4_Word_t)area_kip < high, "1.1",
              "kip: the root task's range holds our code");
        check(L4_KipWord(L4_KIP_OFS_SIGMA0 + L4_KIP_SERVER_IP) != 0, "1.1",
              "kip: sigma0 has an entry");
        check(L4_KipWord(L4_KIP_OFS_SIGMA0 + L4_KIP_SERVER_LOW) <
                  L4_KipWord(L4_KIP_OFS_SIGMA0 + L4_KIP_SERVER_HIGH),
              "1.1", "kip: sigma0 has a range");
}

static void description(void)
{
        L4_Word_t desc = L4_KipWord(L4_KIP_OFS_KERNDESC), date, id;
        const char *supplier =
            (const char *)L4_KernelInterface(NULL, NULL, &id) + desc + L4_KDESC_SUPPLIER;
        unsigned int n = 0;

        date = L4_KipWord(desc + L4_KDESC_DATE);
        check(desc >= 0x110 && desc < L4_KIP_SIZE, "1.1",
              "kip: the kernel description is in the page");
        check(L4_KipWord(desc + L4_KDESC_ID) == id, "1.1",
              "kip: the description repeats the kernel id");
        check((date & 31) >= 1 && (date >> 5 & 15) >= 1 && (date >> 5 & 15) <= 12, "1.1",
              "kip: the generation date is a date");
        check(supplier[0] >= ' ' && supplier[3] >= ' ', "1.1", "kip: the supplier is four letters");
        check(L4_KernelVersionString()[0] != 0, "1.1", "kip: there is a version string");
        while (L4_Feature(n) && n < 100)
                n++;
        check(n < 100, "1.1", "kip: the feature list ends");
        check(!L4_HasFeature("no such feature"), "1.1", "kip: an unknown feature is not announced");
}

static void clock(void)
{
        L4_Clock_t a, b;
        uint64_t t0, t1;

        check(L4_ProcessorKHz() > 1000, "1.1", "kip: the processor descriptor has a clock rate");
        check(L4_KipWord(L4_KIP_OFS_CLOCKINFO) != 0, "1.1",
              "kip: clock info states the clock's precision");
        a = L4_SystemClock();
        t0 = l4_rdtsc();
        L4_Sleep(MS(50));
        t1 = l4_rdtsc();
        b = L4_SystemClock();
        check(b > a, "3.4", "kip: SystemClock advances");
        check(b - a >= 45000, "3.4", "kip: SystemClock counts microseconds");
        t0 = (t1 - t0) * 1000 / L4_ProcessorKHz();
        check(t0 < (b - a) + (b - a) / 10 + 1000 && t0 + (b - a) / 10 + 1000 > b - a, "1.1",
              "kip: SystemClock and time-stamp counter agree by the clock rate");
}

void area_kip(void)
{
        L4_Word_t version, flags, id;
        const uint8_t *kip = L4_KernelInterface(&version, &flags, &id);

        check((L4_Word_t)kip == L4_ROOT_KIP_BASE, "1.2",
              "kip: the root task's KIP is where it belongs");
        check(version == L4_API_VERSION, "1.2", "kip: KernelInterface returns the API version");
        check(flags == L4_API_FLAGS, "1.2", "kip: KernelInterface returns the API flags");
        check(id >> 24 != 0, "1.2", "kip: KernelInterface returns a kernel id");
        check(L4_KipWord(L4_KIP_OFS_MAGIC) == L4_KIP_MAGIC, "1.1", "kip: magic");
        check(L4_KipWord(L4_KIP_OFS_APIVERSION) == version, "1.1", "kip: API version in the page");
        check(L4_KipWord(L4_KIP_OFS_APIFLAGS) == flags, "1.1", "kip: API flags in the page");
        check((L4_KipWord(L4_KIP_OFS_UTCBINFO) & 0x3FFFFF) == L4_KIP_UTCBINFO_VALUE, "1.1",
              "kip: UTCB info");
        check((L4_KipWord(L4_KIP_OFS_KIPINFO) & 0x3F) == 12, "1.1", "kip: the KIP area has 4 KB");
        check((L4_KipWord(L4_KIP_OFS_PAGEINFO) & ~7u) == (L4_KIP_PAGEINFO_VALUE & ~7u), "1.1",
              "kip: pages of 4 KB and 4 MB");
        check((L4_KipWord(L4_KIP_OFS_PAGEINFO) & 6) == 6, "1.1", "kip: rights read and write");
        check((L4_KipWord(L4_KIP_OFS_PROCINFO) & 0xFFFF) == 0, "1.1", "kip: one processor");
        check(L4_ThreadIdBits() >= 16 && L4_ThreadIdBits() <= 18, "1.1", "kip: thread-number bits");
        check(L4_ThreadIdSystemBase() >= 16, "1.1", "kip: system base behind the interrupts");
        check(L4_ThreadIdUserBase() > L4_ThreadIdSystemBase(), "1.1",
              "kip: user base behind the system base");
        check(links_in_page(), "1.1", "kip: every system-call link points into the page");
        check(L4_KipWord(L4_KIP_OFS_BOOTINFO) != 0, "1.1", "kip: there is boot information");
        check(!L4_KipWord(L4_KIP_OFS_ARCHSYSCALL) || L4_HasFeature(L4_FEATURE_PREEMPTMSG), "1.1",
              "kip: no architecture system calls but an extension's");
        memory_descriptors();
        servers();
        description();
        clock();
}
