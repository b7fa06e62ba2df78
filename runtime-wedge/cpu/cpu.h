/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the virtual processor share. */
#ifndef AB_CPU_H
#define AB_CPU_H

#include "device/device.h"
#include "linear.h"
#include "mmu/mmu.h"
#include "vcpu.h"

/* clang-format off */

/* Bits of EFLAGS. */
enum {
        FLAG_CF = 1, FLAG_ONE = 2, FLAG_ZF = 0x40, FLAG_TF = 0x100, FLAG_IF = 0x200,
        FLAG_DF = 0x400, FLAG_IOPL = 0x3000, FLAG_NT = 0x4000, FLAG_RF = 0x10000,
        FLAG_VM = 0x20000, FLAG_AC = 0x40000, FLAG_ID = 0x200000,
        /* what the real flags register holds for the guest */
        FLAGS_REAL = 0x240dd5,
};

/* Bits of CR0, CR4 and DR6. */
enum {
        CR0_PE = 1, CR0_MP = 2, CR0_EM = 4, CR0_TS = 8, CR0_ET = 0x10, CR0_NE = 0x20,
        CR0_NW = 1 << 29, CR0_CD = 1 << 30,
        CR4_TSD = 4, CR4_DE = 8, CR4_OSFXSR = 0x200, DR6_STEP = 0x4000, DR6_STATUS = 0xe00f,
        DR6_STRUCK = 0xf, DR7_ENABLE = 0xff,
};
#define CR0_PG 0x80000000u

/* Exceptions. */
enum {
        TRAP_DE = 0, TRAP_DB = 1, TRAP_NMI = 2, TRAP_BP = 3, TRAP_OF = 4, TRAP_UD = 6, TRAP_NM = 7,
        TRAP_DF = 8, TRAP_TS = 10, TRAP_NP = 11, TRAP_SS = 12, TRAP_GP = 13, TRAP_PF = 14,
        TRAP_AC = 17,
};

/* clang-format on */

/* Why something could not be done: the exception it raises. */
struct cpu_fault {
        uint32_t vector, error;
        uint32_t address; /* of a page fault */
};

/* The array @was is what is at @at: one instruction to the word, and four. */
#define SAME_WORDS(at, was)                                                                        \
        ({                                                                                         \
                const uint32_t *at_ = (at), *was_ = (was);                                         \
                uint32_t words_ = sizeof(was) / 4;                                                 \
                bool same_;                                                                        \
                                                                                                   \
                asm volatile("repe cmpsl"                                                          \
                             : "=@ccz"(same_), "+S"(at_), "+D"(was_), "+c"(words_)                 \
                             : "m"(*(const uint32_t(*)[sizeof(was) / 4]) at_),                     \
                               "m"(*(const uint32_t(*)[sizeof(was) / 4]) was_));                   \
                same_;                                                                             \
        })

/* --- vectors.S ------------------------------------------------------------------ */

/* Where each vector enters; code that runs with the guest's registers. */
extern char vcpu_stubs[], vcpu_exit[], vcpu_exit_end[];
extern char vcpu_enter_iret[], vcpu_enter_in[], vcpu_enter_out[], vcpu_enter_rdtsc[];
extern char delay_begin[], delay_popped[], delay_end[];
extern char fast_sti[], fast_defer[], fast_step[], fast_popf[], fast_popf_on[], fast_popf_pushed[],
    fast_popf_returns[], fast_pushf[], fast_pushf_moved[], fast_pushf_saved[], fast_end[];
extern uint8_t vcpu_step_code[];

/* The short forms of segment loads; ended by a `begin' of 0. */
struct fast_segment_load {
        uint32_t begin, flags_saved, vector;
};
extern const struct fast_segment_load fast_segment_loads[];
extern char fast_segments[], fast_segments_end[];

/* Shorter ones of the same, which leave to those; ended by a `begin' of 0. */
struct known_segment_load {
        uint32_t begin, form, vector;
};
extern const struct known_segment_load known_segment_loads[];
extern char known_segments[], known_segments_moves[], known_segments_end[];

