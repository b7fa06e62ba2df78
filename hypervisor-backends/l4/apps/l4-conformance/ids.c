/* SPDX-License-Identifier: BSD-2-Clause */
/* Thread ids [2.1] and the UTCB fields a thread reads about itself [B]. */
#include "check.h"

static volatile L4_ThreadId_t seen_global, seen_local, seen_pager, seen_handler;
static volatile L4_Word_t seen_processor, seen_cs, seen_ds, seen_ss, seen_es, seen_fs, seen_gs,
    seen_eflags;

static void look(void)
{
        L4_Word_t v;

        seen_global = L4_MyGlobalId();
        seen_local = L4_MyLocalId();
        seen_pager = L4_Pager();
        seen_handler = L4_ExceptionHandler();
        seen_processor = *L4_MyWord(L4_UTCB_PROCESSOR);
#define SELECTOR(reg, var)                                                                         \
        __asm__ volatile("movl %%" reg ", %0" : "=r"(v));                                          \
        var = v & 0xFFFF
        SELECTOR("cs", seen_cs);
        SELECTOR("ds", seen_ds);
        SELECTOR("es", seen_es);
        SELECTOR("ss", seen_ss);
        SELECTOR("fs", seen_fs);
        SELECTOR("gs", seen_gs);
        __asm__ volatile("pushfl; popl %0" : "=r"(v));
        seen_eflags = v;
        L4_Send_Timeout(self, PATIENCE);
}

void area_ids(void)
{
        L4_Word_t base = L4_ThreadIdUserBase();
        L4_ThreadId_t t, local;

        check(self.raw == L4_GlobalId(base + L4_ROOT_NO, 1).raw, "2.1",
              "ids: the root task is the third user thread, version 1");
        check(L4_MyLocalId().raw == L4_ROOT_UTCB_BASE + L4_UTCB_LOCALID, "B",
              "ids: the root task's local id lies in the first UTCB");
        check(L4_IsGlobalId(self) && !L4_IsLocalId(self), "2.1",
              "ids: a global id tests as global");
        check(L4_IsLocalId(L4_MyLocalId()), "2.1", "ids: a local id tests as local");
        check(L4_OtherId(self).raw == L4_MyLocalId().raw, "2.3",
              "ids: ExchangeRegisters turns a global id into the local one");
        check(L4_OtherId(L4_MyLocalId()).raw == self.raw, "2.3",
              "ids: ExchangeRegisters turns a local id into the global one");
        check(L4_Pager().raw == L4_Sigma0().raw, "B", "ids: the root task's pager is sigma0");

        t = task_thread(L4_nilthread, look);
        local = task_local_id(t);
        check(L4_IpcSucceeded(L4_Receive_Timeout(t, PATIENCE)), "2.4", "ids: a new thread runs");
        check(seen_global.raw == t.raw, "B", "ids: a thread's UTCB holds its global id");
        check(seen_local.raw == local.raw, "B", "ids: %gs:0 holds the thread's local id");
        check(seen_pager.raw == task_pager().raw, "B", "ids: the UTCB names the pager given");
        check(L4_IsNilThread(seen_handler), "B", "ids: a new thread has no exception handler");
        check(seen_processor == 0, "B", "ids: the UTCB names processor 0");
        check(L4_OtherId(t).raw == local.raw, "2.3",
              "ids: another thread's local id by its global");
        check(L4_OtherId(local).raw == t.raw, "2.3",
              "ids: another thread's global id by its local");
        check(seen_cs == L4_USER_CS, "A.3", "ids: code selector");
        check(seen_ds == L4_USER_DS && seen_es == L4_USER_DS && seen_ss == L4_USER_DS, "A.3",
              "ids: data and stack selectors");
        check(seen_fs == L4_USER_DS, "A.3", "ids: %fs is the flat data segment");
        check(seen_gs == L4_USER_GS, "A.3", "ids: %gs is the UTCB selector");
        check((seen_eflags & 0x200) != 0, "A.3", "ids: interrupts are enabled");
        if (L4_HasFeature(L4_FEATURE_IOFPAGES))
                check((seen_eflags & 0x3000) == 0, "A.7", "ids: IO privilege level 0");
        task_delete(t);
        check(L4_IsNilThread(L4_OtherId(t)) && L4_ErrorCode() == L4_ERROR_THREAD, "2.3",
              "ids: a deleted thread has no id");
        t = task_space(look);
        check(L4_IpcSucceeded(L4_Receive_Timeout(t, PATIENCE)), "2.4",
              "ids: a thread runs in a new space");
        check(seen_global.raw == t.raw && seen_local.raw == task_local_id(t).raw, "B",
              "ids: its UTCB holds its ids there too");
        check(seen_gs == L4_USER_GS && seen_cs == L4_USER_CS, "A.3",
              "ids: it has the same selectors there");
}
