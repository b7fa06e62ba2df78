/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What virtual machines ask for.  Only a machine's own three threads are heard; whatever
 * its user code sends is dropped, so a program that calls L4 reaches nobody.  Of a co-located
 * machine all threads are heard: those of its programs cannot call L4 (vm.c).
 */
#include <l4/io.h>
#include <l4/kip.h>
#include <l4/resourcemon.h>
#include <l4/sigma0.h>
#include <afterburn/backend.h>
#include "device.h"
#include "shares.h"
#include "timer.h"
#include "vm.h"
#include "watch.h"
#include "../../l4-baseline/layout.h"

#define STATUS_CRASHED 70
#define CONSOLE_IRQ    4
#define GUEST_EIP      8 /* among the registers of a crash report */
#define TIMER_IRQ      0

static int answer(L4_Word_t error, L4_Word_t a)
{
        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        L4_LoadMR(1, error);
        L4_LoadMR(2, a);
        return 1;
}

/* --- faults ------------------------------------------------------------------------------ */

static int map(L4_Word_t from, unsigned int bits, L4_Word_t rights, L4_Word_t to)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, L4_FpageAddRights(L4_FpageLog2(from, bits), rights), to);
        return 1;
}

static int end(struct vm *v, const char *what, L4_Word_t a, L4_Word_t b)
{
        console_flush(&v->console);
        l4_printf("resourcemon: %s: ended: %s %x at %x\n", v->name, what, a, b);
        vm_report_error(v, "its wedge failed: see the console");
        vm_end(v, STATUS_CRASHED);
        return 0;
}

/* A page of a file the helper may read. */
static int map_file(int module, L4_Word_t offset, L4_Word_t at)
{
        const struct module *m;

        if (module < 0)
                return 0;
        m = boot_module((unsigned int)module);
        if (offset >= m->size)
                return 0;
        return map(m->start + offset, L4_PAGE_BITS, L4_FPAGE_R | L4_FPAGE_X, at);
}

/* Of the wedge's program, as much as a 4 MB page at a time. */
static int map_image(struct vm *v, L4_Word_t page)
{
        unsigned int bits = v->image_bits < L4_SUPERPAGE_BITS ? v->image_bits : L4_SUPERPAGE_BITS;
        L4_Word_t at;

        while (v->image_base & ((1u << bits) - 1))
                bits--;
        at = page & -(1u << bits);
        return map((L4_Word_t)v->image + at - v->image_base, bits, L4_FPAGE_RWX, at);
}

/* The interrupt thread in its small space: its program, the shared state, the machine's page. */
static int small_fault(struct vm *v, L4_Word_t page)
{
        if (page - L4VM_SMALL_CODE < v->small_bytes)
                return map((L4_Word_t)v->small + page - L4VM_SMALL_CODE, L4_PAGE_BITS, L4_FPAGE_RWX,
                           page);
        if (page == L4VM_SMALL_SHARED)
                return map((L4_Word_t)v->shared & -L4_PAGE_SIZE, L4_PAGE_BITS,
                           L4_FPAGE_R | L4_FPAGE_W, page);
        return page == L4VM_SMALL_PAGE && map((L4_Word_t)v->page, L4_PAGE_BITS, L4_FPAGE_R, page);
}

/*
 * None of these faults comes again but because L4 had no memory for the mapping.  That of its
 * guest's memory is made anew; a machine whom that does not help ends.
 */
static int has_memory(struct vm *v, L4_Word_t role, L4_Word_t addr)
{
        enum { PATIENCE = 3, MOST = 12 };
        int again = v->fault_role == role && v->fault_address == addr;

        v->fault_repeats = again ? v->fault_repeats + 1 : 0;
        v->fault_role = role;
        v->fault_address = addr;
        if (v->fault_repeats >= PATIENCE)
                vm_unmap(v);
        if (v->fault_repeats < MOST)
                return 1;
        l4_printf("resourcemon: %s: ended: L4 has no memory for it at %x\n", v->name, addr);
        vm_report_error(v, "L4 has no memory for its wedge: give it more (run --l4-memory)");
        vm_end(v, STATUS_CRASHED);
        return 0;
}

