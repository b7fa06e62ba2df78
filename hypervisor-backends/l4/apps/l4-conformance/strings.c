/* SPDX-License-Identifier: BSD-2-Clause */
/* String items: simple, several, compound, too long, with page faults [5.4, 5.5]. */
#include "check.h"

#define BUF 20000

static uint8_t from_buf[BUF], to_buf[2][BUF];

/* What the sender thread sends: up to three items described here. */
static struct {
        unsigned int count, words;
        L4_Word_t w[12];
} job;

static void send_job(void)
{
        L4_Set_MsgTag(L4_Tag(9, 1, job.words));
        L4_LoadMR(1, 0x4321);
        for (unsigned int i = 0; i < job.words; i++)
                L4_LoadMR(2 + i, job.w[i]);
        shared[0] = L4_Send(self).raw;
        shared[1] = L4_ErrorCode();
        shared[2] = 1;
}

static void fill(void)
{
        for (unsigned int i = 0; i < BUF; i++)
                from_buf[i] = (uint8_t)(i * 7 + (i >> 8));
        memset(to_buf, 0xEE, sizeof(to_buf));
        shared[2] = 0;
}

static L4_Word_t str(L4_Word_t len)
{
        return len << L4_STRING_LEN_SHIFT;
}

static void one_string(L4_Word_t len)
{
        job.words = 2;
        job.w[0] = str(len);
        job.w[1] = (L4_Word_t)from_buf;
}

/* Receive the job with buffers already loaded into the BRs. */
static L4_MsgTag_t transfer(int new_space, L4_Word_t accept)
{
        L4_ThreadId_t t = new_space ? task_space(send_job) : task_thread(L4_nilthread, send_job);
        L4_MsgTag_t tag;

        L4_LoadBR(0, accept);
        tag = L4_Receive_Timeout(t, PATIENCE);
        return tag;
}

static void simple(void)
{
        L4_MsgTag_t tag;
        unsigned int wrong = 0;

        fill();
        one_string(1000);
        L4_LoadStringBuffer(1, to_buf[0], BUF, 0);
        tag = transfer(1, L4_ACCEPT_STRINGS);
        check(L4_IpcSucceeded(tag), "5.4", "strings: one string between spaces");
        check(memcmp(to_buf[0], from_buf, 1000) == 0, "5.4", "strings: every byte is copied");
        check(to_buf[0][1000] == 0xEE, "5.4", "strings: and none beyond");
        check(L4_TypedWords(tag) == 2 && L4_UntypedWords(tag) == 1, "5.4",
              "strings: the item arrives as a typed item");
        check(L4_StoreMR(2) >> L4_STRING_LEN_SHIFT == 1000, "5.4",
              "strings: the received item states the length");
        check(L4_StoreMR(1) == 0x4321, "5.4", "strings: untyped words come along");
        task_delete_all();

        fill();
        one_string(1000);
        tag = transfer(0, L4_ACCEPT_STRINGS);
        check(L4_IpcSucceeded(tag) && memcmp(to_buf[0], from_buf, 1000) == 0, "5.4",
              "strings: one string inside a space");
        task_delete_all();

        for (L4_Word_t len = 1; len < 40; len++) {
                fill();
                one_string(len);
                job.w[1] += len & 3;
                L4_LoadStringBuffer(1, to_buf[0] + (len >> 2 & 3), BUF, 0);
                tag = transfer(1, L4_ACCEPT_STRINGS);
                wrong += L4_IpcFailed(tag) ||
                         memcmp(to_buf[0] + (len >> 2 & 3), from_buf + (len & 3), len) != 0 ||
                         to_buf[0][(len >> 2 & 3) + len] != 0xEE;
                task_delete_all();
        }
        check(wrong == 0, "5.4", "strings: every length and alignment up to 39");

        fill();
        one_string(BUF);
        L4_LoadStringBuffer(1, to_buf[0], BUF, 0);
        tag = transfer(1, L4_ACCEPT_STRINGS);
        check(L4_IpcSucceeded(tag) && memcmp(to_buf[0], from_buf, BUF) == 0, "5.4",
              "strings: one that spans pages and fills its buffer");
        task_delete_all();
}

