/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the first instruction to main, and from main's return to the end.
 *
 * The same program runs as root task, where it owns the serial port and the
 * machine, or as a client of the resource monitor, which then owns both.
 */
#include <l4/io.h>
#include <l4/ipc.h>
#include <l4/resourcemon.h>

void l4_start(void) __attribute__((noreturn));

void l4_start(void)
{
        L4_Word_t no;
        unsigned int status;

        L4_Init();
        no = L4_ThreadNo(L4_MyGlobalId()) - L4_ThreadIdUserBase();
        if (no > L4_ROOT_NO) {
                l4_putc = rmon_putc;
                L4_Set_ExceptionHandler(L4_Pager());
        }
        status = (unsigned int)main();
        if (no > L4_ROOT_NO)
                rmon_exit(status);
        l4_shutdown(status);
}
