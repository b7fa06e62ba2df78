/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Just enough JSON to write: commas and quotes are right by construction.
 */
#ifndef AFTERBURN_TOOL_JSON_H
#define AFTERBURN_TOOL_JSON_H

#include <stdbool.h>
#include <stdio.h>

struct ab_json {
        FILE *stream;
        unsigned depth;
        bool first;
};

void ab_json_begin(struct ab_json *json, FILE *stream);
void ab_json_end(struct ab_json *json);

/* Members of an object take a key; elements of an array take NULL. */
void ab_json_open(struct ab_json *json, const char *key, char bracket);
void ab_json_close(struct ab_json *json, char bracket);
void ab_json_string(struct ab_json *json, const char *key, const char *value);
void ab_json_number(struct ab_json *json, const char *key, long long value);
void ab_json_real(struct ab_json *json, const char *key, double value);
void ab_json_bool(struct ab_json *json, const char *key, bool value);

#endif
