/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ranking document and its table.
 *
 *	CLEANUP(ranking_release) struct ranking ranking = { 0 };
 *	rc = ranking_decode(body.data, body.length, &ranking, err);
 *	ranking_print(&ranking, &context->screen);
 */
#ifndef RUNWAY_CLI_RANKING_H
#define RUNWAY_CLI_RANKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/screen.h"
#include "lib/err.h"

struct ranking_metric {
	char *name, *lane, *unit;
	char *workload, *kind, *isa; /* NULL: does not apply */
	double value, base;	     /* NAN: not measured */
	double spread;
	int64_t n, total; /* total 0: not given */
	int64_t dropped;
};

struct ranking_gate {
	char *gate, *workload, *detail;
	bool passed;
	int64_t runs, failed;
};

/* One series (or the base) on one ISA. */
struct ranking_result {
	char *series, *isa, *status;
	char *reason, *sender_flag; /* NULL: none */
	char *note;		    /* that its author used another base; NULL: nothing */
	char *same_tree; /* "early v1 of campaign 3": measured before, of the same tree; NULL */
	int64_t place, overall; /* 0: none; overall: the worst over all ISAs */
	int64_t place_last;	/* the worst place that it may have; 0: as place */
	char *agreement;	/* "split", "partial": the ISAs do not agree; NULL: they do */
	char *across;		/* what they do not agree about, a sentence; NULL: nothing */
	struct ranking_metric *metrics;
	size_t metric_count;
	struct ranking_gate *gates;
	size_t gate_count;
	bool gates_run; /* false: no gate ran, which is not the same as passed */
};

struct ranking {
	int64_t campaign;
	char *state;
	char *repository, *rev, *tree; /* NULL: not known */
	char *base_note; /* that it is not what the series' authors used, and why; NULL: nothing */
	struct ranking_result *bases; /* the base, once for each ISA */
	size_t base_count;
	struct ranking_result *results;
	size_t result_count;
};

int ranking_decode(const char *data, size_t bytes, struct ranking *ret_ranking, struct err *err);
void ranking_release(struct ranking *ranking);

/* The metric of that name; of the exit kind "cpuid" when it has one, else the first. NULL: none. */
const struct ranking_metric *ranking_metric_find(const struct ranking_result *result,
						 const char *name);
/* The metric of that name and workload; NULL: none. */
const struct ranking_metric *ranking_metric_of(const struct ranking_result *result, const char *name,
					       const char *workload);

void ranking_print(const struct ranking *ranking, const struct screen *screen);
/* Every series once, with its overall place and that on each ISA; and where they do not agree. */
void ranking_print_across(const struct ranking *ranking, const char *const *isas, size_t isa_count,
			  const struct screen *screen);
/* Every metric of every series: all workloads and exit kinds. */
void ranking_print_metrics(const struct ranking *ranking, const struct screen *screen);

#endif
