/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Applications.  Each guest space is an L4 space with one thread, whose pager and
 * exception handler is main.  Between two calls of backend_user() the thread waits
 * for the answer to an exception message, which carried all its registers.  A page
 * fault message carries none: where the guest has to see the fault, the thread is
 * sent to a hlt (stubs.S) and its exception has them.
 *
 * A thread's UTCB is its own: it can send what it likes, or appoint another pager.
 * What it sends is believed as far as it concerns its own registers and pages.
 * A thread that does not come when it is called is made anew, and the guest told of
 * a general protection fault.
 */
#include "l4vm.h"

enum {
        ERROR_PRESENT = 1,
        ERROR_WRITE = 2,
        ERROR_USER = 4,
        GENERAL_PROTECTION = 13,
        PAGE_FAULT = 14,
        LOWER_HALF = 31,
        DEBUG = 1,
        TRAP_FLAG = 0x100,
        NO_VECTOR = 256,
        MOST_REPEATED = 100
};

static bool made[L4VM_SPACES];
static bool given[L4VM_SPACES]; /* waits in stub_give, not for the answer to an exception */

static uint8_t stub_data[L4VM_SPACES][AB_PAGE_BYTES] __attribute__((aligned(4096)));

/* Three seconds, which a thread may take to come to a stub's end. */
static const L4_Time_t patience = {12 << L4_TIME_EXPONENT_SHIFT | 733};

static L4_ThreadId_t thread_of(uint32_t space)
{
        return l4vm_thread(L4VM_USER + space);
}

/* Send what is loaded, and wait for the thread's next message. */
static L4_MsgTag_t talk(uint32_t space, L4_Time_t wait)
{
        l4vm_count(COUNT_USER);
        given[space] = false;
        return L4_Ipc(thread_of(space), thread_of(space), L4_Timeouts(L4_ZeroTime, wait), 0);
}

/* Only where the kernel below needs help with flags. */
static void flags_enter(uint32_t space, struct ab_frame *frame)
{
        if (!l4vm_quirks.flags)
                l4vm_flags_enter(space, frame);
}

static bool flags_leave(uint32_t space, struct ab_frame *frame, uint32_t vector)
{
        return !l4vm_quirks.flags && l4vm_flags_leave(space, frame, vector);
}

static bool is_page_fault(L4_MsgTag_t tag)
{
        return (L4_Label(tag) & 0xfff0) == L4_LABEL_PAGEFAULT;
}

static bool is_exception(L4_MsgTag_t tag)
{
        return L4_Label(tag) == L4_LABEL_EXCEPTION && L4_UntypedWords(tag) >= L4_EXC_WORDS;
}

static bool in_stubs(uint32_t address)
{
        return address - L4VM_STUB_CODE < AB_PAGE_BYTES;
}

static void load_map(unsigned int mr, uint32_t from, uint32_t rights, uint32_t to)
{
        L4_LoadMapItem(
            mr, L4_PageRights(from, L4_FPAGE_R | L4_FPAGE_X | (rights & AB_WRITE ? L4_FPAGE_W : 0)),
            to);
}

uint8_t *l4vm_stub_data(uint32_t space)
{
        return stub_data[space];
}

/* The two pages of stubs, of which the code is not for writing: true when the answer is loaded. */
static bool serve_stub_page(uint32_t space, uint32_t address, bool write)
{
        if (in_stubs(address) && !write)
                load_map(1, (uint32_t)l4vm_stub_code, AB_READ, L4VM_STUB_CODE);
        else if (address - L4VM_STUB_DATA < AB_PAGE_BYTES)
                load_map(1, (uint32_t)stub_data[space], AB_WRITE, L4VM_STUB_DATA);
        else
                return false;
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        return true;
}

/* --- stubs ------------------------------------------------------------------------------- */

/* What is loaded sets the thread going; wait until it has come to a stub's hlt. */
static bool await_stub(uint32_t space)
{
        for (;;) {
                L4_MsgTag_t tag = talk(space, patience);

                if (L4_IpcFailed(tag))
                        return false;
                if (is_exception(tag) && in_stubs(L4_StoreMR(L4_EXC_MR_EIP))) {
                        if (L4_StoreMR(L4_EXC_MR_VECTOR) != DEBUG)
                                return true;
                        /* The program is single-stepped; the stub is not. */
                        L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, 0));
                        continue;
                }
                if (!is_page_fault(tag) ||
                    !serve_stub_page(space, L4_StoreMR(1), L4_Label(tag) & L4_FPAGE_W))
                        return false;
        }
}

