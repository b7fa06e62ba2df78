/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread limits, redirection, thread-local segments (thesis 3.1, A.3) and small
 * spaces, as a root task that prints KTAP.  Each check runs one snippet in a limited
 * thread of the root space and looks at the exception its handler gets.
 *
 * Checks of segment limits mean nothing on an emulator that ignores them: QEMU
 * does, bochs does not.  The program finds out, and skips them where it must.
 */
#include "limits.h"

#define LIMIT_PAGES 0x7FFFFu /* the highest address is 0x7FFFFFFF */
#define STACK_TOP   (stack + sizeof(stack) - 16)
#define PATIENCE    L4_TimePeriod(2000000)

/* High halves of descriptors, but for base and limit: data of ring 3. */
enum { BYTES = 0x0040F300, PAGES = 0x00C0F300, EXPAND_DOWN = 0x400, PRESENT = 0x8000 };
#define NO_LIMIT 0xBADBADu

#define SNIPPET(name, text)                                                                        \
        extern char name[];                                                                        \
        __asm__(".text\n" #name ":\n\t" text "\n\tjmp limits_end\n")
__asm__(".text\nlimits_end:\n\tmovl $1, limits_ended\n1:\tpause\n\tjmp 1b\n");
volatile L4_Word_t limits_seen;
volatile L4_Word_t limits_ended;
uint8_t limits_word[4096] __attribute__((aligned(4096)));

SNIPPET(s_inside, "movl limits_word, %eax");
SNIPPET(s_above, "movl 0x80000000, %eax");
SNIPPET(s_straddle, "movl 0x7FFFFFFE, %eax");
SNIPPET(s_kernel, "movl 0xF0100000, %eax");
SNIPPET(s_es, "movl $0x80000000, %edi; s_es_at: stosl");
SNIPPET(s_fs, "movl %fs:0x80000000, %eax");
SNIPPET(s_code_ds, "movl $0x1B, %eax; movl %eax, %ds; s_code_ds_at: movl 0x80000000, %ebx");
SNIPPET(s_stack, "movl $0x80000004, %esp; s_stack_at: pushl %eax");
SNIPPET(s_jump, "movl $0x80000000, %eax; s_jump_at: jmp *%eax");
SNIPPET(s_utcb, "movl $0x2B, %eax; s_utcb_at: movl %eax, %es");
SNIPPET(s_int30, "int $0x30");
SNIPPET(s_int31, "int $0x31");
SNIPPET(s_sysenter, "sysenter");
SNIPPET(s_kip, "lock; nop");
SNIPPET(s_tls, "movl $0x33, %eax; movl %eax, %gs; movl %gs:-4, %ebx; movl %gs:4, %ecx; "
               "movl %gs:-8, %edx");
SNIPPET(s_tls_above, "movl $0x33, %eax; movl %eax, %gs; s_tls_above_at: movl %gs:0x7FFFFFFC, %ebx");
SNIPPET(s_tls_kernel, "movl $0x33, %eax; movl %eax, %gs; movl $0xF0100000, %esi; "
                      "subl $limits_word + 2048, %esi; s_tls_kernel_at: movl %gs:(%esi), %ebx");
/* What limit the processor sees in the thread's descriptor; it stays NO_LIMIT where there is none.
 */
SNIPPET(s_lsl, "movl $0x33, %eax; lsll %eax, %ebx; jnz limits_end; movl %ebx, limits_seen");
/* A wait for anybody that returns above the limit; and what EAX is. */
SNIPPET(s_return, "xorl %eax, %eax; xorl %ecx, %ecx; movl $-1, %edx; xorl %esi, %esi; "
                  "movl $0x90000000, %ebx; movl %esp, %ebp; sysenter");
SNIPPET(s_eax, "movl %eax, limits_seen");
extern char s_es_at[], s_code_ds_at[], s_stack_at[], s_jump_at[], s_utcb_at[], s_tls_above_at[],
    s_tls_kernel_at[];

static uint8_t stack[4096] __attribute__((aligned(16)));
static L4_Word_t mr[L4_NUM_MRS];
static unsigned int checks, failures;
static L4_ThreadId_t self, thread, local;
int limits_are_checked;

void check(int holds, const char *name)
{
        checks++;
        failures += !holds;
        l4_printf("%sok %u - %s\n", holds ? "" : "not ", checks, name);
}

static void skip(const char *name)
{
        checks++;
        l4_printf("ok %u - %s # SKIP this processor does not check segment limits\n", checks, name);
}

void check_limits(int holds, const char *name)
{
        if (limits_are_checked)
                check(holds, name);
        else
                skip(name);
}

/* A limited thread, waiting for its start-up message. */
static int make(L4_Word_t limit, L4_Word_t permit)
{
        L4_Word_t block = local.raw - L4_UTCB_LOCALID;

        limits_ended = 0;
        if (!L4_ThreadControlLimit(thread, self, self, self, block | L4_UTCB_LIMIT | permit, limit))
                return 0;
        *L4_UtcbWord(local, L4_UTCB_EXCHANDLER) = self.raw;
        return 1;
}

static L4_MsgTag_t run(const char *code)
{
        L4_MsgTag_t tag;

        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        L4_LoadMR(1, (L4_Word_t)code);
        L4_LoadMR(2, (L4_Word_t)STACK_TOP);
        L4_Send_Timeout(thread, PATIENCE);
        tag = L4_Receive_Timeout(thread, L4_TimePeriod(50000));
        for (unsigned int i = 0; i < L4_NUM_MRS; i++)
                mr[i] = L4_StoreMR(i);
        return tag;
}

static void destroy(void)
{
        L4_ThreadControl(thread, L4_nilthread, L4_nilthread, L4_nilthread, L4_UTCB_LEAVE);
}

/* Does the snippet end in this exception, at this address? */
static int raises(const char *code, const char *at, L4_Word_t vector, L4_Word_t error)
{
        L4_MsgTag_t tag = {0};
        int good = make(LIMIT_PAGES, 0);

        if (good)
                tag = run(code);
        good = good && L4_IpcSucceeded(tag) && tag.raw == L4_TAG_EXCEPTION &&
               mr[L4_EXC_MR_VECTOR] == vector && mr[L4_EXC_MR_ERROR] == error &&
               mr[L4_EXC_MR_EIP] == (L4_Word_t)at;
        if (!good)
                l4_printf("# tag %x vector %u error %x at %x, ended %u\n", tag.raw,
                          mr[L4_EXC_MR_VECTOR], mr[L4_EXC_MR_ERROR], mr[L4_EXC_MR_EIP],
                          limits_ended);
        destroy();
        return good;
}

static void limit_check(const char *code, const char *at, L4_Word_t vector, const char *name)
{
        check_limits(limits_are_checked && raises(code, at, vector, 0), name);
}

static void segment_limits(void)
{
        make(LIMIT_PAGES, 0);
        run(s_inside);
        check(limits_ended == 1, "a limited thread runs and reads below its limit");
        destroy();
        make(LIMIT_PAGES, 0);
        run(s_above);
        limits_are_checked = mr[L4_EXC_MR_VECTOR] == 13 && (mr[0] >> 16) == L4_LABEL_EXCEPTION;
        destroy();
        l4_printf("# segment limits are %schecked here\n", limits_are_checked ? "" : "not ");
        limit_check(s_above, s_above, 13, "a read just above the limit is vector 13");
        limit_check(s_straddle, s_straddle, 13, "a read across the limit is vector 13");
        limit_check(s_kernel, s_kernel, 13, "a read of the kernel's area is vector 13");
        limit_check(s_es, s_es_at, 13, "a string store through ES is vector 13");
        limit_check(s_fs, s_fs, 13, "a read through FS is vector 13");
        limit_check(s_code_ds, s_code_ds_at, 13, "a read through the code selector is vector 13");
        limit_check(s_stack, s_stack_at, 12, "a push above the limit is vector 12");
        limit_check(s_jump, s_jump_at, 13, "a jump above the limit is vector 13");
        check(raises(s_utcb, s_utcb_at, 11, 0x28), "the UTCB selector cannot be loaded");
}

/* A thread with all of user space as limit: it reaches its UTCB, and may call. */
static void caller(void)
{
        L4_Set_ExceptionHandler(self);
        for (unsigned int i = 0; i < 3; i++) {
                L4_Set_MsgTag(L4_Tag(1, 0, 0));
                L4_Call(self);
        }
        __asm__ volatile("movl %%ss:(%0), %%eax" : : "r"(0xC0000000) : "eax");
}

/* The kernel's fast path ends these calls; it must leave no segment as another thread's. */
static void after_calls(void)
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, task_pager());

        L4_ThreadControlLimit(t, self, self, L4_nilthread, L4_UTCB_LEAVE_LIMIT | L4_UTCB_PERMIT,
                              0xBFFFF);
        task_start(t, caller);
        L4_Receive(t);
        for (unsigned int i = 0; i < 3; i++) {
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                L4_Call(t);
        }
        check_limits(L4_StoreMR(L4_EXC_MR_VECTOR) == 12, "calls of a limited thread end limited");
        task_delete_all();
}

