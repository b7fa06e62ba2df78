/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "image.h"

#define LEAVE "leave"
#define FORM(class, need, side, pad, gprs, flags, insn, tail, shape, vector, text)                 \
        {insn, AB_SHAPE_##shape, vector, text, tail[0] == 'l'},
#define ACCESS(kind, pad, insn, shape, vector) {insn, AB_SHAPE_##shape, vector, "", true},
#define HOOK(number, bytes)                    {"hook " #number, AB_SHAPE_CALL, AB_VEC_HOOK + number, "", true},

const struct bt_form bt_forms[] = {
#include "forms.def"
};
const uint32_t bt_form_count = sizeof(bt_forms) / sizeof(bt_forms[0]);

const struct ab_wedge bt_wedge = {
    .abi = AB_WEDGE_ABI,
    .vectors = BT_VECTORS,
    .vcpu = BT_VCPU,
    .inline_ops = AB_INLINE_ALL,
};

static void *read_file(const char *directory, const char *name, uint32_t *bytes)
{
        char path[4096];
        FILE *file;
        long size;
        void *data;

        snprintf(path, sizeof(path), "%s/%s", directory, name);
        file = fopen(path, "rb");
        if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) <= 0) {
                printf("Bail out! cannot read %s\n", path);
                exit(1);
        }
        rewind(file);
        data = malloc(size);
        if (!data || fread(data, 1, size, file) != (size_t)size) {
                printf("Bail out! cannot read %s\n", path);
                exit(1);
        }
        fclose(file);
        *bytes = size;
        return data;
}

void bt_load(struct bt_image *image, const char *directory)
{
        uint32_t bytes;

        image->text = read_file(directory, "forms.text", &image->text_bytes);
        image->records = read_file(directory, "forms.records", &bytes);
        image->count = bytes / AB_RECORD_BYTES;
        image->work = calloc(image->count, AB_BIND_WORK_BYTES);
        if (!image->work || bytes % AB_RECORD_BYTES) {
                printf("Bail out! forms.records is no array of records\n");
                exit(1);
        }
}

static uint8_t *code(void *context, uint32_t address, uint32_t *available)
{
        struct bt_image *image = context;

        if (address - BT_IMAGE >= image->text_bytes)
                return NULL;
        *available = image->text_bytes - (address - BT_IMAGE);
        return image->text + (address - BT_IMAGE);
}

struct ab_bind bt_binder(struct bt_image *image)
{
        struct ab_bind bind;

        memset(&bind, 0, sizeof(bind));
        bind.records = image->records;
        bind.count = image->count;
        bind.work = image->work;
        bind.image.context = image;
        bind.image.code = code;
        bind.wedge = bt_wedge;
        return bind;
}

static unsigned tests, failures;

void bt_ok(bool ok, const char *format, ...)
{
        va_list arguments;

        printf("%s %u - ", ok ? "ok" : "not ok", ++tests);
        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        putchar('\n');
        failures += !ok;
}

int bt_done(void)
{
        printf("1..%u\n", tests);
        return failures != 0;
}
