// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/json_judge.h"

#include <math.h>
#include <string.h>

static void write_bound(struct json_writer *w, const char *key, double value)
{
	json_write_real(w, key, isfinite(value) ? value : NAN);
}

static void write_judged(struct json_writer *w, const char *series, const char *isa,
			 const struct judged *one)
{
	const struct stat_comparison *comparison = &one->comparison;

	json_write_object(w, NULL);
	json_write_text(w, "series", series);
	json_write_text(w, "isa", isa);
	json_write_text(w, "metric", one->metric->name);
	json_write_text(w, "workload", one->workload);
	json_write_text(w, "kind", *one->kind ? one->kind : NULL);
	json_write_text(w, "family", judged_family_name(one));
	json_write_text(w, "better", metric_better_name(one->metric->better));
	json_write_text(w, "verdict", stat_verdict_name(comparison->verdict));
	json_write_real(w, "effect", comparison->effect);
	write_bound(w, "low", comparison->within.low);
	write_bound(w, "high", comparison->within.high);
	json_write_real(w, "margin", comparison->margin);
	json_write_int(w, "n", (int64_t)comparison->n);
	json_write_int(w, "looks", (int64_t)comparison->looks);
	json_write_real(w, "p", comparison->looks ? comparison->p : NAN);
	json_write_real(w, "p_adjusted",
			comparison->looks && !one->control ? comparison->p_adjusted : NAN);
	json_write_end(w, '}');
}

/* The price of one more block: a load of the base, one of the null control, one of each variant
 * that is unknown. */
static void write_blocks(struct json_writer *w, const struct campaign *campaign,
			 const struct judge_input *input, const struct judgement *judgement,
			 size_t isa)
{
	const struct judge_blocks *blocks = &input->isas[isa];
	size_t unknown = 0, loads;

	for (size_t i = 1; i < campaign->variants_count; i++)
		unknown += judge_is_open(input, judgement, isa, i);
	loads = unknown ? 1 + campaign->null_control + unknown : 0;

	json_write_object(w, NULL);
	json_write_text(w, "isa", blocks->isa);
	json_write_int(w, "planned", (int64_t)blocks->planned);
	json_write_int(w, "settled", (int64_t)blocks->settled);
	json_write_int(w, "spent_loads", (int64_t)blocks->spent);
	json_write_int(w, "unknown", (int64_t)unknown);
	json_write_int(w, "block_loads", (int64_t)loads);
	json_write_real(w, "block_s", blocks->load_s > 0 ? blocks->load_s * (double)loads : NAN);
	json_write_end(w, '}');
}

static void write_budget(struct json_writer *w, const struct campaign *campaign,
			 const struct judge_input *input, const struct judgement *judgement)
{
	json_write_object(w, "budget");
	json_write_int(w, "first", (int64_t)input->first);
	json_write_int(w, "most", (int64_t)input->most);
	json_write_bool(w, "null_control", campaign->null_control);
	json_write_array(w, "looks");
	for (size_t k = 0; k < judgement->schedule.looks; k++)
		json_write_int(w, NULL, (int64_t)judgement->schedule.blocks[k]);
	json_write_end(w, ']');
	json_write_array(w, "isa");
	for (size_t i = 0; i < input->isas_count; i++)
		if (input->isas[i].planned)
			write_blocks(w, campaign, input, judgement, i);
	json_write_end(w, ']');
	json_write_end(w, '}');
}

static void write_lost(struct json_writer *w, const struct campaign *campaign,
		       const struct judge_input *input)
{
	json_write_array(w, "lost");
	for (size_t i = 0; i < input->lost_count; i++) {
		const struct judge_lost *lost = &input->lost[i];

		if (!lost->lost || lost->subject >= campaign->variants_count)
			continue;
		json_write_object(w, NULL);
		json_write_text(w, "series", campaign->variants[lost->subject].series);
		json_write_text(w, "isa", input->isas[lost->isa].isa);
		json_write_int(w, "lost", lost->lost);
		json_write_int(w, "loads", lost->loads);
		json_write_int(w, "base_lost", lost->base_lost);
		json_write_int(w, "base_loads", lost->base_loads);
		json_write_real(w, "p", lost->p);
		json_write_end(w, '}');
	}
	json_write_end(w, ']');
}

void json_statistics(struct json_writer *w, const char *key, const struct campaign *campaign,
		     const struct judge_input *input, const struct judgement *judgement)
{
	json_write_object(w, key);
	json_write_real(w, "alpha", STAT_ALPHA);
	write_budget(w, campaign, input, judgement);
	for (int control = 0; control <= 1; control++) {
		json_write_array(w, control ? "null_control" : "verdicts");
		for (size_t i = 0; i < judgement->count; i++) {
			const struct judged *one = &judgement->all[i];

			if (one->control == (control != 0))
				write_judged(w,
					     control ? "null control"
						     : campaign->variants[one->subject].series,
					     input->isas[one->isa].isa, one);
		}
		json_write_end(w, ']');
	}
	write_lost(w, campaign, input);
	json_write_end(w, '}');
}
