/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The resource monitor's server (resourcemon/server.c) in a process of 32 bits, on a kernel and
 * machines that are doubles: who hears what, and when, while others ask.
 */
#include "resourcemon/client.h"
#include "resourcemon/memory.h"
#include "resourcemon/server.h"
#include "resourcemon/vm.h"
#include "testsuite/records/tap.h"
#include <l4/io.h>
#include <l4/kip.h>

enum { UTCB_WORDS = 256, ANSWER = 0x1234, SCRIBBLE = 0x5678, ROUNDS = 20, SINCE = 5 };

struct L4_Syscalls L4_syscalls;
static L4_Word_t utcb[2 * UTCB_WORDS]; /* its middle is where MR0 is */
static struct vm machine;
static const L4_ThreadId_t asker = {0x00800001};

/* What they do: from round SINCE on somebody has something to hear, and listens, or not. */
static struct scene {
        int asks, waits_for_answers, listens;
} scene;

static unsigned int rounds, served, answered, spoilt, tried, insisted;
static int pending;

/* --- machines ------------------------------------------------------------------------------- */

unsigned int vms_running(void)
{
        pending |= ++rounds == SINCE;
        return rounds < ROUNDS;
}

struct vm *vm_of(L4_ThreadId_t t)
{
        return t.raw == asker.raw ? &machine : NULL;
}

int vm_serve(struct vm *v, L4_ThreadId_t from, L4_MsgTag_t tag, const L4_Word_t *mr)
{
        (void)v, (void)from, (void)tag, (void)mr;
        served++;
        L4_Set_MsgTag(L4_Tag(0, 1, 0));
        L4_LoadMR(1, ANSWER);
        return 1;
}

int vm_is_pending(void)
{
        return pending;
}

void vm_notify_pending(L4_Time_t limit)
{
        insisted += limit.raw != L4_ZeroTime.raw;
        if (!pending)
                return;
        tried++;
        L4_LoadMR(1, SCRIBBLE);
        pending = !scene.listens;
}

/* --- the kernel --------------------------------------------------------------------------- */

/* Phase 0 is the sending. */
static L4_Word_t failed(L4_Word_t phase)
{
        *L4_MyWord(L4_UTCB_ERRORCODE) = L4_IPCERR_TIMEOUT << L4_IPCERR_CODE_SHIFT | phase;
        return L4_TAG_ERROR;
}

static L4_Word_t __attribute__((used, regparm(2))) ipc_of(L4_Word_t to, L4_Word_t from)
{
        if (to && !scene.waits_for_answers)
                return failed(0);
        if (to) {
                answered++;
                spoilt += L4_StoreMR(1) != ANSWER;
        }
        if (!from)
                return 0;
        return scene.asks ? L4_Tag(0x7ff, 0, 0).raw : failed(L4_IPCERR_PHASE_RCV);
}

void ipc_entry(void);
__asm__(".globl ipc_entry\n"
        "ipc_entry:\n\t"
        "pushl %edi\n\t"
        "call ipc_of\n\t"
        "popl %edi\n\t"
        "movl %eax, %esi\n\t"
        "movl $0x00800001, %eax\n\t" /* asker */
        "ret");

L4_Word_t L4_ThreadControl(L4_ThreadId_t dest, L4_ThreadId_t space, L4_ThreadId_t scheduler,
                           L4_ThreadId_t pager, L4_Word_t where)
{
        (void)dest, (void)space, (void)scheduler, (void)pager, (void)where;
        return 0;
}

L4_Word_t L4_SpaceControl(L4_ThreadId_t space, L4_Word_t control, L4_Fpage_t kip, L4_Fpage_t area,
                          L4_ThreadId_t redirector, L4_Word_t *old)
{
        (void)space, (void)control, (void)kip, (void)area, (void)redirector, (void)old;
        return 0;
}

/* --- what is not there ------------------------------------------------------------------------ */

struct client *client_of(L4_ThreadId_t t)
{
        (void)t;
        return NULL;
}

unsigned int clients_running(void)
{
        return 0;
}

void client_end(struct client *c, unsigned int status)
{
        (void)c, (void)status;
}

void console_flush(struct console *c)
{
        (void)c;
}

void console_write(struct console *c, const char *text, unsigned int n)
{
        (void)c, (void)text, (void)n;
}

void *memory_alloc(unsigned int bits)
{
        (void)bits;
        return NULL;
}

int vm_interrupt(L4_Word_t irq, L4_ThreadId_t interrupted)
{
        (void)irq, (void)interrupted;
        return 0;
}

L4_Word_t L4_ThreadIdSystemBase(void)
{
        return 0;
}

int l4_serial_getc(void)
{
        return -1;
}

int l4_printf(const char *format, ...)
{
        (void)format;
        return 0;
}

/* --- scenes ----------------------------------------------------------------------------------- */

/* L4 keeps the UTCB's address where the C library has that of its own data. */
static L4_Word_t swap_utcb(L4_Word_t address)
{
        __asm__ volatile("xchgl %0, %%gs:0" : "+r"(address) : : "memory");
        return address;
}

static void play(struct scene s)
{
        L4_Word_t library;

        scene = s;
        rounds = served = answered = spoilt = tried = insisted = 0;
        pending = 0;
        library = swap_utcb((L4_Word_t)&utcb[UTCB_WORDS]);
        server_run();
        swap_utcb(library);
}

int main(void)
{
        L4_syscalls.ipc = (L4_Word_t)ipc_entry;
        play((struct scene){.asks = 1, .waits_for_answers = 1, .listens = 1});
        ok(tried == 1 && !pending,
           "while somebody asks on and on another machine hears of its events");
        ok(answered >= served - 1 && served > SINCE && !spoilt,
           "and who asks is answered, each time, with his answer");
        play((struct scene){.asks = 1, .waits_for_answers = 1});
        ok(tried > 1 && !insisted, "a deaf one is tried again, and nobody waits for it meanwhile");
        play((struct scene){.asks = 1, .listens = 1});
        ok(tried == 1 && !pending, "the same beside one that does not wait for its answers");
        play((struct scene){.asks = 1});
        ok(tried > 1 && !insisted,
           "that is no moment at which nobody wants anything: no 3 ms for a deaf one");
        play((struct scene){0});
        ok(insisted > 1, "when nobody asks a deaf one is waited for");
        return tap_done();
}
