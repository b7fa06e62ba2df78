/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One more thread of ours is pager and exception handler of the others, none of whose faults can be
 * helped: all our pages are there before.  L4 would stop who faults, and every machine with it,
 * without a word.
 */
#include <stdarg.h>
#include <l4/io.h>
#include <l4/ipc.h>
#include <l4/resourcemon.h>
#include <l4/schedule.h>
#include <l4/sigma0.h>
#include "device.h"
#include "vm.h"
#include "watch.h"

#define CONTROL_PORT 0x2f8 /* before a description says which; where L4 itself speaks, too */
#define PRIORITY     255   /* as the server thread, or a machine would run on */
#define STACK        4096

extern char l4_image_start[], l4_image_end[]; /* lib/root.ld */

static L4_ThreadId_t watcher;
static L4_Word_t line;
static uint8_t stack[STACK] __attribute__((aligned(16)));

static void put(char c)
{
        device_write(line, &c, 1);
}

static void put_text(const char *text)
{
        device_write(line, text, strlen(text));
}

/* A line that somebody had begun is over. */
static __attribute__((format(printf, 1, 2))) void say(const char *format, ...)
{
        L4_Word_t control = vms[0].control_port ? vms[0].control_port : CONTROL_PORT;
        va_list args;

        for (int to_control = 0; to_control <= 1; to_control++) {
                line = to_control ? control : CONSOLE_PORT;
                device_line_start(line, 0);
                put_text(to_control ? "\r\nafterburn error the resource monitor cannot go on: "
                                    : "\r\nresourcemon: ");
                va_start(args, format);
                l4_vprintf(put, format, args);
                va_end(args);
                put_text("\r\n");
        }
}

void watch_say(const char *of, const char *sentence)
{
        say("%s%s", of, sentence);
}

/* Only threads of our own space have local ids here, and only they are believed. */
static void watch_for_ever(void)
{
        L4_MsgTag_t tag;
        L4_ThreadId_t from;
        L4_Word_t where, ip;

        do
                tag = L4_Wait(&from);
        while (L4_IpcFailed(tag) || !L4_IsLocalId(from));
        where = L4_StoreMR(1);
        ip = L4_StoreMR(2);
        if (L4_Label(tag) == L4_LABEL_EXCEPTION)
                say("exception %u at %x: please report it", L4_StoreMR(L4_EXC_MR_VECTOR),
                    L4_StoreMR(L4_EXC_MR_EIP));
        else
                say("page fault at %x, IP %x: please report it", where, ip);
        l4_shutdown(STATUS_FAILED);
}

/*
 * Sigma0 gives a page when it is touched first, and to no thread of ours but the one that took all
 * memory.
 */
static void touch_all(void)
{
        /* cppcheck-suppress comparePointers ; Both are the linker's */
        for (volatile char *p = l4_image_start; p < l4_image_end; p += L4_PAGE_SIZE)
                (void)*p;
}

void watch_over(L4_ThreadId_t local)
{
        *L4_UtcbWord(local, L4_UTCB_PAGER) = watcher.raw;
        *L4_UtcbWord(local, L4_UTCB_EXCHANDLER) = watcher.raw;
}

const char *watch_start(void)
{
        L4_Word_t utcb = L4_ROOT_UTCB_BASE + RMON_WATCHER * L4_UTCB_SIZE;
        L4_ThreadId_t self = L4_MyGlobalId();

        touch_all();
        watcher = L4_GlobalId(L4_ThreadNo(self) + RMON_WATCHER, 1);
        if (!L4_ThreadControl(watcher, self, self, L4_Sigma0(), utcb) ||
            L4_Set_Priority(watcher, PRIORITY) == L4_STATE_ERROR)
                return "the kernel refuses the thread that watches over the resource monitor";
        L4_Start((L4_ThreadId_t){utcb + L4_UTCB_LOCALID}, (L4_Word_t)stack + STACK - 16,
                 (L4_Word_t)watch_for_ever);
        watch_over(L4_MyLocalId());
        return NULL;
}