/* Forget what the wedge was doing and enter the guest at vcpu.frame. */
void vcpu_resume(void) __attribute__((noreturn));
void vcpu_leave(void);
void vcpu_dispatch(void);
void vcpu_iret(void);
void vcpu_stepped(void);

/* Address of the entry of @vector that saves all registers. */
#define STUB_BYTES 16
static inline uint32_t stub_of(uint32_t vector)
{
        return (uint32_t)vcpu_stubs + vector * STUB_BYTES;
}

/* --- start.c -------------------------------------------------------------------- */

extern const struct backend_machine *machine;
static inline bool in_wedge(uint32_t eip)
{
        return eip >= machine->kernel_end;
}

/* --- dispatch.c ----------------------------------------------------------------- */

#define AB_VECTOR(name, entries) void emulate_##name(uint32_t index);
AB_VECTOR_ROWS(AB_VECTOR)
#undef AB_VECTOR

/* Something is to be taken up, delivered, or was: STI has to look at each use. */
extern uint32_t sti_looks;
void vcpu_interrupt_take(void);

static inline uint32_t vcpu_pending(void)
{
        return vcpu.events | pic_request | sti_looks;
}

/* Take up noted events; deliver an interrupt if one is pending and vcpu_interruptible(). */
static inline void vcpu_interrupt_check(void)
{
        if (vcpu_pending())
                vcpu_interrupt_take();
}

/* The instruction being emulated raises an exception: it has had no effect. */
void cpu_raise(uint32_t vector, uint32_t error) __attribute__((noreturn));
void cpu_raise_fault(const struct cpu_fault *fault) __attribute__((noreturn));

/* --- operand.c ------------------------------------------------------------------ */

/* The immediate operand that was pushed in front of the call, of 1 or 4 bytes. */
uint32_t operand_immediate(uint32_t bytes);

/* Address of the memory operand carried behind the call; its 32-bit displacement. */
uint32_t operand_address(void);
uint32_t operand_displacement(void);

/* The 16-bit value of a carried operand: memory, or a register. */
uint32_t operand_read16(void);
void operand_write16(uint32_t value);

/* Address that the instruction at @eip of the guest accesses; false: none. */
bool operand_of_instruction(uint32_t eip, uint32_t *address);

/*
 * Where the page fault @trap at vcpu.frame was.  A hypervisor need not say it where no guest may
 * map: there the instruction is looked at.
 */
uint32_t operand_of_fault(const struct ab_trap *trap);

/* General registers by Intel's number. */
uint32_t gpr_read(uint32_t reg);
void gpr_write(uint32_t reg, uint32_t value);
void gpr_write_sized(uint32_t reg, uint32_t value, uint32_t bytes);

/* Guest memory for the instruction being emulated: raises what it must. */
void memory_read(uint32_t gva, void *buffer, uint32_t bytes);
void memory_write(uint32_t gva, const void *buffer, uint32_t bytes);
uint32_t memory_read32(uint32_t gva);
uint32_t memory_read16(uint32_t gva);

/* Up to @bytes of code at @gva; returns how many could be read. */
uint32_t code_read(uint32_t gva, uint8_t *buffer, uint32_t bytes);

/* --- flags ---------------------------------------------------------------------- */

static inline bool interrupts_enabled(void)
{
        return vcpu.ab.if_differs == AB_IF_ON;
}

static inline void interrupts_enable(bool on)
{
        vcpu.ab.if_differs = on ? AB_IF_ON : AB_IF_OFF;
}

/* IOPL and NT are never in the real register while the guest kernel runs. */
static inline uint32_t flags_iopl_nt(void)
{
        return vcpu.ab.iopl_nt * (AB_FLAGS_SCALE << 8);
}

static inline void flags_clear_nt(void)
{
        vcpu.ab.iopl_nt &= FLAG_IOPL / (AB_FLAGS_SCALE << 8);
}

