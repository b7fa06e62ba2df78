# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# What the L4 tests share.  Sourced by *.t, which print TAP.

l4=${top_builddir:?}/lib/afterburner/l4
afterburn_l4=$top_builddir/libexec/afterburner/afterburn-l4
# Seconds after which a machine is taken to hang: on an idle host none takes a tenth of them.
hang=900

# The whole test is skipped when something it stands on is missing.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# l4_need FILE ...: files below lib/afterburner/l4 that must be there.
l4_need() {
	command -v qemu-system-i386 >/dev/null 2>&1 || skip_all "qemu-system-i386 is not installed"
	for need; do
		[ -x "$l4/$need" ] || skip_all "$need is not built"
	done
}

# l4_ktap VARIANT PROGRAM [OPTION ...]: run a program that prints KTAP and
# hand its lines on as TAP.  A run that ends early has no plan, so the harness
# sees the failure; one more line states how the machine ended.
l4_ktap() {
	variant=$1 program=$2
	shift 2
	dir=$(mktemp -d) || exit 1
	trap 'rm -rf "$dir"' EXIT
	status=0
	"$afterburn_l4" run "--$variant" --timeout="$hang" "$@" "$program" \
		</dev/null >"$dir/console" 2>"$dir/messages" || status=$?
	tr -d '\r' <"$dir/console" | awk -v status="$status" '
		/^(not )?ok / { seen++; print; next }
		/^1\.\./ { sub(/^1\.\./, ""); plan = $0 + 0; next }
		/^#/ { print }
		END {
			good = plan > 0 && seen == plan && status == 0
			printf "%sok %d - the program ends with status 0 after its whole plan\n", \
				good ? "" : "not ", seen + 1
			print "1.." seen + 1
		}'
	[ "$status" = 0 ] || sed 's/^/# /' "$dir/messages"
}

# l4_iso FOLDER KERNEL PROGRAM: FOLDER/l4.iso, a CD that GRUB boots.
l4_iso() {
	command -v grub-mkrescue >/dev/null || skip_all "grub-mkrescue is not installed"
	mkdir -p "$1/iso/boot/grub"
	cp "$l4/loader" "$l4/$2" "$l4/sigma0" "$l4/$3" "$1/iso/boot/"
	cat >"$1/iso/boot/grub/grub.cfg" <<-END
		set timeout=0
		menuentry l4 {
			multiboot /boot/loader
			module /boot/$2
			module /boot/sigma0
			module /boot/$3
		}
	END
	grub-mkrescue -o "$1/l4.iso" "$1/iso" >"$1/grub" 2>&1 || skip_all "grub-mkrescue made no image"
}

# l4_bochs FOLDER: boot FOLDER/l4.iso under bochs; the serial line goes to FOLDER/console.
l4_bochs() {
	for tool in bochs script; do
		command -v $tool >/dev/null || skip_all "$tool is not installed"
	done
	cat >"$1/bochsrc" <<-END
		plugin_ctrl: unmapped=1, biosdev=1, speaker=0, extfpuirq=0, parallel=0
		display_library: term
		megs: 64
		cpu: model=p4_willamette, count=1, ips=50000000, reset_on_triple_fault=0
		romimage: file=/usr/share/bochs/BIOS-bochs-latest
		vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
		clock: sync=none, time0=1577836800
		boot: cdrom
		ata0-master: type=cdrom, path="$1/l4.iso", status=inserted
		com1: enabled=1, mode=file, dev=$1/console
		log: $1/log
		panic: action=fatal
	END
	# Debian's bochs starts in its debugger; its display wants a terminal.
	echo c >"$1/start"
	TERM=vt100 timeout "$hang" script -qec "bochs -q -f $1/bochsrc -rc $1/start" /dev/null \
		</dev/null >"$1/screen" 2>&1
}

# l4_limits_bochs KERNEL: what l4-limits prints under bochs, where nothing may be skipped.
l4_limits_bochs() {
	l4_need loader "$1" sigma0 l4-limits
	dir=$(mktemp -d) || exit 1
	trap 'rm -rf "$dir"' EXIT
	l4_iso "$dir" "$1" l4-limits
	l4_bochs "$dir"
	tr -d '\r' <"$dir/console" | awk '
		/^(not )?ok / { seen++; skipped += /# SKIP/; print; next }
		/^#/ { print }
		/^1\.\./ { sub(/^1\.\./, ""); plan = $0 + 0 }
		END {
			good = plan > 0 && seen == plan && skipped == 0
			printf "%sok %d - nothing was skipped and the plan is whole\n", \
				good ? "" : "not ", seen + 1
			print "1.." seen + 1
		}'
}
