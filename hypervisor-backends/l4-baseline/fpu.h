/* SPDX-License-Identifier: BSD-2-Clause */
/* Floating-point registers of applications: images as fxsave writes them, and whose they are. */
#ifndef L4VM_FPU_H
#define L4VM_FPU_H

#include "l4vm.h"

/* @space runs next: its thread gets the floating-point registers.  Its thread is new. */
void l4vm_fpu_enter(uint32_t space);
void l4vm_fpu_reset(uint32_t space);
/* Another space than the current one is to be; the thread of @space will be gone. */
void l4vm_fpu_leave(void);
void l4vm_fpu_forget(uint32_t space);

enum {
        FPU_AREA_WORDS = 128,
        FPU_CONTROL_WORDS = 7, /* then one that says what the processor has */
        FPU_REGISTERS = 8,     /* where they begin */
        FPU_REGISTER_WORDS = 64
};

static inline void fpu_copy(void *to, const void *from)
{
        uint32_t words = FPU_AREA_WORDS;

        asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

static inline bool fpu_equal(const uint32_t *a, const uint32_t *b, uint32_t words)
{
        bool equal;

        asm volatile("repe cmpsl" : "+D"(a), "+S"(b), "+c"(words), "=@cce"(equal) : : "memory");
        return equal;
}

static inline bool fpu_same(const uint32_t *a, const uint32_t *b)
{
        return fpu_equal(a, b, FPU_CONTROL_WORDS) &&
               fpu_equal(a + FPU_REGISTERS, b + FPU_REGISTERS, FPU_REGISTER_WORDS);
}

/*
 * Where each space has a thread, fpu.c asks the layout: the area of @space; to read its thread's
 * registers into that, and to set them from it.  False: that failed, it is not known what it has.
 */
void *l4vm_fpu_area(uint32_t space);
bool l4vm_fpu_read(uint32_t space);
bool l4vm_fpu_write(uint32_t space);

#endif
