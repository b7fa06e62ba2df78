# SPDX-License-Identifier: GPL-3.0-or-later
#
# Which source lines of a kernel have run.
# usage: awk -f lines.awk LOG ... LINES
#   LOG    what QEMU writes with -d in_asm: the instructions of each block that is
#          about to run for the first time
#   LINES  objdump --dwarf=decodedline of the kernel
# Prints FILE<TAB>LINE<TAB>0 or 1 for every line that has code, in no order.
/^0x[0-9a-f]+:/ {
	ran[substr($1, 1, length($1) - 1)] = 1
	next
}
# File, line, address, an optional view number, x for the start of a statement.
NF >= 4 && $NF == "x" && $3 ~ /^0x/ {
	at = $1 "\t" $2
	if (!(at in lines))
		lines[at] = 0
	if ($3 in ran)
		lines[at] = 1
}
END {
	for (at in lines)
		print at "\t" lines[at]
}
