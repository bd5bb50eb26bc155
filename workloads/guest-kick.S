/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The target of the kick gates: publishes a phase, exits once by CPUID (which KVM handles in the
 * kernel, so that the next entry belongs to the same KVM_RUN), then counts its turns until it may
 * go on. See workloads/kick/runway-kick.h for the words.
 */
#include "workloads/guest.h"
#include "workloads/kick/runway-kick.h"

	.section guest_image, "a"
	.code64
	.balign 16
	.globl guest_kick
guest_kick:
	incq GUEST_KICK_PAGE + RUNWAY_KICK_PHASE
	xor %eax, %eax
	xor %ecx, %ecx
	cpuid
1:	incq GUEST_KICK_PAGE + RUNWAY_KICK_PROGRESS
	cmpq $0, GUEST_SHARED + SHARED_DONE
	jne 2f
	mov GUEST_KICK_PAGE + RUNWAY_KICK_GO, %rax
	cmp %rax, GUEST_KICK_PAGE + RUNWAY_KICK_PHASE
	jne 1b
	jmp guest_kick
2:	ret

	.section .note.GNU-stack, "", @progbits
