/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A 16550A.  What is sent is sent at once, so the transmitter is always empty; what
 * comes waits in its sixteen bytes, and beyond them with the backend.
 */
#include "chips.h"

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCRATCH, FCR = IIR };
enum { IER_INPUT = 1, IER_SENT = 2, IER_STATUS = 4, IER_MODEM = 8, LCR_DIVISOR = 0x80 };
enum {
        IIR_NONE = 1,
        IIR_SENT = 2,
        IIR_INPUT = 4,
        IIR_STATUS = 6,
        IIR_MODEM = 0,
        IIR_TIMEOUT = 0x0c,
        IIR_FIFO = 0xc0
};
enum { FCR_ON = 1, FCR_CLEAR_INPUT = 2 };
enum { MCR_DTR = 1, MCR_RTS = 2, MCR_OUT1 = 4, MCR_OUT2 = 8, MCR_LOOP = 0x10 };
enum { LSR_INPUT = 1, LSR_OVERRUN = 2, LSR_EMPTY = 0x60 };
enum { MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RING = 0x40, MSR_CARRIER = 0x80 };

static uint32_t room(const struct uart *uart)
{
        return (uart->fifo ? sizeof(uart->input) : 1u) - uart->count;
}

static uint32_t modem(const struct uart *uart)
{
        if (!(uart->mcr & MCR_LOOP))
                return MSR_CTS | MSR_DSR | MSR_CARRIER;
        return (uart->mcr & MCR_RTS ? MSR_CTS : 0u) | (uart->mcr & MCR_DTR ? MSR_DSR : 0u) |
               (uart->mcr & MCR_OUT1 ? MSR_RING : 0u) | (uart->mcr & MCR_OUT2 ? MSR_CARRIER : 0u);
}

/* A ring counts when it ends; the other lines whenever they change. */
static uint32_t modem_changes(const struct uart *uart)
{
        uint32_t lines = modem(uart), changed = lines ^ uart->modem_seen;

        if (lines & MSR_RING)
                changed &= ~(uint32_t)MSR_RING;
        return changed >> 4;
}

/* What it would interrupt for, most urgent first. */
static uint32_t cause(const struct uart *uart)
{
        if (uart->ier & IER_STATUS && uart->lsr_errors)
                return IIR_STATUS;
        if (uart->ier & IER_INPUT && uart->count)
                return uart->fifo && uart->count < uart->trigger ? IIR_TIMEOUT : IIR_INPUT;
        if (uart->ier & IER_SENT && uart->sent)
                return IIR_SENT;
        if (uart->ier & IER_MODEM && modem_changes(uart))
                return IIR_MODEM;
        return IIR_NONE;
}

/* OUT2 connects the interrupt line; in a loop it does not. */
static void update(const struct uart *uart)
{
        pic_line(uart->line,
                 (uart->mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2 && cause(uart) != IIR_NONE);
}

static void put(struct uart *uart, uint32_t byte)
{
        if (!room(uart)) {
                uart->lsr_errors |= LSR_OVERRUN;
                return;
        }
        uart->input[(uart->first + uart->count++) % sizeof(uart->input)] = (uint8_t)byte;
}

static uint32_t get(struct uart *uart)
{
        uint32_t byte = uart->input[uart->first];

        if (!uart->count)
                return 0;
        uart->first = (uart->first + 1) % sizeof(uart->input);
        uart->count--;
        return byte;
}

void uart_input(struct uart *uart)
{
        uint8_t buffer[sizeof(uart->input)];
        uint32_t n, i;

        if (uart->mcr & MCR_LOOP || !room(uart))
                return;
        n = uart->receive(buffer, room(uart));
        for (i = 0; i < n; i++)
                put(uart, buffer[i]);
        update(uart);
}

static uint32_t read_data(struct uart *uart)
{
        uint32_t byte = get(uart);

        if (!uart->count)
                uart_input(uart);
        return byte;
}

static uint32_t read_cause(struct uart *uart)
{
        uint32_t value = cause(uart);

        if (value == IIR_SENT)
                uart->sent = false;
        return value | (uart->fifo ? IIR_FIFO : 0u);
}

static uint32_t read_line_status(struct uart *uart)
{
        uint32_t value = uart->lsr_errors | LSR_EMPTY | (uart->count ? LSR_INPUT : 0u);

        uart->lsr_errors = 0;
        return value;
}

static uint32_t read_modem_status(struct uart *uart)
{
        uint32_t value = modem(uart) | modem_changes(uart);

        uart->modem_seen = (uint8_t)modem(uart);
        return value;
}

static uint32_t read_register(struct uart *uart, uint32_t reg)
{
        bool divisor = uart->lcr & LCR_DIVISOR;

        switch (reg) {
        case DATA:
                return divisor ? uart->divisor[0] : read_data(uart);
        case IER:
                return divisor ? uart->divisor[1] : uart->ier;
        case IIR:
                return read_cause(uart);
        case LCR:
                return uart->lcr;
        case MCR:
                return uart->mcr;
        case LSR:
                return read_line_status(uart);
        case MSR:
                return read_modem_status(uart);
        default:
                return uart->scratch;
        }
}

uint32_t uart_read(struct uart *uart, uint32_t reg)
{
        uint32_t value = read_register(uart, reg);

        update(uart);
        return value;
}

static void send(struct uart *uart, uint32_t byte)
{
        if (uart->mcr & MCR_LOOP)
                put(uart, byte);
        else
                uart->send((uint8_t)byte);
        uart->sent = true;
}

static void write_fifo(struct uart *uart, uint32_t value)
{
        static const uint8_t triggers[] = {1, 4, 8, 14};

        if (value & FCR_CLEAR_INPUT || uart->fifo != (value & FCR_ON))
                uart->count = 0;
        uart->fifo = value & FCR_ON;
        uart->trigger = triggers[value >> 6];
}

static void write_register(struct uart *uart, uint32_t reg, uint32_t value)
{
        if (uart->lcr & LCR_DIVISOR && reg <= IER) {
                uart->divisor[reg] = (uint8_t)value;
                return;
        }
        switch (reg) {
        case DATA:
                send(uart, value);
                break;
        case IER:
                if (value & ~uart->ier & IER_SENT)
                        uart->sent = true; /* it is empty */
                uart->ier = value & 0x0f;
                break;
        case FCR:
                write_fifo(uart, value);
                break;
        case LCR:
                uart->lcr = (uint8_t)value;
                break;
        case MCR:
                uart->mcr = value & 0x1f;
                break;
        case SCRATCH:
                uart->scratch = (uint8_t)value;
                break;
        default:
                break;
        }
}

void uart_write(struct uart *uart, uint32_t reg, uint32_t value)
{
        write_register(uart, reg, value);
        update(uart);
}

void uart_start(struct uart *uart)
{
        *uart = (struct uart){.line = uart->line,
                              .send = uart->send,
                              .receive = uart->receive,
                              .divisor = {12, 0},
                              .trigger = 1,
                              .sent = true};
        uart->modem_seen = (uint8_t)modem(uart);
}
