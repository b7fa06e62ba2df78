/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls: thread-local variables, reached as glibc's programs reach them: a segment of 4 GB whose
 * base is the end of the thread's block, so that variables have negative offsets.  Built
 * with -mno-tls-direct-seg-refs, which loads the base from %gs:0 first.
 *
 *      tls [ROUNDS]
 *
 * Three processes of four threads each count in variables of their own and yield; the sums
 * do not depend on who runs when.
 */
#include "programs.h"

enum { PROCESSES = 3, THREADS = 4, STACK = 16384, SYS_set_thread_area = 243 };
/* Memory, files, signals and so on in common; a segment of its own; a word that ends it. */
enum { CLONE_THREAD_LIKE = 0x00000100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x80000 };

struct description {
        int entry;
        uint32_t base, limit, flags;
};

static __thread uint32_t mine = 17, sum;
static __thread uint32_t table[8] = {1, 2, 3, 4, 5, 6, 7, 8};

/* As the linker lays it out: the block of variables ends at the thread pointer. */
enum { BLOCK = 256 };
static uint32_t blocks[THREADS][BLOCK / 4 + 16] __attribute__((aligned(64)));
static char stacks[THREADS][STACK] __attribute__((aligned(16)));
static volatile uint32_t result[THREADS], rounds = 2000;

struct header {
        uint32_t type, offset, address, physical, in_file, in_memory, flags, align;
};

static uint32_t new_block(unsigned n, char **environment)
{
        const struct header *h = (const void *)guest_auxiliary(environment, 3);
        unsigned long count = guest_auxiliary(environment, 5);
        char *end = (char *)blocks[n] + BLOCK, *start;

        for (; count && h->type != 7; count--)
                h++;
        if (!count)
                return 0;
        start = end - ((h->in_memory + h->align - 1) & ~(h->align - 1));
        memset(start, 0, (size_t)(end - start));
        memcpy(start, (const void *)h->address, h->in_file);
        *(uint32_t *)end = (uint32_t)end;
        return (uint32_t)end;
}

static struct description describe(uint32_t base, int entry)
{
        return (struct description){entry, base, 0xfffff, 0x51};
}

static void count(unsigned n)
{
        uint32_t i;

        for (i = 0; i < rounds; i++) {
                mine = mine * 1664525 + n + i;
                table[i % 8] ^= mine;
                sum += table[(i + 3) % 8];
                if (!(i % 16))
                        sys0(SYS_sched_yield);
        }
        result[n] = sum ^ mine;
}

static void thread(unsigned n)
{
        count(n);
        for (;;)
                sys1(SYS_exit, 0);
}

/* The new thread's stack holds its number for thread(); it never returns. */
static long start(unsigned n, struct description *segment)
{
        uint32_t *top = (uint32_t *)(stacks[n] + STACK - 16);
        long id;

        top[0] = (uint32_t)thread;
        top[1] = 0;
        top[2] = n;
        asm volatile("int $0x80\n\t"
                     "testl %%eax, %%eax\n\t"
                     "jnz 1f\n\t"
                     "ret\n" /* into thread(), as if called from 0 */
                     "1:"
                     : "=a"(id)
                     : "0"(SYS_clone), "b"(CLONE_THREAD_LIKE), "c"(top), "d"(0), "S"(segment),
                       "D"(0)
                     : "memory", "cc");
        return id;
}

static uint32_t expected(unsigned n)
{
        uint32_t m = 17, s = 0, t[8] = {1, 2, 3, 4, 5, 6, 7, 8}, i;

        for (i = 0; i < rounds; i++) {
                m = m * 1664525 + n + i;
                t[i % 8] ^= m;
                s += t[(i + 3) % 8];
        }
        return s ^ m;
}

static int process(unsigned p, char **environment)
{
        struct description segment = describe(new_block(0, environment), -1), other;
        unsigned n, wrong = 0;
        long error = segment.base ? sys1(SYS_set_thread_area, &segment) : -ENOSYS_;

        if (error) {
                guest_printf("not ok process %u: set_thread_area: error %d\n", p, (int)-error);
                return 1;
        }
        asm volatile("movw %w0, %%gs" : : "r"(segment.entry * 8 + 3));
        for (n = 1; n < THREADS; n++) {
                other = describe(new_block(n, environment), segment.entry);
                if (start(n, &other) < 0)
                        wrong++;
        }
        count(0);
        for (n = 0; n < THREADS; n++) {
                while (!result[n] && !wrong)
                        sys0(SYS_sched_yield);
                wrong += result[n] != expected(n);
        }
        return wrong != 0;
}

int guest_main(int argc, char **argv, char **environment)
{
        unsigned p, failed = 0;
        int status;

        if (!in_a_guest("tls"))
                return 2;
        if (argc > 1)
                rounds = number_of(argv[1]);
        for (p = 0; p < PROCESSES; p++)
                if (!sys0(SYS_fork))
                        sys1(252, process(p, environment)); /* exit_group */
        for (p = 0; p < PROCESSES; p++) {
                sys4(SYS_wait4, -1, &status, 0, 0);
                failed |= status != 0;
        }
        guest_printf("%s %u processes of %u threads, %u rounds: %x\n", failed ? "not ok" : "ok",
                     PROCESSES, THREADS, rounds, expected(THREADS - 1));
        return failed != 0;
}
