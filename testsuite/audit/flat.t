#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A flat image is audited by the vmlinux it was made from, and only by that one.
# shellcheck source=testsuite/audit/lib.sh disable=SC2154
. "$top_srcdir/testsuite/audit/lib.sh"
plan 8

cd "$work" || exit 1
cat >kernel.s <<'S'
	.globl _start
	.type _start, @function
_start:	cli
	sti
	hlt
1:	jmp 1b
	.data
	.ascii "data"
	.section .note.made, "a", @note
	.long 4, 4, 1
	.asciz "abc"
	.long 7
S
cat >kernel.lds <<'S'
SECTIONS
{
	. = 0x80100000;
	_text = .;
	.text : { *(.text) }
	.note.made : { *(.note.made) }
	. = ALIGN(64);
	.data : { *(.data) }
	. = ALIGN(16);
	.init.afterburn : {
		__header = .;
		LONG(0x65746641) LONG(0x6e727562) LONG(1) LONG(0)
		LONG(__header) LONG(_text) LONG(0x100000) LONG(__end - __records)
		__records = .;
		KEEP(*(.afterburn))
		__end = .;
	}
}
S
build() {
	"$top_builddir/bin/afterburn-as" --32 --records=flat -o kernel.o kernel.s &&
		"$top_builddir/libexec/afterburner/afterburn-ld" -m elf_i386 -T kernel.lds \
			--build-id=none -o vmlinux kernel.o
}
build >out 2>&1 && objcopy -O binary -R .note.made vmlinux Image
"$audit" vmlinux >out 2>&1
result $? "the vmlinux is clean"
"$audit" Image >stdout 2>out
[ $? -eq 1 ] && [ "$(wc -l <out)" -eq 1 ] && grep -q '^afterburn: Image: .*--vmlinux=FILE' out
result $? "a flat image by itself: one line says what is needed"
"$audit" --vmlinux=vmlinux Image >out 2>&1 &&
	grep -q '^Image: 0 unexplained, 0 findings: clean' out
result $? "with its vmlinux: clean, though a note was left out"

# The byte behind the code, and one between sections.
for at in 9 40; do
	cp Image changed
	printf '\372' | dd of=changed bs=1 seek=$at conv=notrunc 2>/dev/null
	"$audit" --vmlinux=vmlinux changed >stdout 2>out
	[ $? -eq 1 ] && grep -q "^afterburn: changed: differs from the vmlinux at 0x801000" out
	result $? "one other byte, at $at: refused"
done

# What the vmlinux fails by, the flat image fails by.
sed -i 's/^	hlt/	.byte 0x0f, 0x30 # wrmsr/' kernel.s
as --32 -o kernel.o kernel.s && printf '\t.section .afterburn,"a"\n' | as --32 -o none.o - &&
	"$top_builddir/libexec/afterburner/afterburn-ld" -m elf_i386 -T kernel.lds --build-id=none \
		-o vmlinux kernel.o none.o >out 2>&1
objcopy -O binary vmlinux Image
"$audit" --vmlinux=vmlinux Image >out 2>&1
[ $? -eq 1 ] && grep -q '^unexplained: .*wrmsr' out
result $? "an unexplained instruction of the vmlinux fails the flat image"
"$audit" --vmlinux=vmlinux vmlinux >stdout 2>out
[ $? -eq 2 ] && grep -q '^afterburn: audit: --vmlinux goes with a flat image' out
result $? "--vmlinux with an image that needs none: wrong usage"
"$audit" --vmlinux=missing Image >stdout 2>out
[ $? -eq 1 ] && grep -q '^afterburn: missing: cannot be read' out
result $? "--vmlinux that is not there"
