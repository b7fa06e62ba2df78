/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual IA-32 processor: its state, and what the rest of a wedge may ask of it.
 *
 * There is one.  While the guest runs, its general registers are in the real ones; while the
 * wedge runs, they are in vcpu.frame.  Events are not held while the guest kernel runs and
 * while the wedge emulates for it; an event that comes in the wedge is only noted
 * (vcpu.events) and taken up on the way out.  So nothing here, in the virtual MMU or
 * in a device is ever entered twice.
 */
#ifndef AB_VCPU_H
#define AB_VCPU_H

#include <afterburn/backend.h>
#include <afterburn/bound.h>
#include <afterburn/record.h>
#include <afterburn/wedge.h>

/* Segment registers by Intel's number: index of ab_vcpu.seg and vcpu.segment. */
enum vcpu_seg { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS };

/*
 * A descriptor cache.  `rights' is bits 8 to 23 of the descriptor's second word, at 0; of a null
 * selector, RIGHTS_NULL: a segment that user mode may keep.
 */
struct vcpu_segment {
        uint32_t base, limit, rights;
};

/* Bits of vcpu_segment.rights. */
enum vcpu_rights {
        RIGHTS_ACCESSED = 1,
        RIGHTS_WRITE = 2,   /* of data: may be written; of code: may be read */
        RIGHTS_CONFORM = 4, /* of code: conforming; of data: expands down */
        RIGHTS_CODE = 8,
        RIGHTS_SEGMENT = 0x10, /* code or data, not a system descriptor */
        RIGHTS_NULL = 0x60,
        RIGHTS_PRESENT = 0x80,
        RIGHTS_BIG = 0x4000,
        RIGHTS_PAGES = 0x8000, /* the limit counts pages */
};
#define RIGHTS_TYPE(rights) ((rights)&15)
#define RIGHTS_DPL(rights)  ((rights) >> 5 & 3)

/*
 * The last load of a segment register that was found good: where the wedge sees the descriptor,
 * what it was, and since when (mmu_epoch) both hold.
 */
struct vcpu_source {
        uint32_t selector;
        uint32_t epoch;
        const uint32_t *at;
        uint32_t words[2];
        struct vcpu_segment segment;
};

struct vcpu_table {
        uint32_t base, limit;
};

/* What the way out of the wedge has to mind. */
enum vcpu_attention {
        AT_EXIT_TRAP = 1,   /* the guest single-steps, and did a site: #DB */
        AT_EXIT_SHADOW = 2, /* interrupts wait for the next instruction */
        AT_EXIT_FLAGS = 4,  /* ... which has loaded TF too */
};

struct vcpu {
        struct ab_vcpu ab;     /* control, debug, segment registers, IF, IOPL, NT; must be first */
        struct ab_frame frame; /* the guest's registers, while the wedge runs */
        uint32_t vector;       /* what the guest called: enum ab_vector */
        uint32_t events;       /* came while the wedge ran: enum ab_event */
        uint32_t cpl;          /* 0 or 3 */
        struct vcpu_table gdtr, idtr;
        struct vcpu_segment segment[6];
        struct vcpu_segment ldt, task;
        uint32_t ldt_selector, task_selector;
        uint32_t site;      /* address of the instruction being emulated */
        uint32_t site_esp;  /* its %esp: what both are when it faults */
        uint32_t stepping;  /* a copy of the instruction at `site' runs in the wedge */
        uint32_t attention; /* for the way out: enum vcpu_attention */
        uint32_t saved_eax, saved_ecx, saved_flags; /* while a short form runs */
        uint32_t saved_esp, saved_eip;
        uint32_t port;                /* operand of an in or out entered the short way */
        struct vcpu_source source[6]; /* what short forms compare with */
};

extern struct vcpu vcpu;
extern uint32_t vcpu_vectors[2 * AB_VECTORS];

/*
 * What a backend puts into its wedge description:
 *      AB_WEDGE_DESCRIBES(wedge_description) = {..., .wedge = VCPU_WEDGE};
 *
 * Stores to page tables, reads of them and device accesses stay native: the virtual MMU finds
 * changes by comparing (mmu/README), and device memory is memory.
 */
#define VCPU_NATIVE_KIND(kind) (1u << AB_ROW_KIND(kind) % 32)
#define VCPU_WEDGE                                                                                 \
        {                                                                                          \
                .abi = AB_WEDGE_ABI, .vectors = (uint32_t)vcpu_vectors, .vcpu = (uint32_t)&vcpu,   \
                .inline_ops = AB_INLINE_ALL,                                                       \
                .native[AB_ROW_KIND(AB_KIND_PT_STORE) / 32] = VCPU_NATIVE_KIND(AB_KIND_PT_STORE) | \
                                                              VCPU_NATIVE_KIND(AB_KIND_PT_READ) |  \
                                                              VCPU_NATIVE_KIND(AB_KIND_DEVICE),    \
        }

/*
 * Deliver exception @vector at vcpu.frame through the guest's IDT, with an error code where
 * the vector has one.  The caller has set eip, and ab.cr[2] for a page fault.  A fault on the way
 * becomes a double fault, and that a triple fault, which ends the machine.
 */
void vcpu_exception(uint32_t vector, uint32_t error);

/* Deliver external interrupt @vector; `int n' executed by the guest, eip behind it. */
void vcpu_interrupt(uint32_t vector);
void vcpu_software_interrupt(uint32_t vector);

/* Virtual interrupts are enabled, and the guest may be interrupted at vcpu.frame.eip. */
bool vcpu_interruptible(void);

/* A page fault of the guest's at vcpu.frame: sets CR2. */
void vcpu_page_fault(uint32_t address, uint32_t error);

/* Print a line about the guest, with registers, and end it. */
void vcpu_crash(const char *why) __attribute__((noreturn));

#endif