static int page_fault(struct vm *v, L4_Word_t role, L4_Word_t addr, L4_Word_t ip)
{
        L4_Word_t page = addr & ~(L4_PAGE_SIZE - 1u), piece = (addr - L4VM_VIEW) >> 22;

        if (!has_memory(v, role, addr))
                return 0;
        if (role == L4VM_MONITOR && v->small_bytes && small_fault(v, page))
                return 1;
        if (page - v->image_base < v->image_size)
                return map_image(v, page);
        if (page == L4VM_PAGE)
                return map((L4_Word_t)v->page, L4_PAGE_BITS, L4_FPAGE_R, page);
        if (role == L4VM_HELPER) {
                if (piece < VM_PIECES && v->piece[piece])
                        return map((L4_Word_t)v->piece[piece], L4_SUPERPAGE_BITS, L4_FPAGE_RWX,
                                   addr & -(1u << L4_SUPERPAGE_BITS));
                if (map_file(v->kernel_module, page - L4VM_KERNEL_FILE, page) ||
                    map_file(v->initrd_module, page - L4VM_INITRD_FILE, page))
                        return 1;
        }
        return end(v, "its wedge touched", addr, ip);
}

/* --- requests ------------------------------------------------------------------------------ */

static int put(struct vm *v, L4_MsgTag_t tag, const L4_Word_t *mr, int to_control)
{
        L4_Word_t n = mr[1], most = (L4_UntypedWords(tag) - 1) * 4;

        if (!L4_UntypedWords(tag))
                return answer(L4_ERROR_PARAM, 0);
        if (n > most)
                n = most;
        if (to_control)
                vm_control(v, (const char *)&mr[2], n);
        else
                vm_say(v, (const char *)&mr[2], n);
        return answer(L4_ERROR_OK, 0);
}

static int gets(struct vm *v, L4_Word_t most)
{
        char *to = (char *)(L4_Utcb() + 3);
        unsigned int n = 0;

        for (; n < most && n < 240 && v->input_count; n++, v->input_count--) {
                to[n] = v->input[v->input_first];
                v->input_first = (v->input_first + 1) % VM_INPUT;
        }
        L4_Set_MsgTag(L4_Tag(0, 2 + (n + 3) / 4, 0));
        L4_LoadMR(1, L4_ERROR_OK);
        L4_LoadMR(2, n);
        return 1;
}

static void put_number(struct vm *v, L4_Word_t value)
{
        char digits[12];
        unsigned int n = sizeof(digits);

        digits[--n] = 0;
        do
                digits[--n] = (char)('0' + value % 10);
        while (value /= 10);
        vm_tell(v, " ");
        vm_tell(v, digits + n);
}

/* How often the machine's wedge and programs entered L4: in all, and by kind. */
static void report_entries(struct vm *v, const L4_Word_t *counts, unsigned int kinds)
{
        L4_Word_t all = 0;

        for (unsigned int i = 0; i < kinds; i++)
                all += counts[i];
        if (!all)
                return;
        vm_tell(v, "afterburn entries");
        put_number(v, all);
        for (unsigned int i = 0; i < kinds; i++)
                put_number(v, counts[i]);
        vm_tell(v, "\n");
}

/* How often it came to us; and threads of L4 that it has, all of its spaces included. */
static void report_size(struct vm *v)
{
        vm_tell(v, "afterburn requests");
        put_number(v, v->requests);
        vm_tell(v, "\nafterburn threads");
        put_number(v, L4VM_USER + v->spaces * (v->paged ? 2 : 1) + L4VM_CO_THREADS * v->co_spaces);
        vm_tell(v, "\n");
}

/* How long the machine has stood in line, as its wedge knows it and as we do, in microseconds. */
static void report_waited(struct vm *v, L4_Word_t wedge)
{
        if (!v->share || !shares_possible())
                return;
        vm_tell(v, "afterburn waited");
        put_number(v, wedge);
        put_number(v, (L4_Word_t)shares_waited(v));
        vm_tell(v, "\n");
}

static int stop(struct vm *v, L4_MsgTag_t tag, const L4_Word_t *mr)
{
        static const char *const words[] = {"powered off", "rebooted", "halted"};
        L4_Word_t how = mr[1], status = mr[2];

        console_flush(&v->console);
        if (L4_UntypedWords(tag) > 3) {
                report_entries(v, &mr[4], L4_UntypedWords(tag) - 3);
                report_waited(v, mr[3]);
        }
        report_size(v);
        if (!v->reported)
                vm_report_error(v, AB_VM_NO_REPORT);
        if (!vm_is_alone() || status)
                l4_printf("resourcemon: %s: %s, status %u\n", v->name, words[how < 3 ? how : 2],
                          status);
        vm_end(v, status);
        return 0;
}

