/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one load gave: the samples, gates and facts that go to the server.
 *
 *	CLEANUP(load_result_release) struct load_result result = { 0 };
 *	rc = load_measure(&run, &result, err);
 */
#ifndef RUNWAY_AGENT_LOAD_H
#define RUNWAY_AGENT_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/exact.h"
#include "agent/host-driver.h"
#include "agent/latency.h"
#include "agent/race.h"
#include "agent/report.h"
#include "agent/task.h"
#include "lib/err.h"

struct sample {
	const char *metric; /* a name in lib/metric.h */
	char workload[64];
	char kind[64]; /* exit kind or reason; "" when the metric has none */
	unsigned rep;
	double value;	   /* in the metric's unit */
	uint64_t n, total; /* observations that agreed, of how many; 1 of 1 for sampled metrics */
};

struct dropped {
	char workload[64];
	unsigned rep;
	char why[160];
};

struct load_result {
	enum load_status status;
	bool silent; /* LOAD_HANG by silence */
	char sentence[512];
	uint64_t duration_ms;
	struct artifact console; /* sha256 "" when there is none */
	/* How it hung before it was measured again; "" when it did not. */
	char hung[512];
	struct artifact hung_console;
	struct pair *fingerprint;
	size_t fingerprint_count;
	struct sample *samples;
	size_t samples_count;
	struct gate *gates;
	size_t gates_count;
	struct dropped *dropped;
	size_t dropped_count;
	struct exact_function *functions;
	size_t functions_count;
	struct race_map *races;
	size_t races_count;
	struct latency *latencies; /* one for each workload and target */
	size_t latencies_count;
	const char *latency_clock; /* what their ticks are */
	char sender_flag[64];
};

void load_result_release(struct load_result *result);

/*
 * Samples, gates and dropped repetitions of the sampled lanes, from the benchmark's report and how
 * the vCPU threads fared. Appends to result.
 */
void derive_sampled(const struct report *report, const struct load_outcome *outcome,
		    struct load_result *result);

/* Latencies of IPIs, over all repetitions that were not dropped: after derive_sampled(). */
void derive_latencies(const struct report *report, const char *lane, struct load_result *result);

/* The race lane's windows; report's maps move. */
void derive_race(struct report *report, struct load_result *result);
/* The same on a host with posted interrupts; how many of them reached a CPU that was out of the
 * guest; how late pages were in the dirty log, where there is PML. */
void derive_posted(struct report *report, struct load_result *result);

/* Takes the exact lane's values over; exact's functions move. */
void derive_exact(struct exact_result *exact, struct load_result *result);

/* What makes this load comparable with others: the driver's "key=value" lines and the report's
 * facts. */
void derive_fingerprint(const char *driver_lines, const struct report *report,
			struct load_result *result);

#endif
