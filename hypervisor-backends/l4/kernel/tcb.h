/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thread control block, and the registers of a thread that is in the
 * kernel.  A TCB page holds the block at its bottom and the thread's kernel
 * stack above; the user's registers are the topmost words of that stack, so
 * the block, the stack and the registers are found from one address.
 */
#ifndef L4K_TCB_H
#define L4K_TCB_H

#include "types.h"
#include "layout.h"
#include "abi.h"

struct space;

/*
 * User registers as the entry paths push them (entry.S).  `way_out` lies where PUSHA stores
 * ESP, a kernel address, so that anything else is only ever put there on purpose.
 */
struct frame {
        u16 gs, fs, es, ds;
        u32 edi, esi, ebp, way_out, ebx, edx, ecx, eax;
        u32 vector, error;
        u32 eip, cs, eflags, esp, ss;
};

/*
 * frame.way_out: what an Ipc is entitled to - ECX, EDX and the flags are lost - or
 * ExchangeRegisters, which gets the two on its stack, until somebody changes a register of the
 * thread, whatever else then happens to it.  Anything above them: IRET.
 */
#define EXIT_SYSEXIT 1u
#define EXIT_STACK   2u
#define EXIT_IRET    3u

enum state {
        S_NONE,      /* no such thread */
        S_INACTIVE,  /* created, no pager or UTCB yet */
        S_RUNNING,   /* running, or could */
        S_HALTED,    /* stopped by ExchangeRegisters or for want of a handler */
        S_WAITING,   /* in the receive phase of a user's Ipc, without timeout */
        S_WAITING_T, /* the same with a timeout pending */
        S_KWAITING,  /* kernel code of the thread waits for a message (kmsg.c) */
        S_POLLING,   /* in the send phase, queued at the receiver */
        S_LOCKED,    /* receives a message whose transfer has begun */
        S_SENDING,   /* transfers a string and waits for the receiver's pager */
};

/* Bits of tcb.work; any of them keeps a receiver off the fast path. */
#define WORK_HALT     BIT(0) /* ExchangeRegisters halted it */
#define WORK_QUANTUM  BIT(1) /* its total quantum has run out */
#define WORK_PREEMPT  BIT(2) /* preempted in the kernel; its scheduler is still to be told */
#define WORK_TIME     BIT(3) /* it could run and has no time; the same */
/* No work, but reasons to stay off the plain fast path, which does not switch these. */
#define WORK_TLS      BIT(8)  /* has descriptors of its own */
#define WORK_BOUNDS   BIT(9)  /* its segments are bounded */
#define WORK_REDIRECT BIT(10) /* its L4 calls become exceptions */
#define WORK_DEBUG    BIT(11) /* has breakpoints */
#define WORK_TO_DO    0xFFu

/* Words of tcb.debug: four addresses, and the registers of both. */
#define DEBUG_STATUS  4u /* DR6 */
#define DEBUG_CONTROL 5u /* DR7 */
#define DEBUG_WORDS   6u

/* A doubly linked list with its head inside another structure. */
struct link {
        struct link *next, *prev;
};

struct tcb {
        /* Used by the assembly fast path; keep together. */
        u32 id;              /* global id; 0: free */
        u16 state;           /* enum state; the fast path looks at it and work together */
        u16 work;            /* WORK_...: to be done before it returns to user code */
        u32 partner;         /* whom a waiting thread accepts, or whom a polling one wants */
        u32 *mr;             /* message words: the UTCB, or a kernel message */
        u32 local_id;        /* user address of MR0 */
        u32 utcb_asked;      /* UTCB block given before the thread could be activated */
        u32 pd;              /* CR3 of its space */
        u32 ksp;             /* kernel stack pointer while not running */
        struct link senders; /* threads polling for this one */

        /* Identity. */
        struct space *space;
        u32 *utcb; /* kernel address of MR0 */
        u32 scheduler;
        struct link in_space;
        struct link in_all; /* every thread but interrupts' */
        u8 activated;       /* has a UTCB */
        u8 started;         /* has received its start-up message */
        u8 is_irq;

