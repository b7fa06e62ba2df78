/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gates, descriptors and stacks that were found good; see remembered.h. */
#include "remembered.h"

static const uint64_t descriptor_present = 1ull << 47;

static uint32_t tried;

static void load_es(uint32_t selector)
{
        tried = selector;
        ATTEMPT("movl %2, %%eax; movl %%eax, %%es", "m"(tried));
}

static void load_fs(uint32_t selector)
{
        tried = selector;
        ATTEMPT("pushl %2; popl %%fs", "m"(tried));
}

/* --- pages that go and come back --------------------------------------------------------- */

static void a_missing_gate(void)
{
        unsigned way;

        for (way = 0; way < WAYS; way++) {
                visit_often();
                change(IDT_HIGH, 0, way);
                visit();
                expect(faulted(AT(IDT_HIGH), 0), ways[way]);
                expect(left.eip == visit_program, "the call is executed again");
                change(IDT_HIGH, entry_of(IDT_HIGH), way);
                expect(called(), "again");
        }
        result("the_page_of_a_gate_goes");
}

static void a_missing_descriptor_of_a_gate(void)
{
        uint64_t usual = *gate(CALL_VECTOR);
        unsigned way;

        *gate(CALL_VECTOR) = (usual & ~0xffff0000ull) | (uint32_t)CODE << 16;
        for (way = 0; way < WAYS; way++) {
                visit_often();
                expect(left.cs == CODE, "code segment");
                change(GDT_HIGH, 0, way);
                visit();
                expect(faulted(AT(GDT_HIGH), 0), ways[way]);
                change(GDT_HIGH, entry_of(GDT_HIGH), way);
                expect(called(), "again");
        }
        *gate(CALL_VECTOR) = usual;
        result("the_page_of_a_gates_segment_goes");
}

static void missing_descriptors_of_iret(void)
{
        unsigned way;

        visit_cs = APP_CODE;
        visit_ss = APP_DATA;
        for (way = 0; way < WAYS; way++) {
                visit_often();
                change(GDT_HIGH, 0, way);
                visit();
                expect(faulted(GDT_BASE + (APP_CODE & ~7u), 0), ways[way]);
                change(GDT_HIGH, entry_of(GDT_HIGH), way);
                expect(called(), "again");
        }
        visit_cs = USER_CS;
        visit_ss = USER_DS;
        result("the_page_of_an_applications_segments_goes");
}

static void missing_descriptors_of_loads(void)
{
        unsigned way, i;

        for (way = 0; way < WAYS; way++) {
                for (i = 0; i < 3; i++) {
                        load_es(DATA);
                        expect(no_trap(), "es");
                        load_fs(IN_LDT);
                        expect(no_trap(), "fs");
                }
                change(LDT, 0, way);
                load_fs(IN_LDT);
                expect(faulted(AT(LDT), 0), ways[way]);
                change(GDT_HIGH, 0, way);
                load_es(DATA);
                expect(faulted(GDT_BASE + DATA, 0), ways[way]);
                change(GDT_HIGH, entry_of(GDT_HIGH), way);
                change(LDT, entry_of(LDT), way);
        }
        result("the_page_of_a_loaded_segment_goes");
}

/* --- pages that become others ---------------------------------------------------------------- */

static void copy(unsigned to, unsigned from)
{
        unsigned i;

        for (i = 0; i < PAGE; i++)
                memory[to][i] = memory[from][i];
}

/* What is at @address in page OTHER, once it has become @page. */
static void *in_other(uint32_t address)
{
        return memory[OTHER] + address % PAGE;
}

static void another_gate(void)
{
        unsigned way;

        for (way = 0; way < WAYS; way++) {
                visit_often();
                copy(OTHER, IDT_HIGH);
                *(uint64_t *)in_other(IDT_BASE + CALL_VECTOR * 8) = *gate(CALL_VECTOR + 1);
                change(IDT_HIGH, entry_of(OTHER), way);
                visit();
                expect(came(CALL_VECTOR + 1, 0), ways[way]);
                change(IDT_HIGH, entry_of(IDT_HIGH), way);
                expect(called(), "again");
        }
        result("the_page_of_a_gate_becomes_another");
}