static void starts_above(void)
{
        if (!limits_are_checked) {
                skip("a start above the limit is vector 13");
                return;
        }
        check(raises((const char *)0x90000000, (const char *)0x90000000, 13, 0),
              "a start above the limit is vector 13");
}

/*
 * A thread is woken from its Ipc by the fast path, and its IRET faults: then it is in an exception,
 * and no Ipc, for whoever ends that.
 */
static void returns_above(void)
{
        const char *told = "a return from an Ipc above the limit is vector 13";
        const char *ended = "that exception, ended, leaves the registers as they are";
        struct L4_ExRegs r = {
            .control = L4_EXREGS_ABORT_SND | L4_EXREGS_ABORT_RCV | L4_EXREGS_IP,
            .ip = (L4_Word_t)s_eax,
        };

        if (!limits_are_checked) {
                skip(told);
                skip(ended);
                return;
        }
        make(LIMIT_PAGES, L4_UTCB_PERMIT);
        run(s_return);
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Call(thread);
        check(L4_StoreMR(L4_EXC_MR_VECTOR) == 13 && L4_StoreMR(L4_EXC_MR_EIP) == 0x90000000 &&
                  L4_StoreMR(L4_EXC_MR_EAX) == L4_MyLocalId().raw,
              told);
        L4_ExchangeRegisters(thread, &r);
        for (unsigned int i = 0; i < 40 && !limits_ended; i++)
                L4_Sleep(L4_TimePeriod(50000));
        check(limits_ended && limits_seen == L4_MyLocalId().raw, ended);
        destroy();
}

