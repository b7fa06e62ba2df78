/* SPDX-License-Identifier: BSD-2-Clause */
/* What the backend reports about the guest kernel, or about the wedge itself. */
#include "cpu.h"

enum { ERROR_WRITE = 2, ERROR_FETCH = 16 };

static bool between(uint32_t eip, const char *start, const char *end)
{
        return eip >= (uint32_t)start && eip < (uint32_t)end;
}

/* Flags as lahf and seto left them in eax. */
static uint32_t saved_flags(uint32_t flags)
{
        enum { IN_AH = 0xd5, FLAG_OF = 0x800 };
        uint32_t eax = vcpu.saved_flags;

        return (flags & ~(uint32_t)(IN_AH | FLAG_OF)) | (eax >> 8 & IN_AH) |
               (eax & 1 ? FLAG_OF : 0);
}

static void restart_segment_load(struct ab_frame *frame)
{
        enum { SAVES_EAX = 5, SAVES_ECX = 6 }; /* lengths of the first two instructions */
        const struct fast_segment_load *load = fast_segment_loads;

        while (load[1].begin && frame->eip >= load[1].begin)
                load++;
        if (frame->eip >= load->flags_saved)
                frame->eflags = saved_flags(frame->eflags);
        if (frame->eip >= load->begin + SAVES_EAX)
                frame->eax = vcpu.saved_eax;
        if (frame->eip >= load->begin + SAVES_EAX + SAVES_ECX)
                frame->ecx = vcpu.saved_ecx;
        frame->eip = stub_of(load->vector);
}

static void restart_pushf(struct ab_frame *frame)
{
        if (frame->eip >= (uint32_t)fast_pushf_saved) {
                frame->eflags = (vcpu.saved_flags & ~(uint32_t)FLAG_TF) | (frame->eflags & FLAG_TF);
                *(uint32_t *)vcpu.saved_esp = vcpu.saved_eip;
        }
        if (frame->eip >= (uint32_t)fast_pushf_moved) {
                frame->esp = vcpu.saved_esp;
                frame->eax = vcpu.saved_eax;
        }
        frame->eip = stub_of(AB_VEC_PUSHF);
}

/* At the end of a write that passes time: the guest is behind it, but for flags and stack. */
static void end_delay(struct ab_frame *frame)
{
        if (frame->eip < (uint32_t)delay_popped)
                frame->eflags = *(const uint32_t *)frame->esp;
        frame->esp = vcpu.frame.esp;
        frame->eip = vcpu.frame.eip;
}

/* In a short form: begin the long one instead, which does everything again. */
static bool restart_short_form(struct ab_frame *frame)
{
        if (between(frame->eip, fast_segments, fast_segments_end)) {
                restart_segment_load(frame);
                return true;
        }
        if (between(frame->eip, known_segments, known_segments_end)) {
                segment_load_again(frame);
                return true;
        }
        if (!between(frame->eip, fast_sti, fast_end))
                return false;
        if (between(frame->eip, fast_sti, fast_step)) {
                frame->eip = stub_of(AB_VEC_STI);
        } else if (between(frame->eip, fast_step, fast_defer)) {
                frame->eip = stub_of(AB_VEC_STI_STEP);
        } else if (between(frame->eip, fast_defer, fast_popf)) {
                frame->eip = stub_of(AB_VEC_STI_DEFER);
        } else if (between(frame->eip, fast_pushf, fast_end)) {
                restart_pushf(frame);
        } else {
                if (frame->eip == (uint32_t)fast_popf_on ||
                    between(frame->eip, fast_popf_pushed, fast_popf_returns))
                        frame->esp += 4;
                frame->eip = stub_of(AB_VEC_POPF);
        }
        return true;
}

void wedge_event(struct ab_frame *frame)
{
        vcpu.events |= backend_events();
        if (restart_short_form(frame))
                return;
        if (between(frame->eip, vcpu_exit, vcpu_exit_end))
                *frame = vcpu.frame; /* as good as in the guest */
        else if (between(frame->eip, delay_begin, delay_end))
                end_delay(frame);
        if (in_wedge(frame->eip))
                return; /* on its way out it finds vcpu.events */
        vcpu.attention = 0;
        vcpu.frame = *frame;
        if (interrupts_enabled()) {
                switch (shadow_at(frame->eip)) {
                case SHADOW_DEFER:
                        vcpu.attention |= AT_EXIT_SHADOW;
                        break;
                case SHADOW_STEP:
                        step_prepare(vcpu.frame.eip);
                        break;
                case SHADOW_NONE:
                        break;
                }
        }
        vcpu_leave();
        *frame = vcpu.frame;
}

