/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments.  The guest's segments are flat, or at least its code uses them as such: the real
 * segment registers are the hypervisor's.  Selectors and descriptor caches are kept as the
 * processor keeps them; descriptors are read from the guest's tables at every load, through
 * its page tables, so it does not matter by which of its aliases the guest has changed one.
 */
#include "cpu.h"

static bool fails(struct cpu_fault *fault, uint32_t vector, uint32_t error)
{
        fault->vector = vector;
        fault->error = error;
        return false;
}

static bool fails_mmu(struct cpu_fault *fault, const struct mmu_fault *from)
{
        fault->address = from->address;
        return fails(fault, TRAP_PF, from->error);
}

static bool is_null(uint32_t selector)
{
        return !(selector & 0xfffc);
}

/* Address of a descriptor; false where the selector is beyond its table. */
static inline bool descriptor_address(uint32_t selector, uint32_t *address)
{
        uint32_t base = vcpu.gdtr.base, limit = vcpu.gdtr.limit;

        if (selector & 4) {
                if (is_null(vcpu.ldt_selector))
                        return false;
                base = vcpu.ldt.base;
                limit = vcpu.ldt.limit;
        }
        *address = base + (selector & 0xfff8);
        return (selector | 7) <= limit;
}

static void decode(const uint32_t words[2], struct vcpu_segment *segment)
{
        segment->base = words[0] >> 16 | (words[1] & 0xff) << 16 | (words[1] & 0xff000000);
        segment->rights = words[1] >> 8 & 0xffff;
        segment->limit = (words[0] & 0xffff) | (words[1] & 0xf0000);
        if (segment->rights & RIGHTS_PAGES)
                segment->limit = segment->limit << 12 | 0xfff;
}

bool descriptor_read(uint32_t selector, struct vcpu_segment *segment, struct cpu_fault *fault)
{
        /* what the same words meant the last time */
        static struct {
                uint32_t words[2];
                struct vcpu_segment segment;
        } decoded[32];
        struct mmu_fault mmu;
        uint32_t address, words[2], i = selector >> 3 & 31;

        if (!descriptor_address(selector, &address))
                return fails(fault, TRAP_GP, selector & 0xfffc);
        if (!linear_read(address, words, 8, &mmu))
                return fails_mmu(fault, &mmu);
        if (decoded[i].words[0] != words[0] || decoded[i].words[1] != words[1]) {
                decoded[i].words[0] = words[0];
                decoded[i].words[1] = words[1];
                decode(words, &decoded[i].segment);
        }
        *segment = decoded[i].segment;
        return true;
}

bool descriptor_touch(uint32_t selector, uint32_t rights, struct cpu_fault *fault)
{
        struct mmu_fault mmu;
        uint32_t address, word;

        if (!descriptor_address(selector, &address))
                return fails(fault, TRAP_GP, selector & 0xfffc);
        if (!linear_read(address + 4, &word, 4, &mmu))
                return fails_mmu(fault, &mmu);
        word |= rights << 8;
        if (!linear_write(address + 4, &word, 4, &mmu))
                return fails_mmu(fault, &mmu);
        return true;
}

static inline bool accessed(uint32_t selector, struct vcpu_segment *segment,
                            struct cpu_fault *fault)
{
        if (segment->rights & RIGHTS_ACCESSED)
                return true;
        segment->rights |= RIGHTS_ACCESSED;
        return descriptor_touch(selector, RIGHTS_ACCESSED, fault);
}

bool code_check(uint32_t selector, uint32_t cpl, bool outward, struct vcpu_segment *segment,
                struct cpu_fault *fault)
{
        uint32_t rpl = selector & 3, rights, dpl;

        if (is_null(selector))
                return fails(fault, TRAP_GP, 0);
        if (!descriptor_read(selector, segment, fault))
                return false;
        rights = segment->rights;
        dpl = RIGHTS_DPL(rights);
        if ((rights & (RIGHTS_SEGMENT | RIGHTS_CODE)) != (RIGHTS_SEGMENT | RIGHTS_CODE))
                return fails(fault, TRAP_GP, selector & 0xfffc);
        if (outward ? rpl < cpl || (rights & RIGHTS_CONFORM ? dpl > rpl : dpl != rpl)
                    : (rights & RIGHTS_CONFORM ? dpl > cpl : rpl > cpl || dpl != cpl))
                return fails(fault, TRAP_GP, selector & 0xfffc);
        if (!(rights & RIGHTS_PRESENT))
                return fails(fault, TRAP_NP, selector & 0xfffc);
        return accessed(selector, segment, fault);
}

bool stack_check(uint32_t selector, uint32_t cpl, uint32_t vector, struct vcpu_segment *segment,
                 struct cpu_fault *fault)
{
        uint32_t rights;

