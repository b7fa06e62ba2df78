/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whatever is wrong with a record, the image or the wedge: the binder says what,
 * and not one byte of the image changes.  Built with ASan and UBSan.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "decode.h"
#include "image.h"

static struct bt_image image;
static uint8_t *pristine;
static struct ab_record *good;

static void restore(void)
{
        memcpy(image.text, pristine, image.text_bytes);
        memcpy(image.records, good, image.count * sizeof(*good));
}

static bool untouched(const uint8_t *before)
{
        return !memcmp(image.text, before, image.text_bytes);
}

/* First record of @class. */
static uint32_t of_class(unsigned class)
{
        uint32_t i;

        for (i = 0; i < image.count; i++)
                if (image.records[i].class_id == class && AB_RECORD_KIND_OF(&image.records[i]) == 1)
                        return i;
        return 0;
}

static uint8_t *site(uint32_t index)
{
        return image.text + (image.records[index].start - BT_IMAGE);
}

/* Bind the corrupted image; expect @error at record @index. */
static void expect(enum ab_bind_error error, uint32_t index, const char *what)
{
        struct ab_bind bind = bt_binder(&image);
        uint8_t *before = malloc(image.text_bytes);
        uint32_t address = index < image.count ? image.records[index].start : 0;

        memcpy(before, image.text, image.text_bytes);
        ab_bind(&bind);
        bt_ok(bind.error == error && bind.bad_index == index && bind.bad_address == address &&
                  untouched(before),
              "%s: refused, \"%s\"", what, ab_bind_error_text(bind.error));
        free(before);
        restore();
}

static void named_corruptions(void)
{
        uint32_t cli = of_class(AB_CLASS_CLI), in = of_class(AB_CLASS_IN);
        uint32_t lgdt = of_class(AB_CLASS_LGDT), hlt = of_class(AB_CLASS_HLT), n = image.count;
        uint32_t lret = of_class(AB_CLASS_LRET), cr = of_class(AB_CLASS_MOV_TO_CR);
        uint32_t seg = of_class(AB_CLASS_MOV_TO_SEG);

        image.records[cli].version_kind = 0x21;
        expect(AB_BIND_VERSION, cli, "a newer record version");
        image.records[cli].version_kind = 0x16;
        expect(AB_BIND_KIND, cli, "an unknown kind");
        image.records[in].class_id = 0;
        expect(AB_BIND_KIND, in, "an instruction without a class");
        image.records[in].class_id = AB_CLASS_OUT;
        expect(AB_BIND_CLASS, in, "class OUT on an in");
        image.records[in].class_id = 119;
        expect(AB_BIND_CLASS, in, "a class that does not exist");
        image.records[cli].insn_offset++;
        expect(AB_BIND_SIZE, cli, "an instruction that ends behind its site");
        image.records[cli].site_bytes = 0;
        expect(AB_BIND_SIZE, cli, "an empty site");
        image.records[lgdt].padding = AB_PAD_NONE;
        expect(AB_BIND_SIZE, lgdt, "padding where none is recorded");
        image.records[lgdt].padding = 9;
        expect(AB_BIND_PADDING, lgdt, "an unknown kind of padding");
        image.records[0].start = BT_IMAGE - 1;
        expect(AB_BIND_ADDRESS, 0, "a site before the image");
        image.records[n - 1].start = BT_IMAGE + image.text_bytes - 3;
        expect(AB_BIND_ADDRESS, n - 1, "a site across the image's end");
        image.records[lgdt].start = 0xfffffff8;
        expect(AB_BIND_ADDRESS, lgdt, "a site that wraps around");
        image.records[3].start = image.records[2].start + 1;
        expect(AB_BIND_OVERLAP, 3, "two sites that overlap");
        image.records[3] = image.records[2];
        {
                struct ab_bind bind = bt_binder(&image);

                bt_ok(ab_bind(&bind) == AB_BIND_OVERLAP && untouched(pristine),
                      "the same record twice: refused");
                restore();
        }
        image.records[cli].dead_flags = 0x40;
        expect(AB_BIND_OPERAND, cli, "a dead flag that is none");
        image.records[cli].dead_gprs = 0x10;
        expect(AB_BIND_OPERAND, cli, "a dead stack pointer");
        image.records[lgdt].operand |= AB_OP_REP;
        expect(AB_BIND_OPERAND, lgdt, "a prefix the bytes do not have");
        image.records[cli].operand |= AB_OP_MEM;
        expect(AB_BIND_OPERAND, cli, "a memory operand the bytes do not have");
        image.records[n - 1].operand = 16;
        expect(AB_BIND_OPERAND, n - 1, "a hook that does not exist");
        site(cli)[6] = 0xfb;
        expect(AB_BIND_CLASS, cli, "a cli overwritten by sti");
        site(cli)[0] = 0x65;
        expect(AB_BIND_PADDING, cli, "a prefix that is not redundant by form");
        site(cli)[0] = 0x40;
        expect(AB_BIND_PADDING, cli, "an instruction in the padding");
        site(cli)[1] = 0xf0;
        expect(AB_BIND_PADDING, cli, "a lock prefix in the padding");
        site(lgdt)[0] = 0x36;
        expect(AB_BIND_PADDING, lgdt, "another segment in the padding of a memory operand");
        site(lret)[0] = 0x40;
        expect(AB_BIND_PADDING, lret, "inc among the NOPs in front");
        site(n - 1)[2] = 0xc3;
        expect(AB_BIND_PADDING, n - 1, "ret in a hook");
        site(hlt)[5] = 0x0f;
        expect(AB_BIND_DECODE, hlt, "half an instruction");
        site(cr)[image.records[cr].site_bytes - 1] = 0xe8;
        expect(AB_BIND_FORM, cr, "cr5");
        site(seg)[image.records[seg].site_bytes - 1] = 0xc8;
        expect(AB_BIND_FORM, seg, "a move to cs");
        image.records[in].start += 3;
        image.records[in].site_bytes -= 3;
        image.records[in].insn_offset -= 3;
        expect(AB_BIND_SHORT, in, "a site of five bytes");
}

