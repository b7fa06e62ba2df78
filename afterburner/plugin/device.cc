/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Device memory that is dereferenced without an accessor.
 *
 * gcc never sees __iomem, so what points to device memory is told by where the
 * pointer comes from and goes to.  ioremap and its kin return it; iounmap, memcpy_toio
 * and their kin take it; variables and fields that the unit somewhere sets from the
 * one or passes to the other hold it.  Before inlining such variables and fields are
 * collected, over the whole unit; behind it loads and stores through them become
 * a mov that carries a tag.
 */
#include "plugin.h"

/* Functions whose result is device memory. */
static const char *const mappers[] = {
    "ioremap",
    "ioremap_nocache",
    "ioremap_cache",
    "ioremap_uc",
    "ioremap_wc",
    "ioremap_wt",
    "ioremap_prot",
    "__ioremap",
    "devm_ioremap",
    "devm_ioremap_nocache",
    "devm_ioremap_uc",
    "devm_ioremap_wc",
    "devm_ioremap_resource",
    "devm_platform_ioremap_resource",
    "of_iomap",
    "pci_iomap",
    "pci_iomap_range",
    "pcim_iomap",
    "pci_ioremap_bar",
    "pci_ioremap_wc_bar",
};

/* Functions that take device memory, and which argument that is. */
static const struct taker {
        const char *name;
        unsigned argument;
} takers[] = {
    {"memcpy_fromio", 1}, {"__memcpy_fromio", 1}, {"memcpy_toio", 0}, {"__memcpy_toio", 0},
    {"memset_io", 0},     {"iounmap", 0},         {"pci_iounmap", 1},
};

/* Variables, parameters and fields that hold such a pointer. */
static hash_set<tree> *holders;

static const char *name_of(tree declaration)
{
        return declaration && DECL_NAME(declaration) ? IDENTIFIER_POINTER(DECL_NAME(declaration))
                                                     : "";
}

static bool is_mapper(const gimple *call)
{
        const char *name = name_of(gimple_call_fndecl(call));

        for (unsigned i = 0; i < ARRAY_SIZE(mappers); i++) {
                if (!strcmp(name, mappers[i]))
                        return true;
        }
        return false;
}

static const struct taker *find_taker(tree decl)
{
        const char *name = name_of(decl);

        for (unsigned i = 0; i < ARRAY_SIZE(takers); i++) {
                if (!strcmp(name, takers[i].name))
                        return &takers[i];
        }
        return NULL;
}

/* The variable or field that `place' is, or an element of; NULL for others. */
static tree holder_of(tree place)
{
        while (TREE_CODE(place) == ARRAY_REF)
                place = TREE_OPERAND(place, 0);
        if (TREE_CODE(place) == COMPONENT_REF)
                return TREE_OPERAND(place, 1);
        if (VAR_P(place) || TREE_CODE(place) == PARM_DECL)
                return place;
        return NULL_TREE;
}

static bool is_holder(tree place)
{
        tree holder = holder_of(place);

        return holder && holders &&
               (holders->contains(holder) ||
                (DECL_P(holder) && TREE_CODE(holder) != FIELD_DECL &&
                 DECL_ABSTRACT_ORIGIN(holder) && holders->contains(DECL_ABSTRACT_ORIGIN(holder))));
}

static void add_holder(tree place)
{
        tree holder = holder_of(place);

        if (!holder)
                return;
        if (!holders)
                holders = new hash_set<tree>;
        holders->add(holder);
}

/*
 * Where the result of the call at `gsi' goes: its own left-hand side and, while
 * that is the compiler's temporary, what is assigned from it next.
 */
