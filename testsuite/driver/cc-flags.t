#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn-cc puts its flags where they belong, and only there.
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:-.}/testsuite/driver/lib.sh"

make_fake_cc "$scratch/cc"
AFTERBURN_CC=$scratch/cc/gcc-12
export AFTERBURN_CC
called=$scratch/cc/called

# before A B: word A stands before word B.
before() {
	a=$(grep -nxF -e "$1" "$called" | head -n 1 | cut -d: -f1)
	b=$(grep -nxF -e "$2" "$called" | head -n 1 | cut -d: -f1)
	[ -n "$a" ] && [ -n "$b" ] && [ "$a" -lt "$b" ]
}

afterburn-cc -O2 -c x.c -o x.o
check "C: compiled for IA-32" before -m32 -O2
check "C: the pass stands in for as" grep -Eq '^-B/.*/toolchain/$' "$called"
check "C: the plugin is loaded" grep -Eq '^-fplugin=/.*/gcc-12/afterburn\.so$' "$called"
check "C: no cure without a tree" hasnt "$called" -std=gnu89

afterburn-cc --afterburn-linux=2.6.9 -fPIC -c fs/x.c -o fs/x.o
check "2.6.9: -fno-pie before the tree's flags" before -fno-pie -fPIC
check "2.6.9: inline as before C99" has "$called" -fgnu89-inline
check "2.6.9: i386 where no processor is named" has "$called" -march=i386
check "2.6.9: own options do not reach gcc" hasnt "$called" --afterburn
check "2.6.9: no vector registers in the kernel" has "$called" -mno-sse
check "2.6.9: optimisations stay on" hasnt "$called" -fno-tree-dse
afterburn-cc --afterburn-linux=2.6.9 -march=i686 -c fs/x.c
check "2.6.9: a named processor stands" hasnt "$called" -march=i386
check "2.6.9: not presented as another gcc" hasnt "$called" -D__GNUC__=4
afterburn-cc --afterburn-linux=2.6.39 -c fs/x.c
check "2.6.39: presented as gcc 4.4" has "$called" -D__GNUC__=4
afterburn-cc --afterburn-linux=6.1.1 -c fs/x.c
check "6.1: no cures" hasnt "$called" -fno-pie

afterburn-cc --afterburn-linux=2.6.20 -c kernel/mutex.c
check "2.6.20: kernel/mutex.c keeps static functions" has "$called" -fkeep-static-functions
afterburn-cc --afterburn-linux=2.6.20 -c kernel/fork.c
check "2.6.20: other files do not" hasnt "$called" -fkeep-static-functions

afterburn-cc -c arch/x86/kernel/entry_32.S
check "assembly: pass" grep -q '^-B' "$called"
check "assembly: no plugin" hasnt "$called" -fplugin
afterburn-cc -E x.c
check "-E: no plugin" hasnt "$called" -fplugin
afterburn-cc -S x.c
check "-S: plugin" has "$called" -fplugin
afterburn-cc -c a.c b.c
check "several sources: plugin" has "$called" -fplugin
afterburn-cc -x c -c -
check "standard input: plugin" has "$called" -fplugin
afterburn-cc -S -o /dev/null -xc /dev/null
check "probe of /dev/null: no plugin" hasnt "$called" -fplugin
printf '%s\n' -c '"a b.c"' -march=i486 >"$scratch/args"
afterburn-cc --afterburn-linux=2.6.9 @"$scratch/args"
check "@file: read" hasnt "$called" -march=i386
check "@file: passed on" has "$called" "@$scratch/args"
check "@file: plugin for the source in it" has "$called" -fplugin

for file in arch/x86/boot/video.c arch/x86/boot/compressed/misc.c arch/i386/boot/compressed/misc.c \
	arch/x86/realmode/rm/wakemain.c arch/x86/entry/vdso/vdso32/vclock_gettime.c; do
	afterburn-cc -c "$file"
	check "$file: not annotated" hasnt "$called" -fplugin
done
afterburn-cc -c /src/arch/i386/kernel/vsyscall-sysenter.S
check "vsyscall page: no pass" hasnt "$called" -B
for file in arch/x86/realmode/init.c arch/x86/entry/vdso/vma.c arch/x86/entry/vdso/vdso32-setup.c \
	arch/x86/kernel/reboot.c; do
	afterburn-cc -c "$file"
	check "$file: annotated" has "$called" -fplugin
done

afterburn-cc --afterburn-plain -c x.c
check "plain: the pass annotates nothing" has "$called" -Wa,--afterburn-off
check "plain: the plugin only cures" has "$called" -fplugin-arg-afterburn-off=device,pages,hook,live,notes
afterburn-cc --afterburn-linux=2.6.12 -m elf_i386 -nostdlib -shared a.o -o v.so
check "vDSO link: -m elf_i386 dropped" hasnt "$called" elf_i386
check "vDSO link: old hash style" has "$called" -Wl,--hash-style=sysv
check "vDSO link: no -no-pie" hasnt "$called" -no-pie
afterburn-cc --afterburn-padding=nop -c x.c
check "padding reaches the pass" has "$called" -Wa,--padding=nop
finish
