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
        FIELD(SAVED_EAX, saved_eax);
        FIELD(SAVED_ECX, saved_ecx);
        FIELD(SAVED_FLAGS, saved_flags);
        FIELD(SAVED_ESP, saved_esp);
        FIELD(SAVED_EIP, saved_eip);
        FIELD(PORT, port);
        FIELD(ATTENTION, attention);
        DEFINE(NO_SHADOW, ~(uint32_t)AT_EXIT_SHADOW);
        FIELD(SEG, ab.seg);
        FIELD(SEGMENT, segment);
        DEFINE(SEGMENT_BYTES, sizeof(struct vcpu_segment));
        DEFINE(RIGHTS_NULL, RIGHTS_NULL);
        FIELD(SOURCE, source);
        DEFINE(SOURCE_BYTES, sizeof(struct vcpu_source));
        DEFINE(SOURCE_SELECTOR, offsetof(struct vcpu_source, selector));
        DEFINE(SOURCE_EPOCH, offsetof(struct vcpu_source, epoch));
        DEFINE(SOURCE_AT, offsetof(struct vcpu_source, at));
        DEFINE(SOURCE_WORDS, offsetof(struct vcpu_source, words));
        DEFINE(SOURCE_SEGMENT, offsetof(struct vcpu_source, segment));
        DEFINE(VCPU_IF, AB_VCPU_IF);
        DEFINE(VCPU_IOPL_NT, AB_VCPU_IOPL_NT);
        DEFINE(VCPU_FLAGS_DIFFER, AB_VCPU_FLAGS_DIFFER);
        DEFINE(FLAGS_SCALE, AB_FLAGS_SCALE);
        DEFINE(IF_ON, AB_IF_ON);
        DEFINE(IF_OFF, AB_IF_OFF);
        DEFINE(FLAG_TF, FLAG_TF);
        DEFINE(FLAG_IF, FLAG_IF);
        DEFINE(FLAGS_SLOW, FLAG_TF | FLAG_IOPL | FLAG_NT);
        DEFINE(FLAGS_WEDGE, FLAG_ONE | FLAG_IF);
        DEFINE(VECTORS, AB_VECTORS);
        DEFINE(VECTOR_POPF, AB_VEC_POPF);
        DEFINE(PORT_DELAY, 0x80); /* device/port.c: nothing is there */
        DEFINE(VECTOR_POP_SEG, AB_VEC_POP_SEG);
        DEFINE(VECTOR_MOV_TO_SEG, AB_VEC_MOV_TO_SEG);
        DEFINE(STUB_BYTES, STUB_BYTES);
        DEFINE(STACK_BYTES, 16384);
}
