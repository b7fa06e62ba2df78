/* SPDX-License-Identifier: BSD-2-Clause */
/* ExchangeRegisters: every field, every state, who may [2.3]. */
#include "check.h"

static volatile L4_Word_t counter;
/* Written by the code at landing, so they have linkage. */
volatile L4_Word_t landed, landed_sp, landed_flags;

static void spin(void)
{
        for (;;)
                counter++;
}

static void idle(void)
{
        L4_Sleep(L4_Never);
}

extern char landing[];
__asm__(".text\n"
        "landing:\n\t"
        "pushfl\n\t"
        "popl landed_flags\n\t"
        "movl %esp, landed_sp\n\t"
        "movl $1, landed\n"
        "1:\tpause\n\t"
        "jmp 1b\n");
#define landing_place landing

static L4_ThreadId_t spinner(void)
{
        L4_ThreadId_t t = task_thread(L4_nilthread, spin);

        counter = 0;
        landed = 0;
        L4_Sleep(BRIEFLY);
        return t;
}

static int runs(void)
{
        L4_Word_t before = counter;

        L4_Sleep(BRIEFLY);
        return counter != before;
}

static void halting(void)
{
        L4_ThreadId_t t = spinner();
        struct L4_ExRegs r = {.control = L4_EXREGS_HALTFLAG | L4_EXREGS_HALT};

        check(runs(), "2.3", "exregs: the thread runs at first");
        L4_ExchangeRegisters(t, &r);
        check((r.control & 7) == 0, "2.3", "exregs: old state: neither halted nor in IPC");
        check(!runs(), "2.3", "exregs: a halted thread does not run");
        r = (struct L4_ExRegs){0};
        L4_ExchangeRegisters(t, &r);
        check((r.control & 1) == 1, "2.3", "exregs: old state: halted");
        check(!runs(), "2.3", "exregs: reading does not resume it");
        r = (struct L4_ExRegs){.control = L4_EXREGS_HALT};
        L4_ExchangeRegisters(t, &r);
        check(!runs(), "2.3", "exregs: the halt value without its flag means nothing");
        r = (struct L4_ExRegs){.control = L4_EXREGS_HALTFLAG};
        L4_ExchangeRegisters(t, &r);
        check(runs(), "2.3", "exregs: resumed it runs on");
        r = (struct L4_ExRegs){.control = L4_EXREGS_HALT};
        L4_ExchangeRegisters(t, &r);
        check(runs(), "2.3", "exregs: the halt value without its flag does not halt");
        task_delete_all();
}

static void registers(void)
{
        static L4_Word_t stack[64];
        L4_ThreadId_t t = spinner(), result;
        L4_Word_t sp = (L4_Word_t)&stack[60];
        struct L4_ExRegs r = {0};

        result = L4_ExchangeRegisters(t, &r);
        check(result.raw == task_local_id(t).raw, "2.3",
              "exregs: a global id returns the local one");
        check(r.ip - (L4_Word_t)spin < 64, "2.3", "exregs: the old IP is where the thread is");
        check(r.sp <= task_stack(t) && task_stack(t) - r.sp < 256, "2.3",
              "exregs: the old SP is the thread's");
        check((r.flags & 0x202) == 0x202, "2.3", "exregs: the old flags have IF set");
        check(r.pager.raw == task_pager().raw, "2.3", "exregs: the old pager");
        r = (struct L4_ExRegs){.control = L4_EXREGS_USERHANDLE, .handle = 0xABCD};
        L4_ExchangeRegisters(t, &r);
        r = (struct L4_ExRegs){0};
        L4_ExchangeRegisters(t, &r);
        check(r.handle == 0xABCD, "2.3", "exregs: the user-defined handle");
        check(*L4_UtcbWord(task_local_id(t), L4_UTCB_USERHANDLE) == 0xABCD, "B",
              "exregs: the handle shows in the UTCB");
        r = (struct L4_ExRegs){.control = L4_EXREGS_PAGER, .pager = self};
        L4_ExchangeRegisters(t, &r);
        check(r.pager.raw == task_pager().raw, "2.3",
              "exregs: setting the pager returns the old one");
        check(*L4_UtcbWord(task_local_id(t), L4_UTCB_PAGER) == self.raw, "B",
              "exregs: the pager shows in the UTCB");
        check(runs(), "2.3", "exregs: changing handle and pager does not disturb the thread");
        r = (struct L4_ExRegs){
            .control = L4_EXREGS_SP | L4_EXREGS_IP | L4_EXREGS_FLAGS,
            .sp = sp,
            .ip = (L4_Word_t)landing_place,
            .flags = 0x8D5 | 0x3000 | 0x20000,
        };
        L4_ExchangeRegisters(t, &r);
        L4_Sleep(BRIEFLY);
        check(landed == 1, "2.3", "exregs: a new IP takes effect");
        check(landed_sp == sp, "2.3", "exregs: a new SP takes effect");
        check((landed_flags & 0x8D5) == 0x8D5, "2.3", "exregs: new arithmetic flags take effect");
        check((landed_flags & 0x20200) == 0x200, "2.3", "exregs: IF stays set, VM stays clear");
        task_delete_all();

        t = spinner();
        r = (struct L4_ExRegs){
            .control = L4_EXREGS_SP | L4_EXREGS_IP | L4_EXREGS_FLAGS,
            .sp = sp,
            .ip = (L4_Word_t)landing_place,
            .flags = 0x400,
        };
        L4_ExchangeRegisters(t, &r);
        L4_Sleep(BRIEFLY);
        check(landed == 1 && (landed_flags & 0x400), "2.3", "exregs: DF can be set");
        task_delete_all();

        t = spinner();
        r = (struct L4_ExRegs){.control = L4_EXREGS_IP, .ip = (L4_Word_t)landing_place};
        L4_ExchangeRegisters(task_local_id(t), &r);
        L4_Sleep(BRIEFLY);
        check(landed == 1 && task_stack(t) - landed_sp < 256, "2.3",
              "exregs: a new IP alone leaves SP");
        task_delete_all();
}

