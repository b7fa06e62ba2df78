/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What calls other than Ipc leave of the caller's registers, whichever way the kernel's
 * stubs take [2.3, 3.2, 4.3, A.1], and what becomes of a caller whose stack is no stack.
 */
#include "check.h"

/* --- registers that are no results ------------------------------------------------------ */

volatile L4_Word_t c_regs[8], c_landed;

/*
 * c_call: c_entry with EAX, ESI and EDI from c_in and values of their own elsewhere; all
 * seven registers go to c_regs, in the order EAX EBX ECX EDX ESI EDI EBP, then ESP's change.
 */
__asm__(".text\n"
        "c_call:\n\t"
        "pushal\n\t"
        "movl c_in, %eax\n\t"
        "movl c_in+4, %esi\n\t"
        "movl c_in+8, %edi\n\t"
        "movl $0xB1B1B1B1, %ebx\n\t"
        "movl $0xC1C1C1C1, %ecx\n\t"
        "movl $0xD1D1D1D1, %edx\n\t"
        "movl $0xE1E1E1E1, %ebp\n\t"
        "movl %esp, c_regs+28\n\t"
        "calll *c_entry\n\t"
        "subl %esp, c_regs+28\n\t"
        "movl %eax, c_regs\n\tmovl %ebx, c_regs+4\n\tmovl %ecx, c_regs+8\n\t"
        "movl %edx, c_regs+12\n\tmovl %esi, c_regs+16\n\tmovl %edi, c_regs+20\n\t"
        "movl %ebp, c_regs+24\n\t"
        "popal\n\t"
        "ret\n"
        /* Where others send threads. */
        "c_tell:\n\t"
        "movl %eax, c_regs\n\tmovl %ebx, c_regs+4\n\tmovl %ecx, c_regs+8\n\t"
        "movl %edx, c_regs+12\n\tmovl %esi, c_regs+16\n\tmovl %edi, c_regs+20\n\t"
        "movl %ebp, c_regs+24\n\t"
        "movl $1, c_landed\n"
        "1:\tpause\n\t"
        "jmp 1b\n");
extern char c_call[], c_tell[];
L4_Word_t c_in[3], c_entry;

static void call(L4_Word_t entry, L4_Word_t eax, L4_Word_t esi, L4_Word_t edi)
{
        c_entry = entry;
        c_in[0] = eax;
        c_in[1] = esi;
        c_in[2] = edi;
        __asm__ volatile("calll *%0" : : "r"(c_call) : "memory", "cc");
}

static int others_kept(void)
{
        return c_regs[1] == 0xB1B1B1B1 && c_regs[2] == 0xC1C1C1C1 && c_regs[3] == 0xD1D1D1D1 &&
               c_regs[6] == 0xE1E1E1E1 && c_regs[7] == 0;
}

static void kept(void)
{
        L4_Word_t fpage = L4_PageRights((L4_Word_t)arena, 0).raw;

        call(L4_syscalls.threadswitch, 0, 0x51515151, 0xD1D1D1D1);
        check(others_kept() && c_regs[4] == 0x51515151 && c_regs[5] == 0xD1D1D1D1, "3.2",
              "calls: ThreadSwitch keeps all registers but EAX");
        call(L4_syscalls.unmap, 0, fpage, (L4_Word_t)L4_Utcb());
        check(others_kept() && c_regs[5] == (L4_Word_t)L4_Utcb(), "4.3",
              "calls: Unmap keeps EBX, ECX, EDX, EDI and EBP");
        check((c_regs[4] & ~7u) == (fpage & ~7u), "4.3", "calls: and returns MR0 in ESI");
}

/* --- ExchangeRegisters ------------------------------------------------------------------- */

static void spin(void)
{
        for (;;)
                ;
}

/* All results at once, each of a value of its own; with and without parameters in EBX and EBP. */
static void results(void)
{
        L4_ThreadId_t t = task_thread(L4_nilthread, spin), got;
        struct L4_ExRegs r = {.control = L4_EXREGS_USERHANDLE | L4_EXREGS_PAGER |
                                         L4_EXREGS_HALTFLAG | L4_EXREGS_HALT,
                              .handle = 0x1234,
                              .pager = self};
        L4_Word_t sp, ip;

        L4_Sleep(BRIEFLY);
        got = L4_ExchangeRegisters(t, &r);
        sp = r.sp;
        ip = r.ip;
        check(got.raw == task_local_id(t).raw && r.handle == 0 && r.pager.raw == task_pager().raw &&
                  ip - (L4_Word_t)spin < 64 && task_stack(t) - sp < 256 &&
                  (r.flags & 0x202) == 0x202 && r.control == 0,
              "2.3", "calls: ExchangeRegisters with all parameters returns all results");
        r = (struct L4_ExRegs){0};
        got = L4_ExchangeRegisters(task_local_id(t), &r);
        check(got.raw == t.raw && r.handle == 0x1234 && r.pager.raw == self.raw && r.ip == ip &&
                  r.sp == sp && (r.flags & 0x202) == 0x202 && r.control == L4_EXREGS_WAS_HALTED,
              "2.3", "calls: ExchangeRegisters with no parameter returns all results");
        task_delete_all();
}

