/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual memory-management unit: what the virtual processor may ask of it.
 *
 * The hypervisor's mappings are the TLB.  A mapping is made when the hypervisor
 * reports a fault, from the guest's page tables as they then are, and taken away
 * where IA-32 promises that a translation is gone.  See the README for how.
 *
 * The control registers are those of the struct ab_vcpu given to mmu_start().
 * Whoever changes one stores the new value there first, then calls the function
 * below.  All functions are called with events held.
 */
#ifndef AB_MMU_H
#define AB_MMU_H

#include <stdbool.h>
#include <stdint.h>
#include <afterburn/backend.h>
#include <afterburn/wedge.h>

/*
 * The guest-physical page that stands for memory which is not there: all ones.  No
 * guest is told it has it (it lies where a PC has its BIOS).
 */
#define MMU_ABSENT_PAGE 0x000ff000u

enum mmu_access { MMU_READ, MMU_WRITE, MMU_EXECUTE };

/* A page fault of the guest's: what goes to CR2 and onto the stack. */
struct mmu_fault {
        uint32_t address;
        uint32_t error; /* P 1, W 2, U 4, RSVD 8 */
};

/* First call of all: the unpaged processor of reset.  @cpu's cr[] are read ever after. */
void mmu_start(const struct backend_machine *machine, const struct ab_vcpu *cpu);

/*
 * The hypervisor reported a fault at @gva, in the guest's user mode (@user) or in
 * its kernel.  True: it is mapped now, accessed and dirty bits are set; retry.
 * False: a fault of the guest's, with *@error for its stack; CR2 is @gva.
 * Ends in backend_fatal() where the guest maps an address that no guest may use.
 */
bool mmu_fill(uint32_t gva, enum mmu_access access, bool user, uint32_t *error);

/*
 * mmu_fill() for user code whose thread waits for the answer to its fault: where room could only be
 * made by giving up the space it runs in, nothing is done.  False: *@refused says whether
 * the guest has to be told, of *@error.
 */
bool mmu_fill_waiting(uint32_t gva, enum mmu_access access, uint32_t *error, bool *refused) AB_FAST;

/*
 * As mmu_fill(), as a read that has not happened yet: map @gva if the guest's tables
 * allow it, else do nothing.  For where an access is about to be repeated, to save
 * its fault.  Where the guest has made pages next to it too, mmu_fill_near().
 */
void mmu_prefill(uint32_t gva, bool user) AB_FAST;

/*
 * Pages around @gva that user code may use, and whose entries say that they have been
 * accessed, are mapped too; writable if they are dirty.  No bit in memory changes.
 */
void mmu_fill_near(uint32_t gva) AB_FAST;

/*
 * The place at which the wedge can access @gva as the guest's kernel may, up to the end of
 * its page: @gva itself, mapped now if it was not.  It holds while mmu_epoch is the same (and
 * where the hypervisor loses a mapping, the access faults and mmu_fill() makes it again).
 * NULL: a fault of the guest's, with *@error; or, with *@error MMU_UNMAPPABLE, an
 * address only guest_read() and guest_write() can reach.
 */
#define MMU_UNMAPPABLE 0xffffffffu
void *mmu_reach(uint32_t gva, enum mmu_access access, uint32_t *error);

/*
 * Where the wedge can read what user code has mapped at @gva, up to the end of its page and until
 * backend_physical() is called; as from the processor's TLB, no table is read and no bit is set.
 * NULL: user code has nothing mapped there, or only by a fault that the tables have to decide.
 */
const void *mmu_peek_user(uint32_t gva) AB_FAST;

/*
 * Another number whenever something mmu_reach() has said may not hold any more: a mapping was taken
 * away, or lost the right to write, at an address of the kernel's or where it was asked about
 * user addresses.  0 never.
 */
extern uint32_t mmu_epoch;

static inline void mmu_next_epoch(void)
{
        mmu_epoch += mmu_epoch == ~0u ? 2 : 1;
}

/* CR3 was written, with whatever value: what is not global is translated anew. */
void mmu_write_cr3(void);

/* CR0 (PG, WP) or CR4 (PSE, PGE) were written. */
void mmu_write_cr0(uint32_t old, uint32_t new);
void mmu_write_cr4(uint32_t old, uint32_t new);

/* invlpg of any address. */
void mmu_invlpg(uint32_t gva);

/*
 * An annotated store to, or read of, the page-table entry at @gva comes next, or
 * @bytes from @gva on were written (hook PT_COPY).  Never needed for correctness.
 */
void mmu_pt_store(uint32_t gva);
void mmu_pt_copy(uint32_t gva, uint32_t bytes);

/*
 * The processor's own accesses (descriptor tables, task segment, trap frames, operands
 * of emulated instructions), through the page tables, @user or not; they set
 * accessed and dirty bits.  False: nothing was written and *@fault says what the
 * guest is to be told.
 */
bool guest_read(uint32_t gva, void *buffer, uint32_t bytes, bool user, struct mmu_fault *fault);
bool guest_write(uint32_t gva, const void *buffer, uint32_t bytes, bool user,
                 struct mmu_fault *fault);

/*
 * The guest-physical address of @gva for such an access; sets the bits.  False: a fault.
 */
bool mmu_translate(uint32_t gva, enum mmu_access access, bool user, uint32_t *gpa, uint32_t *error);

/* What has happened since the start; for reports and tests. */
struct mmu_statistics {
        uint32_t fills, prefills, faults; /* mappings made; faults of the guest */
        uint32_t cr3_loads, spaces_recycled;
        uint32_t changed, dropped,
            protected; /* translations found changed, and what became of them */
        uint32_t stores_noted;
        uint32_t bits_only; /* faults only for an accessed or dirty bit */
};

extern struct mmu_statistics mmu_statistics;

#endif
