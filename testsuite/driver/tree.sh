#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tree.sh TREE [FOLDER [CONFIG]]: the whole matrix for one Linux tree, by hand:
# build it plain and afterburned, prove the tree unchanged, audit, boot both,
# and compare what the smoke suite says on them.  Prints TAP.
#
# CONFIG is a sample's name (small) or the tree's own (defconfig, i386_defconfig).
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:-.}/testsuite/driver/lib.sh"

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
	afterburn make --verify-tree -C "$tree" O="$folder/$1" -j2 ${2:+"$2"} $choice >"$folder/$1.log" 2>&1
}

build plain --plain
ok $? "builds plain"
build full
ok $? "builds afterburned"
tail -n 2 "$folder/full.log" | sed 's/^/# /'
afterburn audit "$folder/full/vmlinux" >"$folder/audit.log" 2>&1
ok $? "audits clean"
tail -n 1 "$folder/audit.log" | sed 's/^/# /'
plain_text=$(size -A "$folder/plain/vmlinux" | awk '$1 == ".text" { print $2 }')
full_text=$(size -A "$folder/full/vmlinux" | awk '$1 == ".text" { print $2 }')
echo "# text: plain $plain_text, afterburned $full_text bytes"
for kernel in plain full; do
	afterburn run --hypervisor=bare --timeout=120 --quiet "$folder/$kernel/vmlinux" -- \
		/bin/sh -c 'echo shell works' >"$folder/$kernel.boot" 2>&1
	check "$kernel: reaches a shell" has "$folder/$kernel.boot" "shell works"
	afterburn run --hypervisor=bare --timeout=300 --quiet "$folder/$kernel/vmlinux" -- /bin/smoke \
		>"$folder/$kernel.smoke" 2>&1
	ok $? "$kernel: smoke suite"
	grep -E '^(not )?ok' "$folder/$kernel.smoke" >"$folder/$kernel.results"
done
check "smoke suite says the same on both" cmp "$folder/plain.results" "$folder/full.results"
finish
