/* SPDX-License-Identifier: BSD-2-Clause */
/* What the chips of the virtual machine know of one another. */
#ifndef AB_DEVICE_CHIPS_H
#define AB_DEVICE_CHIPS_H

#include "device.h"

/* Lines of the interrupt controllers. */
enum { LINE_TIMER, LINE_KEYBOARD, LINE_CASCADE, LINE_COM2, LINE_COM1, LINE_CLOCK = 8 };

/* --- pic.c: two 8259s ----------------------------------------------------------- */
void pic_start(void);
void pic_line(uint32_t line, bool level);
/* A line of the first one, not LINE_CASCADE, goes down and up again. */
void pic_pulse(uint32_t line);
uint32_t pic_read(uint32_t port);
void pic_write(uint32_t port, uint32_t value);
/* A port whose writes the interrupt controllers' level/edge registers take. */
uint32_t elcr_read(uint32_t port);
void elcr_write(uint32_t port, uint32_t value);

/* --- alarm.c: one backend timer for all ----------------------------------------- */
enum alarm { ALARM_PIT, ALARM_CLOCK, ALARM_SERIAL, ALARM_WATCH, ALARMS };
void alarm_start(void);
/* Call @which's handler once backend_time() is at @when; 0: do not. */
void alarm_set(enum alarm which, uint64_t when);
/* The timer's event has come. */
void alarm_event(void);
/* Do what is due for @which: who looks would see that it is, though the event is late. */
void alarm_look(enum alarm which);
/* Handlers; @now is what backend_time() was. */
void pit_alarm(uint64_t now);
void clock_alarm(uint64_t now);
void serial_alarm(uint64_t now);

/* --- pit.c: an 8254; port 0x61 -------------------------------------------------- */
void pit_start(void);
uint32_t pit_read(uint32_t port);
void pit_write(uint32_t port, uint32_t value);
uint32_t gate_read(uint32_t port);
void gate_write(uint32_t port, uint32_t value);

/* --- moment.c: at which moment a clock is read ------------------------------------- */
void moment_start(const struct backend_machine *machine);
/* The guest is told of the interval timer, or sets it, as of @ns of backend_time(). */
void moment_timer(uint64_t ns);
/* It asks whether the timer has come to its @end, at @now: when it sees that it has. */
uint64_t moment_of_end(uint64_t now, uint64_t end);
/* It latches a count: which moment's. */
uint64_t moment_of_latch(void);

/* --- clock.c: an MC146818 ------------------------------------------------------- */
void clock_start(const struct backend_machine *machine);
uint32_t clock_read(uint32_t port);
void clock_write(uint32_t port, uint32_t value);

/* --- uart.c: a 16550; serial.c: two of them ------------------------------------- */
struct uart {
        uint32_t line;                                    /* of the interrupt controllers */
        void (*send)(uint8_t byte);                       /* a byte leaves */
        uint32_t (*receive)(uint8_t *to, uint32_t bytes); /* take what has come */
        uint8_t ier, lcr, mcr, scratch, divisor[2];
        uint8_t lsr_errors; /* overrun, since it was last read */
        uint8_t modem_seen; /* the modem lines as last read */
        bool fifo, sent;    /* buffers on; the transmitter became empty, not yet told */
        uint8_t trigger;    /* bytes that raise an interrupt */
        uint8_t input[16];
        uint32_t first, count;
};
void uart_start(struct uart *uart);
uint32_t uart_read(struct uart *uart, uint32_t reg);
void uart_write(struct uart *uart, uint32_t reg, uint32_t value);
void uart_input(struct uart *uart); /* something may have come */

void serial_start(void);
void serial_input(void);
void serial_flush(void);
uint32_t com1_read(uint32_t port);
void com1_write(uint32_t port, uint32_t value);
uint32_t com2_read(uint32_t port);
void com2_write(uint32_t port, uint32_t value);

/* --- keyboard.c: an 8042; reset.c: other ways to reset -------------------------- */
void keyboard_start(void);
uint32_t keyboard_read(uint32_t port);
void keyboard_write(uint32_t port, uint32_t value);
uint32_t control_a_read(uint32_t port);
void control_a_write(uint32_t port, uint32_t value);
uint32_t reset_read(uint32_t port);
void reset_write(uint32_t port, uint32_t value);
void machine_reset(void) __attribute__((noreturn));

/* --- port.c --------------------------------------------------------------------- */
void port_start(void);

/* --- cpuid.c, native.c: the real processor's --------------------------------------- */
void cpuid_start(const struct backend_machine *machine);
void native_cpuid(uint32_t eax, uint32_t ecx, struct cpuid *result);
uint64_t native_tsc(void);

/* --- text.c: a line for the log of whoever runs this guest ----------------------- */
void log_start(void);
/* "afterburn log TEXT 0xNUMBER", on the control line. */
void log_number(const char *text, uint32_t number);

#endif
