/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench: what one operation costs, in ticks of the time-stamp counter.  Under
 * an instruction-counting emulator a tick is an instruction and the numbers
 * repeat exactly.
 *
 *      bench OPERATION [ROUNDS]
 *      bench all
 *
 * prints "OPERATION ROUNDS MINIMUM MEDIAN MEAN" per operation: the mean is over
 * all rounds, timer interrupts included; the minimum and the median leave
 * them out.  Every round is marked for the plugin qemu-plugin/counts.c: its
 * measurement N is the Nth operation printed, all rounds together.
 */
#include "guest.h"

enum { MOST_ROUNDS = 4096 };

static uint64_t sample[MOST_ROUNDS];

/* nopl MARK(%eax), as qemu-plugin/counts.c knows it. */
enum mark { MARK_OFF, MARK_ON, MARK_NEXT = 3 };
#define MARK(mark)                                                                                 \
        __asm__ volatile(".byte 0x0F, 0x1F, 0x80\n\t.long %c0"                                     \
                         :                                                                         \
                         : "i"(0xAB0C0D00 + (mark))                                                \
                         : "memory")

static void die(const char *what)
{
        guest_printf("bench: %s failed\n", what);
        sys1(SYS_exit, 1);
}

static int there[2], back[2];
static long echo;

static void getpid_once(void)
{
        sys0(SYS_getpid);
}

static void echo_start(void)
{
        char byte;

        if (sys1(SYS_pipe, there) || sys1(SYS_pipe, back))
                die("pipe");
        echo = sys0(SYS_fork);
        if (!echo) {
                sys1(SYS_close, there[1]);
                while (sys3(SYS_read, there[0], &byte, 1) == 1)
                        sys3(SYS_write, back[1], &byte, 1);
                sys1(SYS_exit, 0);
        }
}

static void echo_once(void)
{
        char byte = 1;

        if (sys3(SYS_write, there[1], &byte, 1) != 1 || sys3(SYS_read, back[0], &byte, 1) != 1)
                die("pipe round trip");
}

static void echo_stop(void)
{
        int status;

        sys1(SYS_close, there[1]);
        sys4(SYS_wait4, echo, &status, 0, 0);
        sys1(SYS_close, there[0]);
        sys1(SYS_close, back[0]);
        sys1(SYS_close, back[1]);
}

static void fork_once(void)
{
        long child = sys0(SYS_fork);
        int status;

        if (!child)
                sys1(SYS_exit, 0);
        if (sys4(SYS_wait4, child, &status, 0, 0) != child)
                die("fork");
}

static void exec_once(void)
{
        static const char *const words[] = {"/bin/say", NULL}, *const environment[] = {NULL};
        long child = sys0(SYS_fork);
        int status;

        if (!child) {
                sys3(SYS_execve, words[0], words, environment);
                sys1(SYS_exit, 1);
        }
        if (sys4(SYS_wait4, child, &status, 0, 0) != child || status)
                die("exec");
}

static void fault_once(void)
{
        static volatile char *page;

        if (page)
                sys2(SYS_munmap, page, 4096);
        page = (volatile char *)guest_map(4096, PROT_READ_ | PROT_WRITE_);
        *page = 1;
}

static void map_once(void)
{
        long p = guest_map(65536, PROT_READ_ | PROT_WRITE_);

        if (sys2(SYS_munmap, p, 65536))
                die("munmap");
}

static void compute_once(void)
{
        unsigned a = 1, i;

        for (i = 0; i < 100000; i++)
                a = a * 1664525 + 1013904223;
        asm volatile("" : : "r"(a));
}

/*
 * A stream over the loopback interface in pieces of what an Ethernet frame carries; the
 * other end is a process that answers a byte when all of it has come.
 */
enum { TCP_PIECES = 45, TCP_PIECE = 1460 };
enum {
        TCP_SOCKET = 1,
        TCP_BIND,
        TCP_CONNECT,
        TCP_LISTEN,
        TCP_ACCEPT,
        TCP_NAME,
        TCP_OPTION = 14,
        INET = 2
};

