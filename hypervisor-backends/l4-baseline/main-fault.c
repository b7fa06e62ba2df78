/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the monitor thread does about faults of main where the guest kernel has a space of its
 * own: both threads are in it, so what this one touches is there for main.
 */
#include "exception.h"
#include "main-fault.h"
#include "mapping.h"
#include "reclaim.h"

static void touch(uint32_t address)
{
        asm volatile("lock; orb $0,(%0)" : : "r"(address) : "memory");
}

void l4vm_touch_image(void)
{
        uint32_t page;

        for (page = (uint32_t)l4vm_image_start; page < (uint32_t)l4vm_image_end;
             page += AB_PAGE_BYTES)
                touch(page);
}

bool l4vm_serve_main(uint32_t address, uint32_t eip, bool write, uint32_t *error)
{
        l4vm_count(COUNT_KERNEL_FAULT);
        if (address >= (uint32_t)l4vm_image_start && address < (uint32_t)l4vm_image_end)
                touch(address);
        else if (address - L4VM_PAGE < AB_PAGE_BYTES && !write)
                (void)*(volatile uint8_t *)address;
        else
                return l4vm_serve_kernel(address, eip, write, error);
        return true;
}

void l4vm_classify_main(struct ab_frame *frame, struct ab_trap *trap, uint32_t vector,
                        uint32_t error)
{
        uint32_t ignored;
        uint8_t code = 0;

        l4vm_repeated = 0; /* it has executed something since it faulted last */
        if (l4vm_code_decides(vector, error) && frame->eip < L4VM_GUEST_END &&
            l4vm_serve_kernel(frame->eip, frame->eip, false, &ignored))
                code = *(volatile uint8_t *)frame->eip;
        l4vm_classify(frame, trap, vector, error, code);
}
