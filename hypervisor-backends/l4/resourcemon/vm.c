/* SPDX-License-Identifier: BSD-2-Clause */
/* A virtual machine's spaces, threads and memory: made, and given back. */
#include <afterburn/without.h>
#include <l4/io.h>
#include <l4/kip.h>
#include "elf32.h"
#include "memory.h"
#include "shares.h"
#include "vm.h"
#include "../../l4-baseline/layout.h"

#define FIRST_VM_NO  2048  /* above the user base */
#define MONITOR_PRIO 120   /* its others have 100 */
#define HELPER_PRIO  110   /* no program runs while main waits for it */
#define SLICE_US     10000 /* of a share of 1 */
#define TICK_US      2000  /* of a kernel that does not say */
#define PAGER_PRIO   110

struct vm vms[VMS];

static unsigned int running;

unsigned int vms_running(void)
{
        return running;
}

unsigned int vms_status(void)
{
        unsigned int worst = 0;

        for (unsigned int i = 0; i < VMS; i++)
                if (vms[i].state == VM_ENDED && vms[i].status > worst)
                        worst = vms[i].status;
        return worst;
}

struct vm *vm_of(L4_ThreadId_t t)
{
        for (unsigned int i = 0; i < VMS; i++)
                if (vms[i].state == VM_RUNNING && L4_ThreadNo(t) - vms[i].first_no < L4VM_THREADS)
                        return &vms[i];
        return NULL;
}

static L4_ThreadId_t thread(const struct vm *v, L4_Word_t n)
{
        return L4_GlobalId(v->first_no + n, 1);
}

/*
 * The time of thread @t of a machine that has a share.  Where slices can be zero, that of a
 * @guest's kernel or application is, and shares.c gives it time.  The wedge's other threads have
 * slices of their own, but nothing to use them on: they tell us so, and shares.c gives it to them.
 *
 * Else: one thread of a machine runs at a time, and time slices stay with it whoever calls
 * whom; so slices in proportion to the shares divide the processor among machines that
 * compute.  That is true of all its threads: whoever answers a message gives its slice along.
 * Where the kernel's clock ticks a slice ends at the first tick behind it.
 */
static int give_time(const struct vm *v, L4_ThreadId_t t, int guest)
{
        L4_Time_t slice = {(uint16_t)L4_SCHED_LEAVE};
        L4_Word_t tick;

        if (!v->share)
                return 1;
        if (shares_possible() && guest)
                return L4_Schedule(t, L4_TimeControl(L4_ZeroTime, L4_Never), L4_SCHED_LEAVE,
                                   L4_SCHED_LEAVE, L4_SCHED_TIMEMSG, NULL) != L4_STATE_ERROR;
        tick = L4_SchedulePrecision() ? L4_SchedulePrecision() : TICK_US;
        if (!shares_possible())
                slice = L4_TimePeriod(v->share * SLICE_US - tick / 2);
        if (guest || !shares_kept())
                return L4_Set_Timeslice(t, slice) != L4_STATE_ERROR;
        return L4_Schedule(t, L4_TimeControl(slice, L4_ZeroTime), L4_SCHED_LEAVE, L4_SCHED_LEAVE,
                           L4_SCHED_LEAVE, NULL) != L4_STATE_ERROR;
}

/*
 * The scheduler of a thread of a guest's: @told, who is to hear of its preemptions, where there
 * are such messages.  Elsewhere nobody but we, as a scheduler can give any time.
 */
static L4_ThreadId_t scheduler(L4_ThreadId_t told)
{
        return L4_HasFeature(L4_FEATURE_PREEMPTMSG) ? told : L4_MyGlobalId();
}

/* A kernel thread whose scheduler is its machine's interrupt thread may set that one's alarm. */
static int let_set_alarm(const struct vm *v, L4_ThreadId_t t)
{
        L4_Word_t tells = v->share && shares_possible() ? L4_SCHED_TIMEMSG : 0;

        return L4_Schedule(t, L4_SCHED_LEAVE, L4_SCHED_LEAVE, L4_SCHED_LEAVE,
                           tells | L4_SCHED_ALARM, NULL) != L4_STATE_ERROR;
}

