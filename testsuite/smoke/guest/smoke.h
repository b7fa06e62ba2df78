/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The smoke suite: one test is one function.  Output is KTAP and the same on
 * every run of a correct kernel: no address, time or process number in it.
 */
#ifndef AFTERBURN_SMOKE_H
#define AFTERBURN_SMOKE_H

#include "guest.h"

enum outcome { PASS, FAIL, SKIP };

struct smoke_test {
        const char *name;
        enum outcome (*run)(void);
        const char *property; /* word by which --without= finds it beside its number; or NULL */
};

extern const struct smoke_test process_tests[], memory_tests[], signal_tests[], io_tests[],
    machine_tests[];

/* Why the running test fails or is skipped; printed behind its line. */
void smoke_because(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Fail the running test unless `condition' holds. */
#define CHECK(condition)                                                                           \
        do {                                                                                       \
                if (!(condition)) {                                                                \
                        smoke_because("%s, line %d: %s", __func__, __LINE__, #condition);          \
                        return FAIL;                                                               \
                }                                                                                  \
        } while (0)

/* Whether this is a guest: `afterburn run' put its command beside us. */
bool smoke_in_guest(void);

/* Wait for one child: its exit status, 256 + signal, or -1. */
int smoke_wait(long child);

/* Signals.  A handler sees Linux's frame: number, information, context. */
/* clang-format off */
enum { SIGINT_ = 2, SIGILL_ = 4, SIGTRAP_ = 5, SIGFPE_ = 8, SIGKILL_ = 9, SIGUSR1_ = 10,
       SIGSEGV_ = 11, SIGUSR2_ = 12, SIGALRM_ = 14, SIGCHLD_ = 17, SIGSTOP_ = 19 };
/* clang-format on */
enum { SA_SIGINFO_ = 4, SA_ONSTACK_ = 0x08000000, SA_NODEFER_ = 0x40000000 };

struct signal_information {
        int number, error, code;
        unsigned long address;
};

struct signal_context {
        unsigned long flags;
        struct signal_context *link;
        struct {
                void *base;
                int flags;
                unsigned long bytes;
        } stack;
        struct {
                unsigned long gs, fs, es, ds, edi, esi, ebp, esp, ebx, edx, ecx, eax, trap, error,
                    eip, cs, eflags, esp_at_signal, ss;
                void *fpstate;
                unsigned long oldmask, cr2;
        } mcontext;
};

typedef void smoke_handler(int, struct signal_information *, struct signal_context *);

/* Install a handler; 0 or a negative error number. */
long smoke_catch(int number, smoke_handler *handler, unsigned long flags);

#endif
