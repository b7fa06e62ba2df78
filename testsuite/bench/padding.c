/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench-padding: what redundant prefixes cost a real processor.
 *
 * Every class of the table that a program may execute is timed in a loop, with
 * and without the prefixes the assembler pass gives it.  The samples of both
 * forms are interleaved in one run; the result compares the best of each with
 * the noise, the spread between two equal halves of the unpadded samples:
 *
 *      1       no difference beyond the noise (what is printed is at least 0)
 *      n       the worst class differs by n times its noise
 *
 * With -v each class is listed.  Noise is taken to be at least 2 percent.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 60, INNER = 4000 };

#define PREFIXES ".byte 0x2e, 0x2e, 0x2e, 0x2e, 0x2e\n\t"

/* A loop of eight instructions, bare and padded; `setup' before each. */
#define LOOP(name, setup, pad, insn)                                                               \
        static __attribute__((noinline)) void name(void)                                           \
        {                                                                                          \
                for (int i = 0; i < INNER; i++)                                                    \
                        asm volatile(".rept 8\n\t" setup pad insn "\n\t.endr"                      \
                                     :                                                             \
                                     :                                                             \
                                     : "rax", "rbx", "rcx", "rdx", "rsi", "memory", "cc");         \
        }
#define PAIR(name, setup, insn, after)                                                             \
        LOOP(name##_bare, setup, "", insn after)                                                   \
        LOOP(name##_padded, setup, PREFIXES, insn after)

/* The stack below the pointer is the compiler's: step over its red zone. */
#define DOWN "leaq -128(%%rsp), %%rsp\n\t"
#define UP   "\n\tleaq 128(%%rsp), %%rsp"

PAIR(pushf, DOWN, "pushfq", "\n\tleaq 8(%%rsp), %%rsp" UP)
PAIR(popf, DOWN "pushfq\n\t", "popfq", UP)
PAIR(cpuid, "xorl %%eax, %%eax\n\txorl %%ecx, %%ecx\n\t", "cpuid", "")
PAIR(rdtsc, "", "rdtsc", "")
PAIR(mov_from_seg, "", "movl %%ds, %%eax", "")
PAIR(mov_to_seg, "movl %%ds, %%eax\n\t", "movl %%eax, %%ds", "")
PAIR(lar, "movl %%ss, %%ecx\n\t", "larl %%ecx, %%eax", "")
PAIR(lsl, "movl %%ss, %%ecx\n\t", "lsll %%ecx, %%eax", "")
PAIR(verr, "movl %%ss, %%ecx\n\t", "verr %%cx", "")
PAIR(verw, "movl %%ss, %%ecx\n\t", "verw %%cx", "")
PAIR(fninit, "", "fninit", "")

/* clang-format off */
static const struct {
        const char *name;
        void (*bare)(void), (*padded)(void);
} classes[] = {
#define CLASS(name) {#name, name##_bare, name##_padded}
        CLASS(pushf), CLASS(popf), CLASS(cpuid), CLASS(rdtsc), CLASS(mov_from_seg),
        CLASS(mov_to_seg), CLASS(lar), CLASS(lsl), CLASS(verr), CLASS(verw), CLASS(fninit),
};
/* clang-format on */

static double sample(void (*loop)(void))
{
        struct timespec a, b;

        clock_gettime(CLOCK_MONOTONIC, &a);
        loop();
        clock_gettime(CLOCK_MONOTONIC, &b);
        return (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);
}

static double least(double a, double b)
{
        return a < b ? a : b;
}

int main(int argc, char **argv)
{
        bool verbose = argc > 1 && !strcmp(argv[1], "-v");
        double worst = 0;

        if (argc > 2 || (argc == 2 && !verbose)) {
                fputs("bench-padding: usage: bench-padding [-v], as bench-toolchain calls it\n",
                      stderr);
                return 2;
        }
        for (unsigned c = 0; c < sizeof classes / sizeof classes[0]; c++) {
                double half[2] = {1e30, 1e30}, padded = 1e30, bare, noise, excess;
                /* One cpuid may cost a virtual machine microseconds. */
                unsigned rounds = sample(classes[c].bare) > 5e6 ? 6 : ROUNDS;

                for (unsigned i = 0; i < rounds; i++) {
                        half[i & 1] = least(half[i & 1], sample(classes[c].bare));
                        padded = least(padded, sample(classes[c].padded));
                }
                bare = least(half[0], half[1]);
                noise = (half[0] > half[1] ? half[0] - half[1] : half[1] - half[0]) / bare;
                noise = noise < 0.02 ? 0.02 : noise;
                excess = (padded - bare) / bare / noise;
                if (verbose)
                        printf("%-14s bare %.2f padded %.2f ns, noise %.1f %%\n", classes[c].name,
                               bare / INNER / 8, padded / INNER / 8, 100 * noise);
                worst = excess > worst ? excess : worst;
        }
        printf("%.2f\n", worst);
        return 0;
}