static void another_task(void)
{
        unsigned way;

        for (way = 0; way < WAYS; way++) {
                visit_often();
                expect(left.stack == STACK_TOP, "stack");
                copy(OTHER, TASK);
                ((struct tss *)in_other(AT(TASK)))->esp0 = STACK_TOP - 1024;
                change(TASK, entry_of(OTHER), way);
                expect(called() && left.stack == STACK_TOP - 1024, ways[way]);
                change(TASK, entry_of(TASK), way);
                expect(called() && left.stack == STACK_TOP, "again");
        }
        result("the_page_of_the_task_segment_becomes_another");
}

static void other_descriptors(void)
{
        unsigned way;

        visit_cs = APP_CODE;
        for (way = 0; way < WAYS; way++) {
                visit_often();
                load_es(DATA);
                copy(OTHER, GDT_HIGH);
                *(uint64_t *)in_other(GDT_BASE + DATA) &= ~descriptor_present;
                *(uint64_t *)in_other(GDT_BASE + (APP_CODE & ~7u)) &= ~descriptor_present;
                change(GDT_HIGH, entry_of(OTHER), way);
                visit();
                expect(came(11, APP_CODE & ~3u), ways[way]);
                load_es(DATA);
                expect(came(11, DATA), ways[way]);
                change(GDT_HIGH, entry_of(GDT_HIGH), way);
                expect(called(), "again");
                load_es(DATA);
                expect(no_trap(), "again");
        }
        visit_cs = USER_CS;
        result("the_page_of_descriptors_becomes_another");
}

/* A frame pushed for a trap is where the stack is now, and sets the bits of its page. */
static void another_stack(void)
{
        uint32_t *old = (uint32_t *)(memory[STACK] + PAGE) - 1;
        uint32_t *new = (uint32_t *)(memory[OTHER] + PAGE) - 1;
        unsigned way;

        for (way = 0; way < WAYS; way++) {
                visit_often();
                *old = *new = 0;
                change(STACK, entry_of(OTHER), way);
                expect(called() && *new == USER_DS && !*old, ways[way]);
                expect(tables[current][STACK] & DIRTY, "dirty");
                *new = 0;
                change(STACK, entry_of(STACK), way);
                expect(called() && *old == USER_DS && !*new, "again");
        }
        result("the_page_of_the_kernels_stack_becomes_another");
}

static void bits(void)
{
        static const uint8_t touched[] = {GDT_LOW, IDT_HIGH, TASK, STACK};
        unsigned way, i;

        for (way = 0; way < WAYS; way++) {
                visit_often();
                for (i = 0; i < sizeof(touched); i++)
                        change(touched[i], entry_of(touched[i]), way);
                expect(called(), ways[way]);
                for (i = 0; i < sizeof(touched); i++)
                        expect(tables[current][touched[i]] & ACCESSED, ways[way]);
                expect(tables[current][STACK] & DIRTY, ways[way]);
        }
        result("accessed_and_dirty_bits_are_set_again");
}

/* --- stores to the tables ------------------------------------------------------------------- */

static void stored_gates(void)
{
        enum { TRAP_GATE = 1 };
        uint64_t usual = *gate(CALL_VECTOR);

        visit_often();
        expect(!(left.flags & IF), "interrupt gate");
        *gate(CALL_VECTOR) = usual | (uint64_t)TRAP_GATE << 40;
        expect(called() && left.flags & IF, "trap gate");
        visit_often();
        *gate(CALL_VECTOR) = usual;
        expect(called() && !(left.flags & IF), "interrupt gate again");
        *gate(CALL_VECTOR) = usual & ~descriptor_present;
        visit();
        expect(came(11, CALL_VECTOR * 8 + 2) && left.eip == visit_program, "not present");
        *gate(CALL_VECTOR) = usual;
        expect(called() && left.eip == visit_program + 2, "present again");
        result("a_stored_gate_counts");
}