static enum mmu_access access_of(const struct ab_frame *frame, const struct ab_trap *trap)
{
        if (trap->error & ERROR_WRITE)
                return MMU_WRITE;
        if ((trap->error & ERROR_FETCH) || trap->address == frame->eip)
                return MMU_EXECUTE;
        return MMU_READ;
}

/*
 * The wedge touches the guest's memory where a site's call has just pushed something, where it
 * runs a copied instruction, and in modules: a mapping may be missing.
 */
static void trap_in_wedge(struct ab_frame *frame, const struct ab_trap *trap)
{
        uint32_t error = trap->error & ERROR_WRITE, step = (uint32_t)vcpu_step_code;

        if (trap->reason == AB_REASON_PAGE_FAULT && !in_wedge(trap->address) &&
            mmu_fill(trap->address, access_of(frame, trap), false, &error))
                return;
        if (trap->reason == AB_REASON_EXCEPTION && trap->vector == TRAP_DB) {
                /* the guest single-steps: the site comes first */
                frame->eflags &= ~(uint32_t)FLAG_TF;
                vcpu.attention |= AT_EXIT_TRAP;
                restart_short_form(frame);
                return;
        }
        if (vcpu.stepping && frame->eip == step) {
                vcpu.stepping = 0;
                vcpu.attention = 0;
                vcpu.frame = *frame;
                vcpu.frame.eip = vcpu.site;
                if (trap->reason == AB_REASON_PAGE_FAULT)
                        vcpu_page_fault(operand_of_fault(trap), error);
                else
                        vcpu_exception(trap->vector, trap->error);
                vcpu_leave();
                *frame = vcpu.frame;
                return;
        }
        vcpu.frame = *frame;
        vcpu.ab.cr[2] = trap->address;
        vcpu_crash(trap->reason == AB_REASON_PAGE_FAULT ? "page fault in the wedge"
                                                        : "exception in the wedge");
}

static void exception(const struct ab_trap *trap)
{
        if (trap->vector == TRAP_DB && vcpu.frame.eflags & FLAG_TF &&
            behind_inline_site(vcpu.frame.eip))
                vcpu.frame.eip = skip_nops(vcpu.frame.eip); /* what fills a site is no step */
        vcpu_exception(trap->vector, trap->error);
}

/*
 * The guest kernel has jumped to where a backend cannot tell addresses: nothing of the wedge is
 * there, so the fetch is the guest's and so is the fault.
 */
static bool jumped_beyond(const struct ab_frame *frame, const struct ab_trap *trap)
{
        return trap->reason == AB_REASON_PAGE_FAULT && trap->address == AB_ADDRESS_UNKNOWN &&
               frame->eip >= AB_ADDRESS_TOLD_END;
}

void wedge_trap(struct ab_frame *frame, const struct ab_trap *trap)
{
        uint32_t error, address = trap->address;

        if (in_wedge(frame->eip) && !jumped_beyond(frame, trap)) {
                trap_in_wedge(frame, trap);
                return;
        }
        vcpu.attention = 0;
        if (trap->reason == AB_REASON_PAGE_FAULT) {
                if (address == AB_ADDRESS_UNKNOWN) {
                        vcpu.frame = *frame;
                        address = operand_of_fault(trap);
                }
                if (mmu_fill(address, access_of(frame, trap), false, &error))
                        return;
                vcpu.frame = *frame;
                vcpu_page_fault(address, error);
        } else if (trap->vector == TRAP_DB && frame->eflags & FLAG_TF && inside_site(frame->eip)) {
                return;
        } else {
                vcpu.frame = *frame;
                if (trap->reason == AB_REASON_INTERRUPT)
                        vcpu_software_interrupt(trap->vector);
                else
                        exception(trap);
        }
        vcpu_leave();
        *frame = vcpu.frame;
}
