/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the raw samples and gate outcomes of one subject to what a ranking shows of it. */
#ifndef RUNWAY_SERVER_RANK_SUMMARY_H
#define RUNWAY_SERVER_RANK_SUMMARY_H

#include "server/rank.h"

/* Metrics in the table's order, then by kind (the headline's first) and workload. Sorts the
 * subject's samples. */
void rank_summarize(struct rank_subject *subject, struct rank_result *result);
const struct rank_metric *rank_metric_find(const struct rank_result *result,
					   const struct metric *metric, const char *workload,
					   const char *kind);
/* False when every repetition was dropped: value and spread say nothing then. */
bool rank_metric_has_value(const struct rank_metric *metric);

/* What was measured; samples, metrics and keys each have one. */
struct rank_measure {
	const struct metric *metric;
	const char *workload, *kind;
};

#define RANK_MEASURE(of) ((struct rank_measure){ (of)->metric, (of)->workload, (of)->kind })

/* < 0, 0, > 0: metrics in the table's order, the headline kind before all others, those and workloads
 * by name. */
int rank_measure_compare(struct rank_measure a, struct rank_measure b);

#endif