static void wedge_corruptions(void)
{
        struct ab_bind bind = bt_binder(&image);

        bind.wedge.abi++;
        bt_ok(ab_bind(&bind) == AB_BIND_WEDGE && untouched(pristine), "a newer wedge: refused");
        bind = bt_binder(&image);
        bind.wedge.vectors += 2;
        bt_ok(ab_bind(&bind) == AB_BIND_WEDGE && untouched(pristine),
              "a vector table that is not aligned: refused");
}

static void bound_twice(void)
{
        struct ab_bind bind = bt_binder(&image), again = bt_binder(&image);
        uint8_t *once = malloc(image.text_bytes);

        ab_bind(&bind);
        memcpy(once, image.text, image.text_bytes);
        ab_bind(&again);
        bt_ok(!bind.error && again.error == AB_BIND_ALREADY && untouched(once),
              "an image that is bound already: refused, \"%s\"", ab_bind_error_text(again.error));
        free(once);
        restore();
}

/* Sites 16 MB and one byte apart and anything between, in no order at all. */
enum { SCATTERED = 4096, HOOK_BYTES = 6 };

static uint8_t scattered_code[SCATTERED][HOOK_BYTES];
static uint32_t scattered_last, scattered_wrong;

/* Number i stands at an address of its own, with all four bytes in use. */
static uint32_t scattered_address(uint32_t i)
{
        return (i & 15) << 28 | (i >> 4 & 15) << 20 | (i >> 8 & 15) << 12 | (i & 15) << 3 | 0x80;
}

static uint8_t *scattered_at(void *context, uint32_t address, uint32_t *available)
{
        uint32_t i = address >> 28 | (address >> 20 & 15) << 4 | (address >> 12 & 15) << 8;

        (void)context;
        *available = HOOK_BYTES;
        return scattered_address(i) == address ? scattered_code[i] : NULL;
}

static void in_order(void *context, const struct ab_bound_site *site)
{
        const struct ab_record *records = context;

        scattered_wrong += records[site->index].start <= scattered_last;
        scattered_last = records[site->index].start;
}

static void any_order(void)
{
        static struct ab_record records[SCATTERED];
        static uint32_t work[SCATTERED * AB_BIND_WORK_BYTES / 4];
        struct ab_bind bind = bt_binder(&image);
        uint32_t i, bound = 0;

        for (i = 0; i < SCATTERED; i++) {
                records[i] = image.records[image.count - 1];
                records[i].start = scattered_address(i);
                records[i].site_bytes = HOOK_BYTES;
                memset(scattered_code[i], 0x90, HOOK_BYTES);
        }
        bind.records = records;
        bind.count = SCATTERED;
        bind.work = work;
        bind.image.code = scattered_at;
        bind.report = in_order;
        bind.report_context = records;
        ab_bind(&bind);
        for (i = 0; i < SCATTERED; i++)
                bound += scattered_code[i][0] == 0xff && scattered_code[i][1] == 0x15;
        bt_ok(!bind.error && bound == SCATTERED && !scattered_wrong,
              "%u sites all over the address space, in no order: bound in order of address", bound);
}

static void check_is_dry(void)
{
        struct ab_bind bind = bt_binder(&image);

        bt_ok(!ab_bind_check(&bind) && bind.stats.sites == image.count && untouched(pristine),
              "the check alone counts all sites and writes nothing");
}

