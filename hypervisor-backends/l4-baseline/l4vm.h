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

/*
 * What an exception message says, as IA-32 reports it: int n, int3 and into arrive as
 * general protection faults at the instruction.  @code is its first byte, or 0.
 * A page fault comes so only where nobody may map; a read or write by main, address unknown.
 */
void l4vm_classify(struct ab_frame *frame, struct ab_trap *trap, uint32_t vector, uint32_t error,
                   uint8_t code);
/* Does @code tell int3 or into from int $3 and int $4, which arrive with the same error code? */
static inline bool l4vm_code_decides(uint32_t vector, uint32_t error)
{
        return vector == 13 && (error == 3 * 8 + 2 || error == 4 * 8 + 2);
}
#define L4VM_FLAG_TF 0x100u
enum { L4VM_USER_FLAGS = 0x00240dd5, L4VM_FIXED_FLAGS = 0x202 };

/* From the exception message in the message registers; ... */
static inline void l4vm_load_frame(struct ab_frame *frame)
{
        const L4_Word_t *mr = L4_Utcb();

        frame->eip = mr[L4_EXC_MR_EIP];
        frame->eflags = (mr[L4_EXC_MR_EFLAGS] & L4VM_USER_FLAGS) | L4VM_FIXED_FLAGS;
        frame->edi = mr[L4_EXC_MR_EDI];
        frame->esi = mr[L4_EXC_MR_ESI];
        frame->ebp = mr[L4_EXC_MR_EBP];
        frame->esp = mr[L4_EXC_MR_ESP];
        frame->ebx = mr[L4_EXC_MR_EBX];
        frame->edx = mr[L4_EXC_MR_EDX];
        frame->ecx = mr[L4_EXC_MR_ECX];
        frame->eax = mr[L4_EXC_MR_EAX];
}

/* ... to one, vector and error 0. */
static inline void l4vm_store_frame(const struct ab_frame *frame)
{
        L4_Word_t *mr = L4_Utcb();

        mr[L4_EXC_MR_EIP] = frame->eip;
        mr[L4_EXC_MR_EFLAGS] = (frame->eflags & L4VM_USER_FLAGS) | L4VM_FIXED_FLAGS;
        mr[L4_EXC_MR_VECTOR] = 0;
        mr[L4_EXC_MR_ERROR] = 0;
        mr[L4_EXC_MR_EDI] = frame->edi;
        mr[L4_EXC_MR_ESI] = frame->esi;
        mr[L4_EXC_MR_EBP] = frame->ebp;
        mr[L4_EXC_MR_ESP] = frame->esp;
        mr[L4_EXC_MR_EBX] = frame->ebx;
        mr[L4_EXC_MR_EDX] = frame->edx;
        mr[L4_EXC_MR_ECX] = frame->ecx;
        mr[L4_EXC_MR_EAX] = frame->eax;
}

/* monitor.c, helper.c */
void l4vm_monitor_main(void) __attribute__((noreturn));
void l4vm_helper_main(void) __attribute__((noreturn));

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

/* Labels of messages inside the machine. */
enum { L4VM_OP_MAP = 1, L4VM_OP_LOAD, L4VM_OP_EMPTY };

/*
 * Map @n pieces of 2^@bits bytes, guest-physical addresses with L4's rights in the low bits, one
 * behind the other at @virtual of the kernel space, through the helper.  For main (between
 * call_begin and call_end) and the monitor thread.
 */
enum { L4VM_MAP_MOST = 3 };
void l4vm_helper_map(uint32_t virtual, uint32_t bits, const uint32_t *pages, uint32_t n);

/* Load the guest into its memory; main only.  Fills machine.entry and the like. */
void l4vm_helper_load(void);

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

static inline uint64_t l4vm_counter(void)
{
        uint64_t value;

        asm volatile("rdtsc" : "=A"(value));
        return value;
}

/* Where L4 has alarms: the timer may have gone off. */
static inline void l4vm_timer_look(void)
{
        if (!l4vm.deadline_set || !l4vm.alarms || l4vm_counter() < l4vm.deadline_at)
                return;
        l4vm.deadline_set = 0;
        l4vm_raise(AB_EVENT_TIMER);
}

