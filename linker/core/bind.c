/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Check and plan all, then write all.  What a site becomes is decided once, while nothing is
 * written, and kept in working memory.
 */
#include "shape.h"

const char *ab_bind_error_text(enum ab_bind_error error)
{
        static const char *const text[AB_BIND_ERRORS] = {
            [AB_BIND_OK] = "no error",
            [AB_BIND_WEDGE] = "the wedge is of another version or its tables are not aligned",
            [AB_BIND_VERSION] = "the record has another format version",
            [AB_BIND_KIND] = "the record's kind or class does not exist",
            [AB_BIND_SIZE] = "the record's lengths contradict one another",
            [AB_BIND_ADDRESS] = "the site is not in the image's code",
            [AB_BIND_OVERLAP] = "the site overlaps another one",
            [AB_BIND_ALREADY] = "the site is bound already",
            [AB_BIND_DECODE] = "the bytes are no instruction of the recorded length",
            [AB_BIND_CLASS] = "the bytes are of another class than recorded",
            [AB_BIND_OPERAND] = "the bytes have other operands than recorded",
            [AB_BIND_FORM] = "no wedge offers this form of the instruction",
            [AB_BIND_PADDING] = "the padding is not without effect",
            [AB_BIND_SHORT] = "the site is too short for the bound code",
        };

        return error < AB_BIND_ERRORS ? text[error] : "unknown error";
}

const char *ab_shape_text(enum ab_shape shape)
{
        static const char *const text[AB_SHAPES] = {
            [AB_SHAPE_NATIVE_TRAP] = "native: it traps",
            [AB_SHAPE_NATIVE_WEDGE] = "native: the wedge wants it so",
            [AB_SHAPE_NATIVE_SHORT] = "native: no room for a notice",
            [AB_SHAPE_INLINE] = "inline",
            [AB_SHAPE_CALL] = "call",
        };

        return shape < AB_SHAPES ? text[shape] : "unknown";
}

/* --- working memory ------------------------------------------------------- */

/* Numbers of the records in order of address. */
static uint32_t *order_of(const struct ab_bind *bind)
{
        return bind->work;
}

/* The code of each site, in the same order. */
static struct ab_code *codes_of(const struct ab_bind *bind)
{
        return (struct ab_code *)(order_of(bind) + bind->count);
}

_Static_assert(sizeof(uint32_t) + sizeof(struct ab_code) == AB_BIND_WORK_BYTES, "working memory");

/* --- order ----------------------------------------------------------------- */

/*
 * Radix sort, digit by digit from the last, to and fro between @order and @other: at most four
 * rounds, whatever the records say.  Digits that all addresses share need none.
 */
static void sort_by_start(uint32_t *order, uint32_t *other, const struct ab_record *records,
                          uint32_t n)
{
        uint32_t *from = order, *to = other, *swapped;
        uint32_t i, shift, sum, here, place[256];

        for (i = 0; i < n; i++)
                order[i] = i;
        for (i = 1; i < n && records[i - 1].start <= records[i].start; i++)
                ;
        if (i >= n)
                return;
        for (shift = 0; shift < 32; shift += 8) {
                for (i = 0; i < 256; i++)
                        place[i] = 0;
                for (i = 0; i < n; i++)
                        place[records[i].start >> shift & 255]++;
                if (place[records[0].start >> shift & 255] == n)
                        continue;
                for (i = sum = 0; i < 256; i++) {
                        here = place[i];
                        place[i] = sum;
                        sum += here;
                }
                for (i = 0; i < n; i++)
                        to[place[records[from[i]].start >> shift & 255]++] = from[i];
                swapped = from;
                from = to;
                to = swapped;
        }
        for (i = 0; from != order && i < n; i++)
                order[i] = from[i];
}

/* --- checks of one site ---------------------------------------------------- */

static enum ab_bind_error check_record(const struct ab_record *record)
{
        unsigned kind = AB_RECORD_KIND_OF(record);
        unsigned end = record->insn_offset + record->insn_bytes;

