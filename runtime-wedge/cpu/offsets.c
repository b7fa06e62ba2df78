/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers vectors.S needs: compiled to assembler text, of which offsets.h is made. */
#include <stddef.h>
#include "cpu.h"

#define DEFINE(name, value) asm volatile("\n@define " #name " %c0" : : "i"(value))
#define FIELD(name, field)  DEFINE(VCPU_##name, offsetof(struct vcpu, field))

void offsets(void);

void offsets(void)
{
        FIELD(EAX, frame.eax);
        FIELD(ECX, frame.ecx);
        FIELD(EDX, frame.edx);
        FIELD(EBX, frame.ebx);
        FIELD(ESP, frame.esp);
        FIELD(EBP, frame.ebp);
        FIELD(ESI, frame.esi);
        FIELD(EDI, frame.edi);
        FIELD(EIP, frame.eip);
        FIELD(EFLAGS, frame.eflags);
        FIELD(VECTOR, vector);
        FIELD(EVENTS, events);
        FIELD(FLAGS, flags);
        DEFINE(VCPU_IF, AB_VCPU_IF);
        DEFINE(IF_ON, AB_IF_ON);
        DEFINE(IF_OFF, AB_IF_OFF);
        DEFINE(FLAG_TF, FLAG_TF);
        DEFINE(FLAG_IF, FLAG_IF);
        DEFINE(FLAGS_SLOW, FLAG_TF | FLAG_IOPL | FLAG_NT);
        DEFINE(FLAGS_WEDGE, FLAG_ONE | FLAG_IF);
        DEFINE(VECTORS, AB_VECTORS);
        DEFINE(VECTOR_POPF, AB_VEC_POPF);
        DEFINE(STUB_BYTES, STUB_BYTES);
        DEFINE(STACK_BYTES, 16384);
}
