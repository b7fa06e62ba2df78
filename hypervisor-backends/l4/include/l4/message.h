/* SPDX-License-Identifier: BSD-2-Clause */
/* Message tags, message and buffer registers, typed items [5.1 to 5.5]. */
#ifndef L4_MESSAGE_H
#define L4_MESSAGE_H

#include <l4/fpage.h>
#include <l4/thread.h>

/* --- tag ---------------------------------------------------------------------- */

/* The tag of a message: @label 16 bits, @untyped and @typed words. */
L4_INLINE L4_MsgTag_t L4_Tag(L4_Word_t label, unsigned int untyped, unsigned int typed)
{
        return (L4_MsgTag_t){label << L4_TAG_LABEL_SHIFT | typed << L4_TAG_TYPED_SHIFT | untyped};
}

L4_INLINE L4_Word_t L4_Label(L4_MsgTag_t t)
{
        return t.raw >> L4_TAG_LABEL_SHIFT;
}

L4_INLINE unsigned int L4_UntypedWords(L4_MsgTag_t t)
{
        return t.raw & L4_TAG_UNTYPED_MASK;
}

L4_INLINE unsigned int L4_TypedWords(L4_MsgTag_t t)
{
        return (t.raw & L4_TAG_TYPED_MASK) >> L4_TAG_TYPED_SHIFT;
}

L4_INLINE int L4_IpcFailed(L4_MsgTag_t t)
{
        return (t.raw & L4_TAG_ERROR) != 0;
}

L4_INLINE int L4_IpcSucceeded(L4_MsgTag_t t)
{
        return !L4_IpcFailed(t);
}

L4_INLINE int L4_IpcPropagated(L4_MsgTag_t t)
{
        return (t.raw & L4_TAG_PROPAGATED) != 0;
}

/* --- registers ------------------------------------------------------------------ */

L4_INLINE void L4_LoadMR(unsigned int n, L4_Word_t w)
{
        *L4_MyWord((int)(4 * n)) = w;
}

L4_INLINE L4_Word_t L4_StoreMR(unsigned int n)
{
        return *L4_MyWord((int)(4 * n));
}

L4_INLINE void L4_LoadBR(unsigned int n, L4_Word_t w)
{
        *L4_MyWord(L4_UTCB_BR0 - (int)(4 * n)) = w;
}

L4_INLINE L4_Word_t L4_StoreBR(unsigned int n)
{
        return *L4_MyWord(L4_UTCB_BR0 - (int)(4 * n));
}

L4_INLINE void L4_Set_MsgTag(L4_MsgTag_t t)
{
        L4_LoadMR(0, t.raw);
}

/* Acceptor: receive window @window and the L4_ACCEPT_* bits @accept [5.1]. */
L4_INLINE void L4_Accept(L4_Fpage_t window, L4_Word_t accept)
{
        L4_LoadBR(0, (window.raw & L4_ACCEPT_WINDOW_MASK) | accept);
}

/* --- typed items: each call writes one item from MR @n on, returns the next MR -- */

/* Map @f; @base: where in a larger receive window [5.3]. */
L4_INLINE unsigned int L4_LoadMapItem(unsigned int n, L4_Fpage_t f, L4_Word_t base)
{
        L4_LoadMR(n, (base & L4_FPAGE_BASE_MASK) | L4_ITEM_MAP);
        L4_LoadMR(n + 1, f.raw);
        return n + 2;
}

L4_INLINE unsigned int L4_LoadGrantItem(unsigned int n, L4_Fpage_t f, L4_Word_t base)
{
        L4_LoadMR(n, (base & L4_FPAGE_BASE_MASK) | L4_ITEM_GRANT);
        L4_LoadMR(n + 1, f.raw);
        return n + 2;
}

/* A string of @len < 4 MB bytes at @p [5.4]. */
L4_INLINE unsigned int L4_LoadStringItem(unsigned int n, const void *p, L4_Word_t len)
{
        L4_LoadMR(n, len << L4_STRING_LEN_SHIFT);
        L4_LoadMR(n + 1, (L4_Word_t)p);
        return n + 2;
}

/* A receive buffer of @len bytes at @p, in BR @n and BR @n+1 [5.5]; @more follow. */
L4_INLINE void L4_LoadStringBuffer(unsigned int n, void *p, L4_Word_t len, int more)
{
        L4_LoadBR(n, len << L4_STRING_LEN_SHIFT | (more ? L4_ITEM_CONTINUED : 0));
        L4_LoadBR(n + 1, (L4_Word_t)p);
}

/* The first word of a control transfer item ("ctrlxfer"). */
L4_INLINE L4_Word_t L4_CtrlXferWord(unsigned int id, L4_Word_t mask)
{
        return mask << L4_CTRLXFER_MASK_SHIFT | id << L4_CTRLXFER_ID_SHIFT | L4_ITEM_CTRLXFER;
}

/*
 * A control transfer item with the registers in @mask from @regs, which is
 * indexed by register (L4_CTRLXFER_GP_*), not packed.
 */
unsigned int L4_LoadCtrlXferItem(unsigned int n, unsigned int id, L4_Word_t mask,
                                 const L4_Word_t *regs);

/* Read the item at MR @n into @regs (by register); returns the next MR. */
unsigned int L4_StoreCtrlXferItem(unsigned int n, unsigned int *id, L4_Word_t *mask,
                                  L4_Word_t *regs);

/*
 * Attach register state to the messages of fault @fault (L4_FAULT_*) of @dest,
 * or stop doing so; by ExchangeRegisters' configure.  False on error.
 */
int L4_ConfCtrlXfer(L4_ThreadId_t dest, unsigned int fault, L4_Word_t mask);

#endif /* L4_MESSAGE_H */
