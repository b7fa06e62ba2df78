/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine as far as a root task touches it itself: one UART, and its end. */
#include <l4/io.h>
#include <l4/ipc.h>

#define COM1           0x3F8
#define UART_DATA      (COM1 + 0)
#define UART_LSR       (COM1 + 5)
#define LSR_DATA_READY 0x01
#define LSR_THR_EMPTY  0x20

#define QEMU_DEBUG_EXIT 0xF4 /* device isa-debug-exit,iobase=0xf4 */
#define STATUS_BASE     0x20 /* QEMU itself ends with 1 when it cannot start */
#define STATUS_MAX      95
#define BOCHS_SHUTDOWN  0x8900

void l4_serial_putc(char c)
{
        if (c == '\n')
                l4_serial_putc('\r');
        while (!(l4_inb(UART_LSR) & LSR_THR_EMPTY))
                ;
        l4_outb(UART_DATA, (uint8_t)c);
}

int l4_serial_getc(void)
{
        return l4_inb(UART_LSR) & LSR_DATA_READY ? l4_inb(UART_DATA) : -1;
}

void l4_shutdown(unsigned int status)
{
        l4_outb(QEMU_DEBUG_EXIT,
                (uint8_t)(STATUS_BASE + (status < STATUS_MAX ? status : STATUS_MAX)));
        for (const char *s = "Shutdown"; *s; s++)
                l4_outb(BOCHS_SHUTDOWN, (uint8_t)*s);
        for (;;)
                L4_Sleep(L4_Never);
}
