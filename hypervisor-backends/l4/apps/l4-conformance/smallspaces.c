/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small spaces ("smallspaces"; manual, IA-32 appendix: SpaceControl).  That the
 * processor keeps them apart is checked under an emulator that has segment limits.
 */
#include "check.h"

#define SECTION "smallspaces"
#define SIZE    0x00800000u
#define MISSING 0x00780000u /* inside the small space, outside the image */
#define PORT    0x80
#define S_BIT   L4_SPACECTL_SMALL

/* Threads of a small space leave what they see in shared[]. */
enum { RUNS, LOCAL, DS_END, CS_END, KIP, GOT, WORD };

static const char text[] = "from one space to the other";
static uint8_t buffer[8192] __attribute__((aligned(4096)));

/* Ipc by the stub of a small space's KIP. */
static L4_Word_t low_ipc(L4_Word_t to, L4_Word_t from, L4_Word_t tag)
{
        L4_Word_t entry = L4_syscalls.ipc - L4_ROOT_KIP_BASE + TASK_LOW_KIP, timeouts = 0;
        L4_Word_t *utcb = L4_Utcb();

        __asm__ volatile("pushl %%ebp\n\tcalll *%%ebx\n\tpopl %%ebp"
                         : "+a"(to), "+d"(from), "+c"(timeouts), "+S"(tag), "+D"(utcb), "+b"(entry)
                         :
                         : "memory", "cc");
        return tag;
}

static void stop(void)
{
        for (;;)
                low_ipc(0, L4_MyGlobalId().raw, 0);
}

static L4_Word_t segment_end(L4_Word_t selector)
{
        L4_Word_t end = 0;

        __asm__ volatile("lsll %1, %0" : "=r"(end) : "r"(selector) : "cc");
        return end;
}

static void look(void)
{
        L4_Word_t ds, cs, kip, version, flags, id;

        __asm__ volatile("movl %%ds, %0; movl %%cs, %1" : "=r"(ds), "=r"(cs));
        __asm__ volatile("lock; nop" : "=a"(kip), "=c"(version), "=d"(flags), "=S"(id));
        shared[LOCAL] = L4_MyLocalId().raw;
        shared[DS_END] = segment_end(ds);
        shared[CS_END] = segment_end(cs);
        shared[KIP] = kip;
        shared[RUNS] = 1;
        stop();
}

static void look_in_large(void)
{
        L4_Word_t ds;

        __asm__ volatile("movl %%ds, %0" : "=r"(ds));
        shared[DS_END] = segment_end(ds);
        shared[RUNS] = 1;
        for (;;)
                L4_Sleep(L4_Never);
}

static void touch_missing(void)
{
        *(volatile uint8_t *)MISSING = 1;
        stop();
}

static void raise(void)
{
        L4_Set_ExceptionHandler(self);
        __asm__ volatile("small_raise:\tint $0x80");
        stop();
}
extern char small_raise[];

static void send_string(void)
{
        L4_LoadMR(1, 0x515);
        L4_LoadStringItem(2, text, sizeof(text));
        low_ipc(self.raw, 0, L4_Tag(7, 1, 2).raw);
        stop();
}

static void receive_string(void)
{
        L4_Accept(L4_Nilpage, L4_ACCEPT_STRINGS);
        L4_LoadStringBuffer(1, buffer + 4000, 2000, 0);
        low_ipc(0, self.raw, 0);
        shared[WORD] = L4_StoreMR(1);
        shared[GOT] = buffer[4000] == text[0] && buffer[4096 + 1000] == text[1];
        shared[RUNS] = 1;
        stop();
}

static void use_port(void)
{
        uint8_t value;

        low_ipc(0, self.raw, 0);
        __asm__ volatile("inb %1, %0" : "=a"(value) : "N"(PORT));
        shared[RUNS] = 1;
        low_ipc(self.raw, 0, 0);
        stop();
}

static L4_ThreadId_t small_thread(unsigned int n, void (*fn)(void))
{
        L4_ThreadId_t t = task_small_space_waiting(TASK_SMALL_ID(n));

        for (unsigned int i = RUNS; i <= WORD; i++)
                shared[i] = 0;
        if (!L4_IsNilThread(t))
                task_start(t, fn);
        return t;
}

/* Ask for id; the answer. */
static L4_Word_t control(L4_ThreadId_t t, L4_Word_t word)
{
        L4_Word_t old = 0xDEAD;

        L4_SpaceControl(t, word, L4_FpageLog2(TASK_LOW_KIP, L4_PAGE_BITS),
                        L4_FpageLog2(TASK_LOW_UTCB, 16), L4_nilthread, &old);
        return old;
}

static void control_word(void)
{
        L4_ThreadId_t t = task_space_waiting(task_pager());
        L4_ThreadId_t other = task_space_waiting(task_pager());

        check(control(t, 6) == 0, SECTION, "small: without the s bit nothing is asked or told");
        check(control(t, S_BIT | 6) == S_BIT, SECTION, "small: a large space becomes small");
        check(control(t, S_BIT | 10) == (S_BIT | 6), SECTION,
              "small: the result has the old id and says that it was done");
        check((control(other, S_BIT | 9) & S_BIT) == 0, SECTION,
              "small: a part of the area that is taken is refused");
        check((control(other, S_BIT | 12) & S_BIT) == 0, SECTION,
              "small: so is a larger one around it");
        check(control(other, S_BIT | 6) == S_BIT, SECTION,
              "small: what a space has left can be taken");
        check((control(other, S_BIT | 0xFF) & S_BIT) == 0, SECTION,
              "small: an id beyond the area is refused");
        check(control(other, S_BIT) == (S_BIT | 6), SECTION, "small: id 0 is a large space");
        task_delete_all();
        t = task_space_waiting(task_pager());
        check(control(t, S_BIT | 10) == S_BIT, SECTION,
              "small: a deleted space leaves its part of the area");
        task_delete_all();
}

