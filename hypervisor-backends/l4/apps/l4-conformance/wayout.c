/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ways out of the kernel.  However a thread came to wait, and whoever wakes it, it finds
 * the registers it may count on, and nothing of whoever ran before it [5.6, 2.3, A.1].
 * The kernel has quick ways out that restore less than others; these checks are where
 * that would show.
 */
#include "check.h"

#define FLAGS_ARITHMETIC 0x8D5u
#define FLAGS_CONTROL    (0x100u | 0x400 | 0x4000 | 0x40000 | 0x200000) /* TF DF NT AC ID */
#define FLAG_IF          0x200u

/* What code below finds; written from assembly. */
volatile L4_Word_t w_regs[16], w_landed;
enum { W_EAX, W_EBX, W_ESI, W_EDI, W_EBP, W_ESP, W_FLAGS, W_DS, W_ES, W_FS, W_GS, W_ECX, W_EDX };

#define STORE_SEGMENTS                                                                             \
        "movl %ds, %eax\n\tmovl %eax, %ss:w_regs+28\n\tmovl %es, %eax\n\tmovl %eax, "              \
        "%ss:w_regs+32\n\tmovl %fs, %eax\n\tmovl %eax, %ss:w_regs+36\n\tmovl %gs, %eax\n\t"        \
        "movl %eax, %ss:w_regs+40\n\t"

/*
 * w_receive: a wait for anybody by the KIP's Ipc (w_entry), with w_selector in DS, ES, FS and GS;
 * w_receive_int the same by int 0x30.  Both end at w_received, with all there is in w_regs.
 */
__asm__(".text\n"
        "w_receive:\n\t"
        "movl w_entry, %ebx\n\t"
        "xorl %ecx, %ecx\n\t"
        "movl $-1, %edx\n\t"
        "xorl %esi, %esi\n\t"
        "movl %gs:0, %edi\n\t"
        "movl w_selector, %eax\n\t"
        "testl %eax, %eax\n\t"
        "jz 1f\n\t"
        "movl %eax, %es\n\tmovl %eax, %fs\n\tmovl %eax, %gs\n\t"
        "1:\n\t"
        "xorl %eax, %eax\n\t"
        "calll *%ebx\n"
        "w_received:\n\t"
        "movl %eax, %ss:w_regs\n\tmovl %ebx, %ss:w_regs+4\n\tmovl %esi, %ss:w_regs+8\n\t"
        "movl %edi, %ss:w_regs+12\n\tmovl %ebp, %ss:w_regs+16\n\tmovl %esp, %ss:w_regs+20\n\t"
        "pushfl\n\tpopl %ss:w_regs+24\n\t" STORE_SEGMENTS
        "movl $0x23, %eax\n\tmovl %eax, %ds\n\tmovl %eax, %es\n\t"
        "movl $1, w_landed\n"
        "2:\tpause\n\t"
        "jmp 2b\n"
        "w_receive_int:\n\t"
        "xorl %eax, %eax\n\t"
        "xorl %ecx, %ecx\n\t"
        "movl $-1, %edx\n\t"
        "xorl %esi, %esi\n\t"
        "movl %gs:0, %edi\n\t"
        "movl $w_received, %ebx\n\t"
        "movl %esp, %ebp\n\t"
        "int $0x30\n"
        /* Where others send threads: every register as it arrives. */
        "w_tell:\n\t"
        "movl %ecx, %ss:w_regs+44\n\tmovl %edx, %ss:w_regs+48\n\t"
        "jmp w_received\n");
extern char w_receive[], w_receive_int[], w_tell[];
L4_Word_t w_entry, w_selector;

static void (*const receive)(void) = (void (*)(void))w_receive;
static void (*const receive_by_int)(void) = (void (*)(void))w_receive_int;

static int wait_for_landing(void)
{
        for (unsigned int i = 0; i < 20 && !w_landed; i++)
                L4_Sleep(MS(5));
        return w_landed == 1;
}

/* A thread in w_receive, its stack pointer there in *sp. */
static L4_ThreadId_t waiting(void (*how)(void), int elsewhere)
{
        L4_ThreadId_t t;

        w_entry = L4_syscalls.ipc;
        w_landed = 0;
        for (unsigned int i = 0; i < 16; i++)
                w_regs[i] = 0xDEAD;
        t = elsewhere ? task_space(how) : task_thread(L4_nilthread, how);
        L4_Sleep(BRIEFLY);
        return t;
}

