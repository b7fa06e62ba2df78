/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is a page table?
 *
 * Decided by the object a reference is based on, never by the type of the
 * value: a pte_t kept in an ordinary structure or a local variable is a copy.
 * A pointer counts by its type, seen through the casts it went through
 * (a bit operation on a pte takes an unsigned long *).
 */
#include "plugin.h"
#include "pagetype.h"

static hash_map<tree, bool> *known_types;

static bool listed(tree name)
{
        if (!name)
                return false;
        if (TREE_CODE(name) == TYPE_DECL)
                name = DECL_NAME(name);
        if (!name || TREE_CODE(name) != IDENTIFIER_NODE)
                return false;
        for (unsigned i = 0; i < ab_options.types.length(); i++) {
                if (!strcmp(IDENTIFIER_POINTER(name), ab_options.types[i]))
                        return true;
        }
        return false;
}

bool ab_is_page_type(tree type)
{
        bool *known, found = false;

        while (type && TREE_CODE(type) == ARRAY_TYPE)
                type = TREE_TYPE(type);
        if (!type || type == error_mark_node)
                return false;
        if (!known_types)
                known_types = new hash_map<tree, bool>;
        known = known_types->get(type);
        if (known)
                return *known;
        found = listed(TYPE_NAME(type));
        /* A plain integer shares its variants with the whole program; a structure does not. */
        if (RECORD_OR_UNION_TYPE_P(type)) {
                for (tree t = TYPE_MAIN_VARIANT(type); t && !found; t = TYPE_NEXT_VARIANT(t))
                        found = listed(TYPE_NAME(t));
        }
        known_types->put(type, found);
        return found;
}

/* Untyped variables that the source somewhere takes for a page-table pointer. */
static hash_set<tree> *cast_declarations;

/* What is known of an address. */
enum verdict { UNDECIDED, NO, YES };

enum { MAX_DEPTH = 64 };

/* Merges seen in this query.  A second visit adds nothing to the first. */
static hash_set<gimple *> *seen_merges;

static enum verdict judge_address_of(tree object, int depth);

static enum verdict judge_by_type(tree pointer)
{
        tree pointee, variable = SSA_NAME_VAR(pointer);

        if (variable && DECL_P(variable) && cast_declarations &&
            (cast_declarations->contains(variable) ||
             (DECL_ABSTRACT_ORIGIN(variable) &&
              cast_declarations->contains(DECL_ABSTRACT_ORIGIN(variable)))))
                return YES;
        if (!POINTER_TYPE_P(TREE_TYPE(pointer)))
                return UNDECIDED;
        pointee = TREE_TYPE(TREE_TYPE(pointer));
        if (ab_is_page_type(pointee))
                return YES;
        return RECORD_OR_UNION_TYPE_P(pointee) ? NO : UNDECIDED;
}

static enum verdict judge_pointer(tree pointer, int depth);

static enum verdict judge_phi(gphi *phi, int depth)
{
        enum verdict all = NO;

        if (seen_merges->add(phi))
                return NO;
        for (unsigned i = 0; i < gimple_phi_num_args(phi); i++) {
                enum verdict one = judge_pointer(gimple_phi_arg_def(phi, i), depth);

                if (one == YES)
                        return YES;
                if (one == UNDECIDED)
                        all = UNDECIDED;
        }
        return all;
}

static enum verdict judge_definition(gimple *definition, int depth)
{
        if (gimple_code(definition) == GIMPLE_PHI)
                return judge_phi(as_a<gphi *>(definition), depth);
        if (!is_gimple_assign(definition))
                return UNDECIDED;
        switch (gimple_assign_rhs_code(definition)) {
        case SSA_NAME:
        case ADDR_EXPR:
        case POINTER_PLUS_EXPR:
                return judge_pointer(gimple_assign_rhs1(definition), depth);
        CASE_CONVERT:
                /* Also through an integer, if it is only carried and not computed with. */
                return judge_pointer(gimple_assign_rhs1(definition), depth);
        default:
                return UNDECIDED;
        }
}

static enum verdict judge_pointer(tree pointer, int depth)
{
        enum verdict verdict = UNDECIDED;