        if (AB_RECORD_VERSION_OF(record) != AB_RECORD_VERSION)
                return AB_BIND_VERSION;
        if (kind < AB_KIND_INSN || kind > AB_KIND_HOOK)
                return AB_BIND_KIND;
        if ((kind == AB_KIND_INSN) != (record->class_id != AB_CLASS_NONE))
                return AB_BIND_KIND;
        if (record->class_id >= AB_ROW_KIND(0))
                return AB_BIND_KIND;
        if (record->dead_flags & ~AB_FLAGS_ALL || record->dead_gprs & 1 << AB_ESP)
                return AB_BIND_OPERAND;
        if (record->site_bytes == 0 || end > record->site_bytes)
                return AB_BIND_SIZE;
        if ((kind == AB_KIND_HOOK) != (record->insn_bytes == 0))
                return AB_BIND_SIZE;
        if (record->start + (uint32_t)record->site_bytes < record->start)
                return AB_BIND_ADDRESS;
        switch (record->padding) {
        case AB_PAD_NONE:
                return record->site_bytes == record->insn_bytes ? AB_BIND_OK : AB_BIND_SIZE;
        case AB_PAD_PREFIX:
        case AB_PAD_NOP_BEFORE:
                return end == record->site_bytes ? AB_BIND_OK : AB_BIND_SIZE;
        case AB_PAD_NOP_AFTER:
                return record->insn_offset == 0 ? AB_BIND_OK : AB_BIND_SIZE;
        }
        return AB_BIND_PADDING;
}

/* Does the site hold what the binder itself writes? */
static bool is_bound(const uint8_t *code, unsigned n, const struct ab_wedge *wedge)
{
        unsigned skip = code[0] == 0x6a ? 2 : code[0] == 0x68 ? 5 : 0;
        unsigned operand = code[0] == 0xa1 ? 1 : 2;
        uint32_t address;

        if (n >= skip + 6 && code[skip] == 0xff && code[skip + 1] == 0x15)
                return true;
        if (n < operand + 4)
                return false;
        if (operand == 2 && !((code[0] == 0xc6 && code[1] == 0x05) ||
                              (code[0] == 0x8b && (code[1] & 0xc7) == 0x05) ||
                              (code[0] == 0xff && code[1] == 0x35)))
                return false;
        address = code[operand] | code[operand + 1] << 8 | code[operand + 2] << 16 |
                  (uint32_t)code[operand + 3] << 24;
        return address - wedge->vcpu < AB_VCPU_BYTES;
}

static bool all_nops(const uint8_t *bytes, unsigned n)
{
        while (n) {
                unsigned length = ab_nop_length(bytes, n);

                if (!length)
                        return false;
                bytes += length;
                n -= length;
        }
        return true;
}

/* String instructions and xlat: their operands are in memory though no modrm says so. */
static bool implicit_memory(const struct ab_insn *insn)
{
        unsigned opcode = insn->opcode;

        return insn->map == AB_MAP_1 &&
               ((opcode >= 0x6c && opcode <= 0x6f) || opcode == 0xd7 ||
                (opcode >= 0xa4 && opcode <= 0xa7) || (opcode >= 0xaa && opcode <= 0xaf));
}

/*
 * Redundant prefixes: with a memory operand only the one that names the segment
 * used anyway, otherwise any segment prefix, which then has no meaning.
 */
static bool redundant_prefixes(const uint8_t *bytes, unsigned n, const struct ab_insn *insn)
{
        const uint8_t *end = bytes + n;
        uint8_t segment;

        if (!insn->memory && !implicit_memory(insn)) {
                /* 26, 2e, 36 and 3e: es, cs, ss, ds */
                while (bytes != end)
                        if ((*bytes++ & 0xe7) != 0x26)
                                return false;
                return true;
        }
        segment = insn->seg ? insn->seg : insn->default_seg ? insn->default_seg : 0x3e;
        while (bytes != end)
                if (*bytes++ != segment)
                        return false;
        return true;
}

