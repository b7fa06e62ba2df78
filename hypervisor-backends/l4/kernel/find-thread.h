/* SPDX-License-Identifier: BSD-2-Clause */
/* For assembly: the thread a global id names (thread.h: thread_find()). */
#ifndef L4K_FIND_THREAD_H
#define L4K_FIND_THREAD_H

/* Into @thread: the control block of the thread with the id in @id; to @none if there is none. */
.macro FIND_THREAD id, thread, none
        movl \id, \thread
        shrl $14, \thread               /* the version is below */
        movl %ss:thread_table(,\thread,4), \thread
        cmpl \id, %ss:TCB_ID(\thread)
        jne \none
        .endm

#endif
