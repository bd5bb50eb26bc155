// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a bisection stands, out of what its loads measured. */
#include <math.h>
#include <string.h>

#include "lib/alloc.h"
#include "server/bisect-values.h"
#include "server/stat-blocks.h"
#include "server/stat-order.h"
#include "server/stat-signed.h"

#define WHOLE 1 /* its position in the campaign; the base's is 0 */

const char *bisect_outcome_name(enum bisect_outcome outcome)
{
	static const char *const names[] = { "searching", "verifying",	"named",   "partly",
					     "refuted",	  "unverified", "unknown", "nothing" };

	return names[outcome];
}

const char *bisect_answer_name(enum stat_answer answer)
{
	static const char *const names[] = { "open", "as-base", "as-whole", "between",
					     "undecided" };

	return names[answer];
}

struct look {
	struct db_conn *conn;
	const struct bisection *bisection;
	const struct campaign *campaign;
	struct bisect_values values;
	struct bisect_triple *triples; /* room for all */
	double *from_base, *to_whole, *scratch;
	struct bisect_state state;
};

static const struct variant *variant_of(const struct campaign *campaign, int64_t series)
{
	for (size_t i = 0; i < campaign->variants_count; i++)
		if (campaign->variants[i].series_id == series)
			return &campaign->variants[i];
	return NULL;
}

static double middle_of(struct look *look, size_t count, size_t offset)
{
	for (size_t i = 0; i < count; i++)
		memcpy(&look->scratch[i], (const char *)&look->triples[i] + offset, sizeof(double));
	stat_sort(look->scratch, count);
	return count ? stat_median(look->scratch, count) : NAN;
}

/* What the blocks that hold the part say of it. */
static void answer_from_blocks(struct look *look, struct bisect_point *point)
{
	double sign = look->bisection->more ? 1 : -1;
	bool varied = false;
	struct stat_interval logs;

	point->blocks = bisect_triples(&look->values, (size_t)point->variant->position, WHOLE,
				       look->triples, &varied);
	for (size_t i = 0; i < point->blocks; i++) {
		const struct bisect_triple *triple = &look->triples[i];

		look->from_base[i] = sign * stat_log_ratio(triple->base, triple->value);
		look->to_whole[i] = sign * stat_log_ratio(triple->value, triple->whole);
	}
	if (!point->blocks)
		return;
	point->base = middle_of(look, point->blocks, offsetof(struct bisect_triple, base));
	point->value = middle_of(look, point->blocks, offsetof(struct bisect_triple, value));
	point->whole = middle_of(look, point->blocks, offsetof(struct bisect_triple, whole));
	point->effect = expm1(sign * stat_hodges_lehmann(look->from_base, point->blocks));
	logs = stat_signed_interval(look->from_base, point->blocks, STAT_ALPHA);
	if (isfinite(logs.low))
		point->within =
			(struct stat_interval){ expm1(sign * (sign > 0 ? logs.low : logs.high)),
						expm1(sign * (sign > 0 ? logs.high : logs.low)) };
	if (!look->bisection->exact) {
		point->answer = stat_bisect_ask(&look->state.plan, look->from_base, look->to_whole,
						point->blocks);
	} else if (varied || point->base == point->whole) {
		point->answer = STAT_UNDECIDED;
		point->trouble = varied ? "The count varied between loads, so it is not exact."
					: "The whole series counted the same as the base.";
	} else {
		point->answer = stat_bisect_compare(point->base, point->value, point->whole);
	}
}

static bool same_code(const struct variant *a, const struct variant *b)
{
	return a->code_sha256 && b->code_sha256 && !strcmp(a->code_sha256, b->code_sha256);
}

static struct bisect_point look_at(struct look *look, size_t number, int64_t series)
{
	const struct variant *whole = &look->campaign->variants[WHOLE];
	struct bisect_point point = { .number = number,
				      .variant = variant_of(look->campaign, series),
				      .base = NAN,
				      .value = NAN,
				      .whole = NAN,
				      .effect = NAN,
				      .within = { -INFINITY, INFINITY } };

