/* SPDX-License-Identifier: BSD-2-Clause */
/* The processor as the guest's loader leaves it, and how it ends. */
#include "cpu.h"

struct vcpu vcpu __attribute__((section(".wedge.vcpu"), aligned(4096)));
const struct backend_machine *machine;

_Static_assert(sizeof(struct ab_vcpu) == AB_VCPU_BYTES, "words of inline code");

static void flat(enum vcpu_seg seg, uint32_t selector, uint32_t rights)
{
        vcpu.ab.seg[seg] = selector;
        vcpu.segment[seg] = (struct vcpu_segment){0, 0xffffffff, rights};
}

static void choose_short_forms(void)
{
        static const struct {
                uint16_t vector;
                char *code;
        } forms[] = {
            {AB_VEC_STI, fast_sti},           {AB_VEC_STI_STEP, fast_step},
            {AB_VEC_STI_DEFER, fast_defer},   {AB_VEC_POPF, fast_popf},
            {AB_VEC_IRET, vcpu_enter_iret},   {AB_VEC_PUSHF, fast_pushf},
            {AB_VEC_IN_IMM, vcpu_enter_in},   {AB_VEC_OUT_IMM, vcpu_enter_out},
            {AB_VEC_RDTSC, vcpu_enter_rdtsc},
        };
        const struct known_segment_load *load;
        uint32_t i;

        for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
                vcpu_vectors[forms[i].vector] = (uint32_t)forms[i].code;
                vcpu_vectors[AB_VECTORS + forms[i].vector] = (uint32_t)forms[i].code;
        }
        for (load = known_segment_loads; load->begin; load++)
                vcpu_vectors[load->vector] = vcpu_vectors[AB_VECTORS + load->vector] = load->begin;
}

static void reset(const struct backend_entry *entry)
{
        /* free memory: no guest relies on it, but some are interrupted before they have their own
         */
        enum { CODE = 0xc09b, DATA = 0xc093, BOOT_STACK = 0x8000 };
        uint32_t i;

        vcpu.ab.cr[0] = CR0_PE | CR0_ET;
        vcpu.ab.dr[6] = 0xffff0ff0;
        vcpu.ab.dr[7] = 0x400;
        for (i = SEG_ES; i <= SEG_GS; i++)
                flat(i, i == SEG_CS ? entry->cs : entry->ds, i == SEG_CS ? CODE : DATA);
        vcpu.gdtr = (struct vcpu_table){entry->gdt_base, entry->gdt_limit};
        vcpu.idtr = (struct vcpu_table){0, 0};
        interrupts_enable(false);
        vcpu.frame = (struct ab_frame){.eip = entry->eip,
                                       .eax = entry->eax,
                                       .ebx = entry->ebx,
                                       .esi = entry->esi,
                                       .esp = BOOT_STACK,
                                       .eflags = FLAG_ONE | FLAG_IF};
}

void wedge_main(void)
{
        machine = backend_start();
        user_last = machine->user_bounded ? machine->user_end - 1 : ~0u;
        reset(&machine->entry);
        choose_short_forms();
        mmu_start(machine, &vcpu.ab);
        device_start(machine);
        backend_release();
        vcpu_resume();
}

/* --- the end ------------------------------------------------------------------------- */

static char text[600];
static uint32_t used;

static void put(const char *s)
{
        while (*s && used < sizeof(text) - 1)
                text[used++] = *s++;
}

static void put_register(const char *name, uint32_t value)
{
        uint32_t shift;
        char digits[10];

        for (shift = 0; shift < 8; shift++)
                digits[shift] = "0123456789abcdef"[value >> (28 - 4 * shift) & 15];
        digits[8] = ' ';
        digits[9] = 0;
        put(name);
        put(digits);
}

void vcpu_crash(const char *why)
{
        const struct ab_frame *f = &vcpu.frame;

        put(why);
        put(": ");
        put_register("eip ", f->eip);
        put_register("cs ", vcpu.ab.seg[SEG_CS]);
        put_register("eflags ", flags_image());
        put_register("eax ", f->eax);
        put_register("ebx ", f->ebx);
        put_register("ecx ", f->ecx);
        put_register("edx ", f->edx);
        put_register("esi ", f->esi);
        put_register("edi ", f->edi);
        put_register("ebp ", f->ebp);
        put_register("esp ", f->esp);
        put_register("cr0 ", vcpu.ab.cr[0]);
        put_register("cr2 ", vcpu.ab.cr[2]);
        put_register("cr3 ", vcpu.ab.cr[3]);
        put_register("site ", vcpu.site);
        put_register("vector ", vcpu.vector);
        text[used] = 0;
        device_idle();
        backend_fatal(text);
}
