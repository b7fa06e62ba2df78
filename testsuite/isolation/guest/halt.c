/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest kernel that is lost: built with END as what it does at last. */
#include <afterburn/backend.h>
#include <afterburn/vm.h>
#include <l4/resourcemon.h>
#include "kernel.h"
#include "../../../hypervisor-backends/l4-baseline/layout.h"
#include "../../../hypervisor-backends/l4-baseline/shared.h"

void kernel_trap(struct trap_frame *frame)
{
        panic("unexpected trap", frame);
}

/* Interrupts off, for ever. */
static __attribute__((unused)) void loop(void)
{
        asm volatile("cli");
        for (;;)
                asm volatile("");
}

/* No gate for the exception, none for the double fault. */
static __attribute__((unused)) void triple(void)
{
        static const struct {
                uint16_t limit;
                uint32_t base;
        } __attribute__((packed)) none = {0, 0};

        asm volatile("lidt %0; ud2" : : "m"(none));
}

/* Ports that nobody granted, among them the emulator's exit: not there.  An out that no record
 * tells of faults. */
static __attribute__((unused)) void ports(void)
{
        unsigned port;

        for (port = 0xf0; port < 0x100; port++)
                outb((uint16_t)port, 1);
        print("# still there\n");
        asm volatile(".byte 0xee" : : "a"(1), "d"(0xf4));
}

/* The hypervisor's memory. */
static __attribute__((unused)) void memory(void)
{
        *(volatile uint32_t *)0xf0000000 = 0;
}

static uint32_t hexadecimal(const char *p)
{
        uint32_t value = 0;

        for (; p && *p > ' '; p++)
                value = value << 4 | (uint32_t)(*p <= '9' ? *p - '0' : *p - 'a' + 10);
        return value;
}

/*
 * What the wedge shares with the resource monitor, who reads it at each deadline: any words, and
 * ids of threads that are the resource monitor's, this machine's and the next one's.  Where that is
 * the command line says.  A clock that is wrong keeps the wedge itself busy for ever, so that comes
 * at the end.
 */
static __attribute__((unused)) void shared(void)
{
        enum { ROUNDS = 500, LONG = 100000, MONITORS = 2048, SOME = 8 };
        uint32_t first = ((const struct ab_vm_page *)L4VM_PAGE)->first_thread;
        uint32_t address = hexadecimal(command_line_behind("shared=")), random = 1, round, i;
        volatile struct l4vm_shared *s = (volatile struct l4vm_shared *)address;
        uint32_t alarms = s->alarms; /* a wedge that L4 denies one gives up */
        uint64_t began = s->clock_began;

        for (round = 0;; round++) {
                uint32_t thread;

                if (round == ROUNDS)
                        print("# %u times\n", round);
                timer_init(1000);
                for (i = 0; i < sizeof(*s) / 4; i++) {
                        random = random * 1664525 + 1013904223;
                        ((volatile uint32_t *)address)[i] = random;
                }
                thread = first + (random >> 8) % SOME;
                if (random >> 31)
                        thread += random >> 30 & 1 ? L4VM_THREADS : -MONITORS;
                s->running = thread << 14 | 1;
                s->stopped = round & 1;
                s->user_tells = round >> 1 & 1;
                s->events = 0; /* the wedge would believe them */
                s->alarms = alarms;
                if (round < ROUNDS)
                        s->clock_began = began;
                for (i = 0; i < LONG; i++)
                        asm volatile("");
        }
}

/* --- L4's calls, which a guest kernel can make as its wedge does ------------------------------ */

enum {
        UTCB_MESSAGE = L4_UTCB_LOCALID,
        LABEL_SHIFT = 16, /* of a message tag; below it so many words */
        ALL = -1,
        NIL = 0,
        NEVER = 0,
        SHORT = 1000 /* us */
};

static uint32_t l4_call(uint32_t which, uint32_t a, uint32_t c, uint32_t d, uint32_t s, uint32_t i)
{
        uint32_t entry = L4VM_KIP + *(const uint32_t *)(L4VM_KIP + which);

        asm volatile("push %%ebp; call *%%ebx; pop %%ebp"
                     : "+a"(a), "+c"(c), "+d"(d), "+S"(s), "+D"(i), "+b"(entry)
                     :
                     : "memory", "cc");
        return a;
}

