/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Latencies of IPIs as runway-bench counts them: buckets of lib/histogram.h, by what the receiver
 * did.
 *
 *	struct latency latency;
 *	if (json_latency_decode(line, &latency))	// the "latency" line of docs/formats.md
 *		...
 *	latency_release(&latency);
 */
#ifndef RUNWAY_AGENT_LATENCY_H
#define RUNWAY_AGENT_LATENCY_H

#include "lib/histogram.h"

#define LATENCIES_MAX 256 /* lines of one load */
#define LATENCY_COUNT_MAX (1ull << 32)

struct latency {
	char workload[64], target[32];
	unsigned rep;
	struct histogram histogram;
};

void latency_release(struct latency *latency);

#endif
