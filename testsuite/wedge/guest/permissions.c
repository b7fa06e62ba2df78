/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What user mode may do, and who is told of the rest: ports, floating point. */
#include "remembered.h"

enum {
        NO_UNIT = 7,
        PROTECTION = 13,
        CR0_EM = 4,
        CR0_TS = 8,
        PORT = 0xe8,
        MAP = sizeof(struct tss)
};

/* Whoever answers at the port has nothing to say. */
static const uint8_t read_byte[] = {0xe4, PORT, 0xcd, CALL_VECTOR};
static const uint8_t read_word[] = {0x66, 0xe5, PORT, 0xcd, CALL_VECTOR};
static const uint8_t read_long[] = {0xe5, PORT, 0xcd, CALL_VECTOR};
static const uint8_t read_behind[] = {0x66, 0xe5, PORT + 7, 0xcd, CALL_VECTOR};

/* The program of @bytes comes to its call. */
static bool comes_through(const uint8_t *code, unsigned bytes)
{
        enum { BEHIND = 64 };
        unsigned i;

        for (i = 0; i < bytes; i++)
                memory[PROGRAM][BEHIND + i] = code[i];
        visit_program = USER_AREA + BEHIND;
        visit();
        visit_program = USER_AREA;
        return left.vector == CALL_VECTOR;
}

/* It is told of the port: its instruction has not been executed. */
static bool is_refused(const uint8_t *code, unsigned bytes)
{
        return !comes_through(code, bytes) && came(PROTECTION, 0) && left.eip == USER_AREA + 64;
}

#define MAY(code)     comes_through(code, sizeof(code))
#define MAY_NOT(code) is_refused(code, sizeof(code))

static void limit_task(uint32_t limit)
{
        *descriptor(TSS_SELECTOR) = (*descriptor(TSS_SELECTOR) & ~0xffffull) | limit;
        load_task(TSS_SELECTOR);
}

static void ports(void)
{
        uint8_t *map = memory[TASK] + MAP + PORT / 8;

        map[0] = map[1] = 0xff;
        limit_task(MAP + PORT / 8 + 2);
        expect(MAY_NOT(read_byte) && MAY_NOT(read_word), "none");
        map[0] = 0xfe;
        expect(MAY(read_byte) && MAY_NOT(read_word) && MAY_NOT(read_long), "one");
        map[0] = 0xfc;
        expect(MAY(read_word) && MAY_NOT(read_long), "two");
        map[0] = 0xf8;
        expect(MAY_NOT(read_long), "three");
        map[0] = 0xf0;
        expect(MAY(read_long), "four");
        map[0] = 0x7f;
        expect(MAY_NOT(read_behind), "the last of eight");
        map[1] = 0xfe;
        expect(MAY(read_behind), "and the next");
        map[0] = map[1] = 0;
        limit_task(MAP + PORT / 8 + 1);
        expect(MAY(read_byte), "the map has a byte more");
        limit_task(MAP + PORT / 8);
        expect(MAY_NOT(read_byte), "it has none");
        limit_task(sizeof(struct tss) - 1);
        expect(MAY_NOT(read_byte), "there is no map");
        visit_flags = FLAGS | 0x3000;
        expect(MAY(read_byte) && MAY(read_long), "by IOPL");
        visit_flags = FLAGS | 0x2000;
        expect(MAY_NOT(read_byte), "not by less");
        visit_flags = FLAGS;
        expect(MAY_NOT(read_byte) && called(), "again");
        result("ports_that_user_mode_may_use");
}

static void set_cr0(uint32_t set, uint32_t cleared)
{
        uint32_t value;

        asm volatile("movl %%cr0, %0" : "=r"(value));
        asm volatile("movl %0, %%cr0" : : "r"((value | set) & ~cleared) : "memory");
}

static void floating_point(void)
{
        static const uint32_t bits[] = {CR0_TS, CR0_EM, CR0_TS | CR0_EM};
        static const uint8_t code[] = {0xd9, 0xd0, 0xcd, CALL_VECTOR}; /* fnop */
        unsigned i, n;

        for (i = 0; i < 3; i++) {
                set_cr0(0, CR0_TS | CR0_EM);
                expect(MAY(code) && MAY(code), "there is a unit");
                set_cr0(bits[i], 0);
                for (n = 0; n < 2; n++) {
                        expect(!MAY(code), "there is none");
                        expect(came(NO_UNIT, 0) && left.eip == USER_AREA + 64, "it is told");
                }
        }
        set_cr0(0, CR0_TS | CR0_EM);
        expect(MAY(code) && called(), "again");
        result("floating_point_of_user_mode");
}

void permission_scenes(void)
{
        ports();
        floating_point();
}