/* What becomes of a fault whose own gate is not present. */
static void faults_without_gates(void)
{
        enum { INVALID = 6, DOUBLE = 8, NOT_PRESENT = 11, PAGE_FAULT = 14 };
        uint64_t invalid = *gate(INVALID), not_present = *gate(NOT_PRESENT);
        uint64_t page_fault = *gate(PAGE_FAULT), call = *gate(CALL_VECTOR);

        *gate(INVALID) = invalid & ~descriptor_present;
        ATTEMPT("ud2", "m"(tried));
        expect(came(NOT_PRESENT, INVALID * 8 + 3), "an invalid instruction");
        *gate(INVALID) = invalid;
        tried = AT(OTHER);
        *gate(PAGE_FAULT) = page_fault & ~descriptor_present;
        ATTEMPT("movl %2, %%eax; movl (%%eax), %%eax", "m"(tried));
        expect(came(DOUBLE, 0), "a page fault");
        *gate(PAGE_FAULT) = page_fault;
        *gate(CALL_VECTOR) = call & ~descriptor_present;
        *gate(NOT_PRESENT) = not_present & ~descriptor_present;
        visit();
        expect(came(DOUBLE, 0), "a call without a gate");
        *gate(CALL_VECTOR) = call;
        *gate(NOT_PRESENT) = not_present;
        expect(called(), "again");
        result("faults_without_gates_are_double_faults_or_not");
}

static void stored_stacks(void)
{
        visit_often();
        task()->esp0 = STACK_TOP - 512;
        expect(called() && left.stack == STACK_TOP - 512, "esp0");
        task()->ss0 = OTHER_STACK;
        expect(called() && left.ss == OTHER_STACK, "ss0");
        task()->ss0 = KERNEL_DS;
        expect(called() && left.ss == KERNEL_DS, "ss0 again");
        task()->esp0 = STACK_TOP;
        result("a_stored_stack_of_the_task_counts");
}

static void stored_descriptors(void)
{
        static const uint64_t writable = 1ull << 41;
        uint64_t usual = *gate(CALL_VECTOR);

        *gate(CALL_VECTOR) = (usual & ~0xffff0000ull) | (uint32_t)CODE << 16;
        task()->ss0 = DATA;
        visit_cs = APP_CODE;
        visit_ss = APP_DATA;
        visit_often();
        *descriptor(CODE) &= ~descriptor_present;
        visit();
        expect(came(11, CODE), "code segment of a gate");
        *descriptor(CODE) |= descriptor_present;
        visit_often();
        *descriptor(APP_DATA) &= ~writable;
        visit();
        expect(came(13, APP_DATA & ~3u), "stack of an application");
        *descriptor(APP_DATA) |= writable;
        visit_often();
        *descriptor(APP_CODE) &= ~descriptor_present;
        visit();
        expect(came(11, APP_CODE & ~3u), "code of an application");
        *descriptor(APP_CODE) |= descriptor_present;
        expect(called(), "again");
        visit_cs = USER_CS;
        visit_ss = USER_DS;
        *gate(CALL_VECTOR) = usual;
        task()->ss0 = KERNEL_DS;
        result("a_stored_descriptor_counts");
}

static void stored_data_segments(void)
{
        uint64_t *local = local_descriptor();
        unsigned i;

        for (i = 0; i < 3; i++) {
                load_es(DATA);
                load_fs(IN_LDT);
        }
        *descriptor(DATA) &= ~descriptor_present;
        *local &= ~descriptor_present;
        load_es(DATA);
        expect(came(11, DATA), "not present");
        load_fs(IN_LDT);
        expect(came(11, IN_LDT), "not present, of the LDT");
        *descriptor(DATA) |= descriptor_present;
        *local |= descriptor_present;
        load_es(DATA);
        load_fs(IN_LDT);
        expect(no_trap(), "again");
        result("a_stored_data_segment_counts");
}

