/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacks gzip files (RFC 1951 and 1952).
 *
 * A Huffman code is kept as a count of codes of each length and the symbols in order of
 * their codes; a symbol is decoded bit by bit, comparing with the first code of each length.
 */
#include "kernel.h"

enum { LONGEST = 15, LITERALS = 288, DISTANCES = 32, END_OF_BLOCK = 256 };

struct stream {
        const uint8_t *in, *in_end;
        uint8_t *out, *out_start, *out_end;
        uint32_t bits;
        unsigned bit_count;
        bool failed; /* input ended, or output is full, or nonsense */
};

struct code {
        uint16_t count[LONGEST + 1];
        uint16_t symbol[LITERALS];
};

static uint32_t get_bits(struct stream *s, unsigned n)
{
        uint32_t value;

        while (s->bit_count < n) {
                if (s->in == s->in_end) {
                        s->failed = true;
                        return 0;
                }
                s->bits |= (uint32_t)*s->in++ << s->bit_count;
                s->bit_count += 8;
        }
        value = s->bits & ((1u << n) - 1);
        s->bits >>= n;
        s->bit_count -= n;
        return value;
}

static unsigned get_symbol(struct stream *s, const struct code *code)
{
        int first = 0, index = 0, value = 0;
        unsigned length;

        for (length = 1; length <= LONGEST; length++) {
                int count = code->count[length];

                value |= (int)get_bits(s, 1);
                if (value - first < count)
                        return code->symbol[index + (value - first)];
                index += count;
                first = (first + count) << 1;
                value <<= 1;
                if (s->failed)
                        break;
        }
        s->failed = true;
        return END_OF_BLOCK;
}

/* A code from its lengths; false where they claim more codes than there are. */
static bool make_code(struct code *code, const uint8_t *lengths, unsigned n)
{
        uint16_t place[LONGEST + 1];
        int left = 1;
        unsigned i;

        for (i = 0; i <= LONGEST; i++)
                code->count[i] = 0;
        for (i = 0; i < n; i++)
                code->count[lengths[i]]++;
        code->count[0] = 0;
        for (i = 1; i <= LONGEST; i++) {
                left = (left << 1) - code->count[i];
                if (left < 0)
                        return false;
        }
        place[1] = 0;
        for (i = 1; i < LONGEST; i++)
                place[i + 1] = place[i] + code->count[i];
        for (i = 0; i < n; i++)
                if (lengths[i])
                        code->symbol[place[lengths[i]]++] = i;
        return true;
}

static void put_copy(struct stream *s, uint32_t length, uint32_t distance)
{
        if (distance > (uintptr_t)(s->out - s->out_start) ||
            length > (uintptr_t)(s->out_end - s->out)) {
                s->failed = true;
                return;
        }
        for (; length; length--, s->out++)
                *s->out = *(s->out - distance);
}

