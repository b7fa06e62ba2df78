/* SPDX-License-Identifier: BSD-2-Clause */
/* Applications: they run until something is for the guest kernel. */
#include "cpu.h"

enum { ERROR_WRITE = 2, ERROR_USER = 4, ERROR_FETCH = 16 };

/*
 * The page fault that the guest was told of last, and the directory it was for.  When user code
 * goes on there (CHORE_TOLD), the access comes again: the page is mapped before it faults once
 * more.
 */
static struct {
        uint32_t address, directory;
} told;

struct user_refused user_refused;

uint32_t user_chores, user_last;

/*
 * With TS set the application's next floating-point instruction must raise #NM.  Where the
 * backend cannot make it do so the guest is told at once, as if that instruction were the next.
 */
static bool raises_nm(void)
{
        bool wanted = vcpu.ab.cr[0] & (CR0_TS | CR0_EM);

        if (wanted == !!(user_chores & CHORE_FPU)) /* what it was last told, and can do */
                return false;
        if (backend_fpu_trap(wanted)) {
                user_chores ^= CHORE_FPU;
                return false;
        }
        return wanted;
}

void user_told(uint32_t address)
{
        user_chores |= CHORE_TOLD;
        told.address = address;
        told.directory = vcpu.ab.cr[3];
}

static void tell(uint32_t address, uint32_t error)
{
        user_told(address);
        vcpu_page_fault(address, error);
}

void user_fill_told(void)
{
        if (told.directory != vcpu.ab.cr[3])
                return;
        user_chores &= ~(uint32_t)CHORE_TOLD;
        mmu_prefill(told.address, true);
}

static void page_fault(const struct ab_trap *trap)
{
        enum mmu_access access = MMU_READ;
        uint32_t error;

        if (trap->error & ERROR_WRITE)
                access = MMU_WRITE;
        else if ((trap->error & ERROR_FETCH) || trap->address == vcpu.frame.eip)
                access = MMU_EXECUTE;
        if (in_wedge(trap->address))
                vcpu_page_fault(operand_of_fault(trap), (trap->error & ERROR_WRITE) | ERROR_USER);
        else if (user_is_refused(trap))
                tell(trap->address, user_refused.error);
        else if (mmu_fill(trap->address, access, true, &error))
                mmu_fill_near(trap->address);
        else
                tell(trap->address, error);
}

/* Who may read may execute. */
bool AB_FAST wedge_user_fault(uint32_t address, uint32_t error, uint32_t eip)
{
        (void)eip;
        if (in_wedge(address))
                return false;
        user_refused.address = address;
        user_refused.write = error & ERROR_WRITE;
        if (!mmu_fill_waiting(address, error & ERROR_WRITE ? MMU_WRITE : MMU_READ,
                              &user_refused.error, &user_refused.known))
                return false;
        mmu_fill_near(address);
        return true;
}

/*
 * RF is the hypervisor's exception's, which may be of another kind than what it stands for: behind
 * an instruction that has been carried out no breakpoint is passed over.
 */
static bool is_fault(uint32_t vector)
{
        return vector != TRAP_BP && vector != TRAP_OF;
}

static void stopped(const struct ab_trap *trap)
{
        user_segments_leave();
        switch (trap->reason) {
        case AB_REASON_EVENT:
                vcpu.events |= backend_events();
                break;
        case AB_REASON_PAGE_FAULT:
                page_fault(trap);
                break;
        case AB_REASON_EXCEPTION:
                if (!is_fault(trap->vector))
                        vcpu.frame.eflags &= ~(uint32_t)FLAG_RF;
                if (user_reaches_beyond(trap) || user_port(trap)) {
                        vcpu.frame.eflags &= ~(uint32_t)FLAG_RF;
                        break;
                }
                vcpu_exception(trap->vector, trap->error);
                break;
        case AB_REASON_INTERRUPT:
                vcpu.frame.eflags &= ~(uint32_t)FLAG_RF;
                vcpu_software_interrupt(trap->vector);
                break;
        }
        user_refused.known = false;
}

static void run(void)
{
        struct ab_trap trap;

        if (user_is_beyond() && !user_returns_from_beyond()) {
                user_runs_beyond();
                return;
        }
        if (user_chores & CHORE_TOLD)
                user_fill_told();
        if (user_chores & CHORE_BREAKPOINTS) {
                user_chores &= ~(uint32_t)CHORE_BREAKPOINTS;
                backend_user_breakpoints(vcpu.ab.dr);
        }
        backend_user(&vcpu.frame, &trap);
        stopped(&trap);
}

/* Held, with interrupts looked for: until the guest kernel is to run. */
static void until_stopped(void)
{
        static const char tls[] = "afterburn: an application uses thread-local storage: "
                                  "this platform has none\n";

        while (vcpu.cpl) {
                if (!user_segments_enter()) {
                        backend_console_write(tls, sizeof(tls) - 1);
                        vcpu_exception(TRAP_GP, 0);
                } else if (raises_nm()) {
                        vcpu_exception(TRAP_NM, 0);
                } else {
                        run();
                }
                vcpu_interrupt_check();
        }
        backend_release();
}

void user_run(void)
{
        backend_hold();
        vcpu_interrupt_check(); /* nobody would look again at what came just now */
        until_stopped();
}

void user_go_on(const struct ab_trap *trap)
{
        stopped(trap);
        vcpu_interrupt_check();
        until_stopped();
}
