/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the test image, the vector table and the virtual CPU lie. */
#ifndef BT_LAYOUT_H
#define BT_LAYOUT_H

#define BT_IMAGE   0x10000000
#define BT_VECTORS 0x20000000
#define BT_VCPU    0x20010000
#define BT_LEAVE   0x20020000 /* word: where a run site goes on to */
#define BT_STUBS   0x20100000

#endif