        if (depth > MAX_DEPTH)
                return UNDECIDED;
        if (TREE_CODE(pointer) == ADDR_EXPR)
                return judge_address_of(TREE_OPERAND(pointer, 0), depth + 1);
        if (TREE_CODE(pointer) != SSA_NAME)
                return UNDECIDED;
        if (!SSA_NAME_IS_DEFAULT_DEF(pointer))
                verdict = judge_definition(SSA_NAME_DEF_STMT(pointer), depth + 1);
        return verdict != UNDECIDED ? verdict : judge_by_type(pointer);
}

/* The object a reference is based on, and whether that is a page table. */
static enum verdict judge_address_of(tree object, int depth)
{
        while (handled_component_p(object))
                object = TREE_OPERAND(object, 0);
        if (TREE_CODE(object) == MEM_REF || TREE_CODE(object) == TARGET_MEM_REF) {
                enum verdict verdict = judge_pointer(TREE_OPERAND(object, 0), depth + 1);

                if (verdict == UNDECIDED && ab_is_page_type(TREE_TYPE(object)))
                        return YES;
                return verdict;
        }
        /* A table is a static array; a single entry is a value somebody keeps. */
        if (VAR_P(object) && is_global_var(object))
                return TREE_CODE(TREE_TYPE(object)) == ARRAY_TYPE &&
                               ab_is_page_type(TREE_TYPE(object))
                           ? YES
                           : NO;
        return DECL_P(object) ? NO : UNDECIDED;
}

static tree watch_cast(tree *where, int *, void *)
{
        tree cast = *where, from;

        if (!CONVERT_EXPR_P(cast) || !POINTER_TYPE_P(TREE_TYPE(cast)) ||
            !ab_is_page_type(TREE_TYPE(TREE_TYPE(cast))))
                return NULL_TREE;
        from = TREE_OPERAND(cast, 0);
        if ((VAR_P(from) || TREE_CODE(from) == PARM_DECL) && POINTER_TYPE_P(TREE_TYPE(from)) &&
            VOID_TYPE_P(TREE_TYPE(TREE_TYPE(from))))
                cast_declarations->add(from);
        return NULL_TREE;
}

static bool is_untyped_pointer(tree declaration)
{
        tree type = TREE_TYPE(declaration);

        return POINTER_TYPE_P(type) && VOID_TYPE_P(TREE_TYPE(type));
}

static bool declares_untyped_pointer(tree block)
{
        for (; block; block = BLOCK_CHAIN(block)) {
                for (tree variable = BLOCK_VARS(block); variable; variable = DECL_CHAIN(variable))
                        if (VAR_P(variable) && is_untyped_pointer(variable))
                                return true;
                if (declares_untyped_pointer(BLOCK_SUBBLOCKS(block)))
                        return true;
        }
        return false;
}

/*
 * Called for each function of each header: most have no untyped pointer, and
 * walking them all would cost more than everything else here together.
 */
void ab_watch_casts(tree function)
{
        bool worth = false;

        if (TREE_CODE(function) != FUNCTION_DECL || !DECL_SAVED_TREE(function))
                return;
        for (tree p = DECL_ARGUMENTS(function); p && !worth; p = DECL_CHAIN(p))
                worth = is_untyped_pointer(p);
        if (!worth && (!DECL_INITIAL(function) || TREE_CODE(DECL_INITIAL(function)) != BLOCK ||
                       !declares_untyped_pointer(DECL_INITIAL(function))))
                return;
        if (!cast_declarations)
                cast_declarations = new hash_set<tree>;
        walk_tree_without_duplicates(&DECL_SAVED_TREE(function), watch_cast, NULL);
}

static void begin_query(void)
{
        if (!seen_merges)
                seen_merges = new hash_set<gimple *>;
        else if (!seen_merges->is_empty())
                seen_merges->empty();
}

bool ab_in_page_table(tree reference)
{
        if (!REFERENCE_CLASS_P(reference) && !VAR_P(reference))
                return false;
        begin_query();
        return judge_address_of(reference, 0) == YES;
}

bool ab_points_to_page_table(tree pointer)
{
        if (!POINTER_TYPE_P(TREE_TYPE(pointer)) && !INTEGRAL_TYPE_P(TREE_TYPE(pointer)))
                return false;
        begin_query();
        return judge_pointer(pointer, 0) == YES;
}