static void addresses(void)
{
        L4_ThreadId_t t = small_thread(0, look);
        L4_Word_t mr[L4_NUM_MRS];
        L4_MsgTag_t tag;

        L4_Sleep(BRIEFLY);
        check(shared[RUNS] == 1, SECTION, "small: a thread runs in a small space");
        check(shared[LOCAL] == task_local_id(t).raw, SECTION,
              "small: its local id is an address of the space");
        check(shared[DS_END] == SIZE - 1, SECTION, "small: its data segment ends with the space");
        check(shared[CS_END] == SIZE - 1, SECTION, "small: and so does its code segment");
        check(shared[KIP] == TASK_LOW_KIP, SECTION, "small: lock; nop gives its KIP");
        shared[RUNS] = 0;
        t = task_thread(L4_nilthread, look_in_large);
        L4_Sleep(BRIEFLY);
        check(shared[DS_END] == 0xBFFFFFFF, SECTION,
              "small: segments of large spaces end at 3 GB meanwhile");
        task_delete_all();
        task_thread(L4_nilthread, look_in_large);
        L4_Sleep(BRIEFLY);
        check(shared[DS_END] == 0xFFFFFFFF, SECTION, "small: and no longer without a small space");
        task_delete_all();

        task_bad_fault = 0;
        small_thread(1, touch_missing);
        L4_Sleep(BRIEFLY);
        check(task_bad_fault == MISSING, SECTION,
              "small: a page fault message has the address in the space");
        task_delete_all();
        t = small_thread(1, raise);
        tag = next_event(t, mr);
        check(L4_Label(tag) == L4_LABEL_EXCEPTION && mr[L4_EXC_MR_EIP] == (L4_Word_t)small_raise,
              SECTION, "small: an exception message has the address in the space");
        task_delete_all();
}

static void strings(void)
{
        L4_ThreadId_t t;
        L4_MsgTag_t tag;

        L4_Accept(L4_Nilpage, L4_ACCEPT_STRINGS);
        L4_LoadStringBuffer(1, arena, 4096, 0);
        t = small_thread(1, send_string);
        tag = L4_Receive_Timeout(t, PATIENCE);
        check(L4_IpcSucceeded(tag) && L4_StoreMR(1) == 0x515, SECTION,
              "small: a message leaves a small space");
        check(arena[0] == 'f' && arena[sizeof(text) - 2] == 'r', SECTION,
              "small: and so does a string");
        L4_Accept(L4_Nilpage, 0);
        task_delete_all();
        t = small_thread(2, receive_string);
        for (unsigned int i = 0; i < 2000; i++)
                arena[i] = (uint8_t)text[0];
        for (unsigned int i = 1000; i < 2000; i++)
                arena[i] = (uint8_t)text[1];
        L4_Set_MsgTag(L4_Tag(0, 1, 2));
        L4_LoadMR(1, 0x616);
        L4_LoadStringItem(2, arena, 2000);
        L4_Send_Timeout(t, PATIENCE);
        L4_Sleep(BRIEFLY);
        check(shared[RUNS] == 1 && shared[WORD] == 0x616, SECTION,
              "small: a message enters a small space");
        check(shared[GOT] == 1, SECTION, "small: and a string does, over pages not yet there");
        task_delete_all();
}

/* A thread that runs behind our page directory, which has ports, has to ask for one. */
static void ports(void)
{
        L4_ThreadId_t t;

        L4_Sigma0_GetPage(L4_Sigma0(), L4_IoFpageLog2(PORT, 0));
        t = small_thread(0, use_port);
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Call(t);
        check(shared[RUNS] == 1 && (control(t, S_BIT) & 0xFF) == 0, SECTION,
              "small: ports of who runs before it are not its own, and given one it becomes large");
        task_delete_all();
}

/* Two small spaces and a large one, each faulting its pages in behind the others' directories. */
static void together(void)
{
        L4_ThreadId_t t[3];

        for (unsigned int round = 0; round < 3; round++) {
                for (unsigned int n = 0; n < 3; n++) {
                        t[n] = small_thread(n, look);
                        L4_Sleep(BRIEFLY);
                        if (!shared[RUNS] || shared[LOCAL] != task_local_id(t[n]).raw)
                                break;
                }
                if (!shared[RUNS])
                        break;
                task_delete_all();
        }
        check(shared[RUNS] == 1, SECTION,
              "small: several small spaces run side by side, and again");
        task_delete_all();
}

static void with_limits(void)
{
        static const struct {
                L4_Word_t limit, end;
                const char *name;
        } cases[] = {
            {0x6FF, 0x6FFFFF, "small: a thread limit below the space's size counts"},
            {0xFFF, SIZE - 1, "small: one above it does not"},
        };

        for (unsigned int i = 0; i < 2; i++) {
                L4_ThreadId_t t = task_small_space_waiting(TASK_SMALL_ID(0));

                shared[DS_END] = 0;
                L4_ThreadControlLimit(t, t, L4_nilthread, L4_nilthread,
                                      L4_UTCB_LEAVE_LIMIT | L4_UTCB_PERMIT, cases[i].limit);
                task_start(t, look);
                L4_Sleep(BRIEFLY);
                check(shared[DS_END] == cases[i].end, SECTION, cases[i].name);
                task_delete_all();
        }
}

void area_smallspaces(void)
{
        control_word();
        addresses();
        strings();
        ports();
        together();
        if (L4_HasFeature(L4_FEATURE_LIMITS))
                with_limits();
}
