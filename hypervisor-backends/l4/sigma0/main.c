/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sigma0: the initial owner of all memory [7.4].
 *
 * It answers explicit requests (label -6), page faults (label -2) and IO faults
 * (label -8), each with one map item, first come, first served per thread; the
 * same owner may ask again.  A fault on memory that nobody may have on a fault
 * gets no answer, so that the faulting thread stops instead of spinning.
 */
#include <l4/io.h>
#include <l4/ipc.h>
#include "pool.h"

static void set_memory_kinds(void)
{
        for (unsigned int i = 0; i < L4_NumMemoryDescriptors(); i++) {
                struct L4_MemoryDesc d = L4_MemoryDescriptor(i);

                if (d.is_virtual)
                        continue;
                if (d.type == L4_MEM_CONVENTIONAL)
                        pool_set_kind(d.low, d.high, KIND_CONVENTIONAL);
                else if (d.type == L4_MEM_RESERVED)
                        pool_set_kind(d.low, d.high, KIND_KERNEL);
                else if (d.type == L4_MEM_BOOTLOADER && d.subtype == L4_MEM_BOOT_SERVER)
                        pool_set_kind(d.low, d.high, KIND_IMAGE);
                else if (d.type != L4_MEM_UNDEFINED)
                        pool_set_kind(d.low, d.high, KIND_DEVICE);
        }
        pool_set_kind(L4_KipWord(L4_KIP_OFS_SIGMA0 + L4_KIP_SERVER_LOW),
                      L4_KipWord(L4_KIP_OFS_SIGMA0 + L4_KIP_SERVER_HIGH) - 1, KIND_KERNEL);
}

/* Put the answer into the MRs: @f with all rights, or the nil page. */
static void answer(L4_Fpage_t f, L4_Word_t base)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, f, base);
}

/*
 * Whoever takes the complete IO space owns the machine: from then on nobody else gets
 * anything.  The resource monitor does, before it starts a program.
 */
static L4_Word_t owner;

static int is_refused(L4_ThreadId_t from)
{
        return owner && owner != from.raw;
}

static int answer_request(L4_ThreadId_t from, L4_Fpage_t f, L4_Word_t attribute)
{
        const L4_Word_t attr[4] = {attribute, 0, 0, 0};
        unsigned int bits = L4_SizeLog2(f);
        L4_Word_t addr = L4_Address(f);

        answer(L4_Nilpage, 0);
        if (is_refused(from))
                return 1;
        if (L4_IsIoFpage(f)) {
                if ((f.raw & ~7u) == L4_IOFPAGE_COMPLETE)
                        owner = from.raw;
                answer(L4_FpageAddRights(f, L4_FPAGE_R | L4_FPAGE_W), 0);
                return 1;
        }
        if (bits < L4_PAGE_BITS || bits > 31)
                return 1;
        if (addr == L4_FPAGE_BASE_MASK) {
                if (!pool_take_any(bits, from.raw, &addr))
                        return 1;
        } else {
                addr &= ~((1u << bits) - 1);
                if (!pool_take(addr, bits, from.raw, 0))
                        return 1;
        }
        f = L4_FpageAddRights(L4_FpageLog2(addr, bits), L4_FPAGE_RWX);
        if (attribute != L4_MEMATTR_DEFAULT) {
                L4_LoadMR(0, f.raw & ~3u);
                L4_MemoryControl(0, attr);
        }
        answer(f, addr);
        return 1;
}

static int answer_fault(L4_ThreadId_t from, L4_Word_t addr)
{
        addr &= ~(L4_Word_t)(L4_PAGE_SIZE - 1);
        if (is_refused(from) || !pool_take(addr, L4_PAGE_BITS, from.raw, 1))
                return 0;
        answer(L4_PageRights(addr, L4_FPAGE_RWX), addr);
        return 1;
}

/* Handle one message; true when the MRs hold an answer. */
static int serve(L4_ThreadId_t from, L4_MsgTag_t tag)
{
        L4_Word_t mr1 = L4_StoreMR(1), mr2 = L4_StoreMR(2);

        switch (L4_Label(tag) & 0xFFF0) {
        case L4_LABEL_SIGMA0:
                if (L4_UntypedWords(tag) >= 2)
                        return answer_request(from, (L4_Fpage_t){mr1}, mr2);
                break;
        case L4_LABEL_PAGEFAULT:
                if (L4_UntypedWords(tag) >= 2)
                        return answer_fault(from, mr1);
                break;
        case L4_LABEL_IOFAULT:
                if (L4_UntypedWords(tag) >= 2)
                        return answer_request(from, (L4_Fpage_t){mr1}, L4_MEMATTR_DEFAULT);
                break;
        }
        return 0;
}

int main(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag;

        pool_init();
        set_memory_kinds();
        L4_Accept(L4_Nilpage, 0);
        tag = L4_Wait(&from);
        for (;;) {
                if (L4_IpcSucceeded(tag) && serve(from, tag))
                        tag = L4_ReplyWait(from, &from);
                else
                        tag = L4_Wait(&from);
        }
}
