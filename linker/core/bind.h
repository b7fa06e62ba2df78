/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The binder: rewrites every site of an image for one wedge.
 *
 * Freestanding C without allocation, the same in the host's link tool, in the
 * resource monitor and in a wedge that binds a module.  What it writes depends
 * on the records, the image's bytes and the struct ab_wedge alone, so that code
 * bound ahead of time equals code bound at load time.
 */
#ifndef AB_BIND_H
#define AB_BIND_H

#include <stdbool.h>
#include <stddef.h>
#include <afterburn/record.h>
#include <afterburn/insn.h>
#include <afterburn/wedge.h>

/* Bytes of working memory that ab_bind needs per record: a place in the order, and planned code. */
#define AB_BIND_WORK_BYTES 32u

/* The image: how the binder reaches executable bytes. */
struct ab_bind_image {
        void *context;
        /*
         * Pointer to the writable byte that will be at guest virtual address
         * @address, and in *@available how many bytes follow it contiguously, in
         * executable code and in memory alike; NULL where @address is no code
         * of the image.  What it has said must hold until ab_bind returns.
         */
        uint8_t *(*code)(void *context, uint32_t address, uint32_t *available);
};

enum ab_bind_error {
        AB_BIND_OK,
        AB_BIND_WEDGE,   /* the wedge description itself: version or alignment */
        AB_BIND_VERSION, /* record of another format version */
        AB_BIND_KIND,    /* no such kind, or a class where none belongs */
        AB_BIND_SIZE,    /* the record's lengths contradict one another */
        AB_BIND_ADDRESS, /* not in the image's code */
        AB_BIND_OVERLAP, /* the site overlaps another one */
        AB_BIND_ALREADY, /* the site is bound already */
        AB_BIND_DECODE,  /* the bytes are no instruction, or of another length */
        AB_BIND_CLASS,   /* the bytes are another class than the record says */
        AB_BIND_OPERAND, /* the bytes have other operands than the record says */
        AB_BIND_FORM,    /* a form of the instruction no wedge offers */
        AB_BIND_PADDING, /* the padding does something */
        AB_BIND_SHORT,   /* the bound code does not fit in the site */
        AB_BIND_ERRORS
};

/* How a site is bound. */
enum ab_shape {
        AB_SHAPE_NATIVE_TRAP,  /* left as it is: it traps, and the address behind counts */
        AB_SHAPE_NATIVE_WEDGE, /* left as it is: the wedge wants the class native */
        AB_SHAPE_NATIVE_SHORT, /* left as it is: an access notice that does not fit */
        AB_SHAPE_INLINE,
        AB_SHAPE_CALL,
        AB_SHAPES
};

/* What became of one row: a class, or AB_ROW_KIND(kind). */
struct ab_row_stats {
        uint32_t sites;
        uint32_t site_bytes;
        uint32_t bound_bytes; /* of the sites among them that hold bound code ... */
        uint32_t code_bytes;  /* ... and of that code, NOPs that fill up excluded */
        uint32_t shape[AB_SHAPES];
        uint32_t least_slack; /* fewest bytes left over in a bound site */
};

struct ab_bind_stats {
        uint32_t sites;
        uint32_t sti_defer, sti_step, sti_at_once; /* what follows a sti */
        uint32_t scribbled;                        /* sites with code that destroys what is dead */
        struct ab_row_stats row[AB_ROWS];
};

/* One bound site, for a report; @code points to the site's first byte. */
struct ab_bound_site {
        uint32_t index; /* of the record */
        enum ab_shape shape;
        uint32_t vector; /* of a call, AB_VECTORS added where flags are dead */
        uint32_t code_bytes;
        const uint8_t *code;
};

struct ab_bind {
        /* In. */
        const struct ab_record *records;
        uint32_t count;
        void *work; /* working memory: AB_BIND_WORK_BYTES * `count', a multiple of 4 */
        struct ab_bind_image image;
        struct ab_wedge wedge;
        /*
         * For tests: what a site has left over is filled with code that destroys registers and
         * flags its record calls dead (the wedge's second half of vectors can destroy the flags).
         */
        bool scribble;
        /* Called for every site in address order once all are bound; may be NULL. */
        void (*report)(void *context, const struct ab_bound_site *site);
        void *report_context;

        /* Out: which record is refused and where (valid if not AB_BIND_OK). */
        enum ab_bind_error error;
        uint32_t bad_index;
        uint32_t bad_address;
        struct ab_bind_stats stats; /* valid if AB_BIND_OK */
};

/*
 * Check everything, then bind everything.  Returns AB_BIND_OK, or the error, and
 * then not one byte of the image has been written.
 */
enum ab_bind_error ab_bind(struct ab_bind *bind);

/* The same checks and statistics; nothing is written. */
enum ab_bind_error ab_bind_check(struct ab_bind *bind);

/* One clause that says what is wrong, and one that says what was done. */
const char *ab_bind_error_text(enum ab_bind_error error);
const char *ab_shape_text(enum ab_shape shape);

#endif
