/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory: mappings, protection, copy-on-write, faults with their address. */
#include "smoke.h"

enum { PAGE = 4096 };

static volatile unsigned long fault_address, fault_trap, fault_error, fault_count, fault_code;
static unsigned long *volatile repair; /* page to open up in the handler */
static unsigned char resume_skip;

static void on_fault(int number, struct signal_information *information,
                     struct signal_context *context)
{
        (void)number;
        fault_count++;
        fault_address = information->address;
        fault_code = (unsigned long)information->code;
        fault_trap = context->mcontext.trap;
        fault_error = context->mcontext.error;
        if (repair)
                sys3(SYS_mprotect, (unsigned long)repair & -(unsigned long)PAGE, PAGE,
                     PROT_READ_ | PROT_WRITE_);
        else
                context->mcontext.eip += resume_skip;
}

static enum outcome map_is_zero(void)
{
        unsigned char *p = (unsigned char *)guest_map(64 * PAGE, PROT_READ_ | PROT_WRITE_);
        int i;

        CHECK(!guest_is_error(p));
        for (i = 0; i < 64 * PAGE; i += 512)
                CHECK(!p[i]);
        for (i = 0; i < 64; i++)
                p[i * PAGE] = (unsigned char)i;
        for (i = 0; i < 64; i++)
                CHECK(p[i * PAGE] == i);
        CHECK(!sys2(SYS_munmap, p, 64 * PAGE));
        return PASS;
}

static enum outcome remap_keeps_content(void)
{
        unsigned *p = (unsigned *)guest_map(8 * PAGE, PROT_READ_ | PROT_WRITE_), *q;
        int i;

        for (i = 0; i < 8; i++)
                p[i * 1024] = 0xabc00000u + (unsigned)i;
        q = (unsigned *)sys4(SYS_mremap, p, 8 * PAGE, 600 * PAGE, 1);
        CHECK(!guest_is_error(q));
        for (i = 0; i < 8; i++)
                CHECK(q[i * 1024] == 0xabc00000u + (unsigned)i);
        CHECK(!q[599 * 1024]);
        return PASS;
}

/* A store to a read-only page: SIGSEGV with address, protection code and write bit. */
static enum outcome write_protection(void)
{
        unsigned *p = (unsigned *)guest_map(2 * PAGE, PROT_READ_ | PROT_WRITE_);

        p[0] = 1;
        CHECK(!smoke_catch(SIGSEGV_, on_fault, 0));
        CHECK(!sys3(SYS_mprotect, p, PAGE, PROT_READ_));
        CHECK(*(volatile unsigned *)p == 1);
        repair = (unsigned long *)p;
        ((volatile unsigned *)p)[5] = 7;
        CHECK(fault_count == 1 && fault_address == (unsigned long)(p + 5));
        CHECK(fault_code == 2 && fault_trap == 14 && (fault_error & 7) == 7);
        CHECK(p[5] == 7 && p[0] == 1);
        return PASS;
}

static enum outcome no_access(void)
{
        unsigned *p = (unsigned *)guest_map(PAGE, PROT_READ_ | PROT_WRITE_);
        unsigned value;

        p[3] = 99;
        CHECK(!smoke_catch(SIGSEGV_, on_fault, 0));
        CHECK(!sys3(SYS_mprotect, p, PAGE, PROT_NONE_));
        repair = (unsigned long *)p;
        value = ((volatile unsigned *)p)[3];
        CHECK(fault_count == 1 && fault_address == (unsigned long)(p + 3) && value == 99);
        CHECK((fault_error & 6) == 4);
        return PASS;
}

/* Nothing is mapped there: code 1; the handler steps over the instruction. */
static enum outcome unmapped_address(void)
{
        char *p = (char *)guest_map(PAGE, PROT_READ_ | PROT_WRITE_);

        CHECK(!sys2(SYS_munmap, p, PAGE));
        CHECK(!smoke_catch(SIGSEGV_, on_fault, 0));
        repair = NULL;
        resume_skip = 2; /* movb %al, (%edx) */
        asm volatile("movb %%al, (%%edx)" : : "d"(p + 123), "a"(0) : "memory");
        CHECK(fault_count == 1 && fault_address == (unsigned long)(p + 123));
        CHECK(fault_code == 1 && fault_trap == 14 && (fault_error & 7) == 6);
        return PASS;
}

/* The kernel's own memory is out of reach, and says so at the right address. */
static enum outcome kernel_address(void)
{
        CHECK(!smoke_catch(SIGSEGV_, on_fault, 0));
        resume_skip = 2; /* movb (%edx), %al */
        asm volatile("movb (%%edx), %%al" : : "d"(0x80100000) : "eax", "memory");
        CHECK(fault_count == 1 && fault_address == 0x80100000);
        CHECK(fault_trap == 14);
        return PASS;
}

