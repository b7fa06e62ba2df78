#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The linker script gets a place for the records, in both layouts.
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:-.}/testsuite/driver/lib.sh"

cd "$scratch" || exit 1
mkdir -p arch/i386/kernel
cat >script.lds.S <<'EOF'
OUTPUT_FORMAT("elf32-i386", "elf32-i386", "elf32-i386")
ENTRY(startup_32)
SECTIONS
{
  . = 0x80000000 + 0x100000;
  _text = .;
  .text : { *(.text) }
  . = ALIGN(4096);
  __init_begin = .;
  .init.data : { *(.init.data) }
  . = ALIGN(4096);
  __init_end = .;
  .bss : { *(.bss) }
  _end = . ;
  /DISCARD/ : { *(.exitcall.exit) *(.note*) *(.comment) }
}
EOF
printf '\t.globl startup_32\nstartup_32:\tcli\n\tsti\n\tret\n\t.section .init.data,"aw"\n\t.long 7\n' >head.S
afterburn-cc -c head.S -o head.o
lds=arch/i386/kernel/vmlinux.lds

afterburn-cc -E -P -x c script.lds.S -o $lds
check "section: linked" ld -m elf_i386 --orphan-handling=warn -T $lds head.o -o vmlinux
check "section: no orphan" hasnt check.out .afterburn
objdump -h vmlinux >headers
check "section: at address 0" grep -Eq ' \.afterburn +00000020 +00000000 ' headers
check "section: takes no memory" sh -c 'readelf -SW vmlinux | grep " .afterburn " | grep -qv " A "'

afterburn-cc --afterburn-flat -E -P -x c script.lds.S -o $lds
PATH=$PATH:${top_builddir:-.}/libexec/afterburner
check "flat: linked and sealed" afterburn-ld -m elf_i386 -T $lds head.o -o vmlinux
nm vmlinux >symbols
begin=$(awk '$3 == "__init_begin" { print $1 }' symbols)
end=$(awk '$3 == "__init_end" { print $1 }' symbols)
header=$(awk '$3 == "__afterburn_header" { print $1 }' symbols)
check "flat: in the memory freed after boot" test $((0x$header)) -ge $((0x$begin)) -a $((0x$header)) -lt $((0x$end))
check "flat: that still ends on a page" test $((0x$end % 4096)) -eq 0
objcopy -O binary -S vmlinux flat
offset=$((0x$header - 0x80100000))
dd if=flat of=header bs=1 skip=$offset count=64 2>/dev/null
check "flat: magic" test "$(dd if=header bs=8 count=1 2>/dev/null)" = Afteburn
check "flat: header and two records sum to zero" test "$(od -An -v -tu4 header | awk '
	{ for (i = 1; i <= NF; i++) sum = (sum + $i) % 4294967296 } END { print sum }')" = 0
check "flat: names its own address" test "$(od -An -tx4 -j16 -N4 header | tr -d ' ')" = "$header"
check "flat: entry is physical" test "$(od -An -tx4 -j24 -N4 header | tr -d ' ')" = 00100000
check "flat: bytes of two records" test "$(od -An -td4 -j28 -N4 header | tr -d ' ')" = 32

mkdir -p arch/x86/boot/compressed
afterburn-cc -E -P -x c script.lds.S -o arch/x86/boot/compressed/vmlinux.lds
check "the decompressor's script is left alone" hasnt arch/x86/boot/compressed/vmlinux.lds .afterburn
echo 'nothing' >odd.lds.S
afterburn-cc -E -P -x c odd.lds.S -o $lds 2>err
ok $(($? != 1)) "a script of no known form: exit 1"
finish
