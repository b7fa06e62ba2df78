#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tree.sh TREE [FOLDER [CONFIG]]: the whole matrix for one Linux tree, by hand:
# build it plain and afterburned, prove the tree unchanged, audit image and
# modules, boot both, and compare every line the smoke suite prints on them.
# Prints TAP and what doc/results-toolchain records.
#
# CONFIG is a sample's name (small) or the tree's own (defconfig, i386_defconfig).
# AFTERBURN_CC chooses the compiler (gcc-12, gcc-11), AFTERBURN_CPU the machine's
# processor; top_srcdir and top_builddir say where Afterburn is, and its bin is
# in PATH, as in the suite.
compiler=${AFTERBURN_CC:-gcc-12}
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:?}/testsuite/driver/lib.sh"
# shellcheck source=testsuite/smoke/root.sh
. "$top_srcdir/testsuite/smoke/root.sh"

if [ $# -lt 1 ]; then
	echo "usage: tree.sh TREE [FOLDER [CONFIG]]" >&2
	exit 2
fi
tree=$1
folder=${2:-$scratch}
config=${3:-small}
case $config in
*defconfig) choice="--config=console $config bzImage" ;;
*) choice="--config=$config bzImage modules" ;;
esac
mkdir -p "$folder"

# build FOLDER [OPTION]
build() {
	# shellcheck disable=SC2086 # the choice is words
	afterburn make --verify-tree --afterburn-cc="$compiler" -C "$tree" O="$folder/$1" -j2 \
		${2:+"$2"} $choice >"$folder/$1.log" 2>&1
}

# boot KERNEL WORD...: run the words in the guest, with the root file system for it.
boot() {
	kernel=$1
	shift
	afterburn run --hypervisor=bare --cpu="${AFTERBURN_CPU:-pentium3}" --timeout=300 --quiet \
		--initrd="$folder/$kernel.root" "$folder/$kernel/vmlinux" -- "$@" </dev/null
}

echo "# $tree, $config, $("$compiler" -dumpfullversion)"
build plain --plain
ok $? "builds plain"
build full
ok $? "builds afterburned"
tail -n 2 "$folder/full.log" | sed 's/^/# /'
afterburn audit "$folder/full/vmlinux" >"$folder/audit.log" 2>&1
ok $? "audits clean"
tail -n 2 "$folder/audit.log" | sed 's/^/# /'
find "$folder/full" -name '*.ko' | sort >"$folder/modules"
while read -r module; do
	check "$(basename "$module"): audits clean" afterburn audit "$module"
done <"$folder/modules"
plain_text=$(size -A "$folder/plain/vmlinux" | awk '$1 == ".text" { print $2 }')
full_text=$(size -A "$folder/full/vmlinux" | awk '$1 == ".text" { print $2 }')
echo "# .text: plain $plain_text, afterburned $full_text bytes"
for kernel in plain full; do
	root_for "$folder/$kernel/vmlinux" "$folder/$kernel.root"
	boot "$kernel" /bin/smoke >"$folder/$kernel.smoke" 2>"$folder/$kernel.status"
	ok $? "$kernel: smoke suite"
	check "$kernel: ran to its end" all_told "$folder/$kernel.smoke"
	echo "# $kernel: $(grep -c '^ok' "$folder/$kernel.smoke") ok, $(grep -c '# SKIP' "$folder/$kernel.smoke") of them skipped"
done
check "the smoke suite prints the same on both, byte for byte" cmp "$folder/plain.smoke" "$folder/full.smoke"
finish