/* timer.c, for a monitor thread: from here on the resource monitor knows of the shared state. */
void l4vm_share(void);
/* Until when to wait: with @retry an event could not be delivered, and that is tried again. */
L4_Time_t l4vm_patience(bool retry);

/* The resource monitor: the pager of the monitor and helper threads. */
extern L4_ThreadId_t l4vm_owner;
/* Call it with @words words loaded; its answer's MR1, an L4_ERROR_*. */
L4_Word_t l4vm_request(L4_Word_t label, unsigned int words);

/* --- shadow.c: what is mapped where ----------------------------------------------- */

/* An entry: page address, rights (enum ab_rights), and these. */
enum {
        SHADOW_RIGHTS = 15,
        SHADOW_INSTALLED = 0x10, /* handed to the user thread */
        SHADOW_WINDOW = 0x20,    /* ... from the window, not from the linear area */
        SHADOW_KERNEL = 0x40,    /* in the kernel space too (l4vm_visit) */
};
#define SHADOW_PAGE 0xfffff000u

/* The entry of @virtual; NULL where there is none and @make is false, or no room. */
uint32_t *shadow_entry(uint32_t space, uint32_t virtual, bool make);
/* Its value, 4 MB mappings of the kernel space included; 0: nothing. */
uint32_t shadow_lookup(uint32_t space, uint32_t virtual);

/* A leaf has those of 64 pages; by 16 bits of number, 0 is none. */
enum { SHADOW_LEAF_PAGES = 64, SHADOW_LEAF_BITS = 18, SHADOW_LEAVES = 6144 };
#define L4VM_LEAF_BYTES (1u << SHADOW_LEAF_BITS)
extern struct shadow_leaf {
        uint32_t entry[SHADOW_LEAF_PAGES];
        uint16_t next; /* of the same space, or free; 0: none */
        uint16_t row;
} shadow_leaves[SHADOW_LEAVES + 1];
extern uint16_t shadow_directory[L4VM_SPACES + 1][L4VM_GUEST_END >> SHADOW_LEAF_BITS];

/* The entry of @virtual, below L4VM_GUEST_END, in a space of user code; NULL: none. */
static inline uint32_t *shadow_user_entry(uint32_t space, uint32_t virtual)
{
        uint32_t leaf = shadow_directory[space][virtual >> SHADOW_LEAF_BITS];

        return leaf ? &shadow_leaves[leaf].entry[virtual >> 12 & (SHADOW_LEAF_PAGES - 1)] : 0;
}

/*
 * The kernel space has guest-physical @physical where a kernel has its memory, with @rights.
 * Mostly that is in a 4 MB mapping for writing.
 */
extern uint32_t shadow_pieces[];
static inline bool shadow_is_in_large(uint32_t physical)
{
        uint32_t value = shadow_pieces[(L4VM_LINEAR + physical) / L4VM_PIECE];

        return !((value ^ physical) / L4VM_PIECE) && value & AB_WRITE;
}
static inline bool shadow_is_linear(uint32_t physical, uint32_t rights)
{
        uint32_t value;

        if (shadow_is_in_large(physical))
                return true;
        value = shadow_lookup(AB_SPACE_KERNEL, L4VM_LINEAR + physical);
        return value && (value & SHADOW_PAGE) == (physical & SHADOW_PAGE) &&
               (value & AB_WRITE || !(rights & AB_WRITE));
}
/* The kernel's 4 MB mapping around @virtual, or NULL. */
uint32_t *shadow_large(uint32_t virtual);
/* Cut it into pages.  False: no room, nothing has changed. */
bool shadow_split(uint32_t virtual);
/*
 * Remove all entries of @space.  Returns in how many regions something was handed to the
 * user thread, and the first @most of them in @pages.
 */
uint32_t shadow_forget(uint32_t space, L4_Fpage_t *pages, uint32_t most);
void shadow_start(void);

/* --- mapping.c, memory.c ------------------------------------------------------------ */

/* L4's rights to a mapping with @rights (enum ab_rights). */
static inline uint32_t l4vm_rights(uint32_t rights)
{
        return L4_FPAGE_R | L4_FPAGE_X | (rights & AB_WRITE ? L4_FPAGE_W : 0);
}

