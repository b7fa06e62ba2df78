/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the records are, and every site bound.
 *
 * Records and the binder's working memory are put, for the time of binding, into
 * guest memory that nothing else needs yet; it is cleared afterwards.
 */
#include "kernel.h"

enum { SHT_PROGBITS = 1, SHF_ALLOC = 2, SHF_EXECINSTR = 4 };

/* --- the flat header ---------------------------------------------------------- */

static bool sum_is_zero(const uint8_t *header, uint32_t bytes)
{
        uint32_t sum = 0;

        for (; bytes; bytes -= 4, header += 4)
                sum += load_word(header);
        return !sum;
}

/*
 * Look for a flat header in the file's bytes from @from to @to.  *@problem is what is
 * wrong with the last one that is none: the two magic words also stand in code that searches
 * for them.
 */
static const uint8_t *find_header(const struct load_kernel *kernel, uint32_t from, uint32_t to,
                                  const char **problem)
{
        const uint8_t *header = kernel->file + from;
        uint32_t left = to - from, bytes;

        for (; left >= sizeof(struct ab_flat_header); left -= 4, header += 4) {
                if (load_word(header) != AB_FLAT_MAGIC0 || load_word(header + 4) != AB_FLAT_MAGIC1)
                        continue;
                bytes = load_word(header + offsetof(struct ab_flat_header, record_bytes));
                if (load_word(header + 8) != AB_RECORD_VERSION)
                        *problem = "are of another version";
                else if (bytes % AB_RECORD_BYTES || bytes > left - sizeof(struct ab_flat_header))
                        *problem = "are truncated";
                else if (!sum_is_zero(header, sizeof(struct ab_flat_header) + bytes))
                        *problem = "have a wrong checksum";
                else
                        return header;
        }
        return NULL;
}

static uint32_t header_word(const uint8_t *header, uint32_t offset)
{
        return load_word(header + offset);
}

static void take_records(struct load_kernel *kernel, const uint8_t *header)
{
        kernel->records = header + sizeof(struct ab_flat_header);
        kernel->record_count =
            header_word(header, offsetof(struct ab_flat_header, record_bytes)) / AB_RECORD_BYTES;
}

enum ab_load_error ab_load_parse_flat(struct load_kernel *kernel)
{
        struct load_segment *segment = &kernel->segment[0];
        struct ab_load *load = kernel->load;
        const char *problem = NULL;
        const uint8_t *header = find_header(kernel, 0, kernel->file_bytes, &problem);
        uint32_t offset;

        if (!header && problem)
                return refuse(load, AB_LOAD_RECORDS, "the kernel's annotation records %s", problem);
        if (!header && kernel->setup)
                return refuse(load, AB_LOAD_NO_RECORDS,
                              "the bzImage holds no annotated kernel: "
                              "build it with afterburn make");
        if (!header)
                return refuse(load, AB_LOAD_FORMAT,
                              "neither an ELF file nor a bzImage nor an "
                              "annotated flat image");
        segment->gva = header_word(header, offsetof(struct ab_flat_header, load_gva));
        segment->gpa = segment->gva % 0x08000000u;
        segment->offset = 0;
        segment->bytes = segment->file_bytes = kernel->file_bytes;
        segment->code = true;
        offset = (uint32_t)(header - kernel->file);
        if (segment->gva + segment->bytes < segment->gva ||
            header_word(header, offsetof(struct ab_flat_header, self)) != segment->gva + offset)
                return refuse(load, AB_LOAD_RECORDS,
                              "the record header names addresses that do not fit the image");
        kernel->segments = 1;
        kernel->entry = header_word(header, offsetof(struct ab_flat_header, entry_gpa));
        take_records(kernel, header);
        return AB_LOAD_OK;
}

enum ab_load_error ab_load_find_records(struct load_kernel *kernel)
{
        struct ab_load *load = kernel->load;
        const char *problem = NULL;
        struct load_section section;
        unsigned i;

        if (!kernel->elf)
                return AB_LOAD_OK;
        if (ab_load_find_section(kernel, AB_RECORD_SECTION, &section) && section.data) {
                if (section.bytes % AB_RECORD_BYTES)
                        return refuse(load, AB_LOAD_RECORDS,
                                      "the record section has an odd size, %u bytes",
                                      section.bytes);
                kernel->records = section.data;
                kernel->record_count = section.bytes / AB_RECORD_BYTES;
        }
        for (i = 0; i < kernel->segments && !kernel->record_count; i++) {
                const struct load_segment *segment = &kernel->segment[i];
                uint32_t first = segment->offset + (-segment->gva & 3), self;
                uint32_t end = segment->offset + segment->file_bytes;
                const uint8_t *header =
                    first < end ? find_header(kernel, first, end, &problem) : NULL;

                if (!header)
                        continue;
                self = segment->gva + ((uint32_t)(header - kernel->file) - segment->offset);
                if (header_word(header, offsetof(struct ab_flat_header, self)) != self)
                        problem = "name an address that is not theirs";
                else
                        take_records(kernel, header);
        }
        if (!kernel->record_count && problem)
                return refuse(load, AB_LOAD_RECORDS, "the kernel's annotation records %s", problem);
        if (!kernel->record_count)
                return refuse(load, AB_LOAD_NO_RECORDS,
                              "the kernel holds no annotation records: "
                              "build it with afterburn make");
        return AB_LOAD_OK;
}

