/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a vector to its handler, and on the way out whatever has come in the meantime.
 */
#include "cpu.h"

struct handler {
        void (*emulate)(uint32_t index);
        uint16_t first; /* vector of index 0 */
        uint8_t back;   /* from R to the start of the site */
        uint8_t pushed; /* bytes of operand on the stack */
};

enum { CALL_BYTES = 6 };

/* clang-format off */

/* Length of the push in front of the call, by the first vector of the row. */
#define PUSH_BYTES(first)                                                                   \
        ((first) == AB_VEC_IN_IMM || (first) == AB_VEC_OUT_IMM ? 2                          \
         : (first) == AB_VEC_LRET_IMM || (first) == AB_VEC_LJMP || (first) == AB_VEC_LCALL ? 5 \
                                                                                         : 0)

static const struct handler handlers[AB_VECTORS] = {
#define AB_VECTOR(name, entries)                                                            \
        [AB_VEC_##name ... AB_VEC_##name##_LAST] = {                                        \
                emulate_##name, AB_VEC_##name, CALL_BYTES + PUSH_BYTES(AB_VEC_##name),      \
                PUSH_BYTES(AB_VEC_##name) ? 4 : 0,                                          \
        },
        AB_VECTOR_ROWS(AB_VECTOR)
#undef AB_VECTOR
};

/* clang-format on */

/* Called by every stub, with the guest's state in vcpu.frame and eip at R. */
void vcpu_dispatch(void)
{
        const struct handler *handler = &handlers[vcpu.vector];

        vcpu.site = vcpu.frame.eip - handler->back;
        vcpu.site_esp = vcpu.frame.esp + handler->pushed;
        vcpu.attention &= ~(uint32_t)AT_EXIT_SHADOW; /* this is the instruction it was for */
        handler->emulate(vcpu.vector - handler->first);
        if (vcpu.events | vcpu.attention | vcpu.cpl | pic_request)
                vcpu_leave();
}

void cpu_raise_fault(const struct cpu_fault *fault)
{
        vcpu.frame.eip = vcpu.site;
        vcpu.frame.esp = vcpu.site_esp;
        if (vcpu.attention & AT_EXIT_TRAP) {
                /* it has not been executed: the flag goes along to the handler's return */
                vcpu.attention &= ~(uint32_t)(AT_EXIT_TRAP | AT_EXIT_FLAGS);
                vcpu.frame.eflags |= FLAG_TF;
        }
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

uint32_t sti_looks;

static void choose(uint32_t vector, bool pending, const char *fast)
{
        vcpu_vectors[vector] = vcpu_vectors[AB_VECTORS + vector] =
            pending ? stub_of(vector) : (uint32_t)fast;
}

/*
 * STI and POPF enter the long forms only while there is something to deliver; so does PUSHF, which
 * is what delivers where a sti is in front of it.
 */
static void choose_sti(void)
{
        bool pending = pic_pending();

        if (sti_looks == pending)
                return;
        sti_looks = pending;
        choose(AB_VEC_STI, pending, fast_sti);
        choose(AB_VEC_STI_STEP, pending, fast_step);
        choose(AB_VEC_STI_DEFER, pending, fast_defer);
        choose(AB_VEC_PUSHF, pending, fast_pushf);
        choose(AB_VEC_POPF, pending, fast_popf);
}

/* The next site has to deliver: a short form of a segment load would not. */
static void want_long_forms(void)
{
        uint32_t i;

        for (i = 0; i < sizeof(vcpu.source) / sizeof(vcpu.source[0]); i++)
                segment_forget(i);
}

bool vcpu_interruptible(void)
{
        return interrupts_enabled() && !(vcpu.attention & AT_EXIT_SHADOW);
}

void vcpu_interrupt_take(void)
{
        while (vcpu.events) {
                uint32_t events = __atomic_exchange_n(&vcpu.events, 0, __ATOMIC_SEQ_CST);

                if (events & AB_EVENT_STOP)
                        backend_stop(AB_STOP_POWER_OFF, 0);
                device_event(events);
                if (watch_due)
                        watch_look();
        }
        if (pic_pending() && vcpu_interruptible()) {
                if (!vcpu.cpl)
                        vcpu.frame.eip = skip_nops(vcpu.frame.eip);
                watch_taken++;
                vcpu_interrupt(pic_acknowledge());
        }
        if (pic_pending() && vcpu.attention & AT_EXIT_SHADOW)
                want_long_forms();
        choose_sti();
}

/*
 * The last thing before the guest kernel runs.  An event that comes too late for it lets
 * vcpu_exit call it again, for the same instruction of the guest: the shadow stays.
 */
void vcpu_leave(void)
{
        if (vcpu.attention & AT_EXIT_TRAP) {
                if (vcpu.stepping)
                        vcpu.frame.eip = vcpu.site; /* the copy has not run, and will not */
                vcpu.stepping = 0;
                if (!vcpu.cpl)
                        vcpu.frame.eip = skip_nops(vcpu.frame.eip);
                if (!(vcpu.attention & AT_EXIT_FLAGS))
                        vcpu.frame.eflags |= FLAG_TF;
                vcpu.ab.dr[6] |= DR6_STEP;
                vcpu_exception(TRAP_DB, 0);
        }
        vcpu_interrupt_check();
        vcpu.attention &= AT_EXIT_SHADOW;
        if (vcpu.cpl)
                user_run();
}
