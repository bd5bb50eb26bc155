/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs workloads by their rows and prints what docs/formats.md says.
 *
 *	struct bench bench = { .lane = LANE_SMP, .timing = 3, .counting = 1, … };
 *	rc = bench_run(&bench, err);	// < 0: the lines could not be written
 */
#ifndef RUNWAY_WORKLOADS_BENCH_H
#define RUNWAY_WORKLOADS_BENCH_H

#include <stdbool.h>

#include "lib/err.h"
#include "workloads/workload.h"

struct bench {
	/* Set by the caller. */
	enum lane lane;
	unsigned timing, counting; /* repetitions of each pass */
	const char *only;	   /* names with commas between, or NULL */
	unsigned scale_percent;	   /* of the iterations in the table */
	unsigned limit_s;	   /* for one repetition, which then ends early */
	const char *kick;	   /* device, or NULL: no kick gate, no vCPU addresses */
	const char *proc, *sys, *tracefs;
	int out_fd;

	/* Found by bench_run. */
	enum isa isa;
	unsigned cpus;
	bool failed;	/* a fail line was printed */
	bool kick_lost; /* the variant loses kicks: nothing else about it matters */
	int rc;		/* first failure to write a line */
};

int bench_run(struct bench *bench, struct err *err);

/* Whether it is among what this run was asked for. */
bool bench_wants(const struct bench *bench, const struct workload *workload);

#endif