static L4_Word_t stack[64];

static void move_oneself(void)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_IP | L4_EXREGS_SP | L4_EXREGS_FLAGS,
                              .ip = (L4_Word_t)c_tell,
                              .sp = (L4_Word_t)&stack[60],
                              .flags = 0x8D5};

        L4_Set_UserDefinedHandle(0x4321);
        L4_ExchangeRegisters(L4_MyLocalId(), &r);
        shared[0] = 1; /* not reached */
}

/* Resumed by a thread of lower priority, moves that away before its call has returned. */
static volatile L4_Word_t seen_ip;

static void move_caller(void)
{
        L4_ThreadId_t caller = {shared[1]};
        struct L4_ExRegs r = {.control = L4_EXREGS_IP | L4_EXREGS_SP,
                              .ip = (L4_Word_t)c_tell,
                              .sp = (L4_Word_t)&stack[60]};

        L4_ExchangeRegisters(caller, &r);
        seen_ip = r.ip;
        for (;;)
                L4_Sleep(L4_Never);
}

static void resume(void)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_HALTFLAG};

        L4_ExchangeRegisters((L4_ThreadId_t){shared[2]}, &r);
        shared[3] = 1; /* not reached */
        spin();
}

static int landed(void)
{
        for (unsigned int i = 0; i < 20 && !c_landed; i++)
                L4_Sleep(MS(5));
        return c_landed == 1;
}

static void moved(void)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_HALTFLAG | L4_EXREGS_HALT};
        L4_ThreadId_t t, high;
        L4_Word_t kip = (L4_Word_t)L4_KernelInterface(NULL, NULL, NULL);

        c_landed = 0;
        shared[0] = 0;
        t = task_thread(L4_nilthread, move_oneself);
        check(landed() && !shared[0] && c_regs[0] == t.raw && c_regs[1] == 0x4321, "2.3",
              "calls: a thread that moves itself has the results there");
        task_delete_all();

        c_landed = shared[3] = seen_ip = 0;
        high = task_thread_waiting(L4_nilthread, self);
        L4_ExchangeRegisters(high, &r);
        start_by_message(high, move_caller, task_stack(high));
        L4_Set_Priority(high, 200);
        t = task_thread_waiting(L4_nilthread, self);
        shared[1] = t.raw;
        shared[2] = high.raw;
        start_by_message(t, resume, task_stack(t));
        check(landed() && !shared[3] && seen_ip - kip < 4096, "2.3",
              "calls: a caller that is preempted in its call can be moved");
        check(c_regs[0] == task_local_id(high).raw && c_regs[2] == L4_EXREGS_WAS_HALTED &&
                  c_regs[3] == task_stack(high),
              "2.3", "calls: and has the results, in all registers");
        task_delete_all();
}

/* --- a stack that is none ------------------------------------------------------------------ */

static volatile L4_Word_t bad_stack, call_number;

/* SYSENTER as the stub of ExchangeRegisters does it, with any stack pointer. */
static void sysenter_with_bad_stack(void)
{
        __asm__ volatile("movl %[call], %%ebx\n\t"
                         "movl %[sp], %%ebp\n\t"
                         "movl $0x8000, %%ecx\n\t"
                         "sysenter"
                         :
                         : [call] "m"(call_number), [sp] "m"(bad_stack), "a"(L4_MyGlobalId().raw));
        __builtin_unreachable();
}

static volatile L4_Word_t witnessed;

/* Runs on in another space whatever becomes of them. */
static void witness(void)
{
        for (;;) {
                L4_Sleep(MS(1));
                witnessed++;
        }
}

