/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pass under fire.  With libFuzzer this is the target function alone; with
 * REPLAY it brings a driver of its own that puts fragments of assembler text
 * together by a fixed seed.
 *
 * Whatever the text is: the pass ends, and its output has as many lines.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "as/pass.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count);

static size_t newlines(const char *text, size_t length)
{
        size_t n = 0;

        for (size_t i = 0; i < length; i++)
                n += text[i] == '\n';
        return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count)
{
        static const struct pass_options options[2] = {{0}, {.nop = true, .intel = true}};
        struct buffer out = {0};
        struct pass *pass = pass_new(&options[count & 1]);
        char *text = malloc(count + 1);

        memcpy(text, data, count);
        text[count] = 0;
        pass_text(pass, NULL, text, count, &out);
        if (newlines(out.data, out.length) != newlines(text, count))
                abort();
        free(text);
        pass_free(pass);
        buffer_free(&out);
        return 0;
}

#ifdef REPLAY
static const char *const fragments[] = {
    "\tcli",
    "sti",
    ";",
    "\n",
    " ",
    "\t",
    "#",
    "/*",
    "*/",
    "\"",
    "'",
    "\\",
    "\\op",
    "\\@",
    "\\()",
    ":",
    "=",
    ",",
    "(",
    ")",
    "%ds",
    "%eax",
    "%cr3",
    "mov ",
    "movl ",
    "push ",
    "lgdt ",
    "8(%esp)",
    "%gs:",
    "$3",
    "1:",
    "rep",
    "rep; insb",
    "lock",
    "/",
    "{",
    "}",
    ".macro m op",
    ".endm",
    "m cli",
    "m ",
    ".irp op,cli,sti",
    ".rept 2",
    ".endr",
    ".section .text.x,\"ax\"",
    ".pushsection .data",
    ".popsection",
    ".previous",
    ".byte 0x0f,0x01,0xc8",
    ".byte ",
    ".code16",
    ".code32",
    ".intel_syntax noprefix",
    ".att_syntax",
    "[eax+ebx*4]",
    "fword ptr ",
    "#afterburn: begin\n",
    "\n#afterburn: end gprs=ff flags=3f\n",
    "#afterburn: store\n",
    "#afterburn: hook=1\n",
    "#afterburn: note \"x\\\n",
    ".include \"x\"",
    "=5",
    "\0",
    "\xff",
    ":vararg",
    ":req",
    "*",
    "ljmp ",
    "in ",
    "(%dx)",
};

int main(int argc, char **argv)
{
        unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1000;

        srand(2006);
        for (unsigned i = 0; i < rounds; i++) {
                uint8_t text[2048];
                size_t count = 0;

                for (int n = rand() % 60; n > 0; n--) {
                        const char *fragment =
                            fragments[(unsigned)rand() % (sizeof fragments / sizeof *fragments)];
                        size_t length = *fragment ? strlen(fragment) : 1;

                        if (count + length > sizeof text)
                                break;
                        memcpy(text + count, fragment, length);
                        count += length;
                        if (rand() % 3 == 0 && count < sizeof text)
                                text[count++] = '\n';
                }
                LLVMFuzzerTestOneInput(text, count);
        }
        return 0;
}
#endif