        /* Scheduling (schedule.c).  Times in cycles. */
        struct link ready;
        u8 queued;
        u8 prio;
        u8 sensitive;    /* priority below which delayed preemption works */
        u8 delaying;     /* a preemption of it is being delayed */
        u8 zero_slice;   /* runs on donated time only */
        u8 preempt_msg;  /* preemption messages are on */
        u8 time_msg;     /* so are messages of being without time */
        u8 told;         /* it has sent one, and stands still until it is given time */
        u8 spent_told;   /* its scheduler knows that its quantum is used up */
        u8 time_fixed;   /* who is not privileged leaves its slice and priority as they are */
        s64 slice, left; /* own time slice; what is left while not running */
        u32 left_owner;  /* whose time the rest is */
        s64 quantum;     /* total quantum left; TIME_NEVER: infinite */
        u64 max_delay;   /* longest delay of a preemption, cycles */
        u64 delay_end;   /* when the delay being made ends */

        /* Timeouts (timeout.c). */
        struct link timer;
        u64 wake; /* cycles */
        u8 timer_on;

        /* IPC (ipc.c). */
        struct link sending; /* in a receiver's queue of senders */
        u32 from;            /* sender as the receiver sees it */
        u32 ipc_error;       /* set by whoever ends a blocked phase */
        u32 virtual_sender;  /* propagation: in whose name it sends */
        /* The next four are one word to the fast path. */
        u8 ipc_active;         /* inside a user's Ipc, past the fast path */
        u8 kernel_msg;         /* mr is a kernel message */
        u8 accept_state;       /* kernel message: control transfer items are welcome */
        u8 short_fault;        /* enum answer: waits for one with an empty kernel stack (fault.c) */
        u8 sent;               /* polling thread: its message has been taken, */
        u8 entered;            /* and it has been put into its receive phase */
        u32 recv_from;         /* polling thread: the receive phase to come, nil if none */
        s64 recv_deadline;     /* absolute; kernel messages */
        u32 recv_time;         /* L4 time; a user's Ipc */
        u8 receiving_strings;  /* locked while a sender copies strings to it */
        u8 state_items;        /* control transfer items to apply on completion */
        struct tcb *xfer_peer; /* other side of a transfer in progress */

        /* A receiver's fault raised for its sender (ipc-string.c). */
        u32 xfer_copied; /* bytes of strings it has sent in this transfer */
        u32 tunnel_address;
        u32 tunnel_result;
        s64 tunnel_deadline;

        /* Extensions. */
        u32 xfer_conf[6]; /* ctrlxfer.c: item mask per fault number */
        u64 tls[3];       /* tls.c: GDT entries 6 to 8 */
        u32 tls_live;
        u32 tls_lower, tls_flips, tls_mark, tls_tries; /* forms of a bounded thread's */
        u32 debug[DEBUG_WORDS];                        /* debug.c */
        u32 limit;                                     /* limits.c: highest page, if limited */
        u32 last_page;         /* bounds.c: highest page it reaches, if bounded */
        u32 seg_low, seg_high; /* and its data segment */
        u8 limited;
        u8 closed;   /* limits.c: its L4 calls are not permitted */
        u8 redirect; /* bounds.c: they become exceptions */

        struct link alarms; /* alarm.c; times in cycles */
        u64 alarm;          /* when it is to be woken; 0: never */
        u64 alarm_regular;  /* when next, if it can be woken then */
        u32 alarm_period;
        u8 sets_alarm; /* its scheduler lets it set the scheduler's */

        u8 fpu_used; /* since somebody asked (fpu.c) */
        void *fpu;   /* saved FPU state, allocated on first use */
};

static inline struct frame *tcb_frame(struct tcb *t)
{
        return (struct frame *)((u32)t + TCB_SIZE) - 1;
}

/* The running thread: its stack lies in its TCB page. */
static inline struct tcb *current(void)
{
        u32 sp;

        asm("mov %%esp, %0" : "=r"(sp));
        return (struct tcb *)(sp & ~(TCB_SIZE - 1));
}

/* Linked list operations; a link that is in no list points to itself. */
static inline void link_init(struct link *l)
{
        l->next = l->prev = l;
}

static inline bool link_alone(const struct link *l)
{
        return l->next == l;
}

static inline void link_add_tail(struct link *head, struct link *l)
{
        l->prev = head->prev;
        l->next = head;
        head->prev->next = l;
        head->prev = l;
}

static inline void link_add_head(struct link *head, struct link *l)
{
        link_add_tail(head->next, l);
}

static inline void link_remove(struct link *l)
{
        l->prev->next = l->next;
        l->next->prev = l->prev;
        link_init(l);
}

#define CONTAINER(p, type, member) ((type *)((u32)(p)-offsetof(type, member)))
#define TCB_OF(l, member)          CONTAINER(l, struct tcb, member)

#endif