static void bad_stacks(void)
{
        L4_Word_t kip = (L4_Word_t)L4_KernelInterface(NULL, NULL, NULL);
        const L4_Word_t stacks[] = {0,          0xFFFFFFF8, 0xFFFFFFFC, 0xBFFFFFFC, 0xBFFFFFF8,
                                    0xC0000000, 0xF0100000, 0x30000000, 0x30000FFC, kip + 0x700};
        L4_Word_t before[1024], seen;
        unsigned int changed = 0, refused = 0;

        task_space(witness);

        for (unsigned int i = 0; i < 1024; i++)
                before[i] = ((const L4_Word_t *)kip)[i];
        for (unsigned int i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
                for (call_number = 0xFFFFFFFD; call_number; call_number++) {
                        L4_ThreadId_t t;

                        bad_stack = stacks[i];
                        t = task_space(sysenter_with_bad_stack);
                        refused += L4_IsNilThread(t);
                        L4_Sleep(MS(5));
                        task_delete(t);
                }
        }
        seen = witnessed;
        for (unsigned int i = 0; i < 20 && witnessed == seen; i++)
                L4_Sleep(MS(5));
        check(witnessed != seen && !refused, "A.1",
              "calls: a stack pointer that is none harms only the caller");
        for (unsigned int i = 0; i < 1024; i++)
                changed += before[i] != ((const L4_Word_t *)kip)[i];
        check(!changed, "A.1", "calls: and the kernel writes nowhere a user cannot");
        task_delete_all();
}

/* --- a call's number where the fast path of Ipc is tried ---------------------------------- */

/* SYSENTER with nothing in CX, as no stub does it; back from a call, it ends in INT 0x80. */
static void sysenter_with_empty_cx(void)
{
        static L4_Word_t frame[5];

        __asm__ volatile("movl $1f, %[frame]+16\n\t"
                         "movl %[sp], %%ebp\n\t"
                         "movl %[call], %%ebx\n\t"
                         "sysenter\n"
                         "1:\tint $0x80"
                         : [frame] "+m"(frame)
                         : [call] "m"(call_number), [sp] "r"(frame), "a"(0), "c"(0), "d"(0), "S"(0),
                           "D"(0)
                         : "memory");
        __builtin_unreachable();
}

static void empty_cx(void)
{
        for (call_number = 0xFFFFFFFD; call_number; call_number++) {
                L4_ThreadId_t t = task_thread_waiting(L4_nilthread, self);
                L4_MsgTag_t tag;

                *L4_UtcbWord(task_local_id(t), L4_UTCB_EXCHANDLER) = self.raw;
                start_by_message(t, sysenter_with_empty_cx, task_stack(t));
                tag = L4_Receive_Timeout(t, PATIENCE);
                check(tag.raw == L4_TAG_EXCEPTION && L4_StoreMR(L4_EXC_MR_EDI) < L4_USER_END, "A.1",
                      "calls: without CX no address of the kernel is left in EDI");
                task_delete_all();
        }
}

/* Caching attributes [6.3]: what is refused, and that a page with another one is the same page. */
static void memory_control(void)
{
        static volatile L4_Word_t page[1024] __attribute__((aligned(4096)));
        const L4_Word_t attributes[4] = {L4_MEMATTR_DEFAULT, 7, L4_MEMATTR_UC, L4_MEMATTR_WT};
        L4_Word_t at = L4_FpageLog2((L4_Word_t)page, 12).raw, done;

        page[5] = 0x5A5A;
        L4_LoadMR(0, at | 2);
        done = L4_MemoryControl(0, attributes);
        check(done == 1 && page[5] == 0x5A5A, "6.3",
              "calls: MemoryControl changes a page's caching");
        L4_LoadMR(0, 0);
        L4_LoadMR(1, at);
        done = L4_MemoryControl(1, attributes);
        check(done == 1 && page[5] == 0x5A5A, "6.3", "calls: and gives the usual one back");
        L4_LoadMR(0, at | 1);
        done = L4_MemoryControl(0, attributes);
        check(!done && L4_ErrorCode() == L4_ERROR_PARAM, "6.3",
              "calls: an attribute that is none is refused");
}

/* One processor [6.2]. */
static void processor_control(void)
{
        check(L4_ProcessorControl(0, 0, 0, 0) == 1, "6.2",
              "calls: ProcessorControl knows processor 0");
        check(!L4_ProcessorControl(1, 0, 0, 0) && L4_ErrorCode() == L4_ERROR_PARAM, "6.2",
              "calls: and no other");
}

void area_calls(void)
{
        kept();
        results();
        moved();
        if (!L4_IsPublicKernel()) {
                bad_stacks();
                empty_cx();
                memory_control();
                processor_control();
        }
}
