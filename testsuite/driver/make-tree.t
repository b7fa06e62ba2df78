#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn make: the tree stays as it is, what stands in for it is right.
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:-.}/testsuite/driver/lib.sh"

tree=$scratch/tree out=$scratch/out

run() {
	afterburn make -C "$tree" O="$out" "$@" >"$scratch/stdout" 2>"$scratch/stderr"
}

# --- a modern tree -----------------------------------------------------------
make_fake_tree "$tree" 6 1 5
run defconfig bzImage
ok $? "configuration and build target"
check "the compiler's command changes with the toolchain" grep -Eq -e " --afterburn-state=[0-9a-f]{8}( |$)" "$out/seen.cc"
check "our compiler with the tree's version" has "$out/seen.cc" "afterburn-cc --afterburn-linux=6.1.5"
check "made in the tree itself" grep -qx "$tree" "$out/seen.curdir"
run --plain bzImage
ok $? "--plain"
check "--plain reaches the compiler" has "$out/seen.cc" "--afterburn-plain"
run FAIL=1 bzImage
ok $(($? != 2)) "make's exit status is ours"
run --verify-tree bzImage
check "--verify-tree prints a digest" grep -Eq 'files unchanged, SHA-256 [0-9a-f]{64}$' "$scratch/stdout"
# The digest, by another program: name, NUL and SHA-256 of each file, in order of names.
(cd "$tree" && find . -type f | sed 's,^\./,,' | LC_ALL=C sort | while read -r file; do
	printf '%s\0' "$file"
	sha256sum "$file" | cut -c1-64 | perl -ne 'chomp; print pack "H*", $_'
done) | sha256sum | cut -c1-64 >"$scratch/digest"
check "--verify-tree: the digest is sha256sum's" has "$scratch/stdout" "$(cat "$scratch/digest")"
run TOUCH="$tree/init/Kconfig" bzImage
ok $(($? != 1)) "a touched file: exit 1"
check "a touched file: named" has "$scratch/stderr" "$tree/init/Kconfig: was changed"
run TOUCH="$tree/new" bzImage
check "an added file: named" has "$scratch/stderr" "$tree/new: was changed"
rm "$tree/new"

# --- options -----------------------------------------------------------------
cat >"$tree/init/Kconfig" <<'EOF'
config EXPERT
config VMSPLIT_2G
config COMPAT_VDSO
EOF
echo CONFIG_EXTRA=y >"$scratch/extra.config"
run --config="$scratch/extra.config" defconfig
ok $? "fragment over a configuration"
check "fragment: merged" grep -qx CONFIG_EXTRA=y "$out/seen.config"
check "fragment: the rest stays" grep -qx CONFIG_FAKE=y "$out/seen.config"
check "memory split set for any configuration" grep -qx CONFIG_VMSPLIT_2G=y "$out/seen.config"
check "compat vDSO off" grep -qx '# CONFIG_COMPAT_VDSO is not set' "$out/seen.config"
run --config=nonsense defconfig
check "unknown fragment: said" has "$scratch/stderr" "nonsense: no such configuration"

# --- refusals ----------------------------------------------------------------
run CC=gcc bzImage
ok $(($? != 2)) "CC=: exit 2"
run ARCH=arm bzImage
ok $(($? != 2)) "ARCH=arm: exit 2"
: >"$tree/.config"
run bzImage
ok $(($? != 1)) "tree that was built in: exit 1"
check "tree that was built in: the remedy" has "$scratch/stderr" "make mrproper"
run --private-copy defconfig bzImage
ok $? "--private-copy: builds"
check "--private-copy: from a copy" grep -qx "$out/.afterburn/copy" "$out/seen.curdir"
check "--private-copy: the copy was cleaned by its own mrproper" test ! -e "$out/.afterburn/copy/.config"
check "--private-copy: the tree was not" test -e "$tree/.config"
rm "$tree/.config"
afterburn make -C "$scratch" O="$out" 2>"$scratch/stderr"
ok $(($? != 1)) "not a tree: exit 1"
afterburn make -C "$tree" 2>"$scratch/stderr"
ok $(($? != 2)) "no O=: exit 2"
afterburn make -C "$tree" O="$tree" 2>"$scratch/stderr"
ok $(($? != 1)) "O= is the tree: exit 1"
rm -rf "$scratch/empty" && mkdir "$scratch/empty"
afterburn make -C "$tree" O="$scratch/empty" bzImage 2>"$scratch/stderr"
check "no configuration: said" has "$scratch/stderr" "no configuration"