extern uint32_t l4vm_current; /* space switched to */

/* The kernel space touched @address, at @eip: map what should be there.  False: nothing should. */
bool l4vm_serve_kernel(uint32_t address, uint32_t eip, bool write, uint32_t *error);

/*
 * main-fault.c, where the guest kernel has a space of its own.  All of the wedge's program is
 * there from now on; a page fault of main's is served (false: it is the guest's, with *@error); and
 * l4vm_classify() of an exception of main's.
 */
void l4vm_touch_image(void);
bool l4vm_serve_main(uint32_t address, uint32_t eip, bool write, uint32_t *error);
void l4vm_classify_main(struct ab_frame *frame, struct ab_trap *trap, uint32_t vector,
                        uint32_t error);

/* Where in the kernel space @physical can be mapped on from, with @rights. */
uint32_t l4vm_source(uint32_t physical, uint32_t rights, bool *from_window);
/*
 * That moves nothing, and so leaves a message that is being made as it is: it is in the linear
 * area, or in the window.
 */
bool l4vm_is_in_window(uint32_t physical);
static inline bool l4vm_is_in_reach(uint32_t physical, uint32_t rights)
{
        return shadow_is_linear(physical, rights) || l4vm_is_in_window(physical);
}

/*
 * mapping.c asks each layout's memory.c: that @entry of @virtual says @value, and what L4 has of
 * the old value and the new one does not allow is taken away; ...
 */
void l4vm_change(uint32_t space, uint32_t virtual, uint32_t *entry, uint32_t value) AB_FAST;
/* ... that @pages entries from @entry on, of @virtual and what follows it in a leaf, say nothing;
 */
void l4vm_drop(uint32_t space, uint32_t virtual, uint32_t *entry, uint32_t pages);
/* ... the L4 rights that are; RWX: all, or there were none; */
static inline uint32_t l4vm_loss(uint32_t old, uint32_t value)
{
        if (!old || !value || (old ^ value) & SHADOW_PAGE)
                return L4_FPAGE_RWX;
        if ((value & old & SHADOW_RIGHTS) == (old & SHADOW_RIGHTS))
                return 0;
        return (old ^ value) & AB_USER ? L4_FPAGE_RWX : L4_FPAGE_W;
}
/* ... that the 4 MB mapping @old is gone, from the kernel space too if @kernel; */
void l4vm_leave_large(uint32_t virtual, uint32_t old, bool kernel);
/* ... that this was all for now; */
void l4vm_changed(void);
/* ... that the page at @address, which the shadow has, is mapped in the kernel space now. */
void l4vm_establish(uint32_t space, uint32_t address);

/* Carry out what was put off, if anything is: before user code runs. */
extern uint32_t l4vm_queued;
void l4vm_flush_queue(void);
/* ... while main is in the middle of putting something off: it will do it once more. */
void l4vm_flush_again(void);

/* --- reclaim.c: when L4 has no memory for a mapping --------------------------------------- */

/*
 * L4 says nothing when it has no memory for a mapping: the same fault comes again, and nothing
 * else happens in between.  So often a fault at one place is nobody else's doing; after that each
 * time something is given back; and after very many nothing helps.
 */
enum { L4VM_REPEATS = 3, L4VM_REPEATS_MOST = 100, L4VM_CIRCLED_MOST = 1000 };
extern uint32_t l4vm_repeated, l4vm_circled;
/*
 * The fault at @address is the same as the last one; l4vm_repeated counts, and is more than
 * L4VM_REPEATS_MOST, too, when the instruction has had very many faults at a few pages.
 */
bool l4vm_repeats(uint32_t address, uint32_t eip);
/* User code begins anew, or we have taken pages away: the same fault can come for that reason. */
static inline void l4vm_repeats_not(void)
{
        l4vm_repeated = l4vm_circled = 0;
}
static inline bool l4vm_is_short(void)
{
        return l4vm_repeated && l4vm_repeated % L4VM_REPEATS == 0;
}
#define L4VM_NO_MEMORY                                                                             \
        "L4 has no memory for what this machine needs at least: give it more (run --l4-memory)"

