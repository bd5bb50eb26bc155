// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/stat-blocks.h"

#include <math.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "server/stat-family.h"
#include "server/stat-signed.h"

const char *stat_verdict_name(enum stat_verdict verdict)
{
	static const char *const names[] = { "unknown", "better", "worse", "same" };

	return names[verdict];
}

double stat_log_ratio(double base, double variant)
{
	double limit = log(STAT_RATIO_MAX);

	if (base <= 0 && variant <= 0)
		return 0;
	if (base <= 0)
		return limit;
	if (variant <= 0)
		return -limit;
	return fmax(-limit, fmin(limit, log(variant / base)));
}

static size_t pairs_up_to(const struct stat_comparison *comparison, size_t block)
{
	size_t count = 0;

	while (count < comparison->count && comparison->pairs[count].block <= block)
		count++;
	return count;
}

/* The looks that are taken: those whose blocks are settled, as long as each brought pairs. A
 * variant that was left out of later blocks because it had its verdict is not looked at again: the
 * same pairs may not be judged at the milder level of a later look. */
static size_t take_looks(const struct stat_design *design, struct stat_comparison *comparison,
			 const double *ratios, double *ret_p)
{
	size_t looks = 0, seen = 0;

	for (size_t k = 0; k < design->schedule.looks; k++) {
		size_t count = pairs_up_to(comparison, design->schedule.blocks[k]);

		if (design->schedule.blocks[k] > comparison->blocks || count == seen)
			break;
		ret_p[looks++] = stat_signed_test(ratios, count).p;
		seen = count;
	}
	comparison->n = seen;
	return looks;
}

static void estimate(const struct stat_design *design, struct stat_comparison *comparison)
{
	CLEANUP(free_ptr) double *ratios = xcalloc(comparison->count + 1, sizeof(*ratios));
	double p[STAT_LOOKS_MAX];
	struct stat_interval logs;

	comparison->effect = NAN;
	comparison->within = (struct stat_interval){ -INFINITY, INFINITY };
	comparison->p = 1;
	for (size_t i = 0; i < comparison->count; i++)
		ratios[i] = stat_log_ratio(comparison->pairs[i].base, comparison->pairs[i].variant);
	comparison->looks = take_looks(design, comparison, ratios, p);
	if (!comparison->looks) {
		/* Before the first look the effect so far is shown, and nothing is claimed of it.
		 */
		comparison->n = pairs_up_to(comparison, comparison->blocks);
		if (comparison->n)
			comparison->effect = expm1(stat_hodges_lehmann(ratios, comparison->n));
		return;
	}
	logs = stat_signed_interval(ratios, comparison->n,
				    design->spend.level[comparison->looks - 1]);
	comparison->effect = expm1(stat_hodges_lehmann(ratios, comparison->n));
	comparison->within = (struct stat_interval){ expm1(logs.low), expm1(logs.high) };
	if (isinf(logs.low))
		comparison->within.low = -INFINITY;
	comparison->p = stat_sequential_p(design, p, comparison->looks);
}

static enum stat_verdict judge(const struct stat_comparison *comparison, double alpha)
{
	double low = comparison->within.low, high = comparison->within.high;

	/* The same factor either way: 1 % more and 1/1.01 less. */
	if (high <= comparison->margin && low >= 1 / (1 + comparison->margin) - 1)
		return STAT_SAME;
	if (comparison->p_adjusted > alpha || (low <= 0 && high >= 0))
		return STAT_UNKNOWN;
	return (high < 0) == comparison->less_is_better ? STAT_BETTER : STAT_WORSE;
}

void stat_compare(const struct stat_design *design, struct stat_comparison *comparisons,
		  size_t count)
{
	CLEANUP(free_ptr) double *p = xcalloc(count + 1, sizeof(*p));
	CLEANUP(free_ptr) double *adjusted = xcalloc(count + 1, sizeof(*adjusted));

	for (size_t i = 0; i < count; i++) {
		estimate(design, &comparisons[i]);
		p[i] = comparisons[i].p;
	}
	stat_holm(p, count, adjusted);
	for (size_t i = 0; i < count; i++) {
		comparisons[i].p_adjusted = adjusted[i];
		comparisons[i].verdict = judge(&comparisons[i], design->alpha);
	}
}