/* FLAGS_REAL; and RF, while it makes a difference to user code (control.c). */
extern uint32_t flags_kept;

/* EFLAGS as the guest sees it. */
static inline uint32_t flags_image(void)
{
        return ((vcpu.frame.eflags & flags_kept) | FLAG_ONE | FLAG_IF) ^
               vcpu.ab.flags_differ * AB_FLAGS_SCALE;
}

/* Set all that ring 0 can (popf, iret).  IF is always on in the real register. */
static inline void flags_set(uint32_t image)
{
        vcpu.frame.eflags =
            (image & (vcpu.cpl ? flags_kept | FLAG_IOPL : flags_kept)) | FLAG_ONE | FLAG_IF;
        vcpu.ab.iopl_nt = (image & (FLAG_IOPL | FLAG_NT)) / (AB_FLAGS_SCALE << 8);
        interrupts_enable(image & FLAG_IF);
        if (vcpu.attention & AT_EXIT_TRAP)
                vcpu.attention |= AT_EXIT_FLAGS;
}

/* --- segment.c ------------------------------------------------------------------ */

/*
 * Each false with *@fault set, or *@segment filled from the guest's tables.  With bits to set, the
 * descriptor's second word has them from then on.
 */
bool descriptor_read(uint32_t selector, struct vcpu_segment *segment, struct cpu_fault *fault);
bool descriptor_touch(uint32_t selector, uint32_t rights, struct cpu_fault *fault);

/* Code segment of a transfer from privilege @cpl: to the same, or with @outward by the selector's.
 */
bool code_check(uint32_t selector, uint32_t cpl, bool outward, struct vcpu_segment *segment,
                struct cpu_fault *fault);
/* Stack segment for privilege @cpl; @vector is what a bad one raises. */
bool stack_check(uint32_t selector, uint32_t cpl, uint32_t vector, struct vcpu_segment *segment,
                 struct cpu_fault *fault);
static inline void segment_set(enum vcpu_seg seg, uint32_t selector,
                               const struct vcpu_segment *segment)
{
        vcpu.ab.seg[seg] = selector;
        vcpu.segment[seg] = *segment;
}
void segment_load(enum vcpu_seg seg, uint32_t selector);

/* known-load.c: vcpu.source[@seg], of ES, DS, FS or GS, has been set; ... */
void segment_known(enum vcpu_seg seg);
/* ... does not hold any more.  And an event or trap came in one of its instructions. */
void segment_forget(enum vcpu_seg seg);
void segment_load_again(struct ab_frame *frame);
/* User mode was entered: data segments it may not have are taken away. */
void segment_drop(enum vcpu_seg seg);
static inline void segments_drop(void)
{
        enum { DPL3 = 3 << 5 };
        const struct vcpu_segment *segment = vcpu.segment;
        enum vcpu_seg seg;

        if ((segment[SEG_ES].rights & segment[SEG_DS].rights & segment[SEG_FS].rights &
             segment[SEG_GS].rights & DPL3) == DPL3)
                return;
        for (seg = SEG_ES; seg <= SEG_GS; seg++)
                if (seg != SEG_CS && seg != SEG_SS && RIGHTS_DPL(segment[seg].rights) != 3)
                        segment_drop(seg);
}

/* --- quick.c -------------------------------------------------------------------- */

/*
 * Deliver @vector from user mode as it was delivered the last time (@error where it has one).
 * False, and nothing has happened: it has to be done the long way, which remembers how it went once
 * the guest's registers say so.  SOFTWARE is added to the number of an int n.
 */
#define SOFTWARE 256u
bool quick_deliver(uint32_t vector, uint32_t error) __attribute__((regparm(2)));
void quick_remember_gate(uint32_t vector, bool has_error);
/* An iret of the guest kernel's to user mode, of 32 bits, went the long way. */
void quick_remember_iret(void);

/* --- shadow.c ------------------------------------------------------------------- */

