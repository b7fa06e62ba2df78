# SPDX-License-Identifier: GPL-3.0-or-later
#
# Modelled cycles of each measurement in a result of qemu-plugin/counts.c.
#
#	awk -f cost.awk -v names="getpid pipe ..." -v rounds="4000 2000 ..." [-v factor=N] counts.tsv
#
# prints NAME CYCLES INSTRUCTIONS ENTRIES IRETS SYSENTERS SPACES per operation, the Nth
# name for measurement N, parts 1 and 2 together.  Instructions alone hide what traps and
# switches cost; the weights are those of a Pentium 4, on which a gate and the iret back
# took 1,480 cycles.  `factor' multiplies the two weights that are assumptions.
# Cycles so modelled are for ratios and are never called time.
BEGIN {
	FS = "\t"
	if (!factor)
		factor = 1
	weight["instructions"] = 1
	weight["entry"] = 740		# a gate, fault or interrupt: first instruction of its handler
	weight["iret_to_user"] = 740
	weight["sysenter"] = 142 * factor
	weight["sysexit"] = 141 * factor
	weight["cr3_load"] = weight["cr4_load"] = 980 * factor
	weight["segment_load"] = 13
	weight["descriptor_table"] = weight["wrmsr"] = weight["far_transfer"] = 50
	most = split(names, name, " ")
	split(rounds, round, " ")
}
$1 ~ /^[0-9]+\.[12]:/ {
	what = $1
	sub(/^[^:]*:/, "", what)
	if (sub(/^entry:/, "", what)) {
		if (what ~ /^count_(fast_)?write_segments$/)	# of L4: two descriptors each
			cycles[int($1)] += 2 * weight["descriptor_table"] * $2
		if (what ~ /^count_/)	# a function of interest, not a way in
			next
		what = "entry"
	}
	sum[int($1), what] += $2
	cycles[int($1)] += weight[what] * $2
}
END {
	for (i = 1; i <= most; i++)
		if ((i, "instructions") in sum)
			printf "%s %.1f %.1f %.3f %.3f %.3f %.3f\n", name[i], cycles[i] / round[i],
				sum[i, "instructions"] / round[i], sum[i, "entry"] / round[i],
				sum[i, "iret_to_user"] / round[i], sum[i, "sysenter"] / round[i],
				sum[i, "cr3_load"] / round[i]
}
