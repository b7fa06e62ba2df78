#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The resource monitor gives a machine its memory 4 MB at a time: a guest whose kernel and user code touch
# every page of it causes at most one request per 4 MB more than the same guest that touches
# none of them.  The closing line counts requests.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
guest=$top_builddir/testsuite/run/touches
plan 6

# requests MB [ARGUMENT...]: of a machine with so much memory
requests() {
        mb=$1
        shift
        # shellcheck disable=SC2086 # words
        try 0 $on --timeout="$hang" --memory="${mb}M" "$@" "$guest" && grep -q '^ok 1 ' "$tmp/out" &&
                sed -n 's/.*, \([0-9]*\) monitor requests,.*/\1/p' "$tmp/err"
}

for on in --hypervisor=l4 '--hypervisor=l4x --layout=split' '--hypervisor=l4x --layout=colocated'; do
        for mb in 64 256; do
                none=$(requests $mb --append=not)
                all=$(requests $mb)
                echo "$none requests, $all with all memory touched" >"$tmp/out"
                [ -n "$none" ] && [ -n "$all" ] && [ "$all" -le $((none + mb / 4)) ]
                check "$on, $mb MB: a request for each 4 MB, at most"
        done
done
exit "$failed"
