/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the co-located layout share, besides l4-baseline/l4vm.h. */
#ifndef L4X_COLOCATED_H
#define L4X_COLOCATED_H

#include <shadow.h>

/* Where an application that is to stop goes: nobody may map there, so it is an exception. */
#define CO_NOWHERE 0xfffff000u

/* Messages inside the machine, after those of l4vm.h. */
enum {
        CO_OP_START = 16, /* to the helper: set the pager of space MR1 going */
        CO_OP_EVENT,      /* to a pager: its kernel thread has an event to take */
        CO_OP_MAP,        /* to a pager: map MR2 at MR1 too, with rights MR3; MR2 0: only MR1 */
        CO_OP_EMPTY /* to a pager, not of the current space: nothing is mapped in it any more */
};

static inline L4_ThreadId_t co_thread(uint32_t space, uint32_t role)
{
        return l4vm_thread(L4VM_USER + L4VM_CO_THREADS * space + role);
}

/* A thread's local id, the same in every space. */
static inline L4_ThreadId_t co_local(uint32_t role)
{
        return (L4_ThreadId_t){L4VM_UTCB + L4_UTCB_SIZE * role + L4_UTCB_LOCALID};
}

/* Have the page at @address in this space: the caller's pager maps it. */
static inline void co_touch(uint32_t address, bool write)
{
        if (write)
                asm volatile("lock; orb $0,(%0)" : : "r"(address) : "memory");
        else
                asm volatile("movb (%0),%%al" : : "r"(address) : "eax", "memory");
}

/* switch.S */
void co_switch_to(L4_ThreadId_t kernel_thread); /* go on there; returns when somebody comes back */
void co_arrive(void);                           /* where a kernel thread begins: it waits */
void co_exception_entry(void);                  /* of the kernel thread; registers in l4vm_raw */
void co_fill_entry(void);                       /* as well */
void co_pager_entry(void);                      /* %esp: its stack */
extern uint8_t co_arrival_stack_top[];

/*
 * Call @application with what is in the message registers: the answer's tag.  Or 0, which no
 * message of the kernel's has: an event came first.  Who finds the kernel thread between begin and
 * return, or in L4's stub, before it has left, moves it to abort.
 */
static inline L4_Word_t co_user_call(L4_ThreadId_t application)
{
        L4_Word_t tag = application.raw;

        asm volatile("call co_user_enter"
                     : "+a"(tag)
                     :
                     : "ebx", "ecx", "edx", "esi", "edi", "ebp", "memory", "cc");
        return tag;
}
extern char co_user_begin[], co_user_return[], co_user_abort[];

/* interrupt.c: the interrupt thread; first its own library, and whom it asks. */
void co_interrupt_begin(void);
void co_interrupts(void) __attribute__((noreturn));

/* small.c, and the program it is linked to */
void co_small_main(void) __attribute__((noreturn));
extern uint8_t co_small_stack[];
extern char co_small_program[], co_small_program_end[];

/* pager.c */
void co_pager_main(void) __attribute__((noreturn));
void co_exception(void) __attribute__((noreturn));
void co_fill(void) __attribute__((noreturn));

/*
 * Pages of the kernel area that pagers have touched: a fault of theirs that comes again while this
 * stays is for want of memory.
 */
extern volatile uint32_t co_touches;

/* memory.c: what the window's slot holds, + 1; 0: nothing. */
uint32_t co_window_piece(uint32_t slot);
/* A page of the current space's user addresses is mapped now; @value from the shadow. */
void co_installed_private(void);
static inline void co_installed(uint32_t *entry, uint32_t value)
{
        *entry |= SHADOW_INSTALLED;
        if (!(value & AB_USER))
                co_installed_private();
}
/*
 * Something is to be done before user code runs: its space is another one, has pages that
 * are the kernel's alone, or its thread may lack floating-point registers.
 */
extern uint32_t co_unsettled;
/* Before user code runs: no page of the kernel's alone is at a user address. */
void co_leave_private(void);

/* fpu.c: the current space's thread gets the registers; and is left.  @space has a new one. */
void co_fpu_enter(void);
void co_fpu_leave(void);
void co_fpu_reset(uint32_t space);

#endif