static void other_tables(void)
{
        static uint64_t other_gdt[ENTRIES], other_idt[256];
        uint64_t usual = *gate(CALL_VECTOR);
        unsigned i;

        for (i = 0; i < ENTRIES; i++)
                other_gdt[i] = *descriptor(i * 8);
        for (i = 0; i < 256; i++)
                other_idt[i] = *gate(i);
        other_gdt[DATA / 8] &= ~descriptor_present;
        other_gdt[CODE / 8] &= ~descriptor_present;
        other_gdt[APP_CODE / 8] &= ~descriptor_present;
        other_idt[CALL_VECTOR] = *gate(CALL_VECTOR + 1);

        visit_often();
        load_idt((uint32_t)other_idt, 256);
        visit();
        expect(came(CALL_VECTOR + 1, 0), "another IDT");
        load_idt(IDT_BASE, CALL_VECTOR);
        visit();
        expect(came(13, CALL_VECTOR * 8 + 2), "a shorter IDT");
        load_idt(IDT_BASE, 256);

        visit_cs = APP_CODE;
        visit_ss = APP_DATA;
        visit_often();
        load_gdt((uint32_t)other_gdt, ENTRIES);
        visit();
        expect(came(11, APP_CODE & ~3u), "another GDT, for an application");
        load_gdt(GDT_BASE, ENTRIES_LOW);
        visit();
        expect(came(13, APP_CODE & ~3u), "a shorter GDT, for an application");
        load_gdt(GDT_BASE, ENTRIES);
        visit_cs = USER_CS;
        visit_ss = USER_DS;

        *gate(CALL_VECTOR) = (usual & ~0xffff0000ull) | (uint32_t)CODE << 16;
        visit_often();
        load_es(DATA);
        load_gdt((uint32_t)other_gdt, ENTRIES);
        visit();
        expect(came(11, CODE), "another GDT");
        load_es(DATA);
        expect(came(11, DATA), "its data segment");
        load_gdt(GDT_BASE, ENTRIES_LOW);
        visit();
        expect(came(13, CODE), "a shorter GDT");
        load_es(DATA);
        expect(came(13, DATA), "its data segment");
        load_gdt(GDT_BASE, ENTRIES);
        *gate(CALL_VECTOR) = usual;
        expect(called(), "again");
        result("another_table_counts");

        for (i = 0; i < 3; i++)
                load_fs(IN_LDT);
        load_ldt(OTHER_LOCAL);
        load_fs(IN_LDT);
        expect(came(11, IN_LDT), "another LDT");
        load_ldt(0);
        load_fs(IN_LDT);
        expect(came(13, IN_LDT), "no LDT");
        load_ldt(LOCAL);
        load_fs(IN_LDT);
        expect(no_trap(), "again");
        result("another_ldt_counts");

        visit_often();
        load_task(OTHER_TASK);
        expect(called() && left.stack == STACK_TOP - 256, "another task");
        load_task(TSS_SELECTOR);
        expect(called() && left.stack == STACK_TOP, "again");
        result("another_task_counts");
}

/* Going this way sets the accessed bit of each segment, until a table says it is not set. */
static void accessed_bits(void)
{
        static const uint64_t accessed = 1ull << 40;
        static const uint16_t selectors[] = {CODE, DATA, APP_CODE, APP_DATA};
        uint64_t usual = *gate(CALL_VECTOR);
        unsigned i;

        *gate(CALL_VECTOR) = (usual & ~0xffff0000ull) | (uint32_t)CODE << 16;
        task()->ss0 = DATA;
        visit_cs = APP_CODE;
        visit_ss = APP_DATA;
        for (i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
                visit_often();
                *descriptor(selectors[i]) &= ~accessed;
                expect(called() && *descriptor(selectors[i]) & accessed, "of user mode");
        }
        load_es(DATA);
        load_es(DATA);
        *descriptor(DATA) &= ~accessed;
        load_es(DATA);
        expect(no_trap() && *descriptor(DATA) & accessed, "of data");
        *gate(CALL_VECTOR) = usual;
        task()->ss0 = KERNEL_DS;
        visit_cs = USER_CS;
        visit_ss = USER_DS;
        result("accessed_bits_of_segments_are_set_again");
}

/* --- segments that user code loads ---------------------------------------------------- */

/* A way into the kernel that leaves %gs alone; it ends an attempt. */
asm(".text\n"
    "gs_stays:\n"
    "       movl $0x10, %eax\n"
    "       movl %eax, %ds\n"
    "       movl %eax, %es\n"
    "       movl visitor_stack, %esp\n"
    "       jmp *come_back");

/* User code ends in the kernel, which goes on with the %gs it has. */
static void user_runs(const uint8_t *code, uint32_t bytes)
{
        uint8_t *to = memory[PROGRAM] + 16;

        while (bytes--)
                to[bytes] = code[bytes];
        visit_program = USER_AREA + 16;
        visit();
        visit_program = USER_AREA;
        expect(no_trap(), "user code");
}

static void user_loads_gs(uint8_t selector)
{
        /* mov $selector, %eax; mov %eax, %gs; int */
        const uint8_t code[] = {0xb8, selector, 0, 0, 0, 0x8e, 0xe8, 0xcd, CALL_VECTOR + 2};

        user_runs(code, sizeof(code));
}

