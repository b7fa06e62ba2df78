/* SPDX-License-Identifier: BSD-2-Clause */
/* The test double keeps the contract, and shows what it was asked to do. */
#include <setjmp.h>
#include <string.h>
#include "double.h"
#include "ktap.h"

static jmp_buf back;
static const char *ended;

void wedge_event(struct ab_frame *frame)
{
        (void)frame;
        deliveries++;
        delivered |= backend_events();
}

void wedge_trap(struct ab_frame *frame, const struct ab_trap *trap)
{
        (void)frame;
        (void)trap;
}

static void note_end(const char *text)
{
        ended = text;
        longjmp(back, 1);
}

void wedge_main(void)
{
        const struct backend_machine *machine = backend_start();
        struct ab_frame frame = {.eip = 100, .eax = 5};
        struct ab_trap trap;
        uint32_t physical, rights, i, refused = 0;

        contract(machine);
        backend_map(1, 0x10000, 0x3000, 2 * AB_PAGE_BYTES, AB_READ | AB_WRITE);
        ktap_ok(double_mapping(1, 0x11000, &physical, &rights) && physical == 0x4000 &&
                    rights == (AB_READ | AB_WRITE) &&
                    !double_mapping(2, 0x11000, &physical, &rights),
                "mappings can be looked at, space by space");
        backend_protect(1, 0x11000, AB_PAGE_BYTES, AB_READ);
        ktap_ok(double_mapping(1, 0x11000, &physical, &rights) && rights == AB_READ &&
                    double_mapping(1, 0x10000, &physical, &rights) && rights != AB_READ,
                "rights change page by page");
        backend_unmap(1, 0x10000, AB_PAGE_BYTES);
        ktap_ok(!double_mapping(1, 0x10000, &physical, &rights), "what is unmapped is gone");
        for (i = 0; i < 300; i++)
                refused += !backend_map(2, 0x100000 + i * AB_PAGE_BYTES, 0, AB_PAGE_BYTES, AB_READ);
        ktap_ok(refused > 0, "maps are refused when there is no room");
        backend_forget(2);
        ktap_ok(backend_map(2, 0x100000, 0, AB_PAGE_BYTES, AB_READ), "forgetting makes room again");

        double_will((struct double_exit){
            .trap = {AB_REASON_INTERRUPT, 0x80, 0, 0}, .add_eip = 2, .eax = 9});
        backend_switch(3);
        backend_user(&frame, &trap);
        ktap_ok(double_space == 3 && double_entered.eax == 5 && frame.eax == 9 &&
                    frame.eip == 102 && trap.reason == AB_REASON_INTERRUPT && trap.vector == 0x80,
                "user mode does what it was told");
        double_raise(AB_EVENT_STOP);
        backend_user(&frame, &trap);
        ktap_ok(trap.reason == AB_REASON_EVENT && backend_events() == AB_EVENT_STOP,
                "an event keeps user mode from running");

        double_ended = note_end;
        if (!setjmp(back))
                backend_map(1, 0x10001, 0, AB_PAGE_BYTES, AB_READ);
        ktap_ok(ended && !strcmp(ended, "mapping outside what a space may hold"),
                "an address that is no page ends in backend_fatal()");
}

int main(void)
{
        wedge_main();
        return !ktap_done();
}