static void several(void)
{
        L4_MsgTag_t tag;

        fill();
        job.words = 4;
        job.w[0] = str(300) | L4_ITEM_CONTINUED;
        job.w[1] = (L4_Word_t)from_buf;
        job.w[2] = str(500);
        job.w[3] = (L4_Word_t)(from_buf + 5000);
        L4_LoadStringBuffer(1, to_buf[0], BUF, 1);
        L4_LoadStringBuffer(3, to_buf[1], BUF, 0);
        tag = transfer(1, L4_ACCEPT_STRINGS);
        check(L4_IpcSucceeded(tag) && L4_TypedWords(tag) == 4, "5.4", "strings: two strings");
        check(memcmp(to_buf[0], from_buf, 300) == 0 && memcmp(to_buf[1], from_buf + 5000, 500) == 0,
              "5.5", "strings: each goes to its own buffer");
        task_delete_all();

        fill();
        job.words = 3;
        job.w[0] = str(256) | 1u << L4_STRING_SUBS_SHIFT;
        job.w[1] = (L4_Word_t)from_buf;
        job.w[2] = (L4_Word_t)(from_buf + 4096);
        L4_LoadStringBuffer(1, to_buf[0], BUF, 0);
        tag = transfer(1, L4_ACCEPT_STRINGS);
        check(L4_IpcSucceeded(tag) && memcmp(to_buf[0], from_buf, 256) == 0 &&
                  memcmp(to_buf[0] + 256, from_buf + 4096, 256) == 0,
              "5.4", "strings: substrings of one length are gathered");
        task_delete_all();

        fill();
        job.words = 4;
        job.w[0] = str(100) | L4_STRING_COMPOUND;
        job.w[1] = (L4_Word_t)from_buf;
        job.w[2] = str(200);
        job.w[3] = (L4_Word_t)(from_buf + 7000);
        L4_LoadStringBuffer(1, to_buf[0], BUF, 0);
        tag = transfer(1, L4_ACCEPT_STRINGS);
        check(L4_IpcSucceeded(tag) && memcmp(to_buf[0], from_buf, 100) == 0 &&
                  memcmp(to_buf[0] + 100, from_buf + 7000, 200) == 0,
              "5.4", "strings: a compound string is gathered");
        task_delete_all();

        fill();
        one_string(600);
        L4_LoadBR(1, str(200) | 2u << L4_STRING_SUBS_SHIFT);
        L4_LoadBR(2, (L4_Word_t)to_buf[0]);
        L4_LoadBR(3, (L4_Word_t)(to_buf[0] + 1000));
        L4_LoadBR(4, (L4_Word_t)(to_buf[0] + 2000));
        tag = transfer(1, L4_ACCEPT_STRINGS);
        check(L4_IpcSucceeded(tag) && memcmp(to_buf[0], from_buf, 200) == 0 &&
                  memcmp(to_buf[0] + 1000, from_buf + 200, 200) == 0 &&
                  memcmp(to_buf[0] + 2000, from_buf + 400, 200) == 0,
              "5.5", "strings: a compound buffer is filled in order");
        task_delete_all();
}

