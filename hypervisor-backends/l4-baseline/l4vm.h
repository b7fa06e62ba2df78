/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the baseline L4 backend share. */
#ifndef L4VM_H
#define L4VM_H

#include <afterburn/backend.h>
#include <afterburn/vm.h>
#include <afterburn/without.h>
#include <l4/io.h>
#include <l4/ipc.h>
#include <l4/resourcemon.h>
#include "layout.h"
#include "shared.h"

extern volatile struct l4vm_shared l4vm;

static inline void l4vm_raise(uint32_t events)
{
        __atomic_or_fetch(&l4vm.events, events, __ATOMIC_SEQ_CST);
}

/* How often L4 was entered, for the report at the end. */
enum l4vm_count {
        COUNT_USER,         /* user code resumed: by a message */
        COUNT_EXCEPTION,    /* exceptions and interrupts of user code */
        COUNT_FAULT,        /* page faults of user code */
        COUNT_KERNEL_FAULT, /* of the guest kernel and the wedge */
        COUNT_HELPER,       /* calls of the helper */
        COUNT_REQUEST,      /* calls of the resource monitor */
        COUNT_UNMAP,
        COUNT_MOVE, /* ExchangeRegisters */
        COUNT_KINDS
};
extern uint32_t l4vm_counts[COUNT_KINDS];

/* One instruction, so that both threads can. */
static inline void l4vm_count(enum l4vm_count kind)
{
        asm volatile("incl %0" : "+m"(l4vm_counts[kind]));
}

/* A trap or event on its way to main: the monitor fills it, entry.S saves registers. */
struct raw_trap {
        struct ab_frame frame;
        struct ab_trap trap;
        uint32_t was_held;
};

extern volatile struct raw_trap l4vm_raw;

/* The linker knows where that is (l4vm.lds). */
extern const struct ab_vm_page l4vm_page;
#define VM (&l4vm_page)

extern uint32_t l4vm_current; /* the space switched to */

static inline L4_ThreadId_t l4vm_thread(uint32_t n)
{
        return L4_GlobalId(VM->first_thread + n, 1);
}

/* entry.S */
void l4vm_main_entry(void);
void l4vm_trap_entry(void);       /* registers are main's own */
void l4vm_trap_entry_saved(void); /* all of them are in l4vm_raw */
void l4vm_resume(uint32_t held) __attribute__((noreturn));
void l4vm_self_event(void);
extern struct ab_frame l4vm_resume_frame;
extern char l4vm_resume_begin[], l4vm_resume_end[];
/* Is main on its way back to l4vm_resume_frame? */
static inline bool l4vm_is_resuming(uint32_t ip)
{
        return ip >= (uint32_t)l4vm_resume_begin && ip < (uint32_t)l4vm_resume_end;
}
extern char l4vm_image_start[], l4vm_image_end[];
extern uint8_t l4vm_monitor_stack[], l4vm_main_stack[];

/* trap.c */
void l4vm_main(void) __attribute__((noreturn));
void l4vm_trap(void) __attribute__((noreturn));
void l4vm_redeliver(void) __attribute__((noreturn));
extern uint32_t l4vm_missing; /* page of the kernel's fault being handled, | 1; or 0 */

/* monitor.c */
void l4vm_monitor_main(void) __attribute__((noreturn));

/* Around any L4 call of main's; the monitor thread neither moves nor waits for it then. */
static inline void l4vm_call_begin(void)
{
        asm volatile("incl %0" : "+m"(l4vm.busy));
}

static inline void l4vm_call_end(void)
{
        asm volatile("decl %0" : "+m"(l4vm.busy));
        if (!l4vm.held && !l4vm.busy && l4vm.events) {
                l4vm.held = 1;
                l4vm_self_event();
        }
}

/* start.c: what main did last, for the report of a crash. */
enum { L4VM_EXITS = 8 };
extern struct l4vm_exit {
        uint32_t kind; /* enum ab_reason, twice; + 1: of user code */
        uint32_t vector, eip;
} l4vm_exits[L4VM_EXITS];
extern uint32_t l4vm_exit_count;
static inline void l4vm_note(enum ab_reason reason, uint32_t vector, uint32_t eip, bool user)
{
        struct l4vm_exit *exit = &l4vm_exits[l4vm_exit_count++ % L4VM_EXITS];

        exit->kind = (uint32_t)reason << 1 | user;
        exit->vector = vector;
        exit->eip = eip;
}

extern struct backend_machine l4vm_machine;
extern char l4vm_load_error[256];
void l4vm_string(const char *text);

/* The resource monitor: the pager of the monitor and helper threads. */
extern L4_ThreadId_t l4vm_owner;
/* Call it with @words words loaded; its answer's MR1, an L4_ERROR_*. */
L4_Word_t l4vm_request(L4_Word_t label, unsigned int words);

#endif
