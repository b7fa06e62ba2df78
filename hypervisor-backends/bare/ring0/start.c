/* SPDX-License-Identifier: BSD-2-Clause */
/* From the multiboot loader to the wedge, and the ways out. */
#include "ring0.h"

enum { MULTIBOOT_LOADED = 0x2badb002, HAS_MEMORY = 1, HAS_COMMAND = 4, HAS_MODULES = 8,
       COMMAND_BYTES = 512 };

static struct backend_machine machine = {
        .user_start = 0x10000000, .user_end = 0x80000000,
        .kernel_start = 0x80000000, .kernel_end = 0xc0000000,
        .spaces = 16,
};
static char command_line[COMMAND_BYTES];
static struct multiboot boot;

void ring0_string(const char *text)
{
        uint32_t n = 0;

        while (text[n])
                n++;
        backend_console_write(text, n);
}

/* Before paging: everything the loader left lies where it says. */
static void take_command_line(const struct multiboot *info)
{
        const char *from = info->flags & HAS_COMMAND ? (const char *)info->cmdline : "";
        uint32_t i;

        for (i = 0; i + 1 < COMMAND_BYTES && from[i]; i++)
                command_line[i] = from[i];
        machine.command_line = command_line;
}

/* The first module goes to the end of the guest's memory. */
static void take_module(const struct multiboot *info, uint32_t top)
{
        const struct multiboot_module *module = (const void *)info->mods_addr;
        uint32_t bytes, to, i;

        if (!(info->flags & HAS_MODULES) || !info->mods_count)
                return;
        bytes = module->end - module->start;
        to = (top - bytes) & -AB_PAGE_BYTES;
        if (bytes > top - GUEST_START || module->end > to)
                backend_fatal("no room for the module");
        for (i = 0; i < bytes; i++)
                ((uint8_t *)to)[i] = ((const uint8_t *)module->start)[i];
        machine.module_start = to - GUEST_START;
        machine.module_bytes = bytes;
}

void ring0_main(uint32_t magic, const struct multiboot *info)
{
        ring0_console_start();
        if (magic != MULTIBOOT_LOADED || !(info->flags & HAS_MEMORY))
                backend_fatal("not started by a multiboot loader");
        boot = *info;
        wedge_main();
        backend_stop(AB_STOP_HALT, 0);
}

const struct backend_machine *backend_start(void)
{
        uint32_t top = (boot.mem_upper * 1024 + 0x100000) & -AB_PAGE_BYTES;

        if (top > MEMORY_LIMIT)
                top = MEMORY_LIMIT;
        if (top <= GUEST_START)
                backend_fatal("too little memory: 16 MB are ours");
        take_command_line(&boot);
        take_module(&boot, top);
        ring0_tables_start();
        ring0_memory_start(top);
        ring0_events_start();
        machine.memory_bytes = ring0_guest_bytes;
        machine.counter_khz = ring0_counter_khz();
        return &machine;
}

/* Ask every emulator and machine we know to end; then reset. */
void backend_stop(enum ab_stop how, uint32_t status)
{
        static const char shutdown[] = "Shutdown";
        uint32_t i;

        interrupts_off();
        if (how == AB_STOP_POWER_OFF) {
                outb(0xf4, status);                     /* QEMU's isa-debug-exit */
                asm volatile("outw %w0,%w1" : : "a"(0x2000), "d"(0x604)); /* QEMU's ACPI */
                for (i = 0; shutdown[i]; i++)
                        outb(0x8900, shutdown[i]);      /* bochs */
        }
        if (how != AB_STOP_HALT)
                outb(0x64, 0xfe);                       /* reset by the keyboard controller */
        for (;;)
                asm volatile("hlt");
}

void backend_fatal(const char *text)
{
        ring0_string("afterburn: fatal: ");
        ring0_string(text);
        ring0_string("\n");
        backend_stop(AB_STOP_POWER_OFF, 1);
}
