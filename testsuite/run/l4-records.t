#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Damaged annotation records, met by the real monitor: in each run seven machines get a kernel with one
# record spoiled and the eighth a good one.  What is refused says which record and why and prints nothing
# else, and the eighth runs to its end as if it were alone.  First every field with a value that must
# be refused; then any byte of any record with any value, which is refused too, or changes nothing.
# AFTERBURN_LONG=1 makes fifty times as many of those.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
share=$top_builddir/share/afterburner
kernel=$share/mini
rounds=$((${AFTERBURN_LONG:-0} ? 100 : 2))
plan 20

records=$(readelf -SW "$kernel" | sed -n 's/.* \.afterburn  *PROGBITS *[0-9a-f]* *\([0-9a-f]*\) *\([0-9a-f]*\) .*/0x\1 0x\2/p')
first=$((${records% *}))
sites=$((${records#* } / 16))

# spoil NAME RECORD BYTE VALUE...: $tmp/NAME is the kernel with these bytes in that record
spoil() {
        cp "$kernel" "$tmp/$1"
        at=$((first + 16 * $2 + $3))
        name=$1
        shift 3
        # shellcheck disable=SC2059 # the bytes are escapes
        printf "$(printf '\\%03o' "$@")" | dd of="$tmp/$name" bs=1 seek=$at conv=notrunc 2>/dev/null
}

# machines NAME...: one each with that file, and one with the good kernel; the console in $tmp/out
machines() {
        set -- "$@" -- --vm=good,memory=32M
        while [ "$1" != -- ]; do
                set -- "$@" "--vm=$1,memory=32M,kernel=$tmp/$1"
                shift
        done
        shift
        $limit "$run" --hypervisor=l4 --timeout="$hang" "$@" "$kernel" >"$tmp/out" 2>"$tmp/err" </dev/null
        got=$?
        tr -d '\r' <"$tmp/out" >"$tmp/console"
}

# ran NAME: it came to its end, with all of mini's nine tests
ran() { [ "$(grep -Ec "^$1: ok [1-9] " "$tmp/console")" = 9 ] && grep -q "^resourcemon: $1: .* status 0$" "$tmp/console"; }
# refused NAME [SENTENCE]: this is all that it said
refused() {
        [ "$(grep -c "^$1: " "$tmp/console")" = 1 ] &&
                grep -Eq "^$1: afterburn: fatal: record [0-9]+ at 0x[0-9a-f]+( \([^)]*\))?: .*${2-}" "$tmp/console"
}

# The first record is the cli at the kernel's entry.
spoil start 0 0 255 255 255 255
spoil site_bytes 0 4 0
spoil insn_offset 0 5 9
spoil insn_bytes 0 6 2
spoil version 0 7 33
spoil kind 0 7 31
spoil class 0 8 5
machines start site_bytes insn_offset insn_bytes version kind class
[ $got = 125 ]
check 'the exit status says that machines were refused'
ran good
check 'a good machine next to seven bad ones runs to its end'
refused start 'the site is not in the image'
check 'a site outside the code'
refused site_bytes 'lengths contradict one another'
check 'a site without bytes'
refused insn_offset 'lengths contradict one another'
check 'an instruction beyond its site'
refused insn_bytes 'lengths contradict one another'
check 'an instruction that is too long'
refused version 'another format version'
check 'a record of another version'
refused kind 'kind or class does not exist'
check 'a kind that does not exist'
refused class 'another class than recorded'
check 'another class'

spoil padding 0 9 2
spoil padding_kind 0 9 9
spoil dead_gprs 0 10 16
spoil dead_flags 0 11 64
spoil operand 0 14 4
spoil hook 0 7 21
# shellcheck disable=SC2046 # four numbers
spoil twice 1 0 $(od -An -tu1 -j $first -N 4 "$kernel")
machines padding padding_kind dead_gprs dead_flags operand hook twice
[ $got = 125 ] && ran good
check 'seven more, and a good machine'
refused padding 'padding is not without effect'
check 'padding that is said to be NOPs and is not'
refused padding_kind 'padding is not without effect'
check 'a kind of padding that does not exist'
refused dead_gprs 'other operands than recorded'
check 'a stack pointer that is called dead'
refused dead_flags 'other operands than recorded'
check 'a dead flag that is none'
refused operand 'other operands than recorded'
check 'a memory operand that the bytes do not have'
refused hook 'kind or class does not exist'
check 'an instruction that is called a hook'
refused twice 'overlaps another one'
check 'two records for one site'

# What is dead cannot be seen in the bytes of one site: a lie about it is not refused, and left out here.
seed=1
random() { # LIMIT: into $number
        seed=$(((seed * 1103515245 + 12345) & 0x7fffffff))
        number=$((seed / 65536 % $1))
}
strange=0 turned_down=0 went_on=0
while [ $rounds -gt 0 ]; do
        rounds=$((rounds - 1))
        for name in a b c d e f g; do
                random "$sites"
                record=$number
                random 14
                byte=$number
                [ $byte -lt 10 ] || byte=$((byte + 2))
                random 256
                spoil $name "$record" $byte "$number"
                eval "what_$name='record $record, byte $byte: $number'"
        done
        machines a b c d e f g
        ran good || { strange=$((strange + 1)); echo "# the good machine did not run"; }
        for name in a b c d e f g; do
                if refused $name; then
                        turned_down=$((turned_down + 1))
                elif ran $name; then
                        went_on=$((went_on + 1))
                else
                        strange=$((strange + 1))
                        eval "echo \"# \$what_$name\""
                fi
        done
done
echo "# $turned_down refused, $went_on as before"
[ $strange = 0 ]
check 'any byte of any record: refused in a sentence, or nothing is different'
[ $turned_down -gt 5 ]
check 'most are refused'
head -c $((first + 16)) "$kernel" >"$tmp/cut"
machines cut
[ $got = 125 ] && ran good && [ "$(grep -c '^cut: ' "$tmp/console")" = 1 ] && grep -q '^cut: .*truncated' "$tmp/console"
check 'a file that ends within the records'
exit "$failed"
