/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ports nobody has, ways to reset, and what the processor says of itself. */
#include <string.h>
#include "board.h"

static void absent(void)
{
        const char *line;

        board_start();
        check(port_read(0x200, 1) == 0xff && port_read(0x200, 2) == 0xffff &&
                  port_read(0xcf8, 4) == 0xffffffff,
              "where nothing is one reads ones, as many as were asked for");
        check(port_read(0x3ff, 4) == (0xffffff00 | port_read(0x3ff, 1)), "beside a chip too");
        board_start();
        port_write(0x278, 1, 0xaa);
        port_write(0x278, 1, 0x55);
        port_read(0x278, 1);
        line = strstr(board_control, "afterburn log nothing is at port 0x00000278\n");
        check(line && !strstr(strchr(line, '\n'), "0x00000278"),
              "the log says so once for each port");
        check(port_read(0x300, 2) == 0x22222222, "a port the guest was granted is the machine's");
        board_start();
        port_write(0x20, 2, 0x2011); /* both ports of the first controller */
        port_write(0x21, 1, 4);
        port_write(0x21, 1, 1);
        port_write(0x20, 2, 0xfe00);
        pic_line(0, false);
        pic_line(0, true);
        check(port_read(0x20, 2) >> 8 == 0xfe && pic_acknowledge() == 0x20,
              "a wide access is one for each byte");
        board_start();
        port_write(0x80, 1, 1);
        port_write(0xed, 1, 1);
        check(!board_control[0], "ports by which software waits are not told");
}

/* Do the writes @ports, @values reset the machine? */
static bool resets(unsigned n, const uint16_t *ports, const uint8_t *values)
{
        board_start();
        if (!setjmp(board_stop))
                for (unsigned i = 0; i < n; i++)
                        port_write(ports[i], 1, values[i]);
        return board_stopped == AB_STOP_REBOOT;
}

static void resetting(void)
{
        check(resets(1, (const uint16_t[]){0x64}, (const uint8_t[]){0xfe}),
              "the keyboard controller resets the machine");
        check(resets(2, (const uint16_t[]){0x64, 0x60}, (const uint8_t[]){0xd1, 0xfe}),
              "so does its output port");
        check(resets(1, (const uint16_t[]){0x92}, (const uint8_t[]){1}), "so does control port A");
        check(port_read(0xcf8, 4) == 0xffffffff,
              "a wide access to the address of PCI is none to it");
        port_write(0xcf8, 4, 0x80000600);
        check(resets(2, (const uint16_t[]){0xcf9, 0xcf9}, (const uint8_t[]){2, 6}),
              "so does the reset control register");
        check(!resets(2, (const uint16_t[]){0xcf9, 0x92}, (const uint8_t[]){2, 2}),
              "neither its other bits nor the address line does");
        check(!resets(2, (const uint16_t[]){0x64, 0x60}, (const uint8_t[]){0xd1, 0xff}),
              "nor does an output port whose reset line stays up");
        board_start();
        port_write(0x3f8, 1, '!');
        if (!setjmp(board_stop))
                port_write(0x64, 1, 0xfe);
        check(!strcmp(board_console, "!"), "what was written before comes out");
}

static void keyboard(void)
{
        board_start();
        check((in(0x64) & 3) == 0, "the controller is ready, and has nothing");
        out(0x64, 0xaa);
        check(in(0x64) & 1 && in(0x60) == 0x55 && !(in(0x64) & 1), "its own test succeeds");
        out(0x64, 0x60);
        out(0x60, 0x45);
        out(0x64, 0x20);
        check(in(0x60) == 0x45, "its mode is kept");
        out(0x64, 0xab);
        check(in(0x60) != 0, "the keyboard's line is not well");
        out(0x60, 0xf2);
        check((in(0x64) & 0x41) == 0x41 && in(0x60) == 0xfe,
              "a keyboard does not answer: time-out");
}

static void processor(void)
{
        struct cpuid id;

        board_start();
        cpuid_emulate(0, 0, &id);
        check(id.eax == 2, "two leaves of cpuid, whatever there is");
        cpuid_emulate(1, 0, &id);
        check(!(id.edx & 0x00031a44),
              "no virtual-8086 extensions, debug, PAE, APIC, SEP, MTRR, PAT, PSE-36");
        check(!(id.ebx >> 16), "one processor, whose number as an APIC's is 0");
        check((id.edx & 0x07008139) == 0x07008139 && id.edx & 1 << 13,
              "FPU, large pages, counter, MSRs, cmpxchg8b, global pages, cmov, MMX, fxsave, SSE");
        check(!(id.ecx & 0xbc000008), "no monitor, no AVX, no xsave, no hypervisor");
        cpuid_emulate(7, 0, &id);
        check(!(id.eax | id.ebx | id.ecx | id.edx), "no leaf 7: no SMAP, SMEP, INVPCID");
        cpuid_emulate(0x80000001, 0, &id);
        check(!(id.edx & 0x28100800) && !id.ecx, "no long mode, RDTSCP, NX, SYSCALL");
        cpuid_emulate(0x80000008, 0, &id);
        check(!id.ebx, "no leaf of prediction barriers");
}

static void image_hides(void)
{
        static const struct backend_machine machine = {
            .memory_bytes = 64 << 20,
            .hidden = {.leaf1_edx = 1 << 26, .leaf1_ecx = 1 << 9, .ext1_edx = 1 << 22}};
        struct cpuid id;

        device_start(&machine);
        cpuid_emulate(1, 0, &id);
        check(!(id.edx & 1 << 26) && id.edx & 1 << 25, "what the image cannot bind is hidden too");
        check(!(id.ecx & 1 << 9) && id.ecx & 1 << 19, "of the second word of features");
        cpuid_emulate(0x80000001, 0, &id);
        check(!(id.edx & 1 << 22) && id.edx & 1 << 24, "and of the extended leaf's");
}

static bool id_has_checks(void)
{
        struct cpuid id;

        cpuid_emulate(1, 0, &id);
        return (id.edx & 0x4080) == 0x4080;
}

static void registers(void)
{
        uint64_t value;

        board_start();
        board_wait(1000);
        check(msr_read(0x10, &value) && value == 2000 && tsc_read() == 2000,
              "the counter is the machine's");
        check(msr_read(0x1b, &value) && !(value & 0x800), "the APIC is off");
        check(msr_write(0x8b, 1) && msr_read(0x8b, &value) && value == 0, "no microcode");
        check(id_has_checks() && msr_read(0x179, &value) && value == 0 && msr_write(0x401, 0),
              "machine checks, asked for by Linux 2.6.9 whatever cpuid says, have no banks");
        check(msr_write(0x175, 0x0000000587654321) && msr_read(0x175, &value) &&
                  value == 0x87654321 && msr_read(0x174, &value) && value == 0,
              "those of sysenter are kept, each for itself, 32 bits");
        check(!msr_read(0xc0000080, &value) && !msr_read(0x277, &value),
              "registers of features that are hidden fault");
}

int main(void)
{
        absent();
        resetting();
        keyboard();
        processor();
        image_hides();
        registers();
        return check_done();
}
