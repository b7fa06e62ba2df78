/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SpaceControl (manual 4.1): where a space has its KIP and its UTCBs.  Both
 * can be chosen until the space's first thread is active.  And beyond the manual, whose account
 * pays for its page tables (account.c).
 */
#include "thread.h"
#include "kip.h"
#include "mapdb.h"
#include "memory.h"
#include "ext.h"

#define CONTROL_ACCOUNT    L4_SPACECTL_ACCOUNT
#define CONTROL_NUMBER     8 /* bits from here on */
#define CONTROL_UNITS      12
#define CONTROL_UNITS_MASK 0xFFFFu
#define ACCOUNT_UNIT       16u /* pages */

static bool is_user_area(u32 fpage, u32 least_log2)
{
        u32 log2 = fpage_log2(fpage), base = fpage_base(fpage);

        return !fpage_is_nil(fpage) && !fpage_is_io(fpage) && log2 >= least_log2 && log2 < 32 &&
               base < USER_TOP && (1u << log2) <= USER_TOP - base;
}

static bool areas_overlap(u32 a, u32 b)
{
        u32 a_low = fpage_base(a), b_low = fpage_base(b);

        return a_low < b_low + (1u << fpage_log2(b)) && b_low < a_low + (1u << fpage_log2(a));
}

/*
 * Bit 30 of the control word, which the manual leaves free: the space is in account `number', and
 * that may have so many units of 16 pages.  Until it has its areas: nothing is mapped in it.
 */
static bool set_account(struct space *s, u32 control)
{
        u32 number = control >> CONTROL_NUMBER & (ACCOUNTS - 1);

        if (!(control & CONTROL_ACCOUNT) || !number || !fpage_is_nil(s->kip_area))
                return false;
        s->account = &accounts[number];
        s->account->most = (control >> CONTROL_UNITS & CONTROL_UNITS_MASK) * ACCOUNT_UNIT;
        return true;
}

static u32 set_areas(struct space *s, u32 kip_fpage, u32 utcb)
{
        if (!is_user_area(kip_fpage, PAGE_BITS) || fpage_log2(kip_fpage) != PAGE_BITS)
                return ERR_KIP_AREA;
        if (!is_user_area(utcb, PAGE_BITS))
                return ERR_UTCB_AREA;
        if (areas_overlap(kip_fpage, utcb))
                return ERR_KIP_AREA;
        /* Set before, and not in use: what has been mapped there since makes room, too. */
        if (!fpage_is_nil(s->kip_area)) {
                space_leave_areas(s);
                mapdb_unmap(s, kip_fpage | FPAGE_RIGHTS, true);
                mapdb_unmap(s, utcb | FPAGE_RIGHTS, true);
        }
        if (!space_map_kernel_page(s, fpage_base(kip_fpage), virt_to_phys(kip_page), false))
                return ERR_NO_MEM;
        space_set_areas(s, kip_fpage, utcb);
        return 0;
}

void sys_space_control(struct frame *f)
{
        struct tcb *t = thread_resolve(current()->space, f->eax);
        u32 error, account;

        if (!sys_privileged(f))
                return;
        if (!t || t->is_irq) {
                sys_error(f, ERR_INVALID_SPACE);
                return;
        }
        account = set_account(t->space, f->ecx) ? CONTROL_ACCOUNT : 0;
        if (!t->space->active) {
                error = set_areas(t->space, f->edx, f->esi);
                if (error) {
                        sys_error(f, error);
                        return;
                }
        }
        f->ecx = account | (X_SMALL_SPACES ? small_control(t->space, f->ecx) : 0);
        f->eax = 1;
}
