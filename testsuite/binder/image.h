/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The assembled forms in memory, and what is expected of each. */
#ifndef BT_IMAGE_H
#define BT_IMAGE_H

#include "bind.h"
#include "layout.h"

struct bt_form {
        const char *insn; /* as written in forms.def */
        enum ab_shape shape;
        uint32_t vector;
        const char *text; /* of inline code */
        bool alone;       /* the site is followed by a jump to BT_LEAVE */
};

extern const struct bt_form bt_forms[];
extern const uint32_t bt_form_count;

struct bt_image {
        uint8_t *text;
        uint32_t text_bytes;
        struct ab_record *records;
        uint32_t count;
        void *work;
};

/* The wedge all tests bind for: everything inline. */
extern const struct ab_wedge bt_wedge;

/* Read forms.text and forms.records from @directory; exits with a message. */
void bt_load(struct bt_image *image, const char *directory);

/* A binder set up for @image. */
struct ab_bind bt_binder(struct bt_image *image);

/* One line of TAP; counts them. */
void bt_ok(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The plan, at the end; the exit status of the program. */
int bt_done(void);

#endif
