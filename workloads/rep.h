/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One repetition of a workload: a new VM, its two legs, the counters around the second.
 *
 *	CLEANUP(rep_release) struct rep rep;
 *	rep_init(&rep, workload, PASS_TIMING, 0);
 *	rc = rep_prepare(&rep, bench, err);	// the VM is up, its vCPUs are ready
 *	if (!rc && rep.outcome.result == VM_OK)
 *		rc = rep_measure(&rep, bench, err);
 *
 * < 0 is a system call that failed; what the guest did is in outcome.
 */
#ifndef RUNWAY_WORKLOADS_REP_H
#define RUNWAY_WORKLOADS_REP_H

#include "workloads/bench.h"
#include "workloads/counters.h"
#include "workloads/vm.h"

enum pass {
	PASS_TIMING,   /* nothing attached */
	PASS_COUNTING, /* exits by reason too */
};

struct rep {
	const struct workload *workload;
	enum pass pass;
	unsigned number;

	struct vm vm;
	struct vm_outcome outcome; /* of the last leg */
	uint64_t vcpu;		   /* address of vCPU 0's struct kvm_vcpu, 0 when not asked for */

	/* Of the second leg. */
	struct counters kvm, irq, exits_by_reason;
	uint64_t wall_ns, sent, received;
	unsigned destinations; /* of each IPI that was sent */
};

void rep_init(struct rep *rep, const struct workload *workload, enum pass pass, unsigned number);
int rep_prepare(struct rep *rep, const struct bench *bench, struct err *err);
int rep_measure(struct rep *rep, const struct bench *bench, struct err *err);
void rep_release(struct rep *rep);

/* How many of what it does a repetition of that workload does. */
uint64_t rep_iterations(const struct bench *bench, const struct workload *workload);

const char *pass_name(enum pass pass);

#endif