static void inflate_codes(struct stream *s, const struct code *literals,
                          const struct code *distances)
{
        static const uint16_t length_base[29] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                                 15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                                 67, 83, 99, 115, 131, 163, 195, 227, 258};
        static const uint8_t length_bits[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
        static const uint16_t distance_base[30] = {
            1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
            193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
        unsigned symbol, distance;
        uint32_t length;

        while (!s->failed) {
                symbol = get_symbol(s, literals);
                if (symbol == END_OF_BLOCK)
                        return;
                if (symbol < END_OF_BLOCK) {
                        if (s->out == s->out_end)
                                s->failed = true;
                        else
                                *s->out++ = symbol;
                        continue;
                }
                symbol -= END_OF_BLOCK + 1;
                if (symbol >= 29)
                        break;
                length = length_base[symbol] + get_bits(s, length_bits[symbol]);
                distance = get_symbol(s, distances);
                if (distance >= 30)
                        break;
                put_copy(s, length,
                         distance_base[distance] +
                             get_bits(s, distance < 2 ? 0 : distance / 2 - 1));
        }
        s->failed = true;
}

static void inflate_stored(struct stream *s)
{
        uint32_t length;

        s->bits = 0;
        s->bit_count = 0;
        if (s->in_end - s->in < 4) {
                s->failed = true;
                return;
        }
        length = load_half(s->in);
        s->failed = (length ^ load_half(s->in + 2)) != 0xffff;
        s->in += 4;
        if (s->failed || length > (uintptr_t)(s->in_end - s->in) ||
            length > (uintptr_t)(s->out_end - s->out)) {
                s->failed = true;
                return;
        }
        memcpy(s->out, s->in, length);
        s->in += length;
        s->out += length;
}

static void inflate_fixed(struct stream *s)
{
        struct code literals, distances;
        uint8_t lengths[LITERALS];
        unsigned i;

        for (i = 0; i < LITERALS; i++)
                lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
        make_code(&literals, lengths, LITERALS);
        for (i = 0; i < 30; i++)
                lengths[i] = 5;
        make_code(&distances, lengths, 30);
        inflate_codes(s, &literals, &distances);
}

static void inflate_dynamic(struct stream *s)
{
        static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                          11, 4,  12, 3, 13, 2, 14, 1, 15};
        unsigned literal_count = get_bits(s, 5) + 257, distance_count = get_bits(s, 5) + 1;
        unsigned order_count = get_bits(s, 4) + 4, i = 0;
        uint8_t lengths[LITERALS + DISTANCES] = {0};
        struct code literals, distances;

        if (literal_count > 286 || distance_count > 30)
                s->failed = true;
        for (; i < order_count; i++)
                lengths[order[i]] = get_bits(s, 3);
        if (s->failed || !make_code(&literals, lengths, 19)) {
                s->failed = true;
                return;
        }
        for (i = 0; i < literal_count + distance_count && !s->failed;) {
                unsigned symbol = get_symbol(s, &literals), repeat = 1, length = symbol;

                if (symbol == 16) {
                        s->failed |= i == 0;
                        length = i ? lengths[i - 1] : 0;
                        repeat = 3 + get_bits(s, 2);
                } else if (symbol > 16) {
                        length = 0;
                        repeat = symbol == 17 ? 3 + get_bits(s, 3) : 11 + get_bits(s, 7);
                }
                if (symbol > 18 || repeat > literal_count + distance_count - i) {
                        s->failed = true;
                        return;
                }
                while (repeat--)
                        lengths[i++] = length;
        }
        if (s->failed || !make_code(&distances, lengths + literal_count, distance_count) ||
            !make_code(&literals, lengths, literal_count)) {
                s->failed = true;
                return;
        }
        inflate_codes(s, &literals, &distances);
}

/* Skip the file header; NULL: it is none. */
static const uint8_t *skip_header(const uint8_t *in, const uint8_t *end)
{
        unsigned flags, i;

        if (end - in < 18 || load_half(in) != 0x8b1f || in[2] != 8)
                return NULL;
        flags = in[3];
        in += 10;
        if (flags & 4) {
                if (end - in < 2 || (uintptr_t)(end - in) - 2 < load_half(in))
                        return NULL;
                in += 2 + load_half(in);
        }
        for (i = 8; i <= 16; i <<= 1) { /* file name, comment */
                if (!(flags & i))
                        continue;
                while (in < end && *in)
                        in++;
                in++;
        }
        if (flags & 2)
                in += 2;
        return in < end ? in : NULL;
}

/* The check sum of RFC 1952, four bits at a time. */
static uint32_t crc32(const uint8_t *p, uint32_t bytes)
{
        static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
                                           0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                           0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                           0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
        uint32_t crc = ~0u;

        while (bytes--) {
                crc ^= *p++;
                crc = crc >> 4 ^ table[crc & 15];
                crc = crc >> 4 ^ table[crc & 15];
        }
        return ~crc;
}

uint32_t ab_load_gunzip(uint8_t *out, uint32_t room, const uint8_t *in, uint32_t bytes,
                        uint32_t *used)
{
        const uint8_t *start = skip_header(in, in + bytes);
        struct stream s = {start, in + bytes, out, out, out + room, 0, 0, !start};
        bool last = false;
        uint32_t got;

        while (!s.failed && !last) {
                last = get_bits(&s, 1);
                switch (get_bits(&s, 2)) {
                case 0:
                        inflate_stored(&s);
                        break;
                case 1:
                        inflate_fixed(&s);
                        break;
                case 2:
                        inflate_dynamic(&s);
                        break;
                default:
                        s.failed = true;
                }
        }
        if (s.failed)
                return 0;
        s.in -= s.bit_count / 8; /* whole bytes not used */
        got = (uint32_t)(s.out - out);
        if (s.in_end - s.in < 8 || load_word(s.in) != crc32(out, got) || load_word(s.in + 4) != got)
                return 0;
        *used = (uint32_t)(s.in + 8 - in);
        return got;
}