/* A new thread and space; it ends in the wait that backend_user() begins with. */
static void make(uint32_t space)
{
        L4_LoadMR(1, space);
        if (l4vm_request(RMON_VM_SPACE, 1))
                backend_fatal("the resource monitor gives no address space");
        l4vm_fpu_reset(space);
        *(uint32_t *)(stub_data[space] + STUB_HANDLER) = l4vm_thread(L4VM_MAIN).raw;
        *(uint32_t *)(stub_data[space] + STUB_IPC) = L4_syscalls.ipc;
        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        L4_LoadMR(1, STUB_ADDRESS(stub_start));
        L4_LoadMR(2, L4VM_STUB_DATA + STUB_STACK);
        if (!await_stub(space))
                backend_fatal("a new address space does not start");
        made[space] = true;
}

/* Run the stub at @label; false: the thread had to be made anew. */
bool l4vm_run_stub(uint32_t space, const char *label, uint32_t eax)
{
        struct ab_frame frame = {.eip = STUB_ADDRESS(label),
                                 .esp = L4VM_STUB_DATA + STUB_STACK,
                                 .eax = eax,
                                 .ebx = L4_syscalls.unmap,
                                 .eflags = 0x202};

        l4vm_store_frame(&frame);
        L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, 0));
        if (await_stub(space))
                return true;
        make(space);
        return false;
}

void l4vm_user_need(uint32_t space)
{
        if (!made[space])
                make(space);
}

/*
 * The thread itself unmaps: others that have the same pages keep them.  What it has of the
 * kernel space's pages for user code stays true.
 */
void l4vm_user_empty(uint32_t space, const L4_Fpage_t *pages, uint32_t count)
{
        uint32_t *words = (uint32_t *)(stub_data[space] + STUB_WORDS), i;

        if (!count || !made[space])
                return;
        if (count > L4VM_EMPTY_MOST) {
                words[0] = L4_FpageAddRights(L4_FpageLog2(0, LOWER_HALF), L4_FPAGE_RWX).raw;
                count = 1;
        } else {
                for (i = 0; i < count; i++)
                        words[i] = pages[i].raw;
        }
        l4vm_run_stub(space, stub_flush, L4_UNMAP_FLUSH | (count - 1));
}

/* --- faults of applications ------------------------------------------------------------------ */

/* What user code may have at @address; *@entry is where that is noted. */
static uint32_t user_value(uint32_t space, uint32_t address, uint32_t **entry)
{
        uint32_t value = shadow_lookup(space, address);

        *entry = shadow_entry(space, address, false);
        if (!value) {
                value = shadow_lookup(AB_SPACE_KERNEL, address);
                if (value)
                        *entry = *shadow_large(address)
                                     ? shadow_large(address)
                                     : shadow_entry(AB_SPACE_KERNEL, address, false);
        }
        return value;
}

static bool allows(uint32_t value, bool write)
{
        return (value & AB_USER) && (!write || (value & AB_WRITE));
}

/* Put a map item for @address at @mr. */
static void install(uint32_t address, uint32_t value, uint32_t *entry, unsigned int mr)
{
        bool from_window;
        uint32_t from = l4vm_source(value & SHADOW_PAGE, value, &from_window);

        *entry &= ~SHADOW_WINDOW;
        *entry |= SHADOW_INSTALLED | (from_window ? SHADOW_WINDOW : 0);
        load_map(mr, from, value, address & SHADOW_PAGE);
}

/* Put map items for fresh pages at @mr on; how many words.  @besides is loaded already. */
static uint32_t install_fresh(uint32_t space, uint32_t besides, unsigned int mr)
{
        const uint32_t *pages;
        uint32_t n, i, words = 0;

        if (!l4vm_fresh[space].count || !l4vm_quirks.reply_maps)
                return 0;
        n = l4vm_fresh_take(space, &pages);
        for (i = 0; i < n; i++) {
                uint32_t page = pages[i];
                uint32_t *entry = shadow_entry(space, page, false);

                /* To move the window would take the message: that waits for a fault. */
                if (page == besides || !entry || !(*entry & AB_USER) ||
                    !l4vm_is_in_reach(*entry & SHADOW_PAGE, *entry))
                        continue;
                install(page, *entry, entry, mr + words);
                words += 2;
        }
        return words;
}

/*
 * L4 says nothing when it has no memory for a mapping; the program then faults for ever at
 * one place, and nothing else happens in between.
 */
static uint32_t last_address, last_eip, repeated;

static void check_progress(uint32_t address, uint32_t eip)
{
        repeated = address == last_address && eip == last_eip ? repeated + 1 : 0;
        last_address = address;
        last_eip = eip;
        if (repeated > MOST_REPEATED)
                backend_fatal("L4 does not map a page: its memory is exhausted, give it more "
                              "(kmem= of its loader)");
}

