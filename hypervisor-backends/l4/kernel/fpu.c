/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lazy switching (SDM 3, 13.4.1): CR0.TS makes the first use after a switch
 * trap, and only then are registers saved and loaded.
 */
#include "fpu.h"
#include "memory.h"
#include "sched.h"
#include "x86.h"

#define FXSAVE_SIZE   512
#define REGISTERS     32 /* from here on */
#define MXCSR_DEFAULT 0x1F80

static struct slab states = {
    .size = FXSAVE_SIZE,
    .partial = {&states.partial, &states.partial},
};

/* Whose registers are in the unit. */
static struct tcb *fpu_owner;
static bool owner_saved; /* and its state in memory is the same */

static u8 clean[FXSAVE_SIZE] ALIGNED(16);

static void set_ts(void)
{
        write_cr0(read_cr0() | CR0_TS);
}

static void clear_ts(void)
{
        asm volatile("clts");
}

static void save(void *to)
{
        asm volatile("fxsave (%0)" : : "r"(to) : "memory");
}

static void load(const void *from)
{
        asm volatile("fxrstor (%0)" : : "r"(from) : "memory");
}

void fpu_init(void)
{
        write_cr0((read_cr0() & ~CR0_EM) | CR0_MP | CR0_NE);
        clear_ts();
        asm volatile("fninit");
        save(clean);
        *(u32 *)(clean + 24) = MXCSR_DEFAULT;
        memset(clean + REGISTERS, 0, FXSAVE_SIZE - REGISTERS);
        set_ts();
}

void fpu_switch(struct tcb *to)
{
        if ((fast_block & FAST_BLOCK_FPU) && to != fpu_owner) {
                set_ts();
                fast_block &= ~FAST_BLOCK_FPU;
        }
}

bool fpu_prepare(struct tcb *t)
{
        if (!t->fpu) {
                t->fpu = slab_alloc(&states);
                if (!t->fpu)
                        return false;
                memcpy(t->fpu, clean, FXSAVE_SIZE);
        }
        return true;
}

bool fpu_use(struct tcb *self)
{
        clear_ts();
        if (fpu_owner != self) {
                if (!fpu_prepare(self)) {
                        set_ts();
                        return false;
                }
                if (fpu_owner)
                        save(fpu_owner->fpu);
                load(self->fpu);
                fpu_owner = self;
        }
        owner_saved = false;
        self->fpu_used = true;
        fast_block |= FAST_BLOCK_FPU;
        return true;
}

void fpu_drop(struct tcb *t)
{
        if (fpu_owner == t) {
                fpu_owner = NULL;
                fast_block &= ~FAST_BLOCK_FPU;
                set_ts();
        }
        if (t->fpu)
                slab_free(t->fpu);
        t->fpu = NULL;
}

void *fpu_read(struct tcb *t)
{
        if (fpu_owner == t && t->fpu && !owner_saved) {
                clear_ts();
                save(t->fpu);
                if (!(fast_block & FAST_BLOCK_FPU)) {
                        set_ts();
                        owner_saved = true;
                }
        }
        return t->fpu;
}

bool fpu_changed(struct tcb *t)
{
        bool changed = !t->fpu || t->fpu_used;

        t->fpu_used = t == current();
        return changed;
}

void *fpu_state(struct tcb *t)
{
        t->fpu_used = false;
        if (fpu_owner == t && t->fpu) {
                clear_ts();
                save(t->fpu);
                /* The copy in memory may be changed: load it again on use. */
                fpu_owner = NULL;
                fast_block &= ~FAST_BLOCK_FPU;
                set_ts();
        }
        return t->fpu;
}
