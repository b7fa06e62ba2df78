/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small spaces are kept apart by segments alone: what a thread meets beyond the
 * end of its own, with and without a thread limit, and what large spaces see of
 * the area where the small ones lie.
 */
#include "limits.h"

#define SMALL_AREA 0xC0000000u
#define BEYOND     0x00900000u /* past a small space, inside 16 MB */
#define BRIEFLY    L4_TimePeriod(50000)

static volatile L4_Word_t ran;
static L4_ThreadId_t self;
static L4_Word_t mr[L4_NUM_MRS];

static void stop(void)
{
        for (;;)
                __asm__ volatile("pause");
}

static void run_only(void)
{
        ran = 1;
        stop();
}

static void read_beyond(void)
{
        (void)*(volatile L4_Word_t *)BEYOND;
        stop();
}

static void read_far_beyond(void)
{
        L4_Set_ExceptionHandler(self);
        (void)*(volatile L4_Word_t *)0x01000000;
        stop();
}

static void read_above_limit(void)
{
        L4_Set_ExceptionHandler(self);
        (void)*(volatile L4_Word_t *)0x00700000;
        stop();
}

static void read_area(void)
{
        L4_Set_ExceptionHandler(self);
        (void)*(volatile L4_Word_t *)SMALL_AREA;
        stop();
}

/* The same through SS, after a call that the kernel's fast path may have ended. */
static void read_area_after_call(void)
{
        L4_Set_ExceptionHandler(self);
        L4_Set_MsgTag(L4_Tag(1, 0, 0));
        L4_Call(self);
        __asm__ volatile("movl %%ss:(%0), %%eax" : : "r"(SMALL_AREA) : "eax");
        stop();
}

static L4_ThreadId_t small_thread(unsigned int n, L4_Word_t limit, void (*fn)(void))
{
        L4_ThreadId_t t = task_small_space_waiting(TASK_SMALL_ID(n));

        ran = 0;
        task_bad_fault = 0;
        if (limit != L4_LIMIT_NONE)
                L4_ThreadControlLimit(t, t, L4_nilthread, L4_nilthread,
                                      L4_UTCB_LEAVE_LIMIT | L4_UTCB_PERMIT, limit);
        task_start(t, fn);
        return t;
}

/* The vector of the exception t raises next; 0xFF if it does not. */
static L4_Word_t exception_of(L4_ThreadId_t t)
{
        L4_MsgTag_t tag = L4_Receive_Timeout(t, BRIEFLY);

        for (unsigned int i = 0; i < L4_NUM_MRS; i++)
                mr[i] = L4_StoreMR(i);
        if (L4_IpcFailed(tag) || L4_Label(tag) != L4_LABEL_EXCEPTION)
                return 0xFF;
        return mr[L4_EXC_MR_VECTOR];
}

/* The small-space id of t's space; asking for one that is taken changes nothing. */
static L4_Word_t id_of(L4_ThreadId_t t)
{
        L4_Word_t old = L4_SPACECTL_SMALL | 0xFF;

        L4_SpaceControl(t, old, L4_FpageLog2(TASK_LOW_KIP, L4_PAGE_BITS),
                        L4_FpageLog2(TASK_LOW_UTCB, 16), L4_nilthread, &old);
        return old;
}

static void past_the_end(void)
{
        L4_ThreadId_t t = small_thread(0, L4_LIMIT_NONE, run_only), other;

        L4_Sleep(BRIEFLY);
        check(ran == 1 && id_of(t) == TASK_SMALL_ID(0), "a thread runs in a small space");
        other = small_thread(1, L4_LIMIT_NONE, run_only);
        t = small_thread(2, L4_LIMIT_NONE, read_beyond);
        L4_Sleep(BRIEFLY);
        check_limits(task_bad_fault == BEYOND,
                     "past its end there is no other space, but its own page fault");
        check_limits(id_of(t) == 0, "for which it has become large");
        ran = 0;
        task_thread(t, run_only);
        L4_Sleep(BRIEFLY);
        check(ran == 1, "and its threads run on");
        check(id_of(other) == TASK_SMALL_ID(1), "while its neighbour stays small");
        task_delete_all();
}

static void from_large(void)
{
        L4_ThreadId_t t;

        small_thread(0, L4_LIMIT_NONE, run_only);
        L4_Sleep(BRIEFLY);
        t = task_thread(L4_nilthread, read_area);
        check_limits(exception_of(t) == 13, "a large space cannot read the small ones");
        t = task_thread(L4_nilthread, read_area_after_call);
        L4_Receive(t);
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Call(t);
        for (unsigned int i = 0; i < L4_NUM_MRS; i++)
                mr[i] = L4_StoreMR(i);
        check_limits(mr[L4_EXC_MR_VECTOR] == 12, "nor can it through the stack segment after IPC");
        task_delete_all();
}

static void beside_limits(void)
{
        L4_ThreadId_t t = small_thread(0, 0x6FF, read_above_limit);

        check_limits(exception_of(t) == 13, "a thread limit below the space's size is vector 13");
        check_limits(id_of(t) == TASK_SMALL_ID(0), "and leaves the space small");
        task_delete_all();
        t = small_thread(0, 0xFFF, read_beyond);
        L4_Sleep(BRIEFLY);
        check_limits(task_bad_fault == BEYOND, "with a limit above it the space becomes large");
        task_delete_all();
        t = small_thread(0, 0xFFF, read_far_beyond);
        check_limits(exception_of(t) == 13, "and then the limit counts");
        task_delete_all();
}

void small_spaces(void)
{
        self = L4_MyGlobalId();
        past_the_end();
        from_large();
        beside_limits();
}