/* First byte of the instruction at @address, or 0. */
static uint8_t code_at(uint32_t space, uint32_t address)
{
        uint32_t *entry, value = address < L4VM_GUEST_END ? user_value(space, address, &entry) : 0;
        const uint8_t *page = value ? backend_physical(value & SHADOW_PAGE) : 0;

        return page ? page[address % AB_PAGE_BYTES] : 0;
}

/* The thread is in an IPC of its own: end that, and get its registers.  False: it does not come. */
static bool interrupt(uint32_t space, struct ab_frame *frame)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_IP | L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND,
                              .ip = STUB_ADDRESS(stub_hlt)};
        L4_MsgTag_t tag;

        l4vm_count(COUNT_MOVE);
        if (L4_IsNilThread(L4_ExchangeRegisters(thread_of(space), &r)))
                return false;
        tag = L4_Receive_Timeout(thread_of(space), patience);
        if (L4_IpcFailed(tag) || !is_exception(tag) || !in_stubs(L4_StoreMR(L4_EXC_MR_EIP)))
                return false;
        l4vm_load_frame(frame);
        frame->eip = r.ip;
        flags_leave(space, frame, NO_VECTOR);
        return true;
}

/* Answer with nothing, and wait until stub_give has sent the registers. */
static bool await_give(uint32_t space)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        for (;;) {
                L4_MsgTag_t tag = talk(space, patience);

                if (L4_IpcFailed(tag))
                        return false;
                if (L4_Label(tag) == STUB_GIVE_LABEL && L4_UntypedWords(tag) == STUB_GIVE_WORDS)
                        return true;
                if (!is_page_fault(tag) ||
                    !serve_stub_page(space, L4_StoreMR(1), L4_Label(tag) & L4_FPAGE_W))
                        return false;
        }
}

/*
 * The thread waits for the answer to a page fault: get its registers.  False: it does not come.
 * Single steps would end in the stub that is cheaper, so its flags are those of nobody.
 */
static bool get_registers(uint32_t space, struct ab_frame *frame)
{
        bool gives = l4vm_quirks.flags;
        struct L4_ExRegs r = {.control = L4_EXREGS_IP | (gives ? L4_EXREGS_FLAGS : 0),
                              .ip = gives ? STUB_ADDRESS(stub_give) : STUB_ADDRESS(stub_hlt),
                              .flags = 0x202};

        l4vm_count(COUNT_MOVE);
        if (L4_IsNilThread(L4_ExchangeRegisters(thread_of(space), &r)))
                return false;
        if (!gives)
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
        if (gives ? !await_give(space) : !await_stub(space))
                return false;
        given[space] = gives;
        if (gives) {
                L4_LoadMR(L4_EXC_MR_EFLAGS, r.flags);
                L4_LoadMR(L4_EXC_MR_ESP, r.sp);
        }
        l4vm_load_frame(frame);
        frame->eip = r.ip;
        flags_leave(space, frame, NO_VECTOR);
        return true;
}

static void general_protection(struct ab_trap *trap)
{
        *trap = (struct ab_trap){AB_REASON_EXCEPTION, GENERAL_PROTECTION, 0, 0};
}

/* The thread is lost: a new one, and the registers are those it last had. */
static void give_up(uint32_t space, struct ab_trap *trap)
{
        l4vm.stop_failed = l4vm.stopped = 0;
        make(space);
        general_protection(trap);
}

/* What the thread was last given. */
static struct ab_frame started;

/* --- messages: true when the guest has to be told ------------------------------------------- */

static bool of_page_fault(uint32_t space, struct ab_frame *frame, struct ab_trap *trap, bool write)
{
        uint32_t address = L4_StoreMR(1), eip = L4_StoreMR(2), *entry, value = 0, error;

        l4vm_count(COUNT_FAULT);
        if (serve_stub_page(space, address, write))
                return false;
        if (address < L4VM_GUEST_END)
                value = user_value(space, address, &entry);
        error = ERROR_USER | (value ? ERROR_PRESENT : 0) | (write ? ERROR_WRITE : 0);
        if (!allows(value, write) && address < L4VM_GUEST_END && wedge_user_fault &&
            wedge_user_fault(address, error, eip)) {
                l4vm_flush_queue();
                value = user_value(space, address, &entry);
        }
        if (allows(value, write) && !l4vm.events) {
                check_progress(address, eip);
                install(address, value, entry, 1);
                L4_Set_MsgTag(L4_Tag(0, 0, 2 + install_fresh(space, address & SHADOW_PAGE, 3)));
                return false;
        }
        if (!get_registers(space, frame)) {
                give_up(space, trap);
                return true;
        }
        trap->reason = allows(value, write) ? AB_REASON_EVENT : AB_REASON_PAGE_FAULT;
        trap->vector = PAGE_FAULT;
        trap->address = address;
        trap->error = error;
        l4vm.stopped = 0;
        return true;
}

