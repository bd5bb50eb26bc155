// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/stat-bisect.h"

#include <math.h>

#include "server/stat-signed.h"

struct stat_bisect stat_bisect_plan(size_t patches, double confidence)
{
	/* A first answer that is wrong sends all others after it: up to patches - 1 of them then
	 * share its error. One more claim is made of what is left without the culprit. */
	struct stat_bisect plan = { .patches = patches,
				    .confidence = confidence,
				    .error = (1 - confidence) / (double)(patches + 1),
				    .blocks = 1 };

	plan.level = 2 * plan.error / STAT_BISECT_LOOKS;
	while (stat_signed_p_min(plan.blocks) > plan.level)
		plan.blocks++;
	return plan;
}

struct stat_bisect stat_bisect_plan_exact(size_t patches, double confidence)
{
	return (struct stat_bisect){ .patches = patches, .confidence = confidence, .blocks = 1 };
}

size_t stat_bisect_look(const struct stat_bisect *plan, size_t blocks)
{
	size_t looks = plan->error > 0 ? STAT_BISECT_LOOKS : 1;
	size_t next = blocks / plan->blocks + 1;

	return next > looks ? 0 : next * plan->blocks;
}

/* Whether they are above 0 at the level of a look. */
static bool above(const struct stat_bisect *plan, const double *ratios, size_t blocks)
{
	return stat_signed_test(ratios, blocks).p <= plan->level &&
	       stat_hodges_lehmann(ratios, blocks) > 0;
}

enum stat_answer stat_bisect_ask(const struct stat_bisect *plan, const double *from_base,
				 const double *to_whole, size_t blocks)
{
	for (size_t look = 1; look <= STAT_BISECT_LOOKS; look++) {
		size_t count = look * plan->blocks;
		bool away, left;

		if (count > blocks)
			return STAT_OPEN;
		away = above(plan, from_base, count);
		left = above(plan, to_whole, count);
		if (away || left)
			return away && left ? STAT_BETWEEN : away ? STAT_AS_WHOLE : STAT_AS_BASE;
	}
	return STAT_UNDECIDED;
}

enum stat_answer stat_bisect_compare(double base, double point, double whole)
{
	return point == base ? STAT_AS_BASE : point == whole ? STAT_AS_WHOLE : STAT_BETWEEN;
}

/* How likely the answer of point k is when it is patch j. */
static double likelihood(const struct stat_bisect *plan, enum stat_answer answer, size_t k,
			 size_t j)
{
	if (answer != STAT_AS_BASE && answer != STAT_AS_WHOLE)
		return 1;
	return (answer == STAT_AS_WHOLE) == (j <= k) ? 1 - plan->error : plan->error;
}

void stat_bisect_posterior(const struct stat_bisect *plan, const enum stat_answer *answers,
			   double *posterior)
{
	double sum = 0;

	for (size_t j = 1; j <= plan->patches; j++) {
		posterior[j] = 1;
		for (size_t k = 1; k < plan->patches; k++)
			posterior[j] *= likelihood(plan, answers[k], k, j);
		sum += posterior[j];
	}
	/* Exact answers that contradict each other leave none: nothing is then known. */
	for (size_t j = 1; j <= plan->patches; j++)
		posterior[j] = sum > 0 ? posterior[j] / sum : 1 / (double)plan->patches;
}

void stat_bisect_left(const struct stat_bisect *plan, const double *posterior, size_t *ret_first,
		      size_t *ret_last)
{
	size_t first = 1, last = plan->patches;
	double held = 1;

	while (first < last) {
		size_t end = posterior[first] <= posterior[last] ? first : last;

		if (held - posterior[end] < plan->confidence)
			break;
		held -= posterior[end];
		if (end == first)
			first++;
		else
			last--;
	}
	*ret_first = first;
	*ret_last = last;
}

size_t stat_bisect_next(const struct stat_bisect *plan, const enum stat_answer *answers,
			const double *posterior)
{
	size_t first, last, best = 0;
	double before = 0, nearest = INFINITY;

	stat_bisect_left(plan, posterior, &first, &last);
	for (size_t k = 1; k < last; k++) {
		before += posterior[k];
		if (k < first || answers[k] != STAT_OPEN || fabs(before - 0.5) >= nearest)
			continue;
		nearest = fabs(before - 0.5);
		best = k;
	}
	return best;
}
