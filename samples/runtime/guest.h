/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A runtime for small static Linux programs on IA-32: system calls, text
 * output, a few string functions.  No thread-local storage, no constructors,
 * nothing newer than Linux 2.6.9: only `int $0x80' and old calls, so that one
 * program runs on every kernel this project boots, bare or virtualized.
 */
#ifndef AFTERBURN_GUEST_H
#define AFTERBURN_GUEST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Linux's numbers for IA-32; they never change. */
/* clang-format off */
enum guest_call {
        SYS_exit = 1, SYS_fork = 2, SYS_read = 3, SYS_write = 4, SYS_open = 5, SYS_close = 6,
        SYS_waitpid = 7, SYS_unlink = 10, SYS_execve = 11, SYS_chdir = 12, SYS_mknod = 14,
        SYS_lseek = 19, SYS_getpid = 20, SYS_mount = 21, SYS_ptrace = 26, SYS_alarm = 27,
        SYS_pause = 29, SYS_kill = 37, SYS_mkdir = 39, SYS_dup = 41, SYS_pipe = 42, SYS_times = 43,
        SYS_ioctl = 54, SYS_umount2 = 52, SYS_dup2 = 63, SYS_getppid = 64, SYS_setsid = 66,
        SYS_reboot = 88, SYS_mmap = 90, SYS_munmap = 91, SYS_socketcall = 102, SYS_syslog = 103,
        SYS_setitimer = 104, SYS_wait4 = 114, SYS_sync = 36, SYS_clone = 120, SYS_mprotect = 125,
        SYS_init_module = 128, SYS_delete_module = 129, SYS_select = 142, SYS_sched_yield = 158,
        SYS_nanosleep = 162, SYS_mremap = 163, SYS_poll = 168, SYS_rt_sigreturn = 173,
        SYS_rt_sigaction = 174, SYS_rt_sigprocmask = 175, SYS_sigaltstack = 186,
        SYS_gettimeofday = 78, SYS_uname = 122, SYS_clock_gettime = 265,
        SYS_clock_gettime64 = 403, SYS_clock_nanosleep_time64 = 407,
};
/* clang-format on */

/* A raw system call: the result, or minus the error number. */
static inline long sys(long number, long a, long b, long c, long d, long e)
{
        long result;

        asm volatile("int $0x80"
                     : "=a"(result)
                     : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                     : "memory");
        return result;
}

#define sys0(n)                sys(n, 0, 0, 0, 0, 0)
#define sys1(n, a)             sys(n, (long)(a), 0, 0, 0, 0)
#define sys2(n, a, b)          sys(n, (long)(a), (long)(b), 0, 0, 0)
#define sys3(n, a, b, c)       sys(n, (long)(a), (long)(b), (long)(c), 0, 0)
#define sys4(n, a, b, c, d)    sys(n, (long)(a), (long)(b), (long)(c), (long)(d), 0)
#define sys5(n, a, b, c, d, e) sys(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))

/* clang-format off */
enum guest_errno { EINTR_ = 4, ECHILD_ = 10, ENOMEM_ = 12, ENOENT_ = 2, ENOSYS_ = 38, EINVAL_ = 22,
                   EFAULT_ = 14, EEXIST_ = 17, EAGAIN_ = 11 };
enum guest_open { O_RDONLY_ = 0, O_WRONLY_ = 1, O_RDWR_ = 2, O_CREAT_ = 0100, O_TRUNC_ = 01000,
                  O_NOCTTY_ = 0400, O_NONBLOCK_ = 04000 };
/* clang-format on */
enum guest_prot { PROT_NONE_ = 0, PROT_READ_ = 1, PROT_WRITE_ = 2, PROT_EXEC_ = 4 };

/* Anonymous private memory, or a negative error number. */
long guest_map(unsigned long bytes, int protection);

#define guest_is_error(result) ((unsigned long)(result) > -4096ul)

/* Text to descriptor 1.  Formats: %s %c %d %u %x %llu %%, with a width. */
void guest_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int guest_format(char *buffer, size_t bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int guest_vformat(char *buffer, size_t bytes, const char *format, va_list arguments);

void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strstr(const char *in, const char *what);

/* Time-stamp counter.  Under an instruction-counting emulator: instructions. */
static inline uint64_t guest_ticks(void)
{
        uint32_t low, high;

        asm volatile("rdtsc" : "=a"(low), "=d"(high));
        return (uint64_t)high << 32 | low;
}

/*
 * Sleep; read the monotonic clock, in nanoseconds.  Kernels from 5.1 on may lack the calls with
 * 32-bit time, older ones lack those with 64-bit time.  Zero or a negative error number.
 */
long guest_sleep(unsigned nanoseconds);
long guest_clock(long long *nanoseconds);

/* The auxiliary vector's value of `type', or 0. */
unsigned long guest_auxiliary(char **environment, unsigned long type);

/* What the program provides. */
int guest_main(int argc, char **argv, char **environment);

#endif
