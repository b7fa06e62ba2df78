/* SPDX-License-Identifier: BSD-2-Clause */
/* Pipes, files, sockets, waiting for them. */
#include "smoke.h"

enum {
        SYS_SOCKET = 1,
        SYS_BIND,
        SYS_CONNECT,
        SYS_LISTEN,
        SYS_ACCEPT,
        SYS_GETSOCKNAME,
        SYS_SOCKETPAIR = 8,
        SYS_SEND,
        SYS_RECV,
        SYS_SENDTO,
        SYS_RECVFROM
};
enum { FAMILY_UNIX = 1, FAMILY_INET = 2, STREAM = 1, DATAGRAM = 2 };

struct inet_address {
        uint16_t family, port;
        uint32_t address;
        char zero[8];
};

static long call(int number, long a, long b, long c)
{
        long block[6] = {a, b, c, 0, 0, 0};

        return sys2(SYS_socketcall, number, block);
}

static bool send_all(long fd, unsigned seed, unsigned bytes)
{
        unsigned char buffer[3000];
        unsigned i, sent = 0, n;
        long done;

        while (sent < bytes) {
                n = bytes - sent < sizeof buffer ? bytes - sent : sizeof buffer;
                for (i = 0; i < n; i++)
                        buffer[i] = (unsigned char)((sent + i) * 7 + (sent + i) / 251 + seed);
                done = sys3(SYS_write, fd, buffer, n);
                if (done <= 0)
                        return false;
                sent += (unsigned)done;
        }
        return true;
}

static bool receive_all(long fd, unsigned seed, unsigned bytes)
{
        unsigned char buffer[4096];
        unsigned got = 0;
        long i, n;

        while ((n = sys3(SYS_read, fd, buffer, sizeof buffer)) > 0) {
                for (i = 0; i < n; i++, got++)
                        if (buffer[i] != (unsigned char)(got * 7 + got / 251 + seed))
                                return false;
        }
        return n == 0 && got == bytes;
}

/* A child sends through `out', this process receives from `in'. */
static enum outcome stream(long in, long out, unsigned seed, unsigned bytes)
{
        long child = sys0(SYS_fork);

        if (!child) {
                sys1(SYS_close, in);
                sys1(SYS_exit, !send_all(out, seed, bytes));
        }
        CHECK(child > 0);
        sys1(SYS_close, out);
        CHECK(receive_all(in, seed, bytes));
        CHECK(smoke_wait(child) == 0);
        return PASS;
}

static enum outcome pipe_stream(void)
{
        int ends[2];

        CHECK(!sys1(SYS_pipe, ends));
        return stream(ends[0], ends[1], 3, 1000000);
}

static enum outcome pipe_ends(void)
{
        int ends[2];
        char byte = 0;
        long child;

        CHECK(!sys1(SYS_pipe, ends));
        sys1(SYS_close, ends[1]);
        CHECK(sys3(SYS_read, ends[0], &byte, 1) == 0);
        CHECK(!sys1(SYS_pipe, ends));
        sys1(SYS_close, ends[0]);
        child = sys0(SYS_fork);
        if (!child) {
                sys3(SYS_write, ends[1], &byte, 1);
                sys1(SYS_exit, 0);
        }
        CHECK(smoke_wait(child) == 256 + 13); /* SIGPIPE */
        return PASS;
}

static enum outcome files(void)
{
        static const char path[] = "/tmp/smoke-file";
        char text[16];
        long fd = sys3(SYS_open, path, O_RDWR_ | O_CREAT_ | O_TRUNC_, 0600);
        int i;

        CHECK(fd >= 0);
        for (i = 0; i < 3000; i++)
                CHECK(sys3(SYS_write, fd, "0123456789", 10) == 10);
        CHECK(sys3(SYS_lseek, fd, 29995, 0) == 29995);
        CHECK(sys3(SYS_read, fd, text, sizeof text) == 5);
        CHECK(!memcmp(text, "56789", 5));
        CHECK(!sys1(SYS_unlink, path));
        CHECK(sys3(SYS_open, path, O_RDONLY_, 0) == -ENOENT_);
        return PASS;
}

static enum outcome unix_pair(void)
{
        int ends[2];
        long block[4] = {FAMILY_UNIX, STREAM, 0, (long)ends};
        long error = sys2(SYS_socketcall, SYS_SOCKETPAIR, block);
        if (error == -97 || error == -ENOSYS_) {
                smoke_because("no UNIX sockets in this kernel");
                return SKIP;
        }
        CHECK(!error);
        return stream(ends[0], ends[1], 5, 300000);
}

static enum outcome unix_named(void)
{
        struct {
                uint16_t family;
                char path[32];
        } address = {FAMILY_UNIX, "/tmp/smoke-socket"};
        long listener = call(SYS_SOCKET, FAMILY_UNIX, STREAM, 0), in, out;

