/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What guest programs and the VMM agree on: where things are in guest-physical memory, the words
 * they share, the ports by which a guest talks to the VMM. Read by the assembler too, so constants
 * only; the C view of the shared words is at the end.
 *
 * A guest program is a label in workloads/guest-*.S, section guest_image. All of that section is
 * copied to GUEST_IMAGE, so that programs call each other by relative calls. guest_start (guest.S)
 * prepares a vCPU and calls the program with:
 *
 *	r8   first byte after the image		r9   largest gap between two IPIs, a power of 2 less 1
 *	r10  random state, differs by vCPU	r11  0 on SVM, 1 on VMX
 *	r12  number of this vCPU		r14  number of vCPUs
 *	r15  iterations				rbp  this vCPU's words (struct guest_vcpu)
 *
 * Interrupts are on. Interrupt handlers use rbp; a program keeps it. A program returns when it is
 * done.
 */
#ifndef RUNWAY_WORKLOADS_GUEST_H
#define RUNWAY_WORKLOADS_GUEST_H

#define GUEST_MEMORY_BYTES 0x200000
#define GUEST_PML4 0x1000
#define GUEST_PDPT 0x2000
#define GUEST_PD 0x3000
#define GUEST_IDT 0x4000
#define GUEST_GDT 0x5000
#define GUEST_SHARED 0x9000
#define GUEST_KICK_PAGE 0xb000 /* struct runway_kick_page */
#define GUEST_RACE 0xc000      /* struct guest_race */
#define GUEST_IMAGE 0x10000
#define GUEST_IMAGE_MAX_BYTES 0x10000
#define GUEST_STACKS 0x80000 /* one page for each vCPU */
#define GUEST_LATENCY 0x100000 /* of each IPI, in ticks of the TSC; SHARED_LATENCIES of them */
#define GUEST_LATENCY_MAX 8192 /* later ones are not kept */

#define GUEST_DIRTY 0x200000 /* a memslot of its own, logged, where a workload asks for it */
#define GUEST_DIRTY_PAGES 64 /* one word of the log */

#define GUEST_VCPUS_MAX 8
#define GUEST_VECTOR 0x40 /* plus the number of the sending vCPU: two senders never coalesce */
#define GUEST_STUB_BYTES 16

#define GUEST_PORT_USER 0x80  /* means nothing: what exit-io-user writes to */
#define GUEST_PORT_READY 0xf3 /* everything is touched and set up; the program comes next */
#define GUEST_PORT_DONE 0xf4
#define GUEST_PORT_FAULT 0xf5 /* an exception or an unexpected vector; see SHARED_FAULT */

/* Offsets in the shared page. */
#define SHARED_BARRIER 0x00
#define SHARED_DONE 0x40     /* the sender sets it before its last IPI */
#define SHARED_FINISHED 0x80 /* vCPUs that have sent all of theirs */
#define SHARED_STOP 0xc0     /* the VMM asks senders to make the next IPI their last */
#define SHARED_FAULT 0x100
#define SHARED_STAMP 0x140 /* TSC when the IPI under way was sent; 0: nobody asks */
#define SHARED_LATENCIES 0x180
#define SHARED_VCPU 0x400
#define SHARED_VCPU_BYTES 0x100
#define VCPU_SENT 0x00
#define VCPU_RECEIVED 0x40 /* one word for each sender */

/* Offsets in the race lane's page: what the VMM writes, what the target does, what the sender does. */
#define RACE_GO 0x00	/* number of the round, from 1 */
#define RACE_AT 0x08	/* TSC of the moment: the exit is RACE_EXIT_TICKS later */
#define RACE_UNTIL 0x10 /* TSC at which an event that has not come counts as missed */
#define RACE_EXPECT 0x18 /* 0: no event will come, wait until then */
#define RACE_SEND_AT 0x20 /* 0: it is over */
#define RACE_RECEIVED 0x28 /* events that the target had received before the round */
#define RACE_WRITE 0x30 /* dirty log: address of a word that the target writes long before the moment */
#define RACE_DONE 0x40	  /* number of the round */
#define RACE_BEFORE 0x48  /* TSC at the moment, or later when something held the target up */
#define RACE_AFTER 0x50	  /* first TSC after the exit */
#define RACE_ARRIVED 0x58 /* TSC when the event was seen; 0: missed */
#define RACE_WROTE 0x60	  /* dirty log: TSC after the pages that it writes after the exit */
#define RACE_WROTE_FIRST 0x68 /* and after the one before the moment */
#define RACE_SEND_BEGAN 0x80
#define RACE_SEND_ENDED 0x88
#define RACE_OVER -1 /* in RACE_GO */
#define RACE_EXIT_TICKS 12

