// SPDX-License-Identifier: GPL-2.0-or-later
/* The ranking document. */
#include <string.h>

#include "lib/cleanup.h"
#include "server/json_answer.h"
#include "server/json_judge.h"
#include "server/rank-across.h"
#include "server/rank-summary.h"

#define ISAS_MAX 2

static void write_real(struct json_writer *w, const char *name, bool known, double value)
{
	if (known)
		json_write_real(w, name, value);
	else
		json_write_null(w, name);
}

static void write_metric(struct json_writer *w, const struct rank_metric *one, const char *isa)
{
	json_write_object(w, NULL);
	json_write_text(w, "name", one->metric->name);
	json_write_text(w, "isa", isa);
	json_write_text(w, "lane", one->metric->lane);
	json_write_text(w, "workload", one->workload);
	json_write_text(w, "kind", one->kind[0] ? one->kind : NULL);
	json_write_text(w, "unit", one->metric->unit);
	json_write_text(w, "role", metric_role_name(one->metric->role));
	json_write_text(w, "better", metric_better_name(one->metric->better));
	write_real(w, "value", rank_metric_has_value(one), one->value);
	write_real(w, "base", one->has_base, one->base);
	write_real(w, "spread", rank_metric_has_value(one), one->spread);
	json_write_int(w, "n", one->n);
	json_write_int(w, "total", one->total);
	json_write_int(w, "dropped", one->dropped);
	json_write_end(w, '}');
}

static void write_gate(struct json_writer *w, const struct rank_gate_summary *gate, const char *isa)
{
	json_write_object(w, NULL);
	json_write_text(w, "gate", gate->gate);
	json_write_text(w, "isa", isa);
	json_write_text(w, "workload", gate->workload);
	json_write_bool(w, "passed", gate->runs && !gate->failed);
	json_write_int(w, "runs", (int64_t)gate->runs);
	json_write_int(w, "failed", (int64_t)gate->failed);
	json_write_text(w, "detail", gate->detail);
	json_write_end(w, '}');
}

static void write_metrics(struct json_writer *w, const struct rank_result *result, const char *isa)
{
	for (size_t i = 0; i < result->metrics_count; i++)
		write_metric(w, &result->metrics[i], isa);
}

static void write_gates(struct json_writer *w, const struct rank_result *result, const char *isa)
{
	for (size_t i = 0; i < result->gates_count; i++)
		write_gate(w, &result->gates[i], isa);
}

static struct rank_across judge_across(const struct ranked_isa *isas, size_t count, size_t subject)
{
	struct rank_side sides[ISAS_MAX];
	struct rank_across across;

	for (size_t i = 0; i < count; i++)
		sides[i] = (struct rank_side){ isas[i].isa, &isas[i].ranking.results[subject],
					       &isas[i].ranking.results[0] };
	rank_across(sides, count, &across);
	return across;
}

static void write_base(struct json_writer *w, const struct campaign *campaign,
		       const struct ranked_isa *isas, size_t count)
{
	CLEANUP(rank_across_release) struct rank_across across = judge_across(isas, count, 0);
	bool gates_run = true;

	json_write_object(w, "base");
	json_write_text(w, "repository", campaign->repository);
	json_write_text(w, "rev", campaign->rev);
	json_write_text(w, "tree", campaign->base_tree);
	json_write_text(w, "commit", campaign->base_commit);
	json_write_text(w, "note", campaign->base_note);
	json_write_int_or_null(w, "place", across.overall);
	json_write_array(w, "isa");
	for (size_t i = 0; i < count; i++) {
		const struct rank_result *base = &isas[i].ranking.results[0];

		gates_run &= base->gates_run;
		json_write_object(w, NULL);
		json_write_text(w, "isa", isas[i].isa);
		json_write_int_or_null(w, "place", base->place);
		json_write_int_or_null(w, "place_last", base->place_last);
		json_write_text(w, "status", rank_status_name(base->status));
		json_write_text(w, "reason", base->reason);
		json_write_bool(w, "gates_run", base->gates_run);
		json_write_end(w, '}');
	}
	json_write_end(w, ']');
	json_write_array(w, "metrics");
	for (size_t i = 0; i < count; i++)
		write_metrics(w, &isas[i].ranking.results[0], isas[i].isa);
	json_write_end(w, ']');
	json_write_bool(w, "gates_run", gates_run);
	json_write_array(w, "gates");
	for (size_t i = 0; i < count; i++)
		write_gates(w, &isas[i].ranking.results[0], isas[i].isa);
	json_write_end(w, ']');
	json_write_end(w, '}');
}

