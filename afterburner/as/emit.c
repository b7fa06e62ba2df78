/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "as/emit.h"

#include <stdio.h>
#include <string.h>

#include <afterburn/record.h>

/*
 * Re-definable labels: `front' at the start of the site, `back' behind it,
 * `core' behind the instruction where NOPs follow it.
 */
#define FRONT "88001"
#define BACK  "88002"
#define CORE  "88003"

#define HOOK_BYTES 8
#define NOP_MAX    8

/* NOPs that every IA-32 processor has, by length; gas uses the same. */
static const char *const nops[NOP_MAX + 1] = {
    "",
    "0x90",
    "0x66,0x90",
    "0x8d,0x76,0",
    "0x8d,0x74,0x26,0",
    "0x2e,0x8d,0x74,0x26,0",
    "0x8d,0xb6,0,0,0,0",
    "0x8d,0xb4,0x26,0,0,0,0",
    "0x2e,0x8d,0xb4,0x26,0,0,0,0",
};

static void add_nops(struct buffer *out, unsigned bytes)
{
        while (bytes) {
                unsigned now = bytes < NOP_MAX ? bytes : NOP_MAX;

                buffer_format(out, ".byte %s;", nops[now]);
                bytes -= now;
        }
}

static const char *prefix_name(uint8_t prefix)
{
        switch (prefix) {
        case 0x26:
                return "es";
        case 0x2e:
                return "cs";
        case 0x36:
                return "ss";
        case 0x3e:
                return "ds";
        case 0x64:
                return "fs";
        default:
                return "gs";
        }
}

static enum ab_padding choose_padding(const struct verdict *v, struct emit_style style)
{
        if (!v->pad)
                return AB_PAD_NONE;
        if (v->prefix && !style.nop)
                return AB_PAD_PREFIX;
        return v->side == BEFORE ? AB_PAD_NOP_BEFORE : AB_PAD_NOP_AFTER;
}

void emit_before(struct buffer *out, const struct verdict *v, struct emit_style style)
{
        buffer_string(out, FRONT ":");
        switch (choose_padding(v, style)) {
        case AB_PAD_PREFIX: {
                unsigned left = v->pad;

                /*
                 * The first prefix is an instruction to gas, so that a pending
                 * .loc names the start of the site.
                 */
                if (!v->data) {
                        buffer_format(out, "%s;", prefix_name(v->prefix));
                        left--;
                }
                if (left) {
                        buffer_format(out, ".byte 0x%02x", v->prefix);
                        while (--left)
                                buffer_format(out, ",0x%02x", v->prefix);
                        buffer_string(out, ";");
                }
                break;
        }
        case AB_PAD_NOP_BEFORE:
                add_nops(out, v->pad);
                break;
        default:
                break;
        }
}

static void open_records(struct buffer *out, struct emit_style style, const char *section)
{
        buffer_format(out, ".pushsection %s,\"%s%s\",@progbits;", section, style.flat ? "a" : "",
                      style.grouped ? "?" : "");
}

struct site emit_after(struct buffer *out, const struct verdict *v, struct emit_style style)
{
        enum ab_padding padding = choose_padding(v, style);
        unsigned offset = padding == AB_PAD_PREFIX || padding == AB_PAD_NOP_BEFORE ? v->pad : 0;
        struct site site = {.operand_word = v->operand, .may_fault = !v->row || v->row->fault};

        buffer_string(out, ";");
        if (padding == AB_PAD_NOP_AFTER) {
                buffer_string(out, CORE ":");
                add_nops(out, v->pad);
        }
        buffer_string(out, BACK ":");
        open_records(out, style, AB_RECORD_SECTION);
        buffer_format(out, ".long " FRONT "b;.byte " BACK "b-" FRONT "b,%u,", offset);
        if (padding == AB_PAD_NOP_AFTER)
                buffer_string(out, CORE "b-" FRONT "b");
        else if (offset)
                buffer_format(out, BACK "b-" FRONT "b-%u", offset);
        else
                buffer_string(out, BACK "b-" FRONT "b");
        buffer_format(out, ",0x%02x,%u,%u,", AB_RECORD_VERSION << 4 | v->kind, v->class_id,
                      padding);
        site.dead = out->length;
        buffer_string(out, "0x00,0x00;.long ");
        site.operand = out->length;
        buffer_format(out, "0x%08x;.popsection", v->operand);
        return site;
}

struct site emit_hook(struct buffer *out, unsigned number, struct emit_style style)
{
        struct site site = {.operand_word = number, .hook = true};

        buffer_string(out, FRONT ":");
        add_nops(out, HOOK_BYTES);
        open_records(out, style, AB_RECORD_SECTION);
        buffer_format(out, ".long " FRONT "b;.byte %u,0,0,0x%02x,0,%u,", HOOK_BYTES,
                      AB_RECORD_VERSION << 4 | AB_KIND_HOOK, AB_PAD_NOP_AFTER);
        site.dead = out->length;
        buffer_string(out, "0x00,0x00;.long ");
        site.operand = out->length;
        buffer_format(out, "0x%08x;.popsection", number);
        return site;
}

void emit_note(struct buffer *out, const char *text, size_t length, struct emit_style style)
{
        style.flat = false;
        style.grouped = false;
        open_records(out, style, AB_NOTES_SECTION);
        buffer_string(out, ".asciz ");
        buffer_quoted(out, text, length);
        buffer_string(out, ";.popsection");
}

void emit_fix(struct buffer *out, const struct site *site, unsigned gprs, unsigned flags, bool last)
{
        char field[16];

        snprintf(field, sizeof field, "0x%02x,0x%02x", gprs & 255, flags & 255);
        memcpy(out->data + site->dead, field, 9);
        if (!last || site->hook)
                return;
        snprintf(field, sizeof field, "0x%08x", site->operand_word | AB_OP_LAST);
        memcpy(out->data + site->operand, field, 10);
}
