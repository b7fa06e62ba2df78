/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The walk over all code of an image.
 *
 * Each executable section is decoded from its first to its last byte.  Where a
 * record's site begins, the site is checked as a whole; any other sensitive
 * encoding needs an explanation.  Function symbols bring the walk back into
 * step behind data: an instruction that runs across one is accounted for, and
 * then the function is decoded from its beginning.
 */
#include "config.h"
#include "tool/account.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/diag.h"

struct walk {
        struct ab_account *account;
        const struct ab_image *image;
        struct ab_decoder *decoder;
        const struct ab_section *section;
        uint32_t at, end;        /* addresses */
        unsigned record, symbol; /* next of each at or behind `at' */
        bool flow_ended;         /* nothing falls through to `at' */
        bool after_call;         /* something does when a callee returns */
        bool after_int3;         /* `at' is behind an int3 that was fill */
        bool *faulty;            /* by record: not valid by itself */
        bool *seen;              /* by record: its site was met */
        uint32_t undecodable, undecodable_bytes;
};

void ab_account_add(struct ab_account *account, enum ab_finding_kind kind, uint32_t address,
                    const struct ab_row *row, const uint8_t *bytes, unsigned count,
                    const char *format, ...)
{
        struct ab_finding *finding;
        char text[300];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        if (!(account->finding_count & (account->finding_count - 1)))
                account->findings = ab_realloc(account->findings, (account->finding_count * 2 + 1) *
                                                                      sizeof *account->findings);
        finding = &account->findings[account->finding_count++];
        *finding = (struct ab_finding){
            .kind = kind,
            .address = address,
            .row = row,
            .count = count,
            .text = ab_strdup(text),
        };
        if (bytes)
                memcpy(finding->bytes, bytes,
                       count < sizeof finding->bytes ? count : sizeof finding->bytes);
}

static const uint8_t *bytes_at(const struct walk *w, uint32_t address)
{
        return w->section->data + (address - w->section->address);
}

static const struct ab_record *next_record(const struct walk *w)
{
        return w->record < w->image->record_count ? &w->image->records[w->record] : NULL;
}

static bool is_entry(const struct ab_symbol *symbol)
{
        return symbol->kind == AB_SYMBOL_FUNCTION ||
               (symbol->kind == AB_SYMBOL_NOTYPE && !symbol->local);
}

/* First function, or global label, behind the address `at'; UINT32_MAX for none. */
static uint32_t next_symbol(struct walk *w)
{
        while (w->symbol < w->image->symbol_count) {
                const struct ab_symbol *symbol = &w->image->symbols[w->symbol];

                if (symbol->address > w->at && is_entry(symbol))
                        return symbol->address;
                w->symbol++;
        }
        return UINT32_MAX;
}

/* Code begins at a function or global label: what came before does not run into it. */
static void enter_symbol(struct walk *w)
{
        while (w->symbol < w->image->symbol_count &&
               w->image->symbols[w->symbol].address <= w->at) {
                const struct ab_symbol *symbol = &w->image->symbols[w->symbol++];

                if (symbol->address != w->at || !is_entry(symbol))
                        continue;
                w->flow_ended = false;
                /* A linker script's label may stand before the fill: __sched_text_end. */
                if (symbol->kind == AB_SYMBOL_FUNCTION)
                        w->after_call = false;
        }
}

static void flush_undecodable(struct walk *w)
{
        if (!w->undecodable_bytes)
                return;
        ab_account_add(w->account, AB_FINDING_UNDECODABLE, w->undecodable, NULL,
                       bytes_at(w, w->undecodable), w->undecodable_bytes,
                       "%u bytes that are no instruction", w->undecodable_bytes);
        w->undecodable_bytes = 0;
}

/* Only zero bytes from `at' to the next function or the section's end. */
static bool only_zeros_follow(struct walk *w)
{
        uint32_t stop = next_symbol(w);

        if (stop > w->end)
                stop = w->end;
        for (uint32_t at = w->at; at < stop; at++)
                if (*bytes_at(w, at))
                        return false;
        w->at = stop;
        return true;
}

static void step_undecodable(struct walk *w)
{
        struct ab_exemption *exemption;

        if (only_zeros_follow(w)) {
                flush_undecodable(w);
                return;
        }
        exemption = ab_exemptions_at(&w->account->exemptions, w->at);
        if (exemption) {
                exemption->sites += !exemption->sites;
                w->at++;
                return;
        }
        if (!w->undecodable_bytes)
                w->undecodable = w->at;
        w->undecodable_bytes++;
        w->at++;
}

