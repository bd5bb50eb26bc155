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

/* What runway_wait_until() takes from its first instruction to its last, at least. */
#define RUNWAY_WAIT_TICKS_MIN 10

#ifndef __ASSEMBLER__

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * Returns at TSC `tick`, to the instruction where each instruction takes one tick (the race lane):
 * the last RDTSC reads it, and its value is returned. A later value: it was called too late, or
 * interrupted. The taken and the untaken side of JNC differ by the NOP: so odd ticks are reached
 * too.
 */
static inline __attribute__((always_inline)) __u64 runway_wait_until(__u64 tick)
{
	__u64 now;

	__asm__ volatile("rdtsc\n\t"
			 "shl $32, %%rdx\n\t"
			 "or %%rdx, %%rax\n\t"
			 "sub %%rax, %[left]\n\t"
			 "sub %[overhead], %[left]\n\t"
			 "jl 3f\n\t"
			 "shr $1, %[left]\n\t"
			 "jnc 2f\n\t"
			 "nop\n"
			 "2:\tdec %[left]\n\t"
			 "jns 2b\n"
			 "3:\trdtsc\n\t"
			 "shl $32, %%rdx\n\t"
			 "or %%rdx, %%rax"
			 : "=&a"(now), [left] "+r"(tick)
			 : [overhead] "i"(RUNWAY_WAIT_TICKS_MIN)
			 : "rdx", "cc", "memory");
	return now;
}

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

#define RUNWAY_KICK_AHEAD_TICKS_MAX 100000000

/* One kick without a request at a moment of the TSC, with interrupts off from the wait on. */
struct runway_kick_at {
	__u64 tick;	    /* at most RUNWAY_KICK_AHEAD_TICKS_MAX from now */
	__u64 began, ended; /* out: TSC just before kvm_vcpu_kick() and just after */
};

/*
 * Asks for the dirty log of a memslot at a moment of the TSC, as any VMM does (KVM_GET_DIRTY_LOG), and
 * then watches the log until pages that the guest wrote before are in it, or the bound is over. With
 * PML a processor keeps what a guest wrote until an exit; the request kicks every vCPU, without a
 * request of its own, so that they exit.
 */
struct runway_kick_dirty {
	__s32 vm_fd;	/* of the attached vCPU's VM */
	__u32 reserved; /* 0 */
	__u64 log; /* address of a struct kvm_dirty_log in the caller; a slot of at most 64 pages */
	__u64 pages;	   /* to be waited for: bit n is page n of the slot */
	__u64 tick;	   /* at most RUNWAY_KICK_AHEAD_TICKS_MAX from now */
	__u64 bound_ticks; /* from the request on, at most RUNWAY_KICK_AHEAD_TICKS_MAX */

	/* out */
	__u64 logged;	    /* pages that were in the log just before the request */
	__u64 given;	    /* that KVM answered */
	__u64 seen;	    /* that it answered, or that came to the log after */
	__u64 began, ended; /* TSC just before the request, and just after its answer */
	__u64 flushed;	    /* TSC when all of `pages` were seen; 0: not within the bound */
};

/* Of the vCPU, of the CPU it runs on, of all CPUs: read so often that text would be too slow. */
struct runway_kick_counters {
	__u32 cpu;	/* in */
	__u32 reserved; /* 0 */

	/* out */
	__u64 exits;	  /* all VM-exits */
	__u64 irq_exits;  /* those that a host interrupt caused */
	__u64 wakeups;	  /* the vCPU slept and was woken */
	__u64 reschedule; /* IPIs that the CPU took, by vector */
	__u64 call;
	__u64 posted;
	__u64 others; /* interrupts of timers and devices, over all CPUs: they disturb */
};

/* Holds the vCPU's file until the device file is closed or another one is attached. */
#define RUNWAY_KICK_ATTACH _IOWR(0xb7, 0x01, struct runway_kick_attach)
/* On the CPU that the caller is pinned to, which must not be the target's. */
#define RUNWAY_KICK_ROUND _IOWR(0xb7, 0x02, struct runway_kick_round)
#define RUNWAY_KICK_AT _IOWR(0xb7, 0x03, struct runway_kick_at)
#define RUNWAY_KICK_COUNTERS _IOWR(0xb7, 0x04, struct runway_kick_counters)
/*
 * Gives a vCPU that has not run yet the memory that KVM would allocate at its first entry. How many
 * instructions an allocator takes depends on all that was allocated and freed before.
 */
#define RUNWAY_KICK_FILL _IO(0xb7, 0x05)
#define RUNWAY_KICK_DIRTY _IOWR(0xb7, 0x06, struct runway_kick_dirty)

#endif
#endif
