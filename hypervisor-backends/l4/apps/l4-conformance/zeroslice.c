/* SPDX-License-Identifier: BSD-2-Clause */
/* Time slices of length zero ("zeroslice"; thesis 3.4). */
#include "check.h"

#define SECTION "zeroslice"

static volatile L4_Word_t count, donations;
static L4_ThreadId_t receiver;

static void spin(void)
{
        for (;;)
                count++;
}

static void donor(void)
{
        for (;;) {
                L4_ThreadSwitch(receiver);
                donations++;
        }
}

void area_zeroslice(void)
{
        L4_Word_t zero = L4_TimeControl(L4_ZeroTime, L4_Never);
        L4_ThreadId_t d;
        L4_Word_t old, before;

        receiver = task_thread(L4_nilthread, spin);
        L4_Sleep(BRIEFLY);
        check(count > 0, SECTION, "zero slices: a thread runs on its own slice at first");
        check(L4_Schedule(receiver, zero, -1u, -1u, -1u, NULL) != L4_STATE_ERROR, SECTION,
              "zero slices: a slice of zero can be set");
        L4_Schedule(receiver, -1u, -1u, -1u, -1u, &old);
        check(old >> L4_SCHED_SLICE_SHIFT == L4_TIME_ZERO, SECTION,
              "zero slices: and reads back as zero");
        L4_Sleep(BRIEFLY);
        before = count;
        L4_Sleep(MS(60));
        check(count == before, SECTION, "zero slices: such a thread does not run by itself");
        d = task_thread(L4_nilthread, donor);
        L4_Sleep(MS(60));
        check(count != before, SECTION, "zero slices: it runs on donated time");
        check(donations > 0, SECTION, "zero slices: and gives way when that is used up");
        task_delete(d);
        L4_Sleep(BRIEFLY);
        before = count;
        L4_Sleep(BRIEFLY);
        check(count == before, SECTION, "zero slices: without a donor it stands still again");
        L4_Schedule(receiver, L4_TimeControl(MS(10), L4_Never), -1u, -1u, -1u, NULL);
        L4_Sleep(BRIEFLY);
        check(count != before, SECTION, "zero slices: with a slice of its own it runs again");
        L4_Schedule(receiver, L4_TimeControl(L4_Never, L4_Never), -1u, -1u, -1u, NULL);
        before = count;
        L4_Sleep(BRIEFLY);
        check(count != before, SECTION, "zero slices: never is not zero");
        task_delete_all();
}
