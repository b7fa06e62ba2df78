/* SPDX-License-Identifier: BSD-2-Clause */
/* Returns and far transfers.  The code that executes them is the guest kernel's: privilege 0. */
#include "cpu.h"

static void fail(bool ok, const struct cpu_fault *fault)
{
        if (!ok)
                cpu_raise_fault(fault);
}

/* A guest address to go to, of 16 bits where it came so: not into the middle of a bound site. */
static void jump(uint32_t eip)
{
        vcpu.frame.eip = vcpu.cpl ? eip : skip_site(eip);
}

/* Read `count' words of `bytes' from the guest's stack. */
static void stack_words(uint32_t *words, uint32_t count, uint32_t bytes)
{
        uint16_t narrow[5];
        uint32_t i;

        if (bytes == 4) {
                memory_read(vcpu.frame.esp, words, 4 * count);
                return;
        }
        memory_read(vcpu.frame.esp, narrow, 2 * count);
        for (i = 0; i < count; i++)
                words[i] = narrow[i];
}

/* The part iret and lret share: cs, and ss with esp where the privilege changes. */
static void return_to(const uint32_t *words, uint32_t stack_at, uint32_t release)
{
        struct cpu_fault fault;
        struct vcpu_segment code, stack;
        uint32_t cs = words[1] & 0xffff, rpl = cs & 3, ss;

        fail(code_check(cs, vcpu.cpl, true, &code, &fault), &fault);
        if (rpl == vcpu.cpl) {
                segment_set(SEG_CS, cs, &code);
                vcpu.frame.esp += release;
                jump(words[0]);
                return;
        }
        if (rpl != 3)
                cpu_raise(TRAP_GP, cs & 0xfffc); /* there are no privileges 1 and 2 */
        ss = words[stack_at + 1] & 0xffff;
        fail(stack_check(ss, rpl, TRAP_GP, &stack, &fault), &fault);
        segment_set(SEG_CS, cs, &code);
        segment_set(SEG_SS, ss, &stack);
        vcpu.cpl = rpl;
        vcpu.frame.esp = words[stack_at];
        jump(words[0]);
        segments_drop();
}

void emulate_IRET(uint32_t word)
{
        uint32_t bytes = word ? 2 : 4, words[5], flags;

        if (flags_iopl_nt() & FLAG_NT)
                cpu_raise(TRAP_TS, 0);
        stack_words(words, 3, bytes);
        if (bytes == 4 && (words[2] & FLAG_VM))
                cpu_raise(TRAP_GP, 0); /* there is no virtual 8086 mode */
        if (words[1] & 3)
                stack_words(words, 5, bytes);
        flags = bytes == 4 ? words[2] : (words[2] & 0xffff) | (flags_image() & 0xffff0000);
        return_to(words, 3, 3 * bytes);
        flags_set(flags);
        if (vcpu.cpl)
                quick_remember_iret();
}

static void far_return(uint32_t bytes, uint32_t release)
{
        uint32_t words[4] = {0, 0, 0, 0}, outer = vcpu.frame.esp;

        stack_words(words, 2, bytes);
        if (words[1] & 3) {
                /* parameters lie between the address and the outer stack pointer */
                vcpu.frame.esp += 2 * bytes + release;
                stack_words(words + 2, 2, bytes);
                words[2] += release;
                vcpu.frame.esp = outer;
        }
        return_to(words, 2, 2 * bytes + release);
}

void emulate_LRET(uint32_t word)
{
        far_return(word ? 2 : 4, 0);
}

void emulate_LRET_IMM(uint32_t word)
{
        uint32_t release = operand_immediate(4) & 0xffff;

        far_return(word ? 2 : 4, release);
}

static void far_jump(uint32_t selector, uint32_t offset)
{
        struct vcpu_segment code;
        struct cpu_fault fault;

        selector &= 0xffff;
        fail(code_check(selector, vcpu.cpl, false, &code, &fault), &fault);
        segment_set(SEG_CS, (selector & 0xfffc) | vcpu.cpl, &code);
        jump(offset);
}