static uint32_t l4_thread(uint32_t number)
{
        return number << 14 | 1;
}

static uint32_t own_thread(uint32_t n)
{
        return l4_thread(((const struct ab_vm_page *)L4VM_PAGE)->first_thread + n);
}

static void l4_send(uint32_t to, uint32_t label, uint32_t words)
{
        l4_call(L4_KIP_OFS_IPC, to, SHORT << 16, NIL, label << LABEL_SHIFT | words,
                L4VM_UTCB + UTCB_MESSAGE);
}

static uint32_t resourcemon(void)
{
        return l4_thread((*(const uint32_t *)(L4VM_KIP + L4_KIP_OFS_THREADINFO) >> 20) +
                         L4_ROOT_NO);
}

/* With the first user space the helper thread comes before guest kernels. */
static void raise_helper(void)
{
        *(volatile uint32_t *)(L4VM_UTCB + UTCB_MESSAGE + 4) = 0;
        l4_send(resourcemon(), RMON_VM_SPACE, 1);
}

/*
 * Makes a thread of its wedge, thread=N, compute for ever: where that waits for messages,
 * code=FIRST to end=END, it goes on into nothing but a jump to itself.  Then it gets some.
 */
static __attribute__((unused)) void hijack(void)
{
        enum { NOP = 0x90, JMP_SELF = 0xfeeb };
        uint32_t first = hexadecimal(command_line_behind("code="));
        uint32_t at = hexadecimal(command_line_behind("end=")) - 2;
        uint32_t thread = hexadecimal(command_line_behind("thread="));

        print("# hijacks\n");
        if (thread == L4VM_HELPER)
                raise_helper();
        *(volatile uint16_t *)at = JMP_SELF;
        while (at-- > first)
                *(volatile uint8_t *)at = NOP;
        for (;;)
                l4_send(own_thread(thread), 0, 0);
}

/* Gives itself time without end, as a thread in its scheduler's space may. */
static __attribute__((unused)) void seize(void)
{
        enum { PRIORITY = 100 };

        print("# seizes\n");
        l4_call(L4_KIP_OFS_SCHEDULE, own_thread(L4VM_MAIN), PRIORITY, NEVER, ALL, ALL);
        for (;;)
                asm volatile("");
}

/*
 * Asks the resource monitor for something it does not know, again and again.  When its time is used
 * up while it is being answered, it goes on on the resource monitor's.
 */
static __attribute__((unused)) void asks(void)
{
        enum { UNKNOWN = 0x7ff };

        print("# asks\n");
        for (;;)
                l4_call(L4_KIP_OFS_IPC, resourcemon(), NEVER, resourcemon(), UNKNOWN << 16,
                        L4VM_UTCB + UTCB_MESSAGE);
}

/* A message register, behind the tag. */
static void message(uint32_t n, uint32_t value)
{
        ((volatile uint32_t *)(L4VM_UTCB + UTCB_MESSAGE))[n] = value;
}

/*
 * Asks the resource monitor for all it knows, with words of any kind, too many and too few; but not
 * to end this machine.  A request of no words finds what the last message left; that of the first
 * rounds says how long a text is.
 */
static __attribute__((unused)) void nonsense(void)
{
        enum {
                ROUNDS = 5000,
                LABELS = 0x28, /* from RMON_PUTS on: all, and some behind them */
                WORDS = L4_NUM_MRS - 1,
                A_TEXT = 0x2e2e2e2e,
                LONG = 0x7fffffff
        };
        uint32_t random = 1, round, label, words, i;

        for (round = 0; round < ROUNDS; round++) {
                random = random * 1664525 + 1013904223;
                label = RMON_PUTS + (random >> 8) % LABELS;
                words = (random >> 16) % (WORDS + 1);
                if (label == RMON_VM_STOP || label == RMON_VM_FATAL)
                        continue;
                if (round % 8 == 0) {
                        message(1, LONG);
                        l4_send(resourcemon(), RMON_VM_WANT, 1);
                        label = round % 16 ? RMON_PUTS : RMON_VM_CONTROL;
                        words = 0;
                }
                for (i = 1; i <= words; i++) {
                        random = random * 1664525 + 1013904223;
                        message(i, random >> 30 == 0   ? random >> 8
                                   : random >> 30 == 1 ? (random >> 8) % L4VM_THREADS
                                   : random >> 30 == 2 ? own_thread((random >> 8) % L4VM_THREADS)
                                                       : -(random >> 28 & 1));
                        if (i > 1 && (label == RMON_PUTS || label == RMON_VM_CONTROL))
                                message(i, A_TEXT);
                }
                l4_send(resourcemon(), label, words);
        }
        print("\n# %u requests\n", round);
        for (;;)
                asm volatile("");
}

