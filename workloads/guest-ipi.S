/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that send IPIs. Each IPI waits until the one before it arrived, so that none coalesce
 * and sent × destinations = received holds; the gap between two is drawn anew each time, so that
 * they fall everywhere in the receiver's exit→entry cycle.
 *
 * No PAUSE: pause-loop exits would be counted as if IPIs made them.
 */
#include "workloads/guest.h"

	.section guest_image, "a"
	.code64

#define DONE	 (GUEST_SHARED + SHARED_DONE)
#define FINISHED (GUEST_SHARED + SHARED_FINISHED)
#define STAMP	 (GUEST_SHARED + SHARED_STAMP)
#define STOP	 (GUEST_SHARED + SHARED_STOP)
#define VCPU0	 (GUEST_SHARED + SHARED_VCPU)
#define VCPU1	 (VCPU0 + SHARED_VCPU_BYTES)

/* Before each IPI: waits 1 … r9 + 1 turns; makes it the last one (r15 = 1) when the VMM says so. */
gap:
	cmpq $0, STOP
	je 1f
	mov $1, %r15d
1:
	imul $1664525, %r10d, %r10d
	add $1013904223, %r10d
	mov %r10d, %eax
	shr $16, %eax
	and %r9d, %eax
	inc %eax
2:	dec %eax
	jnz 2b
	ret

/* vCPU 0 of the programs with one receiver. DONE comes before the last IPI, which wakes a halted one. */
send_to_1:
	call gap
	cmp $1, %r15
	jne 1f
	movq $1, DONE
1:	incq VCPU_SENT(%rbp)
	rdtsc
	shl $32, %rdx
	or %rdx, %rax
	mov %rax, STAMP
	mov $0x830, %ecx
	mov $GUEST_VECTOR, %eax
	mov $1, %edx
	wrmsr
2:	mov VCPU_SENT(%rbp), %rax
	cmp %rax, VCPU1 + VCPU_RECEIVED
	jne 2b
	dec %r15
	jnz send_to_1
	ret

/* A receiver that saw DONE takes what is still on its way. */
drain:
	sti
1:	mov VCPU0 + VCPU_SENT, %rax
	cmp %rax, VCPU_RECEIVED(%rbp)
	jne 1b
	ret

	.balign 16
	.globl guest_ipi_spin
guest_ipi_spin:
	test %r12, %r12
	jz send_to_1
1:	cmpq $0, DONE
	je 1b
	jmp drain

	.balign 16
	.globl guest_ipi_storm
guest_ipi_storm:
	test %r12, %r12
	jz send_to_1
1:	xor %eax, %eax
	xor %ecx, %ecx
	cpuid
	cmpq $0, DONE
	je 1b
	jmp drain

	.balign 16
	.globl guest_ipi_halt
guest_ipi_halt:
	test %r12, %r12
	jz send_to_1
1:	cli
	cmpq $0, DONE
	jne drain
	sti
	hlt
	jmp 1b

	.balign 16
	.globl guest_ipi_self
guest_ipi_self:
	call gap
	incq VCPU_SENT(%rbp)
	mov $0x83f, %ecx
	lea GUEST_VECTOR(%r12), %eax
	xor %edx, %edx
	wrmsr
1:	mov VCPU_SENT(%rbp), %rax
	cmp %rax, VCPU_RECEIVED(%rbp, %r12, 8)
	jne 1b
	dec %r15
	jnz guest_ipi_self
	ret

/* vCPU 0 sends to all others by one write of the ICR; they spin. */
	.balign 16
	.globl guest_ipi_broadcast
guest_ipi_broadcast:
	test %r12, %r12
	jz 2f
1:	cmpq $0, DONE
	je 1b
	jmp drain
2:	call gap
	cmp $1, %r15
	jne 3f
	movq $1, DONE
3:	incq VCPU_SENT(%rbp)
	mov $0x830, %ecx
	mov $(0xc0000 | GUEST_VECTOR), %eax
	xor %edx, %edx
	wrmsr
	mov $VCPU1 + VCPU_RECEIVED, %edi
	mov $1, %esi
4:	mov VCPU_SENT(%rbp), %rax
	cmp %rax, (%rdi)
	jne 4b
	add $SHARED_VCPU_BYTES, %edi
	inc %esi
	cmp %r14, %rsi
	jb 4b
	dec %r15
	jnz 2b
	ret

/* Every vCPU sends to every other in turn; r13 counts its rounds, which is what each receiver saw. */
	.balign 16
	.globl guest_ipi_all_to_all
guest_ipi_all_to_all:
	xor %r13d, %r13d
1:	inc %r13
	xor %esi, %esi
	lea VCPU0 + VCPU_RECEIVED(, %r12, 8), %rdi
2:	cmp %r12, %rsi
	je 4f
	call gap
	incq VCPU_SENT(%rbp)
	mov $0x830, %ecx
	lea GUEST_VECTOR(%r12), %eax
	mov %esi, %edx
	wrmsr
3:	cmp %r13, (%rdi)
	jne 3b
4:	add $SHARED_VCPU_BYTES, %rdi
	inc %rsi
	cmp %r14, %rsi
	jb 2b
	dec %r15
	jnz 1b
	lock incq FINISHED
5:	cmp %r14, FINISHED
	jb 5b
	ret

	.section .note.GNU-stack, "", @progbits
