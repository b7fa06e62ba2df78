/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux puts its fixed mappings at the top of the address space, where the wedge is.
 * From 2.6.20 on that top is a variable, __FIXADDR_TOP, which everything else is computed
 * from; lowered before the kernel starts, the whole layout moves.  (Boot option reservetop=
 * does the same, but only once the kernel has used the old value.)  Older kernels have a macro
 * instead, for which the build stands in.
 */
#include "kernel.h"

static bool is_page(uint32_t address)
{
        return address % LOAD_PAGE == 0;
}

enum ab_load_error ab_load_patch(struct load_kernel *kernel)
{
        static const char name[] = "__FIXADDR_TOP";
        struct ab_load *load = kernel->load;
        uint32_t variable, top, wanted;
        uint8_t *place;

        if (!load->target || !load->target->kernel_end || !kernel->elf || !load->linux_kernel)
                return AB_LOAD_OK;
        variable = ab_load_symbol(kernel, name);
        if (!variable)
                variable = ab_load_export(kernel, name);
        if (!variable)
                return AB_LOAD_OK;
        place = ab_load_at(kernel, variable, 4);
        if (!place)
                return refuse(load, AB_LOAD_TOP, "%s at %x is not in the image", name, variable);
        top = load_word(place);
        wanted = load->target->kernel_end - LOAD_PAGE;
        load->fixmap_top = variable;
        if (load->was_bound)
                return top <= wanted ? AB_LOAD_OK
                                     : refuse(load, AB_LOAD_TOP,
                                              "%s is %x, the kernel's addresses "
                                              "end at %x: link it again",
                                              name, top, load->target->kernel_end);
        if (!is_page(top) || top < 0x80000000u)
                return refuse(load, AB_LOAD_TOP, "%s is %x, which is no top of anything", name,
                              top);
        if (top > wanted)
                load_put(place, wanted);
        return AB_LOAD_OK;
}
