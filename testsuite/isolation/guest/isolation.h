/* SPDX-License-Identifier: BSD-2-Clause */
/* An attack is a function that a process of its own runs; the parent looks what it changed. */
#ifndef AFTERBURN_ISOLATION_H
#define AFTERBURN_ISOLATION_H

#include "guest.h"

enum { SIGILL_ = 4, SIGKILL_ = 9, SIGALRM_ = 14, SIGSEGV_ = 11 };

/* Exit status of an attacker who sees that it has done another process harm. */
enum { HARM = 99 };

/* What may become of the attacker. */
enum fate {
        FAULTS, /* SIGSEGV: the processor says so */
        ANY     /* it goes on, or any signal; SIGALRM ends what would last for ever */
};

/*
 * Run @attack(@argument) in a child and print one result: passed if the child's end fits @fate
 * and the parent, its neighbour, the file and the kernel are as they were.
 */
void attempt(enum fate fate, void (*attack)(const void *), const void *argument, const char *format,
             ...) __attribute__((format(printf, 4, 5)));

void attempt_memory(void);
void attempt_instructions(void);
void attempt_messages(void);
void attempt_calls(void);

#endif
