/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The race lane's guests: a target that exits by one instruction at a moment that is agreed before,
 * and a sender that writes its ICR at another. Both wait on the TSC, which is the host's own; where
 * each instruction takes one tick their distance is exact. The words are in guest.h, the whole is
 * explained in docs/race-lane.md.
 *
 * With two vCPUs vCPU 0 is the sender and vCPU 1 the target; with one, vCPU 0 is the target.
 */
#include "workloads/guest.h"
#include "workloads/kick/runway-kick.h"

	.section guest_image, "a"
	.code64

#define PAGE(word) (GUEST_RACE + (word))

/* rax: the TSC. Clobbers rdx. */
	.macro read_tsc
	rdtsc
	shl $32, %rdx
	or %rdx, %rax
	.endm

/* As runway_wait_until(): the RDTSC at the end is executed at the tick in rcx. */
	.macro wait_until
	read_tsc
	sub %rax, %rcx
	sub $RUNWAY_WAIT_TICKS_MIN, %rcx
	jl 13f
	shr $1, %rcx
	jnc 12f
	nop
12:	dec %rcx
	jns 12b
13:	read_tsc
	.endm

/*
 * Waits for the next round, then for its moment; r15: events that came before the round. CF: it is
 * over. The caller's next instruction is the fifth after the RDTSC at the moment.
 */
race_begin:
	mov PAGE(RACE_GO), %rax
	cmp %r13, %rax
	je race_begin
	mov %rax, %r13
	cmp $RACE_OVER, %rax
	je 1f
	mov PAGE(RACE_RECEIVED), %r15
	mov PAGE(RACE_AT), %rcx
	wait_until
	mov %rax, PAGE(RACE_BEFORE)
	ret
1:	stc
	ret

/*
 * After the exit, with its end in rax: waits in the guest for the event. One that has not come by
 * UNTIL has been missed; exits then let it in. Where no event is expected it just waits.
 */
race_end:
	mov %rax, PAGE(RACE_AFTER)
1:	cmpq $0, PAGE(RACE_EXPECT)
	je 2f
	cmp %r15, VCPU_RECEIVED(%rbp)
	jne 4f
2:	read_tsc
	cmp PAGE(RACE_UNTIL), %rax
	jb 1b
	cmpq $0, PAGE(RACE_EXPECT)
	je 5f
3:	xor %eax, %eax
	xor %ecx, %ecx
	cpuid
	cmp %r15, VCPU_RECEIVED(%rbp)
	je 3b
	jmp 5f
4:	read_tsc
	mov %rax, PAGE(RACE_ARRIVED)
5:	mov %r13, PAGE(RACE_DONE)
	ret

/*
 * A target. Its body executes the exit as the seventh instruction: RACE_EXIT_TICKS after the
 * moment, counting the way out of race_begin (shl, or, mov, ret, jc).
 */
	.macro target name, begin=race_begin
	.balign 16
	.globl guest_\name
guest_\name:
	cmp $2, %r14
	jne 1f
	test %r12, %r12
	jz race_send
1:	xor %r13d, %r13d
	mov %r13, PAGE(RACE_DONE)	/* it is here */
2:	call \begin
	jc 9f
	.endm

	.macro target_end end=race_end
	read_tsc
	call \end
	jmp 2b
9:	ret
	.endm

	.macro exit_cpuid
	xor %eax, %eax
	xor %ecx, %ecx
	nop
	nop
	nop
	nop
	cpuid
	.endm

/* As exit-tsc-deadline: 2^36 ticks ahead. */
	.macro exit_tsc_deadline
	mov %rax, %rdx
	shr $32, %rdx
	add $16, %edx
	mov $0x6e0, %ecx
	nop
	nop
	wrmsr
	.endm

	target race_cpuid
	exit_cpuid
	target_end

	target race_msr
	mov $0x1b, %ecx			/* IA32_APIC_BASE */
	nop
	nop
	nop
	nop
	nop
	rdmsr
	target_end

	target race_tsc_deadline
	exit_tsc_deadline
	target_end

/*
 * An event that interrupts what is between the two labels ends the HLT before it begins (guest_ipi), as STI
 * just before HLT would have it; docs/race-lane.md says why it is not done that way.
 */
	.globl guest_race_hlt_from, guest_race_hlt_to
	target race_hlt
guest_race_hlt_from:
	cmp %r15, VCPU_RECEIVED(%rbp)
	jne guest_race_hlt_to
	nop
	nop
	nop
	nop
	hlt
guest_race_hlt_to:
	target_end

/* Leaves KVM_RUN: what follows is the first entry of a new one. */
	target race_run
	nop
	nop
	nop
	nop
	nop
	nop
	out %al, $GUEST_PORT_USER
	target_end

/*
 * A target that begins here, with interrupts on, in the round that the VMM has announced already: its
 * first instruction is the first of a new vCPU, and it is used for that round alone.
 */
	.globl guest_race_first_entry
guest_race_first_entry:
	read_tsc
	mov PAGE(RACE_GO), %r13
	mov PAGE(RACE_RECEIVED), %r15
	call race_end
	out %al, $GUEST_PORT_DONE
1:	hlt
	jmp 1b

/*
 * The dirty log's targets: a page is written long before the moment, others right after the exit; then
 * the guest is not left any more until the VMM has looked.
 */
dirty_begin:
	cmp %r13, PAGE(RACE_GO)
	je dirty_begin
	mov PAGE(RACE_WRITE), %rax
	incq (%rax)
	read_tsc
	mov %rax, PAGE(RACE_WROTE_FIRST)
	jmp race_begin

/* With the end of the exit in rax. */
dirty_end:
	mov %rax, PAGE(RACE_AFTER)
	.set page, DIRTY_AFTER
	.rept DIRTY_AFTER_COUNT
	incq GUEST_DIRTY + 4096 * page
	.set page, page + 1
	.endr
	read_tsc
	mov %rax, PAGE(RACE_WROTE)
1:	read_tsc
	cmp PAGE(RACE_UNTIL), %rax
	jb 1b
	/* An exit that KVM handles at length: nothing stays logged in the processor. */
	xor %eax, %eax
	xor %ecx, %ecx
	cpuid
	mov %r13, PAGE(RACE_DONE)
	ret

	target dirty_cpuid, dirty_begin
	exit_cpuid
	target_end dirty_end

	target dirty_tsc_deadline, dirty_begin
	exit_tsc_deadline
	target_end dirty_end

/* Asks the VMM for a moment, writes the ICR seven instructions after it, tells how long it took. */
race_send:
	out %al, $GUEST_PORT_READY
	mov PAGE(RACE_SEND_AT), %rcx
	test %rcx, %rcx
	jz 9f
	wait_until
	mov %rax, PAGE(RACE_SEND_BEGAN)
	mov $0x830, %ecx
	mov $GUEST_VECTOR, %eax
	mov $1, %edx
	wrmsr
	read_tsc
	mov %rax, PAGE(RACE_SEND_ENDED)
	jmp race_send
9:	ret

	.section .note.GNU-stack, "", @progbits
