/* SPDX-License-Identifier: BSD-2-Clause */
/* The vectors of afterburn/wedge.h by name: for reports, and for who counts calls. */
#include "vector.h"

struct row {
        const char *name;
        uint32_t first, last;
};

/* Rows that are named for it carry an operand; so do these. */
static bool carries_by_nature(uint32_t first)
{
        switch (first) {
        case AB_VEC_LJMP:
        case AB_VEC_LCALL:
        case AB_VEC_LOAD_FAR:
        case AB_VEC_LGDT:
        case AB_VEC_LIDT:
        case AB_VEC_SGDT:
        case AB_VEC_SIDT:
        case AB_VEC_LAR:
        case AB_VEC_LSL:
        case AB_VEC_ARPL:
        case AB_VEC_INVLPG:
        case AB_VEC_INVPCID:
        case AB_VEC_FNSAVE:
        case AB_VEC_FRSTOR:
        case AB_VEC_FXSAVE:
        case AB_VEC_FXRSTOR:
        case AB_VEC_XSAVE:
        case AB_VEC_XRSTOR:
                return true;
        }
        return false;
}

static bool ends_in_mem(const char *name)
{
        unsigned n = 0;

        while (name[n])
                n++;
        return n > 4 && name[n - 4] == '_' && name[n - 3] == 'M' && name[n - 2] == 'E' &&
               name[n - 1] == 'M';
}

static const struct row rows[] = {
#define ROW(name, entries) {#name, AB_VEC_##name, AB_VEC_##name##_LAST},
    AB_VECTOR_ROWS(ROW)
#undef ROW
};

static const struct row *row_of(uint32_t vector)
{
        unsigned i;

        for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                if (vector >= rows[i].first && vector <= rows[i].last)
                        return &rows[i];
        return 0;
}

const char *ab_vector_name(uint32_t vector, uint32_t *entry)
{
        const struct row *row = row_of(vector);

        *entry = row ? vector - row->first : 0;
        return row ? row->name : "?";
}

bool ab_vector_carries(uint32_t vector)
{
        const struct row *row = row_of(vector);

        return row && (carries_by_nature(row->first) || ends_in_mem(row->name));
}