static void in_ipc(void)
{
        L4_ThreadId_t t = task_thread(L4_nilthread, idle);
        struct L4_ExRegs r = {0};

        L4_Sleep(BRIEFLY);
        landed = 0;
        L4_ExchangeRegisters(t, &r);
        check((r.control & L4_EXREGS_WAS_RECEIVING) != 0, "2.3", "exregs: old state: receiving");
        r = (struct L4_ExRegs){.control = L4_EXREGS_IP, .ip = (L4_Word_t)landing_place};
        L4_ExchangeRegisters(t, &r);
        L4_Sleep(BRIEFLY);
        check(landed == 0, "2.3", "exregs: a new IP waits for the end of the IPC");
        r = (struct L4_ExRegs){.control = L4_EXREGS_ABORT_RCV};
        L4_ExchangeRegisters(t, &r);
        L4_Sleep(BRIEFLY);
        check(landed == 1, "2.3", "exregs: after the abort the thread goes there");
        task_delete_all();

        t = task_thread(L4_nilthread, idle);
        L4_Sleep(BRIEFLY);
        landed = 0;
        check(L4_Start(t, task_stack(t), (L4_Word_t)landing_place).raw == task_local_id(t).raw,
              "2.3", "exregs: Start returns the local id");
        L4_Sleep(BRIEFLY);
        check(landed == 1, "2.3", "exregs: Start takes a thread out of its IPC");
        check((L4_Stop(t) & 7) == 0, "2.3", "exregs: Stop returns the old state");
        task_delete_all();

        if (!check_fatal("2.3", "exregs: halting a thread that waits")) {
                t = task_thread(L4_nilthread, idle);
                L4_Sleep(BRIEFLY);
                r = (struct L4_ExRegs){.control = L4_EXREGS_HALTFLAG | L4_EXREGS_HALT};
                L4_ExchangeRegisters(t, &r);
                check((r.control & L4_EXREGS_WAS_RECEIVING) != 0, "2.3",
                      "exregs: halting a thread that waits");
                r = (struct L4_ExRegs){0};
                L4_ExchangeRegisters(t, &r);
                check((r.control & L4_EXREGS_WAS_HALTED) != 0, "2.3",
                      "exregs: it is halted and still waits");
                task_delete_all();
        }
}

/* A stranger in another space tries. */
static L4_ThreadId_t target;

static void stranger(void)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_USERHANDLE, .handle = 0x666};

        shared[0] = L4_ExchangeRegisters(target, &r).raw;
        shared[1] = L4_ErrorCode();
        r = (struct L4_ExRegs){.control = L4_EXREGS_USERHANDLE, .handle = 0x667};
        shared[2] = L4_ExchangeRegisters(L4_MyGlobalId(), &r).raw;
        shared[3] = L4_UserDefinedHandle();
        L4_Send(self);
}