/* All spaces of a machine have one account of L4's memory; kernels that have none see nothing. */
static L4_Word_t account(const struct vm *v)
{
        return L4_SpaceCtlAccount((L4_Word_t)(v - vms) + 1, v->page->l4_pages);
}

/*
 * The first thread of a new space, active; @pager starts it, and @scheduler may
 * ask to be told when it is preempted.
 */
static int make_space(const struct vm *v, L4_ThreadId_t t, L4_ThreadId_t pager,
                      L4_ThreadId_t scheduler, int guest)
{
        L4_ThreadId_t self = L4_MyGlobalId();
        L4_Fpage_t kip = L4_FpageLog2(L4VM_KIP, L4_PAGE_BITS);
        L4_Fpage_t utcb = L4_FpageLog2(L4VM_UTCB, L4VM_UTCB_BITS);

        return L4_ThreadControl(t, t, self, L4_nilthread, L4_UTCB_LEAVE) &&
               L4_SpaceControl(t, account(v), kip, utcb, L4_nilthread, NULL) &&
               give_time(v, t, guest) && L4_ThreadControl(t, t, scheduler, pager, L4VM_UTCB);
}

/* One more thread of @space, not active yet: so long we are its scheduler. */
static int make_thread(const struct vm *v, L4_ThreadId_t t, L4_ThreadId_t space, int guest)
{
        return L4_ThreadControl(t, space, L4_MyGlobalId(), L4_nilthread, L4_UTCB_LEAVE) &&
               give_time(v, t, guest);
}

static void drop_thread(L4_ThreadId_t t)
{
        L4_ThreadControl(t, L4_nilthread, L4_nilthread, L4_nilthread, L4_UTCB_LEAVE);
}

/* Deleting the first thread of a space takes the others, but not their numbers. */
void vm_drop_space(struct vm *v, L4_Word_t n)
{
        if (n >= v->spaces || !v->made[n])
                return;
        if (v->paged)
                drop_thread(thread(v, L4VM_PAGER + n));
        drop_thread(thread(v, L4VM_USER + n));
        v->made[n] = 0;
}

int vm_make_space(struct vm *v, L4_Word_t n, int paged)
{
        L4_ThreadId_t t = thread(v, L4VM_USER + n), pager = thread(v, L4VM_PAGER + n);
        L4_ThreadId_t main_id = thread(v, L4VM_MAIN);

        if (n >= L4VM_SPACES || v->co_spaces || (v->spaces && paged != v->paged))
                return 0;
        vm_drop_space(v, n);
        if (!v->spaces)
                L4_Set_Priority(thread(v, L4VM_HELPER), HELPER_PRIO);
        if (n >= v->spaces)
                v->spaces = n + 1;
        v->paged = paged;
        v->made[n] = 1;
        return make_space(v, t, main_id, scheduler(main_id), 1) &&
               (!paged ||
                (make_thread(v, pager, t, 0) &&
                 L4_ThreadControl(pager, t, L4_MyGlobalId(), main_id, L4VM_UTCB + L4_UTCB_SIZE)));
}

static L4_ThreadId_t co_thread(const struct vm *v, L4_Word_t n, L4_Word_t role)
{
        return thread(v, L4VM_USER + L4VM_CO_THREADS * n + role);
}

/*
 * The application thread is limited, and its calls of L4 closed: so all threads of such a
 * machine that can send a message are the wedge's.  A machine that does without limits is
 * for measurements only.  The interrupt thread is the scheduler of the kernel thread, and
 * that of the application thread.
 */
static int make_application(const struct vm *v, L4_ThreadId_t application, L4_ThreadId_t space,
                            L4_ThreadId_t kernel)
{
        L4_Word_t utcb = L4VM_UTCB + 2 * L4_UTCB_SIZE;

        if (v->page->without & 1u << AB_WITHOUT_LIMITS)
                return (int)L4_ThreadControl(application, space, kernel, kernel, utcb);
        return (int)L4_ThreadControlLimit(application, space, kernel, kernel, utcb | L4_UTCB_LIMIT,
                                          L4VM_CO_LIMIT);
}

