/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Making asm statements.
 */
#include "plugin.h"

tree ab_operand(const char *constraint, tree value)
{
        tree string = build_string(strlen(constraint) + 1, constraint);

        return build_tree_list(build_tree_list(NULL_TREE, string), value);
}

const char *ab_constraint(tree link)
{
        return TREE_STRING_POINTER(TREE_VALUE(TREE_PURPOSE(link)));
}

gasm *ab_asm(const char *text, vec<tree, va_gc> *outputs, vec<tree, va_gc> *inputs,
             vec<tree, va_gc> *clobbers, gimple *like)
{
        gasm *statement = gimple_build_asm_vec(text, inputs, outputs, clobbers, NULL);

        gimple_asm_set_volatile(statement, true);
        gimple_set_location(statement, gimple_location(like));
        gimple_set_block(statement, gimple_block(like));
        return statement;
}

const char *ab_mov(unsigned bytes)
{
        return bytes == 1 ? "movb %1,%0" : bytes == 2 ? "movw %1,%0" : "movl %1,%0";
}
