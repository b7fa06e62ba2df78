#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn run: what it refuses, in one line each.  No machine is started.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
plan 41

try 2 && one_line 'no kernel'; check 'no kernel: usage'
try 2 --frobnicate vmlinux && one_line '--frobnicate'; check 'an unknown option: usage'
try 2 --memory=lots vmlinux && one_line 'lots'; check 'memory that is no size: usage'
try 2 --memory=1M vmlinux && one_line '1M'; check 'too little memory: usage'
try 2 --timeout=soon vmlinux && one_line 'soon'; check 'a time that is none: usage'
try 2 --timeout=-3 vmlinux && one_line '-3'; check 'a negative time: usage'
try 2 --hypervisor=vax vmlinux && one_line 'vax'; check 'an unknown hypervisor: usage'
try 2 --hypervisor=l4x --layout=sideways vmlinux && one_line 'split or colocated'; check 'an unknown layout: usage'
try 2 --hypervisor=l4 --layout=split vmlinux && one_line 'use --hypervisor=l4x'; check 'a layout of what has none: usage'
try 2 --hypervisor=l4x --layout=colocated --without=bulk,everything vmlinux && one_line 'bulk,everything: not known'
check 'leaving out something unknown: usage'
try 2 --hypervisor=l4x --layout=colocated --without= vmlinux && one_line '--without=: not known'; check 'leaving out nothing: usage'
try 2 --hypervisor=l4x --without=bulk vmlinux && one_line 'l4x-split has nothing to do without'
check 'leaving out what a layout does not have: usage'
try 2 --emulator=simh vmlinux && one_line 'simh'; check 'an unknown emulator: usage'
try 2 --icount --emulator=bochs vmlinux && one_line '--icount'; check 'bochs cannot count: usage'
try 2 vmlinux ls && one_line 'ls'; check 'a command without --: usage'
try 2 --initrd && one_line '--initrd'; check 'an option without its value: usage'
try 0 --help && grep -q '^Usage: afterburn run' "$tmp/out"; check '--help'

try 1 "$tmp/none" && one_line "$tmp/none: cannot be read"; check 'the kernel is missing'
try 1 "$tmp" && one_line 'not a file'; check 'the kernel is a folder'
: >"$tmp/empty"
try 1 "$tmp/empty" && one_line 'not a file with content'; check 'the kernel is empty'
echo 'int main(void) { return 0; }' >"$tmp/text.c"
try 1 "$tmp/text.c" && one_line 'not a kernel'; check 'the kernel is text'
try 1 /bin/true && one_line 'not for IA-32'; check 'the kernel is a 64-bit program'
head -c 3000 "$top_builddir/share/afterburner/guest/smoke" >"$tmp/cut"
try 1 "$tmp/cut" && one_line 'truncated'; check 'the kernel is truncated'
cp "$top_builddir/share/afterburner/guest/smoke" "$tmp/elf"
try 1 --initrd="$tmp/none" "$tmp/elf" && one_line "$tmp/none"; check 'the root file system is missing'
try 1 --initrd="$tmp/text.c" "$tmp/elf" -- /bin/sh && one_line 'not an initramfs'
check 'a root file system that cannot carry the command'
l4=$top_builddir/lib/afterburner/l4
try 2 --l4-kernel="$l4/kernel-baseline" "$tmp/elf" && one_line 'bare is no L4: use --hypervisor=l4'
check 'an L4 kernel for the bare machine: usage'
try 2 --l4-memory=8M "$tmp/elf" && one_line 'bare is no L4: use --hypervisor=l4'
check 'memory of L4 for the bare machine: usage'
try 2 --hypervisor=l4 --l4-memory=65M "$tmp/elf" && one_line 'give 1M to 64M'
check 'more of it than a machine can have: usage'
try 2 --hypervisor=l4 --ports=510-lots "$tmp/elf" && one_line 'ports=510-lots: not ports: give LOW-HIGH'
check 'ports that are no numbers: usage'
try 2 --hypervisor=l4 --vm=A,ports=10000 "$tmp/elf" && one_line 'ports=10000: not ports'
check 'ports that no machine has: usage'
try 2 --hypervisor=l4x --vm=A,ports=3f0-3ff "$tmp/elf" && one_line 'ports=3f0-3ff: 3f8 is kept from guests: it is the console'
check 'ports somebody else uses: usage'
try 2 --hypervisor=l4 --vm=A,ports=510-51b --vm=B,ports=300:51b "$tmp/elf" && one_line 'port 51b has been given to A'
check 'a port for two guests: usage'
try 2 --hypervisor=l4 --vm=A --vm=A,memory=32M "$tmp/elf" && one_line '--vm=A,memory=32M: there is one of that name'
check 'two guests of one name: usage'
try 2 --hypervisor=l4 --vm="A
vm B" "$tmp/elf" && grep -q 'give a name of up to 31 characters' "$tmp/err"
check 'a name of two lines: usage'
try 2 --ports=510-511 "$tmp/elf" && one_line 'bare has them all: use --hypervisor=l4'
check 'ports for a guest on the bare machine: usage'
try 1 --hypervisor=l4 --l4-kernel="$tmp/none" "$tmp/elf" && one_line "$tmp/none: cannot be read"
check 'the L4 kernel is missing'
try 1 --hypervisor=l4 --l4-kernel="$tmp/text.c" "$tmp/elf" && one_line "$tmp/text.c: not an ELF file"
check 'the L4 kernel is text'
try 1 --hypervisor=l4 --l4-kernel="$tmp/elf" "$tmp/elf" && one_line 'not an L4 kernel, it has no kernel interface page'
check 'the L4 kernel is another program'
head -c 9000 "$l4/kernel-baseline" >"$tmp/cut"
try 1 --hypervisor=l4 --l4-kernel="$tmp/cut" "$tmp/elf" && one_line 'truncated'
check 'the L4 kernel is truncated'
try 1 --hypervisor=l4 --l4-loader="$l4/sigma0" "$tmp/elf" && one_line 'no multiboot header'
check 'the loader of L4 kernels is none'
PATH=$tmp:/nowhere
try 1 --initrd="$mini" "$tmp/elf" -- /bin/sh
status=$?
PATH=/usr/sbin:/usr/bin:/sbin:/bin
[ $status = 0 ] && one_line 'install the Debian package qemu-system-x86'
check 'the emulator is missing'
exit "$failed"