/* On the way from stub_give to where it goes on. */
static bool in_give(uint32_t eip)
{
        return eip >= STUB_ADDRESS(stub_give) && eip < STUB_ADDRESS(stub_give_end);
}

static bool of_exception(uint32_t space, struct ab_frame *frame, struct ab_trap *trap)
{
        uint32_t vector = L4_StoreMR(L4_EXC_MR_VECTOR);
        uint32_t error = l4vm_error_code(vector, L4_StoreMR(L4_EXC_MR_ERROR));
        uint8_t code = 0;

        l4vm_count(COUNT_EXCEPTION);
        l4vm_load_frame(frame);
        if (frame->eip == STUB_ADDRESS(stub_hlt) && l4vm.stopped) {
                l4vm.stopped = 0;
                frame->eip = l4vm.stop_eip;
                if (in_give(frame->eip))
                        *frame = started; /* not there yet: as if it had not begun */
                flags_leave(space, frame, NO_VECTOR);
                *trap = (struct ab_trap){AB_REASON_EVENT, 0, 0, 0};
                return true;
        }
        if (flags_leave(space, frame, vector)) {
                l4vm_store_frame(frame);
                L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, 0));
                return false;
        }
        l4vm.stopped = 0;
        if (vector == PAGE_FAULT) {
                /* From 3 GB on, where L4 lets nobody map; it does not say where exactly. */
                *trap = (struct ab_trap){AB_REASON_PAGE_FAULT, PAGE_FAULT,
                                         (error & ERROR_WRITE) | ERROR_USER, AB_ADDRESS_UNKNOWN};
                return true;
        }
        if (vector == GENERAL_PROTECTION && (error == 3 * 8 + 2 || error == 4 * 8 + 2))
                code = code_at(space, frame->eip);
        l4vm_classify(frame, trap, vector, error, code);
        return true;
}

/* A message of the program's own making, or an access to a port. */
static bool of_other(uint32_t space, struct ab_frame *frame, struct ab_trap *trap, bool fault)
{
        if (!(fault ? get_registers(space, frame) : interrupt(space, frame))) {
                give_up(space, trap);
                return true;
        }
        l4vm.stopped = 0;
        general_protection(trap);
        return true;
}

static bool of_failure(uint32_t space, struct ab_trap *trap, bool again)
{
        struct ab_frame ignored;

        /* It does not wait for us, but in an IPC of its own: end that, and try again. */
        if (!l4vm.stop_failed && !again && interrupt(space, &ignored)) {
                l4vm_store_frame(&started);
                L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, 0));
                return false;
        }
        give_up(space, trap);
        return true;
}

static void run(uint32_t space, struct ab_frame *frame, struct ab_trap *trap)
{
        bool done = false, failed = false;

        while (!done) {
                L4_MsgTag_t tag;

                l4vm.running = thread_of(space).raw;
                tag = talk(space, L4_Never);
                l4vm.running = 0;
                if (L4_IpcFailed(tag)) {
                        done = of_failure(space, trap, failed);
                        failed = true;
                } else if (is_page_fault(tag)) {
                        done = of_page_fault(space, frame, trap, L4_Label(tag) & L4_FPAGE_W);
                } else if (is_exception(tag)) {
                        done = of_exception(space, frame, trap);
                } else {
                        done = of_other(space, frame, trap, L4_Label(tag) == L4_LABEL_IOFAULT_RW);
                }
        }
}

void backend_user(struct ab_frame *frame, struct ab_trap *trap)
{
        uint32_t space = l4vm_current, typed;

        if (l4vm.events) {
                *trap = (struct ab_trap){AB_REASON_EVENT, 0, 0, 0};
                return;
        }
        l4vm_call_begin();
        l4vm_user_need(space);
        l4vm_fpu_enter(space);
        l4vm_flush_queue();
        /* A single step begins where the kernel sets the flag. */
        if (given[space] && frame->eflags & TRAP_FLAG)
                l4vm_run_stub(space, stub_hlt, 0);
        typed = install_fresh(space, ~0u, L4_EXC_WORDS + 1);
        repeated = 0;
        started = *frame;
        flags_enter(space, &started);
        l4vm_store_frame(&started);
        L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, typed));
        run(space, frame, trap);
        l4vm_note(trap->reason, trap->vector, frame->eip, true);
        l4vm_call_end();
}

/* --- what an application has besides --------------------------------------------------------- */

bool backend_user_segment(uint32_t entry, uint32_t low, uint32_t high)
{
        (void)entry;
        /* X.2 has one descriptor for users, and that leads to the UTCB. */
        return !low && !high;
}