/*
 * Give L4 some memory back: empty half of the spaces that are not current; false: there was none to
 * empty, so all that comes from guest-physical memory has been unmapped.  For main, at any L4 call.
 */
bool l4vm_reclaim(void);
/* The latter by itself: for main, and for a thread that serves its fault. */
void l4vm_empty_all(void);
void l4vm_helper_empty(void); /* in the helper, whom that asks */
/* Each layout's: nothing is mapped any more in @space, which is not the current one. */
void l4vm_empty_space(uint32_t space);
/* @space is current no more. */
void l4vm_space_left(uint32_t space);

/* --- fresh.c: what user code may have and has not got yet ----------------------------- */

#define L4VM_FRESH_MOST 16u
extern struct l4vm_fresh {
        uint32_t count; /* of all that came since they were taken */
        struct {
                uint32_t page, *entry; /* of the shadow; void when the space is forgotten */
        } item[L4VM_FRESH_MOST];
} l4vm_fresh[L4VM_SPACES];
/* Since this was cleared, for some space.  Whoever does so looks at the current space's. */
extern uint32_t l4vm_fresh_noted;
static inline void l4vm_fresh_note(uint32_t space, uint32_t virtual, uint32_t *entry)
{
        uint32_t i = l4vm_fresh[space].count++ % L4VM_FRESH_MOST;

        l4vm_fresh[space].item[i].page = virtual;
        l4vm_fresh[space].item[i].entry = entry;
        l4vm_fresh_noted = 1;
}
/* They may travel so (afterburn run --without=bulk: they may not). */
static inline bool l4vm_fresh_is_wanted(void)
{
        return !(VM->without & 1u << AB_WITHOUT_BULK);
}
/* Put map items for them at @mr on; the next register.  @besides is in the message already. */
unsigned int l4vm_fresh_items(uint32_t space, uint32_t besides, unsigned int mr) AB_FAST;
static inline unsigned int l4vm_fresh_put(uint32_t space, uint32_t besides, unsigned int mr)
{
        return l4vm_fresh[space].count ? l4vm_fresh_items(space, besides, mr) : mr;
}

/* --- user.c, user-stub.c, fpu.c; main only, between call_begin and call_end ------------ */

/*
 * Run the stub at @label (stubs.S) in the thread of @space, which waits for backend_user().
 * False: it did not come back and has been made anew.
 */
bool l4vm_run_stub(uint32_t space, const char *label, uint32_t eax);
/*
 * Main has sent that thread to the stub at @label, and waited so long for the message at its end;
 * @tag is what came.  If nothing has: what comes, or a failure because nothing will.
 */
#define L4VM_STUB_TIME  L4_TimePeriod(1000)
#define L4VM_START_TIME L4_TimePeriod(3000000) /* one that is new has not cheated */
L4_MsgTag_t l4vm_user_comes(uint32_t space, const char *label, L4_MsgTag_t tag);
/* A new thread and space; it ends in the wait that backend_user() begins with. */
void l4vm_user_make(uint32_t space);
/* Each layout's way to that.  False: there is none, or it does not start. */
bool l4vm_user_make_once(uint32_t space);
/* Its page of data, as the kernel space sees it. */
uint8_t *l4vm_stub_data(uint32_t space);
/* Map items for its two pages of stubs at @mr; the next message register. */
unsigned int l4vm_stub_items(uint32_t space, unsigned int mr);
/* It touched @address: if that is in its two pages of stubs, the answer is loaded. */
bool l4vm_stub_page(uint32_t space, uint32_t address, bool write);
/* What the stubs find in the page of data is as it should be, whatever a program made of it. */
void l4vm_stub_fill(uint32_t space);
/* Whom the thread of @space is to tell of its faults: each layout says. */
L4_ThreadId_t l4vm_user_pager(uint32_t space);
/* The thread of @space is there. */
void l4vm_user_need(uint32_t space);
/* Nothing of @space is there any more, and L4 has what memory it took. */
void l4vm_user_forget(uint32_t space);
/* @space runs next: its thread gets the floating-point registers.  Its thread is new. */
void l4vm_fpu_enter(uint32_t space);
void l4vm_fpu_reset(uint32_t space);
/* Another space than the current one is to be; the thread of @space will be gone. */
void l4vm_fpu_leave(void);
void l4vm_fpu_forget(uint32_t space);

