/* SPDX-License-Identifier: GPL-3.0-or-later */
/* At least one example of each row of the instruction table, most with several operands. */
	.text
every_row:
	cli
	rep insb
	rep outsl
	insl
	lcall $0x10,$0x1234
	lcall *(%eax)
	ljmp *(%eax)
	ljmp $8,$4
	lret
	lret $4
	lretw
	iret
	iretw
	pushf
	pushfw
	popf
	popfw
	push %ds
	pushw %ds
	pop %fs
	popw %es
	mov %ds,%eax
	mov %ds,%ax
	mov %ds,(%eax)
	mov %eax,%ds
	mov (%eax),%fs
	mov %gs:4,%fs
	in $0x80,%al
	in %dx,%eax
	inw %dx,%ax
	out %al,$0x80
	out %eax,%dx
	sldt %ax
	sldt %eax
	sldt (%eax)
	str %eax
	smsw %eax
	smsw (%eax)
	lmsw %ax
	lmsw (%eax)
	verr %ax
	verw (%eax)
	lar %ax,%eax
	lsl (%eax),%ecx
	lsl %cx,%cx
	arpl %ax,(%ecx)
	sgdt (%eax)
	sidt (%eax)
	lidt (%eax)
	lgdtw (%eax)
	invlpg (%eax)
	invpcid (%eax),%ecx
	monitor
	mwait
	xsetbv
	xgetbv
	clac
	stac
	fnsave (%eax)
	frstor (%eax)
	fninit
	fxsave (%eax)
	fxrstor (%eax)
	xsave (%eax)
	xsaveopt (%eax)
	xsavec (%eax)
	xsaves (%eax)
	xrstor (%eax)
	xrstors (%eax)
	sysenter
	sysexit
	syscall
	sysret
	rsm
	lds (%eax),%ecx
	les (%eax),%ecx
	lfs (%eax),%ecx
	lgs (%eax),%ecx
	lss (%eax),%esp
	lssw (%eax),%sp
	int $0x80
	int3
	into
	mov %eax,%dr7
	mov %dr6,%ecx
	mov %eax,%cr4
	clts
	lldt %ax
	ltr %ax
	ltr (%eax)
	cpuid
	rdmsr
	rdpmc
	rdtscp
	sti
	hlt
	mov	%cr0, %eax
	rdpru
	int1
	wrmsr
	rdtsc
	invd
	wbinvd
	wbnoinvd
	rdpid	%eax
	vmcall
	vmlaunch
	vmread	%eax, %ecx
	vmrun
	getsec
	fnsave	4(%eax)
	sysexit
	verr	%cx
