/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The compiler's own headers, in the order they need, for gcc 11 and 12.
 * What differs between releases is settled here and nowhere else.
 */
#ifndef AFTERBURN_PLUGIN_COMPAT_H
#define AFTERBURN_PLUGIN_COMPAT_H

/* We are target code: which registers a call preserves is our business. */
#define IN_TARGET_CODE 1

#include "gcc-plugin.h"
#include "plugin-version.h"

#if GCCPLUGIN_VERSION_MAJOR < 11 || GCCPLUGIN_VERSION_MAJOR > 12
#error "the Afterburn plugin knows gcc 11 and gcc 12 only"
#endif

#include "tree.h"
#include "context.h"
#include "tree-pass.h"
#include "basic-block.h"
#include "function.h"
#include "cfg.h"
#include "tree-cfg.h"
#include "cgraph.h"
#include "gimple.h"
#include "gimple-iterator.h"
#include "gimple-ssa.h"
#include "gimplify.h"
#include "gimplify-me.h"
#include "fold-const.h"
#include "stringpool.h"
#include "attribs.h"
#include "ssa.h"
#include "tree-ssanames.h"
#include "tree-ssa-operands.h"
#include "tree-into-ssa.h"
#include "tree-dfa.h"
#include "stmt.h"
#include "options.h"
#include "output.h"
#include "langhooks.h"
#include "diagnostic.h"
#include "rtl.h"
#include "memmodel.h"
#include "regs.h"
#include "emit-rtl.h"
#include "df.h"
#include "function-abi.h"
#include "bitmap.h"

/* The headers poison or leave out nothing we use below, but stdio's. */
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#endif
