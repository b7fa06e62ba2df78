/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Liveness behind asm statements, and the markers.
 *
 * Two passes.  The first runs as late as there is a control-flow graph, behind
 * register allocation and everything that moves instructions, and works out
 * which general registers and flags are dead behind each statement of interest.
 * The second runs when branch lengths are settled, right before the assembler
 * output, and puts the markers into the templates: nothing that follows counts
 * lines, so the code is the same with and without the plugin.
 */
#include "plugin.h"

/* What may be overwritten behind an asm statement. */
struct dead_set {
        unsigned gprs;  /* Intel's numbering */
        unsigned flags; /* enum ab_flag */
};

enum { ALL_FLAGS = 0x3f };

static hash_map<int_hash<int, -1, -2>, dead_set> *dead_sets; /* by insn uid */

/* gcc's number of a general register, by Intel's. */
static const unsigned gcc_register[8] = {AX_REG, CX_REG, DX_REG, BX_REG,
                                         SP_REG, BP_REG, SI_REG, DI_REG};
static const char *const register_names[8] = {"eax", "ecx", "edx", "ebx",
                                              "esp", "ebp", "esi", "edi"};

/* The template of an asm insn, or NULL for another insn. */
static const char *asm_template(const rtx_insn *insn)
{
        rtx body, operands;

        if (!NONDEBUG_INSN_P(insn))
                return NULL;
        body = PATTERN(insn);
        if (GET_CODE(body) == PARALLEL && GET_CODE(XVECEXP(body, 0, 0)) == ASM_INPUT)
                body = XVECEXP(body, 0, 0);
        if (GET_CODE(body) == ASM_INPUT)
                return XSTR(body, 0);
        operands = extract_asm_operands(body);
        return operands ? ASM_OPERANDS_TEMPLATE(operands) : NULL;
}

static bool is_tagged(const char *text)
{
        return !strncmp(text, AB_TAG, strlen(AB_TAG));
}

static bool of_interest(const char *text)
{
        return is_tagged(text) || (ab_options.scribble_all && *text) || ab_template_sensitive(text);
}

/* Functions whose register conventions are not the compiler's own. */
static bool unusual_function(function *fun)
{
        tree attributes = DECL_ATTRIBUTES(fun->decl);
        tree type_attributes = TYPE_ATTRIBUTES(TREE_TYPE(fun->decl));

        return fun->calls_setjmp || fun->has_nonlocal_label || crtl->calls_eh_return ||
               lookup_attribute("naked", attributes) ||
               lookup_attribute("interrupt", type_attributes) ||
               lookup_attribute("no_caller_saved_registers", type_attributes);
}

/*
 * With -fipa-ra a caller may know which call-clobbered registers this function
 * really changes and keep values in the others.  Those are live to us.
 */
static bool callers_may_know(function *fun)
{
        cgraph_node *node = cgraph_node::get(fun->decl);

        return flag_ipa_ra &&
               (!node || node->callers || node->has_aliases_p() || fndecl_built_in_p(fun->decl));
}

static HARD_REG_SET changed_registers(function *fun)
{
        HARD_REG_SET changed, one;
        basic_block bb;
        rtx_insn *insn;

        CLEAR_HARD_REG_SET(changed);
        FOR_EACH_BB_FN(bb, fun)
        {
                FOR_BB_INSNS(bb, insn)
                {
                        if (!NONDEBUG_INSN_P(insn))
                                continue;
                        if (CALL_P(insn))
                                changed |= insn_callee_abi(insn).full_and_partial_reg_clobbers();
                        find_all_hard_reg_sets(insn, &one, false);
                        changed |= one;
                }
        }
        return changed;
}

/*
 * A function without a result that assembly code calls (Linux's asmlinkage).  Linux
 * 2.6.9's entry.S tests the %eax that do_debug() happens to leave.
 */
static bool leaves_result_by_luck(function *fun)
{
        tree type = TREE_TYPE(fun->decl);

        return VOID_TYPE_P(TREE_TYPE(type)) && lookup_attribute("regparm", TYPE_ATTRIBUTES(type));
}

