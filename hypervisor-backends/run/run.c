/* SPDX-License-Identifier: GPL-3.0-or-later */
/* afterburn run: boot a kernel in an emulated machine and run one command in it. */
#include "config.h"

#include "host/diag.h"
#include "run.h"

int main(int argc, char **argv)
{
        struct run_options options;
        struct run_images images = {0};
        struct run_lines lines;
        int emulator;

        ab_set_program("afterburn run");
        run_parse(&options, argc, argv);
        options.hypervisor->prepare(&images, &options);
        emulator = run_start(&lines, &options, &images);
        return run_session(&options, &images, &lines, emulator);
}
