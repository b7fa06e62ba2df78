/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: every vector a user can raise, with the error code the processor
 * defines for it, as a message that can be answered [7.6, A.5].
 */
#include "check.h"

/*
 * Each snippet faults at its own label.  They are entered with known registers
 * and never return by themselves; the handler sends them to the end.
 */
#define SNIPPET(name, text)                                                                        \
        extern char name[];                                                                        \
        __asm__(".text\n" #name ":\n\t" text "\n\tjmp x_end\n")

__asm__(".text\nx_end:\n\tmovl $1, x_ended\n1:\tpause\n\tjmp 1b\n");
volatile L4_Word_t x_ended;
extern char x_end[];

SNIPPET(x_de, "divl %ecx");
SNIPPET(x_int3, "int3");
SNIPPET(x_into, "into");
SNIPPET(x_bound, "boundl %ecx, x_bounds");
SNIPPET(x_ud2, "ud2");
SNIPPET(x_ud1, ".byte 0x0F, 0xB9, 0xC0");
SNIPPET(x_int80, "int $0x80");
SNIPPET(x_int20, "int $0x20");
SNIPPET(x_int0, "int $0x00");
SNIPPET(x_int8, "int $0x08");
SNIPPET(x_int14, "int $0x0E");
SNIPPET(x_intff, "int $0xFF");
SNIPPET(x_hlt, "hlt");
SNIPPET(x_cr0, "movl %cr0, %eax");
SNIPPET(x_cr3, "movl %eax, %cr3");
SNIPPET(x_dr7, "movl %eax, %dr7");
SNIPPET(x_lgdt, "lgdt x_bounds");
SNIPPET(x_lidt, "lidt x_bounds");
SNIPPET(x_ltr, "ltr %ax");
SNIPPET(x_clts, "clts");
SNIPPET(x_invlpg, "invlpg x_bounds");
SNIPPET(x_wbinvd, "wbinvd");
SNIPPET(x_wrmsr, "wrmsr");
SNIPPET(x_lmsw, "lmsw %ax");
SNIPPET(x_ds_kernel, "movl $0x08, %eax; x_ds_kernel_at: movl %eax, %ds");
SNIPPET(x_es_beyond, "movl $0xFFF8, %eax; x_es_beyond_at: movl %eax, %es");
SNIPPET(x_fs_ldt, "movl $0x17, %eax; x_fs_ldt_at: movl %eax, %fs");
SNIPPET(x_gs_code, "movl $0xFFF3, %eax; x_gs_code_at: movl %eax, %gs");
SNIPPET(x_ss_null, "xorl %eax, %eax; x_ss_null_at: movl %eax, %ss");
SNIPPET(x_ljmp, "ljmp $0x0008, $x_end");
SNIPPET(x_lcall_null, "lcall $0x0000, $x_end");
SNIPPET(x_db, "pushfl; orl $0x100, (%esp); popfl; nop; x_db_at: nop");
SNIPPET(x_mf, "fninit; fldz; pushl $0x0300; fldcw (%esp); popl %eax; fld1; fdivp; fxch; "
              "x_mf_at: fwait");
extern char x_ds_kernel_at[], x_es_beyond_at[], x_fs_ldt_at[], x_gs_code_at[], x_ss_null_at[],
    x_db_at[], x_mf_at[];
const int32_t x_bounds[2] = {1, 2};

static const char *volatile snippet;

/* Load every register with a value of its own, then run the snippet. */
static void runner(void)
{
        L4_Set_ExceptionHandler(self);
        __asm__ volatile("pushl %[flags]\n\t"
                         "popfl\n\t"
                         "pushl %[snippet]\n\t"
                         "movl $0x11111111, %%ebx\n\t"
                         "movl $0x00000000, %%ecx\n\t"
                         "movl $0x33333333, %%edx\n\t"
                         "movl $0x44444444, %%esi\n\t"
                         "movl $0x55555555, %%edi\n\t"
                         "movl $0x66666666, %%ebp\n\t"
                         "movl $0x77777777, %%eax\n\t"
                         "ret"
                         :
                         : [snippet] "m"(snippet), [flags] "i"(0x202 | 0x800 | 0x80)
                         : "memory");
        __builtin_unreachable();
}

static L4_ThreadId_t thread;
static L4_Word_t mr[L4_NUM_MRS];

/* Run @code and fetch its exception message. */
static L4_MsgTag_t provoke(const char *code, int new_space)
{
        snippet = code;
        x_ended = 0;
        thread = new_space ? task_space_waiting(self) : task_thread_waiting(L4_nilthread, self);
        start_by_message(thread, runner, task_stack(thread));
        return next_event(thread, mr);
}

static void one(const char *what, const char *code, const char *at, L4_Word_t vector,
                L4_Word_t error)
{
        L4_MsgTag_t tag;
        int good;

        if (check_fatal("A.5", what))
                return;
        tag = provoke(code, 0);
        good = L4_IpcSucceeded(tag) && tag.raw == L4_TAG_EXCEPTION &&
               mr[L4_EXC_MR_VECTOR] == vector && mr[L4_EXC_MR_ERROR] == error &&
               mr[L4_EXC_MR_EIP] == (L4_Word_t)at;
        check(good, "A.5", what);
        if (!good)
                l4_printf("# tag %x vector %u error %x at %d; ended %u\n", tag.raw,
                          mr[L4_EXC_MR_VECTOR], mr[L4_EXC_MR_ERROR],
                          (int)(mr[L4_EXC_MR_EIP] - (L4_Word_t)at), x_ended);
        task_delete_all();
}

static void vectors(void)
{
        one("exceptions: division by zero is vector 0, no error code", x_de, x_de, 0, 0);
        one("exceptions: bound is vector 5", x_bound, x_bound, 5, 0);
        one("exceptions: ud2 is vector 6, at the instruction", x_ud2, x_ud2, 6, 0);
        one("exceptions: ud1 is vector 6", x_ud1, x_ud1, 6, 0);
        one("exceptions: an x87 error is vector 16", x_mf, x_mf_at, 16, 0);
        one("exceptions: single step is vector 1", x_db, x_db_at, 1, 0);
        one("exceptions: int 0x80 is vector 13 with its number", x_int80, x_int80, 13, 0x402);
        one("exceptions: int 0x20 is vector 13 with its number", x_int20, x_int20, 13, 0x102);
        one("exceptions: int 0x00 is vector 13 with its number", x_int0, x_int0, 13, 0x002);
        one("exceptions: int 0x08 is vector 13 with its number", x_int8, x_int8, 13, 0x042);
        one("exceptions: int 0x0E is vector 13 with its number", x_int14, x_int14, 13, 0x072);
        one("exceptions: int 0xFF is vector 13 with its number", x_intff, x_intff, 13, 0x7FA);
        one("exceptions: int3 is vector 13 with its number", x_int3, x_int3, 13, 0x01A);
        one("exceptions: into is vector 13 with its number", x_into, x_into, 13, 0x022);
        one("exceptions: hlt", x_hlt, x_hlt, 13, 0);
        one("exceptions: reading CR0", x_cr0, x_cr0, 13, 0);
        one("exceptions: writing CR3", x_cr3, x_cr3, 13, 0);
        one("exceptions: writing DR7", x_dr7, x_dr7, 13, 0);
        one("exceptions: lgdt", x_lgdt, x_lgdt, 13, 0);
        one("exceptions: lidt", x_lidt, x_lidt, 13, 0);
        one("exceptions: ltr", x_ltr, x_ltr, 13, 0);
        one("exceptions: clts", x_clts, x_clts, 13, 0);
        one("exceptions: invlpg", x_invlpg, x_invlpg, 13, 0);
        one("exceptions: wbinvd", x_wbinvd, x_wbinvd, 13, 0);
        one("exceptions: lmsw", x_lmsw, x_lmsw, 13, 0);
        one("exceptions: a kernel selector in DS", x_ds_kernel, x_ds_kernel_at, 13, 0x08);
        one("exceptions: a selector beyond the table in ES", x_es_beyond, x_es_beyond_at, 13,
            0xFFF8);
        one("exceptions: a local selector in FS", x_fs_ldt, x_fs_ldt_at, 13, 0x14);
        one("exceptions: a selector beyond the table in GS", x_gs_code, x_gs_code_at, 13, 0xFFF0);
        one("exceptions: a null selector in SS", x_ss_null, x_ss_null_at, 13, 0);
        one("exceptions: a far jump to the kernel's code", x_ljmp, x_ljmp, 13, 0x08);
        one("exceptions: a far call through a null selector", x_lcall_null, x_lcall_null, 13, 0);
}

static void message(void)
{
        L4_MsgTag_t tag = provoke(x_int80, 1);

        check(tag.raw == L4_TAG_EXCEPTION, "7.6",
              "exceptions: label -5, 12 words, from another space");
        check(mr[L4_EXC_MR_EAX] == 0x77777777 && mr[L4_EXC_MR_EBX] == 0x11111111 &&
                  mr[L4_EXC_MR_ECX] == 0 && mr[L4_EXC_MR_EDX] == 0x33333333,
              "A.5", "exceptions: EAX, EBX, ECX, EDX of the thread");
        check(mr[L4_EXC_MR_ESI] == 0x44444444 && mr[L4_EXC_MR_EDI] == 0x55555555 &&
                  mr[L4_EXC_MR_EBP] == 0x66666666,
              "A.5", "exceptions: ESI, EDI, EBP of the thread");
        check(task_stack(thread) - mr[L4_EXC_MR_ESP] < 64, "A.5", "exceptions: ESP of the thread");
        check((mr[L4_EXC_MR_EFLAGS] & 0xA80) == 0xA80, "A.5", "exceptions: EFLAGS of the thread");
        task_delete_all();
}

/* Where a thread goes to tell what registers the answer gave it. */
__asm__(".text\nx_tell:\n\t"
        "movl %eax, x_regs\n\tmovl %ebx, x_regs+4\n\tmovl %ecx, x_regs+8\n\t"
        "movl %edx, x_regs+12\n\tmovl %esi, x_regs+16\n\tmovl %edi, x_regs+20\n\t"
        "movl %ebp, x_regs+24\n\tmovl %esp, x_regs+28\n\t"
        "movl $x_regs+4096, %esp\n\tpushfl\n\tpopl x_regs+32\n\tjmp x_end\n");
extern char x_tell[];
L4_Word_t x_regs[1024 + 4];

static void answer(void)
{
        int right = 1;

        provoke(x_int80, 0);
        for (unsigned int i = 1; i <= L4_EXC_WORDS; i++)
                L4_LoadMR(i, 0x01000000 * i + 0x1230);
        L4_LoadMR(L4_EXC_MR_EIP, (L4_Word_t)x_tell);
        L4_LoadMR(L4_EXC_MR_EFLAGS, 0x8D5);
        L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, 0));
        check(L4_IpcSucceeded(L4_Send_Timeout(thread, L4_ZeroTime)), "7.6",
              "exceptions: the thread waits for the answer");
        L4_Sleep(BRIEFLY);
        check(x_ended == 1, "7.6", "exceptions: the answer's EIP is where it goes on");
        right &= x_regs[0] == 0x0C001230 && x_regs[1] == 0x09001230;
        right &= x_regs[2] == 0x0B001230 && x_regs[3] == 0x0A001230;
        check(right, "A.5", "exceptions: the answer sets EAX, EBX, ECX, EDX");
        right = x_regs[4] == 0x06001230 && x_regs[5] == 0x05001230 && x_regs[6] == 0x07001230;
        check(right, "A.5", "exceptions: the answer sets ESI, EDI, EBP");
        check(x_regs[7] == 0x08001230, "A.5", "exceptions: the answer sets ESP");
        check((x_regs[8] & 0x8D5) == 0x8D5, "A.5",
              "exceptions: the answer sets the arithmetic flags");
        check((x_regs[8] & 0x23200) == 0x200 || (x_regs[8] & 0x23200) == 0x3200, "A.5",
              "exceptions: the answer cannot clear IF or set VM");
        task_delete_all();

        provoke(x_int80, 0);
        for (unsigned int i = 1; i <= L4_EXC_WORDS; i++)
                L4_LoadMR(i, mr[i]);
        L4_LoadMR(L4_EXC_MR_EIP, (L4_Word_t)x_tell);
        L4_LoadMR(L4_EXC_MR_EFLAGS, 0x400);
        L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, 0));
        L4_Send_Timeout(thread, L4_ZeroTime);
        L4_Sleep(BRIEFLY);
        check((x_regs[8] & 0x400) != 0, "A.5", "exceptions: the answer sets DF");
        task_delete_all();
}

