// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/rank.h"

#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "server/rank-gates.h"
#include "server/rank-summary.h"

const char *rank_status_name(enum rank_status status)
{
	static const char *const names[] = { "pending",	  "ranked",	  "unranked",
					     "identical", "disqualified", "failed" };

	return names[status];
}

/* Primary metrics on the headline kind, then the guards on every kind, then primary metrics on
 * other kinds: the plainest exit decides, and what it costs breaks ties before rarer exits do. */
static int key_class(const struct rank_key *key)
{
	if (key->metric->role == METRIC_GUARD)
		return 1;
	return strcmp(key->kind, RANK_HEADLINE_KIND) ? 2 : 0;
}

static int compare_keys(const void *left, const void *right)
{
	const struct rank_key *a = left, *b = right;
	int order = key_class(a) - key_class(b);

	return order ? order : rank_measure_compare(RANK_MEASURE(a), RANK_MEASURE(b));
}

static void first_status(const struct rank_subject *subject, struct rank_result *result)
{
	static const enum rank_status statuses[] = { RANK_STATUS_PENDING, RANK_STATUS_RANKED,
						     RANK_STATUS_IDENTICAL, RANK_STATUS_FAILED };

	result->status = statuses[subject->state];
	result->reason = subject->reason ? xstrdup(subject->reason) : NULL;
}

static void set_base_values(const struct rank_result *base, struct rank_result *result)
{
	for (size_t i = 0; i < result->metrics_count; i++) {
		struct rank_metric *metric = &result->metrics[i];
		const struct rank_metric *other =
			rank_metric_find(base, metric->metric, metric->workload, metric->kind);

		metric->has_base = other && rank_metric_has_value(other);
		metric->base = metric->has_base ? other->value : 0;
	}
}

/* Who lacks the first thing that decides, which the base has, cannot be placed at all; one rarer
 * kind that is missing only takes that kind out of the order. */
static void need_headline(const struct rank_result *base, const struct rank_key *key,
			  struct rank_result *result)
{
	if (result->status != RANK_STATUS_RANKED || key_class(key) != 0 || result == base ||
	    rank_metric_find(result, key->metric, key->workload, key->kind))
		return;
	result->status = RANK_STATUS_UNRANKED;
	free(result->reason);
	result->reason = xasprintf("%s of %s exits was measured for the base and not for this "
				   "series.",
				   key->metric->name, key->kind);
}

static void find_keys(struct ranking *ranking)
{
	const struct rank_result *base = &ranking->results[0];

	for (size_t i = 0; i < base->metrics_count; i++) {
		const struct rank_metric *metric = &base->metrics[i];

		if (!metric->exact || metric->metric->role > METRIC_GUARD)
			continue;
		ARRAY_GROW(ranking->keys, ranking->keys_count, ranking->keys_capacity);
		ranking->keys[ranking->keys_count++] = (struct rank_key){
			.metric = metric->metric,
			.workload = metric->workload,
			.kind = metric->kind,
		};
	}
	if (ranking->keys_count)
		qsort(ranking->keys, ranking->keys_count, sizeof(*ranking->keys), compare_keys);
}

/* An exact comparison needs an exact value from everybody. */
static void check_key(const struct rank_input *input, const struct ranking *ranking,
		      struct rank_key *key)
{
	for (size_t i = 0; i < ranking->results_count && !key->why_not; i++) {
		const struct rank_result *result = &ranking->results[i];
		const struct rank_metric *metric =
			rank_metric_find(result, key->metric, key->workload, key->kind);

		if (result->status != RANK_STATUS_RANKED)
			continue;
		if (!metric)
			key->why_not =
				xasprintf("It was not measured for %s.", input->subjects[i].series);
		else if (metric->spread > 0)
			key->why_not = xasprintf("It varied by %g for %s, so it is not exact.",
						 metric->spread, input->subjects[i].series);
	}
}

static int compare_results(const struct ranking *ranking, const struct rank_result *a,
			   const struct rank_result *b)
{
	for (size_t i = 0; i < ranking->keys_count; i++) {
		const struct rank_key *key = &ranking->keys[i];
		const struct rank_metric *left, *right;
		int order;

		if (key->why_not)
			continue;
		left = rank_metric_find(a, key->metric, key->workload, key->kind);
		right = rank_metric_find(b, key->metric, key->workload, key->kind);
		order = (left->value > right->value) - (left->value < right->value);
		if (order)
			return key->metric->better == METRIC_LESS ? order : -order;
	}
	return 0;
}