static void changes(void)
{
        check(!make(0xC0000, 0), "a limit above 3 GB is refused");
        destroy();
        make(LIMIT_PAGES, 0);
        check(L4_ThreadControlLimit(thread, self, self, L4_nilthread, L4_UTCB_LEAVE_LIMIT,
                                    L4_LIMIT_NONE) == 1,
              "a limit can be taken away later");
        run(s_int31);
        check(limits_ended == 1, "and then L4 calls are open again");
        destroy();
}

static void redirection(void)
{
        check(raises(s_int30, s_int30, 13, 0x30 * 8 + 2), "int 0x30 becomes an exception");
        check(raises(s_int31, s_int31, 13, 0x31 * 8 + 2), "int 0x31 becomes an exception");
        check(raises(s_sysenter, s_sysenter, 13, 0), "sysenter becomes an exception");
        check(raises(s_kip, s_kip, 6, 0), "lock; nop becomes an exception");
        make(LIMIT_PAGES, L4_UTCB_PERMIT);
        run(s_kip);
        check(limits_ended == 1, "a permitted thread keeps its calls");
        destroy();
}

/* Thread-local descriptor 0: @limit in bytes or pages as @high, bits 8 on, says. */
static void give_descriptor(L4_Word_t base, L4_Word_t limit, L4_Word_t high)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_CTRLXFER_WRITE};
        L4_Word_t words[2];

        words[0] = (limit & 0xFFFF) | base << 16;
        words[1] = high | (limit & 0xF0000) | (base >> 16 & 0xFF) | (base & 0xFF000000);
        *L4_UtcbWord(local, L4_UTCB_BR0) = L4_ACCEPT_CTRLXFER;
        L4_Set_MsgTag(L4_Tag(0, 0, 3));
        L4_LoadCtrlXferItem(1, L4_CTRLXFER_ID_TLS, 3, words);
        L4_ExchangeRegisters(local, &r);
}