static bool user_stores_through_gs(uint32_t offset)
{
        /* mov $selector, %eax; mov %eax, %gs; movl $1, %gs:0; int */
        static const uint8_t code[] = {
            0xb8, LOCAL_STORAGE,  0, 0, 0, 0x8e, 0xe8, 0x65, 0xc7, 0x05, 0, 0, 0, 0, 1, 0, 0, 0,
            0xcd, CALL_VECTOR + 2};
        uint32_t *target = (uint32_t *)(memory[TARGET] + offset);

        *target = 0;
        user_runs(code, sizeof(code));
        return *target == 1;
}

static bool stored_through_gs(uint32_t offset)
{
        static const uint32_t selector = LOCAL_STORAGE;
        uint32_t *target = (uint32_t *)(memory[TARGET] + offset);

        *target = 0;
        ATTEMPT("movl %2, %%eax; movl %%eax, %%gs; sidt %%gs:0", "m"(selector));
        return no_trap() && *target;
}

/* What a register had is known, but it has it no more. */
static void a_null_segment_between(void)
{
        uint32_t fs, i;

        for (i = 0; i < 3; i++) {
                load_fs(IN_LDT);
                load_fs(0);
                asm volatile("movl %%fs, %0" : "=r"(fs));
                expect(no_trap() && !(fs & 0xffff), "a null segment");
        }
        load_fs(IN_LDT);
        asm volatile("movl %%fs, %0" : "=r"(fs));
        expect(no_trap() && (fs & 0xffff) == IN_LDT, "a segment again");
        result("a_segment_behind_a_null_segment_is_loaded");
}

/* Addresses in a segment are told from the descriptor as it was at the load. */
static void a_stored_base(void)
{
        const uint64_t first = 0x4000f30010000fff, second = 0x4000f30011000fff;

        *descriptor(LOCAL_STORAGE) = first;
        expect(stored_through_gs(0) && stored_through_gs(0), "the first");
        *descriptor(LOCAL_STORAGE) = second;
        expect(stored_through_gs(256), "the second");
        asm volatile("movl %0, %%gs" : : "r"(0));
        result("a_stored_base_of_a_segment_counts");
}

/* The kernel loads what it has loaded before, but user code has loaded something else since. */
static void segments_of_user_code(void)
{
        extern const char gs_stays[];
        uint32_t entry = (uint32_t)gs_stays;
        unsigned i;
        uint64_t first = 0x4000f30010000fff, second = 0x4000f30011000fff; /* at its second page */

        *gate(CALL_VECTOR + 2) =
            (uint64_t)((entry & 0xffff0000) | 0xee00) << 32 | KERNEL_CS << 16 | (entry & 0xffff);
        *descriptor(LOCAL_STORAGE) = first;
        expect(stored_through_gs(0), "the first");
        user_loads_gs(0);
        *descriptor(LOCAL_STORAGE) = second;
        user_loads_gs(LOCAL_STORAGE);
        *descriptor(LOCAL_STORAGE) = first;
        expect(stored_through_gs(0), "the first again");
        *descriptor(LOCAL_STORAGE) = 0;
        result("a_segment_that_user_code_has_loaded_since");

        for (i = 0; i < 3; i++) {
                *descriptor(LOCAL_STORAGE) = first;
                expect(user_stores_through_gs(0) && user_stores_through_gs(0), "the first");
                *descriptor(LOCAL_STORAGE) = second;
                expect(user_stores_through_gs(256), "the second");
        }
        user_loads_gs(0);
        *descriptor(LOCAL_STORAGE) = 0;
        result("a_stored_segment_of_user_code_counts");
}

void kernel_main(void)
{
        make_world();
        ktap_plan(54);
        a_missing_gate();
        a_missing_descriptor_of_a_gate();
        missing_descriptors_of_iret();
        missing_descriptors_of_loads();
        another_gate();
        another_task();
        other_descriptors();
        another_stack();
        bits();
        stored_gates();
        faults_without_gates();
        stored_stacks();
        stored_descriptors();
        stored_data_segments();
        other_tables();
        accessed_bits();
        a_null_segment_between();
        a_stored_base();
        if (!left_out("segments")) {
                segments_of_user_code();
        } else {
                ktap_skip("a_segment_that_user_code_has_loaded_since", "left out");
                ktap_skip("a_stored_segment_of_user_code_counts", "left out");
        }
        gate_scenes();
        round_scenes();
        permission_scenes();
        control_scenes();
        page_scenes();
        ktap_finish();
}
