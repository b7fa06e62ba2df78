/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who has an IO port when it has come to him by several ways, or in one piece with others, and some
 * of that is taken back [4.2, A.7].
 */
#include "check.h"

/* Of the power-on self-test, and one of the same size in the next 32 ports: reading does nothing.
 */
enum { LOW = 0x80, HIGH = 0xb2, HALF_BITS = 5, BITS = 6, PLACES = 3 };
enum { READ, GIVE, TAKE_BACK, DONE };

static L4_Word_t mr[L4_NUM_MRS];
static L4_ThreadId_t place[PLACES];

static void give(L4_ThreadId_t to, L4_Word_t port, unsigned int bits)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, L4_FpageAddRights(L4_IoFpageLog2(port, bits), L4_FPAGE_RWX), 0);
        L4_Send_Timeout(to, PATIENCE);
}

static void take_back(L4_Word_t port, unsigned int bits)
{
        L4_UnmapFpage(L4_FpageAddRights(L4_IoFpageLog2(port, bits), L4_FPAGE_RWX));
}

/* In a space of its own: does what the main thread says, and has what others give it meanwhile. */
static void obey(void)
{
        L4_Accept(L4_CompleteAddressSpace, 0);
        for (;;) {
                L4_ThreadId_t from;
                L4_MsgTag_t tag = L4_Wait(&from);
                L4_Word_t port = L4_StoreMR(1), bits = L4_StoreMR(2), v;

                if (L4_IpcFailed(tag) || L4_UntypedWords(tag) != 3)
                        continue;
                if (L4_Label(tag) == READ)
                        __asm__ volatile("inb %%dx, %%al" : "=a"(v) : "d"(port));
                else if (L4_Label(tag) == GIVE)
                        give((L4_ThreadId_t){L4_StoreMR(3)}, port, (unsigned int)bits);
                else
                        take_back(port, (unsigned int)bits);
                L4_Set_MsgTag(L4_Tag(DONE, 0, 0));
                L4_Send(self);
        }
}

static L4_MsgTag_t order(unsigned int n, L4_Word_t what, L4_Word_t port, unsigned int bits,
                         L4_ThreadId_t to)
{
        L4_Set_MsgTag(L4_Tag(what, 3, 0));
        L4_LoadMR(1, port);
        L4_LoadMR(2, bits);
        L4_LoadMR(3, to.raw);
        L4_Send_Timeout(place[n], PATIENCE);
        return next_event(place[n], mr);
}

static void gives(unsigned int n, unsigned int to, L4_Word_t port, unsigned int bits)
{
        order(n, GIVE, port, bits, place[to]);
}

/* One that cannot read it is set going anew. */
static int has(unsigned int n, L4_Word_t port)
{
        L4_MsgTag_t tag = order(n, READ, port, 0, L4_nilthread);

        if (L4_IpcSucceeded(tag) && L4_Label(tag) == DONE)
                return 1;
        L4_Start(place[n], task_stack(place[n]), (L4_Word_t)obey);
        let_run(place[n]);
        return 0;
}

static void begin(void)
{
        task_delete_all();
        L4_Sigma0_GetPage(L4_Sigma0(), L4_IoFpageLog2(LOW, BITS));
        for (unsigned int i = 0; i < PLACES; i++) {
                place[i] = task_space_waiting(self);
                start_by_message(place[i], obey, task_stack(place[i]));
                let_run(place[i]);
        }
}

static void by_two_ways(void)
{
        begin();
        give(place[0], LOW, 0);
        gives(0, 1, LOW, 0);
        check(has(0, LOW) && has(1, LOW), "A.7", "ports: who has been given one can give it on");
        order(0, TAKE_BACK, LOW, 0, L4_nilthread);
        check(has(0, LOW) && !has(1, LOW), "4.2",
              "ports: who takes back what he gave keeps his own");
        give(place[1], LOW, 0);
        gives(0, 1, LOW, 0);
        order(0, TAKE_BACK, LOW, 0, L4_nilthread);
        check(has(1, LOW), "4.2", "ports: who has it from somebody else, too, keeps it");
}

/* What 1 has, and 2 from that, came from 0 first, and then from us. */
static void down_the_line(void)
{
        begin();
        give(place[0], LOW, 0);
        gives(0, 1, LOW, 0);
        gives(1, 2, LOW, 0);
        give(place[1], LOW, 0);
        order(0, TAKE_BACK, LOW, 0, L4_nilthread);
        check(has(1, LOW) && has(2, LOW), "4.2", "ports: and so does whom he gave it to before");
        take_back(LOW, 0);
        check(!has(0, LOW) && !has(1, LOW) && !has(2, LOW), "4.2",
              "ports: taken back by the first it is gone everywhere");
}

static void in_pieces(void)
{
        begin();
        give(place[0], LOW, BITS);
        gives(0, 1, LOW, BITS);
        gives(1, 2, HIGH, 0);
        check(has(1, LOW) && has(1, HIGH) && has(2, HIGH) && !has(2, LOW), "A.7",
              "ports: 64 go as one, and one of them");
        take_back(LOW + (1 << HALF_BITS), HALF_BITS);
        check(has(0, LOW) && has(1, LOW), "4.2", "ports: the upper half taken, the lower stays");
        check(!has(0, HIGH) && !has(1, HIGH) && !has(2, HIGH), "4.2", "ports: and that is gone");
        task_delete(place[0]);
        check(!has(1, LOW), "4.2", "ports: what a space gave goes with it");
}

/* Of what was given as one. */
static void one_by_one(void)
{
        begin();
        give(place[0], LOW, BITS);
        take_back(LOW, 0);
        check(!has(0, LOW) && has(0, LOW + 1) && has(0, HIGH), "4.2",
              "ports: one of many taken, the others stay");
        take_back(LOW + 1, 0);
        take_back(HIGH, 0);
        check(!has(0, LOW + 1) && !has(0, HIGH) && has(0, HIGH + 1), "4.2",
              "ports: then others of them, likewise");
}

void area_ports(void)
{
        by_two_ways();
        down_the_line();
        in_pieces();
        one_by_one();
        task_delete_all();
        L4_Sigma0_GetPage(L4_Sigma0(), L4_IoFpageLog2(LOW, 4));
}
