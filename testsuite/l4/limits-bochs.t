#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Thread limits hold where the processor checks them: bochs, from a GRUB CD.
# shellcheck source=testsuite/l4/lib.sh
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader kernel-extended sigma0 l4-limits
for tool in bochs grub-mkrescue script; do
	command -v $tool >/dev/null || skip_all "$tool is not installed"
done
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/iso/boot/grub"
for file in loader kernel-extended sigma0 l4-limits; do
	cp "$l4/$file" "$dir/iso/boot/"
done
cat >"$dir/iso/boot/grub/grub.cfg" <<-'END'
	set timeout=0
	menuentry l4 {
		multiboot /boot/loader
		module /boot/kernel-extended
		module /boot/sigma0
		module /boot/l4-limits
	}
END
grub-mkrescue -o "$dir/l4.iso" "$dir/iso" >"$dir/grub" 2>&1 || skip_all 'grub-mkrescue made no image'
cat >"$dir/bochsrc" <<-END
	plugin_ctrl: unmapped=1, biosdev=1, speaker=0, extfpuirq=0, parallel=0
	display_library: term
	megs: 64
	cpu: model=p4_willamette, count=1, ips=50000000, reset_on_triple_fault=0
	romimage: file=/usr/share/bochs/BIOS-bochs-latest
	vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
	clock: sync=none, time0=1577836800
	boot: cdrom
	ata0-master: type=cdrom, path="$dir/l4.iso", status=inserted
	com1: enabled=1, mode=file, dev=$dir/console
	log: $dir/log
	panic: action=fatal
END
# Debian's bochs starts in its debugger; its display wants a terminal.
echo c >"$dir/start"
TERM=vt100 timeout 120 script -qec "bochs -q -f $dir/bochsrc -rc $dir/start" /dev/null \
	</dev/null >"$dir/screen" 2>&1
tr -d '\r' <"$dir/console" | awk '
	/^(not )?ok / { seen++; skipped += /# SKIP/; print; next }
	/^1\.\./ { sub(/^1\.\./, ""); plan = $0 + 0 }
	END {
		good = plan > 0 && seen == plan && skipped == 0
		printf "%sok %d - nothing was skipped and the plan is whole\n", good ? "" : "not ", seen + 1
		print "1.." seen + 1
	}'