struct rank_standing rank_standing(enum stat_verdict verdict)
{
	static const struct rank_standing standings[] = {
		[STAT_UNKNOWN] = { -1, 1, true },
		[STAT_BETTER] = { -1, -1, true },
		[STAT_WORSE] = { 1, 1, true },
		[STAT_SAME] = { 0, 0, true },
	};

	return standings[verdict];
}

/* Whether it surely is: by an exact metric, else by standings that do not overlap. */
static bool is_before(const struct rank_input *input, const struct ranking *ranking, size_t a,
		      size_t b)
{
	int order = compare_results(ranking, &ranking->results[a], &ranking->results[b]);

	return order ? order < 0
		     : input->subjects[a].standing.high < input->subjects[b].standing.low;
}

/* From 1 + how many are surely better to all but those that are surely worse: equal ones share a
 * place, and those that nothing tells apart share several. */
static void give_places(const struct rank_input *input, struct ranking *ranking)
{
	unsigned ranked = 0;

	for (size_t i = 0; i < ranking->results_count; i++)
		ranked += ranking->results[i].status == RANK_STATUS_RANKED;
	for (size_t i = 0; i < ranking->results_count; i++) {
		struct rank_result *result = &ranking->results[i];

		if (result->status != RANK_STATUS_RANKED)
			continue;
		result->place = 1;
		result->place_last = ranked;
		for (size_t k = 0; k < ranking->results_count; k++) {
			if (ranking->results[k].status != RANK_STATUS_RANKED)
				continue;
			result->place += is_before(input, ranking, k, i);
			result->place_last -= is_before(input, ranking, i, k);
		}
	}
}

/* Without an exact metric, who has a verdict is placed by it. Returns whether anybody has. */
static bool only_verdicts(const struct rank_input *input, struct ranking *ranking)
{
	bool any = false;

	for (size_t i = 1; i < ranking->results_count; i++)
		any |= ranking->results[i].status == RANK_STATUS_RANKED &&
		       input->subjects[i].standing.measured;
	for (size_t i = 1; any && i < ranking->results_count; i++) {
		struct rank_result *result = &ranking->results[i];

		if (result->status != RANK_STATUS_RANKED || input->subjects[i].standing.measured)
			continue;
		result->status = RANK_STATUS_UNRANKED;
		free(result->reason);
		result->reason = xstrdup("No exact metric was measured alike for all, and this "
					 "series has no sampled verdict.");
	}
	return any;
}

static void nothing_to_compare(struct ranking *ranking)
{
	for (size_t i = 0; i < ranking->results_count; i++) {
		struct rank_result *result = &ranking->results[i];

		if (result->status != RANK_STATUS_RANKED)
			continue;
		result->status = RANK_STATUS_UNRANKED;
		free(result->reason);
		result->reason = xstrdup("No exact metric was measured alike for all, and no "
					 "sampled one has a verdict.");
	}
}

void rank(const struct rank_input *input, struct ranking *ret_ranking)
{
	struct ranking ranking = { .results_count = input->count };
	struct rank_result *base;
	bool usable = false;

	ranking.results = xcalloc(input->count, sizeof(*ranking.results));
	base = &ranking.results[0];
	for (size_t i = 0; i < input->count; i++) {
		first_status(&input->subjects[i], &ranking.results[i]);
		rank_summarize(&input->subjects[i], &ranking.results[i]);
	}
	find_keys(&ranking);
	for (size_t i = 0; i < input->count; i++) {
		struct rank_result *result = &ranking.results[i];

		set_base_values(base, result);
		if (result->status != RANK_STATUS_IDENTICAL)
			rank_gates_judge(base, result);
		rank_gates_add_not_run(base, result);
		for (size_t k = 0; k < ranking.keys_count; k++)
			need_headline(base, &ranking.keys[k], result);
		/* No places before the base has one to compare with. */
		if (result->status == RANK_STATUS_RANKED && base->status == RANK_STATUS_PENDING)
			result->status = RANK_STATUS_PENDING;
	}
	for (size_t i = 0; i < ranking.keys_count; i++) {
		check_key(input, &ranking, &ranking.keys[i]);
		usable |= !ranking.keys[i].why_not;
	}
	if (usable || only_verdicts(input, &ranking))
		give_places(input, &ranking);
	else
		nothing_to_compare(&ranking);
	*ret_ranking = ranking;
}

void ranking_release(struct ranking *ranking)
{
	for (size_t i = 0; i < ranking->results_count; i++) {
		free(ranking->results[i].reason);
		free(ranking->results[i].metrics);
		free(ranking->results[i].gates);
	}
	for (size_t i = 0; i < ranking->keys_count; i++)
		free(ranking->keys[i].why_not);
	free(ranking->results);
	free(ranking->keys);
	*ranking = (struct ranking){ 0 };
}
