/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system calls other than Ipc.
 *
 * Each is a call of a stub in the KIP.  The kernel tells the calls of int 0x31
 * apart by the address of the stub, so they cannot be inlined; registers that a
 * stub does not return are kept, but every list here names all that the
 * interface allows to change.
 */
#include <l4/fpage.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>

L4_ThreadId_t L4_ExchangeRegisters(L4_ThreadId_t dest, struct L4_ExRegs *r)
{
        L4_Word_t result = dest.raw, control = r->control, sp = r->sp, ip = r->ip;
        L4_Word_t flags = r->flags;
        struct {
                L4_Word_t entry, handle, pager;
        } m = {L4_syscalls.exregs, r->handle, r->pager.raw};

        /* EBX and EBP travel through m, whose address waits on the stack meanwhile. */
        __asm__ volatile("pushl %%ebp\n\t"
                         "pushl %%ebx\n\t"
                         "movl 8(%%ebx), %%ebp\n\t"
                         "pushl (%%ebx)\n\t"
                         "movl 4(%%ebx), %%ebx\n\t"
                         "calll *(%%esp)\n\t"
                         "addl $4, %%esp\n\t"
                         "xchgl %%ebx, (%%esp)\n\t"
                         "popl 4(%%ebx)\n\t"
                         "movl %%ebp, 8(%%ebx)\n\t"
                         "popl %%ebp"
                         : "+a"(result), "+c"(control), "+d"(sp), "+S"(ip), "+D"(flags)
                         : "b"(&m)
                         : "memory", "cc");
        r->control = control;
        r->sp = sp;
        r->ip = ip;
        r->flags = flags;
        r->handle = m.handle;
        r->pager.raw = m.pager;
        return (L4_ThreadId_t){result};
}

L4_Word_t L4_ThreadControlLimit(L4_ThreadId_t dest, L4_ThreadId_t space, L4_ThreadId_t scheduler,
                                L4_ThreadId_t pager, L4_Word_t utcb, L4_Word_t limit)
{
        L4_Word_t result = dest.raw, s = space.raw, d = scheduler.raw, c = pager.raw;

        __asm__ volatile("pushl %%ebp\n\t"
                         "calll *%[entry]\n\t"
                         "popl %%ebp"
                         : "+a"(result), "+S"(s), "+d"(d), "+c"(c), "+D"(utcb), "+b"(limit)
                         : [entry] "m"(L4_syscalls.threadcontrol)
                         : "memory", "cc");
        return result;
}

L4_Word_t L4_ThreadControl(L4_ThreadId_t dest, L4_ThreadId_t space, L4_ThreadId_t scheduler,
                           L4_ThreadId_t pager, L4_Word_t utcb)
{
        return L4_ThreadControlLimit(dest, space, scheduler, pager, utcb, L4_LIMIT_NONE);
}

L4_Word_t L4_SpaceControl(L4_ThreadId_t space, L4_Word_t control, L4_Fpage_t kip, L4_Fpage_t utcb,
                          L4_ThreadId_t redirector, L4_Word_t *old_control)
{
        L4_Word_t result = space.raw, d = kip.raw, s = utcb.raw, i = redirector.raw;

        __asm__ volatile("pushl %%ebp\n\t"
                         "calll *%[entry]\n\t"
                         "popl %%ebp"
                         : "+a"(result), "+c"(control), "+d"(d), "+S"(s), "+D"(i)
                         : [entry] "m"(L4_syscalls.spacecontrol)
                         : "ebx", "memory", "cc");
        if (old_control)
                *old_control = control;
        return result;
}

L4_Word_t L4_Schedule(L4_ThreadId_t dest, L4_Word_t time, L4_Word_t processor, L4_Word_t prio,
                      L4_Word_t preemption, L4_Word_t *old_time)
{
        L4_Word_t result = dest.raw;

        __asm__ volatile("pushl %%ebp\n\t"
                         "calll *%[entry]\n\t"
                         "popl %%ebp"
                         : "+a"(result), "+d"(time), "+S"(processor), "+c"(prio), "+D"(preemption)
                         : [entry] "m"(L4_syscalls.schedule)
                         : "ebx", "memory", "cc");
        if (old_time)
                *old_time = time;
        return result;
}