        if (listener == -97 || listener == -ENOSYS_) {
                smoke_because("no UNIX sockets in this kernel");
                return SKIP;
        }
        sys1(SYS_unlink, address.path);
        CHECK(!call(SYS_BIND, listener, (long)&address, sizeof address));
        CHECK(!call(SYS_LISTEN, listener, 1, 0));
        out = call(SYS_SOCKET, FAMILY_UNIX, STREAM, 0);
        CHECK(!call(SYS_CONNECT, out, (long)&address, sizeof address));
        in = call(SYS_ACCEPT, listener, 0, 0);
        CHECK(in >= 0);
        sys1(SYS_unlink, address.path);
        return stream(in, out, 9, 300000);
}

/* The loopback interface, up; false where there is none. */
static bool loopback(void)
{
        struct {
                char name[16];
                uint16_t family_or_flags, port;
                uint32_t address;
                char rest[8];
        } request = {"lo", FAMILY_INET, 0, 0x0100007f, ""};
        long fd = call(SYS_SOCKET, FAMILY_INET, DATAGRAM, 0);

        if (fd < 0)
                return false;
        sys3(SYS_ioctl, fd, 0x8916, &request); /* SIOCSIFADDR */
        request.family_or_flags = 0x41;        /* IFF_UP | IFF_RUNNING */
        sys3(SYS_ioctl, fd, 0x8914, &request); /* SIOCSIFFLAGS */
        sys1(SYS_close, fd);
        return true;
}

static enum outcome inet_stream(void)
{
        struct inet_address address = {FAMILY_INET, 0, 0x0100007f, ""};
        long listener, in, out, bytes = sizeof address;

        if (!loopback()) {
                smoke_because("no INET sockets in this kernel");
                return SKIP;
        }
        listener = call(SYS_SOCKET, FAMILY_INET, STREAM, 0);
        CHECK(!call(SYS_BIND, listener, (long)&address, sizeof address));
        CHECK(!call(SYS_GETSOCKNAME, listener, (long)&address, (long)&bytes));
        CHECK(!call(SYS_LISTEN, listener, 1, 0));
        out = call(SYS_SOCKET, FAMILY_INET, STREAM, 0);
        CHECK(!call(SYS_CONNECT, out, (long)&address, sizeof address));
        in = call(SYS_ACCEPT, listener, 0, 0);
        CHECK(in >= 0);
        return stream(in, out, 11, 300000);
}

static enum outcome inet_datagram(void)
{
        struct inet_address address = {FAMILY_INET, 0, 0x0100007f, ""};
        long in, out, bytes = sizeof address;
        char text[64];
        int i;

        if (!loopback()) {
                smoke_because("no INET sockets in this kernel");
                return SKIP;
        }
        in = call(SYS_SOCKET, FAMILY_INET, DATAGRAM, 0);
        CHECK(!call(SYS_BIND, in, (long)&address, sizeof address));
        CHECK(!call(SYS_GETSOCKNAME, in, (long)&address, (long)&bytes));
        out = call(SYS_SOCKET, FAMILY_INET, DATAGRAM, 0);
        CHECK(!call(SYS_CONNECT, out, (long)&address, sizeof address));
        for (i = 1; i < 60; i++) {
                memset(text, i, sizeof text);
                CHECK(sys3(SYS_write, out, text, i) == i);
                memset(text, 0, sizeof text);
                CHECK(sys3(SYS_read, in, text, sizeof text) == i);
                CHECK(text[0] == i && text[i - 1] == i && !text[i]);
        }
        return PASS;
}

static enum outcome poll_waits(void)
{
        struct {
                int fd;
                int16_t events, revents;
        } wait[2];
        int a[2], b[2];
        long child;

        CHECK(!sys1(SYS_pipe, a) && !sys1(SYS_pipe, b));
        wait[0].fd = a[0];
        wait[1].fd = b[0];
        wait[0].events = wait[1].events = 1;
        CHECK(sys3(SYS_poll, wait, 2, 20) == 0);
        child = sys0(SYS_fork);
        if (!child) {
                guest_sleep(50000000);
                sys3(SYS_write, b[1], "x", 1);
                sys1(SYS_exit, 0);
        }
        CHECK(sys3(SYS_poll, wait, 2, -1) == 1);
        CHECK(!wait[0].revents && (wait[1].revents & 1));
        CHECK(smoke_wait(child) == 0);
        return PASS;
}

static enum outcome proc(void)
{
        char text[4096];
        long fd = sys3(SYS_open, "/proc/self/maps", O_RDONLY_, 0), n;

        if (fd == -ENOENT_) {
                smoke_because("no /proc in this kernel");
                return SKIP;
        }
        n = sys3(SYS_read, fd, text, sizeof text - 1);
        CHECK(n > 0);
        text[n] = 0;
        CHECK(strstr(text, "/bin/smoke"));
        return PASS;
}

/* clang-format off */
const struct smoke_test io_tests[] = {
        {"a megabyte through a pipe", pipe_stream, NULL},
        {"both ends of a broken pipe", pipe_ends, NULL},
        {"a file: write, seek, read, unlink", files, NULL},
        {"a pair of UNIX sockets", unix_pair, NULL},
        {"a named UNIX socket", unix_named, NULL},
        {"TCP over the loopback interface", inet_stream, NULL},
        {"UDP over the loopback interface", inet_datagram, NULL},
        {"poll: time limit and data", poll_waits, NULL},
        {"/proc shows a process its own map", proc, NULL},
        {NULL, NULL, NULL},
};
/* clang-format on */
