/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two serial lines: the console, and the control line by which a test program reports to
 * whoever runs the guest.  Output is collected: a call of the backend may cost more
 * than a line of text.
 */
#include "chips.h"

enum { BUFFER = 128, LATEST_NS = 5000000 };

struct output {
        void (*write)(const char *text, uint32_t bytes);
        uint32_t count;
        char text[BUFFER];
};

static struct output console = {.write = backend_console_write};
static struct output control = {.write = backend_control_write};

static void flush(struct output *output)
{
        uint32_t n = output->count;

        output->count = 0;
        if (n)
                output->write(output->text, n);
}

void serial_flush(void)
{
        flush(&console);
        flush(&control);
        alarm_set(ALARM_SERIAL, 0);
}

void serial_alarm(uint64_t now)
{
        (void)now;
        serial_flush();
}

/* A line goes out when it is whole; a part of one soon, or when the guest has nothing to do. */
static void collect(struct output *output, uint8_t byte)
{
        output->text[output->count++] = (char)byte;
        if (byte == '\n' || output->count == BUFFER)
                flush(output);
        else if (output->count == 1)
                alarm_set(ALARM_SERIAL, backend_time() + LATEST_NS);
}

static void send_console(uint8_t byte)
{
        collect(&console, byte);
}

static void send_control(uint8_t byte)
{
        collect(&control, byte);
}

static uint32_t receive_console(uint8_t *to, uint32_t bytes)
{
        return backend_console_read((char *)to, bytes);
}

static uint32_t receive_nothing(uint8_t *to, uint32_t bytes)
{
        (void)to;
        (void)bytes;
        return 0;
}

static struct uart com1 = {.line = LINE_COM1, .send = send_console, .receive = receive_console};
static struct uart com2 = {.line = LINE_COM2, .send = send_control, .receive = receive_nothing};

void serial_input(void)
{
        uart_input(&com1);
}

void serial_start(void)
{
        console.count = control.count = 0;
        uart_start(&com1);
        uart_start(&com2);
}

uint32_t com1_read(uint32_t port)
{
        return uart_read(&com1, port & 7);
}

void com1_write(uint32_t port, uint32_t value)
{
        uart_write(&com1, port & 7, value);
}

uint32_t com2_read(uint32_t port)
{
        return uart_read(&com2, port & 7);
}

void com2_write(uint32_t port, uint32_t value)
{
        uart_write(&com2, port & 7, value);
}