/* Pages of GUEST_DIRTY: one that is written before the exit, those that are written after it. */
#define DIRTY_BEFORE 0
#define DIRTY_AFTER 1
#define DIRTY_AFTER_COUNT 3

#ifndef __ASSEMBLER__

#include <stdint.h>

struct guest_fault {
	uint64_t vector, error, rip, vcpu;
};

struct guest_vcpu {
	_Alignas(64) uint64_t sent;
	_Alignas(64) uint64_t received[GUEST_VCPUS_MAX];
	_Alignas(64) uint64_t unused[16];
};

struct guest_shared {
	_Alignas(64) uint64_t barrier;
	_Alignas(64) uint64_t done;
	_Alignas(64) uint64_t finished;
	_Alignas(64) uint64_t stop;
	_Alignas(64) struct guest_fault fault;
	_Alignas(64) uint64_t stamp;
	_Alignas(64) uint64_t latencies;
	_Alignas(SHARED_VCPU) struct guest_vcpu vcpus[GUEST_VCPUS_MAX];
};

_Static_assert(sizeof(struct guest_vcpu) == SHARED_VCPU_BYTES, "stride known to guests");
_Static_assert(__builtin_offsetof(struct guest_vcpu, received) == VCPU_RECEIVED,
	       "as guests see it");
_Static_assert(__builtin_offsetof(struct guest_shared, done) == SHARED_DONE, "as guests see it");
_Static_assert(__builtin_offsetof(struct guest_shared, finished) == SHARED_FINISHED,
	       "as guests see it");
_Static_assert(__builtin_offsetof(struct guest_shared, stop) == SHARED_STOP, "as guests see it");
_Static_assert(__builtin_offsetof(struct guest_shared, fault) == SHARED_FAULT, "as guests see it");
_Static_assert(__builtin_offsetof(struct guest_shared, stamp) == SHARED_STAMP, "as guests see it");
_Static_assert(__builtin_offsetof(struct guest_shared, latencies) == SHARED_LATENCIES,
	       "as guests see it");
_Static_assert(__builtin_offsetof(struct guest_shared, vcpus) == SHARED_VCPU, "as guests see it");

struct guest_race {
	uint64_t go, at, until, expect, send_at, received, write;
	_Alignas(64) uint64_t done;
	uint64_t before, after, arrived, wrote, wrote_first;
	_Alignas(64) uint64_t send_began;
	uint64_t send_ended;
};

_Static_assert(__builtin_offsetof(struct guest_race, received) == RACE_RECEIVED, "as guests see it");
_Static_assert(__builtin_offsetof(struct guest_race, write) == RACE_WRITE, "as guests see it");
_Static_assert(__builtin_offsetof(struct guest_race, wrote) == RACE_WROTE, "as guests see it");
_Static_assert(__builtin_offsetof(struct guest_race, wrote_first) == RACE_WROTE_FIRST,
	       "as guests see it");
_Static_assert(__builtin_offsetof(struct guest_race, arrived) == RACE_ARRIVED, "as guests see it");
_Static_assert(__builtin_offsetof(struct guest_race, send_ended) == RACE_SEND_ENDED,
	       "as guests see it");

/* The linker names the ends of the section. */
extern const uint8_t __start_guest_image[], __stop_guest_image[];
extern const uint8_t guest_start[], guest_stubs[];

/* Where a label of the image is in the guest. */
static inline uint64_t guest_address(const uint8_t *label)
{
	return GUEST_IMAGE + (uint64_t)(label - __start_guest_image);
}

#endif
#endif