        if (is_null(selector))
                return fails(fault, vector, 0);
        if (!descriptor_read(selector, segment, fault))
                return fails(fault, fault->vector == TRAP_PF ? TRAP_PF : vector, fault->error);
        rights = segment->rights;
        if ((selector & 3) != cpl || RIGHTS_DPL(rights) != cpl || !(rights & RIGHTS_SEGMENT) ||
            (rights & (RIGHTS_CODE | RIGHTS_WRITE)) != RIGHTS_WRITE)
                return fails(fault, vector, selector & 0xfffc);
        if (!(rights & RIGHTS_PRESENT))
                return fails(fault, TRAP_SS, selector & 0xfffc);
        return accessed(selector, segment, fault);
}

/* Data segments: readable, and of a privilege that may be used. */
static bool data_check(uint32_t selector, struct vcpu_segment *segment, struct cpu_fault *fault)
{
        uint32_t rights, rpl = selector & 3, level;

        if (!descriptor_read(selector, segment, fault))
                return false;
        rights = segment->rights;
        level = rpl > vcpu.cpl ? rpl : vcpu.cpl;
        if (!(rights & RIGHTS_SEGMENT) || (rights & (RIGHTS_CODE | RIGHTS_WRITE)) == RIGHTS_CODE)
                return fails(fault, TRAP_GP, selector & 0xfffc);
        if ((rights & (RIGHTS_CODE | RIGHTS_CONFORM)) != (RIGHTS_CODE | RIGHTS_CONFORM) &&
            RIGHTS_DPL(rights) < level)
                return fails(fault, TRAP_GP, selector & 0xfffc);
        if (!(rights & RIGHTS_PRESENT))
                return fails(fault, TRAP_NP, selector & 0xfffc);
        return accessed(selector, segment, fault);
}

/*
 * The real segments are the hypervisor's and flat: what such a kernel keeps there, data of each
 * processor, it would look for at address 0.
 */
static void refuse_base(void)
{
        device_idle();
        backend_fatal(
            "the guest kernel keeps data in a segment that does not begin at 0, which this "
            "platform has not: compile it without CONFIG_SMP (Linux 2.6.20: another version)");
}

/* For the short form of the same load. */
static void remember(enum vcpu_seg seg, uint32_t selector)
{
        struct vcpu_source *source = &vcpu.source[seg];
        struct mmu_fault fault;
        uint32_t address;

        segment_forget(seg);
        if (!descriptor_address(selector, &address) || address % AB_PAGE_BYTES > AB_PAGE_BYTES - 8)
                return;
        source->at = (const uint32_t *)linear_byte(address, false, &fault);
        if (!source->at)
                return;
        source->selector = selector;
        source->words[0] = source->at[0];
        source->words[1] = source->at[1];
        source->segment = vcpu.segment[seg];
        source->epoch = mmu_epoch;
        segment_known(seg);
}

void segment_load(enum vcpu_seg seg, uint32_t selector)
{
        struct vcpu_segment segment;
        struct cpu_fault fault;
        bool loaded;

        selector &= 0xffff;
        if (seg == SEG_SS) {
                loaded = stack_check(selector, vcpu.cpl, TRAP_GP, &segment, &fault);
        } else if (is_null(selector)) {
                vcpu.ab.seg[seg] = selector;
                vcpu.segment[seg] = (struct vcpu_segment){0, 0, RIGHTS_NULL};
                return;
        } else {
                loaded = data_check(selector, &segment, &fault);
        }
        if (!loaded)
                cpu_raise_fault(&fault);
        if (segment.base && !RIGHTS_DPL(segment.rights))
                refuse_base();
        segment_set(seg, selector, &segment);
        if (seg != SEG_SS)
                remember(seg, selector);
}

void segment_drop(enum vcpu_seg seg)
{
        struct vcpu_segment *segment = &vcpu.segment[seg];

        if (is_null(vcpu.ab.seg[seg]) ||
            (segment->rights & (RIGHTS_CODE | RIGHTS_CONFORM)) == (RIGHTS_CODE | RIGHTS_CONFORM))
                return;
        vcpu.ab.seg[seg] = 0;
        *segment = (struct vcpu_segment){0, 0, RIGHTS_NULL};
}

/* --- moves ---------------------------------------------------------------------------- */

/* %ss holds back interrupts for one instruction. */
static void load_with_shadow(enum vcpu_seg seg, uint32_t selector)
{
        segment_load(seg, selector);
        if (seg == SEG_SS && interrupts_enabled() && (pic_pending() || vcpu.events))
                step_prepare(skip_nops(vcpu.frame.eip));
}

void emulate_MOV_FROM_SEG(uint32_t index)
{
        uint32_t reg = index % 8, seg = index / 8 % 6;

        gpr_write_sized(reg, vcpu.ab.seg[seg], index >= 48 ? 2 : 4);
}

