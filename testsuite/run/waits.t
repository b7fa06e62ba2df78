#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Who waits for what a machine says waits no longer than the machine runs: four tests waited
# fifteen minutes for the sign of a guest that had ended without it.
# shellcheck disable=SC2317 # functions are called through fed
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
plan 3

# In the place of a machine: it ends when it has been looked at three times, with its last words.
cat >"$tmp/machine" <<END
#!/bin/sh
until [ "\$(wc -l <'$tmp/looked')" -ge 3 ]; do sleep 0.1; done
echo 'last words'
exit 7
END
chmod +x "$tmp/machine"
run=$tmp/machine
look() { echo >>"$tmp/looked"; "$@"; }
feed() {
        wait_for look "$@"
        echo $? >"$tmp/answer"
}

: >"$tmp/looked"
fed 'feed false'
[ $? = 7 ]
check 'the exit status is the machine'\''s'
[ "$(cat "$tmp/answer")" = 1 ] && [ "$(wc -l <"$tmp/looked")" -lt $((hang * 5)) ]
check 'the wait for what does not come ends with the run'
: >"$tmp/looked"
fed "feed grep -q words $tmp/out" && false
[ "$(cat "$tmp/answer")" = 0 ]
check 'what was said just before the end is seen'
exit "$failed"
