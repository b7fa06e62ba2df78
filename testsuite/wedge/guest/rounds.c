/* SPDX-License-Identifier: GPL-3.0-or-later */
/* To user mode and back: what a round that was made before must not take for granted. */
#include "remembered.h"

enum { IOPL = 0x3000, NT = 0x4000, STEP = 0x100, VIRTUAL_8086 = 0x20000, OTHER_FLAGS = 0x240cd7 };
enum { INVALID_TASK = 10, NOT_PRESENT = 11, PROTECTION = 13, PAGE_FAULT = 14 };

static uint32_t tried;

static const uint64_t descriptor_present = 1ull << 47, writable = 1ull << 41;

/* Code of user mode's, behind what visit() runs. */
static uint32_t program(const uint8_t *code, unsigned bytes)
{
        enum { BEHIND = 64 };
        unsigned i;

        for (i = 0; i < bytes; i++)
                memory[PROGRAM][BEHIND + i] = code[i];
        return USER_AREA + BEHIND;
}

/* --- flags --------------------------------------------------------------------------------- */

static bool called_with(uint32_t flags)
{
        bool done;

        visit_flags = flags;
        done = called();
        visit_flags = FLAGS;
        return done && left.pushed == flags;
}

static void set_flags(uint32_t flags)
{
        asm volatile("pushl %0; popfl" : : "r"(flags) : "memory", "cc");
}

static void flags_of_a_frame(void)
{
        static const uint32_t flags[] = {
            2,        FLAGS | IOPL, FLAGS | NT,     FLAGS | IOPL | NT, 2 | NT, FLAGS | OTHER_FLAGS,
            2 | IOPL, FLAGS,        2 | OTHER_FLAGS};
        unsigned i;

        for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
                visit_often();
                expect(called_with(flags[i]), "come back");
                expect((left.flags & (IOPL | NT | IF)) == (flags[i] & IOPL), "in the kernel");
        }
        expect(called_with(FLAGS), "without any");
        result("flags_of_a_frame_are_those_of_user_mode");
}

/* A program that is stepped: the kernel is not. */
static void steps_of_user_mode(void)
{
        static const uint8_t nops[] = {0x90, 0x90, 0xcd, CALL_VECTOR};
        unsigned i;

        visit_program = program(nops, sizeof(nops));
        visit_flags = FLAGS | STEP;
        for (i = 0; i < 4; i++) {
                visit();
                expect(came(1, 0) && left.eip == visit_program + 1, "a step");
                expect(left.pushed == (FLAGS | STEP) && !(left.flags & STEP), "its flag");
        }
        visit_flags = FLAGS;
        visit_program = USER_AREA;
        expect(called(), "again");
        result("a_step_of_user_mode_is_none_of_the_kernel");
}

static void flags_of_the_kernel(void)
{
        static uint32_t set;

        visit_often();
        set_flags(2 | IOPL);
        expect(called() && !(left.flags & IOPL), "IOPL has gone");
        visit_often();
        set = 2 | NT;
        ATTEMPT("pushl %2; popfl; pushl %3; pushl %4; pushl %5; pushl %6; pushl %7; iret", "m"(set),
                "i"(USER_DS), "i"(USER_STACK), "i"(FLAGS), "i"(USER_CS), "i"(USER_AREA));
        expect(came(INVALID_TASK, 0), "a return to another task, and there is none");
        expect(left.pushed & NT && !(left.flags & NT), "its flag");
        set_flags(2);
        expect(called(), "again");
        result("flags_of_the_kernel_count_at_a_return");
}

/* Where there is no such mode that is said; where there is, its program may make no call. */
static void virtual_8086(void)
{
        uint16_t *code = (uint16_t *)(KERNEL_BASE + USER_CS * 16 + (uint16_t)USER_AREA);
        uint16_t usual = *code;

        *code = 0xcd | CALL_VECTOR << 8;
        visit_often();
        visit_flags = FLAGS | VIRTUAL_8086;
        visit();
        visit_flags = FLAGS;
        *code = usual;
        expect(came(PROTECTION, 0), "refused");
        expect(called(), "again");
        result("a_return_to_virtual_8086_mode_is_not_one_to_user_mode");
}