/* A descriptor of 4 GB whose base is in the middle of limits_word. */
static void give_tls(void)
{
        give_descriptor((L4_Word_t)limits_word + 2048, 0xFFFFF, PAGES);
}

/* The last byte, from its base on, of what a limited thread gets of a descriptor; or NO_LIMIT. */
static L4_Word_t last_byte(L4_Word_t base, L4_Word_t limit, L4_Word_t high)
{
        limits_seen = NO_LIMIT;
        make(LIMIT_PAGES, 0);
        give_descriptor(base, limit, high);
        run(s_lsl);
        destroy();
        return limits_seen;
}

/* No descriptor reaches above 2 GB, whatever was asked for. */
static void descriptors(void)
{
        check(last_byte((L4_Word_t)limits_word, 0xFF, BYTES) == 0xFF,
              "a descriptor below the limit is what was asked for");
        check(last_byte(0x7FFFF000, 0xFFFFF, BYTES) == 0xFFF, "one in bytes ends with the limit");
        check(last_byte(0x7FFFF800, 0xFFFFF, PAGES) == 0x7FF, "so does one in pages, to the byte");
        check(last_byte(0x70000800, 0xFFFFF, PAGES) == 0x0FFFEFFF,
              "where that takes pages, with the last whole page below it");
        check(last_byte(0x80000000, 0xFFFFF, PAGES) == NO_LIMIT,
              "one that begins above the limit is none");
        check(last_byte(0x1000, 0, PAGES | EXPAND_DOWN) == NO_LIMIT,
              "nor is one that expands down, to 4 GB");
        check(last_byte(0x1000, 0xFFFFF, PAGES & ~PRESENT) == NO_LIMIT,
              "nor one that is not present");
}

/* What a limited thread gets that asks for none, behind one that had one. */
static L4_Word_t last_byte_of_none(void)
{
        limits_seen = NO_LIMIT;
        make(LIMIT_PAGES, 0);
        run(s_lsl);
        destroy();
        return limits_seen;
}

static int tls_raises(const char *code, const char *at)
{
        make(LIMIT_PAGES, 0);
        give_tls();
        run(code);
        destroy();
        return !limits_ended && mr[L4_EXC_MR_VECTOR] == 13 && mr[L4_EXC_MR_EIP] == (L4_Word_t)at;
}

static void thread_local_segments(void)
{
        descriptors();
        make(LIMIT_PAGES, 0);
        give_tls();
        run(s_tls);
        check(limits_ended == 1, "a wrapping TLS segment works on both sides of its base");
        destroy();
        check(last_byte_of_none() == NO_LIMIT, "the next limited thread finds nothing of it");
        if (!limits_are_checked) {
                skip("it does not reach above the limit");
                skip("nor into the kernel");
                return;
        }
        check(tls_raises(s_tls_above, s_tls_above_at), "it does not reach above the limit");
        check(tls_raises(s_tls_kernel, s_tls_kernel_at), "nor into the kernel");
}

int main(void)
{
        task_init();
        self = L4_MyGlobalId();
        thread = L4_GlobalId(L4_ThreadNo(self) + 200, 1);
        local = (L4_ThreadId_t){L4_ROOT_UTCB_BASE + 200 * L4_UTCB_SIZE + L4_UTCB_LOCALID};
        l4_printf("KTAP version 1\n");
        if (!L4_HasFeature(L4_FEATURE_LIMITS) || !L4_HasFeature(L4_FEATURE_REDIRECT) ||
            !L4_HasFeature(L4_FEATURE_TLS)) {
                l4_printf("1..0 # SKIP the kernel has no limits\n");
                return 0;
        }
        segment_limits();
        starts_above();
        returns_above();
        after_calls();
        changes();
        redirection();
        thread_local_segments();
        if (L4_HasFeature(L4_FEATURE_SMALLSPACES))
                small_spaces();
        l4_printf("1..%u\n", checks);
        return failures != 0;
}