static long peer, stream;
static char piece[TCP_PIECE];

static long net(int number, long a, long b, long c)
{
        long block[] = {a, b, c};

        return sys2(SYS_socketcall, number, block);
}

static void tcp_serve(long listener)
{
        static char all[65536];
        long in = net(TCP_ACCEPT, listener, 0, 0), n = 0, got;

        sys1(SYS_close, listener);
        while ((got = sys3(SYS_read, in, all, sizeof all)) > 0)
                for (n += got; n >= TCP_PIECES * TCP_PIECE; n -= TCP_PIECES * TCP_PIECE)
                        sys3(SYS_write, in, all, 1);
        sys1(SYS_exit, 0);
}

static void tcp_start(void)
{
        struct {
                char name[16];
                uint16_t family_or_flags, port;
                uint32_t address;
                char rest[8];
        } request = {"lo", INET, 0, 0x0100007f, ""};
        struct {
                uint16_t family, port;
                uint32_t address;
                char zero[8];
        } address = {INET, 0, 0x0100007f, ""};
        long one = 1, no_delay[] = {0, 6, 1, (long)&one, sizeof one}; /* IPPROTO_TCP, TCP_NODELAY */
        long bytes = sizeof address, listener = net(TCP_SOCKET, INET, 1, 0);

        sys3(SYS_ioctl, listener, 0x8916, &request); /* SIOCSIFADDR */
        request.family_or_flags = 0x41;              /* IFF_UP | IFF_RUNNING */
        sys3(SYS_ioctl, listener, 0x8914, &request); /* SIOCSIFFLAGS */
        if (net(TCP_BIND, listener, (long)&address, sizeof address) ||
            net(TCP_NAME, listener, (long)&address, (long)&bytes) ||
            net(TCP_LISTEN, listener, 1, 0))
                die("tcp");
        peer = sys0(SYS_fork);
        if (!peer)
                tcp_serve(listener);
        sys1(SYS_close, listener);
        stream = net(TCP_SOCKET, INET, 1, 0);
        no_delay[0] = stream;
        sys2(SYS_socketcall, TCP_OPTION, no_delay);
        if (net(TCP_CONNECT, stream, (long)&address, sizeof address))
                die("tcp");
}

static void tcp_once(void)
{
        int i;

        for (i = 0; i < TCP_PIECES; i++)
                if (sys3(SYS_write, stream, piece, TCP_PIECE) != TCP_PIECE)
                        die("tcp");
        if (sys3(SYS_read, stream, piece, 1) != 1)
                die("tcp");
}

static void tcp_stop(void)
{
        int status;

        sys1(SYS_close, stream);
        sys4(SYS_wait4, peer, &status, 0, 0);
}

/* A small kernel build: the compiler of the root file system compiles itself, one process per file.
 */
enum { BUILD_FILES = 50 };

static void build_once(void)
{
        static char source[] = "/usr/src/load/00.c";
        static const char *const words[] =
            {"/bin/tcc", "-c", "-I/usr/src/load", "-o", "/tmp/bench-out.o", source, NULL},
                                 *const environment[] = {NULL};
        unsigned i;
        long child;
        int status;

        for (i = 1; i <= BUILD_FILES; i++) {
                source[sizeof source - 5] = (char)('0' + i / 10);
                source[sizeof source - 4] = (char)('0' + i % 10);
                child = sys0(SYS_fork);
                if (!child) {
                        sys3(SYS_execve, words[0], words, environment);
                        sys1(SYS_exit, 1);
                }
                if (sys4(SYS_wait4, child, &status, 0, 0) != child || status)
                        die(source);
        }
}

