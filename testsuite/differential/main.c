/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * differential: executes every form of forms.S with generated operands and flags, in
 * what it takes for ring 0, and prints a sum of all outcomes, form by form.
 *
 * The command line may hold form=N (only this form), segments or plain (rows for which
 * the one or the other emulator is the reference), cases=N (settings of each form) and detail
 * (print every case's outcome, with its words).
 */
#include <afterburn/insn.h>
#include "differential.h"

enum { CASES = 1000 };

static struct {
        bool running;
        const struct form *form;
        struct outcome outcome;
        const struct form *scene; /* being played, NULL: none */
        unsigned interruptions;
        uint32_t interrupted; /* where, the first time */
} now;

static const char *word_names[OUTCOME_WORDS] = {
    "vector", "error",  "place", "cr2",    "eax", "ecx",     "edx", "ebx",  "esp",
    "ebp",    "esi",    "edi",   "flags",  "cs",  "ss",      "ds",  "es",   "fs",
    "gs",     "memory", "stack", "tables", "cr0", "cr3+cr4", "dr",  "port",
};

static uint32_t sum_stack(uint32_t from)
{
        const uint8_t *p = (const uint8_t *)from, *end = test_stack + STACK_BYTES;
        uint32_t sum = 0;

        if (p < test_stack || p > end)
                return 1;
        for (; p < end; p++)
                sum = (sum ^ *p) * 16777619u;
        return sum;
}

static bool is_sequence(const struct form *form)
{
        const char *p;

        for (p = form->text; *p && *p != ';'; p++)
                ;
        return *p;
}

static uint32_t where(uint32_t eip)
{
        if (eip == now.form->end + 2 && now.outcome.vector == DONE_VECTOR)
                return 1;
        if (eip < now.form->start || eip >= now.form->end)
                return eip;
        /* NOPs in front of an instruction belong to its site: a fault is at the site's start */
        return is_sequence(now.form) ? eip - now.form->start : 0;
}

/* Everything the processor shows; the frame is where the trap was taken. */
static void take_outcome(const struct trap_frame *frame)
{
        struct outcome *o = &now.outcome;
        uint32_t ss, cr0, cr2, cr3, cr4, dr[6];
        bool user = frame->cs & 3;

        asm volatile("movl %%ss, %0; movl %%cr0, %1; movl %%cr2, %2; movl %%cr3, %3; movl %%cr4, %4"
                     : "=r"(ss), "=r"(cr0), "=r"(cr2), "=r"(cr3), "=r"(cr4));
        asm volatile("movl %%dr0, %0; movl %%dr1, %1; movl %%dr2, %2; movl %%dr3, %3"
                     : "=r"(dr[0]), "=r"(dr[1]), "=r"(dr[2]), "=r"(dr[3]));
        asm volatile("movl %%dr6, %0; movl %%dr7, %1" : "=r"(dr[4]), "=r"(dr[5]));
        o->vector = frame->vector;
        o->error = frame->error;
        o->place = where(frame->eip);
        o->cr2 = frame->vector == 14 || now.form->row[7] == 'C' ? cr2 : 0;
        o->reg[EAX] = frame->eax;
        o->reg[ECX] = frame->ecx;
        o->reg[EDX] = frame->edx;
        o->reg[EBX] = frame->ebx;
        o->reg[ESP] = user ? frame->esp : (uint32_t)&frame->esp;
        o->reg[EBP] = frame->ebp;
        o->reg[ESI] = frame->esi;
        o->reg[EDI] = frame->edi;
        o->flags = frame->eflags;
        o->cs = frame->cs & 0xffff;
        o->ss = user ? frame->ss & 0xffff : ss & 0xffff;
        o->ds = frame->ds & 0xffff;
        o->es = frame->es & 0xffff;
        o->fs = frame->fs & 0xffff;
        o->gs = frame->gs & 0xffff;
        o->memory = world_memory();
        o->stack = user ? 0 : sum_stack(o->reg[ESP]);
        o->tables = world_tables();
        o->special[0] = cr0;
        o->special[1] = cr3 ^ cr4 << 16;
        o->special[2] = dr[0] + 3 * dr[1] + 5 * dr[2] + 7 * dr[3] + 11 * dr[4] + 13 * dr[5];
        o->special[3] = inb(0x2ff);
}

/* Of a scene: its interrupt, or its fault, which is repaired.  True: go on. */
static bool scene_trap(struct trap_frame *frame)
{
        if (frame->vector == DONE_VECTOR)
                return false;
        if (!now.interruptions++)
                now.interrupted = frame->eip - now.scene->start;
        if (frame->vector == TIMER_VECTOR) {
                outb(0x21, 0xff);
                timer_acknowledge();
                return true;
        }
        if (now.interruptions > 3)
                return false;
        frame->eip = now.scene->end;
        return true;
}

void kernel_trap(struct trap_frame *frame)
{
        if (now.scene && now.running && scene_trap(frame))
                return;
        if (!now.running)
                panic("unexpected trap", frame);
        now.running = false;
        take_outcome(frame);
        leave();
}

static bool same(const char *a, const char *b)
{
        while (*a && *a == *b) {
                a++;
                b++;
        }
        return *a == *b;
}

static const struct row *row_of(const struct form *form)
{
        unsigned i;

        for (i = 0; i < row_count; i++)
                if (same(rows[i].name, form->row))
                        return &rows[i];
        panic(form->row, NULL);
}

/* lds, les, lfs, lgs, lss */
static bool is_far_load(const char *name)
{
        return name[0] == 'L' && name[2] == 'S' && !name[3];
}

/* Take out what the architecture, or the table, leaves open. */
static void leave_out(const struct row *row, struct outcome *o)
{
        /* RF, which a processor sets in the frame of a fault, QEMU leaves clear */
        o->flags &= ~(uint32_t)RF;
        if (row->excluded & AB_X_FLAGS)
                o->flags &= ~(uint32_t)ARITHMETIC;
        if (row->excluded & AB_X_TSC || same(row->name, "CPUID") || same(row->name, "RDMSR"))
                o->reg[EAX] = o->reg[EDX] = o->reg[EBX] = o->reg[ECX] = 0;
        /* hidden, so undefined; a processor that has them refuses them while CS is null in the MSR
         */
        if (same(row->name, "SYSENTER") || same(row->name, "SYSEXIT")) {
                o->vector = o->vector == 13 ? 6 : o->vector;
                o->error = 0;
        }
        /* limit and base are two accesses: whether the first is undone is not defined */
        if ((same(row->name, "SGDT") || same(row->name, "SIDT")) && o->vector == 14)
                o->memory = o->tables = 0;
        /* the order in which an area is accessed is not defined; its pages are */
        if (same(row->name, "FNSAVE") || same(row->name, "FRSTOR"))
                o->cr2 &= ~4095u;
        if ((same(row->name, "FNSAVE") || same(row->name, "FRSTOR")) && o->vector == 14)
                o->tables = 0;
        /* so is which half of a far pointer is read first */
        if (is_far_load(row->name) && o->vector == 14) {
                o->cr2 &= ~4095u;
                o->tables = 0;
        }
        /* there are no counters: refused as an instruction, or for its operand */
        if (same(row->name, "RDPMC")) {
                o->vector = o->vector == 13 ? 6 : o->vector;
                o->error = 0;
        }
        /* read and then written, or at once; and a processor need not write what stays the same */
        if (same(row->name, "ARPL"))
                o->error = o->tables = 0;
        if (same(row->name, "LAR")) {
                o->reg[EAX] &= ~0xf0000u;
                o->reg[EDX] &= ~0xf0000u;
        }
        /* an FPU's saved instruction and data pointers name segments */
        if (same(row->name, "FNSAVE") || same(row->name, "FXSAVE"))
                o->memory = 0;
}

static void run_case(const struct form *form, const struct row *row, uint32_t number)
{
        seed((uint32_t)(form - forms) * 4096 + number + 1);
        world_reset();
        row->generate(form);
        now.form = form;
        start_at = form->start;
        now.running = true;
        execute();
        leave_out(row, &now.outcome);
}

static void print_case(uint32_t number)
{
        const uint32_t *word = (const uint32_t *)&now.outcome;
        unsigned i;

        print("case %u:", number);
        for (i = 0; i < OUTCOME_WORDS; i++)
                print(" %s=%x", word_names[i], word[i]);
        print("\n");
}

static void run_form(const struct form *form, uint32_t cases, bool detail)
{
        const struct row *row = row_of(form);
        const uint32_t *word = (const uint32_t *)&now.outcome;
        uint32_t sum = 0, number, done = 0;
        unsigned i;

        for (number = 0; number < cases; number++) {
                run_case(form, row, number);
                for (i = 0; i < OUTCOME_WORDS; i++)
                        sum = (sum ^ word[i]) * 16777619u;
                done += now.outcome.vector == DONE_VECTOR;
                if (detail)
                        print_case(number);
        }
        print("form %u %s: %s: %u cases, %u without a fault, sum %x\n", form - forms, form->row,
              form->text, cases, done, sum);
}

/* Number behind @name in the command line, 0: a word without; ~0: not there. */
static uint32_t argument(const char *name)
{
        const char *p = command_line_behind(name);
        uint32_t value = 0;

        for (; p && *p >= '0' && *p <= '9'; p++)
                value = value * 10 + (uint32_t)(*p - '0');
        return p ? value : ~0u;
}

/*
 * QEMU takes segments, debug registers and model-specific registers lightly: what it makes of
 * accessed bits, reserved bits and null selectors is not what a processor does; bochs is exact.
 */
static bool is_segments(const struct form *form)
{
        return row_of(form)->state & (AB_S_SEG | AB_S_DT | AB_S_DR | AB_S_MSR);
}

/* Mask all lines: no interrupt comes, whatever IF says. */
static void silence(void)
{
        timer_init(100);
        outb(0x21, 0xff);
        outb(0xa1, 0xff);
}

/* Wait until the interrupt controller has the timer's interrupt, but the processor not. */
static void await_timer(void)
{
        unsigned patience;

        outb(0x21, 0xfe);
        outb(0x20, 0x0a); /* read requests, not those in service */
        for (patience = 100000000; patience && !(inb(0x20) & 1); patience--)
                ;
}

static void play(const struct form *scene)
{
        unsigned i;

        world_reset();
        seed(1);
        rows[0].generate(scene);
        start_state.flags = 2;
        start_state.reg[EAX] = 0x7ff8;
        start_state.es = KERNEL_DS;
        now.form = now.scene = scene;
        now.interruptions = 0;
        now.interrupted = 0;
        start_at = scene->start;
        if (scene->operand == PENDING)
                await_timer();
        now.running = true;
        execute();
        outb(0x21, 0xff);
        timer_acknowledge();
        now.scene = NULL;
        print("form scene %s: %s: %u traps, the first at %u,", scene->row, scene->text,
              now.interruptions, now.interrupted);
        for (i = EAX; i <= EDI; i++)
                print(" %x", now.outcome.reg[i]);
        print(" flags %x\n", now.outcome.flags & ~(uint32_t)(ARITHMETIC | RF));
}

void kernel_main(void)
{
        const struct form *form;
        uint32_t only, cases;
        bool detail, segments, plain;

        only = argument("form=");
        cases = argument("cases=");
        detail = argument("detail") != ~0u;
        segments = argument("segments") != ~0u;
        plain = argument("plain") != ~0u;
        silence();
        world_init();
        ktap_plan(1);
        /* cppcheck-suppress comparePointers ; the linker script makes one array of them */
        for (form = forms; form < forms_end; form++)
                if ((only == ~0u || only == (uint32_t)(form - forms)) &&
                    !(is_segments(form) ? plain : segments))
                        run_form(form, cases == ~0u ? CASES : cases, detail);
        /* cppcheck-suppress comparePointers ; as above */
        for (form = scenes; form < scenes_end && !plain; form++)
                play(form);
        ktap_result(true, "all forms executed");
        ktap_finish();
}
