/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The smallest client, and a check of what the resource monitor promises one:
 * memory that is fresh and its own, threads of its own and no others.
 */
#include <l4/io.h>
#include <l4/ipc.h>
#include <l4/resourcemon.h>

#define WINDOW      0x20000000u
#define SECOND_UTCB (L4_ROOT_UTCB_BASE + L4_UTCB_SIZE)

static volatile L4_Word_t second_ran;
static uint8_t stack[4096];
static unsigned int failures;

static void check(int holds, const char *what)
{
        l4_printf("%sok - %s\n", holds ? "" : "not ", what);
        failures += !holds;
}

static void second(void)
{
        second_ran = 1;
        for (;;)
                L4_Sleep(L4_Never);
}

int main(void)
{
        volatile L4_Word_t *p = (volatile L4_Word_t *)WINDOW;
        L4_ThreadId_t self = L4_MyGlobalId(), t;
        L4_Word_t count, first;

        if (L4_ThreadNo(self) == L4_ThreadIdUserBase() + L4_ROOT_NO) {
                l4_printf("hello from the root task\n");
                return 0;
        }
        first = rmon_threads(&count);
        check(first == L4_ThreadNo(self) && count >= 2, "a client is told its thread numbers");
        check(rmon_memory(16, L4_FpageLog2(WINDOW, 16)), "memory on request");
        check(p[0] == 0 && p[0x3FFF] == 0, "it is zeroed");
        p[0x3FFF] = 7;
        check(p[0x3FFF] == 7, "and writable");
        check(!rmon_memory(31, L4_FpageLog2(WINDOW, 31)), "2 GB are refused");
        t = L4_GlobalId(first + 1, 1);
        check(rmon_thread_control(t, self, self, L4_Pager(), SECOND_UTCB) == 0, "a second thread");
        L4_Start((L4_ThreadId_t){SECOND_UTCB + L4_UTCB_LOCALID},
                 (L4_Word_t)stack + sizeof(stack) - 16, (L4_Word_t)second);
        L4_Sleep(L4_TimePeriod(20000));
        check(second_ran == 1, "which runs");
        check(rmon_thread_control(L4_Pager(), L4_nilthread, L4_nilthread, L4_nilthread,
                                  L4_UTCB_LEAVE) == L4_ERROR_NOPRIVILEGE,
              "the monitor's thread is out of reach");
        check(rmon_thread_control(L4_GlobalId(first + count, 1), self, self, L4_Pager(),
                                  SECOND_UTCB) == L4_ERROR_NOPRIVILEGE,
              "and so are other clients' numbers");
        check(L4_ThreadControl(t, L4_nilthread, L4_nilthread, L4_nilthread, L4_UTCB_LEAVE) == 0,
              "privileged calls of its own are refused");
        return (int)failures;
}
