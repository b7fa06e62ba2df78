/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Negative twins.  Takes an image the audit accepts, spoils one thing about one
 * site at a time, and says for which sites the audit did not object.
 *
 *      twins IMAGE...
 *
 * One TAP line for each way of spoiling.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../records/tap.h"
#include "host/diag.h"
#include "tool/account.h"

static const struct ab_image *good;
static char scratch[] = "twins-XXXXXX";

static bool objects(const struct ab_image *image)
{
        struct ab_account account;
        bool objected;

        ab_account_make(&account, image, NULL);
        objected = account.finding_count > 0;
        ab_account_free(&account);
        return objected;
}

/* Audit the image with other records. */
static bool objects_to_records(const struct ab_record *records, unsigned count)
{
        struct ab_problem problem = {""};
        struct ab_image *image;
        bool objected;

        if (!ab_image_write_records(good, scratch, records, count, &problem))
                ab_die(AB_EXIT_ERROR, "%s", problem.text);
        image = ab_image_open(scratch, &problem);
        objected = !image || objects(image);
        ab_image_close(image);
        return objected;
}

/* Audit the image with one byte of code changed. */
static bool objects_to_byte(uint32_t address, uint8_t value)
{
        const struct ab_section *section = ab_image_section_at(good, address, 1);
        uint8_t *copy = ab_alloc(good->file_bytes);
        struct ab_problem problem = {""};
        struct ab_image *image;
        bool objected;

        memcpy(copy, good->file, good->file_bytes);
        copy[section->file_offset + (address - section->address)] = value;
        image = ab_image_from_memory("twin", copy, good->file_bytes, &problem);
        objected = !image || objects(image);
        ab_image_close(image);
        free(copy);
        return objected;
}

static unsigned other_class(unsigned class_id)
{
        for (unsigned i = 0; i < ab_row_count; i++)
                if (ab_rows[i].class_id != class_id)
                        return ab_rows[i].class_id;
        return 0;
}

/* Ways of spoiling record `n'; true when the audit objected or there is nothing to spoil. */
static bool removed(struct ab_record *records, unsigned count, unsigned n)
{
        memmove(records + n, records + n + 1, (count - n - 1) * sizeof *records);
        return objects_to_records(records, count - 1);
}

static bool doubled(struct ab_record *records, unsigned count, unsigned n)
{
        records[count] = records[n];
        return objects_to_records(records, count + 1);
}

static bool class_changed(struct ab_record *records, unsigned count, unsigned n)
{
        if (AB_RECORD_KIND_OF(&records[n]) != AB_KIND_INSN)
                return true;
        records[n].class_id = (uint8_t)other_class(records[n].class_id);
        return objects_to_records(records, count);
}

static bool kind_changed(struct ab_record *records, unsigned count, unsigned n)
{
        records[n].version_kind = AB_RECORD_VERSION << 4 | AB_KIND_PT_STORE;
        records[n].class_id = 0;
        return objects_to_records(records, count);
}

static bool shifted(struct ab_record *records, unsigned count, unsigned n)
{
        records[n].start++;
        return objects_to_records(records, count);
}

static bool pad_overwritten(struct ab_record *records, unsigned count, unsigned n)
{
        const struct ab_record *r = &records[n];
        uint32_t pad = r->start + (r->insn_offset ? 0u : r->insn_bytes);

        (void)count;
        if (r->site_bytes == r->insn_bytes)
                return true;
        return objects_to_byte(pad, 0x40); /* inc %eax */
}

static bool pad_denied(struct ab_record *records, unsigned count, unsigned n)
{
        if (records[n].padding == AB_PAD_NONE)
                return true;
        records[n].padding = AB_PAD_NONE;
        return objects_to_records(records, count);
}

static void spoil(const char *what, bool (*how)(struct ab_record *, unsigned, unsigned))
{
        struct ab_record *records = ab_alloc((good->record_count + 1) * sizeof *records);
        unsigned missed = 0;

        for (unsigned n = 0; n < good->record_count; n++) {
                const struct ab_row *row = ab_row_of_class(good->records[n].class_id);

                memcpy(records, good->records, good->record_count * sizeof *records);
                if (how(records, good->record_count, n))
                        continue;
                note("no objection at %s, 0x%x", row ? row->name : "other", good->records[n].start);
                missed++;
        }
        ok(!missed, "%s: objected to at each of %u sites", what, good->record_count);
        free(records);
}

static void twins_of(const char *path)
{
        struct ab_problem problem = {""};
        struct ab_image *image = ab_image_open(path, &problem);

        if (!image)
                ab_die(AB_EXIT_ERROR, "%s", problem.text);
        good = image;
        ok(!objects(image), "%s: the image itself is accepted", path);
        spoil("annotation removed", removed);
        spoil("annotation doubled", doubled);
        spoil("class changed", class_changed);
        spoil("called a page-table store", kind_changed);
        spoil("record shifted", shifted);
        spoil("padding overwritten", pad_overwritten);
        spoil("padding denied", pad_denied);
        ab_image_close(image);
}

int main(int argc, char **argv)
{
        if (argc < 2)
                ab_die(AB_EXIT_USAGE, "usage: twins IMAGE...");
        close(mkstemp(scratch));
        for (int i = 1; i < argc; i++)
                twins_of(argv[i]);
        unlink(scratch);
        return tap_done();
}
