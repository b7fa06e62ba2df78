/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * After inlining: page-table stores, and the hooks.
 *
 * Pointers still have their types here, and the body of a bit operation now
 * stands where its caller's types can be seen.  A plain store becomes a
 * volatile asm mov that carries a tag; an asm statement gets the tag; behind a
 * block copy a hook is planted, which tells destination and length.
 */
#include "plugin.h"
#include "pagetype.h"
#include <afterburn/record.h>

/* Functions that write a block: which argument is the destination, which the length. */
static const struct block_function {
        const char *name;
        unsigned destination;
        int length; /* argument, or -1: `bytes' */
        unsigned bytes;
} block_functions[] = {
    {"memcpy", 0, 2, 0},        {"memmove", 0, 2, 0},        {"memset", 0, 2, 0},
    {"__memcpy", 0, 2, 0},      {"__memmove", 0, 2, 0},      {"__memset", 0, 2, 0},
    {"__memcpy_chk", 0, 2, 0},  {"__memset_chk", 0, 2, 0},   {"__memmove_chk", 0, 2, 0},
    {"copy_page", 0, -1, 4096}, {"clear_page", 0, -1, 4096},
};

/* `mov value, reference' as a tagged statement; at most four bytes. */
static gasm *make_store(tree reference, tree value, gimple *like)
{
        unsigned bytes = tree_to_uhwi(TYPE_SIZE_UNIT(TREE_TYPE(reference)));
        vec<tree, va_gc> *outputs = NULL, *inputs = NULL;
        tree base = get_base_address(reference);

        if (base && DECL_P(base))
                mark_addressable(base);
        vec_safe_push(outputs, ab_operand("=m", reference));
        vec_safe_push(inputs, ab_operand(bytes == 1 ? "qi" : flag_pic ? "rn" : "ri", value));
        return ab_asm(ab_tagged(ab_mov(bytes), AB_MARKER_STORE, 0), outputs, inputs, NULL, like);
}

/* The hook `number' as a statement of its own, arguments in EAX, EDX, ECX. */
static gasm *make_hook(enum ab_hook number, tree a, tree d, tree c, gimple *like)
{
        vec<tree, va_gc> *inputs = NULL, *clobbers = NULL;
        char word[24];

        snprintf(word, sizeof(word), AB_MARKER_HOOK "=%d", (int)number);
        vec_safe_push(inputs, ab_operand("a", a));
        vec_safe_push(inputs, ab_operand("d", d));
        if (c)
                vec_safe_push(inputs, ab_operand("c", c));
        vec_safe_push(clobbers, build_tree_list(NULL_TREE, build_string(7, "memory")));
        return ab_asm(ab_tagged("", word, -1), NULL, inputs, clobbers, like);
}

static tree assign_before(gimple_stmt_iterator *gsi, enum tree_code code, tree type, tree a, tree b)
{
        tree name = make_ssa_name(type);
        gimple *statement =
            b ? gimple_build_assign(name, code, a, b) : gimple_build_assign(name, code, a);

        gimple_set_location(statement, gimple_location(gsi_stmt(*gsi)));
        gsi_insert_before(gsi, statement, GSI_SAME_STMT);
        return name;
}

/* `value' as an operand an integer register of `bytes' can hold, made before the statement. */
static tree as_register(gimple_stmt_iterator *gsi, tree value, unsigned bytes)
{
        tree type = build_nonstandard_integer_type(bytes * BITS_PER_UNIT, 1);

        if (TREE_CODE(value) == CONSTRUCTOR)
                return CONSTRUCTOR_NELTS(value) ? NULL_TREE : build_zero_cst(type);
        if (is_gimple_val(value) && is_gimple_reg_type(TREE_TYPE(value))) {
                if (INTEGRAL_TYPE_P(TREE_TYPE(value)) || POINTER_TYPE_P(TREE_TYPE(value)))
                        return value;
                return assign_before(gsi, VIEW_CONVERT_EXPR, type,
                                     build1(VIEW_CONVERT_EXPR, type, value), NULL_TREE);
        }
        if (is_gimple_reg_type(TREE_TYPE(value)) && !REFERENCE_CLASS_P(value) && !DECL_P(value))
                return NULL_TREE;
        return assign_before(gsi, VIEW_CONVERT_EXPR, type,
                             build1(VIEW_CONVERT_EXPR, type, unshare_expr(value)), NULL_TREE);
}