/* --- frames and descriptors that are in two pages -------------------------------------------- */

static uint32_t frame_at;

static void return_from(uint32_t at)
{
        const uint32_t frame[5] = {USER_AREA, USER_CS, FLAGS, USER_STACK, USER_DS};
        unsigned i;

        for (i = 0; i < 5; i++) {
                uint32_t word = at + 4 * i;

                *(uint32_t *)(memory[(word - AREA) / PAGE] + word % PAGE) = frame[i];
        }
        frame_at = at;
        ATTEMPT("movl %2, %%esp; iret", "m"(frame_at));
}

static void frames_in_two_pages(void)
{
        static const uint8_t before[] = {0, 4, 8, 12, 16};
        unsigned i;

        for (i = 0; i < sizeof(before); i++) {
                visit_often();
                change(OTHER, entry_of(OTHER), INVLPG);
                expect(called(), "before");
                return_from(AT(OTHER) - before[i]);
                expect(came(CALL_VECTOR, 0), "in both");
                change(OTHER, 0, INVLPG);
                visit_often();
                return_from(AT(OTHER) - before[i]);
                expect(came(PAGE_FAULT, 0) && left.address - AT(OTHER) < PAGE, "one is missing");
        }
        expect(called(), "again");
        result("a_frame_in_two_pages_of_which_one_goes");
}

/* The stack that is returned to is missing: nothing has been taken from the one there is. */
static void a_far_return_in_two_pages(void)
{
        uint32_t *frame = (uint32_t *)(memory[TARGET] + PAGE) - 2;

        frame[0] = USER_AREA;
        frame[1] = USER_CS;
        frame_at = AT(OTHER) - 8;
        ATTEMPT("movl %2, %%esp; lret", "m"(frame_at));
        expect(came(PAGE_FAULT, 0) && left.address - AT(OTHER) < PAGE, "a page fault");
        expect(left.stack == frame_at + 8, "with the stack of before");
        expect(called(), "again");
        result("a_far_return_whose_other_half_is_missing");
}

/* And of the kernel's memory from 0 on there is nothing, as little as in Linux. */
static void descriptors_in_two_pages(void)
{
        enum { LAST = (ENTRIES_LOW - 1) * 8 };
        uint64_t usual = *descriptor(CODE), low = *descriptor(LAST);
        uint32_t row = directories[current][0];

        directories[current][0] = 0;
        load_cr3(directories[current]);
        *descriptor(LAST) = *descriptor(APP_CODE);
        *descriptor(CODE) = *descriptor(APP_DATA);
        visit_often();
        visit_cs = LAST + 3;
        visit_ss = CODE + 3;
        visit_often();
        *descriptor(CODE) &= ~writable;
        visit();
        expect(came(PROTECTION, CODE), "a stored stack segment");
        visit_cs = USER_CS;
        visit_ss = USER_DS;
        expect(called() && called(), "the usual ones");
        *descriptor(LAST) = low;
        *descriptor(CODE) = usual;
        directories[current][0] = row;
        load_cr3(directories[current]);
        result("descriptors_of_user_mode_in_two_pages");
}

