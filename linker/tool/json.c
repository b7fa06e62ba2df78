/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "tool/json.h"

static void quote(struct ab_json *json, const char *text)
{
        fputc('"', json->stream);
        for (; *text; text++) {
                unsigned char c = (unsigned char)*text;

                if (c == '"' || c == '\\')
                        fprintf(json->stream, "\\%c", c);
                else if (c < ' ' || c >= 0x7f)
                        fprintf(json->stream, "\\u%04x", c);
                else
                        fputc(c, json->stream);
        }
        fputc('"', json->stream);
}

static void item(struct ab_json *json, const char *key)
{
        if (json->depth)
                fprintf(json->stream, "%s\n%*s", json->first ? "" : ",", (int)json->depth * 2, "");
        json->first = false;
        if (key) {
                quote(json, key);
                fputs(": ", json->stream);
        }
}

void ab_json_begin(struct ab_json *json, FILE *stream)
{
        *json = (struct ab_json){.stream = stream, .first = true};
        ab_json_open(json, NULL, '{');
}

void ab_json_end(struct ab_json *json)
{
        ab_json_close(json, '}');
        fputc('\n', json->stream);
}

void ab_json_open(struct ab_json *json, const char *key, char bracket)
{
        item(json, key);
        fputc(bracket, json->stream);
        json->depth++;
        json->first = true;
}

void ab_json_close(struct ab_json *json, char bracket)
{
        json->depth--;
        if (!json->first)
                fprintf(json->stream, "\n%*s", (int)json->depth * 2, "");
        fputc(bracket, json->stream);
        json->first = false;
}

void ab_json_string(struct ab_json *json, const char *key, const char *value)
{
        item(json, key);
        quote(json, value);
}

void ab_json_number(struct ab_json *json, const char *key, long long value)
{
        item(json, key);
        fprintf(json->stream, "%lld", value);
}

void ab_json_real(struct ab_json *json, const char *key, double value)
{
        item(json, key);
        fprintf(json->stream, "%.4f", value);
}

void ab_json_bool(struct ab_json *json, const char *key, bool value)
{
        item(json, key);
        fputs(value ? "true" : "false", json->stream);
}