/* Registers that may be given away at all in this function. */
static unsigned free_registers(function *fun)
{
        unsigned gprs = 0;
        bool known = callers_may_know(fun);
        HARD_REG_SET changed;

        if (known)
                changed = changed_registers(fun);
        for (unsigned i = 0; i < 8; i++) {
                unsigned reg = gcc_register[i];

                if (reg == SP_REG || fixed_regs[reg] || global_regs[reg])
                        continue;
                if (reg == BP_REG && frame_pointer_needed)
                        continue;
                /* A preserved register the function does not save belongs to its caller. */
                if (!call_used_or_fixed_reg_p(reg) && !df_regs_ever_live_p(reg))
                        continue;
                if (known && call_used_or_fixed_reg_p(reg) && !TEST_HARD_REG_BIT(changed, reg))
                        continue;
                if (reg == AX_REG && leaves_result_by_luck(fun))
                        continue;
                gprs |= 1u << i;
        }
        return gprs;
}

/* General registers an asm's own operands use. */
static unsigned operand_registers(const rtx_insn *insn)
{
        rtx operands = extract_asm_operands(PATTERN(insn));
        unsigned gprs = 0;

        if (!operands)
                return 0;
        for (unsigned i = 0; i < 8; i++) {
                rtx reg = gen_rtx_REG(SImode, gcc_register[i]);

                if (reg_overlap_mentioned_p(reg, PATTERN(insn)))
                        gprs |= 1u << i;
        }
        return gprs;
}

/* A block without a successor that does not end in a call: where it goes, only the asm knows. */
static bool leaves_unseen(basic_block bb)
{
        rtx_insn *insn;

        if (EDGE_COUNT(bb->succs))
                return false;
        FOR_BB_INSNS_REVERSE(bb, insn)
        {
                if (NONDEBUG_INSN_P(insn))
                        return !CALL_P(insn);
        }
        return true;
}

static void live_in_block(basic_block bb, unsigned free)
{
        bitmap live = BITMAP_ALLOC(NULL);
        rtx_insn *insn;

        bitmap_copy(live, DF_LR_OUT(bb));
        df_simulate_initialize_backwards(bb, live);
        FOR_BB_INSNS_REVERSE(bb, insn)
        {
                const char *text = asm_template(insn);

                if (!NONDEBUG_INSN_P(insn))
                        continue;
                if (text && of_interest(text) && !ab_template_transfers(text)) {
                        dead_set dead = {free, 0};

                        for (unsigned i = 0; i < 8; i++) {
                                if (bitmap_bit_p(live, gcc_register[i]))
                                        dead.gprs &= ~(1u << i);
                        }
                        if (!bitmap_bit_p(live, FLAGS_REG))
                                dead.flags = ALL_FLAGS;
                        /* Fix-up code may come back with the operands as they were. */
                        if (ab_template_may_resume(text))
                                dead.gprs &= ~operand_registers(insn);
                        dead_sets->put(INSN_UID(insn), dead);
                }
                df_simulate_one_insn_backwards(bb, insn, live);
        }
        BITMAP_FREE(live);
}

static void find_live(function *fun)
{
        bool any = false;
        basic_block bb;
        rtx_insn *insn;
        unsigned free;

        if (!dead_sets)
                dead_sets = new hash_map<int_hash<int, -1, -2>, dead_set>;
        dead_sets->empty();
        if (!ab_options.live || unusual_function(fun))
                return;
        for (insn = get_insns(); insn && !any; insn = NEXT_INSN(insn)) {
                const char *text = asm_template(insn);

                any = text && of_interest(text);
        }
        if (!any)
                return;
        df_analyze();
        free = free_registers(fun);
        FOR_EACH_BB_FN(bb, fun)
        {
                if (!leaves_unseen(bb))
                        live_in_block(bb, free);
        }
}

/* A growing string; obstack-like, but plain. */
struct text {
        char *chars;
        size_t used, size;
};

static void append(struct text *t, const char *s, size_t chars)
{
        if (t->used + chars + 1 > t->size) {
                t->size = 2 * (t->used + chars + 1);
                t->chars = XRESIZEVEC(char, t->chars, t->size);
        }
        memcpy(t->chars + t->used, s, chars);
        t->used += chars;
        t->chars[t->used] = 0;
}

static void append(struct text *t, const char *s)
{
        append(t, s, strlen(s));
}

/* Test aid: code that overwrites everything the dead set names. */
static void append_scribble(struct text *t, const dead_set *dead, bool basic)
{
        const char *percent = basic ? "%" : "%%";
        char line[64];

        if (ASSEMBLER_DIALECT != ASM_ATT)
                return;
        for (unsigned i = 0; i < 8; i++) {
                if (!(dead->gprs & 1u << i))
                        continue;
                snprintf(line, sizeof(line), "movl $0x5a5a5a5%x, %s%s\n\t", i, percent,
                         register_names[i]);
                append(t, line);
        }
        if (dead->flags) {
                snprintf(line, sizeof(line), "cmpl $0x5a5a5a5a, %sesp\n\t", percent);
                append(t, line);
        }
}