static bool padding_is_void(const struct ab_record *record, const uint8_t *code,
                            const struct ab_insn *insn)
{
        unsigned end = record->insn_offset + record->insn_bytes;

        if (record->padding == AB_PAD_PREFIX)
                return redundant_prefixes(code, record->insn_offset, insn);
        return all_nops(code, record->insn_offset) &&
               all_nops(code + end, record->site_bytes - end);
}

/* What the record claims to know of the operands must be so. */
static bool operands_agree(const struct ab_record *record, const uint8_t *bytes,
                           const struct ab_insn *insn)
{
        uint32_t word = record->operand;

        if ((word & AB_OP_MEM) && !insn->memory)
                return false;
        if ((word & AB_OP_HAS_IMM) && !insn->imm_at)
                return false;
        if ((word & AB_OP_HAS_IMM) && AB_OP_IMM(word) != bytes[insn->imm_at] &&
            (record->class_id == AB_CLASS_IN || record->class_id == AB_CLASS_OUT))
                return false;
        if ((word & AB_OP_DATA16) && !insn->data16)
                return false;
        if ((word & AB_OP_ADDR16) && !insn->addr16)
                return false;
        if ((word & AB_OP_REP) && !insn->rep)
                return false;
        if ((word & AB_OP_REPNE) && !insn->repne)
                return false;
        if ((word & AB_OP_LOCK) && !insn->lock)
                return false;
        return !(word & AB_OP_SEG_OVERRIDE) || insn->seg;
}

/* Check the site's bytes against its record and decode its instruction. */
static enum ab_bind_error check_code(const struct ab_record *record, const uint8_t *code,
                                     const struct ab_wedge *wedge, struct ab_insn *insn)
{
        unsigned kind = AB_RECORD_KIND_OF(record);
        const uint8_t *bytes = code + record->insn_offset;

        if (is_bound(code, record->site_bytes, wedge))
                return AB_BIND_ALREADY;
        if (kind == AB_KIND_HOOK)
                return all_nops(code, record->site_bytes) ? AB_BIND_OK : AB_BIND_PADDING;
        if (ab_decode(bytes, record->insn_bytes, insn) != record->insn_bytes)
                return AB_BIND_DECODE;
        if (ab_classify(insn) != record->class_id)
                return AB_BIND_CLASS;
        if (kind != AB_KIND_INSN && insn->transfers)
                return AB_BIND_CLASS;
        if (!operands_agree(record, bytes, insn))
                return AB_BIND_OPERAND;
        return padding_is_void(record, code, insn) ? AB_BIND_OK : AB_BIND_PADDING;
}

/* --- code bytes ------------------------------------------------------------ */

/* Code of the image that was asked for last: sites come in order of address. */
struct window {
        uint32_t address, bytes;
        uint8_t *code;
};

static void move_window(const struct ab_bind *bind, struct window *window, uint32_t address)
{
        window->address = address;
        window->bytes = 0;
        window->code = bind->image.code(bind->image.context, address, &window->bytes);
        if (!window->code)
                window->bytes = 0;
}

/* As ab_bind_image.code, which is asked only for what lies beyond the window. */
static inline uint8_t *code_at(const struct ab_bind *bind, struct window *window, uint32_t address,
                               uint32_t *available)
{
        if (address - window->address >= window->bytes)
                move_window(bind, window, address);
        *available = window->bytes - (address - window->address);
        return *available ? window->code + (address - window->address) : NULL;
}

/* --- shadows --------------------------------------------------------------- */

static bool is_class(const struct ab_record *record, unsigned class)
{
        return AB_RECORD_KIND_OF(record) == AB_KIND_INSN && record->class_id == class;
}

/* The record at place @place of the order, NULL beyond its ends. */
static const struct ab_record *at_place(const struct ab_bind *bind, uint32_t place)
{
        return place < bind->count ? &bind->records[order_of(bind)[place]] : NULL;
}

static uint32_t end_of(const struct ab_record *record)
{
        return record->start + record->site_bytes;
}