static void write_across(struct json_writer *w, const struct rank_across *across)
{
	json_write_int_or_null(w, "overall", across->overall);
	if (across->agreement == RANK_AGREE) {
		json_write_null(w, "across_isa");
		return;
	}
	json_write_object(w, "across_isa");
	json_write_text(w, "agreement", rank_agreement_name(across->agreement));
	json_write_text(w, "sentence", across->sentence);
	json_write_end(w, '}');
}

static void write_result(struct json_writer *w, const struct campaign *campaign,
			 const struct ranked_isa *isas, size_t count, size_t isa, size_t subject)
{
	CLEANUP(rank_across_release)
	struct rank_across across = judge_across(isas, count, subject);
	const struct rank_subject *about = &isas[isa].input.subjects[subject];
	const struct rank_result *result = &isas[isa].ranking.results[subject];

	json_write_object(w, NULL);
	json_write_text(w, "series", about->series);
	json_write_text(w, "isa", isas[isa].isa);
	json_write_text(w, "status", rank_status_name(result->status));
	json_write_int_or_null(w, "place", result->place);
	json_write_int_or_null(w, "place_last", result->place_last);
	write_across(w, &across);
	json_write_text(w, "reason", result->reason);
	json_same_tree(w, &campaign->variants[subject]);
	json_write_text(w, "sender_flag", about->sender_flag);
	json_write_object(w, "loads");
	json_write_int(w, "exact", (int64_t)about->loads_exact);
	json_write_int(w, "race", (int64_t)about->loads_race);
	json_write_int(w, "smp", (int64_t)about->loads_smp);
	json_write_end(w, '}');
	json_write_array(w, "metrics");
	write_metrics(w, result, isas[isa].isa);
	json_write_end(w, ']');
	json_write_bool(w, "gates_run", result->gates_run);
	json_write_array(w, "gates");
	write_gates(w, result, isas[isa].isa);
	json_write_end(w, ']');
	json_write_end(w, '}');
}

static void write_order(struct json_writer *w, const struct ranked_isa *isas, size_t count)
{
	json_write_array(w, "order");
	for (size_t i = 0; i < metrics_count; i++)
		if (metrics[i].role <= METRIC_GUARD)
			json_write_text(w, NULL, metrics[i].name);
	json_write_end(w, ']');
	/* In full: what was compared one after the other, and what could not be. */
	json_write_array(w, "keys");
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < isas[i].ranking.keys_count; k++) {
			const struct rank_key *key = &isas[i].ranking.keys[k];

			json_write_object(w, NULL);
			json_write_text(w, "isa", isas[i].isa);
			json_write_text(w, "metric", key->metric->name);
			json_write_text(w, "workload", key->workload);
			json_write_text(w, "kind", key->kind[0] ? key->kind : NULL);
			json_write_bool(w, "used", !key->why_not);
			json_write_text(w, "reason", key->why_not);
			json_write_end(w, '}');
		}
	json_write_end(w, ']');
}

/* Best place first, then who has none; the campaign's order among equals. */
static void write_results(struct json_writer *w, const struct campaign *campaign,
			  const struct ranked_isa *isas, size_t count, size_t isa)
{
	const struct rank_result *results = isas[isa].ranking.results;
	size_t series = campaign->variants_count;

	for (unsigned place = 1; place <= series; place++)
		for (size_t i = 1; i < series; i++)
			if (results[i].place == place)
				write_result(w, campaign, isas, count, isa, i);
	for (size_t i = 1; i < series; i++)
		if (!results[i].place)
			write_result(w, campaign, isas, count, isa, i);
}

void json_ranking(struct json_writer *w, const struct campaign *campaign,
		  const struct ranked *ranked)
{
	const struct ranked_isa *isas = ranked->isas;
	size_t count = ranked->count;

	json_write_object(w, NULL);
	json_write_int(w, "campaign", campaign->id);
	json_write_text(w, "state", campaign->state);
	json_write_text(w, "reason", campaign->reason);
	write_base(w, campaign, isas, count);
	write_order(w, isas, count);
	json_statistics(w, "statistics", campaign, &ranked->input, &ranked->judgement);
	json_write_array(w, "results");
	for (size_t i = 0; i < count; i++)
		write_results(w, campaign, isas, count, i);
	json_write_end(w, ']');
	json_write_end(w, '}');
}
