/* SPDX-License-Identifier: BSD-2-Clause */
/* Processor state and clocks: FPU, SSE, time, the vsyscall page, modules. */
#include "smoke.h"

static volatile int count;

static void disturb(int number, struct signal_information *information,
                    struct signal_context *context)
{
        (void)number, (void)information, (void)context;
        asm volatile("fninit\n\tfldpi\n\tfldl2e\n\tfldz");
        count++;
}

static bool cpu_has(unsigned bit)
{
        unsigned a = 1, b, c, d;

        asm volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
        return d >> bit & 1;
}

/* Load four numbers made from `seed'; later see whether they are still there. */
static void fpu_load(int seed)
{
        int v[4] = {seed, seed + 1, seed + 2, seed + 3};

        asm volatile("fninit\n\tfildl 0(%0)\n\tfildl 4(%0)\n\tfildl 8(%0)\n\tfildl 12(%0)"
                     :
                     : "r"(v)
                     : "memory");
}

static bool fpu_holds(int seed)
{
        int v[4];

        asm volatile("fistpl 12(%0)\n\tfistpl 8(%0)\n\tfistpl 4(%0)\n\tfistpl 0(%0)"
                     :
                     : "r"(v)
                     : "memory");
        return v[0] == seed && v[1] == seed + 1 && v[2] == seed + 2 && v[3] == seed + 3;
}

static void sse_load(unsigned seed)
{
        unsigned v[8] __attribute__((aligned(16))) = {
            seed, ~seed, seed * 3, seed ^ 0x5a5a5a5a, seed + 7, seed - 7, seed << 3, seed >> 1};

        asm volatile("movups 0(%0), %%xmm0\n\tmovups 16(%0), %%xmm7" : : "r"(v) : "memory");
}

static bool sse_holds(unsigned seed)
{
        unsigned v[8], w[8] = {seed,     ~seed,    seed * 3,  seed ^ 0x5a5a5a5a,
                               seed + 7, seed - 7, seed << 3, seed >> 1};

        asm volatile("movups %%xmm0, 0(%0)\n\tmovups %%xmm7, 16(%0)" : : "r"(v) : "memory");
        return !memcmp(v, w, sizeof v);
}

/* Four processes with registers of their own, switching all the time. */
static enum outcome over_switches(void (*load)(int), bool (*holds)(int))
{
        long child[4];
        int i, round;

        for (i = 0; i < 4; i++) {
                child[i] = sys0(SYS_fork);
                if (child[i])
                        continue;
                for (round = 0; round < 300; round++) {
                        load(i * 100000 + round);
                        sys0(SYS_sched_yield);
                        if (!holds(i * 100000 + round))
                                sys1(SYS_exit, 1);
                }
                sys1(SYS_exit, 0);
        }
        for (i = 0; i < 4; i++)
                CHECK(smoke_wait(child[i]) == 0);
        return PASS;
}

static void sse_load_int(int seed)
{
        sse_load((unsigned)seed);
}

static bool sse_holds_int(int seed)
{
        return sse_holds((unsigned)seed);
}

static enum outcome no_sse(void)
{
        smoke_because("no SSE in this processor");
        return SKIP;
}

static enum outcome fpu_switches(void)
{
        return over_switches(fpu_load, fpu_holds);
}

static enum outcome sse_switches(void)
{
        return cpu_has(25) ? over_switches(sse_load_int, sse_holds_int) : no_sse();
}

static enum outcome fpu_signal(void)
{
        CHECK(!smoke_catch(SIGUSR1_, disturb, 0));
        fpu_load(1234);
        sys2(SYS_kill, sys0(SYS_getpid), SIGUSR1_);
        CHECK(count == 1);
        CHECK(fpu_holds(1234));
        return PASS;
}

static void disturb_sse(int number, struct signal_information *information,
                        struct signal_context *context)
{
        (void)number, (void)information, (void)context;
        sse_load(0xdeadbeef);
        count++;
}

static enum outcome sse_signal(void)
{
        if (!cpu_has(25))
                return no_sse();
        CHECK(!smoke_catch(SIGUSR1_, disturb_sse, 0));
        sse_load(4321);
        sys2(SYS_kill, sys0(SYS_getpid), SIGUSR1_);
        CHECK(count == 1);
        CHECK(sse_holds(4321));
        return PASS;
}

/* A child begins with its parent's registers; neither disturbs the other. */
static enum outcome fpu_fork(void)
{
        long child;

