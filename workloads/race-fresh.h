/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Targets that were never in the guest: each round takes another vCPU of a pool, and a host thread on
 * the target's CPU brings it in. A pool is a VM; when it is used up there is another one.
 *
 *	struct fresh fresh = { .vm = vm, .device_fd = fd };	// vm: past its first leg; fd: the kick device
 *	rc = fresh_begin(&fresh, limit_s, err);
 *	rc = fresh_next(&fresh, &vcpu, err);	// the device is attached to it
 *	…					// page->at, then page->go = round
 *	fresh_is_back(&fresh, round)		// it has left KVM_RUN
 *	fresh_end(&fresh, &outcome);
 */
#ifndef RUNWAY_WORKLOADS_RACE_FRESH_H
#define RUNWAY_WORKLOADS_RACE_FRESH_H

#include "workloads/vm.h"

/*
 * So many in a pool: the more there are, the longer it takes to set one up (KVM goes over all APICs each time), and
 * a VM takes as long as some of them. A pool must not last 100 ms from its first leg on: KVM then updates all
 * kvmclocks, and the next entry has more to do.
 */
#define FRESH_POOL 48
/* So many pools at most: a host on which no round is good must end, too. */
#define FRESH_POOLS_MAX 64

struct fresh {
	/* Set by the caller. */
	struct vm *vm;
	int device_fd;

	volatile struct guest_race *page;
	struct vcpu *vcpu; /* the next one to be brought in */
	unsigned taken;	   /* of this pool */
	pthread_t thread;
	bool begun, threaded, filled;
	int rc; /* of filling, with err */
	struct err err;
	uint64_t back; /* number of the round whose vCPU is out of KVM_RUN again */
	unsigned limit_s, pools;
};

/* The VM's second leg; limit_s is for each pool. */
int fresh_begin(struct fresh *fresh, unsigned limit_s, struct err *err);
/* The one that the next round brings in. */
int fresh_next(struct fresh *fresh, struct vcpu **ret_vcpu, struct err *err);
/* Whether it is the first of its pool, which does some things for all: its round tells nothing. */
bool fresh_is_first(const struct fresh *fresh);
bool fresh_is_back(const struct fresh *fresh, uint64_t round);
void fresh_end(struct fresh *fresh, struct vm_outcome *ret_outcome);

#endif
