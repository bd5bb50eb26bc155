/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /dev/runway-kick, between runway-kick.ko, runway-bench and the guest program that is kicked.
 *
 * The guest (its page is struct runway_kick_page) publishes a phase, exits once, then counts
 * progress until `go` equals the phase. One round of the module lets it go on, waits for the next
 * phase, waits `delay_turns` more and kicks. Sweeping delay_turns puts the kick everywhere in the
 * target's exit→entry cycle. What must hold:
 *
 *	RUNWAY_KICK_SPIN     a kick without a request makes a vCPU that is in the guest leave it
 *	RUNWAY_KICK_REQUEST  a request followed by a kick, whenever it comes, is seen
 *
 * Both are judged by the guest's own progress, not by time: the kick is lost when the guest turned
 * more than `bound_turns` times without an exit (or with the request still pending) after the kick
 * returned. Threads of an emulator that do not get to run cannot make that happen.
 */
#ifndef RUNWAY_KICK_H
#define RUNWAY_KICK_H

/* Offsets in the page, apart from each other by a cache line. */
#define RUNWAY_KICK_PHASE 0x00
#define RUNWAY_KICK_GO 0x40
#define RUNWAY_KICK_PROGRESS 0x80

#ifndef __ASSEMBLER__

#include <linux/ioctl.h>
#include <linux/types.h>

#define RUNWAY_KICK_ROUNDS_MAX 1024
#define RUNWAY_KICK_DELAY_TURNS_MAX (1u << 24)
#define RUNWAY_KICK_BOUND_TURNS_MAX (1u << 28)
#define RUNWAY_KICK_LIMIT_MS_MAX 10000

struct runway_kick_page {
	__u64 phase;
	__u64 pad0[7];
	__u64 go;
	__u64 pad1[7];
	__u64 progress;
};

enum runway_kick_mode {
	RUNWAY_KICK_SPIN,
	RUNWAY_KICK_REQUEST,
};

struct runway_kick_attach {
	__s32 vcpu_fd;
	__u32 reserved; /* 0 */
	__u64 vcpu;	/* out: address of its struct kvm_vcpu */
};

struct runway_kick_round {
	__u64 page;	   /* address of the struct runway_kick_page in the caller, page aligned */
	__u32 mode;	   /* enum runway_kick_mode */
	__u32 delay_turns; /* of a loop, from the new phase to the kick */
	__u32 rounds;
	__u32 bound_turns; /* of the guest */
	__u32 limit_ms;	   /* for one round; past it the ioctl ends with ETIMEDOUT */
	__u32 reserved;	   /* 0 */

	/* out, on ETIMEDOUT too: of the rounds that came to a conclusion */
	__u32 kicks;
	__u32 needed;  /* the target was in the guest just before the kick */
	__u32 arrived; /* it left the guest, or saw the request */
	__u32 lost;
	__u32 turns_max; /* at most so many turns from a kick to its effect */
};

/* Holds the vCPU's file until the device file is closed or another one is attached. */
#define RUNWAY_KICK_ATTACH _IOWR(0xb7, 0x01, struct runway_kick_attach)
/* On the CPU that the caller is pinned to, which must not be the target's. */
#define RUNWAY_KICK_ROUND _IOWR(0xb7, 0x02, struct runway_kick_round)

#endif
#endif
