/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What IPIs of a campaign's variants took, as the server describes it. */
#ifndef RUNWAY_CLI_LATENCY_H
#define RUNWAY_CLI_LATENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/screen.h"
#include "lib/err.h"

#define LATENCY_PERCENTILES_MAX 8

struct latency_percentile {
	char *name; /* "p99" */
	double value, low, high; /* low, high NAN: not bounded */
};

struct latency {
	char *series, *isa, *lane, *workload, *target, *clock;
	int64_t loads, count;
	bool agree;
	double error, most; /* most NAN: nothing is told of this clock */
	struct latency_percentile percentiles[LATENCY_PERCENTILES_MAX];
	size_t percentile_count;
};

struct latencies {
	struct latency *all;
	size_t count;
};

int latencies_decode(const char *data, size_t bytes, struct latencies *ret_latencies,
		     struct err *err);
void latencies_release(struct latencies *latencies);
void latencies_print(const struct latencies *latencies, const struct screen *screen);

#endif