/*
 * int3 traps wherever it stands and stays as it is, so it needs no record; but
 * one in the middle of code deserves to be seen.  Linkers and kernels fill
 * with it behind the end of a function, and replacements hold it behind their
 * jumps.
 */
static bool int3_is_fill(struct walk *w)
{
        uint32_t end = w->at, stop = next_symbol(w);
        bool run;

        if (w->flow_ended || ab_alternatives_at(&w->account->alternatives, w->at))
                return true;
        while (end < w->end && *bytes_at(w, end) == 0xcc)
                end++;
        run = w->after_call || w->after_int3 || end - w->at > 1;
        return run && (end == w->end || stop <= end || end % 16 == 0);
}

/* A sensitive encoding at `at' that no record covers. */
static void account_bare(struct walk *w, const struct ab_mc_insn *insn)
{
        struct ab_account *account = w->account;
        struct ab_tally *tally = &account->tally[insn->row->class_id];
        struct ab_exemption *exemption = ab_exemptions_at(&account->exemptions, w->at);
        struct ab_replacement *replacement = ab_alternatives_at(&account->alternatives, w->at);

        tally->sites++;
        if (exemption) {
                exemption->sites++;
                tally->exempted++;
        } else if (insn->row->class_id == AB_CLASS_INT3 && int3_is_fill(w)) {
                tally->native++;
        } else if (replacement && ab_replacement_can_be_hidden(replacement)) {
                /* The same code may serve several features: each must be hidden. */
                for (struct ab_replacement *r = account->alternatives.list;
                     r < account->alternatives.list + account->alternatives.count; r++)
                        if (w->at - r->address < r->bytes)
                                r->sites++;
                tally->gated++;
        } else {
                tally->unexplained++;
                ab_account_add(account, AB_FINDING_UNEXPLAINED, w->at, insn->row,
                               bytes_at(w, w->at), insn->bytes, "%s", insn->text);
        }
}

/* A site as it was compiled; returns whether execution goes on behind it. */
static enum ab_flow unbound_site(struct walk *w, const struct ab_record *record)
{
        struct ab_account *account = w->account;
        struct ab_mc_insn last;

        ab_account_site(account, w->decoder, record);
        ab_mc_decode(w->decoder, bytes_at(w, w->at + record->insn_offset), record->insn_bytes,
                     w->at + record->insn_offset, &last);
        if (AB_RECORD_KIND_OF(record) != AB_KIND_INSN &&
            AB_RECORD_KIND_OF(record) != AB_KIND_HOOK && last.row)
                ab_account_add(account, AB_FINDING_RECORD, w->at, last.row, bytes_at(w, w->at),
                               record->site_bytes, "record of an access to memory covers %s",
                               last.text);
        return record->insn_bytes ? last.flow : AB_FLOW_NEXT;
}

/* The site of the next record begins at `at'. */
static void step_site(struct walk *w, const struct ab_record *record)
{
        struct ab_account *account = w->account;
        enum ab_flow flow = account->bound ? ab_account_bound_site(account, w->decoder, record)
                                           : unbound_site(w, record);

        account->kinds[AB_RECORD_KIND_OF(record)]++;
        if (AB_RECORD_KIND_OF(record) == AB_KIND_INSN) {
                account->tally[record->class_id].sites++;
                account->tally[record->class_id].annotated++;
        }
        w->flow_ended = flow == AB_FLOW_END;
        w->after_call = flow == AB_FLOW_CALL;
        w->seen[w->record++] = true;
        account->instructions++;
        w->at += record->site_bytes;
}

static void step_instruction(struct walk *w)
{
        const struct ab_record *record = next_record(w);
        uint32_t next = w->at, symbol = next_symbol(w);
        struct ab_mc_insn insn;

        ab_mc_decode(w->decoder, bytes_at(w, w->at), w->end - w->at, w->at, &insn);
        if (!insn.bytes) {
                step_undecodable(w);
                return;
        }
        flush_undecodable(w);
        w->account->instructions++;
        if (insn.row)
                account_bare(w, &insn);
        next += insn.bytes;
        w->after_int3 = insn.row && insn.row->class_id == AB_CLASS_INT3;
        w->after_call = insn.flow == AB_FLOW_CALL || (w->after_call && w->after_int3);
        w->flow_ended =
            insn.flow == AB_FLOW_END ||
            (w->flow_ended && (insn.nop || (insn.row && insn.row->class_id == AB_CLASS_INT3)));
        if (insn.ud2) {
                unsigned data = ab_bug_data_bytes(w->image, next);

                w->account->bug_data += data != 0;
                next += data;
        }
        if (record && record->start < next) {
                ab_account_add(w->account, AB_FINDING_RECORD, record->start, NULL,
                               bytes_at(w, w->at), insn.bytes,
                               "site begins inside the instruction %s", insn.text);
                w->seen[w->record++] = true;
        }
        w->at = symbol < next ? symbol : next;
}

