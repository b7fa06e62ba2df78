/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loader: what it makes of good files, and that a damaged one is refused in one
 * sentence with nothing bound.  Built with ASan and UBSan; file and memory are exactly as
 * large as the loader is told.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "build.h"

enum { MEMORY = 0x400000 };

static uint8_t *memory;
static struct ab_load load;
static unsigned tests, failures;

static void ok(bool passed, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void ok(bool passed, const char *format, ...)
{
        va_list arguments;

        printf("%sok %u - ", passed ? "" : "not ", ++tests);
        failures += !passed;
        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        printf("\n");
}

static enum ab_load_error run(const uint8_t *bytes, uint32_t size)
{
        /* what the loader can have written: the rest is still clear */
        memset(memory + 0x90000, 0, 0x20000);
        memset(memory + LT_TEXT_GPA, 0, 0x3000);
        load.memory = memory;
        load.memory_bytes = load.memory_bytes ? load.memory_bytes : MEMORY;
        load.image = bytes;
        load.image_bytes = size;
        return ab_load(&load);
}

static void fresh(void)
{
        memset(&load, 0, sizeof(load));
        load.target = &lt_wedge;
}

static uint32_t word_at(uint32_t gpa)
{
        uint32_t word;

        memcpy(&word, memory + gpa, 4);
        return word;
}

/* Is the text as in the file, no byte of it bound? */
static bool unbound(void)
{
        return !memcmp(memory + LT_TEXT_GPA, lt_code, lt_code_bytes);
}

/* Does the text hold an address of the wedge?  (A changed header may have moved the text.) */
static bool half_bound(void)
{
        unsigned i;

        for (i = 0; i < lt_code_bytes; i++)
                if (word_at(LT_TEXT_GPA + i) >> 16 == 0xbe00)
                        return true;
        return false;
}

/* The code as the binder writes it, by hand: see afterburn/wedge.h. */
static bool bound(void)
{
        static const uint8_t cli[7] = {0xc6, 0x05, 0x00, 0x00, 0x00, 0xbe, 0x80};
        uint32_t vector = 0xbe001000 + 4 * AB_VEC_STI_STEP, popf = 0xbe001000 + 4 * AB_VEC_POPF;
        const uint8_t *text = memory + LT_TEXT_GPA;

        return !memcmp(text, cli, 7) && text[7] == 0xff && text[8] == 0x15 &&
               word_at(LT_TEXT_GPA + 9) == vector && text[25] == 0xff && text[26] == 0x15 &&
               word_at(LT_TEXT_GPA + 27) == popf;
}

static void good_files(void)
{
        struct lt_options plain = {0}, multiboot = {.multiboot = true};
        struct lt_file file = lt_elf(&plain), flat = lt_flat(), packed;
        static const char initrd[5000] = "RAM disk";

        fresh();
        load.command_line = "console=ttyS0";
        ok(!run(file.bytes, file.size) && bound() && load.bind.stats.sites == lt_record_count,
           "vmlinux: loaded and bound %s", load.text);
        ok(word_at(LT_DATA_GPA) == 0x11223344 && load.kernel_start == LT_TEXT_GPA &&
               load.kernel_end == LT_DATA_GPA + 0x400 + LT_BSS_BYTES,
           "its segments lie at their physical addresses");
        ok(load.entry.eip == LT_TEXT_GPA && load.entry.esi == 0x90000 && load.entry.cs == 0x10 &&
               load.entry.ds == 0x18 && word_at(load.entry.gdt_base + 0x14) == 0x00cf9b00 &&
               word_at(load.entry.gdt_base + 0x1c) == 0x00cf9300,
           "entered by Linux's 32-bit protocol");
        ok(!memcmp(memory + 0x90202, "HdrS", 4) && word_at(0x90228) == 0x91000 &&
               !strcmp((char *)memory + 0x91000, "console=ttyS0") && memory[0x901e8] == 3 &&
               word_at(0x902d0 + 40) == 0x100000 && word_at(0x902d0 + 48) == MEMORY - 0x100000,
           "boot parameters: command line and memory map");
        ok(load.fixmap_top == LT_FIXMAP_TOP && word_at(LT_FIXMAP_TOP - 0x80000000) == 0xbbfff000,
           "__FIXADDR_TOP is lowered below the wedge");
        memset(memory, 0xee, MEMORY);
        load.initrd = (const uint8_t *)initrd;
        load.initrd_bytes = sizeof(initrd);
        ok(!ab_load(&load) && !memcmp(memory + load.initrd_gpa, initrd, sizeof(initrd)) &&
               word_at(0x90218) == load.initrd_gpa && word_at(0x9021c) == sizeof(initrd) &&
               load.initrd_gpa % 4096 == 0 && word_at(LT_DATA_GPA + 0x400) == 0,
           "a RAM disk is copied to a page near the top, bss is cleared");
        memcpy(memory + 0x380000, initrd, sizeof(initrd));
        load.initrd = memory + 0x380000;
        ok(!ab_load(&load) && load.initrd_gpa == 0x380000, "a RAM disk in guest memory stays");
        load.initrd = memory + LT_TEXT_GPA;
        ok(ab_load(&load) == AB_LOAD_INITRD, "unless the kernel must go there: %s", load.text);
        free(file.bytes);

        fresh();
        file = lt_elf(&multiboot);
        load.initrd = (const uint8_t *)initrd;
        load.initrd_bytes = sizeof(initrd);
        ok(!run(file.bytes, file.size) && bound() && !load.linux_kernel &&
               load.entry.eax == 0x2badb002 && load.entry.ebx == 0x90000 &&
               word_at(0x90000 + 8) == (MEMORY - 0x100000) / 1024 && word_at(0x90014) == 1 &&
               word_at(word_at(0x90018)) == load.initrd_gpa,
           "multiboot kernel: information with memory and one module %s", load.text);
        free(file.bytes);

        fresh();
        ok(!run(flat.bytes, flat.size) && bound() && load.entry.eip == LT_TEXT_GPA, "flat image %s",
           load.text);
        packed = lt_bzimage(&flat, 0x206);
        ok(!run(packed.bytes, packed.size) && bound(), "bzImage of old, with a flat payload %s",
           load.text);
        free(packed.bytes);
        file = lt_elf(&(struct lt_options){.no_symbols = true});
        packed = lt_bzimage(&file, 0x20f);
        ok(!run(packed.bytes, packed.size) && bound() && load.fixmap_top == LT_FIXMAP_TOP &&
               memory[0x90201 - 0x1f1 + 0x1f1] == 0x66,
           "bzImage with an ELF payload; the fixmap's top by its export %s", load.text);
        free(packed.bytes);
        load.target = NULL;
        ok(!run(file.bytes, file.size) && unbound(), "without a target it is loaded unbound");
        free(file.bytes);
        free(flat.bytes);
}

/* Run a variant that is to be refused with @error and a sentence that contains @says. */
static void refused(const struct lt_file *file, enum ab_load_error error, const char *says,
                    const char *what)
{
        bool passed =
            run(file->bytes, file->size) == error && load.error == error && strstr(load.text, says);

        ok(passed, "%s: \"%s\"", what, load.text);
        fresh();
}

static void bad_files(void)
{
        struct ab_wedge_description other = lt_wedge;
        struct lt_file file = lt_elf(&(struct lt_options){0}), variant;
        static char command[5000];
        uint32_t moved;

        fresh();
        variant = lt_elf(&(struct lt_options){.no_records = true});
        refused(&variant, AB_LOAD_NO_RECORDS, "no annotation", "no annotations");
        free(variant.bytes);
        file.bytes[18] = 62;
        refused(&file, AB_LOAD_MACHINE, "IA-32", "another machine");
        file.bytes[18] = 3;
        file.bytes[4] = 2;
        refused(&file, AB_LOAD_MACHINE, "IA-32", "64 bits");
        file.bytes[4] = 1;
        file.bytes[16] = 3;
        refused(&file, AB_LOAD_MACHINE, "type 3", "a shared object");
        file.bytes[16] = 2;
        file.bytes[file.records + 16 + 7] = 0x21;
        refused(&file, AB_LOAD_BIND, "record 1 at 0x80100007 (startup+0x7): the record has another",
                "a record of another version is named with symbol and reason");
        ok(unbound(), "and nothing is bound");
        file.bytes[file.records + 16 + 7] = 0x11;
        moved = 0x30;
        file.bytes[file.phdrs + 12 + 2] += moved;
        refused(&file, AB_LOAD_MEMORY, "give it more", "too little memory");
        file.bytes[file.phdrs + 12 + 2] -= moved;
        load.memory_bytes = 0x40000000;
        refused(&file, AB_LOAD_MEMORY, "768 MB", "more memory than a guest can have");
        load.memory_bytes = 0x1000;
        refused(&file, AB_LOAD_MEMORY, "too little", "hardly any memory");
        memset(command, 'x', sizeof(command) - 1);
        load.command_line = command;
        refused(&file, AB_LOAD_COMMAND, "command line", "too long a command line");
        other.kernel_end = 0x80102000;
        load.target = &other;
        refused(&file, AB_LOAD_TOP, "link it lower", "a kernel that reaches into the wedge");
        free(file.bytes);

        strcpy(other.hypervisor, "other");
        file = lt_elf(&(struct lt_options){.bound = &other});
        refused(&file, AB_LOAD_BOUND, "bound for other, this is test",
                "bound for another hypervisor");
        load.target = NULL;
        refused(&file, AB_LOAD_BOUND, "bound for other", "bound, and no hypervisor here");
        free(file.bytes);
        other = lt_wedge;
        other.wedge.vectors += 4;
        file = lt_elf(&(struct lt_options){.bound = &other});
        refused(&file, AB_LOAD_BOUND, "another wedge of test",
                "bound for another build of the wedge");
        free(file.bytes);
        file = lt_elf(&(struct lt_options){.bound = &lt_wedge});
        ok(run(file.bytes, file.size) == AB_LOAD_TOP, "bound, but its data not patched: %s",
           load.text);
        memcpy(file.bytes + 0x2008, "\0\xf0\xff\xbb", 4);
        ok(!run(file.bytes, file.size) && load.was_bound && unbound(),
           "bound for this very wedge: taken as it is");
        free(file.bytes);

        file = lt_flat();
        file.bytes[file.records]++;
        refused(&file, AB_LOAD_RECORDS, "checksum", "a flat image with a changed record");
        file.bytes[file.records]--;
        file.bytes[0x208] = 2;
        refused(&file, AB_LOAD_RECORDS, "another version", "a flat image of another version");
        free(file.bytes);
        load.image = (const uint8_t *)"";
        load.image_bytes = 0;
        load.memory = memory;
        load.memory_bytes = MEMORY;
        ok(ab_load(&load) == AB_LOAD_FORMAT, "an empty file: %s", load.text);
}

static void hidden_features(void)
{
        struct lt_file file = lt_elf(&(struct lt_options){.feature = 9 * 32 + 20});

        fresh();
        ok(!run(file.bytes, file.size) && load.hidden.leaf7_ebx == 1 << 20 &&
               load.hidden.alternatives == 1 && !load.hidden.others,
           "stac in an alternative: SMAP is to be hidden");
        free(file.bytes);
        file = lt_elf(&(struct lt_options){.feature = 3 * 32 + 18, .rdtsc = true});
        ok(!run(file.bytes, file.size) && load.hidden.native_rdtsc == 1 &&
               !load.hidden.alternatives,
           "rdtsc behind lfence: reported");
        free(file.bytes);
        file = lt_elf(&(struct lt_options){.feature = 3 * 32 + 1});
        ok(!run(file.bytes, file.size) && load.hidden.others == 1,
           "a feature no bit of cpuid keeps away is counted");
        free(file.bytes);
        file = lt_elf(&(struct lt_options){0});
        ok(!run(file.bytes, file.size) && !load.hidden.alternatives,
           "no alternatives, nothing hidden");
        free(file.bytes);
}

/* Every prefix of the file. */
static void truncations(const char *what, const struct lt_file *file)
{
        uint32_t size, wrong = 0;

        fresh();
        for (size = 0; size < file->size; size++) {
                uint8_t *bytes = malloc(size ? size : 1);

                memcpy(bytes, file->bytes, size);
                if (!run(bytes, size) || !load.text[0] || !unbound())
                        wrong += memcmp(memory + LT_TEXT_GPA, "\0\0\0\0", 4) || !load.text[0];
                free(bytes);
        }
        ok(!wrong, "%s cut off at each of %u bytes: refused, nothing bound", what, file->size);
}

/* One field set to every value of a byte, all else good. */
static void bytes_of(const char *what, struct lt_file *file, uint32_t from, uint32_t bytes)
{
        uint32_t at, value, wrong = 0, refusals = 0;

        fresh();
        for (at = from; at < from + bytes; at++) {
                uint8_t good = file->bytes[at];

                for (value = 0; value < 256; value++) {
                        file->bytes[at] = (uint8_t)value;
                        if (!run(file->bytes, file->size))
                                continue;
                        refusals++;
                        wrong += !load.text[0] || (load.error == AB_LOAD_BIND && half_bound());
                }
                file->bytes[at] = good;
        }
        ok(!wrong && refusals > bytes, "%s: %u of %u changes refused, none half-bound", what,
           refusals, 256 * bytes);
}

static uint32_t next_random(void)
{
        static uint32_t state = 12345;

        state = state * 1664525 + 1013904223;
        return state >> 8;
}

static void random_damage(const char *what, const struct lt_file *file, unsigned rounds)
{
        uint8_t *bytes = malloc(file->size);
        uint32_t refusals = 0, wrong = 0, i, n;

        fresh();
        for (i = 0; i < rounds; i++) {
                memcpy(bytes, file->bytes, file->size);
                for (n = next_random() % 8 + 1; n; n--)
                        bytes[next_random() % file->size] = (uint8_t)next_random();
                if (!run(bytes, file->size))
                        continue;
                refusals++;
                wrong += !load.text[0];
        }
        free(bytes);
        ok(!wrong && refusals, "%s, %u times damaged at random: %u refused", what, rounds,
           refusals);
}

static uint8_t *module_bytes;
static uint32_t module_size;

enum { MODULE_BASE = 0x90000000 };

static uint8_t *module_at(void *context, uint32_t address, uint32_t bytes)
{
        uint32_t offset = address - MODULE_BASE;

        (void)context;
        return offset <= module_size && bytes <= module_size - offset ? module_bytes + offset
                                                                      : NULL;
}

static struct ab_load_module module;

enum { ENOUGH = 8 * AB_LOAD_SITE_BYTES, TOO_LITTLE = 3 * AB_LOAD_SITE_BYTES };

static enum ab_load_error run_module(struct lt_file *file, uint32_t work_bytes)
{
        static uint32_t work[ENOUGH / 4];

        memset(&module, 0, sizeof(module));
        module_bytes = file->bytes;
        module_size = file->size;
        module.header = MODULE_BASE;
        module.sections = MODULE_BASE + file->shdrs;
        module.at = module_at;
        module.wedge = &lt_wedge.wedge;
        module.work = work;
        module.work_bytes = work_bytes;
        return ab_load_module(&module);
}

static void modules(void)
{
        struct lt_file file = lt_module(MODULE_BASE), copy = file;
        uint32_t i, wrong = 0;

        ok(!run_module(&file, ENOUGH) && module.bind.stats.sites == lt_record_count &&
               file.bytes[0x100] == 0xc6 && file.bytes[0x107] == 0xff,
           "a module is bound where it lies %s", module.text);
        ok(run_module(&file, ENOUGH) == AB_LOAD_BIND, "and not twice: %s", module.text);
        free(file.bytes);
        file = lt_module(MODULE_BASE);
        ok(run_module(&file, TOO_LITTLE) == AB_LOAD_MEMORY &&
               !memcmp(file.bytes + 0x100, lt_code, lt_code_bytes),
           "too many sites: %s", module.text);
        file.bytes[0x300 + 12] = 2;
        ok(run_module(&file, ENOUGH) == AB_LOAD_RECORDS, "a relocation of another type: %s",
           module.text);
        file.bytes[0x300 + 12] = 1;
        file.bytes[file.shdrs + 40 + 8] = 4; /* not allocated: code the guest has dropped */
        ok(!run_module(&file, ENOUGH) && !module.bind.stats.sites,
           "sites of dropped code are left out");
        free(file.bytes);
        copy.bytes = malloc(copy.size);
        file = lt_module(MODULE_BASE);
        for (i = 0; i < 200000; i++) {
                unsigned n;

                memcpy(copy.bytes, file.bytes, file.size);
                for (n = next_random() % 4 + 1; n; n--)
                        copy.bytes[next_random() % file.size] = (uint8_t)next_random();
                if (run_module(&copy, ENOUGH) && !module.text[0])
                        wrong++;
        }
        ok(!wrong, "200000 damaged modules: refused with a sentence, or bound");
        free(copy.bytes);
        free(file.bytes);
}

int main(void)
{
        struct lt_file elf = lt_elf(&(struct lt_options){.feature = 9 * 32 + 20}), flat = lt_flat();
        struct lt_file packed = lt_bzimage(&elf, 0x20f), old = lt_bzimage(&flat, 0x206);

        memory = malloc(MEMORY);
        good_files();
        bad_files();
        hidden_features();
        modules();
        truncations("vmlinux", &elf);
        truncations("bzImage", &packed);
        truncations("old bzImage", &old);
        bytes_of("every byte of a record", &elf, elf.records, 16 * elf.count);
        bytes_of("the ELF header", &elf, 0, 52);
        bytes_of("program headers", &elf, elf.phdrs, 64);
        bytes_of("section headers", &elf, elf.shdrs, 40 * elf.sections);
        bytes_of("the set-up header", &packed, 0x1f1, 0x90);
        bytes_of("the packed kernel", &old, old.text + 10, old.text_bytes - 10);
        random_damage("vmlinux", &elf, 4000);
        random_damage("bzImage", &packed, 4000);
        random_damage("flat image", &flat, 4000);
        printf("1..%u\n", tests);
        free(elf.bytes);
        free(flat.bytes);
        free(packed.bytes);
        free(old.bytes);
        free(memory);
        return failures ? 1 : 0;
}