/* The four bytes at `offset' of an eight-byte reference. */
static tree half_reference(tree pointer, tree like, unsigned offset)
{
        return fold_build2(MEM_REF, unsigned_type_node, pointer,
                           build_int_cst(reference_alias_ptr_type(like), offset));
}

/*
 * Replace the store of eight bytes.  C does not say which half comes first;
 * high before low never shows a present entry with half an address, low before
 * high never shows a dying one.
 */
static bool replace_wide(gimple_stmt_iterator *gsi, tree reference, tree value)
{
        gimple *old = gsi_stmt(*gsi);
        tree wide = as_register(gsi, value, 8), low, high, pointer;
        gasm *first, *second;

        if (!wide)
                return false;
        if (TREE_CODE(wide) == INTEGER_CST) {
                wide = fold_convert(long_long_unsigned_type_node, wide);
                low = fold_convert(unsigned_type_node, wide);
                high = fold_convert(unsigned_type_node,
                                    fold_build2(RSHIFT_EXPR, long_long_unsigned_type_node, wide,
                                                build_int_cst(integer_type_node, 32)));
        } else {
                tree shifted = assign_before(gsi, RSHIFT_EXPR, TREE_TYPE(wide), wide,
                                             build_int_cst(integer_type_node, 32));
                low = assign_before(gsi, NOP_EXPR, unsigned_type_node, wide, NULL_TREE);
                high = assign_before(gsi, NOP_EXPR, unsigned_type_node, shifted, NULL_TREE);
        }
        if (DECL_P(get_base_address(reference)))
                mark_addressable(get_base_address(reference));
        pointer = force_gimple_operand_gsi(gsi, build_fold_addr_expr(unshare_expr(reference)), true,
                                           NULL_TREE, true, GSI_SAME_STMT);
        first = make_store(half_reference(pointer, reference, 4), high, old);
        second = make_store(half_reference(pointer, reference, 0), low, old);
        if (integer_zerop(value) || integer_zerop(low)) {
                gasm *swap = first;

                first = second;
                second = swap;
        }
        gsi_insert_before(gsi, first, GSI_SAME_STMT);
        gimple_move_vops(second, old);
        gsi_replace(gsi, second, false);
        return true;
}

static bool is_bit_field(tree reference)
{
        return TREE_CODE(reference) == BIT_FIELD_REF ||
               (TREE_CODE(reference) == COMPONENT_REF &&
                DECL_BIT_FIELD_TYPE(TREE_OPERAND(reference, 1)));
}

/* Bytes a store writes; 0: not a whole number known to the compiler. */
static unsigned HOST_WIDE_INT store_bytes(tree reference)
{
        tree size = TYPE_SIZE_UNIT(TREE_TYPE(reference));

        if (is_bit_field(reference) || !size || !tree_fits_uhwi_p(size))
                return 0;
        return tree_to_uhwi(size);
}

/* Plant a copy hook behind the statement at gsi, and stand on it. */
static void plant_copy_hook(gimple_stmt_iterator *gsi, tree destination, tree length)
{
        gimple *copy = gsi_stmt(*gsi);

        gsi_insert_after(gsi, make_hook(AB_HOOK_PT_COPY, destination, length, NULL_TREE, copy),
                         GSI_NEW_STMT);
        ab_found(gimple_location(copy), "page-table copy");
}

static bool replace_store(gimple_stmt_iterator *gsi, tree reference, tree value)
{
        gimple *old = gsi_stmt(*gsi);
        unsigned HOST_WIDE_INT bytes = store_bytes(reference);
        gasm *store;

        switch (bytes) {
        case 1:
        case 2:
        case 4: {
                tree plain = as_register(gsi, value, bytes);

                if (!plain)
                        return false;
                store = make_store(unshare_expr(reference), plain, old);
                gimple_move_vops(store, old);
                gsi_replace(gsi, store, false);
                break;
        }
        case 8:
                if (!replace_wide(gsi, reference, value))
                        return false;
                break;
        default:
                return false;
        }
        ab_found(gimple_location(old), "page-table store");
        return true;
}

