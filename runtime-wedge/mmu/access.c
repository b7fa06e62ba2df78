/* SPDX-License-Identifier: BSD-2-Clause */
/* The processor's own accesses to memory: through the tables, page by page. */
#include "walk.h"

bool mmu_translate(uint32_t gva, enum mmu_access access, bool user, uint32_t *gpa, uint32_t *error)
{
        struct walk walk;

        if (!walk_tables(gva, access, user, &walk, error))
                return false;
        *gpa = walk.gpa;
        return true;
}

static void move(uint8_t *to, const uint8_t *from, uint32_t bytes)
{
        while (bytes--)
                *to++ = *from++;
}

/* Memory that is not there reads all ones and ignores writes. */
static void move_physical(uint32_t gpa, uint8_t *buffer, uint32_t bytes, bool write)
{
        uint8_t *at = backend_physical(gpa);

        if (write && at)
                move(at, buffer, bytes);
        else if (!write && at)
                move(buffer, at, bytes);
        else if (!write)
                while (bytes--)
                        *buffer++ = 0xff;
}

/* Without a @buffer only what would fault is found out. */
static bool access(uint32_t gva, uint8_t *buffer, uint32_t bytes, enum mmu_access how, bool user,
                   struct mmu_fault *fault)
{
        while (bytes) {
                uint32_t gpa, n = AB_PAGE_BYTES - gva % AB_PAGE_BYTES;

                n = n < bytes ? n : bytes;
                if (!mmu_translate(gva, how, user, &gpa, &fault->error)) {
                        fault->address = gva;
                        return false;
                }
                if (buffer) {
                        move_physical(gpa, buffer, n, how == MMU_WRITE);
                        buffer += n;
                }
                gva += n;
                bytes -= n;
        }
        return true;
}

bool guest_read(uint32_t gva, void *buffer, uint32_t bytes, bool user, struct mmu_fault *fault)
{
        return access(gva, buffer, bytes, MMU_READ, user, fault);
}

/* Where two pages are touched, both are looked at before the first byte moves. */
bool guest_write(uint32_t gva, const void *buffer, uint32_t bytes, bool user,
                 struct mmu_fault *fault)
{
        return (gva % AB_PAGE_BYTES + bytes <= AB_PAGE_BYTES ||
                access(gva, 0, bytes, MMU_WRITE, user, fault)) &&
               access(gva, (uint8_t *)buffer, bytes, MMU_WRITE, user, fault);
}
