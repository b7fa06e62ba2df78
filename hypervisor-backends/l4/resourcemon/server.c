/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One message in, at most one answer out.  A client that does what it may not is
 * ended with a line that says why; nobody else notices.
 */
#include <l4/io.h>
#include <l4/ipc.h>
#include <l4/resourcemon.h>
#include "client.h"
#include "memory.h"
#include "server.h"
#include "vm.h"

#define STATUS_CRASHED 70
#define RETRY_US       2000 /* until a busy machine is told again */
#define INSIST_US      3000 /* how long it may then take to hear */

/* The message being served, copied before anything else uses the MRs. */
struct request {
        L4_ThreadId_t from;
        L4_MsgTag_t tag;
        L4_Word_t mr[L4_NUM_MRS];
};

/* Put the answer of one word (and up to two values) into the MRs. */
static int answer(L4_Word_t error, L4_Word_t a, L4_Word_t b)
{
        L4_Set_MsgTag(L4_Tag(0, 3, 0));
        L4_LoadMR(1, error);
        L4_LoadMR(2, a);
        L4_LoadMR(3, b);
        return 1;
}

static int crash(struct client *c, const char *what, L4_Word_t where, L4_Word_t ip)
{
        console_flush(&c->console);
        l4_printf("resourcemon: %s: ended: %s %x at IP %x\n", c->name, what, where, ip);
        client_end(c, STATUS_CRASHED);
        return 0;
}

static int page_fault(struct client *c, const struct request *r)
{
        L4_Word_t addr = r->mr[1] & ~(L4_PAGE_SIZE - 1u);

        if (addr - c->base >= c->size)
                return crash(c, "page fault at", r->mr[1], r->mr[2]);
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, L4_PageRights((L4_Word_t)c->memory + addr - c->base, L4_FPAGE_RWX), addr);
        return 1;
}

static int owns(const struct client *c, L4_ThreadId_t t)
{
        return L4_ThreadNo(t) - c->first_no < CLIENT_THREADS;
}

/* A client may shape its own threads, but not end itself or leave its numbers. */
static int thread_control(struct client *c, const struct request *r)
{
        L4_ThreadId_t dest = {r->mr[1]}, space = {r->mr[2]};

        if (!owns(c, dest) || L4_ThreadNo(dest) == L4_ThreadNo(c->main) ||
            (!L4_IsNilThread(space) && !owns(c, space)))
                return answer(L4_ERROR_NOPRIVILEGE, 0, 0);
        if (L4_ThreadControl(dest, space, (L4_ThreadId_t){r->mr[3]}, (L4_ThreadId_t){r->mr[4]},
                             r->mr[5]))
                return answer(L4_ERROR_OK, 0, 0);
        return answer(L4_ErrorCode(), 0, 0);
}

static int space_control(struct client *c, const struct request *r)
{
        L4_ThreadId_t space = {r->mr[1]};

        if (!owns(c, space))
                return answer(L4_ERROR_NOPRIVILEGE, 0, 0);
        if (L4_SpaceControl(space, r->mr[2], (L4_Fpage_t){r->mr[3]}, (L4_Fpage_t){r->mr[4]},
                            L4_nilthread, NULL))
                return answer(L4_ERROR_OK, 0, 0);
        return answer(L4_ErrorCode(), 0, 0);
}

static int memory(const struct request *r)
{
        unsigned int bits = r->mr[1];
        void *p = bits <= 28 ? memory_alloc(bits) : NULL;

        if (!p)
                return answer(L4_ERROR_NOMEM, 0, 0);
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, L4_FpageAddRights(L4_FpageLog2((L4_Word_t)p, bits), L4_FPAGE_RWX), 0);
        return 1;
}

static int put(struct client *c, const struct request *r)
{
        L4_Word_t n = r->mr[1], most = (L4_UntypedWords(r->tag) - 1) * 4;

        if (!L4_UntypedWords(r->tag))
                return answer(L4_ERROR_PARAM, 0, 0);
        console_write(&c->console, (const char *)&r->mr[2], n < most ? n : most);
        return answer(L4_ERROR_OK, 0, 0);
}

/* Serve one message of @c; true when the MRs hold an answer. */
static int serve(struct client *c, const struct request *r)
{
        switch (L4_Label(r->tag)) {
        case RMON_PUTS:
                return put(c, r);
        case RMON_GETC:
                return answer(L4_ERROR_OK, (L4_Word_t)l4_serial_getc(), 0);
        case RMON_EXIT:
                l4_printf("resourcemon: %s: ended with status %u\n", c->name, r->mr[1]);
                client_end(c, r->mr[1]);
                return 0;
        case RMON_THREAD_CONTROL:
                return thread_control(c, r);
        case RMON_SPACE_CONTROL:
                return space_control(c, r);
        case RMON_MEMORY:
                return memory(r);
        case RMON_THREADS:
                return answer(L4_ERROR_OK, c->first_no, CLIENT_THREADS);
        case L4_LABEL_EXCEPTION:
                return crash(c, "exception", r->mr[L4_EXC_MR_VECTOR], r->mr[L4_EXC_MR_EIP]);
        case L4_LABEL_IOFAULT_RW:
                return crash(c, "IO port not granted, fpage", r->mr[1], r->mr[2]);
        }
        if ((L4_Label(r->tag) & 0xFFF0) == L4_LABEL_PAGEFAULT)
                return page_fault(c, r);
        return answer(L4_ERROR_PARAM, 0, 0);
}

/* Only the kernel sends in the name of an interrupt. */
static int is_interrupt(const struct request *r)
{
        return r->tag.raw == L4_TAG_INTERRUPT && L4_ThreadNo(r->from) < L4_ThreadIdSystemBase();
}

/* Serve one message; true when the MRs hold an answer. */
static int serve_any(const struct request *r)
{
        struct client *c = client_of(r->from);
        struct vm *v = c ? NULL : vm_of(r->from);

        if (c)
                return serve(c, r);
        if (v)
                return vm_serve(v, r->from, r->tag, r->mr);
        return 0;
}

void server_run(void)
{
        static struct request r;
        L4_ThreadId_t to = L4_nilthread;

        L4_Accept(L4_Nilpage, 0);
        while (clients_running() || vms_running()) {
                L4_Time_t wait = L4_Never;

                if (vm_is_pending()) {
                        /* Whoever asks on and on keeps nobody from hearing. */
                        if (!L4_IsNilThread(to))
                                L4_Reply(to);
                        to = L4_nilthread;
                        vm_notify_pending(L4_ZeroTime);
                        if (vm_is_pending())
                                wait = L4_TimePeriod(RETRY_US);
                }
                r.tag = L4_Ipc(to, L4_anythread, L4_Timeouts(L4_ZeroTime, wait), &r.from);
                to = L4_nilthread;
                if (L4_IpcFailed(r.tag)) {
                        if (!(L4_ErrorCode() & L4_IPCERR_PHASE_RCV))
                                continue; /* nobody waited for the answer */
                        /*
                         * Nobody wants anything.  A machine's monitor thread whose time
                         * limit ends at each tick, as ours did, would never be found waiting:
                         * we come first.
                         */
                        vm_notify_pending(L4_TimePeriod(INSIST_US));
                        continue;
                }
                if (is_interrupt(&r)) {
                        if (vm_interrupt(L4_ThreadNo(r.from), (L4_ThreadId_t){L4_StoreMR(1)}))
                                to = r.from;
                        continue;
                }
                memcpy(r.mr, L4_Utcb(), sizeof(r.mr));
                if (serve_any(&r))
                        to = r.from;
        }
}