static void too_much(void)
{
        L4_MsgTag_t tag;

        fill();
        one_string(1000);
        L4_LoadStringBuffer(1, to_buf[0], 999, 0);
        tag = transfer(1, L4_ACCEPT_STRINGS);
        check(failed_with(tag, L4_IPCERR_OVERFLOW, 1), "5.6",
              "strings: a buffer one byte short overflows");
        L4_Sleep(BRIEFLY);
        check(shared[2] && (shared[0] & L4_TAG_ERROR) &&
                  (shared[1] & 0xF) == L4_IPCERR_OVERFLOW << 1,
              "5.6", "strings: the sender is told of the overflow");
        check(to_buf[0][999] == 0xEE, "5.6", "strings: nothing lands behind the buffer");
        task_delete_all();

        fill();
        one_string(10);
        tag = transfer(1, 0);
        check(failed_with(tag, L4_IPCERR_OVERFLOW, 1), "5.5",
              "strings: without the acceptor bit there is no transfer");
        check(to_buf[0][0] == 0xEE, "5.5", "strings: and no byte is written");
        task_delete_all();

        fill();
        job.words = 4;
        job.w[0] = str(30) | L4_ITEM_CONTINUED;
        job.w[1] = (L4_Word_t)from_buf;
        job.w[2] = str(30);
        job.w[3] = (L4_Word_t)from_buf;
        L4_LoadStringBuffer(1, to_buf[0], BUF, 0);
        tag = transfer(1, L4_ACCEPT_STRINGS);
        check(failed_with(tag, L4_IPCERR_OVERFLOW, 1), "5.5",
              "strings: two strings do not fit one buffer");
        task_delete_all();

        fill();
        L4_LoadStringBuffer(1, to_buf[0], BUF, 0);
        L4_LoadStringBuffer(3, to_buf[1], BUF, 0);
        tag = transfer(1, L4_ACCEPT_STRINGS);
        check(failed_with(tag, L4_IPCERR_OVERFLOW, 1) && to_buf[1][0] == 0xEE, "5.5",
              "strings: nor does one that stands behind the last buffer count");
        task_delete_all();
}

/* Strings whose source is not mapped in the sender yet: its pager is asked. */
static uint8_t cold[3 * 4096] __attribute__((aligned(4096)));

static void faults(void)
{
        L4_MsgTag_t tag;

        fill();
        for (unsigned int i = 0; i < sizeof(cold); i++)
                cold[i] = (uint8_t)(i * 13 + 1);
        job.words = 2;
        job.w[0] = str(6000);
        job.w[1] = (L4_Word_t)(cold + 3000);
        L4_LoadStringBuffer(1, to_buf[0], BUF, 0);
        tag = transfer(1, L4_ACCEPT_STRINGS);
        check(L4_IpcSucceeded(tag), "5.4", "strings: a fault in the source is served by the pager");
        check(memcmp(to_buf[0], cold + 3000, 6000) == 0, "5.4", "strings: the copy is complete");
        task_delete_all();
}

static void receive_cold(void)
{
        L4_MsgTag_t tag;

        L4_LoadBR(0, L4_ACCEPT_STRINGS);
        L4_LoadStringBuffer(1, cold + 100, sizeof(cold) - 100, 0);
        tag = L4_Receive(self);
        shared[0] = tag.raw;
        shared[1] = L4_StoreMR(1) >> L4_STRING_LEN_SHIFT;
        shared[2] = 1;
}

static void receiver_faults(void)
{
        L4_ThreadId_t t;
        L4_MsgTag_t tag;

        fill();
        memset(cold, 0, sizeof(cold));
        t = task_space(receive_cold);
        L4_Sleep(BRIEFLY);
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadStringItem(1, from_buf, 9000);
        tag = L4_Send_Timeout(t, PATIENCE);
        L4_Sleep(BRIEFLY);
        check(L4_IpcSucceeded(tag) && shared[2] && !(shared[0] & L4_TAG_ERROR), "5.4",
              "strings: a fault in the buffer is served by the receiver's pager");
        check(memcmp(cold + 100, from_buf, 9000) == 0, "5.4",
              "strings: that copy is complete, too");
        check(shared[1] == 9000, "5.4", "strings: and its length is right");
        task_delete_all();
}

void area_strings(void)
{
        simple();
        several();
        too_much();
        faults();
        receiver_faults();
}
