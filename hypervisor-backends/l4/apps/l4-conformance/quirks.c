/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where L4Ka::Pistachio departs from what the checks state.  The table is only
 * looked at on that kernel; ours has no entry to hide behind.
 */
#include "check.h"

static const struct {
	const char *name; /* how the check's name begins */
	enum quirk quirk;
} quirks[] = {
	{ "kip: clock info states", QUIRK_FAILS },
};

enum quirk quirk_of(const char *name)
{
	if (!L4_IsPublicKernel())
		return QUIRK_NONE;
	for (unsigned int i = 0; i < sizeof(quirks) / sizeof(quirks[0]); i++)
		if (!strncmp(name, quirks[i].name, strlen(quirks[i].name)))
			return quirks[i].quirk;
	return QUIRK_NONE;
}