/* Each of these is refused, or says what nobody there believes. */
static void call_thread(uint32_t thread)
{
        enum {
                MOVE_IT = L4_EXREGS_SP | L4_EXREGS_IP | L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND,
                HALT_IT = L4_EXREGS_HALTFLAG | L4_EXREGS_HALT,
                WHOLE_SPACE = L4_COMPLETE_SPACE | L4_FPAGE_RWX,
                A_PAGE = 12 << L4_FPAGE_SIZE_SHIFT,
                PAGE_ITEM = 2 << L4_TAG_TYPED_SHIFT,
                AT_ONCE = L4_TIME_ZERO << L4_TIMEOUT_SND_SHIFT | L4_TIME_ZERO,
        };
        static const uint32_t messages[] = {
            (L4_LABEL_PAGEFAULT | L4_FPAGE_W) << LABEL_SHIFT | 2,
            (L4_LABEL_PAGEFAULT | L4_FPAGE_R | L4_FPAGE_X) << LABEL_SHIFT | 2,
            L4_LABEL_EXCEPTION << LABEL_SHIFT | L4_EXC_WORDS,
            (uint32_t)L4_LABEL_NO_TIME << LABEL_SHIFT | 2,
            RMON_VM_RUNS << LABEL_SHIFT,
            RMON_NOTIFY << LABEL_SHIFT | 1,
            RMON_PUTS << LABEL_SHIFT | 2,
            RMON_VM_STOP << LABEL_SHIFT | 2,
            PAGE_ITEM, /* into its memory */
        };
        volatile uint32_t *mr = (volatile uint32_t *)(L4VM_UTCB + UTCB_MESSAGE);
        uint32_t i, n;

        for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
                mr[1] = messages[i] == PAGE_ITEM ? L4_ITEM_MAP : L4VM_IMAGE | AB_EVENT_STOP;
                mr[2] = messages[i] == PAGE_ITEM ? WHOLE_SPACE : L4VM_IMAGE;
                for (n = 3; n <= L4_EXC_WORDS; n++)
                        mr[n] = L4VM_IMAGE;
                l4_call(L4_KIP_OFS_IPC, thread, AT_ONCE, NIL, messages[i],
                        L4VM_UTCB + UTCB_MESSAGE);
        }
        l4_call(L4_KIP_OFS_EXREGS, thread, MOVE_IT, 0, 0, 0);
        l4_call(L4_KIP_OFS_EXREGS, thread, HALT_IT, 0, 0, 0);
        l4_call(L4_KIP_OFS_SCHEDULE, thread, 0, 0, ALL, ALL);
        l4_call(L4_KIP_OFS_SPACECONTROL, thread, 0, L4VM_KIP | A_PAGE, L4VM_UTCB | A_PAGE, 0);
        l4_call(L4_KIP_OFS_THREADCONTROL, thread, own_thread(L4VM_MAIN), NIL, thread,
                (uint32_t)ALL);
        l4_call(L4_KIP_OFS_THREADCONTROL, thread, NIL, NIL, NIL, (uint32_t)ALL);
}

/* Every call of L4 that names a thread, at those of the system and of the next machine. */
static __attribute__((unused)) void calls(void)
{
        uint32_t own = ((const struct ab_vm_page *)L4VM_PAGE)->first_thread, n;

        for (n = 0; n < own; n++)
                if (l4_thread(n) != resourcemon())
                        call_thread(l4_thread(n));
        for (n = L4VM_THREADS; n < 2 * L4VM_THREADS; n++)
                call_thread(own_thread(n));
        print("# every call\n");
        for (;;)
                asm volatile("");
}

void kernel_main(void)
{
        print("# lost\n");
        END();
}
