/* SPDX-License-Identifier: BSD-2-Clause */
/* The sigma0 protocol [7.4] and boot information as a root task sees them. */
#ifndef L4_SIGMA0_H
#define L4_SIGMA0_H

#include <l4/fpage.h>

/* The id of sigma0. */
L4_ThreadId_t L4_Sigma0(void);

/*
 * Ask @sigma0 for @f (an address of all ones: anywhere; an IO fpage: ports),
 * mapped into the window @rcv.  @attr is L4_MEMATTR_*.  Returns the fpage that
 * was mapped, or the nil page when sigma0 refused.
 */
L4_Fpage_t L4_Sigma0_GetPage_RcvWindow(L4_ThreadId_t sigma0, L4_Fpage_t f, L4_Word_t attr,
                                       L4_Fpage_t rcv);

/* The same, mapped where it is in physical memory. */
L4_Fpage_t L4_Sigma0_GetPage(L4_ThreadId_t sigma0, L4_Fpage_t f);

/* Any page of 2^@bits bytes. */
L4_Fpage_t L4_Sigma0_GetAny(L4_ThreadId_t sigma0, unsigned int bits);

#endif /* L4_SIGMA0_H */