int vm_make_colocated(struct vm *v, L4_Word_t n)
{
        L4_ThreadId_t pager = co_thread(v, n, L4VM_CO_PAGER);
        L4_ThreadId_t kernel = co_thread(v, n, L4VM_CO_KERNEL);
        L4_ThreadId_t application = co_thread(v, n, L4VM_CO_APPLICATION);

        if (n > v->co_spaces || n >= L4VM_SPACES || v->spaces || !L4_HasFeature(L4_FEATURE_LIMITS))
                return 0;
        if (n < v->co_spaces) {
                drop_thread(application);
                drop_thread(kernel);
                drop_thread(pager);
        } else {
                v->co_spaces++;
        }
        if (!make_space(v, pager, thread(v, L4VM_HELPER), L4_MyGlobalId(), 0) ||
            !make_thread(v, kernel, pager, 1) || !let_set_alarm(v, kernel) ||
            !make_thread(v, application, pager, 1) ||
            !L4_ThreadControl(kernel, pager, thread(v, L4VM_MONITOR), pager,
                              L4VM_UTCB + L4_UTCB_SIZE) ||
            !make_application(v, application, pager, kernel))
                return 0;
        L4_Set_Priority(pager, PAGER_PRIO);
        return 1;
}

static int start_thread(L4_ThreadId_t t, L4_Word_t ip, L4_Word_t role)
{
        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        L4_LoadMR(1, ip);
        L4_LoadMR(2, role);
        return L4_IpcSucceeded(L4_Send_Timeout(t, L4_TimePeriod(1000000)));
}

static const char *make_threads(struct vm *v, L4_Word_t entry)
{
        L4_ThreadId_t self = L4_MyGlobalId(), main_id = thread(v, L4VM_MAIN);
        L4_ThreadId_t monitor = thread(v, L4VM_MONITOR), helper = thread(v, L4VM_HELPER);

        if (!make_space(v, main_id, monitor, self, 1) ||
            !L4_ThreadControl(monitor, main_id, self, self, L4VM_UTCB + L4_UTCB_SIZE) ||
            !give_time(v, monitor, 0) ||
            !L4_ThreadControl(main_id, main_id, scheduler(monitor), L4_nilthread, L4_UTCB_LEAVE) ||
            !make_space(v, helper, self, self, 0))
                return "the kernel refuses its address spaces";
        L4_Set_Priority(monitor, MONITOR_PRIO);
        if (!start_thread(monitor, entry, L4VM_ROLE_MONITOR) ||
            !start_thread(helper, entry, L4VM_ROLE_HELPER))
                return "it does not start";
        return NULL;
}

/*
 * The same address in every page directory: slot and size are in the id (kernel/smallspace.c).  The
 * machine has told where its shared state is, and has no other space yet.
 */
int vm_make_small(struct vm *v, L4_Word_t program, L4_Word_t bytes)
{
        L4_ThreadId_t self = L4_MyGlobalId(), main_id = thread(v, L4VM_MAIN);
        L4_ThreadId_t monitor = thread(v, L4VM_MONITOR);
        L4_Word_t control = L4_SPACECTL_SMALL | (2 * (L4_Word_t)(v - vms) + 1) | account(v);
        L4_Word_t offset = program - v->image_base;

        if (!L4_HasFeature(L4_FEATURE_SMALLSPACES) || v->co_spaces || v->spaces || !v->shared ||
            (offset | bytes) % L4_PAGE_SIZE || bytes > L4VM_SMALL_END - L4VM_SMALL_CODE ||
            offset > v->image_size || bytes > v->image_size - offset)
                return 0;
        drop_thread(monitor);
        drop_thread(main_id);
        v->small = v->image + offset;
        v->small_bytes = bytes;
        if (!L4_ThreadControl(main_id, main_id, self, L4_nilthread, L4_UTCB_LEAVE) ||
            !L4_SpaceControl(main_id, control, L4_FpageLog2(L4VM_SMALL_KIP, L4_PAGE_BITS),
                             L4_FpageLog2(L4VM_SMALL_UTCB, L4_PAGE_BITS), L4_nilthread, &control) ||
            !(control & L4_SPACECTL_SMALL) ||
            !L4_ThreadControl(monitor, main_id, self, self, L4VM_SMALL_UTCB) ||
            !give_time(v, monitor, 0) || L4_Set_Priority(monitor, MONITOR_PRIO) == L4_STATE_ERROR ||
            !start_thread(monitor, L4VM_SMALL_CODE, 0)) {
                vm_report_error(v, "L4 refuses it a small space");
                vm_end(v, 1);
        }
        return 1;
}

