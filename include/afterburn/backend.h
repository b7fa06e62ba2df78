/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The backend interface: all that a wedge's front end knows of the machine or
 * hypervisor below it.
 *
 * The front end is the virtual IA-32 processor, its memory management and
 * its devices.  It calls the functions named backend_*; the backend calls those
 * named wedge_*.  A backend is a set of files that defines the former; which one is
 * in an image is decided when it is linked.  There is one virtual processor.
 *
 * Words used below
 *   guest-physical   addresses of the guest's memory, from 0 to
 *                    backend_machine.memory_bytes
 *   space            what a guest page directory describes: a set of mappings of
 *                    user addresses, numbered 0 to backend_machine.spaces - 1
 *   kernel space     mappings that are the same in every space (the guest
 *                    kernel's own), for the guest kernel only: AB_SPACE_KERNEL
 *   event            something from outside: the timer, a device, input
 *   held             events are collected but not delivered
 *
 * Unless stated otherwise a function may be called held or not, returns at
 * once, and keeps no pointer it was given.  Addresses and lengths of mappings are
 * multiples of AB_PAGE_BYTES; passing others is a mistake of the caller that ends in
 * backend_fatal().
 */
#ifndef AFTERBURN_BACKEND_H
#define AFTERBURN_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#define AB_PAGE_BYTES   4096u
#define AB_SPACE_KERNEL 0xffffffffu

/* Arguments in registers, where a processor's calls have none there: what each fault calls. */
#ifdef __i386__
#define AB_FAST __attribute__((regparm(3)))
#else
#define AB_FAST
#endif

/*
 * Access rights of a mapping; AB_READ is implied by the others.  Where the machine
 * cannot tell reading from executing, either grants both.  AB_USER admits user code:
 * without it a mapping is the guest kernel's alone, in a space too (a guest may
 * keep pages of its own at user addresses); with it, so is one of the kernel
 * space user code's in every space (a page of system-call or signal-return code).
 */
enum ab_rights { AB_READ = 1, AB_WRITE = 2, AB_EXECUTE = 4, AB_USER = 8 };

/* clang-format off */

/* Events, as bits of a mask. */
enum ab_event {
        AB_EVENT_TIMER   = 1 << 0,      /* the time of backend_timer() has come */
        AB_EVENT_CONSOLE = 1 << 1,      /* backend_console_read() has something */
        AB_EVENT_STOP    = 1 << 2,      /* whoever owns this guest wants it to stop */
};

/* clang-format on */

/* Registers of interrupted or user code, in the order of pushal. */
struct ab_frame {
        uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
        uint32_t eip, eflags;
};

/* Why user code stopped, or guest kernel code was interrupted. */
enum ab_reason {
        AB_REASON_EVENT,      /* an event; nothing else happened */
        AB_REASON_EXCEPTION,  /* `vector' and `error', as the processor reports them */
        AB_REASON_PAGE_FAULT, /* `address', `error': bits of IA-32's error code */
        AB_REASON_INTERRUPT,  /* int `vector': eip is behind the instruction */
};

/* Of a page fault above all that a guest may map, whose address the hypervisor does not tell. */
#define AB_ADDRESS_UNKNOWN  0xffffffffu
/* Every backend tells addresses below this, and has no code from it on. */
#define AB_ADDRESS_TOLD_END 0xc0000000u

struct ab_trap {
        enum ab_reason reason;
        uint32_t vector;
        uint32_t error;
        uint32_t address;
};

/*
 * The state a guest starts in: protected mode, flat segments, paging and interrupts off,
 * the other general registers 0.  Addresses are guest-physical.  (Laid out as linker/load's
 * struct ab_load_entry.)
 */
struct backend_entry {
        uint32_t eip;
        uint32_t eax, ebx, esi;
        uint32_t gdt_base;
        uint16_t gdt_limit;
        uint16_t cs, ds; /* ds: ss, ds, es, fs and gs */
        uint16_t unused;
};

/* Bits cpuid must not show, besides the front end's own choice; as struct ab_load_hidden. */
struct backend_hidden {
        uint32_t leaf1_edx, leaf1_ecx;
        uint32_t ext1_edx, ext1_ecx; /* 0x80000001 */
        uint32_t leaf7_ebx, leaf7_ecx, leaf7_edx;
        uint32_t ext8_ebx;   /* 0x80000008 */
        uint32_t leafd1_eax; /* 0xd, subleaf 1 */
};

/* What the guest has to work with; constant from backend_start() on. */
struct backend_machine {
        uint32_t memory_bytes;             /* guest-physical memory */
        uint32_t user_start, user_end;     /* addresses a space may map */
        uint32_t kernel_start, kernel_end; /* addresses the kernel space may map */
        bool user_bounded; /* user code gets a general protection fault beyond user_end */
        bool flushes;      /* loading CR3 with what it holds gives up the space: for measurements */
        uint32_t spaces;
        uint32_t counter_khz; /* rate of the time-stamp counter */
        const char *command_line;
        uint32_t module_start, module_bytes; /* guest-physical; initial RAM disk, or 0, 0 */
        struct backend_entry entry;
        struct backend_hidden hidden;
};

/* --- life --------------------------------------------------------------------- */

/* First call of all.  Events are held.  Never fails: it ends in backend_fatal(). */
const struct backend_machine *backend_start(void);

enum ab_stop { AB_STOP_POWER_OFF, AB_STOP_REBOOT, AB_STOP_HALT };

/* The guest has ended on its own account, with @status for whoever asks. */
void backend_stop(enum ab_stop how, uint32_t status) __attribute__((noreturn));

/* The guest or its wedge cannot go on.  @text, one line, is shown and logged. */
void backend_fatal(const char *text) __attribute__((noreturn));

/* --- console ------------------------------------------------------------------ */

/* Write all of @bytes; may wait for the device. */
void backend_console_write(const char *text, uint32_t bytes);

/* Read up to @bytes that are there; returns how many. */
uint32_t backend_console_read(char *text, uint32_t bytes);

/*
 * Write all of @bytes to whoever runs this guest: lines of text apart from the
 * console, by which a guest's test program reports how it ended.
 */
void backend_control_write(const char *text, uint32_t bytes);

/* --- time --------------------------------------------------------------------- */

/* Nanoseconds since backend_start(); never goes back. */
uint64_t backend_time(void);

/* Seconds since 1970, UTC, by the machine's clock. */
uint64_t backend_wall_time(void);

/* Raise AB_EVENT_TIMER once backend_time() is at @when; 0: do not.  One at a time. */
void backend_timer(uint64_t when);

/* --- events ------------------------------------------------------------------- */

/*
 * From here on wedge_event() is called when an event comes, in between any two
 * instructions of guest kernel code or of the wedge; at once if one is there.
 */
void backend_release(void);

/* No wedge_event() until backend_release(). */
void backend_hold(void);

/* Take the events that have come: returns their mask, and forgets them. */
uint32_t backend_events(void);

/* Wait until an event is there, held or not.  Does not take it. */
void backend_wait(void);

/* --- ports -------------------------------------------------------------------- */

/*
 * Access an I/O port of the machine, @bytes 1, 2 or 4.  False, and nothing has
 * happened, where the guest has not been granted that port.
 */
bool backend_port_in(uint32_t port, uint32_t bytes, uint32_t *value);
bool backend_port_out(uint32_t port, uint32_t bytes, uint32_t value);

/* --- memory ------------------------------------------------------------------- */

/*
 * Where the wedge itself sees guest-physical memory: the byte at @address, and
 * the rest of its page.  NULL beyond the end.  Holds until the next call of this function
 * or of backend_map().
 */
void *backend_physical(uint32_t address) AB_FAST;

/*
 * Map @bytes at @virtual of @space to guest-physical @physical, replacing what
 * was there.  False where it cannot (no room for more mappings): forget
 * a space and try again.
 */
bool backend_map(uint32_t space, uint32_t virtual, uint32_t physical, uint32_t bytes,
                 uint32_t rights) AB_FAST;

/* Take mappings away; the next access faults.  Where there is none, nothing. */
void backend_unmap(uint32_t space, uint32_t virtual, uint32_t bytes) AB_FAST;

/* Change rights of mappings that are there; may take them away instead. */
void backend_protect(uint32_t space, uint32_t virtual, uint32_t bytes, uint32_t rights);

/* User code runs, and the kernel reaches user addresses, in @space from now on. */
void backend_switch(uint32_t space);

/* @space is empty again: all its mappings go.  It may be the current one. */
void backend_forget(uint32_t space);

/* --- user mode ---------------------------------------------------------------- */

/*
 * Run user code of the current space from @frame until something happens;
 * then @frame holds its registers and @trap says what.  Of eflags only bits
 * user code can set are used.  Call it held.  Returns with AB_REASON_EVENT at once
 * if an event is there.
 */
void backend_user(struct ab_frame *frame, struct ab_trap *trap) AB_FAST;

/*
 * Give user code the descriptor with IA-32 encoding @low, @high at GDT entry
 * @entry; both 0 take it away.  False where the backend cannot.
 */
bool backend_user_segment(uint32_t entry, uint32_t low, uint32_t high);

/*
 * The segment registers that backend_user_segment() is for: what user code gets when it runs, and
 * had when it stopped.  The selector of such an entry, or 0: no segment with a base.  A
 * backend that has no such segments need not have this function either.
 */
struct ab_selectors {
        uint32_t fs, gs;
};
struct ab_selectors *backend_user_selectors(void) __attribute__((weak));

/*
 * Debug registers of user code from now on, numbered as the processor's: of @dr 0 to 3, and 7. What
 * strikes is a debug exception whose `error' is what DR6 says of it, and so is a single step while
 * a breakpoint is enabled; RF of the frame is used, and told.  A backend that cannot do so need not
 * have this function.
 */
void backend_user_breakpoints(const uint32_t *dr) __attribute__((weak));

/* Floating-point registers of user code, in the format of fxsave; 16-byte aligned. */
void backend_fpu_save(void *area);
void backend_fpu_load(const void *area);

/*
 * From now on the floating-point instructions of user code raise #NM (@on) or do not.
 * False where the backend cannot make them: it then has done nothing.
 */
bool backend_fpu_trap(bool on);

/* --- what the wedge provides -------------------------------------------------- */

/* Where the backend begins it; its first call is backend_start().  May return: halt. */
void wedge_main(void);

/*
 * An event came while not held.  @frame is where; changes to it take effect,
 * @frame->esp included.  Called held; events are released again on return.
 */
void wedge_event(struct ab_frame *frame);

/*
 * Guest kernel code (or the wedge) at @frame trapped.  To resume somewhere, change
 * @frame.  Called held; the state before is restored on return.
 */
void wedge_trap(struct ab_frame *frame, const struct ab_trap *trap);

/*
 * User code of the current space, at @eip, faulted at @address (@error as IA-32 says it).
 * True: it is mapped now, user code goes on, and the guest has seen nothing.  A backend
 * to which the registers of user code cost something asks before it fetches them; another need
 * not ask, and a wedge need not have it.
 */
bool wedge_user_fault(uint32_t address, uint32_t error, uint32_t eip) __attribute__((weak)) AB_FAST;

#endif