/* Another gate's place among what is remembered is the same. */
static void a_gate_in_two_pages(void)
{
        enum { SAME_PLACE = CALL_VECTOR + 0x11 };
        static const uint8_t other_call[] = {0xcd, SAME_PLACE};
        static uint8_t table[2 * PAGE] __attribute__((aligned(4096)));
        uint8_t *idt = table + PAGE - 4 - CALL_VECTOR * 8;
        uint32_t row = directories[current][0], other = program(other_call, sizeof(other_call)), i;

        for (i = 0; i < 256; i++)
                __builtin_memcpy(idt + 8 * i, gate(i), 8);
        directories[current][0] = 0;
        load_cr3(directories[current]);
        load_idt((uint32_t)idt, 256);
        for (i = 0; i < 3; i++) {
                visit_program = other;
                visit();
                expect(came(SAME_PLACE, 0), "another call");
                visit_program = USER_AREA;
                visit_often();
        }
        table[PAGE + 1] &= 0x7f;
        visit();
        expect(came(NOT_PRESENT, CALL_VECTOR * 8 + 2), "not present");
        load_idt(IDT_BASE, 256);
        directories[current][0] = row;
        load_cr3(directories[current]);
        expect(called(), "again");
        result("a_gate_in_two_pages");
}

/* --- which descriptors and gates -------------------------------------------------------------- */

static void segments_of_the_ldt(void)
{
        enum { LOCAL_CODE = 0xf, LOCAL_DATA = 0x17 };
        uint64_t *local = local_descriptor();

        local[1] = *descriptor(USER_CS);
        local[2] = *descriptor(USER_DS);
        visit_cs = LOCAL_CODE;
        visit_ss = LOCAL_DATA;
        visit_often();
        local[2] &= ~writable;
        visit();
        expect(came(PROTECTION, LOCAL_DATA & ~3u), "stack");
        local[2] |= writable;
        visit_often();
        local[1] &= ~descriptor_present;
        visit();
        expect(came(NOT_PRESENT, LOCAL_CODE & ~3u), "code");
        visit_cs = USER_CS;
        visit_ss = USER_DS;
        local[1] = local[2] = 0;
        expect(called(), "again");
        result("segments_of_user_mode_in_the_ldt");
}

static void segments_that_are_no_pair(void)
{
        visit_often();
        visit_ss = KERNEL_DS;
        visit();
        expect(came(PROTECTION, KERNEL_DS), "the kernel's stack");
        visit_ss = USER_DS;
        visit_cs = APP_CODE;
        visit_often();
        *descriptor(USER_DS) &= ~writable;
        visit();
        expect(came(PROTECTION, USER_DS & ~3u), "stack");
        *descriptor(USER_DS) |= writable;
        visit_often();
        *descriptor(APP_CODE) &= ~descriptor_present;
        visit();
        expect(came(NOT_PRESENT, APP_CODE & ~3u), "code");
        *descriptor(APP_CODE) |= descriptor_present;
        visit_cs = USER_CS;
        expect(called(), "again");
        result("segments_of_user_mode_that_are_not_neighbours");
}

static void data_segments_of_the_kernel(void)
{
        unsigned i;

        for (i = 0; i < 4; i++) {
                asm volatile("movl %0, %%ds" : : "r"(KERNEL_DS));
                expect(called() && !left.data, "the kernel's");
                tried = USER_DS;
                ATTEMPT("movl %2, %%ds; pushl %3; pushl %4; pushl %5; pushl %6; pushl %7; iret",
                        "m"(tried), "i"(USER_DS), "i"(USER_STACK), "i"(FLAGS), "i"(USER_CS),
                        "i"(USER_AREA));
                expect(came(CALL_VECTOR, 0) && left.data == USER_DS, "the program's");
        }
        result("a_data_segment_of_the_kernel_is_not_left_to_user_mode");
}

static void a_task_in_two_pages(void)
{
        uint64_t usual = *descriptor(OTHER_TASK), base = AT(TASK) + PAGE - 8;
        uint32_t row = directories[current][0], *esp0 = (uint32_t *)(memory[TASK] + PAGE) - 1;
        uint32_t *ss0 = (uint32_t *)memory[STACK];

        *descriptor(OTHER_TASK) = (base >> 24) << 56 | 0x0000890000000000 |
                                  (base & 0xffffff) << 16 | (sizeof(struct tss) - 1);
        *esp0 = STACK_TOP - 768;
        *ss0 = KERNEL_DS;
        directories[current][0] = 0;
        load_cr3(directories[current]);
        load_task(OTHER_TASK);
        visit_often();
        expect(left.stack == STACK_TOP - 768, "its stack");
        *ss0 = OTHER_STACK;
        expect(called() && left.ss == OTHER_STACK, "another");
        *descriptor(OTHER_TASK) = usual;
        directories[current][0] = row;
        load_cr3(directories[current]);
        load_task(TSS_SELECTOR);
        expect(called() && left.stack == STACK_TOP, "again");
        result("a_task_in_two_pages");
}