        fpu_load(77);
        child = sys0(SYS_fork);
        if (!child) {
                bool same = fpu_holds(77);

                fpu_load(5);
                sys0(SYS_sched_yield);
                sys1(SYS_exit, same && fpu_holds(5) ? 0 : 1);
        }
        sys0(SYS_sched_yield);
        CHECK(fpu_holds(77));
        CHECK(smoke_wait(child) == 0);
        return PASS;
}

static enum outcome sse_fork(void)
{
        long child;

        if (!cpu_has(25))
                return no_sse();
        sse_load(99);
        child = sys0(SYS_fork);
        if (!child) {
                bool same = sse_holds(99);

                sse_load(3);
                sys1(SYS_exit, same ? 0 : 1);
        }
        CHECK(smoke_wait(child) == 0);
        CHECK(sse_holds(99));
        return PASS;
}

/* Of what ptrace() calls the floating-point registers: seven words, then 80 bits of each. */
struct traced_fpu {
        unsigned long control[7];
        uint8_t number[8][10];
};

enum { TRACEME = 0, CONTINUE = 7, GET_FPU = 14, SET_FPU = 15 };

/* A tracer finds what a program has left there, and what it changes counts. */
static enum outcome fpu_traced(void)
{
        struct traced_fpu fpu;
        int i, status, value;
        long child = sys0(SYS_fork);

        if (!child) {
                sys4(SYS_ptrace, TRACEME, 0, 0, 0);
                fpu_load(21);
                asm volatile("int3");
                sys1(SYS_exit, fpu_holds(31) ? 0 : 1);
        }
        CHECK(sys4(SYS_wait4, child, &status, 0, 0) == child && status == (SIGTRAP_ << 8 | 0x7f));
        fpu_load(5); /* our own do not matter */
        CHECK(!sys4(SYS_ptrace, GET_FPU, child, 0, &fpu));
        for (i = 0; i < 4; i++) {
                asm volatile("fldt %1\n\tfistpl %0" : "=m"(value) : "m"(fpu.number[i]));
                CHECK(value == 24 - i);
                value += 10;
                asm volatile("fildl %1\n\tfstpt %0" : "=m"(fpu.number[i]) : "m"(value));
        }
        CHECK(!sys4(SYS_ptrace, SET_FPU, child, 0, &fpu));
        CHECK(!sys4(SYS_ptrace, CONTINUE, child, 0, 0));
        CHECK(smoke_wait(child) == 0);
        return PASS;
}

static void *fault_page;

static void open_page(int number, struct signal_information *information,
                      struct signal_context *context)
{
        (void)number, (void)information, (void)context;
        count++;
        sys3(SYS_mprotect, fault_page, 4096, PROT_READ_ | PROT_WRITE_);
}

/* A faulting FPU store is repeated with the registers it had. */
static enum outcome fpu_fault(void)
{
        fault_page = (void *)guest_map(4096, PROT_NONE_);
        CHECK(!smoke_catch(SIGSEGV_, open_page, 0));
        fpu_load(31);
        asm volatile("fistpl (%0)" : : "r"(fault_page) : "memory");
        CHECK(count == 1);
        CHECK(*(int *)fault_page == 34);
        return PASS;
}

static long long microseconds(void)
{
        long time[2];

        sys2(SYS_gettimeofday, time, 0);
        return time[0] * 1000000ll + time[1];
}

static enum outcome clock_advances(void)
{
        long long before = microseconds(), now, last = before;
        int i;

        for (i = 0; i < 2000; i++) {
                now = microseconds();
                CHECK(now >= last);
                last = now;
        }
        return PASS;
}

static enum outcome clock_monotonic(void)
{
        long long now, last = 0;
        int i;

        for (i = 0; i < 2000; i++) {
                CHECK(!guest_clock(&now));
                CHECK(now >= last);
                last = now;
        }
        return PASS;
}

/* Does this kernel measure sleeps in ticks?  Before 2.6.16 they do, and not by the time of day. */
static int sleeps_by_ticks(void)
{
        enum { FIELD = 65, RELEASE = 2 };
        char names[6 * FIELD] = {0};
        const char *release = names + RELEASE * FIELD;

        sys1(SYS_uname, names);
        return !strncmp(release, "2.6.", 4) &&
               (release[5] < '0' || release[5] > '9' || (release[4] == '1' && release[5] < '6'));
}