static const char *load_wedge(struct vm *v, L4_Word_t *entry)
{
        const struct module *m = boot_module((unsigned int)v->wedge_module);
        const char *error =
            elf32_range((const void *)m->start, m->size, &v->image_base, &v->image_size, entry);

        if (error)
                return error;
        v->image_bits = memory_bits(v->image_size);
        v->image = memory_alloc(v->image_bits);
        if (!v->image)
                return "not enough memory for its wedge: give the machine more";
        elf32_load((const void *)m->start, v->image, v->image_base);
        return NULL;
}

static const char *take_memory(struct vm *v)
{
        L4_Word_t pieces = (v->memory_mb + 3) / 4;

        for (L4_Word_t i = 0; i < pieces; i++) {
                v->piece[i] = memory_alloc(L4_SUPERPAGE_BITS);
                if (!v->piece[i])
                        return "not enough memory in the machine: give it more, or the guest less";
        }
        return NULL;
}

static L4_Word_t module_size(int n)
{
        return n < 0 ? 0 : boot_module((unsigned int)n)->size;
}

static const char *cannot_be(const struct vm *v)
{
        if (v->wedge_module < 0)
                return "it has no wedge";
        if (v->memory_mb < AB_VM_MEMORY_LEAST || v->memory_mb > AB_VM_MEMORY_MOST)
                return "its memory is not between 4 and 768 MB";
        return NULL;
}

const char *vm_start(struct vm *v)
{
        L4_Word_t entry = 0;
        const char *error = cannot_be(v);

        v->first_no = L4_ThreadIdUserBase() + FIRST_VM_NO + (L4_Word_t)(v - vms) * L4VM_THREADS;
        v->page->magic = AB_VM_PAGE_MAGIC;
        v->page->first_thread = v->first_no;
        v->page->memory_bytes = v->memory_mb << 20;
        v->page->l4_pages = (v->l4_mb ? v->l4_mb : ab_vm_l4_memory(v->memory_mb)) << 8;
        v->page->kernel_bytes = module_size(v->kernel_module);
        v->page->initrd_bytes = module_size(v->initrd_module);
        memcpy(v->page->name, v->name, sizeof(v->name));
        v->console.name = v->name;
        if (!error)
                error = take_memory(v);
        if (!error)
                error = load_wedge(v, &entry);
        if (!error)
                error = make_threads(v, entry);
        v->state = VM_RUNNING;
        running++;
        if (error)
                vm_end(v, 1);
        return error;
}

static void unmap(void *block, unsigned int bits)
{
        L4_UnmapFpage(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)block, bits), L4_FPAGE_RWX));
}

void vm_unmap(struct vm *v)
{
        for (unsigned int i = 0; i < VM_PIECES; i++)
                if (v->piece[i])
                        unmap(v->piece[i], L4_SUPERPAGE_BITS);
}

static void give_back(void *block, unsigned int bits)
{
        unmap(block, bits);
        memory_free(block, bits);
}

void vm_end(struct vm *v, unsigned int status)
{
        console_flush(&v->console);
        shares_forget(v);
        for (L4_Word_t i = v->spaces; i-- > 0;)
                vm_drop_space(v, i);
        for (L4_Word_t i = L4VM_CO_THREADS * v->co_spaces; i-- > 0;)
                drop_thread(thread(v, L4VM_USER + i));
        drop_thread(thread(v, L4VM_HELPER));
        drop_thread(thread(v, L4VM_MONITOR));
        drop_thread(thread(v, L4VM_MAIN));
        for (unsigned int i = 0; i < VM_PIECES; i++)
                if (v->piece[i])
                        give_back(v->piece[i], L4_SUPERPAGE_BITS);
        if (v->image)
                give_back(v->image, v->image_bits);
        give_back(v->page, L4_PAGE_BITS);
        memset(v->piece, 0, sizeof(v->piece));
        v->image = NULL;
        v->shared = NULL;
        v->small_bytes = 0;
        v->state = VM_ENDED;
        running--;
        v->status = status;
}
