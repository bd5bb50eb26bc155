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
/* < 0, 0, > 0: the headline kind before all others, those by name. */
int rank_kind_compare(const char *a, const char *b);

#endif
