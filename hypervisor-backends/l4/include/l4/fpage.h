/* SPDX-License-Identifier: BSD-2-Clause */
/* Fpages, Unmap and the calls that shape address spaces [4]. */
#ifndef L4_FPAGE_H
#define L4_FPAGE_H

#include <l4/types.h>

/* The fpage of 2^@bits bytes around @addr (10 <= bits < 32), without rights. */
L4_INLINE L4_Fpage_t L4_FpageLog2(L4_Word_t addr, unsigned int bits)
{
        return (L4_Fpage_t){(addr & ~((1u << bits) - 1)) | bits << L4_FPAGE_SIZE_SHIFT};
}

/* @f with the rights @rwx (L4_FPAGE_*) and no others. */
L4_INLINE L4_Fpage_t L4_FpageAddRights(L4_Fpage_t f, L4_Word_t rwx)
{
        return (L4_Fpage_t){(f.raw & ~7u) | rwx};
}

/* One page at @addr with @rwx: the commonest fpage. */
L4_INLINE L4_Fpage_t L4_PageRights(L4_Word_t addr, L4_Word_t rwx)
{
        return L4_FpageAddRights(L4_FpageLog2(addr, L4_PAGE_BITS), rwx);
}

L4_INLINE L4_Word_t L4_Rights(L4_Fpage_t f)
{
        return f.raw & 7;
}

L4_INLINE unsigned int L4_SizeLog2(L4_Fpage_t f)
{
        return (f.raw & L4_FPAGE_SIZE_MASK) >> L4_FPAGE_SIZE_SHIFT;
}

L4_INLINE L4_Word_t L4_Address(L4_Fpage_t f)
{
        return f.raw & L4_FPAGE_BASE_MASK;
}

/* An IO fpage of 2^@bits ports from @port [A.7]. */
L4_INLINE L4_Fpage_t L4_IoFpageLog2(L4_Word_t port, unsigned int bits)
{
        return (L4_Fpage_t){port << L4_IOFPAGE_PORT_SHIFT | bits << L4_IOFPAGE_SIZE_SHIFT |
                            L4_FPAGE_SIZE_IO << L4_FPAGE_SIZE_SHIFT};
}

L4_INLINE int L4_IsIoFpage(L4_Fpage_t f)
{
        return L4_SizeLog2(f) == L4_FPAGE_SIZE_IO;
}

/*
 * Unmap [4.2]: revoke rights on the fpages in MR0 .. MR(control & 0x3f) from
 * every space that derives them from the caller; with L4_UNMAP_FLUSH from the
 * caller too.  The rights of each fpage are what is revoked (none: only ask).
 * On return the rights of each MR are what was accessed: r read, w written, x
 * executed.
 */
void L4_Unmap(L4_Word_t control);

/* Revoke the rights in @f; returns @f with the access bits found [4.2]. */
L4_Fpage_t L4_UnmapFpage(L4_Fpage_t f);
/* The same, from the caller's own space too. */
L4_Fpage_t L4_Flush(L4_Fpage_t f);

/*
 * SpaceControl [4.3]; privileged.  Fix KIP and UTCB areas of @space, before its
 * first thread is activated.  *old_control may be null.
 * Returns 1, or 0 with L4_ErrorCode(): NOPRIVILEGE, SPACE, UTCBAREA, KIPAREA; ours also NOMEM.
 */
L4_Word_t L4_SpaceControl(L4_ThreadId_t space, L4_Word_t control, L4_Fpage_t kip, L4_Fpage_t utcb,
                          L4_ThreadId_t redirector, L4_Word_t *old_control);

/*
 * MemoryControl [6.3]; privileged.  The fpages in MR0 .. MR(control) get the
 * caching attribute that their two low bits choose from @attr.
 * Returns 1, or 0 with L4_ErrorCode(): NOPRIVILEGE, PARAM.
 */
L4_Word_t L4_MemoryControl(L4_Word_t control, const L4_Word_t attr[4]);

/* ProcessorControl [6.2]; not implemented by the public kernel (returns @no). */
L4_Word_t L4_ProcessorControl(L4_Word_t no, L4_Word_t internal_khz, L4_Word_t external_khz,
                              L4_Word_t voltage);

#endif /* L4_FPAGE_H */
