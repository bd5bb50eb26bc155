// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "agent/load.h"
#include "lib/alloc.h"

/* The repetition was thrown away for what its vCPU threads went through: its latencies go, too. */
static bool was_dropped(const struct load_result *result, const struct latency *latency)
{
	for (size_t i = 0; i < result->dropped_count; i++)
		if (result->dropped[i].rep == latency->rep &&
		    !strcmp(result->dropped[i].workload, latency->workload))
			return true;
	return false;
}

static struct latency *find(struct load_result *result, const struct latency *like)
{
	for (size_t i = 0; i < result->latencies_count; i++)
		if (!strcmp(result->latencies[i].workload, like->workload) &&
		    !strcmp(result->latencies[i].target, like->target))
			return &result->latencies[i];
	return NULL;
}

void derive_latencies(const struct report *report, const char *lane, struct load_result *result)
{
	/* Machines that take turns count instructions; the smp lane's clock is the emulator's. */
	result->latency_clock = strcmp(lane, "smp") ? "instructions" : "emulated";
	for (size_t i = 0; i < report->latencies_count; i++) {
		const struct latency *from = &report->latencies[i];
		struct latency *into = find(result, from);

		if (was_dropped(result, from))
			continue;
		if (!into) {
			result->latencies = xreallocarray(result->latencies,
							  result->latencies_count + 1,
							  sizeof(*result->latencies));
			into = &result->latencies[result->latencies_count++];
			*into = *from;
			into->histogram = HISTOGRAM_INIT;
		}
		histogram_merge(&into->histogram, &from->histogram);
	}
}
