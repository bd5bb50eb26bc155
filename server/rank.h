/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranks the variants of a campaign on one ISA. Structs in, structs out: no HTTP, no SQL.
 *
 *	struct rank_input input = { .subjects = subjects, .count = n };	// the base is the first
 *	CLEANUP(ranking_release) struct ranking ranking = { 0 };
 *	rank(&input, &ranking);			// ranking.results[i] is about subjects[i]
 *
 * Results point into the input, which must outlive them. docs/ranking.md says the rules to users.
 */
#ifndef RUNWAY_SERVER_RANK_H
#define RUNWAY_SERVER_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/metric.h"
#include "server/stat-blocks.h"

#define RANK_HEADLINE_KIND "cpuid" /* the plainest exit: windows on it decide first */

struct rank_sample {
	const struct metric *metric;
	char *lane, *workload, *kind; /* kind "" when the metric has none */
	double value;
	int64_t n, total;
};

struct rank_gate {
	char *gate, *workload, *detail;
	bool passed;
};

/* Where a sampled verdict puts a subject, seen from the base at 0: -1 is better. Of unknown ones only the
 * bounds are known. */
struct rank_standing {
	int low, high;
	bool measured; /* false: both are 0, and say nothing */
};

enum rank_state { RANK_PENDING, RANK_READY, RANK_IDENTICAL, RANK_FAILED };

/* A variant, with all that its loads on this ISA brought. */
struct rank_subject {
	const char *series;
	const char *sender_flag, *reason; /* may be NULL */
	char *fault;			  /* what reason points at when rank_read() made it */
	enum rank_state state;
	struct rank_standing standing; /* breaks ties of exact metrics */
	struct rank_sample *samples;
	struct rank_gate *gates;
	char **dropped; /* workloads of the repetitions that were thrown away */
	size_t samples_count, samples_capacity, gates_count, gates_capacity;
	size_t dropped_count, dropped_capacity;
	size_t loads_exact, loads_race, loads_smp; /* that ran to a result */
};

struct rank_input {
	struct rank_subject *subjects;
	size_t count;
};

enum rank_status {
	RANK_STATUS_PENDING,
	RANK_STATUS_RANKED,
	RANK_STATUS_UNRANKED, /* measured, but there is no ground to order it on */
	RANK_STATUS_IDENTICAL,
	RANK_STATUS_DISQUALIFIED,
	RANK_STATUS_FAILED,
};

const char *rank_status_name(enum rank_status status);

struct rank_metric {
	const struct metric *metric;
	const char *workload, *kind;
	bool exact, has_base;
	double value, base; /* the median when it varied */
	double spread;	    /* exact: largest - smallest; smp: between the quartiles */
	int64_t n, total, dropped;
};

struct rank_gate_summary {
	const char *gate, *workload, *detail;
	size_t runs, failed; /* runs 0: ran for the base, not here */
};

struct rank_result {
	enum rank_status status;
	unsigned place; /* from 1; 0: none */
	unsigned place_last; /* the worst that it may be: places from place to this one are its own */
	char *reason;	/* NULL: none */
	struct rank_metric *metrics;
	struct rank_gate_summary *gates;
	size_t metrics_count, metrics_capacity, gates_count, gates_capacity;
	bool gates_run;
};

/* What decides the order, most weighty first; why is NULL when it was used. */
struct rank_key {
	const struct metric *metric;
	const char *workload, *kind;
	char *why_not;
};

struct ranking {
	struct rank_result *results;
	struct rank_key *keys;
	size_t results_count, keys_count, keys_capacity;
};

struct rank_standing rank_standing(enum stat_verdict verdict);

void rank(const struct rank_input *input, struct ranking *ret_ranking);
void ranking_release(struct ranking *ranking);

#endif