static void no_handler_runner(void)
{
        shared[1] = 1;
        __asm__ volatile("int $0x80");
        shared[1] = 2;
        for (;;)
                ;
}

static void no_handler(void)
{
        L4_ThreadId_t t = task_thread(L4_nilthread, no_handler_runner);

        shared[1] = 0;
        L4_Sleep(BRIEFLY);
        check(shared[1] == 1, "7.6", "exceptions: without a handler the thread does not go on");
        check(L4_Schedule(t, -1u, -1u, -1u, -1u, NULL) == L4_STATE_INACTIVE, "7.6",
              "exceptions: it is halted");
        task_delete_all();
}

/* A null selector in a data register is legal to load and faults when used. */
static void null_runner(void)
{
        __asm__ volatile("movl %0, %%fs" : : "r"(0));
        shared[1] = 1;
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send(self);
}

static void null_gs_runner(void)
{
        L4_Word_t v;

        __asm__ volatile("movl %1, %%gs; int $0x80; movl %%gs, %0" : "=r"(v) : "r"(2));
        for (;;)
                ;
}

static void null_selectors(void)
{
        L4_ThreadId_t t;

        shared[1] = 0;
        task_thread(L4_nilthread, null_runner);
        check(L4_IpcSucceeded(L4_Wait_Timeout(PATIENCE, NULL)) && shared[1] == 1, "A.3",
              "exceptions: a null selector in FS does no harm");
        task_delete_all();
        if (check_fatal("A.3", "exceptions: a null selector in GS does no harm to the kernel"))
                return;
        t = task_thread(L4_nilthread, null_gs_runner);
        L4_Sleep(BRIEFLY);
        check(L4_OtherId(t).raw == task_local_id(t).raw, "A.3",
              "exceptions: a null selector in GS does no harm to the kernel");
        task_delete_all();
}

void area_exceptions(void)
{
        vectors();
        message();
        answer();
        no_handler();
        null_selectors();
}