	if (!point.variant)
		return point;
	if (!strcmp(point.variant->state, "failed")) {
		point.answer = STAT_UNDECIDED;
		point.trouble = point.variant->reason;
	} else if (!strcmp(point.variant->state, "identical")) {
		point.answer = STAT_AS_BASE;
	} else if (same_code(point.variant, whole)) {
		point.answer = STAT_AS_WHOLE;
	} else {
		answer_from_blocks(look, &point);
		if (!point.blocks && !strcmp(point.variant->state, "done")) {
			point.answer = STAT_UNDECIDED;
			point.trouble = "No block brought a value of it, the base and the whole.";
		}
	}
	return point;
}

/* The series to measure next, and how many blocks of it. */
static void ask(struct look *look, const struct bisect_point *point, int64_t series,
		enum bisect_outcome outcome, enum bisect_outcome otherwise)
{
	struct bisect_state *state = &look->state;
	size_t to = stat_bisect_look(&state->plan, point->blocks);

	state->part = series;
	state->buy = to > point->blocks ? to - point->blocks : 0;
	state->out_of_blocks = !look->bisection->exact &&
			       state->blocks + (int64_t)state->buy > look->bisection->blocks_most;
	state->outcome = state->buy && !state->out_of_blocks ? outcome : otherwise;
}

/* One patch is left: what the series is without it decides. */
static void verify(struct look *look)
{
	static const enum bisect_outcome outcomes[] = {
		[STAT_AS_BASE] = BISECT_NAMED,
		[STAT_AS_WHOLE] = BISECT_REFUTED,
		[STAT_BETWEEN] = BISECT_PARTLY,
		[STAT_UNDECIDED] = BISECT_UNVERIFIED,
	};
	struct bisect_state *state = &look->state;
	size_t culprit = state->first;
	/* Without the last one it is a beginning. */
	int64_t series = culprit == look->bisection->patches ? look->bisection->first[culprit - 1]
							     : look->bisection->without[culprit];

	state->verify = look_at(look, culprit, series);
	if (state->verify.answer == STAT_OPEN)
		ask(look, &state->verify, series, BISECT_VERIFYING, BISECT_UNVERIFIED);
	else
		state->outcome = outcomes[state->verify.answer];
}

static void search(struct look *look)
{
	struct bisect_state *state = &look->state;
	enum stat_answer answers[STAT_BISECT_PATCHES_MAX + 1] = { STAT_OPEN };
	size_t next;

	for (size_t k = 1; k < state->plan.patches; k++) {
		state->points[k] = look_at(look, k, look->bisection->first[k]);
		answers[k] = state->points[k].answer;
	}
	stat_bisect_posterior(&state->plan, answers, state->posterior);
	stat_bisect_left(&state->plan, state->posterior, &state->first, &state->last);
	if (state->first == state->last) {
		verify(look);
		return;
	}
	next = stat_bisect_next(&state->plan, answers, state->posterior);
	state->outcome = BISECT_UNKNOWN;
	if (next)
		ask(look, &state->points[next], look->bisection->first[next], BISECT_SEARCHING,
		    BISECT_UNKNOWN);
}

void bisect_look(struct db_conn *conn, const struct bisection *bisection,
		 const struct campaign *campaign, struct bisect_state *ret_state)
{
	struct look look = { .conn = conn, .bisection = bisection, .campaign = campaign };
	const char *whole = campaign->variants[WHOLE].state;

	look.state.plan =
		bisection->exact
			? stat_bisect_plan_exact(bisection->patches, bisection->confidence)
			: stat_bisect_plan(bisection->patches, bisection->confidence);
	look.state.blocks =
		db_value(conn, 0, SQL_BISECTION_BLOCKS_DONE, db_int(bisection->campaign));
	bisect_values_read(conn, bisection->campaign, bisection, &look.values);
	look.triples = xcalloc(look.values.count + 1, sizeof(*look.triples));
	look.from_base = xcalloc(look.values.count + 1, sizeof(*look.from_base));
	look.to_whole = xcalloc(look.values.count + 1, sizeof(*look.to_whole));
	look.scratch = xcalloc(look.values.count + 1, sizeof(*look.scratch));
	search(&look);
	if (!strcmp(whole, "failed") || !strcmp(whole, "identical"))
		look.state.outcome = BISECT_NOTHING;
	free(look.triples);
	free(look.from_base);
	free(look.to_whole);
	free(look.scratch);
	bisect_values_release(&look.values);
	*ret_state = look.state;
}
