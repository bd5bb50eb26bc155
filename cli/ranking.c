// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/ranking.h"

#include <string.h>

#include "lib/alloc.h"

static void result_release(struct ranking_result *result)
{
	for (size_t i = 0; i < result->metric_count; i++) {
		struct ranking_metric *metric = &result->metrics[i];

		free(metric->name);
		free(metric->lane);
		free(metric->unit);
		free(metric->workload);
		free(metric->kind);
		free(metric->isa);
	}
	for (size_t i = 0; i < result->gate_count; i++) {
		struct ranking_gate *gate = &result->gates[i];

		free(gate->gate);
		free(gate->workload);
		free(gate->detail);
	}
	free(result->metrics);
	free(result->gates);
	free(result->series);
	free(result->isa);
	free(result->status);
	free(result->reason);
	free(result->sender_flag);
	free(result->note);
	free(result->same_tree);
	free(result->agreement);
	free(result->across);
}

void ranking_release(struct ranking *ranking)
{
	for (size_t i = 0; i < ranking->base_count; i++)
		result_release(&ranking->bases[i]);
	for (size_t i = 0; i < ranking->result_count; i++)
		result_release(&ranking->results[i]);
	free(ranking->bases);
	free(ranking->results);
	free(ranking->state);
	free(ranking->repository);
	free(ranking->rev);
	free(ranking->tree);
	free(ranking->base_note);
	*ranking = (struct ranking){ 0 };
}

const struct ranking_metric *ranking_metric_of(const struct ranking_result *result, const char *name,
					       const char *workload)
{
	for (size_t i = 0; i < result->metric_count; i++) {
		const struct ranking_metric *metric = &result->metrics[i];

		if (!strcmp(metric->name, name) && metric->workload &&
		    !strcmp(metric->workload, workload))
			return metric;
	}
	return NULL;
}

const struct ranking_metric *ranking_metric_find(const struct ranking_result *result,
						 const char *name)
{
	const struct ranking_metric *found = NULL;

	for (size_t i = 0; i < result->metric_count; i++) {
		const struct ranking_metric *metric = &result->metrics[i];

		if (strcmp(metric->name, name))
			continue;
		if (metric->kind && !strcmp(metric->kind, "cpuid"))
			return metric;
		if (!found)
			found = metric;
	}
	return found;
}
