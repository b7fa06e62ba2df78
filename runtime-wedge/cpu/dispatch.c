/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a vector to its handler, and on the way out whatever has come in the meantime.
 */
#include "cpu.h"

struct handler {
        void (*emulate)(uint32_t index);
        uint32_t first; /* vector of index 0 */
};

static const struct handler handlers[AB_VECTORS] = {
#define AB_VECTOR(name, entries) \
        [AB_VEC_##name ... AB_VEC_##name##_LAST] = {emulate_##name, AB_VEC_##name},
        AB_VECTOR_ROWS(AB_VECTOR)
#undef AB_VECTOR
};

enum { CALL_BYTES = 6 };

/* Where the site of the call that returns to @r begins. */
static uint32_t site_start(uint32_t vector, uint32_t r)
{
        uint32_t push = 0;

        if ((vector >= AB_VEC_IN_IMM && vector <= AB_VEC_IN_IMM_LAST) ||
            (vector >= AB_VEC_OUT_IMM && vector <= AB_VEC_OUT_IMM_LAST))
                push = 2;
        else if ((vector >= AB_VEC_LRET_IMM && vector <= AB_VEC_LJMP_LAST) ||
                 (vector >= AB_VEC_LCALL && vector <= AB_VEC_LCALL_LAST))
                push = 5;
        vcpu.site_esp = vcpu.frame.esp + (push ? 4 : 0);
        return r - CALL_BYTES - push;
}

/* Called by every stub, with the guest's state in vcpu.frame and eip at R. */
void vcpu_dispatch(void)
{
        const struct handler *handler = &handlers[vcpu.vector];

        vcpu.site = site_start(vcpu.vector, vcpu.frame.eip);
        handler->emulate(vcpu.vector - handler->first);
        vcpu_leave();
}

void cpu_raise_fault(const struct cpu_fault *fault)
{
        vcpu.frame.eip = vcpu.site;
        vcpu.frame.esp = vcpu.site_esp;
        if (fault->vector == TRAP_PF)
                vcpu_page_fault(fault->address, fault->error);
        else
                vcpu_exception(fault->vector, fault->error);
        vcpu_resume();
}

void cpu_raise(uint32_t vector, uint32_t error)
{
        struct cpu_fault fault = {vector, error, 0};

        cpu_raise_fault(&fault);
}

/* STI enters the long form only while it has something to deliver. */
static void choose_sti(void)
{
        bool pending = pic_pending();
        uint32_t sti = pending ? stub_of(AB_VEC_STI) : (uint32_t)fast_sti;
        uint32_t step = pending ? stub_of(AB_VEC_STI_STEP) : (uint32_t)fast_step;

        if (vcpu_vectors[AB_VEC_STI] == sti)
                return;
        vcpu_vectors[AB_VEC_STI] = vcpu_vectors[AB_VECTORS + AB_VEC_STI] = sti;
        vcpu_vectors[AB_VEC_STI_STEP] = vcpu_vectors[AB_VECTORS + AB_VEC_STI_STEP] = step;
}

bool vcpu_interruptible(void)
{
        return interrupts_enabled() && !vcpu.shadow;
}

void vcpu_interrupt_check(void)
{
        while (vcpu.events) {
                uint32_t events = __atomic_exchange_n(&vcpu.events, 0, __ATOMIC_SEQ_CST);

                if (events & AB_EVENT_STOP)
                        backend_stop(AB_STOP_POWER_OFF, 0);
                device_event(events);
        }
        if (pic_pending() && vcpu_interruptible()) {
                if (!vcpu.cpl)
                        vcpu.frame.eip = skip_nops(vcpu.frame.eip);
                vcpu_interrupt(pic_acknowledge());
        }
        choose_sti();
}

/* The last thing before the guest kernel runs. */
void vcpu_leave(void)
{
        if (vcpu.trap_at_exit) {
                vcpu.trap_at_exit = 0;
                vcpu.frame.eflags |= FLAG_TF;
                vcpu.ab.dr[6] |= 1 << 14;
                vcpu_exception(TRAP_DB, 0);
        }
        vcpu_interrupt_check();
        vcpu.shadow = 0;
        if (vcpu.cpl)
                user_run();
        vcpu.frame.eflags = (vcpu.frame.eflags & FLAGS_REAL) | vcpu.flags | FLAG_ONE | FLAG_IF;
}
