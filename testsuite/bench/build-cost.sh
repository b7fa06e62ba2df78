#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench-build-cost FOLDER: what afterburning adds to the time a kernel takes to
# compile.  A sample of the C files of FOLDER/linux-6.1 is compiled again, with
# the commands the build left beside the objects: by gcc alone, and by
# afterburn-cc.  Prints NAME, tab, VALUE; see `afterburn bench'.
#
# Two measures.  Processor time, both ways in turn (bench-alternate); and,
# where valgrind is installed, executed instructions of compiler, pass and
# assembler for a few of the files, which load and caches do not disturb.
set -u

if [ $# != 1 ] || [ ! -d "$1" ]; then
        echo 'bench-build-cost: usage: bench-build-cost FOLDER, as bench-toolchain calls it' >&2
        exit 2
fi
tree=$1/linux-6.1
here=$(dirname "$(readlink -f "$0")")
ours=${here%/libexec/afterburner}/bin/afterburn-cc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$tree" || exit 1

# Every STEP-th file; every COUNTED-th of those has its instructions counted.
step=${AFTERBURN_BENCH_STEP:-14}
rounds=${AFTERBURN_BENCH_ROUNDS:-3}
counted=12

figure() { printf '%s\t%s\n' "$1" "$2"; }
say() { echo "bench toolchain: $*" >&2; }

find . -name '.*.o.cmd' -exec grep -l '^[^=]*= .*\.c *$' {} + 2>/dev/null |
        grep -Ev '/(tools|scripts|boot|realmode|vdso)/' | sort |
        awk -v step="$step" 'NR % step == 0' >"$work/objects"
# Two lines for each: by gcc alone, as a user without us would; by afterburn-cc.
while read -r object; do
        command=$(sed -n '1s/^[^:=]*:*= //p' "$object" |
                sed "s#-Wp,-MM*D,[^ ]*##; s# -o [^ ]*# -o $work/object.o#; s# *;.*##")
        echo "$command" | sed 's#^[^ ]*afterburn-cc\( --afterburn-[^ ]*\)*#gcc-12 -m32#'
        echo "$command" | sed "s#^[^ ]*afterburn-cc#$ours#"
done <"$work/objects" >"$work/pairs"
[ -s "$work/pairs" ] || exit 1

# instructions COMMAND...: how many it executes; its output is lost
instructions() {
        valgrind --tool=exp-bbv --instr-count-only=yes --bb-out-file=/dev/null \
                --log-file="$work/log" "$@" >/dev/null 2>&1
        sed -n 's/.*Total instructions: *//p' "$work/log"
}

# compiler COMMAND OUTPUT: the compiler proper's command of a driver's command
compiler() {
        eval "$1 -###" 2>&1 | sed -n '/cc1/s/ -o [^ ]*$//p' | sed "s#\$# -o $2#"
}

# Instructions of one pair: gcc's, ours.  The pass becomes the assembler, so each
# is counted by itself: an assembler that is not there ends the pass.
count_pair() {
        plain=$(eval "instructions $(compiler "$1" "$work/plain.s")")
        new=$(eval "instructions $(compiler "$2" "$work/new.s")")
        pass=$(instructions "$here/toolchain/as" --32 --real-as=/nonexistent -o "$work/o" "$work/new.s")
        printf '#!/bin/sh\nexec cat >%s/passed.s\n' "$work" >"$work/cat"
        chmod +x "$work/cat"
        cp "$work/new.s" "$work/same.s"
        "$here/toolchain/as" --32 --real-as="$work/cat" -o "$work/o" "$work/new.s" \
                <"$work/same.s"
        plain_as=$(instructions as --32 -o "$work/o" "$work/plain.s")
        new_as=$(instructions as --32 -o "$work/o" "$work/passed.s")
        echo "$((plain + plain_as)) $((new + pass + new_as))"
}

if command -v valgrind >/dev/null; then
        say 'counting instructions of the compiler'
        awk -v n="$counted" 'int((NR - 1) / 2) % n == 0' "$work/pairs" |
                while read -r plain_command && read -r new_command; do
                        count_pair "$plain_command" "$new_command"
                done >"$work/counted"
        awk '{ plain += $1; new += $2 }
                END { if (plain) printf "build, instructions over plain, percent\t%.2f\n",
                        100 * (new - plain) / plain }' "$work/counted"
fi

say "compiling $(($(wc -l <"$work/pairs") / 2)) files, $rounds times each way"
if "$here/bench-alternate" "$rounds" <"$work/pairs" >"$work/result"; then
        read -r user both low high pairs seconds <"$work/result"
        figure 'build time, user CPU over plain, percent' "$user"
        say "user $user %, user and system $both %, single rounds $low to $high %: $pairs files, $seconds s"
fi
