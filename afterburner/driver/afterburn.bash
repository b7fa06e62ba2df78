# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Completion of afterburn's commands, options, targets and files.  Commands and
# options are asked of the programs themselves, so that none can be forgotten.

# Options of a command, as its help tells them; one with a value ends in "=".
_afterburn_options() {
	local help=--help

	case $1 in cc | as) help=--afterburn-help ;; esac
	afterburn "$1" "$help" 2>/dev/null </dev/null | grep -oE -e '(^|[[ |,(])--[a-z][a-z0-9-]*=?' |
		sed 's/^[^-]*//' | sort -u
	[[ $1 != make ]] || echo "-C O="
}

# _afterburn_values OPTION COMMAND
_afterburn_values() {
	case $1 in
	--config) echo "small debug console" ;;
	--padding | --afterburn-padding) echo "prefix nop" ;;
	--afterburn-cc) echo "gcc-12 gcc-11" ;;
	--hypervisor)
		if [[ $2 == link ]]; then echo "l4 l4x-split l4x-colocated"; else echo "bare l4 l4x"; fi
		;;
	--layout) echo "split colocated" ;;
	--without) echo "recycling limits preemption invalidation bulk master" ;;
	--format) if [[ $2 == report ]]; then echo "text json html"; else echo "text json"; fi ;;
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
		words=$(_afterburn_values "$previous" "$command")
		current=
	elif [[ $previous == "=" && $COMP_CWORD -ge 3 ]]; then
		words=$(_afterburn_values "${COMP_WORDS[COMP_CWORD - 2]}" "$command")
	elif [[ $current == --* ]]; then
		words=$(_afterburn_options "$command")
	elif [[ $previous == -C ]]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
	elif [[ $command == make ]]; then
		words="$(_afterburn_options make) defconfig i386_defconfig oldconfig menuconfig bzImage vmlinux modules clean"
	elif [[ $command == bench ]]; then
		words=$(afterburn bench --help 2>/dev/null | sed -n "s/.*SUITE (\(.*\)).*/\1/p" | tr -d ,)
	elif [[ $command == l4 && $COMP_CWORD -eq 2 ]]; then
		words="run"
	fi
	if [[ -n ${words-} ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
		[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
	fi
	if [[ ${#COMPREPLY[@]} -eq 0 && $current != --* ]]; then
		# A folder gets a slash and no space, a blank in a name its backslash.
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
	fi
	return 0
}

complete -F _afterburn afterburn