/* --- awake.c: which user space's threads may run, all others are halted --------------------- */

#define L4VM_NOBODY 0xffffffffu /* l4vm.awake - 1, of 0 */
static inline uint32_t l4vm_awake(void)
{
        return l4vm.awake - 1;
}
/*
 * Around all that main does from there on until a user thread has told it what it was to run for.
 * Returns what l4vm_leave_user() is given.
 */
static inline uint32_t l4vm_enter_user(void)
{
        uint32_t before = l4vm.in_user;

        l4vm.in_user = 1;
        return before;
}
static inline void l4vm_leave_user(uint32_t before)
{
        l4vm.in_user = before;
}
/* Those of @space, which is there, and no others.  Inside l4vm_enter_user(), nothing queued. */
void l4vm_awaken(uint32_t space);
/* Those of @space are no more, or about to be halted by somebody who does not note it. */
void l4vm_gone(uint32_t space);
/* The layout halts the threads of @rest and lets those of @wake go on: either may be L4VM_NOBODY.
 */
void l4vm_user_halt(uint32_t rest, uint32_t wake);
/* It halts those of @space.  False: the resource monitor was asked, and has noted what it did. */
bool l4vm_user_rest(uint32_t space);
/* Before main waits for an event, and when the monitor thread hears that main is preempted. */
void l4vm_leave_main(void);
void l4vm_main_preempted(void);

/* --- pager.c: the pagers beside the threads that run applications ------------------------ */

/* Start that of a new @space, by main.  False: it is not there. */
bool l4vm_pager_start(uint32_t space);
/* A message to the monitor thread.  True: of a pager, whose answer is loaded. */
bool l4vm_pager_faulted(L4_ThreadId_t from, L4_MsgTag_t tag);

/*
 * ExchangeRegisters of a thread that runs applications, to another place: by the resource monitor,
 * where its pager is none of ours.  Afterwards @r has the old place and state.  Message registers
 * are free to use.  For main, whose thread it is.  False: refused.
 */
bool l4vm_move_user(L4_ThreadId_t thread, struct L4_ExRegs *r);

/* stubs.S: offsets in the page of code. */
extern char l4vm_stub_code[];
extern char stub_hlt[], stub_start[], stub_fpu_save[], stub_fpu_load[];
extern char stub_popf[], stub_popf_end[], stub_give[], stub_give_back[], stub_give_end[];
extern char stub_start_paged[], stub_pager[], stub_pager_back[];
extern uint32_t stub_calls[2];
#define STUB_ADDRESS(label) (L4VM_STUB_CODE + ((uint32_t)(label) - (uint32_t)l4vm_stub_code))
static inline bool l4vm_in_stubs(uint32_t address)
{
        return address - L4VM_STUB_CODE < AB_PAGE_BYTES;
}

/* quirks.c: departures of the kernel below. */
struct l4vm_quirks {
        bool reply_maps; /* a reply to an exception may carry map items */
        bool flags;      /* replies set TF, DF, AC and ID too */
        bool pagers;     /* so does ExchangeRegisters: a space can have its own pager */
        bool splits;     /* a part of a 4 MB page can be unmapped */
        bool halts;      /* a thread can be halted in an Ipc */
        bool signals;    /* a preempted thread tells its exception handler, if it wants to */
        bool clean_fpu;  /* a new thread's floating-point registers are those of a reset */
        bool error_code; /* exceptions carry the processor's error code, in every vector */
};
extern struct l4vm_quirks l4vm_quirks;
void l4vm_quirks_start(void);

/* The processor's error code, of what an exception message says. */
uint32_t l4vm_error_code(uint32_t vector, uint32_t error);

/*
 * User code of @space is to run at @frame: changes it where its flags need help.  And it has
 * stopped at @frame, which is put right; true: it has to go on there, as if nothing
 * had been.
 */
void l4vm_flags_enter(uint32_t space, struct ab_frame *frame);
bool l4vm_flags_leave(uint32_t space, struct ab_frame *frame, uint32_t vector);

#endif
