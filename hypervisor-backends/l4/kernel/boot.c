/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the loader's jump to the first user instruction.
 *
 * boot_entry (start.S) has turned paging on with boot_pd.  The loader has
 * filled in the KIP: memory descriptors, sigma0, root task.
 */
#include "kip.h"
#include "memory.h"
#include "space.h"
#include "mapdb.h"
#include "thread.h"
#include "sched.h"
#include "ipc.h"
#include "irq.h"
#include "fpu.h"
#include "clock.h"
#include "console.h"
#include "entry.h"
#include "ioports.h"
#include "gdt.h"
#include "boot.h"

#define ROOT_UTCB_AREA 0xBF000000u
#define ROOT_UTCB_LOG2 17
#define ROOT_KIP       0xBFF00000u
#define ROOT_PRIO      255
#define LEAST_MEMORY   256u /* pages of kernel memory to start with */

/* CPUID leaf 1, EDX. */
#define CPU_PSE  BIT(3)
#define CPU_TSC  BIT(4)
#define CPU_MSR  BIT(5)
#define CPU_SEP  BIT(11)
#define CPU_PGE  BIT(13)
#define CPU_PAT  BIT(16)
#define CPU_FXSR BIT(24)
#define CPU_SSE  BIT(25)

static u32 cpu_features;
bool cpu_has_sysenter;

static void check_cpu(void)
{
        static const struct {
                u32 bit;
                const char *name;
        } needed[] = {
            {CPU_PSE, "4 MB pages (PSE)"},
            {CPU_TSC, "a time-stamp counter (TSC)"},
            {CPU_MSR, "model-specific registers (MSR)"},
            {CPU_PGE, "global pages (PGE)"},
            {CPU_FXSR, "FXSAVE (FXSR)"},
        };
        u32 r[4];

        cpuid(1, r);
        cpu_features = r[3];
        for (u32 i = 0; i < ARRAY_LEN(needed); i++) {
                if (!(cpu_features & needed[i].bit))
                        panic("this processor lacks %s: use a Pentium III or later\n",
                              needed[i].name);
        }
}

static void init_cpu(void)
{
        write_cr0((read_cr0() & ~(CR0_CD | CR0_NW)) | CR0_WP | CR0_AM | CR0_NE | CR0_MP);
        write_cr4(read_cr4() | CR4_PSE | CR4_PGE | CR4_OSFXSR |
                  (cpu_features & CPU_SSE ? CR4_OSXMMEXCPT : 0));
        if (cpu_features & CPU_SEP) {
                wrmsr(MSR_SYSENTER_CS, SEL_KCODE);
                wrmsr(MSR_SYSENTER_ESP, TSS_ADDR);
                wrmsr(MSR_SYSENTER_EIP, (u32)sysenter_entry);
        }
        /* Attribute n of MemoryControl is PAT entry n - 1: WB WT UC WC WP, then spare. */
        if (cpu_features & CPU_PAT)
                wrmsr(MSR_PAT, 0x0006060501000406ull);
}

/* Take the kernel memory the loader reserved; never the image itself. */
static void init_memory(void)
{
        u32 image_end = virt_to_phys(kernel_end);

        for (u32 i = 0; i < kip_memory_count(); i++) {
                struct memory_desc *d = &kip.memory[i];
                u32 low = d->low & ~0x3FFu, high = (d->high | 0x3FF) + 1;

                if ((d->low & MEM_VIRTUAL) || MEM_TYPE(*d) != MEM_RESERVED || high > PHYS_LIMIT ||
                    high <= low)
                        continue;
                low = (low + PAGE_SIZE - 1) & PTE_FRAME;
                high &= PTE_FRAME;
                if (low < image_end || high - low < LEAST_MEMORY * PAGE_SIZE)
                        continue;
                memory_add(low, high);
                mapdb_forbid(low, high);
        }
        mapdb_forbid(KERNEL_LOAD, image_end);
        kip_add_memory(KERNEL_LOAD, image_end, MEM_RESERVED);
        kip_add_memory(0, USER_TOP, MEM_CONVENTIONAL | MEM_VIRTUAL);
        if (memory_free_pages() < LEAST_MEMORY)
                panic("no kernel memory: the loader must reserve at least 1 MB below 240 MB; "
                      "give the machine more memory\n");
}

static void init_paging(void)
{
        kernel_pd = boot_pd;
        ioports_init();
        gs_table[GS_PAGE >> PAGE_BITS & 1023] = virt_to_phys(gs_page) | PTE_P | PTE_U | PTE_G;
        kernel_pd[GS_PAGE >> SUPER_BITS] = virt_to_phys(gs_table) | PTE_P | PTE_W | PTE_U;
        kernel_pd[0] = 0;
        write_cr3(virt_to_phys(kernel_pd));
}

static struct tcb *root_server(u32 number, const struct kip_server *image, u32 pager, bool sigma0)
{
        struct space *s = space_create();
        struct tcb *t;

        if (!s)
                panic("out of kernel memory at boot: reserve more\n");
        s->privileged = true;
        s->is_sigma0 = sigma0;
        if (sigma0)
                sigma0_space = s;
        space_set_areas(s, fpage_make(ROOT_KIP, PAGE_BITS, 0),
                        fpage_make(ROOT_UTCB_AREA, ROOT_UTCB_LOG2, 0));
        t = thread_create(id_make(number, 1), s, id_make(USER_BASE + 2, 1));
        if (!t || !space_map_kernel_page(s, ROOT_KIP, virt_to_phys(kip_page), false) ||
            !thread_activate(t, ROOT_UTCB_AREA + UTCB_OFFSET, pager))
                panic("out of kernel memory at boot: reserve more\n");
        t->prio = ROOT_PRIO;
        /* Started by the boot loader's word, not by a message. */
        t->started = true;
        t->mr = t->utcb;
        t->kernel_msg = false;
        t->partner = 0;
        tcb_frame(t)->eip = image->ip;
        tcb_frame(t)->esp = image->sp;
        thread_continue_user(t);
        sched_ready(t);
        return t;
}

static void start_servers(void)
{
        if (!kip.sigma0.ip || !kip.root.ip)
                panic("no sigma0 or no root task: give the loader the modules kernel, sigma0 and "
                      "root task, in this order\n");
        root_server(USER_BASE, &kip.sigma0, ID_NIL, true);
        root_server(USER_BASE + 2, &kip.root, id_make(USER_BASE, 1), false);
}

void kernel_main(void)
{
        check_cpu();
        init_memory();
        accounts_init();
        init_paging();
        cpu_has_sysenter = cpu_features & CPU_SEP;
        gdt_init();
        init_cpu();
        kip_init(cpu_has_sysenter);
        fpu_init();
        thread_init();
        irq_init();
        clock_init();
        sched_init();
        idle_thread = current();
        link_init(&idle_thread->senders);
        link_init(&idle_thread->ready);
        idle_thread->state = S_RUNNING;
        start_servers();
        schedule();
        idle_loop();
}