/* What the site before @eip asks of it. */
enum shadow { SHADOW_NONE, SHADOW_DEFER, SHADOW_STEP };
enum shadow shadow_at(uint32_t eip);

/*
 * Run a copy of the instruction at @eip as the next thing.  False: it was none to run, or cannot be
 * copied; then frame.eip is where the guest goes on.
 */
bool step_prepare(uint32_t eip);
bool inside_site(uint32_t eip);
bool behind_inline_site(uint32_t eip);

/* The vector that the call of six bytes at @code enters; AB_VECTORS: it is none. */
uint32_t called_vector(const uint8_t *code);

/* @eip without the NOPs there; out of the inside of a bound call. */
uint32_t skip_nops(uint32_t eip);
uint32_t skip_site(uint32_t eip);

/* --- user-segment.c ---------------------------------------------------------------- */

/* The backend knows the segments user code has.  False: it needs some the backend cannot give. */
bool user_segments_enter(void);
/* User code has stopped: the segments it has now. */
void user_segments_leave(void);

/*
 * The backend has been told what there is to tell, or was asked: so much is seen at one look.  It
 * holds after user_segments_find(), while mmu_epoch is the same.  False of that: the table cannot
 * be looked at.
 */
bool user_segments_find(void);
enum { USER_SEGMENTS = 3 };
extern const uint32_t *user_table; /* the guest's; NULL: nobody looks there */
extern uint32_t user_given[2 * USER_SEGMENTS];
extern struct ab_selectors *user_selectors;

static inline bool user_selectors_stand(void)
{
        return vcpu.ab.seg[SEG_GS] == user_selectors->gs &&
               vcpu.ab.seg[SEG_FS] == user_selectors->fs;
}

static inline bool user_segments_stand(void)
{
        return user_selectors_stand() && (!user_table || SAME_WORDS(user_table, user_given));
}

/* --- watch.c -------------------------------------------------------------------- */

/* It is time to look whether the guest kernel stands with interrupts off. */
void watch_look(void);
extern uint32_t watch_taken; /* interrupts delivered */

/* --- beyond.c ---------------------------------------------------------------------- */

/*
 * User code is beyond what its segments reach: it runs there, in the wedge, until it comes back or
 * the guest is told something.
 */
extern uint32_t user_last; /* address that they reach */
static inline bool user_is_beyond(void)
{
        return vcpu.frame.eip > user_last;
}
void user_runs_beyond(void);
/*
 * The commonest there: what stands behind a system call is a return, of pages that are mapped.
 * True: it has been done, and user code is back.
 */
bool user_returns_from_beyond(void);
/* User code has trapped by reaching there: the guest has been told.  False: that was not it. */
bool user_reaches_beyond(const struct ab_trap *trap);

/* --- user-port.c ------------------------------------------------------------------- */

/* User code has trapped at a port access that the guest allows: made.  False: that was not it. */
bool user_port(const struct ab_trap *trap);

/* --- user.c --------------------------------------------------------------------- */

/* Run user code until the guest kernel is to run. */
void user_run(void);

/* It has run, held, and this was the reason to stop: the same from there. */
void user_go_on(const struct ab_trap *trap);

/* What is to be seen to before user code runs, but for segments, and for CR0.TS that was set. */
enum { CHORE_TOLD = 1, CHORE_FPU = 2, CHORE_BREAKPOINTS = 4 };
extern uint32_t user_chores;
/*
 * The fault that wedge_user_fault() found to be the guest's, and what for: its walk need not be
 * repeated.
 */
extern struct user_refused {
        bool known;
        uint32_t address, write, error;
} user_refused;
static inline bool user_is_refused(const struct ab_trap *trap)
{
        enum { ERROR_WRITE = 2 };

        return user_refused.known && user_refused.address == trap->address &&
               user_refused.write == (trap->error & ERROR_WRITE);
}
/* The guest is told of it: CHORE_TOLD. */
void user_told(uint32_t address);
/* CHORE_TOLD: map the page whose fault the guest was told of, if its directory is in force. */
void user_fill_told(void);

#endif
