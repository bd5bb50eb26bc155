/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that exit by one instruction, at guest_site_*, once an iteration. Other exits of an
 * iteration (end of interrupt, say) happen elsewhere, so that the address tells them apart.
 */
#include "workloads/guest.h"

	.section guest_image, "a"
	.code64

	.macro program name
	.balign 16
	.globl guest_exit_\name
guest_exit_\name:
	.endm

	.macro site name
	.globl guest_site_\name
guest_site_\name:
	.endm

program cpuid
	xor %eax, %eax
	xor %ecx, %ecx
site cpuid
	cpuid
	dec %r15
	jnz guest_exit_cpuid
	ret

/*
 * The wake-up is pending before the halt: STI takes effect after the next instruction, so HLT is
 * executed, exits, and finds its interrupt. Nothing sleeps, whatever the number of CPUs.
 */
program hlt
	cli
	incq VCPU_SENT(%rbp)
	mov $0x83f, %ecx		/* SELF_IPI */
	lea GUEST_VECTOR(%r12), %eax
	xor %edx, %edx
	wrmsr
	sti
site hlt
	hlt
	dec %r15
	jnz guest_exit_hlt
	ret

program msr
	mov $0x1b, %ecx			/* IA32_APIC_BASE: intercepted on both, handled in the kernel */
site msr
	rdmsr
	dec %r15
	jnz guest_exit_msr
	ret

program io
site io
	in $0x21, %al			/* mask of the in-kernel PIC */
	dec %r15
	jnz guest_exit_io
	ret

program io_user
site io_user
	out %al, $GUEST_PORT_USER
	dec %r15
	jnz guest_exit_io_user
	ret

/* So far ahead (2^36 cycles) that it never comes, so near that VMX can use its preemption timer. */
program tsc_deadline
	rdtsc
	add $16, %edx
	mov $0x6e0, %ecx
site tsc_deadline
	wrmsr
	dec %r15
	jnz guest_exit_tsc_deadline
	ret

/* KVM_HC_VAPIC_POLL_IRQ (1) does nothing. Each vendor's own instruction: KVM would patch the other. */
program hypercall
	test %r11, %r11
	jnz 1f
	mov $1, %eax
site hypercall_svm
	vmmcall
	dec %r15
	jnz guest_exit_hypercall
	ret
1:	mov $1, %eax
site hypercall_vmx
	vmcall
	dec %r15
	jnz 1b
	ret

/* As a Linux guest sends one: physical destination, fixed, no shorthand. */
program icr
	incq VCPU_SENT(%rbp)
	mov $0x830, %ecx
	lea GUEST_VECTOR(%r12), %eax
	mov %r12d, %edx
site icr
	wrmsr
1:	mov VCPU_SENT(%rbp), %rax
	cmp %rax, VCPU_RECEIVED(%rbp, %r12, 8)
	jne 1b
	dec %r15
	jnz guest_exit_icr
	ret

	.section .note.GNU-stack, "", @progbits
