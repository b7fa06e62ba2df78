/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Before inlining: what must be known while functions still have their names
 * and before an optimizer believes a constraint.
 *
 *  - An asm that declares memory as a pure output ("=m") although its
 *    instruction reads it (Linux 2.6.9: set_bit and its kin) lets the compiler
 *    drop the store before it.  The operand becomes an input as well; that is
 *    what "+m" means.
 *  - A bit instruction with a bit index reaches beyond the word its operand
 *    names.  Where such a statement does not clobber memory, it does from now on.
 *  - The accesses inside readb, writel and their kin are device accesses.
 */
#include "plugin.h"

/* Device accessors: the one volatile access or mov in them touches device memory. */
static const char *const accessors[] = {
    "readb",        "readw",        "readl",          "readq",          "__readb",
    "__readw",      "__readl",      "__readq",        "__raw_readb",    "__raw_readw",
    "__raw_readl",  "__raw_readq",  "readb_relaxed",  "readw_relaxed",  "readl_relaxed",
    "writeb",       "writew",       "writel",         "writeq",         "__writeb",
    "__writew",     "__writel",     "__writeq",       "__raw_writeb",   "__raw_writew",
    "__raw_writel", "__raw_writeq", "writeb_relaxed", "writew_relaxed", "writel_relaxed",
};

static bool is_accessor(tree decl)
{
        const char *name;

        if (!DECL_NAME(decl))
                return false;
        name = IDENTIFIER_POINTER(DECL_NAME(decl));
        for (unsigned i = 0; i < ARRAY_SIZE(accessors); i++) {
                if (!strcmp(name, accessors[i]))
                        return true;
        }
        for (unsigned i = 0; i < ab_options.accessors.length(); i++) {
                if (!strcmp(name, ab_options.accessors[i]))
                        return true;
        }
        return false;
}

/* What the template does to operand `number', over all its statements. */
static int template_access(const char *text, int number)
{
        struct ab_scanner scanner;
        struct ab_statement s;
        int access = 0;

        ab_scan_begin(&scanner, text);
        while (ab_scan_next(&scanner, &s))
                access |= ab_statement_access(&s, number, false);
        return access;
}

static bool memory_only(const char *constraint)
{
        bool memory = false;

        for (; *constraint; constraint++) {
                if (strchr("=+&%*,", *constraint))
                        continue;
                if (!strchr("moV", *constraint))
                        return false;
                memory = true;
        }
        return memory;
}

/*
 * Whether two references are spelled alike.  Temporaries count as equal: the
 * same expression written twice has two before any optimization.
 */
static bool alike(tree a, tree b)
{
        if (TREE_CODE(a) != TREE_CODE(b))
                return false;
        if (a == b)
                return true;
        switch (TREE_CODE(a)) {
        case COMPONENT_REF:
                return TREE_OPERAND(a, 1) == TREE_OPERAND(b, 1) &&
                       alike(TREE_OPERAND(a, 0), TREE_OPERAND(b, 0));
        case ARRAY_REF:
        case MEM_REF:
                return alike(TREE_OPERAND(a, 0), TREE_OPERAND(b, 0)) &&
                       alike(TREE_OPERAND(a, 1), TREE_OPERAND(b, 1));
        case ADDR_EXPR:
        case VIEW_CONVERT_EXPR:
        case REALPART_EXPR:
        case IMAGPART_EXPR:
                return alike(TREE_OPERAND(a, 0), TREE_OPERAND(b, 0));
        case INTEGER_CST:
                return tree_int_cst_equal(a, b);
        case SSA_NAME:
        case VAR_DECL:
                return is_gimple_reg(a) && is_gimple_reg(b) &&
                       (TREE_CODE(a) == SSA_NAME || (DECL_ARTIFICIAL(a) && DECL_ARTIFICIAL(b)));
        default:
                return false;
        }
}

/* Whether an output is an input as well: "+m", or the same thing written twice. */
static bool is_input(gasm *statement, tree operand)
{
        for (unsigned i = 0; i < gimple_asm_ninputs(statement); i++) {
                tree link = gimple_asm_input_op(statement, i);

                if (memory_only(ab_constraint(link)) && alike(TREE_VALUE(link), operand))
                        return true;
        }
        return false;
}

static bool clobbers_memory(gasm *statement)
{
        for (unsigned i = 0; i < gimple_asm_nclobbers(statement); i++) {
                tree clobber = TREE_VALUE(gimple_asm_clobber_op(statement, i));

                if (!strcmp(TREE_STRING_POINTER(clobber), "memory"))
                        return true;
        }
        return false;
}

/* Operands an asm statement may have; gcc's MAX_RECOG_OPERANDS leaves none behind it. */
enum { MAX_OPERANDS = 30 };