/* A store through a page-table type. */
static bool do_store(gimple_stmt_iterator *gsi)
{
        gimple *old = gsi_stmt(*gsi);
        tree reference = gimple_assign_lhs(old);
        tree value = gimple_assign_rhs1(old);
        unsigned HOST_WIDE_INT bytes;

        if (gimple_clobber_p(old) || !ab_in_page_table(reference))
                return false;
        if (replace_store(gsi, reference, value))
                return true;
        bytes = store_bytes(reference);
        if (bytes > 8) {
                tree pointer =
                    force_gimple_operand_gsi(gsi, build_fold_addr_expr(unshare_expr(reference)),
                                             true, NULL_TREE, true, GSI_SAME_STMT);

                plant_copy_hook(gsi, pointer, build_int_cst(unsigned_type_node, bytes));
                return true;
        }
        ab_note(gimple_location(old), "page-table store that is not a whole word, left as it is");
        return false;
}

/* A call that writes its result into a page table: split into call and store. */
static bool split_call(gimple_stmt_iterator *gsi)
{
        gcall *call = as_a<gcall *>(gsi_stmt(*gsi));
        tree reference = gimple_call_lhs(call), temporary;
        gimple *store;

        if (stmt_ends_bb_p(call)) {
                ab_note(gimple_location(call), "page-table store by a call that ends its block, "
                                               "left as it is");
                return false;
        }
        if (is_gimple_reg_type(TREE_TYPE(reference)))
                temporary = make_ssa_name(TREE_TYPE(reference));
        else
                temporary = create_tmp_var(TREE_TYPE(reference));
        gimple_call_set_lhs(call, temporary);
        gimple_call_set_return_slot_opt(call, false);
        if (TREE_CODE(temporary) == SSA_NAME)
                SSA_NAME_DEF_STMT(temporary) = call;
        update_stmt(call);
        store = gimple_build_assign(reference, temporary);
        gimple_set_location(store, gimple_location(call));
        gimple_set_block(store, gimple_block(call));
        gsi_insert_after(gsi, store, GSI_NEW_STMT);
        do_store(gsi);
        return true;
}

static const struct block_function *find_block_function(tree decl)
{
        const char *name;

        if (!decl || !DECL_NAME(decl))
                return NULL;
        name = IDENTIFIER_POINTER(DECL_NAME(decl));
        if (!strncmp(name, "__builtin_", 10))
                name += 10;
        for (unsigned i = 0; i < ARRAY_SIZE(block_functions); i++) {
                const char *wanted = block_functions[i].name;

                if (!strcmp(name, wanted) || (!strncmp(name, "__", 2) && !strcmp(name + 2, wanted)))
                        return &block_functions[i];
        }
        return NULL;
}

/* A page-table pointer handed out as something else: nobody sees what happens to it. */
static void note_lost_pointers(gcall *call, tree decl)
{
        tree type = gimple_call_fntype(call), parameter = type ? TYPE_ARG_TYPES(type) : NULL_TREE;

        for (unsigned i = 0; i < gimple_call_num_args(call) && parameter;
             i++, parameter = TREE_CHAIN(parameter)) {
                tree to = TREE_VALUE(parameter);

                if (!POINTER_TYPE_P(to) || ab_is_page_type(TREE_TYPE(to)) ||
                    TYPE_READONLY(TREE_TYPE(to)) || FUNC_OR_METHOD_TYPE_P(TREE_TYPE(to)) ||
                    !ab_points_to_page_table(gimple_call_arg(call, i)))
                        continue;
                ab_note(gimple_location(call),
                        "%s: page-table pointer is argument %u of %s, whose parameter has another "
                        "type: stores there are not annotated",
                        function_name(cfun), i + 1,
                        decl && DECL_NAME(decl) ? IDENTIFIER_POINTER(DECL_NAME(decl))
                                                : "an unknown function");
        }
}

