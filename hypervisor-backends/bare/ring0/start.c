/* SPDX-License-Identifier: BSD-2-Clause */
/* From the multiboot loader to the wedge, and the ways out. */
#include "ring0.h"

enum {
        MULTIBOOT_LOADED = 0x2badb002,
        HAS_MEMORY = 1,
        HAS_COMMAND = 4,
        HAS_MODULES = 8,
        COMMAND_BYTES = 2048,
        MODULES = 2
};

static struct backend_machine machine = {
    .user_start = 0,
    .user_end = 0x80000000,
    .kernel_start = 0x80000000,
    .kernel_end = 0xc0000000,
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

static void take_command_line(const struct multiboot *info)
{
        const char *from = info->flags & HAS_COMMAND ? at_physical(info->cmdline) : "";
        uint32_t i;

        for (i = 0; i + 1 < COMMAND_BYTES && from[i]; i++)
                command_line[i] = from[i];
        machine.command_line = command_line;
}

/*
 * The modules go to the end of the guest's memory, each to its own pages, the last highest: the
 * page-table pool and the guest itself come to where they are.
 */
static void take_modules(const struct multiboot *info, uint32_t top,
                         struct ring0_module modules[MODULES])
{
        const struct multiboot_module *module = at_physical(info->mods_addr);
        uint32_t count = info->flags & HAS_MODULES ? info->mods_count : 0, from[MODULES];
        uint32_t to = top, n, i;

        if (count > MODULES)
                count = MODULES;
        for (n = 0; n < count; n++) {
                from[n] = module[n].start;
                modules[n].bytes = module[n].end - module[n].start;
        }
        for (n = count; n--;) {
                if (modules[n].bytes > to - GUEST_START ||
                    ((to - modules[n].bytes) & -AB_PAGE_BYTES) < from[n])
                        backend_fatal("no room for the modules");
                to = (to - modules[n].bytes) & -AB_PAGE_BYTES;
                modules[n].at = at_physical(to);
                for (i = modules[n].bytes; i--;)
                        modules[n].at[i] = ((const uint8_t *)at_physical(from[n]))[i];
        }
}

void ring0_main(uint32_t magic, const struct multiboot *info)
{
        ring0_console_start();
        if (magic != MULTIBOOT_LOADED)
                backend_fatal("not started by a multiboot loader");
        boot = *(const struct multiboot *)at_physical((uint32_t)info);
        if (!(boot.flags & HAS_MEMORY))
                backend_fatal("the multiboot loader says nothing of memory");
        wedge_main();
        backend_stop(AB_STOP_HALT, 0);
}

const struct backend_machine *backend_start(void)
{
        struct ring0_module modules[MODULES] = {{0, 0}, {0, 0}};
        const struct ring0_module *module = &modules[1];
        uint32_t top = (boot.mem_upper * 1024 + 0x100000) & -AB_PAGE_BYTES;

        if (top > MEMORY_LIMIT)
                top = MEMORY_LIMIT;
        if (top <= GUEST_START)
                backend_fatal("too little memory: 16 MB are ours");
        take_command_line(&boot);
        take_modules(&boot, top, modules);
        ring0_tables_start();
        ring0_memory_start(top);
        ring0_events_start();
        machine.memory_bytes = ring0_guest_bytes;
        machine.counter_khz = ring0_counter_khz();
        if (ring0_load_guest)
                ring0_load_guest(&machine, &modules[0], &modules[1]);
        else
                module = &modules[0];
        if (module->bytes) {
                machine.module_start = (uint32_t)module->at - (uint32_t)backend_physical(0);
                machine.module_bytes = module->bytes;
        }
        return &machine;
}

/* Ask every emulator and machine we know to end; then reset. */
void backend_stop(enum ab_stop how, uint32_t status)
{
        static const char shutdown[] = "Shutdown";
        uint32_t i;

        interrupts_off();
        if (how == AB_STOP_POWER_OFF) {
                outb(0xf4, status); /* QEMU's isa-debug-exit */
                asm volatile("outw %w0,%w1" : : "a"(0x2000), "d"(0x604)); /* QEMU's ACPI */
                for (i = 0; shutdown[i]; i++)
                        outb(0x8900, shutdown[i]); /* bochs */
        }
        if (how != AB_STOP_HALT)
                outb(0x64, 0xfe); /* reset by the keyboard controller */
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
