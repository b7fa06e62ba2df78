/* SPDX-License-Identifier: BSD-2-Clause */
/* A client that touches what it does not have: the monitor must survive it. */
#include <l4/io.h>

int main(void)
{
        l4_printf("about to touch address 0x1000\n");
        *(volatile int *)0x1000 = 1;
        l4_printf("still here\n");
        return 0;
}