static void follow_result(gimple_stmt_iterator gsi)
{
        tree value = gimple_call_lhs(gsi_stmt(gsi));

        if (value)
                add_holder(value);
        while (value &&
               (TREE_CODE(value) == SSA_NAME || (VAR_P(value) && DECL_ARTIFICIAL(value)))) {
                gimple *next;

                gsi_next_nondebug(&gsi);
                if (gsi_end_p(gsi))
                        return;
                next = gsi_stmt(gsi);
                if (!is_gimple_assign(next) || gimple_assign_rhs1(next) != value)
                        return;
                value = gimple_assign_lhs(next);
                add_holder(value);
        }
}

/* Where an argument comes from: a variable, or what a temporary was loaded from. */
static void follow_argument(tree value)
{
        for (int depth = 0; depth < 8 && TREE_CODE(value) == SSA_NAME; depth++) {
                gimple *definition = SSA_NAME_DEF_STMT(value);

                if (!definition || !is_gimple_assign(definition))
                        return;
                value = gimple_assign_rhs1(definition);
        }
        add_holder(value);
}

void ab_device_collect(function *fun)
{
        const struct taker *taker = find_taker(fun->decl);
        basic_block bb;

        if (taker) {
                tree parameter = DECL_ARGUMENTS(fun->decl);

                for (unsigned n = 0; n < taker->argument && parameter; n++)
                        parameter = DECL_CHAIN(parameter);
                if (parameter)
                        add_holder(parameter);
        }
        FOR_EACH_BB_FN(bb, fun)
        {
                for (gimple_stmt_iterator gsi = gsi_start_bb(bb); !gsi_end_p(gsi); gsi_next(&gsi)) {
                        gimple *call = gsi_stmt(gsi);

                        if (!is_gimple_call(call))
                                continue;
                        if (is_mapper(call))
                                follow_result(gsi);
                        taker = find_taker(gimple_call_fndecl(call));
                        if (taker && gimple_call_num_args(call) > taker->argument)
                                follow_argument(gimple_call_arg(call, taker->argument));
                }
        }
}

enum { MAX_DEPTH = 64 };

static bool points_to_device(tree pointer, int depth, hash_set<gimple *> *merges)
{
        gimple *definition;
        tree from;

        if (depth > MAX_DEPTH || TREE_CODE(pointer) != SSA_NAME)
                return false;
        if (SSA_NAME_VAR(pointer) && is_holder(SSA_NAME_VAR(pointer)))
                return true;
        if (SSA_NAME_IS_DEFAULT_DEF(pointer))
                return false;
        definition = SSA_NAME_DEF_STMT(pointer);
        if (is_gimple_call(definition))
                return is_mapper(definition);
        if (gimple_code(definition) == GIMPLE_PHI) {
                if (merges->add(definition))
                        return false;
                for (unsigned i = 0; i < gimple_phi_num_args(definition); i++) {
                        if (points_to_device(gimple_phi_arg_def(definition, i), depth + 1, merges))
                                return true;
                }
                return false;
        }
        if (!is_gimple_assign(definition))
                return false;
        from = gimple_assign_rhs1(definition);
        switch (gimple_assign_rhs_code(definition)) {
        case COMPONENT_REF:
        case ARRAY_REF:
        case VAR_DECL:
                return is_holder(from);
        case ADDR_EXPR:
                from = get_base_address(TREE_OPERAND(from, 0));
                return from && TREE_CODE(from) == MEM_REF &&
                       points_to_device(TREE_OPERAND(from, 0), depth + 1, merges);
        case SSA_NAME:
        case POINTER_PLUS_EXPR:
        CASE_CONVERT:
                return points_to_device(from, depth + 1, merges);
        default:
                return false;
        }
}

static bool is_device_pointer(tree pointer)
{
        hash_set<gimple *> merges;

        return POINTER_TYPE_P(TREE_TYPE(pointer)) && points_to_device(pointer, 0, &merges);
}

/* Whether a reference to memory goes through a pointer to device memory. */
static bool is_on_device(tree reference)
{
        tree base = REFERENCE_CLASS_P(reference) ? get_base_address(reference) : NULL_TREE;

        return base && TREE_CODE(base) == MEM_REF && is_device_pointer(TREE_OPERAND(base, 0));
}