static void cure_constraints(gimple_stmt_iterator *gsi)
{
        gasm *old = as_a<gasm *>(gsi_stmt(*gsi)), *cured;
        vec<tree, va_gc> *outputs = NULL, *inputs = NULL, *clobbers = NULL;
        unsigned added = 0;
        bool reaches = false;
        const char *text = gimple_asm_string(old);

        for (unsigned i = 0; i < gimple_asm_ninputs(old); i++) {
                tree link = gimple_asm_input_op(old, i);

                vec_safe_push(inputs, link);
                if (memory_only(ab_constraint(link)) &&
                    template_access(text, gimple_asm_noutputs(old) + i) & AB_ACCESS_BIT_STRING)
                        reaches = true;
        }
        for (unsigned i = 0; i < gimple_asm_noutputs(old); i++) {
                tree link = gimple_asm_output_op(old, i);
                int access;

                vec_safe_push(outputs, link);
                if (!memory_only(ab_constraint(link)))
                        continue;
                access = template_access(text, i);
                if (access & AB_ACCESS_BIT_STRING)
                        reaches = true;
                if (!(access & AB_ACCESS_READ) || is_input(old, TREE_VALUE(link)))
                        continue;
                vec_safe_push(inputs, ab_operand("m", unshare_expr(TREE_VALUE(link))));
                added++;
        }
        for (unsigned i = 0; i < gimple_asm_nclobbers(old); i++)
                vec_safe_push(clobbers, gimple_asm_clobber_op(old, i));
        /*
         * An added input would shift the label operands.  No Linux needs it: outputs of
         * asm goto are as new as gcc 11, and "+m" was in use long before.
         */
        if (gimple_asm_nlabels(old)) {
                if (added)
                        ab_note(gimple_location(old),
                                "%s: asm goto reads memory that it declares as an output only: "
                                "not cured",
                                function_name(cfun));
                return;
        }
        reaches = reaches && !clobbers_memory(old);
        if (reaches)
                vec_safe_push(clobbers, build_tree_list(NULL_TREE, build_string(7, "memory")));
        if ((!added && !reaches) ||
            vec_safe_length(inputs) + vec_safe_length(outputs) > MAX_OPERANDS)
                return;
        cured = gimple_build_asm_vec(text, inputs, outputs, clobbers, NULL);
        gimple_asm_set_volatile(cured, gimple_asm_volatile_p(old));
        gimple_asm_set_inline(cured, gimple_asm_inline_p(old));
        gimple_set_location(cured, gimple_location(old));
        gimple_set_block(cured, gimple_block(old));
        gsi_replace(gsi, cured, false);
        ab_found(gimple_location(cured), added ? "read-modify-write operand cured"
                                               : "bit operation declared to reach memory");
}

static bool is_device_reference(tree t)
{
        tree size = TYPE_SIZE_UNIT(TREE_TYPE(t));

        return TREE_CODE(t) == MEM_REF && TREE_THIS_VOLATILE(t) &&
               !AGGREGATE_TYPE_P(TREE_TYPE(t)) && !FLOAT_TYPE_P(TREE_TYPE(t)) && size &&
               tree_fits_uhwi_p(size) &&
               (tree_to_uhwi(size) == 1 || tree_to_uhwi(size) == 2 || tree_to_uhwi(size) == 4);
}

/* A volatile dereference in an accessor becomes a mov that can carry a tag. */
static void make_device_access(gimple_stmt_iterator *gsi)
{
        gimple *old = gsi_stmt(*gsi);
        tree to = gimple_assign_lhs(old), from = gimple_assign_rhs1(old);
        vec<tree, va_gc> *outputs = NULL, *inputs = NULL;
        bool byte = integer_onep(TYPE_SIZE_UNIT(TREE_TYPE(to)));
        gasm *access;

        if (is_device_reference(from) && is_gimple_reg(to)) {
                vec_safe_push(outputs, ab_operand(byte ? "=q" : "=r", to));
                vec_safe_push(inputs, ab_operand("m", from));
        } else if (is_device_reference(to) && is_gimple_val(from)) {
                vec_safe_push(outputs, ab_operand("=m", to));
                vec_safe_push(inputs, ab_operand(byte ? "qi" : flag_pic ? "rn" : "ri", from));
        } else {
                return;
        }
        access = ab_asm(
            ab_tagged(ab_mov(tree_to_uhwi(TYPE_SIZE_UNIT(TREE_TYPE(to)))), AB_MARKER_DEVICE, -1),
            outputs, inputs, NULL, old);
        gsi_replace(gsi, access, false);
        ab_found(gimple_location(access), "device access");
}

static void tag_device_asm(gasm *statement)
{
        bool memory = false;

        for (unsigned i = 0; i < gimple_asm_ninputs(statement); i++)
                memory |= memory_only(ab_constraint(gimple_asm_input_op(statement, i)));
        for (unsigned i = 0; i < gimple_asm_noutputs(statement); i++)
                memory |= memory_only(ab_constraint(gimple_asm_output_op(statement, i)));
        if (!memory)
                return;
        ab_tag_asm(statement, AB_MARKER_DEVICE, -1);
        ab_found(gimple_location(statement), "device access");
}

static void early(function *fun)
{
        bool accessor = ab_options.device && is_accessor(fun->decl);
        basic_block bb;

        if (ab_options.device)
                ab_device_collect(fun);
        FOR_EACH_BB_FN(bb, fun)
        {
                for (gimple_stmt_iterator gsi = gsi_start_bb(bb); !gsi_end_p(gsi); gsi_next(&gsi)) {
                        if (gimple_code(gsi_stmt(gsi)) == GIMPLE_ASM && ab_options.rmw)
                                cure_constraints(&gsi);
                        if (!accessor)
                                continue;
                        if (gimple_code(gsi_stmt(gsi)) == GIMPLE_ASM)
                                tag_device_asm(as_a<gasm *>(gsi_stmt(gsi)));
                        else if (gimple_assign_single_p(gsi_stmt(gsi)))
                                make_device_access(&gsi);
                }
        }
}

namespace
{
const pass_data early_data = {
    GIMPLE_PASS, "afterburn_early", OPTGROUP_NONE, TV_NONE, PROP_cfg, 0, 0, 0, 0};

struct early_pass : gimple_opt_pass {
        early_pass(gcc::context *context) : gimple_opt_pass(early_data, context)
        {
        }
        unsigned int execute(function *fun) final override
        {
                early(fun);
                return 0;
        }
};
} // namespace

opt_pass *ab_make_early_pass(gcc::context *context)
{
        return new early_pass(context);
}
