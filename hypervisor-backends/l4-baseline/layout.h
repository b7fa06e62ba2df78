/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses and numbers of a virtual machine on baseline L4, for C and assembly.
 *
 * Three kinds of address space:
 *   kernel   guest kernel and wedge: threads main and monitor
 *   helper   all guest-physical memory, one to one: thread helper
 *   user     one per guest space: one thread that runs applications, and its pager
 */
#ifndef L4VM_LAYOUT_H
#define L4VM_LAYOUT_H

/* Kernel space. */
#define L4VM_GUEST_END  0xbc000000 /* first address no guest may map */
#define L4VM_LINEAR     0x80000000 /* where kernels have guest-physical memory */
#define L4VM_WINDOW     0xbc000000 /* the wedge's view of guest-physical memory, ... */
#define L4VM_PIECES     8          /* ... so many pieces at a time ... */
#define L4VM_PIECE      0x400000   /* ... of this size */
#define L4VM_ALL_PIECES 192        /* of the largest guest */
#define L4VM_IMAGE      0xbe000000 /* the wedge's program; in the helper's space too */

/* Helper's space. */
#define L4VM_VIEW        0x10000000 /* guest-physical memory */
#define L4VM_KERNEL_FILE 0x50000000 /* files the machine was given, read only */
#define L4VM_INITRD_FILE 0x70000000

/* Every space. */
#define L4VM_UTCB      0xbf000000
#define L4VM_UTCB_BITS 12
#define L4VM_PAGE      0xbfd00000 /* struct ab_vm_page, read only; not in user spaces */
#define L4VM_KIP       0xbff00000

/* User spaces: a page of code, the same in all, and one of data (stubs.S). */
#define L4VM_STUB_CODE 0xbfe00000
#define L4VM_STUB_DATA 0xbfe01000
#define STUB_HANDLER   0x000 /* offsets in the data page: id of the exception handler */
#define STUB_FLAGS     0x004 /* what stub_popf loads */
#define STUB_ESP       0x008
#define STUB_EIP       0x00c
#define STUB_SELF      0x010 /* the thread's own id */
#define STUB_PAGER     0x014 /* its pager's */
#define STUB_MONITOR   0x018 /* the pager's pager's */
#define STUB_FPU       0x200 /* 512 bytes for fxsave */
#define STUB_STACK     0xff0
#define STUB_PAGERS    0xdf0 /* the pager's stack */

/*
 * What stub_give sends: the words of an exception message, with the fault message's tag and
 * address in place of vector and error code.
 */
#define STUB_GIVE_LABEL   0x4711
#define STUB_GIVE_WORDS   12
#define STUB_GIVE_TAG     3
#define STUB_GIVE_ADDRESS 4

/* Threads, relative to the machine's first thread number. */
#define L4VM_MAIN           0
#define L4VM_MONITOR        1
#define L4VM_HELPER         2
#define L4VM_USER           3 /* first of the user threads */
#define L4VM_SPACES         48
#define L4VM_SPACE_PAGES    16 /* of L4's memory that one needs: with less there are fewer */
#define L4VM_PAGER          (L4VM_USER + L4VM_SPACES) /* first of the pagers beside them */
/* Co-located (../l4-extended/colocated): from L4VM_USER on, so many for each space. */
#define L4VM_CO_THREADS     3
#define L4VM_CO_PAGER       0
#define L4VM_CO_KERNEL      1
#define L4VM_CO_APPLICATION 2
#define L4VM_CO_LIMIT       (L4VM_LINEAR / 4096 - 1) /* of application threads, in pages */
#define L4VM_CO_STACK       4096                     /* of pager threads */

/*
 * Its interrupt thread can be a task of its own in a small space (--without=master): there
 * the program, what it shares with the wedge, and the rest.
 */
#define L4VM_SMALL_CODE   0x00010000
#define L4VM_SMALL_END    0x00018000
#define L4VM_SMALL_SHARED 0x00018000 /* the page of l4vm */
#define L4VM_SMALL_PAGE   0x00019000 /* struct ab_vm_page, read only */
#define L4VM_SMALL_UTCB   0x0001a000
#define L4VM_SMALL_KIP    0x0001b000

#define L4VM_THREADS 256 /* numbers per machine */

/* What a thread finds in %esp at the program's entry. */
#define L4VM_ROLE_MONITOR 1
#define L4VM_ROLE_HELPER  2

/* struct raw_trap (l4vm.h): byte offsets. */
#define RAW_EDI    0
#define RAW_ESI    4
#define RAW_EBP    8
#define RAW_ESP    12
#define RAW_EBX    16
#define RAW_EDX    20
#define RAW_ECX    24
#define RAW_EAX    28
#define RAW_EIP    32
#define RAW_EFLAGS 36

#define L4VM_STACK 16384

#endif
