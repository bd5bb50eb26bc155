/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all guest programs share: the start of a vCPU and the handlers of all 256 vectors. */
#include "workloads/guest.h"

	.section guest_image, "a"
	.code64
	.balign 4096

/*
 * One stub for each vector, GUEST_STUB_BYTES apart. All leave {vector, error code, rip, …} on the
 * stack; where the processor pushes no error code the stub pushes 0.
 */
	.globl guest_stubs
guest_stubs:
	.set vector, 0
	.rept 256
	.balign GUEST_STUB_BYTES
	.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || \
	      vector == 29 || vector == 30)
	push $0
	.endif
	.if vector == 0xff
	jmp guest_spurious
	.elseif vector >= GUEST_VECTOR && vector < GUEST_VECTOR + GUEST_VCPUS_MAX
	push $vector
	jmp guest_ipi
	.else
	push $vector
	jmp guest_fault
	.endif
	.set vector, vector + 1
	.endr
	.balign GUEST_STUB_BYTES

/* Registers as in guest.h, and rbx: the program. */
	.globl guest_start
guest_start:
	/*
	 * Touch what an event delivery will read, so that no nested page fault happens in the
	 * middle of one, nor in the part that is measured.
	 */
	lock orq $0, GUEST_IDT
	lock orq $0, GUEST_GDT
	lock orq $0, GUEST_SHARED
	lock orq $0, GUEST_KICK_PAGE
	lock orq $0, GUEST_RACE
	push %rax
	pop %rax
	mov $GUEST_IMAGE, %eax
1:	mov (%rax), %cl
	add $4096, %rax
	cmp %r8, %rax
	jb 1b
	mov $GUEST_LATENCY, %eax
2:	lock orq $0, (%rax)
	add $4096, %rax
	cmp $(GUEST_LATENCY + 8 * GUEST_LATENCY_MAX), %rax
	jb 2b

	xor %edx, %edx
	mov $0x80f, %ecx		/* SVR: enable, spurious vector 0xff */
	mov $0x1ff, %eax
	wrmsr
	mov $0x808, %ecx		/* TPR */
	xor %eax, %eax
	wrmsr
	mov $0x832, %ecx		/* LVT timer: TSC-deadline mode, a vector that must never come */
	mov $0x400ee, %eax
	wrmsr

	out %al, $GUEST_PORT_READY
	/*
	 * Before waiting: Bochs 2.7 holds the host's interrupts back, against the manual, from a
	 * guest that was entered with interrupts off, and a host that waits for this CPU to take
	 * one waits for ever.
	 */
	sti
	lock incq GUEST_SHARED + SHARED_BARRIER
2:	cmp %r14, GUEST_SHARED + SHARED_BARRIER
	jb 2b
	call *%rbx
	cli
	out %al, $GUEST_PORT_DONE
3:	hlt
	jmp 3b

/*
 * An IPI: count it by its sender, then end of interrupt. QEMU's TCG may deliver an injected
 * interrupt twice, the second time inside its own handler, where interrupts are off. No processor
 * does that, so what interrupted code with IF clear is that artefact and not an IPI.
 *
 * And QEMU's VMRUN forgets that STI holds interrupts back for one instruction: one that came between
 * STI and HLT is delivered before the HLT, which then sleeps on. So an interrupt that interrupted a
 * HLT also ends it, as the next instruction's interrupt would have. So does one that interrupted the way
 * to the race lane's HLT.
 */
guest_ipi:
	testl $0x200, 32(%rsp)		/* IF of the interrupted code */
	jz 1f
	push %rax
	push %rcx
	push %rdx
	cmpq $0, GUEST_SHARED + SHARED_STAMP
	je 2f
	rdtsc
	shl $32, %rdx
	or %rdx, %rax
	sub GUEST_SHARED + SHARED_STAMP, %rax
	mov GUEST_SHARED + SHARED_LATENCIES, %rcx
	cmp $GUEST_LATENCY_MAX, %rcx
	jae 2f
	mov %rax, GUEST_LATENCY(, %rcx, 8)
	incq GUEST_SHARED + SHARED_LATENCIES
2:	mov 24(%rsp), %rax
	incq VCPU_RECEIVED - 8 * GUEST_VECTOR(%rbp, %rax, 8)
	mov $0x80b, %ecx
	xor %eax, %eax
	xor %edx, %edx
	wrmsr
	mov 40(%rsp), %rax		/* RIP of the interrupted code */
	cmpb $0xf4, (%rax)		/* HLT */
	jne 3f
	incq 40(%rsp)
	jmp 4f
3:	lea guest_race_hlt_from(%rip), %rcx
	cmp %rcx, %rax
	jb 4f
	lea guest_race_hlt_to(%rip), %rcx
	cmp %rcx, %rax
	jae 4f
	mov %rcx, 40(%rsp)
4:	pop %rdx
	pop %rcx
	pop %rax
1:	add $16, %rsp
	iretq

/*
 * A spurious interrupt is not in service and has no end of interrupt. Bochs 3.0 makes a notification
 * that finds nothing posted an interrupt of this vector, which is: unended it would keep all others out.
 */
guest_spurious:
	push %rax
	push %rcx
	push %rdx
	mov $0x817, %ecx		/* ISR, vectors 224 to 255 */
	rdmsr
	test %eax, %eax
	jns 1f
	mov $0x80b, %ecx
	xor %eax, %eax
	xor %edx, %edx
	wrmsr
1:	pop %rdx
	pop %rcx
	pop %rax
	add $8, %rsp
	iretq

/* Nothing should come here: leave a record and ask the VMM to stop. */
guest_fault:
	pop GUEST_SHARED + SHARED_FAULT
	pop GUEST_SHARED + SHARED_FAULT + 8
	pop GUEST_SHARED + SHARED_FAULT + 16
	mov %r12, GUEST_SHARED + SHARED_FAULT + 24
	out %al, $GUEST_PORT_FAULT
1:	hlt
	jmp 1b

	.section .note.GNU-stack, "", @progbits