static enum outcome bad_pointer_in_call(void)
{
        char *p = (char *)guest_map(2 * PAGE, PROT_READ_ | PROT_WRITE_);
        int ends[2];

        CHECK(!sys2(SYS_munmap, p + PAGE, PAGE));
        CHECK(!sys1(SYS_pipe, ends));
        CHECK(sys3(SYS_write, ends[1], p + PAGE, 4) == -EFAULT_);
        CHECK(sys1(SYS_pipe, 8) == -EFAULT_);
        CHECK(sys3(SYS_write, ends[1], p + PAGE - 4, 4) == 4);
        CHECK(sys3(SYS_read, ends[0], 0x10, 4) == -EFAULT_);
        return PASS;
}

static enum outcome copy_on_write(void)
{
        unsigned *p = (unsigned *)guest_map(256 * PAGE, PROT_READ_ | PROT_WRITE_);
        unsigned i;
        long child;

        for (i = 0; i < 256; i++)
                p[i * 1024] = i;
        child = sys0(SYS_fork);
        if (!child) {
                for (i = 0; i < 256; i += 2)
                        p[i * 1024] = ~i;
                for (i = 0; i < 256; i++)
                        if (p[i * 1024] != (i & 1 ? i : ~i))
                                sys1(SYS_exit, 1);
                sys1(SYS_exit, 0);
        }
        for (i = 0; i < 256; i += 3)
                p[i * 1024] = i + 5000;
        CHECK(smoke_wait(child) == 0);
        for (i = 0; i < 256; i++)
                CHECK(p[i * 1024] == (i % 3 ? i : i + 5000));
        return PASS;
}

static enum outcome shared_mapping(void)
{
        struct {
                unsigned long address, bytes, protection, flags, fd, offset;
        } shared = {0, PAGE, PROT_READ_ | PROT_WRITE_, 0x21, ~0ul, 0};
        volatile int *p = (volatile int *)sys1(SYS_mmap, &shared);
        long child;

        CHECK(!guest_is_error(p));
        child = sys0(SYS_fork);
        if (!child) {
                *p = 77;
                sys1(SYS_exit, 0);
        }
        CHECK(smoke_wait(child) == 0);
        CHECK(*p == 77);
        return PASS;
}

static enum outcome file_mapping(void)
{
        struct {
                unsigned long address, bytes, protection, flags, fd, offset;
        } block = {0, PAGE, PROT_READ_, 2, 0, 0};
        const unsigned char *p;
        long fd = sys3(SYS_open, "/bin/say", O_RDONLY_, 0);

        CHECK(fd >= 0);
        block.fd = (unsigned long)fd;
        p = (const unsigned char *)sys1(SYS_mmap, &block);
        CHECK(!guest_is_error(p));
        CHECK(p[0] == 0x7f && p[1] == 'E' && p[2] == 'L' && p[3] == 'F');
        return PASS;
}

static __attribute__((noinline)) unsigned recurse(unsigned depth)
{
        volatile unsigned frame[64];
        unsigned i;

        for (i = 0; i < 64; i++)
                frame[i] = depth + i;
        if (!depth)
                return 0;
        i = recurse(depth - 1);
        return i + (frame[depth & 63] == depth + (depth & 63));
}

static enum outcome deep_recursion(void)
{
        /* About 6 MB of stack, page by page. */
        CHECK(recurse(20000) == 20000);
        return PASS;
}

/* Code written at run time is executed, and so is its replacement. */
static enum outcome generated_code(void)
{
        unsigned char *p = (unsigned char *)guest_map(PAGE, PROT_READ_ | PROT_WRITE_ | PROT_EXEC_);
        int i;

        for (i = 0; i < 200; i++) {
                p[0] = 0xb8; /* movl $i, %eax; ret */
                memcpy(p + 1, &i, 4);
                p[5] = 0xc3;
                CHECK(((int (*)(void))p)() == i);
        }
        return PASS;
}

/* clang-format off */
const struct smoke_test memory_tests[] = {
        {"mmap gives zeroed pages", map_is_zero, NULL},
        {"mremap keeps the content", remap_keeps_content, NULL},
        {"mprotect: SIGSEGV on a write, with address and cause", write_protection, NULL},
        {"mprotect: SIGSEGV on a read, with address", no_access, NULL},
        {"munmap: SIGSEGV with address and cause", unmapped_address, NULL},
        {"an address of the kernel: SIGSEGV with address", kernel_address, NULL},
        {"a bad pointer in a system call: EFAULT", bad_pointer_in_call, NULL},
        {"copy on write, 256 pages, both sides writing", copy_on_write, NULL},
        {"shared memory between processes", shared_mapping, NULL},
        {"a file mapped and read", file_mapping, NULL},
        {"deep recursion", deep_recursion, NULL},
        {"code written at run time", generated_code, NULL},
        {NULL, NULL, NULL},
};
/* clang-format on */
