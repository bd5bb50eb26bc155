/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dirty log with PML (page-modification logging): the processor keeps which pages a guest wrote
 * until the vCPU leaves the guest. KVM_GET_DIRTY_LOG therefore kicks every vCPU, without a request:
 * what a guest wrote before must be in the log soon after. The request is made at every offset from
 * a target's exit, one instruction apart. See docs/workloads.md.
 *
 *	struct dirty_result result;
 *	rc = dirty_log_run(&log, &result, err);	// -ENOTSUP: no PML is at work here
 */
#ifndef RUNWAY_WORKLOADS_DIRTY_LOG_H
#define RUNWAY_WORKLOADS_DIRTY_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "workloads/vm.h"
#include "workloads/workload.h"

/* A page that comes later than so many ticks after the request is late. */
#define DIRTY_BOUND_TICKS 10000

/* Of one request, made `offset` ticks after the target's exit. */
struct dirty_seen {
	int64_t offset;
	uint64_t pages;	 /* the guest had written them, bit n is page n */
	uint64_t logged; /* in the log when it was asked for */
	uint64_t given;	 /* in KVM's answer */
	int64_t latency; /* ticks from the request until all were seen; 0: not within the bound */
};

struct dirty_result {
	int64_t first, last; /* offsets that were tried */
	int64_t cycle;	     /* ticks from the target's exit to its next entry */
	uint64_t rounds;     /* those included that were disturbed and tried again */
	uint64_t unsteady;   /* rounds that were late when those before and after were not */
	uint64_t requests;
	uint64_t pending;   /* of these: when some page was still with the processor */
	uint64_t pages;	    /* so many were, over all requests */
	uint64_t late;	    /* requests whose pages were not all there within the bound */
	int64_t first_late; /* offset; when there are any */
	/* Over pending requests that were not late, and whose answer lacked a page: what an exit had put
	 * into the log before KVM looked took no time. 0: there are none. */
	int64_t latency_max;
	bool cut; /* the time was up: what is there is true, and not all */
};

void dirty_result_add(struct dirty_result *result, const struct dirty_seen *seen);

struct dirty_log {
	const struct workload *workload;
	struct vm *vm;	    /* past its first leg */
	const char *device; /* the kick device */
	unsigned limit_s;
};

int dirty_log_run(const struct dirty_log *log, struct dirty_result *ret_result, struct err *err);

#endif