# --- an old tree: stand-in ---------------------------------------------------
old=$scratch/old
make_fake_tree "$old" 2 6 9
mkdir -p "$old/include/asm-i386" "$old/include/linux" "$old/arch/i386/mm"
printf '#define __PAGE_OFFSET\t\t(0xC0000000)\n#define __PAGE_OFFSET\t\t(0xC0000000UL)\n' >"$old/include/asm-i386/page.h"
printf '#define __FIXADDR_TOP\t0xfffff000\n' >"$old/include/asm-i386/fixmap.h"
echo one >"$old/include/linux/one.h"
chmod -R a-w "$old"
tree=$old out=$scratch/oldout
# Permissions do not hold root: a mount that cannot be written does.
cat >"$scratch/sealed" <<'END'
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && ! touch "$1/written" && shift 1 && exec "$@"
END
if [ "$(id -u)" -eq 0 ] && unshare -m sh "$scratch/sealed" "$old" true 2>/dev/null; then
	unshare -m sh "$scratch/sealed" "$old" afterburn make -C "$tree" O="$out" defconfig vmlinux \
		>"$scratch/stdout" 2>"$scratch/stderr"
else
	run defconfig vmlinux
fi
ok $? "a tree that may not be written"
standin=$out/.afterburn/tree
check "stand-in: built from" grep -qx "$standin" "$out/seen.curdir"
check "stand-in: page.h says 2 GB" grep -q '(0x80000000UL)' "$standin/include/asm-i386/page.h"
check "stand-in: no old address left" hasnt "$standin/include/asm-i386/page.h" 0xC0000000
check "stand-in: fixmap below the wedge" has "$standin/include/asm-i386/fixmap.h" 0xbbfff000
check "stand-in: other files are links" test -L "$standin/include/linux"
check "stand-in: they lead to the tree" grep -q one "$standin/include/linux/one.h"
check "the tree has its address still" has "$old/include/asm-i386/page.h" 0xC0000000
time1=$(stat -c %Y.%y "$standin/include/asm-i386/page.h")
run vmlinux
check "stand-in: not rewritten when it is right" test "$time1" = "$(stat -c %Y.%y "$standin/include/asm-i386/page.h")"
chmod -R u+w "$old"

# A stand-in made when fewer files needed a copy: the folder that was a link is
# replaced, never followed.
rm -rf "$standin/include" && ln -s "$old/include" "$standin/include"
run --verify-tree vmlinux
ok $? "stand-in: a link where a folder must be"
check "stand-in: the link was replaced" test ! -L "$standin/include"
check "stand-in: the tree behind the link is untouched" test ! -L "$old/include/linux/one.h" -a ! -L "$old/include/linux"

# --- Makefile that today's make rejects ---------------------------------------
make_fake_tree "$scratch/mid" 2 6 20
printf 'config %%config: FORCE\n\ttrue\n/ %%/: FORCE\n\ttrue\nFORCE:\n' >>"$scratch/mid/Makefile"
sed -i 's/^defconfig:/%defconfig:/' "$scratch/mid/Makefile"
mkdir -p "$scratch/mid/include/asm-i386"
echo '#define __PAGE_OFFSET CONFIG_PAGE_OFFSET' >"$scratch/mid/include/asm-i386/page.h"
tree=$scratch/mid out=$scratch/midout
mkdir -p "$out"
: >"$out/.config"
run vmlinux
ok $? "the two-rule Makefile is served corrected"
check "2.6.20: 2 GB though its option means less" has "$out/.afterburn/tree/include/asm-i386/page.h" 0x80000000

# --- explain -----------------------------------------------------------------
afterburn make --explain >"$scratch/explain"
ok $? "--explain"
for id in page-offset fixmap-top make-config-rule perl-defined-array asmregparm no-pie gnu89 mutex-slowpath \
	present-as-gcc-4.4 memory-split records-flat records-section plugin pass; do
	check "--explain: $id" grep -q "^  $id: " "$scratch/explain"
done
check "--explain: a reason behind each" awk '/^  [a-z0-9.-]+: / { if (getline != 1 || !/^      [^ ]/) exit 1 }' "$scratch/explain"
afterburn make --explain -C "$old" >"$scratch/explain"
check "--explain -C: what applies" grep -q '^  page-offset: ' "$scratch/explain"
check "--explain -C: not what does not" hasnt "$scratch/explain" asmregparm
finish