/* --- code ------------------------------------------------------------------------- */

static bool is_code(const struct load_section *section, uint32_t address)
{
        return section->type == SHT_PROGBITS && section->flags & SHF_ALLOC &&
               section->flags & SHF_EXECINSTR && address - section->address < section->bytes;
}

/* The section with code at @address; a flat image is code all over. */
static bool find_code(struct load_kernel *kernel, uint32_t address)
{
        uint32_t i;

        if (is_code(&kernel->code, address))
                return true;
        for (i = 0; i < kernel->section_count; i++)
                if (ab_load_section(kernel, i, &kernel->code) && is_code(&kernel->code, address))
                        return true;
        kernel->code.type = 0;
        return !kernel->section_count && kernel->code_segment->code;
}

static bool find_segment(struct load_kernel *kernel, uint32_t address)
{
        unsigned i;

        if (kernel->code_segment &&
            address - kernel->code_segment->gva < kernel->code_segment->file_bytes)
                return true;
        for (i = 0; i < kernel->segments; i++) {
                kernel->code_segment = &kernel->segment[i];
                if (address - kernel->code_segment->gva < kernel->code_segment->file_bytes)
                        return true;
        }
        kernel->code_segment = NULL;
        return false;
}

static uint8_t *code(void *context, uint32_t address, uint32_t *available)
{
        struct load_kernel *kernel = context;
        uint32_t offset, left;

        if (!find_segment(kernel, address) || !find_code(kernel, address))
                return NULL;
        offset = address - kernel->code_segment->gva;
        *available = kernel->code_segment->file_bytes - offset;
        if (kernel->code.type) {
                left = kernel->code.bytes - (address - kernel->code.address);
                if (left < *available)
                        *available = left;
        }
        return kernel->load->memory + kernel->code_segment->gpa + offset;
}

/* --- binding ---------------------------------------------------------------------- */

/* Bound ahead of time: for this very wedge, or not to be used. */
static enum ab_load_error check_mark(struct load_kernel *kernel)
{
        const struct ab_wedge_description *target = kernel->load->target;
        const uint8_t *word = (const uint8_t *)target;
        struct ab_load *load = kernel->load;
        struct load_section mark;
        char name[AB_HYPERVISOR_BYTES];
        uint32_t i;

        if (!kernel->elf || !ab_load_find_section(kernel, AB_BOUND_SECTION, &mark))
                return AB_LOAD_OK;
        if (!ab_load_bound_for(kernel->file, kernel->file_bytes, name))
                return refuse(load, AB_LOAD_BOUND,
                              "the mark of a bound image is damaged: "
                              "link the image again");
        if (!target)
                return refuse(load, AB_LOAD_BOUND,
                              "the image is bound for %s and cannot run "
                              "without it: give the unbound image",
                              name);
        if (!ab_load_same(name, target->hypervisor))
                return refuse(load, AB_LOAD_BOUND,
                              "the image is bound for %s, this is %s: "
                              "give the unbound image",
                              name, target->hypervisor);
        for (i = 0; i < sizeof(*target); i++)
                if (mark.data[i] != word[i])
                        return refuse(load, AB_LOAD_BOUND,
                                      "the image is bound for another wedge of "
                                      "%s: link it again",
                                      name);
        load->was_bound = true;
        return AB_LOAD_OK;
}

static enum ab_load_error refuse_record(struct load_kernel *kernel)
{
        struct ab_load *load = kernel->load;
        const char *why = ab_bind_error_text(load->bind.error), *symbol;
        uint32_t address = load->bind.bad_address, offset;

        if (load->bind.bad_index >= load->bind.count)
                return refuse(load, AB_LOAD_BIND, "%s", why);
        symbol = ab_load_symbol_at(kernel, address, &offset);
        if (symbol)
                return refuse(load, AB_LOAD_BIND, "record %u at %x (%s+%x): %s",
                              load->bind.bad_index, address, symbol, offset, why);
        return refuse(load, AB_LOAD_BIND, "record %u at %x: %s", load->bind.bad_index, address,
                      why);
}

enum ab_load_error ab_load_bind(struct load_kernel *kernel)
{
        struct ab_load *load = kernel->load;
        uint32_t count = kernel->record_count, work;
        uint32_t bytes = count * AB_LOAD_SITE_BYTES;
        enum ab_bind_error error;
        uint8_t *room;

        if (check_mark(kernel) || load->was_bound || !load->target)
                return load->error;
        if (count > 0x1000000)
                return refuse(load, AB_LOAD_RECORDS, "%u records are more than any kernel has",
                              count);
        work = ab_load_room(kernel, bytes);
        if (!work)
                return refuse(load, AB_LOAD_MEMORY,
                              "too little memory to bind the kernel: "
                              "give the guest more");
        room = load->memory + work;
        memcpy(room, kernel->records, count * AB_RECORD_BYTES);
        load->bind.records = (const void *)room;
        load->bind.count = count;
        load->bind.work = room + count * AB_RECORD_BYTES;
        load->bind.image = (struct ab_bind_image){kernel, code};
        memcpy(&load->bind.wedge, &load->target->wedge, sizeof(load->bind.wedge));
        load->bind.scribble = load->scribble;
        error = ab_bind(&load->bind);
        if (error)
                refuse_record(kernel);
        memset(room, 0, bytes);
        load->bind.records = NULL;
        load->bind.work = NULL;
        load->bind.image.context = NULL;
        return load->error;
}