static void far_call(uint32_t selector, uint32_t offset, uint32_t behind, uint32_t bytes)
{
        uint32_t frame[2] = {behind, vcpu.ab.seg[SEG_CS]};
        uint16_t narrow[2] = {behind, vcpu.ab.seg[SEG_CS]};
        uint32_t esp = vcpu.frame.esp;

        memory_write(esp - 2 * bytes, bytes == 4 ? (void *)frame : (void *)narrow, 2 * bytes);
        far_jump(selector, offset);
        vcpu.frame.esp = esp - 2 * bytes;
}

/* The far pointer at `at'. */
static uint32_t far_pointer(uint32_t at, uint32_t bytes, uint32_t *selector)
{
        uint32_t offset = 0;

        memory_read(at, &offset, bytes);
        *selector = memory_read16(at + bytes);
        return offset;
}

void emulate_LJMP(uint32_t word)
{
        uint32_t offset = operand_displacement(), selector = operand_immediate(4);

        (void)word;
        far_jump(selector, offset);
}

void emulate_LJMP_MEM(uint32_t word)
{
        uint32_t bytes = word ? 2 : 4, selector;
        uint32_t offset = far_pointer(operand_address(), bytes, &selector);

        far_jump(selector, offset);
}

void emulate_LCALL(uint32_t word)
{
        uint32_t behind = skip_nops(vcpu.frame.eip);
        uint32_t offset = operand_displacement(), selector = operand_immediate(4);

        far_call(selector, offset, behind, word ? 2 : 4);
}

void emulate_LCALL_MEM(uint32_t word)
{
        uint32_t bytes = word ? 2 : 4, selector, behind = skip_nops(vcpu.frame.eip);
        uint32_t offset = far_pointer(operand_address(), bytes, &selector);

        far_call(selector, offset, behind, bytes);
}

/*
 * cpuid hides sysenter, since user code would enter the hypervisor by it; here, in the guest
 * kernel, it and sysexit are what the manual says.
 */
enum { SYSENTER_CS = 0x174, SYSENTER_ESP, SYSENTER_EIP };

static uint32_t sysenter_msr(uint32_t number)
{
        uint64_t value;

        return msr_read(number, &value) ? value : 0;
}

/* Flat segments that no descriptor is read for. */
static void set_flat(enum vcpu_seg seg, uint32_t selector, uint32_t cpl)
{
        struct vcpu_segment flat = {0, 0xffffffff, seg == SEG_CS ? 0xc09b : 0xc093};

        flat.rights |= cpl << 5;
        segment_set(seg, selector | cpl, &flat);
}

void emulate_SYSENTER(uint32_t index)
{
        uint32_t cs = sysenter_msr(SYSENTER_CS) & 0xfffc;

        (void)index;
        if (!cs)
                cpu_raise(TRAP_GP, 0);
        set_flat(SEG_CS, cs, 0);
        set_flat(SEG_SS, cs + 8, 0);
        interrupts_enable(false);
        vcpu.frame.esp = sysenter_msr(SYSENTER_ESP);
        jump(sysenter_msr(SYSENTER_EIP));
}

void emulate_SYSEXIT(uint32_t index)
{
        uint32_t cs = sysenter_msr(SYSENTER_CS) & 0xfffc;

        (void)index;
        if (!cs)
                cpu_raise(TRAP_GP, 0);
        set_flat(SEG_CS, cs + 16, 3);
        set_flat(SEG_SS, cs + 24, 3);
        vcpu.cpl = 3;
        vcpu.frame.esp = vcpu.frame.ecx;
        jump(vcpu.frame.edx);
}

/* Long mode's, or another vendor's. */
void emulate_SYSCALL(uint32_t index)
{
        (void)index;
        cpu_raise(TRAP_UD, 0);
}

void emulate_SYSRET(uint32_t index)
{
        (void)index;
        cpu_raise(TRAP_UD, 0);
}

/* Not in system-management mode. */
void emulate_RSM(uint32_t index)
{
        (void)index;
        cpu_raise(TRAP_UD, 0);
}
