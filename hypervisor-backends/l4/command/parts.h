/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files an L4 machine starts with, as paths the emulator may open.  Where @path, the
 * user's, is NULL it is this project's own.  Each ends the program with one sentence where
 * the file is not what it should be.
 */
#ifndef AFTERBURN_L4_PARTS_H
#define AFTERBURN_L4_PARTS_H

#include "run.h"

/* A multiboot program that starts kernel, sigma0 and root task. */
char *l4_loader(const char *path);
/* An X.2 kernel: a 32-bit executable with an interface page; @ours is below lib/afterburner. */
char *l4_kernel(const char *path, const char *ours);
/* The first pager. */
char *l4_sigma0(const char *path);

#endif
