/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The metrics: one table that agent, server and pages share. What is not in it is not measured.
 *
 *	const struct metric *metric = metric_find("exit_window");
 *	if (metric && metric->role == METRIC_PRIMARY) ...
 */
#ifndef RUNWAY_LIB_METRIC_H
#define RUNWAY_LIB_METRIC_H

#include <stddef.h>

enum metric_role {
	METRIC_PRIMARY,	  /* decides the ranking, in the table's order */
	METRIC_GUARD,	  /* must not get worse; breaks ties */
	METRIC_SECONDARY, /* shown */
	METRIC_DETAIL,	  /* shown on request */
};

enum metric_better { METRIC_LESS, METRIC_MORE };

struct metric {
	const char *name;
	const char *unit; /* "instructions", "ratio", "count" … */
	const char *lane; /* where it is measured: "exact", "race" or "smp" */
	enum metric_role role;
	enum metric_better better;
	const char *source; /* one sentence: what is counted, from where */
	double margin; /* sampled: effects below this fraction of the base are "same"; exact: 0 */
};

extern const struct metric metrics[];
extern const size_t metrics_count;

const struct metric *metric_find(const char *name);	   /* NULL when unknown */
const char *metric_role_name(enum metric_role role);	   /* "primary" … */
const char *metric_better_name(enum metric_better better); /* "less", "more" */

#endif
