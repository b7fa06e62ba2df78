/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "board.h"

uint64_t board_reading;
static uint64_t now, timer;
static const struct backend_machine machine = {
    .memory_bytes = 64 << 20, .spaces = 1, .counter_khz = 2000000};

bool board_serves;
unsigned board_interrupts[256], board_writes;
char board_console[4096], board_control[4096];
const char *board_typed;
int board_stopped;
jmp_buf board_stop;

uint64_t backend_time(void)
{
        now += board_reading;
        return now;
}

uint64_t backend_wall_time(void)
{
        return 1795264496 + now / 1000000000; /* date -ud '2026-11-21 12:34:56' +%s */
}

void backend_timer(uint64_t when)
{
        timer = when;
}

void backend_console_write(const char *text, uint32_t bytes)
{
        strncat(board_console, text, bytes);
        board_writes++;
}

void backend_control_write(const char *text, uint32_t bytes)
{
        strncat(board_control, text, bytes);
}

uint32_t backend_console_read(char *text, uint32_t bytes)
{
        uint32_t n = 0;

        while (n < bytes && board_typed && *board_typed)
                text[n++] = *board_typed++;
        return n;
}

bool backend_port_in(uint32_t port, uint32_t bytes, uint32_t *value)
{
        *value = 0x11111111 * bytes;
        return port == 0x300; /* one port is granted */
}

bool backend_port_out(uint32_t port, uint32_t bytes, uint32_t value)
{
        (void)bytes;
        (void)value;
        return port == 0x300;
}

void backend_stop(enum ab_stop how, uint32_t status)
{
        (void)status;
        board_stopped = (int)how;
        longjmp(board_stop, 1);
}

void backend_fatal(const char *text)
{
        fprintf(stderr, "fatal: %s\n", text);
        abort();
}

void native_cpuid(uint32_t eax, uint32_t ecx, struct cpuid *result)
{
        (void)ecx;
        memset(result, 0xff, sizeof(*result));
        if (eax == 0)
                result->eax = 13;
        if (eax == 0x80000000)
                result->eax = 0x80000008;
}

uint32_t board_place;
bool board_straight;

uint32_t guest_place(void)
{
        return board_place;
}

bool guest_came_straight(uint32_t from)
{
        (void)from;
        return board_straight;
}

uint64_t native_tsc(void)
{
        return now * 2;
}

void board_start(void)
{
        now = timer = 0;
        board_serves = false;
        board_typed = NULL;
        board_writes = 0;
        board_stopped = -1;
        board_console[0] = board_control[0] = 0;
        memset(board_interrupts, 0, sizeof(board_interrupts));
        device_start(&machine);
}

static void serve(void)
{
        while (board_serves && pic_pending()) {
                uint32_t vector = pic_acknowledge();

                board_interrupts[vector]++;
                if (vector >= 0x28)
                        port_write(0xa0, 1, 0x20);
                port_write(0x20, 1, 0x20);
        }
}

void board_wait(uint64_t ns)
{
        uint64_t end = now + ns;

        serve();
        while (timer && timer <= end) {
                now = timer > now ? timer : now;
                timer = 0;
                device_event(AB_EVENT_TIMER);
                serve();
        }
        now = end;
}

void board_controllers(void)
{
        static const uint8_t words[] = {0x11, 0x20, 4, 1, 0x11, 0x28, 2, 1};
        uint32_t i;

        for (i = 0; i < 8; i++)
                port_write((i < 4 ? 0x20 : 0xa0) + (i % 4 != 0), 1, words[i]);
        port_write(0x21, 1, 0);
        port_write(0xa1, 1, 0);
}

uint32_t in(uint32_t port)
{
        uint32_t value = port_read(port, 1);

        serve();
        return value;
}

void out(uint32_t port, uint32_t value)
{
        port_write(port, 1, value);
        serve();
}

static unsigned count, failed;

void check(bool ok, const char *what)
{
        printf("%sok %u - %s\n", ok ? "" : "not ", ++count, what);
        failed += !ok;
}

int check_done(void)
{
        printf("1..%u\n", count);
        return failed != 0;
}
