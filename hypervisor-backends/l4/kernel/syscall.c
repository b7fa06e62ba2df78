/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All calls but Ipc.  By int 0x31 a call is known by the address it comes from,
 * relative to the caller's KIP: the stubs there (stubs.S) are the only way in,
 * and a copy of them elsewhere does nothing.  Some also come by SYSENTER, with a
 * number.
 */
#include "thread.h"
#include "kip.h"
#include "mapdb.h"
#include "ioports.h"
#include "memory.h"
#include "ext.h"

static const struct {
        const char *after; /* the instruction behind int 0x31 */
        void (*call)(struct frame *f);
} calls[] = {
    {stub_exchange_registers_return, sys_exchange_registers},
    {stub_thread_control_return, sys_thread_control},
    {stub_thread_switch_return, sys_thread_switch},
    {stub_schedule_return, sys_schedule},
    {stub_unmap_return, sys_unmap},
    {stub_space_control_return, sys_space_control},
    {stub_processor_control_return, sys_processor_control},
    {stub_memory_control_return, sys_memory_control},
};

static const struct {
        const char *after; /* where it goes on */
        void (*call)(struct frame *f);
} fast_calls[] = {
    [CALL_ALARM - CALL_LOWEST] = {fast_alarm_return, sys_alarm},
    [CALL_EXCHANGE_REGISTERS -
        CALL_LOWEST] = {fast_exchange_registers_return, sys_exchange_registers},
    [CALL_THREAD_CONTROL - CALL_LOWEST] = {fast_thread_control_return, sys_thread_control},
    [CALL_UNMAP - CALL_LOWEST] = {fast_unmap_return, sys_unmap},
    [CALL_THREAD_SWITCH - CALL_LOWEST] = {fast_thread_switch_return, sys_thread_switch},
};

void syscall_dispatch(struct frame *f)
{
        u32 offset = f->eip - fpage_base(current()->space->kip_area);

        for (u32 i = 0; i < ARRAY_LEN(calls); i++) {
                if (offset == (u32)(calls[i].after - kip_page)) {
                        calls[i].call(f);
                        return;
                }
        }
}

/*
 * SYSENTER with a call's number in EBX and ESP in EBP (stubs.S).  The frame becomes what it
 * would be after int 0x31, but for registers that the stub has saved: whatever is done to the
 * thread now, it can go on from there by any way out.
 */
void syscall_by_number(struct frame *f)
{
        u32 kip_base = fpage_base(current()->space->kip_area), number = f->ebx;

        f->eip = kip_base + (u32)(fast_calls[number - CALL_LOWEST].after - kip_page);
        if (number == CALL_EXCHANGE_REGISTERS) {
                f->way_out = EXIT_STACK;
                f->esp += 8;
                f->ecx &= ~(u32)(CALL_MARK | CALL_BY_INT);
        }
        if (number == CALL_THREAD_CONTROL) {
                u32 pager = f->eax;

                f->eax = f->ecx;
                f->ecx = pager;
        }
        fast_calls[number - CALL_LOWEST].call(f);
}

void sys_error(struct frame *f, u32 code)
{
        f->eax = 0;
        current()->utcb[UTCB_ERROR] = code;
}

bool sys_privileged(struct frame *f)
{
        if (current()->space->privileged)
                return true;
        sys_error(f, ERR_NO_PRIVILEGE);
        return false;
}

/* Unmap (manual 4.3): control in EAX, fpages in the message registers. */
void sys_unmap(struct frame *f)
{
        struct tcb *self = current();
        u32 last = f->eax & 63;
        bool flush = f->eax & BIT(6);

        self->utcb[0] = f->esi;
        for (u32 *mr = self->utcb, *end = mr + last; mr <= end; mr++) {
                u32 fpage = *mr, used = UNMAP_LONG;

                if (mapdb_is_page(fpage))
                        used = mapdb_unmap_page(self->space, fpage, flush);
                else if (fpage_is_io(fpage))
                        used = ioports_unmap(self->space, fpage, flush);
                if (used == UNMAP_LONG)
                        used = mapdb_unmap(self->space, fpage, flush);
                *mr = (fpage & ~FPAGE_RIGHTS) | used;
        }
        f->esi = self->utcb[0];
}

/*
 * MemoryControl (manual 4.4 and IA-32 appendix): caching attributes.  The low
 * two bits of each fpage choose one of the four attribute parameters.
 */
void sys_memory_control(struct frame *f)
{
        struct tcb *self = current();
        const u32 attributes[4] = {f->ecx, f->edx, f->ebx, f->ebp};
        u32 last = f->eax & 63;

        if (!sys_privileged(f))
                return;
        self->utcb[0] = f->esi;
        for (u32 i = 0; i <= last; i++) {
                u32 fpage = self->utcb[i], value = attributes[fpage & 3], pat;

                /* 0 default (write back), else the PAT index is value - 1. */
                if (value > 6) {
                        sys_error(f, ERR_INVALID_PARAM);
                        return;
                }
                if (fpage_is_nil(fpage) || fpage_is_io(fpage))
                        continue;
                pat = value ? value - 1 : 0;
                mapdb_cache_attribute(
                    self->space, fpage,
                    (pat & 1 ? PTE_PWT : 0) | (pat & 2 ? PTE_PCD : 0) | (pat & 4 ? PTE_PAT : 0),
                    (pat & 1 ? PTE_PWT : 0) | (pat & 2 ? PTE_PCD : 0) | (pat & 4 ? PDE_PAT : 0));
        }
        f->eax = 1;
}

/* ProcessorControl (manual 3.6): one processor, whose frequency is fixed. */
void sys_processor_control(struct frame *f)
{
        if (!sys_privileged(f))
                return;
        if (f->eax != 0) {
                sys_error(f, ERR_INVALID_PARAM);
                return;
        }
        f->eax = 1;
}
