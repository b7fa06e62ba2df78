#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every file of the repository is in a release: one that is forgotten is missed
# only by those who build from the tarball.
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:?}/testsuite/driver/lib.sh"

# What is for those who work on the repository.
cat >"$scratch/not-released" <<'END'
.gitattributes
.gitignore
END

top=$(cd "$top_srcdir" && pwd)
if git -C "$top" rev-parse --is-inside-work-tree >/dev/null 2>&1 &&
	[ "$(git -C "$top" rev-parse --show-toplevel)" = "$top" ]; then
	git -C "$top" ls-files
else
	: # this is a release: nothing can have been forgotten in what was unpacked
fi | sort | grep -vxF -f "$scratch/not-released" >"$scratch/repository"
make -s -C "${top_builddir:?}" distfiles 2>/dev/null | sort -u >"$scratch/release"
check "make tells what a release holds" test -s "$scratch/release"
while read -r file; do
	[ -f "$top/$file" ] && grep -qxF -e "$file" "$scratch/release" || echo "$file"
done <"$scratch/repository" >"$scratch/forgotten"
check "nothing is forgotten" diff /dev/null "$scratch/forgotten"

# Licences: every file says its own, and what is compiled or mapped into a guest
# or runs on the target may go anywhere.
while read -r file; do
	case $file in
	*README | LICENSES/* | doc/results-* | hypervisor-backends/l4/results/* | .gitignore) continue ;;
	esac
	[ ! -f "$top/$file" ] || head -n 5 "$top/$file" | grep -q 'SPDX-License-Identifier: \(GPL-3.0-or-later\|BSD-2-Clause\)' ||
		echo "$file"
done <"$scratch/repository" >"$scratch/silent"
check "every file says its licence" diff /dev/null "$scratch/silent"
grep -E '^(include/afterburn|afterburner/overlay|runtime-wedge|linker/core|samples/(hello|mini|kernel|runtime)|hypervisor-backends/(bare/(loader|ring0)|l4/(kernel|lib|include|sigma0|resourcemon|boot|apps)|l4-baseline|l4-extended))/.*\.([chS]|lds|def)$|insn-ia32\.def$' \
	"$scratch/repository" | while read -r file; do
	head -n 5 "$top/$file" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' || echo "$file"
done >"$scratch/not-bsd"
check "what runs on the target is BSD-2-Clause" diff /dev/null "$scratch/not-bsd"
finish