/* A load or store of a whole register becomes a mov of its width. */
static bool replace_access(gimple_stmt_iterator *gsi)
{
        gimple *old = gsi_stmt(*gsi);
        tree to = gimple_assign_lhs(old), from = gimple_assign_rhs1(old), type = TREE_TYPE(to);
        tree memory = is_gimple_reg(to) ? from : to;
        vec<tree, va_gc> *outputs = NULL, *inputs = NULL;
        HOST_WIDE_INT bytes = int_size_in_bytes(type);
        gasm *access;

        if ((!INTEGRAL_TYPE_P(type) && !POINTER_TYPE_P(type)) ||
            (bytes != 1 && bytes != 2 && bytes != 4) || TREE_CODE(memory) == BIT_FIELD_REF ||
            (TREE_CODE(memory) == COMPONENT_REF && DECL_BIT_FIELD_TYPE(TREE_OPERAND(memory, 1))))
                return false;
        if (is_gimple_reg(to)) {
                vec_safe_push(outputs, ab_operand(bytes == 1 ? "=q" : "=r", to));
                vec_safe_push(inputs, ab_operand("m", unshare_expr(from)));
        } else if (is_gimple_val(from)) {
                vec_safe_push(outputs, ab_operand("=m", unshare_expr(to)));
                vec_safe_push(inputs, ab_operand(bytes == 1 ? "qi" : flag_pic ? "rn" : "ri", from));
        } else {
                return false;
        }
        access = ab_asm(ab_tagged(ab_mov((unsigned)bytes), AB_MARKER_DEVICE, -1), outputs, inputs,
                        NULL, old);
        gimple_move_vops(access, old);
        if (TREE_CODE(to) == SSA_NAME)
                SSA_NAME_DEF_STMT(to) = access;
        gsi_replace(gsi, access, false);
        ab_found(gimple_location(access), "device access");
        return true;
}

bool ab_device_assign(gimple_stmt_iterator *gsi)
{
        gimple *statement = gsi_stmt(*gsi);

        if (gimple_clobber_p(statement) || (!is_on_device(gimple_assign_lhs(statement)) &&
                                            !is_on_device(gimple_assign_rhs1(statement))))
                return false;
        if (replace_access(gsi))
                return true;
        ab_note(gimple_location(statement),
                "%s: access to device memory that is not a whole register, left as it is",
                function_name(cfun));
        return false;
}

/* A string instruction that is given such a pointer; its first is marked. */
void ab_device_asm(gasm *statement)
{
        const char *text = gimple_asm_string(statement);

        if (!strncmp(text, AB_TAG, strlen(AB_TAG)) ||
            (!strstr(text, "movs") && !strstr(text, "stos")))
                return;
        for (unsigned i = 0; i < gimple_asm_ninputs(statement); i++) {
                if (!is_device_pointer(TREE_VALUE(gimple_asm_input_op(statement, i))))
                        continue;
                ab_tag_asm(statement, AB_MARKER_DEVICE, -1);
                ab_found(gimple_location(statement), "device access by a string instruction");
                return;
        }
}

void ab_device_call(gcall *call)
{
        tree decl = gimple_call_fndecl(call);
        const char *name = name_of(decl);

        if (strcmp(name, "memcpy") && strcmp(name, "memmove") && strcmp(name, "memset") &&
            !(decl && fndecl_built_in_p(decl, BUILT_IN_NORMAL)))
                return;
        for (unsigned i = 0; i < gimple_call_num_args(call); i++) {
                if (is_device_pointer(gimple_call_arg(call, i)))
                        ab_note(gimple_location(call),
                                "%s: device memory is argument %u of %s: accesses there are not "
                                "annotated",
                                function_name(cfun), i + 1, name);
        }
}