static bool do_call(gimple_stmt_iterator *gsi)
{
        gcall *call = as_a<gcall *>(gsi_stmt(*gsi));
        tree decl = gimple_call_fndecl(call);
        tree lhs = gimple_call_lhs(call), destination, length;
        const struct block_function *block;
        bool changed = false;

        if (gimple_call_internal_p(call))
                return false;
        if (lhs && TREE_CODE(lhs) != SSA_NAME && ab_in_page_table(lhs))
                return split_call(gsi);
        block = find_block_function(decl);
        if (!block) {
                if (!decl || !fndecl_built_in_p(decl))
                        note_lost_pointers(call, decl);
                return false;
        }
        if (gimple_call_num_args(call) <= block->destination ||
            (block->length >= 0 && (int)gimple_call_num_args(call) <= block->length))
                return false;
        destination = gimple_call_arg(call, block->destination);
        if (!ab_points_to_page_table(destination))
                return false;
        if (stmt_ends_bb_p(call)) {
                ab_note(gimple_location(call),
                        "page-table copy that ends its block, left as it is");
                return false;
        }
        length = block->length < 0 ? build_int_cst(unsigned_type_node, block->bytes)
                                   : gimple_call_arg(call, block->length);
        gimple_call_set_tail(call, false);
        plant_copy_hook(gsi, destination, length);
        changed = true;
        return changed;
}

/* The value of an operand, if it is a constant. */
static bool constant_value(tree value, HOST_WIDE_INT *out)
{
        for (int depth = 0; depth < 8 && TREE_CODE(value) == SSA_NAME; depth++) {
                gimple *definition = SSA_NAME_DEF_STMT(value);

                if (!is_gimple_assign(definition) ||
                    !(gimple_assign_single_p(definition) ||
                      CONVERT_EXPR_CODE_P(gimple_assign_rhs_code(definition))))
                        return false;
                value = gimple_assign_rhs1(definition);
        }
        if (!tree_fits_shwi_p(value))
                return false;
        *out = tree_to_shwi(value);
        return true;
}

static tree operand_value(gasm *statement, unsigned number)
{
        unsigned outputs = gimple_asm_noutputs(statement);

        if (number < outputs)
                return TREE_VALUE(gimple_asm_output_op(statement, number));
        if (number - outputs < gimple_asm_ninputs(statement))
                return TREE_VALUE(gimple_asm_input_op(statement, number - outputs));
        return NULL_TREE;
}

/* Accessed and dirty: the bits the processor sets in an entry of any level. */
enum { PTE_ACCESSED_BIT = 5, PTE_DIRTY_BIT = 6 };

/* Whether a bit instruction fetches and clears an accessed or dirty bit. */
static bool fetches_status(gasm *statement, const struct ab_statement *s)
{
        int source = ab_statement_source(s);
        tree value = source < 0 ? NULL_TREE : operand_value(statement, source);
        HOST_WIDE_INT bit;

        if (strncmp(s->mnemonic, "btr", 3) || !value || !constant_value(value, &bit))
                return false;
        return bit == PTE_ACCESSED_BIT || bit == PTE_DIRTY_BIT;
}

/* Tag the statement of the template that writes operand `number', if there is one. */
static bool tag_writer(gasm *statement, unsigned number, bool pointer)
{
        const char *text = gimple_asm_string(statement);
        struct ab_scanner scanner;
        struct ab_statement s;

        ab_scan_begin(&scanner, text);
        while (ab_scan_next(&scanner, &s)) {
                bool status;

                if (s.aside || !(ab_statement_access(&s, number, pointer) & AB_ACCESS_WRITE))
                        continue;
                status = fetches_status(statement, &s);
                ab_tag_asm(statement, status ? AB_MARKER_READ : AB_MARKER_STORE, number);
                ab_found(gimple_location(statement),
                         status ? "page-table status fetch" : "page-table store by asm");
                return true;
        }
        return false;
}

/* An asm statement that writes memory of a page table, directly or through a register. */
static void do_asm(gasm *statement)
{
        unsigned outputs = gimple_asm_noutputs(statement);

        if (!strncmp(gimple_asm_string(statement), AB_TAG, strlen(AB_TAG)))
                return;
        for (unsigned i = 0; i < outputs; i++) {
                tree link = gimple_asm_output_op(statement, i);

                if (!ab_in_page_table(TREE_VALUE(link)))
                        continue;
                if (tag_writer(statement, i, false))
                        return;
                ab_note(gimple_location(statement),
                        "%s: asm statement has a page-table entry as output and no instruction "
                        "known to store it",
                        function_name(cfun));
                return;
        }
        for (unsigned i = 0; i < gimple_asm_ninputs(statement); i++) {
                tree value = TREE_VALUE(gimple_asm_input_op(statement, i));
                const char *constraint = ab_constraint(gimple_asm_input_op(statement, i));
                unsigned number = outputs + i;

                if (ab_in_page_table(value)) {
                        if (tag_writer(statement, number, false))
                                return;
                } else if (ab_points_to_page_table(value)) {
                        /* "0" and its like: the same register as an output. */
                        unsigned same = ISDIGIT(*constraint) ? (unsigned)atoi(constraint) : number;
                        const char *place =
                            same < outputs ? ab_constraint(gimple_asm_output_op(statement, same))
                                           : constraint;

                        if (strchr(place, 'S'))
                                continue;
                        if (tag_writer(statement, same, true))
                                return;
                }
        }
}