/* What is found out once more does not make true again what was known beside it. */
static void one_gate_after_another(void)
{
        static const uint8_t other_call[] = {0xcd, CALL_VECTOR + 1};
        uint32_t other = program(other_call, sizeof(other_call)), i;

        visit_often();
        load_task(OTHER_TASK);
        visit_program = other;
        for (i = 0; i < 3; i++) {
                visit();
                expect(came(CALL_VECTOR + 1, 0) && left.stack == STACK_TOP - 256, "the other");
        }
        visit_program = USER_AREA;
        expect(called() && left.stack == STACK_TOP - 256, "the first");
        load_task(TSS_SELECTOR);
        visit_program = other;
        visit();
        visit_program = USER_AREA;
        expect(called() && left.stack == STACK_TOP, "the first again");
        result("one_gate_found_again_is_not_another");
}

static void a_gate_before_a_return(void)
{
        static uint64_t other_gdt[ENTRIES];
        unsigned i;

        for (i = 0; i < ENTRIES; i++)
                other_gdt[i] = *descriptor(i * 8);
        other_gdt[APP_CODE / 8] &= ~descriptor_present;
        visit_cs = APP_CODE;
        visit_ss = APP_DATA;
        visit_often();
        load_gdt((uint32_t)other_gdt, ENTRIES);
        ATTEMPT("pushl %2; pushl %3; pushl %4; pushl %5; lret", "i"(USER_DS), "i"(USER_STACK),
                "i"(USER_CS), "i"(USER_AREA));
        expect(came(CALL_VECTOR, 0), "user mode by another way");
        visit();
        expect(came(NOT_PRESENT, APP_CODE & ~3u), "a return");
        load_gdt(GDT_BASE, ENTRIES);
        visit_cs = USER_CS;
        visit_ss = USER_DS;
        expect(called(), "again");
        result("a_gate_found_again_is_not_a_return");
}

/* The vector of an exception is another if a program names it. */
static void exceptions_and_calls(void)
{
        enum { CLOSED = CALL_VECTOR + 3 };
        static const uint8_t load[] = {0x36, 0xa1, 0, 2 * PAGE >> 8, 0, USER_AREA >> 24};
        static const uint8_t call[] = {0xcd, PAGE_FAULT}, closed_call[] = {0xcd, CLOSED};
        unsigned i;

        visit_program = program(load, sizeof(load));
        for (i = 0; i < 3; i++) {
                visit();
                expect(faulted(USER_AREA + 2 * PAGE, USER), "a page fault");
                expect(left.eip == visit_program && left.stack == STACK_TOP, "its frame");
        }
        tried = AT(OTHER);
        ATTEMPT("movl %2, %%eax; movl (%%eax), %%eax", "m"(tried));
        expect(faulted(AT(OTHER), 0) && left.stack != STACK_TOP, "the kernel's is where it was");
        visit_program = program(call, sizeof(call));
        visit();
        expect(came(PROTECTION, PAGE_FAULT * 8 + 2) && left.eip == visit_program, "called");
        *gate(CLOSED) &= ~(3ull << 45);
        visit_program = program(closed_call, sizeof(closed_call));
        for (i = 0; i < 3; i++) {
                ATTEMPT("int %2", "i"(CLOSED));
                expect(came(CLOSED, 0), "a call of the kernel's");
                visit();
                expect(came(PROTECTION, CLOSED * 8 + 2), "not of user mode");
        }
        visit_program = USER_AREA;
        expect(called(), "again");
        result("a_page_fault_is_not_an_interrupt_of_its_number");
}