/* Is the next site one whose code, once bound, delivers what is pending? */
static bool next_delivers(const struct ab_bind *bind, const struct ab_record *next)
{
        unsigned class = next->class_id;

        if (AB_RECORD_KIND_OF(next) != AB_KIND_INSN)
                return false;
        if (class == AB_CLASS_CLI || class == AB_CLASS_INT || class == AB_CLASS_INT1 ||
            class == AB_CLASS_INT3)
                return true;
        return class != AB_CLASS_INTO && !(bind->wedge.native[class / 32] >> (class % 32) & 1);
}

/* How the site at @place stands to a sti: its own, or the one before it. */
static enum ab_shadow shadow_of(const struct ab_bind *bind, struct window *window, uint32_t place)
{
        const struct ab_record *record = at_place(bind, place), *near;
        struct ab_insn insn;
        uint32_t available;
        const uint8_t *code;

        if (!is_class(record, AB_CLASS_STI)) {
                near = place ? at_place(bind, place - 1) : NULL;
                if (near && is_class(near, AB_CLASS_STI) && end_of(near) == record->start)
                        return AB_SHADOW_IN;
                return AB_SHADOW_NONE;
        }
        /* NOPs of ours behind the call could not be told from the guest's */
        if (record->site_bytes != AB_NEED_CALL)
                return AB_SHADOW_NONE;
        near = at_place(bind, place + 1);
        if (near && near->start == end_of(record))
                return next_delivers(bind, near) ? AB_SHADOW_DEFER : AB_SHADOW_NONE;
        code = code_at(bind, window, end_of(record), &available);
        if (!code)
                return AB_SHADOW_NONE;
        if (near && near->start - end_of(record) < available)
                available = near->start - end_of(record);
        if (!ab_decode(code, available, &insn) || insn.transfers ||
            ab_classify(&insn) != AB_CLASS_NONE)
                return AB_SHADOW_NONE;
        return AB_SHADOW_STEP;
}

/* --- passes ---------------------------------------------------------------- */

static enum ab_bind_error refuse(struct ab_bind *bind, enum ab_bind_error error, uint32_t index)
{
        bind->error = error;
        bind->bad_index = index;
        bind->bad_address = index < bind->count ? bind->records[index].start : 0;
        return error;
}

static void count_site(struct ab_bind_stats *stats, const struct ab_record *record,
                       const struct ab_code *code, enum ab_shadow shadow)
{
        unsigned kind = AB_RECORD_KIND_OF(record);
        struct ab_row_stats *row =
            &stats->row[kind == AB_KIND_INSN ? record->class_id : AB_ROW_KIND(kind)];
        uint32_t slack = record->site_bytes - code->length;

        stats->sites++;
        if (code->length && (row->shape[AB_SHAPE_INLINE] + row->shape[AB_SHAPE_CALL] == 0 ||
                             slack < row->least_slack))
                row->least_slack = slack;
        row->sites++;
        row->site_bytes += record->site_bytes;
        row->bound_bytes += code->length ? record->site_bytes : 0;
        row->code_bytes += code->length;
        row->shape[code->shape]++;
        if (is_class(record, AB_CLASS_STI)) {
                stats->sti_defer += shadow == AB_SHADOW_DEFER;
                stats->sti_step += shadow == AB_SHADOW_STEP;
                stats->sti_at_once += shadow == AB_SHADOW_NONE;
        }
}

/* Check the site at @place and shape its code. */
static enum ab_bind_error plan_site(const struct ab_bind *bind, struct window *window,
                                    uint32_t place, struct ab_code *code, enum ab_shadow *shadow)
{
        const struct ab_record *record = at_place(bind, place);
        struct ab_insn insn;
        enum ab_bind_error error;
        uint32_t available;
        uint8_t *site = code_at(bind, window, record->start, &available);

        if (available < record->site_bytes)
                return AB_BIND_ADDRESS;
        error = check_code(record, site, &bind->wedge, &insn);
        if (error)
                return error;
        *shadow = shadow_of(bind, window, place);
        return ab_shape(record, site + record->insn_offset, &insn, *shadow, &bind->wedge, code);
}