static void faulter(void)
{
        *(volatile L4_Word_t *)0x70000000 = 1;
}

/* What a pager beside a thread does with its fault. */
static void in_fault(void)
{
        enum { ARITHMETIC = 0x8D5, ALL = 0x240DD5 };
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, L4_MyGlobalId()), other;
        struct L4_ExRegs r = {.control = L4_EXREGS_IP | L4_EXREGS_FLAGS,
                              .ip = (L4_Word_t)landing_place,
                              .sp = 0x1234,
                              .flags = ARITHMETIC};
        L4_Word_t ip, flags;
        L4_MsgTag_t tag;

        landed = 0;
        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        L4_LoadMR(1, (L4_Word_t)faulter);
        L4_LoadMR(2, task_stack(t));
        L4_Send(t);
        tag = L4_Receive_Timeout(t, PATIENCE);
        ip = L4_StoreMR(2);
        *L4_UtcbWord(task_local_id(t), L4_UTCB_USERHANDLE) = 0x4321;
        other = L4_ExchangeRegisters(t, &r);
        check(L4_IpcSucceeded(tag) && other.raw == task_local_id(t).raw &&
                  r.control == L4_EXREGS_WAS_RECEIVING,
              "2.3", "exregs: a thread that waits for its pager: the local id, receiving");
        check(r.ip == ip && r.ip - (L4_Word_t)faulter < 64 && r.sp <= task_stack(t) &&
                  task_stack(t) - r.sp < 256 && (r.flags & 0x202) == 0x202,
              "2.3", "exregs: a thread that waits for its pager: where it faulted");
        check(r.handle == 0x4321 && r.pager.raw == L4_MyGlobalId().raw, "2.3",
              "exregs: a thread that waits for its pager: handle and pager");
        flags = r.flags;
        r = (struct L4_ExRegs){.control = L4_EXREGS_IP | L4_EXREGS_FLAGS,
                               .ip = (L4_Word_t)landing_place,
                               .flags = ARITHMETIC | 0x20000};
        L4_ExchangeRegisters(t, &r);
        check(r.ip == (L4_Word_t)landing_place && ((r.flags ^ flags) & ~(L4_Word_t)ALL) == 0 &&
                  (r.flags & ALL) == ARITHMETIC,
              "2.3", "exregs: a thread that waits for its pager: what was set before is read");
        L4_Sleep(BRIEFLY);
        check(landed == 0, "2.3", "exregs: a thread that waits for its pager still waits");
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send(t);
        L4_Sleep(BRIEFLY);
        check(landed == 1 && (landed_flags & 0x20AD5) == 0xAD5 && task_stack(t) - landed_sp < 256,
              "2.3",
              "exregs: and when it is answered goes on there, with those flags and its stack");
        task_delete_all();
}

static void permission(void)
{
        struct L4_ExRegs r;

        target = self;
        L4_Set_UserDefinedHandle(1);
        task_space(stranger);
        check(L4_IpcSucceeded(L4_Wait_Timeout(PATIENCE, NULL)), "2.3",
              "exregs: a stranger may try");
        check(shared[0] == 0, "2.3", "exregs: a stranger is refused");
        check(shared[1] == L4_ERROR_THREAD || shared[1] == L4_ERROR_NOPRIVILEGE, "2.3",
              "exregs: and told so");
        check(L4_UserDefinedHandle() == 1, "2.3", "exregs: and changes nothing");
        check(shared[2] != 0 && shared[3] == 0x667, "2.3", "exregs: a thread may change itself");
        task_delete_all();

        r = (struct L4_ExRegs){0};
        check(L4_IsNilThread(L4_ExchangeRegisters(L4_GlobalId(5000, 1), &r)) &&
                  L4_ErrorCode() == L4_ERROR_THREAD,
              "2.3", "exregs: an unused thread number is an invalid thread");
        r = (struct L4_ExRegs){0};
        if (!check_fatal("2.3", "exregs: nilthread is an invalid thread"))
                check(L4_IsNilThread(L4_ExchangeRegisters(L4_nilthread, &r)) &&
                          L4_ErrorCode() == L4_ERROR_THREAD,
                      "2.3", "exregs: nilthread is an invalid thread");
        r = (struct L4_ExRegs){0};
        check(L4_IsNilThread(L4_ExchangeRegisters(L4_GlobalId(0, 1), &r)), "2.3",
              "exregs: an interrupt thread has no registers");
}

void area_exregs(void)
{
        halting();
        registers();
        in_ipc();
        in_fault();
        permission();
}
