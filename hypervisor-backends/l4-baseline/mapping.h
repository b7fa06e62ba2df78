/* SPDX-License-Identifier: BSD-2-Clause */
/* L4's mappings, made of the shadow and taken away. */
#ifndef L4VM_MAPPING_H
#define L4VM_MAPPING_H

#include "shadow.h"

/* L4's rights to a mapping with @rights (enum ab_rights). */
static inline uint32_t l4vm_rights(uint32_t rights)
{
        return L4_FPAGE_R | L4_FPAGE_X | (rights & AB_WRITE ? L4_FPAGE_W : 0);
}

/* The kernel space touched @address, at @eip: map what should be there.  False: nothing should. */
bool l4vm_serve_kernel(uint32_t address, uint32_t eip, bool write, uint32_t *error);

/* Where in the kernel space @physical can be mapped on from, with @rights. */
uint32_t l4vm_source(uint32_t physical, uint32_t rights, bool *from_window);
/*
 * That moves nothing, and so leaves a message that is being made as it is: it is in the linear
 * area, or in the window.
 */
bool l4vm_is_in_window(uint32_t physical);
static inline bool l4vm_is_in_reach(uint32_t physical, uint32_t rights)
{
        return shadow_is_linear(physical, rights) || l4vm_is_in_window(physical);
}

/*
 * mapping.c asks each layout's memory.c: that @entry of @virtual says @value, and what L4 has of
 * the old value and the new one does not allow is taken away; ...
 */
void l4vm_change(uint32_t space, uint32_t virtual, uint32_t *entry, uint32_t value) AB_FAST;
/* ... that @pages entries from @entry on, of @virtual and what follows it in a leaf, say nothing;
 */
void l4vm_drop(uint32_t space, uint32_t virtual, uint32_t *entry, uint32_t pages);
/* ... the L4 rights that are; RWX: all, or there were none; */
static inline uint32_t l4vm_loss(uint32_t old, uint32_t value)
{
        if (!old || !value || (old ^ value) & SHADOW_PAGE)
                return L4_FPAGE_RWX;
        if ((value & old & SHADOW_RIGHTS) == (old & SHADOW_RIGHTS))
                return 0;
        return (old ^ value) & AB_USER ? L4_FPAGE_RWX : L4_FPAGE_W;
}
/* ... that the 4 MB mapping @old is gone, from the kernel space too if @kernel; */
void l4vm_leave_large(uint32_t virtual, uint32_t old, bool kernel);
/* ... that this was all for now; */
void l4vm_changed(void);
/* ... that the page at @address, which the shadow has, is mapped in the kernel space now. */
void l4vm_establish(uint32_t space, uint32_t address);

/* Carry out what was put off, if anything is: before user code runs. */
extern uint32_t l4vm_queued;
void l4vm_flush_queue(void);
/* ... while main is in the middle of putting something off: it will do it once more. */
void l4vm_flush_again(void);

#endif