/* The crash report: the wedge's sentence, and where the guest was. */
static int fatal(struct vm *v, L4_MsgTag_t tag, const L4_Word_t *mr)
{
        static const char *const names[] = {"edi", "esi", "ebp", "esp", "ebx",
                                            "edx", "ecx", "eax", "eip", "eflags"};
        char text[256];
        L4_Word_t n = mr[1], most = (L4_UntypedWords(tag) - 12) * 4;

        if (L4_UntypedWords(tag) < 12)
                return end(v, "a message it should not send,", L4_Label(tag), 0);
        if (n > most)
                n = most;
        if (n > sizeof(text) - 1)
                n = sizeof(text) - 1;
        memcpy(text, &mr[13], n);
        text[n] = 0;
        for (unsigned int i = 0; i < n; i++)
                text[i] = text[i] == '\n' ? ' ' : text[i]; /* what follows would pass for ours */
        console_flush(&v->console);
        if (mr[2 + GUEST_EIP]) {
                l4_printf("resourcemon: %s: last interrupted in space %u at", v->name, mr[12]);
                for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                        l4_printf(" %s %x", names[i], mr[2 + i]);
                l4_printf("\n");
        }
        vm_report_error(v, text);
        vm_end(v, 1);
        return 0;
}

static int port(const struct vm *v, L4_MsgTag_t tag, const L4_Word_t *mr)
{
        L4_Word_t value = mr[3];

        if (L4_UntypedWords(tag) != 4)
                return answer(L4_ERROR_PARAM, 0);
        return vm_port(v, mr[1], mr[2], mr[4] != 0, &value) ? answer(L4_ERROR_OK, value)
                                                            : answer(L4_ERROR_NOPRIVILEGE, 0);
}

static int move(struct vm *v, const L4_Word_t *mr)
{
        struct L4_ExRegs r = {.control = mr[2], .ip = mr[3]};

        if (!vm_move(v, (L4_ThreadId_t){mr[1]}, &r))
                return answer(L4_ERROR_THREAD, 0);
        answer(L4_ERROR_OK, r.ip);
        L4_LoadMR(3, r.control);
        L4_Set_MsgTag(L4_Tag(0, 3, 0));
        return 1;
}

static int share(struct vm *v, L4_Word_t address)
{
        if (!timer_attach())
                return answer(L4_ERROR_NOPRIVILEGE, 0);
        if (address % sizeof(uint64_t) || v->image_size < sizeof(*v->shared) ||
            address - v->image_base > v->image_size - sizeof(*v->shared))
                return answer(L4_ERROR_PARAM, 0);
        v->shared = (volatile struct l4vm_shared *)(v->image + address - v->image_base);
        return answer(L4_ERROR_OK, 0);
}

static L4_ThreadId_t irq_thread(L4_Word_t irq)
{
        return L4_GlobalId(irq, 1);
}

/* The line may raise its next interrupt. */
static void acknowledge(L4_Word_t irq)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Reply(irq_thread(irq));
}

static int attach(L4_Word_t irq)
{
        return (int)L4_ThreadControl(irq_thread(irq), irq_thread(irq), L4_nilthread,
                                     L4_MyGlobalId(), L4_UTCB_LEAVE);
}

/* How many of these there are is a matter of time, too. */
static int is_device(L4_Word_t label)
{
        return label == RMON_PUTS || label == RMON_VM_CONTROL || label == RMON_VM_GETS ||
               label == RMON_VM_TIMER;
}