/* --- who is woken by whom ------------------------------------------------------------ */

static volatile L4_ThreadId_t partner;
static volatile L4_Word_t own_segment;

/* Load ES, FS and GS with a selector of one's own, if there is one. */
static void load_segments(void)
{
        if (own_segment)
                __asm__ volatile("movl %0, %%es\n\tmovl %0, %%fs\n\tmovl %0, %%gs"
                                 :
                                 : "r"(own_segment));
}

/* Raises an exception with every flag set that a user can set: its handler wakes by it. */
static void raise(void)
{
        L4_Set_ExceptionHandler((L4_ThreadId_t){partner.raw});
        load_segments();
        __asm__ volatile("pushl %0\n\t"
                         "popfl\n\t"
                         "int $0x80\n"
                         "1:\tjmp 1b"
                         :
                         : "i"(FLAGS_ARITHMETIC | (FLAGS_CONTROL & ~0x100u) | 0x202));
}

/* Calls with two words: the fast way. */
static void send_fast(void)
{
        L4_Word_t entry = L4_syscalls.ipc, to = partner.raw, *utcb = L4_Utcb();

        L4_LoadMR(1, 0x1111);
        L4_LoadMR(2, 0x2222);
        L4_Set_MsgTag(L4_Tag(0x77, 2, 0));
        load_segments();
        __asm__ volatile("calll *%%ebx"
                         : "+a"(to), "+b"(entry)
                         : "d"(to), "c"(0), "S"(L4_Tag(0x77, 2, 0).raw), "D"(utcb)
                         : "memory");
        for (;;)
                ;
}

/* Sends two words by the slow way, with a timeout. */
static void send_slowly(void)
{
        L4_LoadMR(1, 0x1111);
        L4_LoadMR(2, 0x2222);
        L4_Set_MsgTag(L4_Tag(0x77, 2, 0));
        L4_Ipc((L4_ThreadId_t){partner.raw}, L4_MyLocalId(), L4_Timeouts(L4_Never, MS(5)), NULL);
        for (;;)
                L4_Sleep(L4_Never);
}

static void woken(const char *how, void (*receiver)(void), void (*waker)(void), L4_Word_t selector,
                  L4_Word_t wakers, int elsewhere)
{
        L4_ThreadId_t t, w;
        volatile L4_Word_t *mr;

        w_selector = selector;
        t = waiting(receiver, 0);
        w_selector = 0;
        mr = (volatile L4_Word_t *)task_local_id(t).raw;
        partner.raw = t.raw;
        own_segment = wakers;
        w = elsewhere ? task_space(waker) : task_thread(L4_nilthread, waker);
        l4_printf("# woken %s\n", how);
        check(wait_for_landing(), "5.6", "ways out: a waiting thread goes on behind its Ipc");
        check(w_regs[W_EAX] == w.raw || w_regs[W_EAX] == task_local_id(w).raw, "A.1",
              "ways out: EAX names the sender");
        check(w_regs[W_ESI] == mr[0] && w_regs[W_EBX] == mr[1] && w_regs[W_EBP] == mr[2], "A.1",
              "ways out: ESI, EBX and EBP are the first words of the message");
        check(w_regs[W_EDI] == task_local_id(t).raw, "A.1", "ways out: EDI is the thread's UTCB");
        check(task_stack(t) - w_regs[W_ESP] < 64, "A.1", "ways out: ESP is as it was");
        check((w_regs[W_FLAGS] & (FLAGS_CONTROL | FLAG_IF)) == FLAG_IF, "A.1",
              "ways out: interrupts are on, TF, DF, NT, AC and ID are off");
        check(w_regs[W_DS] == L4_USER_DS && w_regs[W_ES] == L4_USER_DS &&
                  w_regs[W_FS] == L4_USER_DS && w_regs[W_GS] == L4_USER_GS,
              "A.3", "ways out: the segment registers are a new thread's");
        task_delete_all();
}