/*
 * Where the marker of a tagged template belongs: before the statement that
 * does the access.  `operand' is the memory's, negative for "the first
 * instruction".
 */
static const char *marker_position(const char *text, int operand)
{
        struct ab_scanner scanner;
        struct ab_statement s;
        const char *first = NULL;

        ab_scan_begin(&scanner, text);
        while (ab_scan_next(&scanner, &s)) {
                if (s.aside || *s.mnemonic == '.')
                        continue;
                if (!first)
                        first = s.start;
                if (operand < 0)
                        break;
                if ((ab_statement_access(&s, operand, false) |
                     ab_statement_access(&s, operand, true)) &
                    AB_ACCESS_WRITE)
                        return s.start;
        }
        return first ? first : text;
}

/* The template as the assembler shall see it. */
static const char *marked_template(const char *text, const dead_set *dead, bool basic)
{
        struct text out = {NULL, 0, 0};
        char line[80];
        const char *kept;

        append(&out, AB_MARKER " " AB_MARKER_BEGIN "\n\t");
        if (is_tagged(text)) {
                const char *word = text + strlen(AB_TAG);
                const char *end = strstr(word, AB_TAG_END);
                const char *colon = (const char *)memchr(word, ':', end - word);
                int operand = colon ? atoi(colon + 1) : -1;
                const char *rest = end + strlen(AB_TAG_END);
                const char *at = marker_position(rest, operand);

                append(&out, rest, at - rest);
                if (at != rest)
                        append(&out, "\n\t");
                append(&out, AB_MARKER " ");
                append(&out, word, (colon ? colon : end) - word);
                append(&out, "\n\t");
                append(&out, at);
        } else {
                append(&out, text);
        }
        append(&out, "\n\t");
        if (ab_options.scribble || ab_options.scribble_all)
                snprintf(line, sizeof(line), AB_MARKER " " AB_MARKER_END " gprs=0 flags=0\n\t");
        else
                snprintf(line, sizeof(line), AB_MARKER " " AB_MARKER_END " gprs=%x flags=%x",
                         dead->gprs, dead->flags);
        append(&out, line);
        if (ab_options.scribble || ab_options.scribble_all)
                append_scribble(&out, dead, basic);
        kept = ggc_strdup(out.chars);
        free(out.chars);
        return kept;
}

/* Replace the template everywhere in a pattern: each output has its own copy of it. */
static void replace_template(rtx body, const char *text)
{
        switch (GET_CODE(body)) {
        case ASM_INPUT:
                XSTR(body, 0) = text;
                break;
        case ASM_OPERANDS:
                XSTR(body, 0) = text;
                break;
        case SET:
                replace_template(SET_SRC(body), text);
                break;
        case PARALLEL:
                for (int i = 0; i < XVECLEN(body, 0); i++)
                        replace_template(XVECEXP(body, 0, i), text);
                break;
        default:
                break;
        }
}

static void mark(void)
{
        static const dead_set nothing = {0, 0};

        for (rtx_insn *insn = get_insns(); insn; insn = NEXT_INSN(insn)) {
                const char *text = asm_template(insn);
                dead_set *dead;

                if (!text || !of_interest(text))
                        continue;
                dead = dead_sets ? dead_sets->get(INSN_UID(insn)) : NULL;
                replace_template(PATTERN(insn),
                                 marked_template(text, dead ? dead : &nothing,
                                                 !extract_asm_operands(PATTERN(insn))));
        }
}

namespace
{
const pass_data live_data = {RTL_PASS, "afterburn_live", OPTGROUP_NONE, TV_NONE, 0, 0, 0, 0, 0};
const pass_data mark_data = {RTL_PASS, "afterburn_mark", OPTGROUP_NONE, TV_NONE, 0, 0, 0, 0, 0};

struct live_pass : rtl_opt_pass {
        live_pass(gcc::context *context) : rtl_opt_pass(live_data, context)
        {
        }
        unsigned int execute(function *fun) final override
        {
                find_live(fun);
                return 0;
        }
};

struct mark_pass : rtl_opt_pass {
        mark_pass(gcc::context *context) : rtl_opt_pass(mark_data, context)
        {
        }
        unsigned int execute(function *) final override
        {
                mark();
                return 0;
        }
};
} // namespace

opt_pass *ab_make_live_pass(gcc::context *context)
{
        return new live_pass(context);
}

opt_pass *ab_make_mark_pass(gcc::context *context)
{
        return new mark_pass(context);
}