int vm_serve(struct vm *v, L4_ThreadId_t from, L4_MsgTag_t tag, const L4_Word_t *mr)
{
        L4_Word_t role = L4_ThreadNo(from) - v->first_no;

        if (L4_Label(tag) == L4_LABEL_PREEMPTION)
                return shares_spent(v, role) && answer(L4_ERROR_OK, 0);
        if (role > L4VM_HELPER && !v->co_spaces)
                return 0;
        if (role == L4VM_MAIN)
                vm_rest(v);
        v->requests += !is_device(L4_Label(tag));
        switch (L4_Label(tag)) {
        case RMON_PUTS:
                return put(v, tag, mr, 0);
        case RMON_VM_CONTROL:
                return put(v, tag, mr, 1);
        case RMON_VM_GETS:
                return gets(v, mr[1]);
        case RMON_VM_AWAKE:
                vm_rest(v);
                vm_halt_space(v, mr[1], 1);
                vm_halt_space(v, mr[2], 0);
                return answer(L4_ERROR_OK, 0);
        case RMON_VM_DROP:
                vm_drop_space(v, mr[1]);
                return answer(L4_ERROR_OK, 0);
        case RMON_VM_SPACE:
        case RMON_VM_PAGED:
                if (L4_UntypedWords(tag) > 1)
                        vm_halt_space(v, mr[2], 1);
                return answer(vm_make_space(v, mr[1], L4_Label(tag) == RMON_VM_PAGED)
                                  ? L4_ERROR_OK
                                  : L4_ERROR_NOMEM,
                              0);
        case RMON_VM_MOVE:
                return move(v, mr);
        case RMON_VM_COLOCATED:
                return answer(vm_make_colocated(v, mr[1]) ? L4_ERROR_OK : L4_ERROR_NOMEM, 0);
        case RMON_VM_SMALL:
                if (role == L4VM_MONITOR && vm_make_small(v, mr[1], mr[2]))
                        return 0; /* who asked is gone */
                return answer(L4_ERROR_NOMEM, 0);
        case RMON_VM_STOP:
                return stop(v, tag, mr);
        case RMON_VM_FATAL:
                return fatal(v, tag, mr);
        case RMON_VM_CLOCK:
                return answer(L4_ERROR_OK, device_clock());
        case RMON_VM_PORT:
                return port(v, tag, mr);
        case RMON_VM_SHARED:
                return share(v, mr[1]);
        case RMON_VM_HALT:
                return answer(vm_stop_user(v, 1) == VM_NOT_STOPPED ? L4_ERROR_THREAD : L4_ERROR_OK,
                              0);
        case RMON_VM_TIMER:
                timer_request(v);
                return 0;
        case RMON_VM_WANT:
                shares_want(v, mr[1]);
                return 0;
        case L4_LABEL_EXCEPTION:
                return end(v, "exception in its wedge, vector", mr[L4_EXC_MR_VECTOR],
                           mr[L4_EXC_MR_EIP]);
        case L4_LABEL_IOFAULT_RW:
                return end(v, "its wedge used a port not granted, fpage", mr[1], mr[2]);
        }
        if ((L4_Label(tag) & 0xfff0) == L4_LABEL_PAGEFAULT)
                return page_fault(v, role, mr[1], mr[2]);
        return answer(L4_ERROR_PARAM, 0);
}

/* --- what machines are told -------------------------------------------------------------- */

static L4_ThreadId_t monitor_of(const struct vm *v)
{
        return L4_GlobalId(v->first_no + L4VM_MONITOR, 1);
}

static int left; /* some machine may have events pending */

/* Tell @v, and what is pending, within @limit. */
static void notify(struct vm *v, L4_Word_t events, L4_Time_t limit)
{
        L4_Set_MsgTag(L4_Tag(RMON_NOTIFY, 1, 0));
        L4_LoadMR(1, events | v->pending);
        if (L4_IpcFailed(L4_Send_Timeout(monitor_of(v), limit))) {
                v->pending |= events;
                left = 1;
        } else {
                v->pending = 0;
        }
}

void vm_notify(struct vm *v, L4_Word_t events)
{
        if (v->state == VM_RUNNING)
                notify(v, events, L4_ZeroTime);
}

int vm_is_pending(void)
{
        if (shares_is_pending())
                return 1;
        for (unsigned int i = 0; left && i < VMS; i++)
                if (vms[i].state == VM_RUNNING && vms[i].pending)
                        return 1;
        left = 0;
        return 0;
}

void vm_notify_pending(L4_Time_t limit)
{
        if (shares_is_pending())
                shares_tell();
        for (unsigned int i = 0; left && i < VMS; i++)
                if (vms[i].state == VM_RUNNING && vms[i].pending)
                        notify(&vms[i], 0, limit);
}

int vm_interrupt(L4_Word_t irq, L4_ThreadId_t interrupted)
{
        if (irq == CONSOLE_IRQ) {
                vm_typed();
                acknowledge(irq);
        } else if (irq == TIMER_IRQ) {
                timer_interrupt(interrupted);
                /* Mostly nothing else is to be sent before we wait again. */
                if (!vm_is_pending()) {
                        L4_Set_MsgTag(L4_Tag(0, 0, 0));
                        return 1;
                }
                acknowledge(irq);
        }
        return 0;
}

const char *vm_devices_start(void)
{
        int permissions = L4_HasFeature(L4_FEATURE_IOFPAGES);
        const char *error;

        if (permissions)
                L4_Sigma0_GetPage(L4_Sigma0(), L4_FpageAddRights((L4_Fpage_t){L4_IOFPAGE_COMPLETE},
                                                                 L4_FPAGE_R | L4_FPAGE_W));
        device_line_start(CONSOLE_PORT, 1);
        attach(CONSOLE_IRQ);
        for (unsigned int i = 0; i < VMS; i++)
                if (vms[i].page && vms[i].control_port)
                        device_line_start(vms[i].control_port, 0);
        if (!permissions)
                return "this L4 kernel has no IO fpages, so any program could use any port: "
                       "give one that has them";
        error = watch_start();
        return !error && shares_kept() ? shares_start() : error;
}