static void all_woken(void)
{
        woken("by a message, from the space", receive, send_slowly, 0, 0, 0);
        woken("by a message, from elsewhere", receive, send_slowly, 0, 0, 1);
        woken("by a call, from the space", receive, send_fast, 0, 0, 0);
        woken("by a call, from elsewhere", receive, send_fast, 0, 0, 1);
        woken("by an exception, from the space", receive, raise, 0, 0, 0);
        woken("by an exception, from elsewhere", receive, raise, 0, 0, 1);
        woken("by a message, with segments of its own", receive, send_slowly, 3, 0, 1);
        woken("by an exception, with segments of its own", receive, raise, 3, 0, 1);
        woken("by a call, its partner with segments of its own", receive, send_fast, 0, 3, 1);
        woken("by a call, its partner with the UTCB's segment", receive, send_fast, 0, 0x2B, 0);
        woken("by an exception of one with segments of its own", receive, raise, 0, 3, 0);
        woken("by an exception of one with the UTCB's segment", receive, raise, 3, 0x2B, 1);
        woken("by an exception, from int 0x30", receive_by_int, raise, 0, 0, 1);
        woken("by a message, from int 0x30", receive_by_int, send_slowly, 0, 0, 0);
}

/* --- segment registers and interrupts ----------------------------------------------------- */

/* Counts how often it finds its segment registers other than it has loaded them. */
static volatile L4_Word_t wrong_selectors, rounds_seen;

static void keep_selectors(void)
{
        L4_Word_t es, fs, gs;

        __asm__ volatile("movl %0, %%es\n\tmovl %0, %%fs\n\tmovl %1, %%gs"
                         :
                         : "r"(L4_USER_GS), "r"(L4_USER_DS));
        for (;;) {
                __asm__ volatile("movl %%es, %0\n\tmovl %%fs, %1\n\tmovl %%gs, %2"
                                 : "=r"(es), "=r"(fs), "=r"(gs));
                wrong_selectors += es != L4_USER_GS || fs != L4_USER_GS || gs != L4_USER_DS;
                rounds_seen++;
        }
}

static void keep_flat(void)
{
        L4_Word_t es, fs, gs;

        for (;;) {
                __asm__ volatile("movl %%es, %0\n\tmovl %%fs, %1\n\tmovl %%gs, %2"
                                 : "=r"(es), "=r"(fs), "=r"(gs));
                wrong_selectors += es != L4_USER_DS || fs != L4_USER_DS || gs != L4_USER_GS;
                shared[5]++;
        }
}

/* Three threads share the processor; one of them has segments of its own. */
static void preempted(void)
{
        wrong_selectors = rounds_seen = shared[5] = 0;
        task_thread(L4_nilthread, keep_selectors);
        task_thread(L4_nilthread, keep_flat);
        task_space(keep_flat);
        L4_Sleep(MS(150));
        check(rounds_seen && shared[5] && !wrong_selectors, "A.3",
              "ways out: a preempted thread keeps its segment registers, and no other gets them");
        task_delete_all();
}

/* --- ExchangeRegisters meets Ipc ------------------------------------------------------ */

static L4_Word_t stack[64];

static void redirect(L4_ThreadId_t t, L4_Word_t control)
{
        struct L4_ExRegs r = {
            .control = control,
            .ip = (L4_Word_t)w_tell,
            .sp = (L4_Word_t)&stack[60],
            .flags = FLAGS_ARITHMETIC | 0x400 | 0x40000 | 0x200000,
        };

        L4_ExchangeRegisters(t, &r);
}

static int landed_with_flags(void)
{
        const L4_Word_t set = FLAGS_ARITHMETIC | 0x400 | 0x40000 | 0x200000;

        return wait_for_landing() && w_regs[W_ESP] == (L4_Word_t)&stack[60] &&
               (w_regs[W_FLAGS] & (set | FLAG_IF)) == (set | FLAG_IF);
}

