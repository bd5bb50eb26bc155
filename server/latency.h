/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What IPIs of a campaign's variants took: percentiles with intervals, out of the histograms of
 * their loads.
 *
 *	CLEANUP(latencies_release) struct latencies latencies = { 0 };
 *	latencies_read(conn, campaign, "svm", &latencies);	// NULL: every ISA
 *	latency_percentile(&latencies.all[0].histogram, 0.99, &p99);
 *
 * A machine that counts instructions does the same in each load, so that more loads are no more
 * observations: the first speaks, and whether the others agree is told.
 */
#ifndef RUNWAY_SERVER_LATENCY_H
#define RUNWAY_SERVER_LATENCY_H

#include "lib/histogram.h"
#include "server/db.h"

struct latency {
	char *series, *isa, *lane, *workload, *target, *clock;
	struct histogram histogram;
	size_t loads;
	bool agree; /* every load has the same histogram */
	int64_t load; /* the last one that was read */
};

struct latencies {
	struct latency *all;
	size_t count, capacity;
};

void latencies_read(struct db_conn *conn, int64_t campaign, const char *isa,
		    struct latencies *ret_latencies);
void latencies_release(struct latencies *latencies);

/* Whether its ticks say anything: of an emulator's own clock they do not. */
bool latency_is_shown(const struct latency *latency);

/* In ticks, known to HISTOGRAM_ERROR_MAX. */
struct latency_percentile {
	double value, low, high; /* low and high: 95 %, by ranks; NAN where they are not bounded */
};

/* share: 0 to 1, both left out. The histogram has at least one value. */
void latency_percentile(const struct histogram *histogram, double share,
			struct latency_percentile *ret_percentile);

#endif