L4_Word_t L4_Set_Timeslice(L4_ThreadId_t dest, L4_Time_t slice)
{
        L4_Word_t time =
            L4_IsPublicKernel() ? L4_TimeControl(L4_Never, slice) : L4_TimeControl(slice, L4_Never);

        return L4_Schedule(dest, time, L4_SCHED_LEAVE, L4_SCHED_LEAVE, L4_SCHED_LEAVE, NULL);
}

void L4_ThreadSwitch(L4_ThreadId_t dest)
{
        L4_Word_t a = dest.raw;

        __asm__ volatile("pushl %%ebp\n\t"
                         "calll *%[entry]\n\t"
                         "popl %%ebp"
                         : "+a"(a)
                         : [entry] "m"(L4_syscalls.threadswitch)
                         : "ebx", "ecx", "edx", "esi", "edi", "memory", "cc");
}

int L4_HasAlarm(void)
{
        return L4_syscalls.alarm != 0;
}

L4_Word_t L4_Alarm(uint64_t when, L4_Word_t period)
{
        L4_Word_t result = (L4_Word_t)when, high = (L4_Word_t)(when >> 32);

        if (!L4_syscalls.alarm)
                return 0;
        __asm__ volatile("calll *%[entry]"
                         : "+a"(result), "+S"(high), "+D"(period)
                         : [entry] "m"(L4_syscalls.alarm)
                         : "memory", "cc");
        return result;
}

L4_Clock_t L4_SystemClock(void)
{
        L4_Clock_t t;

        __asm__ volatile("pushl %%ebp\n\t"
                         "calll *%[entry]\n\t"
                         "popl %%ebp"
                         : "=A"(t)
                         : [entry] "m"(L4_syscalls.clock)
                         : "ebx", "ecx", "esi", "edi", "memory", "cc");
        return t;
}

void L4_Unmap(L4_Word_t control)
{
        L4_Word_t *utcb = L4_Utcb();
        L4_Word_t mr0 = utcb[0];

        __asm__ volatile("pushl %%ebp\n\t"
                         "calll *%[entry]\n\t"
                         "popl %%ebp"
                         : "+a"(control), "+S"(mr0), "+D"(utcb)
                         : [entry] "m"(L4_syscalls.unmap)
                         : "ebx", "ecx", "edx", "memory", "cc");
        utcb[0] = mr0;
}

L4_Fpage_t L4_UnmapFpage(L4_Fpage_t f)
{
        L4_LoadMR(0, f.raw);
        L4_Unmap(0);
        return (L4_Fpage_t){L4_StoreMR(0)};
}

L4_Fpage_t L4_Flush(L4_Fpage_t f)
{
        L4_LoadMR(0, f.raw);
        L4_Unmap(L4_UNMAP_FLUSH);
        return (L4_Fpage_t){L4_StoreMR(0)};
}

L4_Word_t L4_MemoryControl(L4_Word_t control, const L4_Word_t attr[4])
{
        L4_Word_t *utcb = L4_Utcb();
        L4_Word_t result = control, mr0 = utcb[0], a0 = attr[0], a1 = attr[1];
        struct {
                L4_Word_t entry, a2, a3;
        } m = {L4_syscalls.memorycontrol, attr[2], attr[3]}, *p = &m;

        __asm__ volatile("pushl %%ebp\n\t"
                         "movl 8(%%ebx), %%ebp\n\t"
                         "pushl (%%ebx)\n\t"
                         "movl 4(%%ebx), %%ebx\n\t"
                         "calll *(%%esp)\n\t"
                         "addl $4, %%esp\n\t"
                         "popl %%ebp"
                         : "+a"(result), "+c"(a0), "+d"(a1), "+S"(mr0), "+D"(utcb), "+b"(p)
                         : "m"(m)
                         : "memory", "cc");
        return result;
}

L4_Word_t L4_ProcessorControl(L4_Word_t no, L4_Word_t internal_khz, L4_Word_t external_khz,
                              L4_Word_t voltage)
{
        __asm__ volatile("pushl %%ebp\n\t"
                         "calll *%[entry]\n\t"
                         "popl %%ebp"
                         : "+a"(no), "+c"(internal_khz), "+d"(external_khz), "+S"(voltage)
                         : [entry] "m"(L4_syscalls.processorcontrol)
                         : "ebx", "edi", "memory", "cc");
        return no;
}
