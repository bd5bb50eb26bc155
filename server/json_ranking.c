// SPDX-License-Identifier: GPL-2.0-or-later
/* The ranking document. */
#include <string.h>

#include "server/json_answer.h"

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
	json_write_real(w, "value", one->value);
	if (one->has_base)
		json_write_real(w, "base", one->base);
	else
		json_write_null(w, "base");
	json_write_real(w, "spread", one->spread);
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

/* The worse place over all ISAs, 0 when one of them has none: never an average over vendors. */
static unsigned overall(const struct ranked_isa *isas, size_t count, size_t subject)
{
	unsigned worst = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned place = isas[i].ranking.results[subject].place;

		if (!place)
			return 0;
		if (place > worst)
			worst = place;
	}
	return worst;
}

static void write_base(struct json_writer *w, const struct campaign *campaign,
		       const struct ranked_isa *isas, size_t count)
{
	bool gates_run = true;

	json_write_object(w, "base");
	json_write_text(w, "repository", campaign->repository);
	json_write_text(w, "rev", campaign->rev);
	json_write_text(w, "tree", campaign->base_tree);
	json_write_int_or_null(w, "place", overall(isas, count, 0));
	json_write_array(w, "isa");
	for (size_t i = 0; i < count; i++) {
		const struct rank_result *base = &isas[i].ranking.results[0];

		gates_run &= base->gates_run;
		json_write_object(w, NULL);
		json_write_text(w, "isa", isas[i].isa);
		json_write_int_or_null(w, "place", base->place);
		json_write_text(w, "status", rank_status_name(base->status));
		json_write_text(w, "reason", base->reason);
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

static void write_result(struct json_writer *w, const struct ranked_isa *isas, size_t count,
			 size_t isa, size_t subject)
{
	const struct rank_subject *about = &isas[isa].input.subjects[subject];
	const struct rank_result *result = &isas[isa].ranking.results[subject];

	json_write_object(w, NULL);
	json_write_text(w, "series", about->series);
	json_write_text(w, "isa", isas[isa].isa);
	json_write_text(w, "status", rank_status_name(result->status));
	json_write_int_or_null(w, "place", result->place);
	json_write_int_or_null(w, "overall", overall(isas, count, subject));
	json_write_text(w, "reason", result->reason);
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

void json_ranking(struct json_writer *w, const struct campaign *campaign,
		  const struct ranked_isa *isas, size_t count)
{
	json_write_object(w, NULL);
	json_write_int(w, "campaign", campaign->id);
	json_write_text(w, "state", campaign->state);
	json_write_text(w, "reason", campaign->reason);
	write_base(w, campaign, isas, count);
	write_order(w, isas, count);
	json_write_array(w, "results");
	for (size_t i = 0; i < count; i++)
		for (size_t k = 1; k < campaign->variants_count; k++)
			write_result(w, isas, count, i, k);
	json_write_end(w, ']');
	json_write_end(w, '}');
}
