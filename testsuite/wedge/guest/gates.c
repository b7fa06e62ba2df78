/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with a gate, and what is told of it: by a call, and by an exception. */
#include "remembered.h"

enum { DIVIDE = 0, INVALID = 6, DOUBLE = 8, NOT_PRESENT = 11, PROTECTION = 13, EXTERNAL = 1 };
enum { GATE = CALL_VECTOR + 4, CONFORMING = 4 };

static const uint64_t present = 1ull << 47;
static uint32_t zero;

static uint64_t to(uint64_t gate, uint32_t selector)
{
        return (gate & ~0xffff0000ull) | selector << 16;
}

/* Both gates lead to @selector: what is told is @vector, and the error code @error. */
static void lead_to(uint32_t selector, uint32_t vector, uint32_t error, const char *what)
{
        uint64_t call = *gate(GATE), invalid = *gate(INVALID);

        *gate(GATE) = to(call, selector);
        *gate(INVALID) = to(invalid, selector);
        ATTEMPT("int %2", "i"(GATE));
        expect(came(vector, error), what);
        ATTEMPT("ud2", "m"(zero));
        expect(came(vector, error | EXTERNAL), what);
        *gate(GATE) = call;
        *gate(INVALID) = invalid;
}

static void segments_of_gates(void)
{
        lead_to(0, PROTECTION, 0, "none");
        lead_to(KERNEL_DS, PROTECTION, KERNEL_DS, "data");
        lead_to(USER_CS, PROTECTION, USER_CS & ~3u, "user mode's");
        lead_to(ENTRIES * 8, PROTECTION, ENTRIES * 8, "beyond the table");
        lead_to(TSS_SELECTOR, PROTECTION, TSS_SELECTOR, "a task");
        *descriptor(CODE) &= ~present;
        lead_to(CODE, NOT_PRESENT, CODE, "not present");
        *descriptor(CODE) |= present;
        ATTEMPT("int %2", "i"(GATE));
        expect(came(GATE, 0), "the usual one");
        result("a_gate_to_a_segment_that_is_none");
}

static void kinds_of_gates(void)
{
        static const uint8_t bad[] = {0, 1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 0x1e};
        uint64_t call = *gate(GATE), invalid = *gate(INVALID), kinds = 0x1full << 40;
        unsigned i;

        for (i = 0; i < sizeof(bad); i++) {
                *gate(GATE) = (call & ~kinds) | (uint64_t)bad[i] << 40;
                ATTEMPT("int %2", "i"(GATE));
                expect(came(PROTECTION, GATE * 8 + 2), "a call");
                *gate(INVALID) = (invalid & ~kinds) | (uint64_t)bad[i] << 40;
                ATTEMPT("ud2", "m"(zero));
                expect(came(PROTECTION, INVALID * 8 + 2 + EXTERNAL), "an exception");
        }
        *gate(GATE) = call;
        *gate(INVALID) = invalid;
        result("a_gate_that_is_none");
}

/* The last byte of a gate has to be in the table. */
static void half_a_gate(void)
{
        struct {
                uint16_t limit;
                uint32_t base;
        } __attribute__((packed)) idt = {GATE * 8 + 7, IDT_BASE};

        asm volatile("lidt %0" : : "m"(idt) : "memory");
        ATTEMPT("int %2", "i"(GATE));
        expect(came(GATE, 0), "all of it");
        idt.limit--;
        asm volatile("lidt %0" : : "m"(idt) : "memory");
        ATTEMPT("int %2", "i"(GATE));
        expect(came(PROTECTION, GATE * 8 + 2), "a byte is missing");
        load_idt(IDT_BASE, 256);
        result("half_a_gate_is_none");
}

static void faults_that_are_two(void)
{
        uint64_t divide = *gate(DIVIDE);

        *gate(DIVIDE) = divide & ~present;
        ATTEMPT("xorl %%edx, %%edx; divl %2", "m"(zero));
        expect(came(DOUBLE, 0), "a division");
        *gate(DIVIDE) = divide;
        ATTEMPT("xorl %%edx, %%edx; divl %2", "m"(zero));
        expect(came(DIVIDE, 0), "again");
        result("a_division_by_zero_without_a_gate");
}

/* Its code is of whoever calls, with the stack he has. */
static void a_conforming_segment(void)
{
        enum { AT_HANDLER = 128 };
        static const uint8_t call[] = {0xcd, GATE}, handler[] = {0xcd, CALL_VECTOR};
        uint64_t usual = *gate(GATE), code = *descriptor(CODE), address = USER_AREA + AT_HANDLER;
        const uint32_t *stack = (const uint32_t *)(memory[PROGRAM] + USER_STACK % PAGE);
        unsigned i;

        for (i = 0; i < 2; i++) {
                memory[PROGRAM][64 + i] = call[i];
                memory[PROGRAM][AT_HANDLER + i] = handler[i];
        }
        *descriptor(CODE) = code | (uint64_t)CONFORMING << 40;
        *gate(GATE) = to((address & 0xffff0000) << 32 | (address & 0xffff) | 0xee00ull << 32, CODE);
        visit_program = USER_AREA + 64;
        for (i = 0; i < 3; i++) {
                visit();
                expect(came(CALL_VECTOR, 0) && left.eip == address + 2, "it comes there");
                expect(left.code == (CODE | 3), "in user mode");
                expect(stack[-1] == FLAGS && stack[-2] == USER_CS && stack[-3] == USER_AREA + 66,
                       "a frame without a stack");
        }
        visit_program = USER_AREA;
        *gate(GATE) = usual;
        *descriptor(CODE) = code;
        expect(called(), "again");
        result("a_gate_to_a_conforming_segment");
}

void gate_scenes(void)
{
        segments_of_gates();
        kinds_of_gates();
        half_a_gate();
        faults_that_are_two();
        a_conforming_segment();
}
