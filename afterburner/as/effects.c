/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "as/effects.h"

#include <stdbool.h>
#include <string.h>

#include <afterburn/record.h>

#include "as/scan.h"

#define EAX (1u << AB_EAX)
#define ECX (1u << AB_ECX)
#define EDX (1u << AB_EDX)
#define EBX (1u << AB_EBX)
#define ESP (1u << AB_ESP)
#define CF  AB_FLAG_CF
#define ALL AB_FLAGS_ALL

enum role {
        PLAIN,  /* operands are read, if there are any */
        MOVE,   /* the last operand is written, the others are read */
        MODIFY, /* the last operand is read and written */
};

/* The size suffix may be missing. */
static const struct effect {
        const char *name;
        uint8_t role;
        uint8_t reads, writes; /* implicit registers */
        uint8_t flags_read, flags_written;
} effects[] = {
    {"mov", MOVE, 0, 0, 0, 0},
    {"movzb", MOVE, 0, 0, 0, 0},
    {"movzw", MOVE, 0, 0, 0, 0},
    {"movsb", MOVE, 0, 0, 0, 0},
    {"movsw", MOVE, 0, 0, 0, 0},
    {"movzx", MOVE, 0, 0, 0, 0},
    {"lea", MOVE, 0, 0, 0, 0},
    {"pop", MOVE, ESP, 0, 0, 0},
    {"push", PLAIN, ESP, 0, 0, 0},
    {"pushf", PLAIN, ESP, 0, ALL, 0},
    {"popf", PLAIN, ESP, 0, 0, ALL},
    {"cli", PLAIN, 0, 0, 0, 0},
    {"sti", PLAIN, 0, 0, 0, 0},
    {"nop", PLAIN, 0, 0, 0, 0},
    {"hlt", PLAIN, 0, 0, 0, 0},
    {"clts", PLAIN, 0, 0, 0, 0},
    {"invd", PLAIN, 0, 0, 0, 0},
    {"wbinvd", PLAIN, 0, 0, 0, 0},
    {"mfence", PLAIN, 0, 0, 0, 0},
    {"lfence", PLAIN, 0, 0, 0, 0},
    {"sfence", PLAIN, 0, 0, 0, 0},
    {"pause", PLAIN, 0, 0, 0, 0},
    {"invlpg", PLAIN, 0, 0, 0, 0},
    {"lgdt", PLAIN, 0, 0, 0, 0},
    {"lidt", PLAIN, 0, 0, 0, 0},
    {"sgdt", PLAIN, 0, 0, 0, 0},
    {"sidt", PLAIN, 0, 0, 0, 0},
    {"lldt", PLAIN, 0, 0, 0, 0},
    {"ltr", PLAIN, 0, 0, 0, 0},
    {"fwait", PLAIN, 0, 0, 0, 0},
    {"fnclex", PLAIN, 0, 0, 0, 0},
    {"fnsave", PLAIN, 0, 0, 0, 0},
    {"frstor", PLAIN, 0, 0, 0, 0},
    {"fxsave", PLAIN, 0, 0, 0, 0},
    {"fxrstor", PLAIN, 0, 0, 0, 0},
    {"fninit", PLAIN, 0, 0, 0, 0},
    {"monitor", PLAIN, EAX | ECX | EDX, 0, 0, 0},
    {"mwait", PLAIN, EAX | ECX, 0, 0, 0},
    {"add", MODIFY, 0, 0, 0, ALL},
    {"sub", MODIFY, 0, 0, 0, ALL},
    {"and", MODIFY, 0, 0, 0, ALL},
    {"or", MODIFY, 0, 0, 0, ALL},
    {"xor", MODIFY, 0, 0, 0, ALL},
    {"neg", MODIFY, 0, 0, 0, ALL},
    {"adc", MODIFY, 0, 0, CF, ALL},
    {"sbb", MODIFY, 0, 0, CF, ALL},
    {"inc", MODIFY, 0, 0, 0, ALL & ~CF},
    {"dec", MODIFY, 0, 0, 0, ALL & ~CF},
    {"not", MODIFY, 0, 0, 0, 0},
    {"cmp", PLAIN, 0, 0, 0, ALL},
    {"test", PLAIN, 0, 0, 0, ALL},
    {"bt", PLAIN, 0, 0, 0, CF},
    {"bts", MODIFY, 0, 0, 0, CF},
    {"btr", MODIFY, 0, 0, 0, CF},
    {"btc", MODIFY, 0, 0, 0, CF},
    {"rdmsr", PLAIN, ECX, EAX | EDX, 0, 0},
    {"wrmsr", PLAIN, EAX | ECX | EDX, 0, 0, 0},
    {"rdtsc", PLAIN, 0, EAX | EDX, 0, 0},
    {"rdpmc", PLAIN, ECX, EAX | EDX, 0, 0},
    {"cpuid", PLAIN, EAX | ECX, EAX | EBX | ECX | EDX, 0, 0},
    {"in", PLAIN, EAX, 0, 0, 0},
    {"out", PLAIN, EAX, 0, 0, 0},
};

static const struct effect *find(const char *name, size_t length)
{
        for (unsigned strip = 0; strip < 2; strip++) {
                size_t n = length - strip;

                if (strip && (length < 2 || !strchr("bwl", name[length - 1])))
                        break;
                for (unsigned i = 0; i < sizeof effects / sizeof *effects; i++)
                        if (strlen(effects[i].name) == n && !strncmp(effects[i].name, name, n))
                                return &effects[i];
        }
        return NULL;
}

struct effects effects_before(const char *plain, const struct prefixes *prefixes,
                              struct syntax syntax, struct effects dead)
{
        const struct effects nothing = {0, 0};
        size_t length = strcspn(plain, " ");
        const struct effect *effect = find(plain, length);
        struct operand o[OPERANDS_MAX];
        unsigned count, reads, writes;

        if (!effect || prefixes->rep || prefixes->repne)
                return nothing;
        count = operands_parse(plain + length, syntax, o);
        if (effect->role != PLAIN && !count)
                return nothing; /* movsb without operands is another instruction */
        reads = effect->reads;
        writes = effect->writes;
        for (unsigned i = 0; i < count; i++) {
                bool written = i + 1 == count && effect->role != PLAIN;

                if (o[i].kind == OPERAND_PARAMETER)
                        return nothing;
                if (written && effect->role == MOVE && o[i].kind == OPERAND_REGISTER) {
                        if (o[i].reg_kind == REG_GPR32)
                                writes |= o[i].uses;
                        continue; /* a part of a register: neither */
                }
                reads |= o[i].uses;
        }
        /* never the stack pointer, although it may be loaded next: interrupts use it */
        dead.gprs = (uint8_t)((dead.gprs | writes) & ~reads & ~ESP);
        dead.flags = (uint8_t)((dead.flags | effect->flags_written) & ~effect->flags_read);
        return dead;
}
