/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the GCC plugin says to the assembler pass.
 *
 * The plugin knows types and liveness, the pass knows instructions.  They meet
 * in the compiler's assembler output: the plugin adds comment lines to asm
 * templates, late, after inlining.  Without the pass a marker is a comment and
 * nothing changes.  A marker is a line of its own:
 *
 *      #afterburn: WORD [KEY=VALUE ...]
 *
 *   begin                   an asm statement of the compiler begins
 *   end gprs=HEX flags=HEX  it ends; these are dead behind its last instruction
 *                           of its own section; only the last site may use them
 *   store | read | device   the next instruction, prefixes included, is a site of
 *                           that kind: page-table store, fetch of accessed or
 *                           dirty bits, device access
 *   hook=N                  plant an empty site here: hook N of enum ab_hook, its
 *                           arguments in the registers the enum names
 *   note TEXT               for the audit: something the plugin could not decide
 */
#ifndef AFTERBURN_MARKER_H
#define AFTERBURN_MARKER_H

#define AB_MARKER        "#afterburn:"
#define AB_MARKER_BEGIN  "begin"
#define AB_MARKER_END    "end"
#define AB_MARKER_STORE  "store"
#define AB_MARKER_READ   "read"
#define AB_MARKER_DEVICE "device"
#define AB_MARKER_HOOK   "hook"
#define AB_MARKER_NOTE   "note"

#endif