static void redirected(void)
{
        const L4_Word_t all = L4_EXREGS_IP | L4_EXREGS_SP | L4_EXREGS_FLAGS;
        struct L4_ExRegs r = {.control = L4_EXREGS_HALTFLAG | L4_EXREGS_HALT};
        L4_ThreadId_t t = waiting(receive, 0);

        redirect(t, all | L4_EXREGS_ABORT_RCV);
        check(landed_with_flags(), "2.3",
              "ways out: a thread taken out of its Ipc has the flags it was given");
        task_delete_all();

        t = waiting(receive, 0);
        redirect(t, L4_EXREGS_IP | L4_EXREGS_SP);
        check(!wait_for_landing(), "2.3", "ways out: a new IP alone does not end an Ipc");
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send_Timeout(t, PATIENCE);
        check(wait_for_landing() && w_regs[W_ESP] == (L4_Word_t)&stack[60] &&
                  w_regs[W_ECX] != 0xDEAD,
              "2.3", "ways out: which goes on there when the message has come");
        task_delete_all();

        if (check_fatal("2.3", "ways out: halted behind its Ipc a thread keeps what it is given"))
                return;
        t = waiting(receive, 0);
        L4_ExchangeRegisters(t, &r);
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send_Timeout(t, PATIENCE);
        redirect(t, all);
        check(!wait_for_landing(), "2.3", "ways out: a thread halted in its Ipc stops behind it");
        r = (struct L4_ExRegs){.control = L4_EXREGS_HALTFLAG};
        L4_ExchangeRegisters(t, &r);
        check(landed_with_flags(), "2.3",
              "ways out: halted behind its Ipc a thread keeps what it is given");
        task_delete_all();
}

/* Answers an exception and waits on, in one Ipc without a timeout: all registers. */
static void answer_at_once(void)
{
        L4_ThreadId_t from;

        L4_Accept(L4_Nilpage, 0);
        L4_Wait(&from);
        for (unsigned int i = 1; i <= L4_EXC_WORDS; i++)
                L4_LoadMR(i, 0x01000000 * i + 0x1230);
        L4_LoadMR(L4_EXC_MR_EIP, (L4_Word_t)w_tell);
        L4_LoadMR(L4_EXC_MR_ESP, (L4_Word_t)&stack[60]);
        L4_LoadMR(L4_EXC_MR_EFLAGS, FLAGS_ARITHMETIC | 0x400 | 0x20000);
        L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, 0));
        L4_Call(from);
        for (;;)
                L4_Sleep(L4_Never);
}

static void answered(int elsewhere, L4_Word_t segment)
{
        L4_ThreadId_t handler =
            elsewhere ? task_space(answer_at_once) : task_thread(L4_nilthread, answer_at_once);

        L4_Sleep(BRIEFLY);
        w_landed = 0;
        partner.raw = handler.raw;
        own_segment = segment;
        task_thread(L4_nilthread, raise);
        check(wait_for_landing() && w_regs[W_EBX] == 0x09001230 && w_regs[W_ECX] == 0x0B001230 &&
                  w_regs[W_EDX] == 0x0A001230 && w_regs[W_ESI] == 0x06001230 &&
                  w_regs[W_EDI] == 0x05001230 && w_regs[W_EBP] == 0x07001230 &&
                  w_regs[W_EAX] == 0x0C001230 && w_regs[W_ESP] == (L4_Word_t)&stack[60],
              "7.6", "ways out: an answer by a call sets all registers");
        check((w_regs[W_FLAGS] & (FLAGS_ARITHMETIC | 0x20000 | 0x600)) ==
                      (FLAGS_ARITHMETIC | 0x600) &&
                  !(w_regs[W_FLAGS] & 0x40000),
              "A.5", "ways out: and the flags a user has");
        check(!segment || (w_regs[W_FS] == segment && w_regs[W_GS] == segment), "A.5",
              "ways out: the segment registers stay");
        task_delete_all();
}

/* With TF the first instruction traps, whatever the thread did before. */
static void single_step(void)
{
        struct L4_ExRegs r = {
            .control = L4_EXREGS_ABORT_RCV | L4_EXREGS_IP | L4_EXREGS_FLAGS,
            .ip = (L4_Word_t)w_tell,
            .flags = 0x100,
        };
        L4_ThreadId_t t = waiting(receive, 0);
        L4_MsgTag_t tag;

        *L4_UtcbWord(task_local_id(t), L4_UTCB_EXCHANDLER) = self.raw;
        L4_ExchangeRegisters(t, &r);
        tag = L4_Receive_Timeout(t, PATIENCE);
        check(tag.raw == L4_TAG_EXCEPTION && L4_StoreMR(L4_EXC_MR_VECTOR) == 1 &&
                  L4_StoreMR(L4_EXC_MR_EIP) - (L4_Word_t)w_tell - 1 < 8,
              "2.3", "ways out: a thread taken out of its Ipc can be single-stepped");
        task_delete_all();
}