static void walk_section(struct walk *w)
{
        w->at = w->section->address;
        w->end = w->at + w->section->bytes;
        w->flow_ended = w->after_call = w->after_int3 = false;
        w->record = 0;
        w->symbol = 0;
        w->account->code_bytes += w->section->bytes;
        while (w->record < w->image->record_count &&
               w->image->records[w->record].start < w->section->address)
                w->record++;
        while (w->at < w->end) {
                const struct ab_record *record = next_record(w);

                enter_symbol(w);
                if (record && record->start == w->at && !w->faulty[w->record]) {
                        flush_undecodable(w);
                        step_site(w, record);
                } else {
                        if (record && record->start == w->at)
                                w->record++;
                        step_instruction(w);
                }
                /* A second record for what has been passed already. */
                while ((record = next_record(w)) && record->start < w->at)
                        w->record++;
        }
        flush_undecodable(w);
}

static void report_record(void *context, const struct ab_record *record, const char *text)
{
        struct walk *w = context;

        w->faulty[record - w->image->records] = true;
        ab_account_add(w->account, AB_FINDING_RECORD, record->start, NULL, NULL, 0, "%s", text);
}

static void check_exemptions(struct ab_account *account)
{
        for (unsigned i = 0; i < account->exemptions.count; i++) {
                const struct ab_exemption *entry = &account->exemptions.list[i];

                if (!entry->sites && account->exemptions.chosen)
                        ab_account_add(account, AB_FINDING_EXEMPTION, 0, NULL, NULL, 0,
                                       "%s: line %u: exemption of %s (%u bytes) matches nothing",
                                       account->exemptions.path, entry->line, entry->symbol,
                                       entry->bytes);
        }
}

static void sum_up(struct ab_account *account)
{
        for (unsigned i = 0; i < AB_CLASS_LIMIT; i++) {
                account->total.sites += account->tally[i].sites;
                account->total.annotated += account->tally[i].annotated;
                account->total.exempted += account->tally[i].exempted;
                account->total.gated += account->tally[i].gated;
                account->total.native += account->tally[i].native;
                account->total.unexplained += account->tally[i].unexplained;
        }
}

void ab_account_make(struct ab_account *account, const struct ab_image *image,
                     const char *exemptions)
{
        struct walk w = {.account = account, .image = image};

        memset(account, 0, sizeof *account);
        account->image = image;
        account->bound = ab_bound_mark(image);
        ab_alternatives_read(image, &account->alternatives);
        ab_exemptions_read(&account->exemptions, image, exemptions);
        if (account->alternatives.unreadable)
                ab_account_add(account, AB_FINDING_TABLE, 0, NULL, NULL, 0,
                               ".altinstructions is in no known format");
        w.faulty = ab_alloc(image->record_count + 1);
        ab_image_check(image, report_record, &w);
        w.decoder = ab_decoder_new();
        w.seen = ab_alloc(image->record_count + 1);
        for (unsigned i = 0; i < image->section_count; i++) {
                w.section = &image->sections[i];
                if (w.section->executable)
                        walk_section(&w);
        }
        for (unsigned i = 0; i < image->record_count; i++)
                if (!w.seen[i] && !w.faulty[i])
                        ab_account_add(account, AB_FINDING_RECORD, image->records[i].start, NULL,
                                       NULL, 0, "site was never met by the walk");
        free(w.seen);
        free(w.faulty);
        ab_decoder_free(w.decoder);
        check_exemptions(account);
        sum_up(account);
}

void ab_account_free(struct ab_account *account)
{
        for (unsigned i = 0; i < account->finding_count; i++)
                free(account->findings[i].text);
        free(account->findings);
        ab_alternatives_free(&account->alternatives);
        ab_exemptions_free(&account->exemptions);
}
