/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bind the forms and write the image to standard output. */
#include <stdio.h>
#include "image.h"

int main(int argc, char **argv)
{
        struct bt_image image;
        struct ab_bind bind;

        bt_load(&image, argc > 1 ? argv[1] : "testsuite/binder");
        bind = bt_binder(&image);
        if (ab_bind(&bind))
                return 1;
        return fwrite(image.text, 1, image.text_bytes, stdout) != image.text_bytes;
}