/* The same with Debian's gcc and a library everybody has: `afterburn rootfs --glibc'. */
static void gcc_once(void)
{
        static const char *const files[] = {"adler32", "compress", "crc32",   "deflate", "gzclose",
                                            "gzlib",   "gzread",   "gzwrite", "infback", "inffast",
                                            "inflate", "inftrees", "trees",   "uncompr", "zutil"};
        static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
        char source[64];
        const char *const words[] = {"/usr/bin/gcc", "-O2", "-D_LARGEFILE64_SOURCE=1",
                                     "-c",           "-o",  "/tmp/bench-out.o",
                                     source,         NULL};
        unsigned i;
        long child;
        int status;

        for (i = 0; i < sizeof files / sizeof files[0]; i++) {
                guest_format(source, sizeof source, "/usr/src/zlib/%s.c", files[i]);
                child = sys0(SYS_fork);
                if (!child) {
                        sys3(SYS_execve, words[0], words, environment);
                        sys1(SYS_exit, 1);
                }
                if (sys4(SYS_wait4, child, &status, 0, 0) != child || status)
                        die(source);
        }
}

/* clang-format off */
static const struct operation {
        const char *name;
        unsigned rounds, warm;
        void (*once)(void), (*start)(void), (*stop)(void);
        int alone; /* not part of `all': needs the root file system with a compiler */
} operations[] = {
        {"getpid", 4000, 20, getpid_once, NULL, NULL, 0},
        {"pipe", 2000, 20, echo_once, echo_start, echo_stop, 0},
        {"fork", 500, 20, fork_once, NULL, NULL, 0},
        {"exec", 200, 20, exec_once, NULL, NULL, 0},
        {"fault", 2000, 20, fault_once, NULL, NULL, 0},
        {"mmap", 2000, 20, map_once, NULL, NULL, 0},
        {"tcp", 100, 20, tcp_once, tcp_start, tcp_stop, 0},
        {"compute", 100, 20, compute_once, NULL, NULL, 0},
        {"build", 1, 0, build_once, NULL, NULL, 1},
        {"gcc", 1, 0, gcc_once, NULL, NULL, 1},
};
/* clang-format on */

static void sort(uint64_t *a, unsigned n)
{
        unsigned gap, i, j;

        for (gap = n / 2; gap; gap /= 2)
                for (i = gap; i < n; i++) {
                        uint64_t x = a[i];

                        for (j = i; j >= gap && a[j - gap] > x; j -= gap)
                                a[j] = a[j - gap];
                        a[j] = x;
                }
}

static void measure(const struct operation *operation, unsigned rounds)
{
        uint64_t begin, sum = 0;
        unsigned i;

        if (operation->start)
                operation->start();
        for (i = 0; i < operation->warm; i++)
                operation->once();
        MARK(MARK_NEXT);
        for (i = 0; i < rounds; i++) {
                begin = guest_ticks();
                MARK(MARK_ON);
                operation->once();
                MARK(MARK_OFF);
                sample[i] = guest_ticks() - begin;
                sum += sample[i];
        }
        if (operation->stop)
                operation->stop();
        sort(sample, rounds);
        guest_printf("%s %u %llu %llu %llu\n", operation->name, rounds,
                     (unsigned long long)sample[0], (unsigned long long)sample[rounds / 2],
                     (unsigned long long)(sum / rounds));
}

static unsigned number(const char *s)
{
        unsigned n = 0;

        for (; *s >= '0' && *s <= '9'; s++)
                n = n * 10 + (unsigned)(*s - '0');
        return n;
}

int guest_main(int argc, char **argv, char **environment)
{
        unsigned i, rounds, done = 0;

        (void)environment;
        for (i = 0; i < sizeof operations / sizeof operations[0]; i++) {
                if (argc < 2 || (strcmp(argv[1], operations[i].name) &&
                                 (strcmp(argv[1], "all") || operations[i].alone)))
                        continue;
                rounds = argc > 2 ? number(argv[2]) : operations[i].rounds;
                measure(&operations[i], rounds < 1 || rounds > MOST_ROUNDS ? MOST_ROUNDS : rounds);
                done++;
        }
        if (!done) {
                guest_printf("usage: bench all | OPERATION [ROUNDS]\n");
                return 2;
        }
        return 0;
}