/* Linux calls this with a module copied and relocated, and not yet run. */
static const char module_loaded[] = "module_finalize";

static bool plant_module_hook(function *fun)
{
        tree arguments[3], parameter = DECL_ARGUMENTS(fun->decl);
        gimple_stmt_iterator gsi;
        edge entry = single_succ_edge(ENTRY_BLOCK_PTR_FOR_FN(fun));
        gimple *nop;
        gasm *hook;

        if (!DECL_NAME(fun->decl) ||
            strcmp(IDENTIFIER_POINTER(DECL_NAME(fun->decl)), module_loaded))
                return false;
        for (unsigned i = 0; i < ARRAY_SIZE(arguments); i++) {
                if (!parameter || !POINTER_TYPE_P(TREE_TYPE(parameter)) ||
                    !is_gimple_reg(parameter)) {
                        ab_note(DECL_SOURCE_LOCATION(fun->decl),
                                "%s has unexpected parameters: no module hook planted",
                                module_loaded);
                        return false;
                }
                arguments[i] = get_or_create_ssa_default_def(fun, parameter);
                parameter = DECL_CHAIN(parameter);
        }
        nop = gimple_build_nop();
        gimple_set_location(nop, DECL_SOURCE_LOCATION(fun->decl));
        hook = make_hook(AB_HOOK_MODULE_LOADED, arguments[0], arguments[1], arguments[2], nop);
        if (single_pred_p(entry->dest)) {
                gsi = gsi_after_labels(entry->dest);
                gsi_insert_before(&gsi, hook, GSI_SAME_STMT);
        } else {
                gsi_insert_on_edge_immediate(entry, hook);
        }
        ab_found(DECL_SOURCE_LOCATION(fun->decl), "module hook");
        return true;
}

/* One statement: to a page table, or to a device.  True if the code was changed. */
static bool do_statement(gimple_stmt_iterator *gsi)
{
        gimple *statement = gsi_stmt(*gsi);
        bool changed = false;

        if (gimple_code(statement) == GIMPLE_ASM) {
                if (ab_options.pages)
                        do_asm(as_a<gasm *>(statement));
                if (ab_options.device)
                        ab_device_asm(as_a<gasm *>(statement));
        } else if (is_gimple_call(statement)) {
                if (ab_options.device)
                        ab_device_call(as_a<gcall *>(statement));
                if (ab_options.pages)
                        changed = do_call(gsi);
        } else if (gimple_assign_single_p(statement)) {
                if (ab_options.pages && gimple_store_p(statement))
                        changed = do_store(gsi);
                if (ab_options.device && !changed)
                        changed = ab_device_assign(gsi);
        }
        return changed;
}

static bool pages(function *fun)
{
        bool changed = false;
        basic_block bb;

        FOR_EACH_BB_FN(bb, fun)
        {
                for (gimple_stmt_iterator gsi = gsi_start_bb(bb); !gsi_end_p(gsi); gsi_next(&gsi))
                        changed |= do_statement(&gsi);
        }
        return changed;
}

namespace
{
const pass_data pages_data = {
    GIMPLE_PASS, "afterburn_pages", OPTGROUP_NONE, TV_NONE, PROP_cfg | PROP_ssa, 0, 0, 0, 0};

struct pages_pass : gimple_opt_pass {
        pages_pass(gcc::context *context) : gimple_opt_pass(pages_data, context)
        {
        }
        unsigned int execute(function *fun) final override
        {
                bool changed = false;

                if (ab_options.pages || ab_options.device)
                        changed |= pages(fun);
                if (ab_options.hook)
                        changed |= plant_module_hook(fun);
                return changed ? TODO_update_ssa_only_virtuals | TODO_update_address_taken : 0;
        }
};
} // namespace

opt_pass *ab_make_pages_pass(gcc::context *context)
{
        return new pages_pass(context);
}
