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
    {"kip: clock info states", QUIRK_FAILS},
    {"ipc errors: send to a local id of no thread", QUIRK_FATAL},
    {"ipc errors: deleting the", QUIRK_FATAL},
    {"mapping: a page without rights", QUIRK_FAILS},
    {"unmap: a write after Flush", QUIRK_FATAL},
    {"exregs: halting a thread that waits", QUIRK_FATAL},
    {"thread control: which Schedule calls inactive", QUIRK_FAILS},
    {"thread control: an unknown scheduler", QUIRK_FAILS},
    {"thread control: creation without a scheduler", QUIRK_FAILS},
    {"thread control: version 0", QUIRK_FAILS},
    {"thread control: after all that", QUIRK_FAILS},
    {"thread control: deleting a thread that never was", QUIRK_FAILS},
    {"schedule: priority 256", QUIRK_FAILS},
    {"quantum: ", QUIRK_FATAL},
    /* Its string copies are not preemptible. */
    {"strings: and delay no thread", QUIRK_FAILS},
    {"strings: a preempted sender", QUIRK_FAILS},
    {"strings: the receiver's deletion in the middle", QUIRK_FATAL},
    {"strings: a copy can be cancelled", QUIRK_FAILS},
    {"strings: the error says how far it came", QUIRK_FAILS},
    {"strings: to both sides", QUIRK_FAILS},
    {"robust: a call of oneself", QUIRK_FAILS},
    {"robust: also by the local id", QUIRK_FAILS},
    {"robust: null", QUIRK_FATAL},
    {"robust: nor does", QUIRK_FATAL},
    {"robust: kernel memory", QUIRK_FATAL},
    {"exception: and so it does after a message", QUIRK_FAILS},
    {"exception: what the answer leaves out", QUIRK_FAILS},
    {"ctrlxfer: such a fault has two words", QUIRK_FAILS}, /* it has no string for it */
    {"delay: ", QUIRK_FAILS},
    {"signal: ", QUIRK_FAILS},
    {"exregs: nilthread", QUIRK_FATAL},
    {"schedule: nilthread", QUIRK_FATAL},
    {"thread control: nilthread", QUIRK_FATAL},
    {"thread control: sigma0's last thread", QUIRK_FATAL},
    {"space control: of nilthread", QUIRK_FATAL},
    {"exregs: DF can be set", QUIRK_FAILS},
    {"exceptions: division by zero", QUIRK_FAILS},
    {"exceptions: bound", QUIRK_FAILS},
    {"exceptions: ud2", QUIRK_FATAL},
    {"exceptions: ud1", QUIRK_FATAL},
    {"exceptions: an x87 error", QUIRK_FAILS},
    {"exceptions: single step", QUIRK_FAILS},
    {"exceptions: the answer sets DF", QUIRK_FAILS},
    {"exceptions: a kernel selector in DS", QUIRK_FAILS},
    {"exceptions: a selector beyond", QUIRK_FAILS},
    {"exceptions: a local selector", QUIRK_FAILS},
    {"exceptions: a null selector in GS", QUIRK_FATAL},
    {"exceptions: a null selector in SS", QUIRK_FAILS},
    {"exceptions: a far", QUIRK_FAILS},
    {"page faults: an address from 3 GB on", QUIRK_FATAL},
    {"page faults: a fault without a pager", QUIRK_FATAL},
    {"schedule: a longer slice", QUIRK_FAILS},
    {"schedule: whichever thread has it, again", QUIRK_FAILS},
    {"schedule: a slice that never ends", QUIRK_FAILS},
    {"ctrlxfer: items in messages", QUIRK_FATAL},
    /* With its newer mapping database only. */
    {"mapping: what was mapped before the grant", QUIRK_FAILS},
    {"mapping: the grantee inherits", QUIRK_FAILS},
    {"mapping: unmapping 4 KB of a page of 4 MB", QUIRK_FAILS},
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