/* All registers of a thread that waits in its Ipc, by a control transfer. */
static void all_registers(void)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_ABORT_RCV | L4_EXREGS_CTRLXFER_WRITE};
        L4_ThreadId_t t = waiting(receive, 0);
        L4_Word_t regs[L4_CTRLXFER_GP_REGS];
        unsigned int end;

        for (unsigned int i = 0; i < L4_CTRLXFER_GP_REGS; i++)
                regs[i] = 0xE0000000 + i;
        regs[L4_CTRLXFER_GP_EIP] = (L4_Word_t)w_tell;
        regs[L4_CTRLXFER_GP_ESP] = (L4_Word_t)&stack[60];
        regs[L4_CTRLXFER_GP_EFLAGS] = FLAGS_ARITHMETIC;
        *L4_UtcbWord(task_local_id(t), L4_UTCB_BR0) = L4_ACCEPT_CTRLXFER;
        end = L4_LoadCtrlXferItem(1, L4_CTRLXFER_ID_GP, L4_CTRLXFER_GP_ALL, regs);
        L4_Set_MsgTag(L4_Tag(0, 0, end - 1));
        L4_ExchangeRegisters(t, &r);
        check(wait_for_landing() && w_regs[W_EAX] == regs[L4_CTRLXFER_GP_EAX] &&
                  w_regs[W_EBX] == regs[L4_CTRLXFER_GP_EBX] &&
                  w_regs[W_ECX] == regs[L4_CTRLXFER_GP_ECX] &&
                  w_regs[W_EDX] == regs[L4_CTRLXFER_GP_EDX] &&
                  w_regs[W_ESI] == regs[L4_CTRLXFER_GP_ESI] &&
                  w_regs[W_EDI] == regs[L4_CTRLXFER_GP_EDI] &&
                  w_regs[W_EBP] == regs[L4_CTRLXFER_GP_EBP] &&
                  w_regs[W_ESP] == regs[L4_CTRLXFER_GP_ESP] &&
                  (w_regs[W_FLAGS] & FLAGS_ARITHMETIC) == FLAGS_ARITHMETIC,
              "ctrlxfer", "ways out: a thread taken out of its Ipc has all registers it was given");
        task_delete_all();
}

/* Woken by the fast path, then stopped by a page fault that nobody takes. */
static void wait_then_fault(void)
{
        L4_ThreadId_t from;

        L4_Wait(&from);
        __asm__ volatile("movl $0x5A5A5A5A, %%ebx\n\t"
                         "movl 0x30000000, %%eax"
                         :
                         :
                         : "eax", "ebx");
}

static void fault_ended(void)
{
        struct L4_ExRegs r = {
            .control = L4_EXREGS_ABORT_SND | L4_EXREGS_IP,
            .ip = (L4_Word_t)w_tell,
        };
        L4_ThreadId_t t = waiting(wait_then_fault, 0);

        *L4_UtcbWord(task_local_id(t), L4_UTCB_PAGER) = task_thread_waiting(L4_nilthread, self).raw;
        partner.raw = t.raw;
        task_thread(L4_nilthread, send_fast);
        L4_Sleep(MS(50));
        L4_ExchangeRegisters(t, &r);
        check(wait_for_landing() && w_regs[W_EBX] == 0x5A5A5A5A, "2.3",
              "ways out: a page fault that is ended is no Ipc: registers stay");
        task_delete_all();
}

void area_wayout(void)
{
        all_woken();
        preempted();
        redirected();
        answered(0, 0);
        answered(1, 0);
        answered(1, L4_USER_GS);
        single_step();
        if (!L4_IsPublicKernel())
                fault_ended();
        if (L4_HasFeature(L4_FEATURE_CTRLXFER))
                all_registers();
}
