/* SPDX-License-Identifier: BSD-2-Clause */
/* Floating-point registers of applications: images as fxsave writes them, and whose they are. */
#ifndef L4VM_FPU_H
#define L4VM_FPU_H

#include "l4vm.h"

enum {
        FPU_AREA_WORDS = 128,
        FPU_REGISTER_WORDS = 72 /* the rest of the format is not registers */
};

static inline void fpu_copy(void *to, const void *from)
{
        uint32_t words = FPU_AREA_WORDS;

        asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

static inline bool fpu_same(const void *a, const void *b)
{
        uint32_t words = FPU_REGISTER_WORDS;
        bool equal;

        asm volatile("repe cmpsl" : "+D"(a), "+S"(b), "+c"(words), "=@cce"(equal) : : "memory");
        return equal;
}

/*
 * Where each space has a thread, fpu.c asks the layout: the area of @space; to read its thread's
 * registers into that, and to set them from it.  False: that failed, it is not known what it has.
 */
void *l4vm_fpu_area(uint32_t space);
bool l4vm_fpu_read(uint32_t space);
bool l4vm_fpu_write(uint32_t space);

#endif