static void native_classes(void)
{
        struct ab_bind bind = bt_binder(&image);
        uint32_t tsc = of_class(AB_CLASS_RDTSC);

        bind.wedge.native[AB_CLASS_RDTSC / 32] |= 1u << AB_CLASS_RDTSC % 32;
        ab_bind(&bind);
        bt_ok(!bind.error && bind.stats.row[AB_CLASS_RDTSC].shape[AB_SHAPE_NATIVE_WEDGE] == 1 &&
                  !memcmp(site(tsc), pristine + (site(tsc) - image.text), 6),
              "a class the wedge wants native stays as it is and is counted");
        restore();
}

/*
 * Every byte of every record takes every value.  Either the binder refuses and
 * nothing has changed, or it binds, and then only bytes of sites have changed.
 */
static void fuzz_records(void)
{
        uint32_t refused = 0, bound = 0, wrong = 0, i, at, value;
        uint8_t *expected = malloc(image.text_bytes);
        struct ab_bind bind = bt_binder(&image);

        ab_bind(&bind);
        memcpy(expected, image.text, image.text_bytes);
        restore();
        for (i = 0; i < image.count; i += 7)
                for (at = 0; at < AB_RECORD_BYTES; at++)
                        for (value = 0; value < 256; value += at < 4 ? 5 : 1) {
                                ((uint8_t *)&image.records[i])[at] = value;
                                bind = bt_binder(&image);
                                if (ab_bind(&bind)) {
                                        refused++;
                                        wrong += !untouched(pristine);
                                } else {
                                        bound++;
                                        memcpy(image.text + (good[i].start - BT_IMAGE),
                                               expected + (good[i].start - BT_IMAGE),
                                               good[i].site_bytes);
                                        /* a neighbouring sti may have changed its vector */
                                        if (i)
                                                memcpy(site(i - 1),
                                                       expected + (site(i - 1) - image.text),
                                                       good[i - 1].site_bytes);
                                        if (memcmp(image.text, expected, image.text_bytes)) {
                                                wrong++;
                                                printf("# record %u byte %u value %u\n", i, at,
                                                       value);
                                        }
                                }
                                restore();
                        }
        bt_ok(!wrong && refused > 10000 && bound > 1000,
              "every field of a record fuzzed: %u refused, %u harmless", refused, bound);
        free(expected);
}

/* Every byte of the image takes other values. */
static void fuzz_bytes(void)
{
        uint32_t refused = 0, bound = 0, wrong = 0, at, value;
        uint8_t *before = malloc(image.text_bytes);

        for (at = 0; at < image.text_bytes; at++)
                for (value = 1; value < 256; value += 9) {
                        struct ab_bind bind = bt_binder(&image);

                        image.text[at] ^= value;
                        memcpy(before, image.text, image.text_bytes);
                        if (ab_bind(&bind)) {
                                refused++;
                                wrong += !untouched(before);
                        } else {
                                bound++;
                        }
                        restore();
                }
        bt_ok(!wrong && refused > 10000 && bound > 10000,
              "every byte of the code fuzzed: %u refused, %u bound", refused, bound);
        free(before);
}

/* Lengths of random bytes: must not read beyond what is there. */
static void fuzz_decoder(void)
{
        uint32_t seed = 1, round, n, i, decoded = 0;

        for (round = 0; round < 300000; round++) {
                uint8_t *bytes;
                struct ab_insn insn;

                seed = seed * 1664525 + 1013904223;
                n = 1 + (seed >> 16) % 15;
                bytes = malloc(n);
                for (i = 0; i < n; i++) {
                        seed = seed * 1664525 + 1013904223;
                        bytes[i] = seed >> 24;
                }
                i = ab_decode(bytes, n, &insn);
                if (i > n)
                        bt_ok(false, "a length beyond the bytes");
                decoded += i != 0;
                ab_nop_length(bytes, n);
                if (i)
                        ab_classify(&insn);
                free(bytes);
        }
        bt_ok(decoded > 100000, "random bytes decoded within their bounds");
}

int main(int argc, char **argv)
{
        bt_load(&image, argc > 1 ? argv[1] : "testsuite/binder");
        pristine = malloc(image.text_bytes);
        good = malloc(image.count * sizeof(*good));
        memcpy(pristine, image.text, image.text_bytes);
        memcpy(good, image.records, image.count * sizeof(*good));
        named_corruptions();
        wedge_corruptions();
        bound_twice();
        any_order();
        check_is_dry();
        native_classes();
        fuzz_records();
        fuzz_bytes();
        fuzz_decoder();
        return bt_done();
}
