#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn link and report --bound: what is bound ahead of time is what the loader would have
# made; a bound image is for one hypervisor and bound once; bad files leave nothing behind.
# shellcheck disable=SC2317 # functions are called through refused
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
dir=$top_builddir/testsuite/load
hello=$top_builddir/share/afterburner/hello
plan 27

link() { afterburn link --hypervisor=test --wedge="$dir/wedge-test" "$@" >"$tmp/out" 2>"$tmp/err"; }
# refused STATUS TEXT COMMAND...: ends with that status and one line that has the text
refused() {
        want=$1
        text=$2
        shift 2
        "$@"
        [ $? = "$want" ] && [ "$(wc -l <"$tmp/err")" = 1 ] && grep -q "$text" "$tmp/err"
}
# as_loaded IMAGE: loading the image and loading its bound form fill memory alike
as_loaded() {
        link "$1" -o "$tmp/bound" && "$dir/load-image" --memory=48 --dump="$tmp/late" "$1" >"$tmp/out" &&
                "$dir/load-image" --memory=48 --dump="$tmp/early" "$tmp/bound" >"$tmp/out" &&
                cmp "$tmp/late" "$tmp/early" >"$tmp/out" && rm "$tmp/late" "$tmp/early"
}

as_loaded "$hello"
check 'a sample bound ahead of time is the sample bound when loaded, byte for byte'
readelf -SW "$tmp/bound" 2>"$tmp/err" | grep -q '\.afterburn\.bound' && ! [ -s "$tmp/err" ]
check 'it carries the mark, and is a sound ELF file'
burned=${AFTERBURN_TEST_BURNED-$top_builddir/linux-6.1/vmlinux}
if [ -f "$burned" ]; then
        as_loaded "$burned"
        check 'so is Linux'
else
        skip 'so is Linux' "no $burned: ./quickstart builds it"
fi
link "$hello" -o "$tmp/again" && link "$hello" -o "$tmp/bound" && cmp "$tmp/again" "$tmp/bound" >"$tmp/out"
check 'the same input gives the same output'
refused 1 'bound for test already' link "$tmp/bound" -o "$tmp/twice" && [ ! -e "$tmp/twice" ]
check 'a bound image is not bound twice'

# What only a run would show otherwise: symbols of kernels with data in segments with a base.
for sign in this_cpu_off per_cpu__this_cpu_off boot_pda; do
        objcopy --add-symbol "$sign=.text:0" "$hello" "$tmp/percpu"
        link "$tmp/percpu" -o "$tmp/warned" && [ "$(wc -l <"$tmp/err")" = 1 ] && grep -q "warning: .*/percpu: .*refused when it runs" "$tmp/err"
        check "a kernel with $sign is bound with a warning"
done
strip -o "$tmp/stripped" "$tmp/percpu"
link "$tmp/stripped" -o "$tmp/warned" && ! [ -s "$tmp/err" ]
check "without symbols there is none"

bare() { "$run" --hypervisor=bare "$tmp/bound" >"$tmp/out" 2>"$tmp/err"; }
refused 1 'bound for test, cannot run on bare' bare
check 'bare metal refuses it by name'
other() { afterburn link --hypervisor=other --wedge="$dir/wedge-other" "$1" -o "$tmp/other" 2>"$tmp/err"; }
refused 1 'bound for test, this is other' other "$tmp/bound" && [ ! -e "$tmp/other" ]
check 'so does another hypervisor'
other "$hello" && refused 1 'bound for other' link "$tmp/other" -o "$tmp/twice"
check 'and the other way round'

afterburn report --bound "$tmp/bound" >"$tmp/report"
check 'report --bound'
grep -A1 ' cli, inline, 7 bytes, 0 left' "$tmp/report" | grep -Eq 'movb +\$-0x80, +-?0x[0-9a-f]+' &&
        grep -A1 ' hlt, call, 6 bytes' "$tmp/report" | grep -Eq 'calll? +\*.*# HLT'
check 'shows what stands at a site'
sites=$(sed -n 's/^all  *\([0-9]*\) .*/\1/p' "$tmp/report")
[ "$sites" = "$(grep -c '^[0-9a-f]\{8\} .* left$' "$tmp/report")" ] && [ "$sites" -gt 200 ]
check 'of every site, and adds up'
link "$hello" -o "$tmp/bound" --stats
sums() { awk '/^class/ { on = 1; next } on && NF >= 7 { print toupper($1), $2, $3, $4, $5, $6, $7 }' "$1" |
        grep -Ev '^(PT-|DEVICE|HOOK|PAGE-|BEHIND)'; }
sums "$tmp/report" >"$tmp/read" && sums "$tmp/out" >"$tmp/counted" && cmp "$tmp/read" "$tmp/counted" >"$tmp/err"
check 'what report reads back is what the binder counted'
report_unbound() { afterburn report --bound "$hello" >"$tmp/out" 2>"$tmp/err"; }
refused 1 'is not bound' report_unbound
check 'report --bound refuses an unbound image'

link "$hello" -o "$tmp/scribbled" --scribble --stats && grep -q '^scribbled: [1-9]' "$tmp/out" &&
        ! cmp -s "$tmp/scribbled" "$tmp/bound"
check '--scribble destroys what is dead where it fits'

refused 1 'no annotation records' link "$hello-plain" -o "$tmp/none" && [ ! -e "$tmp/none" ]
check 'an image without annotations is refused'
head -c 9000 "$hello" >"$tmp/short"
refused 1 "$tmp/short: " link "$tmp/short" -o "$tmp/none" && [ ! -e "$tmp/none" ]
check 'a truncated image is refused'
no_wedge() { afterburn link --hypervisor=test --wedge="$hello" "$hello" -o "$tmp/none" 2>"$tmp/err"; }
refused 1 'not a wedge' no_wedge
check 'a file that is no wedge is refused'
echo 'cli' | as --32 -o "$tmp/module.o" && refused 1 'relocatable' link "$tmp/module.o" -o "$tmp/none"
check 'a relocatable file is refused'
echo text >"$tmp/text"
refused 1 'not an ELF file' link "$tmp/text" -o "$tmp/none"
check 'a text file is refused'
bare_link() { afterburn link --hypervisor=bare "$hello" -o "$tmp/none" 2>"$tmp/err"; }
refused 2 'bare metal needs no binding' bare_link
check 'there is nothing to bind for bare metal'
nobody() { afterburn link --hypervisor=nobody "$hello" -o "$tmp/none" 2>"$tmp/err"; }
refused 2 'no wedge for hypervisor nobody: .*: give l4, l4x-split or l4x-colocated' nobody
check 'nor for a hypervisor nobody has a wedge for'
link "$hello" -o "$tmp/no/such/folder/x"
[ $? = 1 ] && [ -s "$tmp/err" ]
check 'an output that cannot be written is an error'
mkfifo "$tmp/pipe"
cat "$tmp/pipe" >"$tmp/piped" &
link "$hello" -o "$tmp/pipe"
[ -p "$tmp/pipe" ] || kill $!
wait $! && link "$hello" -o "$tmp/bound" && cmp "$tmp/piped" "$tmp/bound" >"$tmp/out"
check 'a pipe is written; a device or pipe is not replaced by a file'
exit "$failed"