/* Through volatile, so that no compiler makes a call of memset of it. */
static void clear_stats(struct ab_bind_stats *stats)
{
        volatile uint32_t *word = (volatile uint32_t *)stats;
        unsigned i;

        for (i = 0; i < sizeof(*stats) / 4; i++)
                word[i] = 0;
}

enum ab_bind_error ab_bind_check(struct ab_bind *bind)
{
        struct window window = {0, 0, NULL};
        struct ab_code *codes = codes_of(bind);
        uint32_t i, *order = order_of(bind);

        clear_stats(&bind->stats);
        if (bind->wedge.abi != AB_WEDGE_ABI || bind->wedge.vectors % 4 || bind->wedge.vcpu % 4)
                return refuse(bind, AB_BIND_WEDGE, bind->count);
        for (i = 0; i < bind->count; i++) {
                enum ab_bind_error error = check_record(&bind->records[i]);

                if (error)
                        return refuse(bind, error, i);
        }
        sort_by_start(order, (uint32_t *)codes, bind->records, bind->count);
        for (i = 1; i < bind->count; i++)
                if (end_of(at_place(bind, i - 1)) > at_place(bind, i)->start)
                        return refuse(bind, AB_BIND_OVERLAP, order[i]);
        for (i = 0; i < bind->count; i++) {
                enum ab_bind_error error;
                enum ab_shadow shadow;

                error = plan_site(bind, &window, i, &codes[i], &shadow);
                if (error)
                        return refuse(bind, error, order[i]);
                count_site(&bind->stats, at_place(bind, i), &codes[i], shadow);
        }
        bind->error = AB_BIND_OK;
        return AB_BIND_OK;
}

/*
 * Code in the @room behind bound code that destroys what is dead: not %reg, which keeps
 * the flags; one neg %reg, or cmp %esp,%eax, where the flags are dead too.  Returns its length.
 */
static uint32_t scribble(uint8_t *to, uint32_t room, const struct ab_record *record)
{
        bool flags = record->dead_flags == AB_FLAGS_ALL;
        uint32_t length = 0;
        unsigned reg;

        for (reg = AB_EAX; reg <= AB_EDI && length + 2 <= room; reg++) {
                if (!(record->dead_gprs >> reg & 1))
                        continue;
                to[length++] = 0xf7;
                to[length++] = (flags ? 0xd8 : 0xd0) | reg;
                flags = false;
        }
        if (flags && length + 2 <= room) {
                to[length++] = 0x39;
                to[length++] = 0xe0;
        }
        return length;
}

static void write_site(struct ab_bind *bind, const struct ab_record *record, uint8_t *site,
                       const struct ab_code *code)
{
        uint32_t i, used = code->length;

        if (!used)
                return;
        for (i = 0; i < used; i++)
                site[i] = code->bytes[i];
        /* behind a sti the next instruction counts */
        if (bind->scribble && !is_class(record, AB_CLASS_STI))
                used += scribble(site + used, record->site_bytes - used, record);
        bind->stats.scribbled += used > code->length;
        ab_nop_fill(site + used, record->site_bytes - used);
}

enum ab_bind_error ab_bind(struct ab_bind *bind)
{
        struct window window = {0, 0, NULL};
        uint32_t i;

        if (ab_bind_check(bind))
                return bind->error;
        for (i = 0; i < bind->count; i++) {
                const struct ab_record *record = at_place(bind, i);
                const struct ab_code *code = &codes_of(bind)[i];
                struct ab_bound_site bound;
                uint32_t available;
                uint8_t *site = code_at(bind, &window, record->start, &available);

                write_site(bind, record, site, code);
                if (!bind->report)
                        continue;
                bound.index = order_of(bind)[i];
                bound.shape = code->shape;
                bound.vector = code->vector;
                bound.code_bytes = code->length;
                bound.code = site;
                bind->report(bind->report_context, &bound);
        }
        return AB_BIND_OK;
}
