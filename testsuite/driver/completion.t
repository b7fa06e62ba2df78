#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Bash completion: knows every command of the dispatcher, and their options.
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:-.}/testsuite/driver/lib.sh"
# shellcheck source=afterburner/driver/afterburn.bash
. "${top_srcdir:-.}/afterburner/driver/afterburn.bash"

# complete_words WORD...: what the last word is completed to.
complete_words() {
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_afterburn 2>/dev/null
	printf '%s\n' "${COMPREPLY[@]}"
}

complete_words afterburn "" >"$scratch/commands"
for command in $(afterburn --list); do
	check "command $command" grep -qx "$command" "$scratch/commands"
done
complete_words afterburn make --pl >"$scratch/words"
check "option of make" grep -qx -e --plain "$scratch/words"
complete_words afterburn make --padding = n >"$scratch/words"
check "value of an option" grep -qx nop "$scratch/words"
complete_words afterburn run --hypervisor = l4 >"$scratch/words"
check "hypervisors to run on" grep -qx l4x "$scratch/words"
complete_words afterburn link --hypervisor = l4 >"$scratch/words"
check "hypervisors to bind for" grep -qx l4x-colocated "$scratch/words"
for command in report audit; do
	complete_words afterburn $command --format = "" >"$scratch/words"
	for word in text json html; do
		printf '%s: ' "$word"
		afterburn $command --format=$word "$(command -v afterburn)" 2>&1 | grep -c ': use text'
	done | sed -n 's/: 0$//p' >"$scratch/taken"
	check "formats of $command: those it takes" diff "$scratch/taken" "$scratch/words"
done
complete_words afterburn run --po >"$scratch/words"
check "option for ports" grep -qx -e --ports= "$scratch/words"
complete_words afterburn run --layout = "" >"$scratch/words"
check "layouts" grep -qx colocated "$scratch/words"
complete_words afterburn bench "" >"$scratch/words"
for suite in toolchain l4 baseline extended; do
	check "bench $suite" grep -qx "$suite" "$scratch/words"
done
complete_words afterburn make def >"$scratch/words"
check "target of make" grep -qx defconfig "$scratch/words"
finish
