/* SPDX-License-Identifier: BSD-2-Clause */
/* Start, console, and the ways out: requests to the resource monitor. */
#include "helper.h"
#include "shadow.h"

enum { PUT_BYTES = 240, GET_BYTES = 128 };

struct backend_machine l4vm_machine = {
    .user_start = 0,
    .user_end = L4VM_LINEAR,
    .kernel_start = L4VM_LINEAR,
    .kernel_end = L4VM_GUEST_END,
    .spaces = L4VM_SPACES,
};
char l4vm_load_error[256];
uint32_t l4vm_counts[COUNT_KINDS];

L4_Word_t l4vm_request(L4_Word_t label, unsigned int words)
{
        l4vm_count(COUNT_REQUEST);
        L4_Set_MsgTag(L4_Tag(label, words, 0));
        return L4_IpcFailed(L4_Call(l4vm_owner)) ? L4_ERROR_THREAD : L4_StoreMR(1);
}

static uint32_t length(const char *text)
{
        uint32_t n = 0;

        while (text[n])
                n++;
        return n;
}

const struct backend_machine *backend_start(void)
{
        shadow_start();
        l4vm_machine.counter_khz = L4_ProcessorKHz();
        l4vm_machine.memory_bytes = VM->memory_bytes;
        l4vm_machine.command_line = VM->command_line;
        if (VM->l4_pages / L4VM_SPACE_PAGES < L4VM_SPACES)
                l4vm_machine.spaces = VM->l4_pages / L4VM_SPACE_PAGES;
        backend_time();
        l4vm_call_begin();
        L4_Set_MsgTag(L4_Tag(L4VM_OP_LOAD, 0, 0));
        L4_Call(l4vm_thread(L4VM_HELPER));
        l4vm_call_end();
        if (l4vm_load_error[0])
                backend_fatal(l4vm_load_error);
        return &l4vm_machine;
}

static void put(L4_Word_t label, const char *text, uint32_t bytes)
{
        l4vm_call_begin();
        while (bytes) {
                uint32_t n = bytes < PUT_BYTES ? bytes : PUT_BYTES;

                L4_LoadMR(1, n);
                memcpy(L4_Utcb() + 2, text, n);
                l4vm_request(label, 1 + (n + 3) / 4);
                text += n;
                bytes -= n;
        }
        l4vm_call_end();
}

void backend_console_write(const char *text, uint32_t bytes)
{
        put(RMON_PUTS, text, bytes);
}

void backend_control_write(const char *text, uint32_t bytes)
{
        put(RMON_VM_CONTROL, text, bytes);
}

uint32_t backend_console_read(char *text, uint32_t bytes)
{
        uint32_t n;

        l4vm_call_begin();
        L4_LoadMR(1, bytes < GET_BYTES ? bytes : GET_BYTES);
        n = l4vm_request(RMON_VM_GETS, 1) ? 0 : L4_StoreMR(2);
        if (n > bytes)
                n = 0;
        memcpy(text, L4_Utcb() + 3, n);
        l4vm_call_end();
        return n;
}

void backend_stop(enum ab_stop how, uint32_t status)
{
        l4vm_call_begin();
        for (;;) {
                L4_LoadMR(1, how);
                L4_LoadMR(2, status);
                L4_LoadMR(3, (uint32_t)l4vm.waited);
                memcpy(L4_Utcb() + 4, l4vm_counts, sizeof(l4vm_counts));
                l4vm_request(RMON_VM_STOP, 3 + COUNT_KINDS);
        }
}

/* --- the report of a crash --------------------------------------------------------- */

struct l4vm_exit l4vm_exits[L4VM_EXITS];
uint32_t l4vm_exit_count;

static char *add(char *to, const char *text)
{
        while (*text)
                *to++ = *text++;
        return to;
}

static char *add_hex(char *to, uint32_t value)
{
        uint32_t shift = 28;

        while (shift && !(value >> shift))
                shift -= 4;
        for (;; shift -= 4) {
                *to++ = "0123456789abcdef"[value >> shift & 15];
                if (!shift)
                        return to;
        }
}

/* What the guest was interrupted by last, oldest first: "vector@address". */
static void tell_exits(void)
{
        char line[64 + L4VM_EXITS * 32], *to = add(line, "afterburn: last exits:");
        uint32_t i;

        for (i = l4vm_exit_count > L4VM_EXITS ? l4vm_exit_count - L4VM_EXITS : 0;
             i < l4vm_exit_count; i++) {
                uint32_t n = i % L4VM_EXITS;

                to = add(to, l4vm_exits[n].kind & 1 ? " user " : " kernel ");
                if (l4vm_exits[n].kind >> 1 == AB_REASON_EVENT)
                        to = add(to, "event");
                else
                        to = add_hex(to, l4vm_exits[n].vector);
                to = add_hex(add(to, "@"), l4vm_exits[n].eip);
        }
        to = add(to, "\n");
        backend_console_write(line, (uint32_t)(to - line));
}

/*
 * The console gets all of the sentence; the resource monitor what fits a message, where the
 * guest kernel was last interrupted, and the current space.  It ends this machine.
 */
void backend_fatal(const char *text)
{
        uint32_t n = length(text);

        l4vm.held = 1;
        backend_console_write("afterburn: fatal: ", 18);
        backend_console_write(text, n);
        backend_console_write("\n", 1);
        if (l4vm_exit_count)
                tell_exits();
        if (n > PUT_BYTES - 4 * 12)
                n = PUT_BYTES - 4 * 12;
        l4vm_call_begin();
        for (;;) {
                L4_LoadMR(1, n);
                memcpy(L4_Utcb() + 2, (const void *)&l4vm_raw.frame, sizeof(struct ab_frame));
                L4_LoadMR(12, l4vm_current);
                memcpy(L4_Utcb() + 13, text, n);
                l4vm_request(RMON_VM_FATAL, 12 + (n + 3) / 4);
        }
}
