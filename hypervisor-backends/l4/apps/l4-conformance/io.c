/* SPDX-License-Identifier: BSD-2-Clause */
/* IO fpages and IO faults, where the kernel has them [A.7, 7.7]. */
#include "check.h"

extern char io_in_at[], io_cli_at[];
static L4_Word_t mr[L4_NUM_MRS];

static void reader(void)
{
        L4_Word_t v;

        __asm__ volatile("io_in_at: inb $0x80, %%al" : "=a"(v));
        shared[0] = 1;
        __asm__ volatile("outw %%ax, %%dx" : : "a"(0), "d"(0x82));
        shared[0] = 2;
        __asm__ volatile("inb $0x71, %%al" : "=a"(v));
        shared[0] = 3;
        for (;;)
                ;
}

static void cli_runner(void)
{
        L4_Set_ExceptionHandler(self);
        __asm__ volatile("io_cli_at: cli");
        shared[0] = 1;
        for (;;)
                ;
}

static void map_ports(L4_ThreadId_t t, L4_Word_t port, unsigned int bits)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, L4_FpageAddRights(L4_IoFpageLog2(port, bits), L4_FPAGE_RWX), 0);
        L4_Send_Timeout(t, PATIENCE);
}

/* A port granted is the receiver's; whoever had it from the granter has it still. */
static void granted(void)
{
        L4_ThreadId_t earlier = task_space_waiting(self), t = task_space_waiting(self);

        start_by_message(earlier, reader, task_stack(earlier));
        next_event(earlier, mr);
        map_ports(earlier, 0x82, 1);
        next_event(earlier, mr);
        start_by_message(t, reader, task_stack(t));
        next_event(t, mr);
        map_ports(t, 0x80, 0);
        next_event(t, mr);
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadGrantItem(1, L4_FpageAddRights(L4_IoFpageLog2(0x82, 1), L4_FPAGE_RWX), 0);
        L4_Send_Timeout(t, L4_ZeroTime);
        next_event(t, mr);
        check(shared[0] == 2, "A.7", "io: granted ports arrive");
        map_ports(earlier, 0x80, 0);
        shared[0] = 0;
        next_event(earlier, mr);
        check(shared[0] == 2, "A.7", "io: who had them from the granter has them still");
        task_delete_all();
        L4_Sigma0_GetPage(L4_Sigma0(), L4_IoFpageLog2(0x80, 4));
}

static L4_ThreadId_t friend;

static void tell(L4_Word_t label)
{
        L4_Set_MsgTag(L4_Tag(label, 0, 0));
        L4_Call(self);
}

/* Gives the port to the friend and gets it back: does it have it before it tells us, and after? */
static void reads_twice(void)
{
        L4_Word_t v;

        L4_Accept(L4_CompleteAddressSpace, 0);
        __asm__ volatile("inb $0x80, %%al" : "=a"(v));
        map_ports(friend, 0x80, 0);
        L4_Receive(friend);
        tell(1);
        __asm__ volatile("inb $0x80, %%al" : "=a"(v));
        for (;;)
                tell(2);
}

static void gives_back(void)
{
        L4_ThreadId_t from;

        L4_Accept(L4_CompleteAddressSpace, 0);
        L4_Wait(&from);
        map_ports(from, 0x80, 0);
        for (;;)
                L4_Sleep(L4_Never);
}

/* Two that give a port to each other do not keep what is taken from the one. */
static void to_and_fro(void)
{
        L4_ThreadId_t t = task_space_waiting(self);
        L4_MsgTag_t tag;

        friend = task_space(gives_back);
        start_by_message(t, reads_twice, task_stack(t));
        next_event(t, mr);
        map_ports(t, 0x80, 0);
        tag = next_event(t, mr);
        check(L4_Label(tag) == 1, "A.7", "io: a port can be given and got back");
        L4_UnmapFpage(L4_FpageAddRights(L4_IoFpageLog2(0x80, 0), L4_FPAGE_RWX));
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send_Timeout(t, PATIENCE);
        tag = next_event(t, mr);
        check(L4_Label(tag) == L4_LABEL_IOFAULT_RW, "4.2",
              "io: unmapped, it is gone, whoever has given it to whom");
        task_delete_all();
}

void area_io(void)
{
        L4_ThreadId_t t = task_space_waiting(self);
        L4_MsgTag_t tag;

        /* The root task needs the ports itself before it can map them on. */
        L4_Sigma0_GetPage(L4_Sigma0(), L4_IoFpageLog2(0x80, 4));
        shared[0] = 0;
        start_by_message(t, reader, task_stack(t));
        tag = next_event(t, mr);
        check(L4_Label(tag) == L4_LABEL_IOFAULT_RW && L4_UntypedWords(tag) == 2, "7.7",
              "io: a port access without permission is an IO fault, label -8");
        check(mr[1] == L4_IoFpageLog2(0x80, 0).raw, "7.7", "io: which names port and width");
        check(mr[2] == (L4_Word_t)io_in_at, "7.7", "io: and the instruction");
        map_ports(t, 0x80, 0);
        tag = next_event(t, mr);
        check(shared[0] == 1, "A.7", "io: a mapped port lets it go on");
        check(mr[1] == L4_IoFpageLog2(0x82, 1).raw, "7.7", "io: a word access asks for two ports");
        map_ports(t, 0x82, 1);
        tag = next_event(t, mr);
        check(shared[0] == 2 && mr[1] == L4_IoFpageLog2(0x71, 0).raw, "A.7",
              "io: other ports stay closed");
        task_delete_all();

        t = task_space_waiting(self);
        shared[0] = 0;
        start_by_message(t, cli_runner, task_stack(t));
        tag = next_event(t, mr);
        check(tag.raw == L4_TAG_EXCEPTION && mr[L4_EXC_MR_VECTOR] == 13 &&
                  mr[L4_EXC_MR_EIP] == (L4_Word_t)io_cli_at,
              "A.7", "io: cli is an exception");
        check(shared[0] == 0, "A.7", "io: and not executed");
        task_delete_all();

        t = task_space_waiting(self);
        shared[0] = 0;
        start_by_message(t, reader, task_stack(t));
        next_event(t, mr);
        map_ports(t, 0x80, 2);
        tag = next_event(t, mr);
        check(shared[0] == 2, "A.7", "io: an IO fpage of four ports opens all four");
        task_delete_all();

        t = task_space_waiting(self);
        shared[0] = 0;
        start_by_message(t, reader, task_stack(t));
        next_event(t, mr);
        map_ports(t, 0x80, 0);
        next_event(t, mr);
        L4_UnmapFpage(L4_FpageAddRights(L4_IoFpageLog2(0x80, 0), L4_FPAGE_RWX));
        map_ports(t, 0x82, 1);
        next_event(t, mr);
        check(shared[0] == 2, "4.2", "io: unmapping one port leaves the others");
        task_delete_all();
        granted();
        to_and_fro();
}