/* By the clock that sleeps are measured by. */
static long long sleepers_microseconds(void)
{
        enum { TICK = 10000 };
        long long now;

        if (sleeps_by_ticks())
                return (unsigned long)sys1(SYS_times, 0) * (long long)TICK;
        return guest_clock(&now) ? 0 : now / 1000;
}

static enum outcome sleep_lasts(void)
{
        long long before = sleepers_microseconds(), passed;

        CHECK(!guest_sleep(200000000));
        passed = sleepers_microseconds() - before;
        CHECK(passed >= 195000);
        CHECK(passed < 100000000); /* a busy host may hold the machine for seconds */
        return PASS;
}

static enum outcome ticks_advance(void)
{
        uint64_t last = guest_ticks(), now;
        int i;

        for (i = 0; i < 1000; i++) {
                now = guest_ticks();
                CHECK(now > last);
                last = now;
        }
        return PASS;
}

/* The entry the kernel offers beside int $0x80 (sysenter where it can). */
static enum outcome vsyscall(void)
{
        char text[512];
        unsigned long *pair = (unsigned long *)text, entry = 0;
        long fd = sys3(SYS_open, "/proc/self/auxv", O_RDONLY_, 0), n, result;

        if (fd < 0) {
                smoke_because("no /proc/self/auxv in this kernel");
                return SKIP;
        }
        n = sys3(SYS_read, fd, text, sizeof text);
        /* cppcheck-suppress uninitvar ; The kernel filled it */
        for (; n >= 8 && pair[0]; n -= 8, pair += 2)
                if (pair[0] == 32) /* AT_SYSINFO */
                        entry = pair[1];
        if (!entry) {
                smoke_because("the kernel offers no AT_SYSINFO");
                return SKIP;
        }
        asm volatile("call *%1" : "=a"(result) : "r"(entry), "0"(20) : "memory", "ecx", "edx");
        CHECK(result == sys0(SYS_getpid));
        return PASS;
}

static enum outcome module(void)
{
        static const char path[] = "/lib/smoke.ko";
        enum { MOST = 1 << 20 };
        char *image = (char *)guest_map(MOST, PROT_READ_ | PROT_WRITE_);
        char text[4096];
        long fd = sys3(SYS_open, path, O_RDONLY_, 0), n, bytes = 0;

        if (fd < 0 || !smoke_in_guest()) {
                smoke_because("no %s", path);
                return SKIP;
        }
        while ((n = sys3(SYS_read, fd, image + bytes, MOST - bytes)) > 0)
                bytes += n;
        n = sys3(SYS_init_module, image, bytes, "");
        if (n == -ENOSYS_) {
                smoke_because("no modules in this kernel");
                return SKIP;
        }
        if (n)
                smoke_because("init_module: error %d", (int)-n);
        if (n)
                return FAIL;
        fd = sys3(SYS_open, "/proc/modules", O_RDONLY_, 0);
        n = sys3(SYS_read, fd, text, sizeof text - 1);
        CHECK(n > 0);
        /* It is the only one; its name is the first word. */
        for (n = 0; text[n] > ' '; n++)
                ;
        text[n] = 0;
        CHECK(!sys2(SYS_delete_module, text, O_NONBLOCK_));
        CHECK(sys2(SYS_delete_module, text, O_NONBLOCK_) == -ENOENT_);
        return PASS;
}

/* clang-format off */
const struct smoke_test machine_tests[] = {
        {"FPU registers over context switches", fpu_switches, NULL},
        {"SSE registers over context switches", sse_switches, NULL},
        {"FPU registers over a signal", fpu_signal, NULL},
        {"SSE registers over a signal", sse_signal, NULL},
        {"FPU registers over fork", fpu_fork, NULL},
        {"SSE registers over fork", sse_fork, NULL},
        {"an FPU store repeated after SIGSEGV", fpu_fault, NULL},
        {"gettimeofday never goes back", clock_advances, NULL},
        {"the monotonic clock never goes back", clock_monotonic, NULL},
        {"nanosleep lasts at least as long as asked", sleep_lasts, NULL},
        {"the time-stamp counter advances", ticks_advance, NULL},
        {"getpid through the vsyscall page", vsyscall, NULL},
        {"a module is loaded and removed", module, NULL},
        {"FPU registers of a traced program", fpu_traced, NULL},
        {NULL, NULL, NULL},
};
/* clang-format on */
