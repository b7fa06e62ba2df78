/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual machines: a kernel space with two threads, a helper space, and as many user
 * spaces as the wedge asks for (hypervisor-backends/l4-baseline/layout.h).
 */
#ifndef RESOURCEMON_VM_H
#define RESOURCEMON_VM_H

#include <l4/ipc.h>
#include <afterburn/vm.h>
#include "../../l4-baseline/layout.h"
#include "../../l4-baseline/shared.h"
#include "boot.h"
#include "console.h"

#define VMS       8
#define VM_INPUT  256 /* characters typed ahead */
#define VM_PIECES (AB_VM_MEMORY_MOST / 4)

/* For whoever runs the machine: a line not yet ended. */
struct control_line {
        char text[256];
        unsigned int used;
};

enum vm_state { VM_NONE, VM_DESCRIBED, VM_RUNNING, VM_ENDED };

struct vm {
        enum vm_state state;
        char name[AB_VM_NAME_BYTES];
        L4_Word_t first_no;
        L4_Word_t memory_mb;
        L4_Word_t share; /* of the processor; 0 where no machine is given one */
        L4_Word_t l4_mb; /* of L4's memory for its page tables and mappings */
        int wedge_module, kernel_module, initrd_module; /* -1: none */
        struct ab_vm_page *page;
        char *image;                         /* the wedge, copied */
        volatile struct l4vm_shared *shared; /* in it, where it has said so; believe nothing */
        char *small;                         /* the interrupt thread's own program, in it */
        unsigned int image_bits;
        L4_Word_t image_base, image_size;
        L4_Word_t small_bytes;
        void *piece[VM_PIECES]; /* guest-physical memory, 4 MB each */
        L4_Word_t control_port;
        L4_Word_t pending; /* events its wedge was too busy to hear of */
        unsigned int status;
        struct console console;
        struct control_line said, told; /* its own, and what we say of it */
        L4_Word_t requests; /* faults and calls, those about its lines and its timer apart */
        int reported;       /* it has said there how its command ended */
        char stuck[48];     /* what it last said there of a guest that makes no progress */
        char input[VM_INPUT];
        unsigned int input_first, input_count;
        unsigned int spaces;    /* user spaces it has had, highest + 1 */
        int paged;              /* they have pagers */
        char made[L4VM_SPACES]; /* those that are there */
        unsigned int co_spaces; /* co-located ones */
        L4_Word_t fault_role, fault_address, fault_repeats; /* the last one's, and how often */
        unsigned int stops; /* more, of a program that has been stopped and did not come */
};

extern struct vm vms[VMS];

/* describe.c: read the description in @m.  A sentence on error, else null. */
const char *vm_describe(const struct module *m, unsigned int *count);
/* The module is a description. */
int vm_is_description(const struct module *m);

/* vm.c: make and start @v as described; a sentence on error, else null. */
const char *vm_start(struct vm *v);
/* End it: all its spaces are gone, its memory is free. */
void vm_end(struct vm *v, unsigned int status);
/* A user space, new, with a second thread if it is @paged, as all of them.  False: refused. */
int vm_make_space(struct vm *v, L4_Word_t n, int paged);
/* It goes, if it is there. */
void vm_drop_space(struct vm *v, L4_Word_t n);
/* One with pager, kernel and application thread (l4-baseline/layout.h).  False: the same. */
int vm_make_colocated(struct vm *v, L4_Word_t n);
/* Take its memory from all its spaces: L4 has some for other mappings then. */
void vm_unmap(struct vm *v);
/* A small space for its interrupt thread, which runs @program, @bytes of its image.  False: no. */
int vm_make_small(struct vm *v, L4_Word_t program, L4_Word_t bytes);
/* The machine whose thread @t is, or null. */
struct vm *vm_of(L4_ThreadId_t t);
unsigned int vms_running(void);
unsigned int vms_status(void);

/* ports.c: give @v these ports.  A sentence on error, else null. */
const char *vm_add_ports(struct vm *v, L4_Word_t first, L4_Word_t last);
/* Read, or @write, port @n for it.  False: it has not been given that. */
int vm_port(const struct vm *v, L4_Word_t n, L4_Word_t bytes, int write, L4_Word_t *value);

/* stop.c: ExchangeRegisters of a user thread, as much of it as ends an Ipc.  False: it is none. */
int vm_move(struct vm *v, L4_ThreadId_t t, struct L4_ExRegs *r);
/* Its user space @n, if there is one: no thread there does anything until it is not @halted any
 * more. */
void vm_halt_space(struct vm *v, L4_Word_t n, int halted);
/*
 * Halt the space that could run while main waits for us, or comes after others when it is answered;
 * unless main is to let that space run itself (struct l4vm_shared).
 */
void vm_rest(struct vm *v);
/*
 * Stop the user thread that main waits for (struct l4vm_shared).  With @hard, where that is known
 * to be long, even in an Ipc of its own.
 */
enum vm_stopped { VM_STOPPED, VM_STOPS_ITSELF, VM_NOT_STOPPED };
enum vm_stopped vm_stop_user(struct vm *v, int hard);

/*
 * lines.c: the console and the control line.  Only one machine is described: the console is its
 * own, as it is.
 */
#define CONSOLE_PORT 0x3f8
int vm_is_alone(void);
/* What @v writes to the console, and to the control line. */
void vm_say(struct vm *v, const char *text, unsigned int n);
void vm_control(struct vm *v, const char *text, unsigned int n);
/* What we say of it there; and in one sentence why it does not run. */
void vm_tell(struct vm *v, const char *text);
void vm_report_error(struct vm *v, const char *text);
/* Take what has been typed, carry out what of it is for us, and tell of the rest who hears it. */
void vm_typed(void);

/* vmserve.c: serve one message; true when the MRs hold an answer. */
int vm_serve(struct vm *v, L4_ThreadId_t from, L4_MsgTag_t tag, const L4_Word_t *mr);
/*
 * An interrupt has come, while this thread ran (where the kernel says so).  True when the MRs hold
 * the acknowledgement.
 */
int vm_interrupt(L4_Word_t irq, L4_ThreadId_t interrupted);
/* Tell @v of these events, now or when it can hear. */
void vm_notify(struct vm *v, L4_Word_t events);
/* Tell machines what they could not be told before; give each @limit to hear it. */
void vm_notify_pending(L4_Time_t limit);
/* There is something left to tell. */
int vm_is_pending(void);
/* Before the first machine starts.  A sentence where no machine may, else null. */
const char *vm_devices_start(void);

#endif /* RESOURCEMON_VM_H */