/* A call that is remembered in its place. */
static void a_fault_behind_a_call(void)
{
        enum { SAME_PLACE = 0x86 };
        static const uint8_t other_call[] = {0xcd, SAME_PLACE};
        static const uint8_t load[] = {0x36, 0xa1, 0, 2 * PAGE >> 8, 0, USER_AREA >> 24};
        unsigned i, n;

        for (i = 0; i < 3; i++) {
                visit_program = program(other_call, sizeof(other_call));
                for (n = 0; n < 3; n++) {
                        visit();
                        expect(came(SAME_PLACE, 0), "the call");
                }
                visit_program = program(load, sizeof(load));
                visit();
                expect(faulted(USER_AREA + 2 * PAGE, USER), "the fault");
        }
        visit_program = USER_AREA;
        result("a_page_fault_behind_a_call");
}

/* --- gates of 16 bits ---------------------------------------------------------------------- */

asm(".text\n"
    "sixteen_bits:\n"
    "       movl $0x10, %eax\n"
    "       movl %eax, %ds\n"
    "       movl %eax, %es\n"
    "       movl visitor_stack, %esp\n"
    "       pushfl\n"
    "       popl sixteen_flags\n"
    "       jmp *come_back");

extern uint32_t sixteen_flags;
uint32_t sixteen_flags;

/* An instruction of three bytes and an address. */
static void put(uint8_t *code, const char *instruction, const void *address)
{
        __builtin_memcpy(code, instruction, 3);
        __builtin_memcpy(code + 3, &address, 4);
}

static void a_gate_of_16_bits(void)
{
        enum { LOW = 0x7000, INTERRUPT_16 = 0x86, TRAP_16 = 0x87, TO_USER = 0x60, FRAME = 10 };
        extern const char sixteen_bits[];
        static uint32_t stack;
        static const uint8_t types[] = {INTERRUPT_16 | TO_USER, TRAP_16 | TO_USER};
        const uint16_t *frame = (const uint16_t *)(memory[STACK] + PAGE - FRAME);
        uint64_t usual = *gate(CALL_VECTOR);
        uint8_t *code = (uint8_t *)(KERNEL_BASE + LOW);
        static const char *target = sixteen_bits;
        unsigned i;

        /* mov %esp, %ss:stack; jmp *%ss:target: other segments are what user mode had */
        put(code, "\x36\x89\x25", &stack);
        put(code + 7, "\x36\xff\x25", &target);
        for (i = 0; i < 6; i++) {
                *gate(CALL_VECTOR) = (uint64_t)types[i / 3] << 40 | KERNEL_CS << 16 | LOW;
                visit();
                expect(no_trap() && stack == STACK_TOP - FRAME, "ten bytes");
                expect(frame[0] == 2 && frame[1] == USER_CS && frame[2] == FLAGS, "where it was");
                expect(!(sixteen_flags & IF) == (types[i / 3] == (INTERRUPT_16 | TO_USER)), "IF");
                expect(frame[3] == (uint16_t)USER_STACK && frame[4] == USER_DS, "its stack");
        }
        *gate(CALL_VECTOR) = usual;
        expect(called(), "again");
        result("a_gate_of_16_bits_has_a_frame_of_16");
}

void round_scenes(void)
{
        flags_of_a_frame();
        steps_of_user_mode();
        flags_of_the_kernel();
        virtual_8086();
        frames_in_two_pages();
        a_far_return_in_two_pages();
        descriptors_in_two_pages();
        a_gate_in_two_pages();
        segments_of_the_ldt();
        segments_that_are_no_pair();
        data_segments_of_the_kernel();
        a_task_in_two_pages();
        one_gate_after_another();
        a_gate_before_a_return();
        exceptions_and_calls();
        a_fault_behind_a_call();
        a_gate_of_16_bits();
}
