# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Completion of afterburn's commands, options, targets and files.

_afterburn_options() {
	case $1 in
	make) echo "-C O= --config= --plain --explain --verify-tree --private-copy --afterburn-cc= --padding= --ccache --help" ;;
	run) echo "--hypervisor= --initrd= --memory= --timeout= --append= --log= --quiet --cpu= --machine= --icount --emulator= --emulator-option= --iso= --dry-run --help" ;;
	report) echo "--format= --diff --help" ;;
	cc) echo "--afterburn-cc= --afterburn-linux= --afterburn-plain --afterburn-host --afterburn-flat --afterburn-padding= --afterburn-identity --afterburn-help" ;;
	as) echo "--padding= --records= --afterburn-off --real-as= --afterburn-help --afterburn-version" ;;
	*) echo "--help" ;;
	esac
}

_afterburn_values() {
	case $1 in
	--config) echo "small debug console" ;;
	--padding | --afterburn-padding) echo "prefix nop" ;;
	--afterburn-cc) echo "gcc-12 gcc-11" ;;
	--hypervisor) echo "bare l4-baseline l4-extended" ;;
	--format) echo "text json html" ;;
	--emulator) echo "qemu bochs" ;;
	--records) echo "elf flat" ;;
	esac
}

_afterburn() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
	local words

	COMPREPLY=()
	if [[ $COMP_CWORD -eq 1 ]]; then
		words="$(afterburn --list 2>/dev/null) --help --version --list"
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
		return
	fi
	# With "=" among the word breaks, "--option=value" arrives in pieces.
	if [[ $current == "=" ]]; then
		words=$(_afterburn_values "$previous")
		current=
	elif [[ $previous == "=" && $COMP_CWORD -ge 3 ]]; then
		words=$(_afterburn_values "${COMP_WORDS[COMP_CWORD - 2]}")
	elif [[ $current == --* ]]; then
		words=$(_afterburn_options "$command")
	elif [[ $previous == -C ]]; then
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
	elif [[ $command == make ]]; then
		words="$(_afterburn_options make) defconfig i386_defconfig oldconfig menuconfig bzImage vmlinux modules clean"
	fi
	if [[ -n ${words-} ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
		[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
	fi
	[[ ${#COMPREPLY[@]} -gt 0 || $current == --* ]] || mapfile -t COMPREPLY < <(compgen -f -- "$current")
	return 0
}

complete -F _afterburn afterburn