void emulate_MOV_FROM_SEG_MEM(uint32_t seg)
{
        memory_write(operand_address(), &vcpu.ab.seg[seg], 2);
}

void emulate_MOV_TO_SEG(uint32_t index)
{
        load_with_shadow(index / 8, gpr_read(index % 8));
}

void emulate_MOV_TO_SEG_MEM(uint32_t seg)
{
        load_with_shadow(seg, memory_read16(operand_address()));
}

void emulate_PUSH_SEG(uint32_t index)
{
        uint32_t bytes = index >= 6 ? 2 : 4;

        memory_write(vcpu.frame.esp - bytes, &vcpu.ab.seg[index % 6], bytes);
        vcpu.frame.esp -= bytes;
}

void emulate_POP_SEG(uint32_t index)
{
        uint32_t selector = memory_read16(vcpu.frame.esp);

        segment_load(index % 6, selector);
        vcpu.frame.esp += index >= 6 ? 2 : 4;
        if (index % 6 == SEG_SS && interrupts_enabled() && (pic_pending() || vcpu.events))
                step_prepare(skip_nops(vcpu.frame.eip));
}

void emulate_LOAD_FAR(uint32_t index)
{
        uint32_t bytes = index >= 48 ? 2 : 4, at = operand_address(), offset = 0;
        uint32_t selector;

        memory_read(at, &offset, bytes);
        selector = memory_read16(at + bytes);
        segment_load(index / 8 % 6, selector);
        gpr_write_sized(index % 8, offset, bytes);
}

/* --- questions -------------------------------------------------------------------------- */

static void set_zf(bool on)
{
        vcpu.frame.eflags =
            on ? vcpu.frame.eflags | FLAG_ZF : vcpu.frame.eflags & ~(uint32_t)FLAG_ZF;
}

/* The descriptor, if the guest may know of it; a page fault is raised. */
static bool visible(uint32_t selector, struct vcpu_segment *segment)
{
        struct cpu_fault fault;
        uint32_t rights, level = (selector & 3) > vcpu.cpl ? selector & 3 : vcpu.cpl;

        if (is_null(selector))
                return false;
        if (!descriptor_read(selector, segment, &fault)) {
                if (fault.vector == TRAP_PF)
                        cpu_raise_fault(&fault);
                return false;
        }
        rights = segment->rights;
        if ((rights & (RIGHTS_SEGMENT | RIGHTS_CODE | RIGHTS_CONFORM)) ==
            (RIGHTS_SEGMENT | RIGHTS_CODE | RIGHTS_CONFORM))
                return true;
        return RIGHTS_DPL(rights) >= level;
}

static void verify(uint32_t selector, bool write)
{
        struct vcpu_segment segment;
        bool ok = false;

        if (visible(selector & 0xffff, &segment)) {
                uint32_t rights = segment.rights;

                if (!(rights & RIGHTS_SEGMENT))
                        ok = false;
                else if (rights & RIGHTS_CODE)
                        ok = !write && (rights & RIGHTS_WRITE);
                else
                        ok = !write || (rights & RIGHTS_WRITE);
        }
        set_zf(ok);
}

void emulate_VERR(uint32_t reg)
{
        verify(gpr_read(reg), false);
}

void emulate_VERR_MEM(uint32_t index)
{
        (void)index;
        verify(memory_read16(operand_address()), false);
}

void emulate_VERW(uint32_t reg)
{
        verify(gpr_read(reg), true);
}

void emulate_VERW_MEM(uint32_t index)
{
        (void)index;
        verify(memory_read16(operand_address()), true);
}

/* System descriptors LAR and LSL may be asked about, as bits by type. */
enum {
        LAR_TYPES = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9 | 1 << 11 | 1 << 12,
        LSL_TYPES = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 9 | 1 << 11,
};

static bool ask(uint32_t selector, uint32_t system_types, struct vcpu_segment *segment)
{
        return visible(selector, segment) && ((segment->rights & RIGHTS_SEGMENT) ||
                                              (system_types >> RIGHTS_TYPE(segment->rights) & 1));
}

void emulate_LAR(uint32_t index)
{
        struct vcpu_segment segment;
        uint32_t bytes = index >= 8 ? 2 : 4;
        bool ok = ask(operand_read16(), LAR_TYPES, &segment);

        if (ok)
                gpr_write_sized(index % 8, segment.rights << 8 & (bytes == 2 ? 0xff00 : 0xf0ff00),
                                bytes);
        set_zf(ok);
}

void emulate_LSL(uint32_t index)
{
        struct vcpu_segment segment;
        bool ok = ask(operand_read16(), LSL_TYPES, &segment);

        if (ok)
                gpr_write_sized(index % 8, segment.limit, index >= 8 ? 2 : 4);
        set_zf(ok);
}
