// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/stat-signed.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "server/stat-order.h"

/* Twice the largest rank sum of an exact test: all ranks are doubled, so that mean ranks are
 * integers too. */
#define SUMS_MAX (STAT_SIGNED_EXACT_MAX * (STAT_SIGNED_EXACT_MAX + 1))

static int compare_sizes(const void *left, const void *right)
{
	double a = fabs(*(const double *)left), b = fabs(*(const double *)right);

	return (a > b) - (a < b);
}

/* P(sum <= at) and P(sum >= at), when each of the doubled ranks is in the sum or not, by the throw
 * of a coin. */
static void exact_tails(const size_t *ranks, size_t count, size_t at, double *ret_below,
			double *ret_above)
{
	CLEANUP(free_ptr) double *chance = NULL;
	double below = 0, above = 0;
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += ranks[i];
	chance = xcalloc(total + 1, sizeof(*chance));
	chance[0] = 1;
	for (size_t i = 0; i < count; i++)
		for (size_t sum = total + 1; sum-- > 0;)
			chance[sum] = chance[sum] / 2 +
				      (sum >= ranks[i] ? chance[sum - ranks[i]] / 2 : 0);
	for (size_t sum = 0; sum <= total; sum++) {
		below += sum <= at ? chance[sum] : 0;
		above += sum >= at ? chance[sum] : 0;
	}
	*ret_below = below;
	*ret_above = above;
}

static double normal_p(const size_t *ranks, size_t count, double statistic)
{
	double mean = 0, variance = 0, distance;

	for (size_t i = 0; i < count; i++) {
		mean += (double)ranks[i] / 4;
		variance += (double)ranks[i] * (double)ranks[i] / 16;
	}
	distance = fabs(statistic - mean) - 0.5;
	return distance <= 0 ? 1 : 2 * gsl_cdf_ugaussian_Q(distance / sqrt(variance));
}

struct stat_signed stat_signed_test(const double *differences, size_t count)
{
	CLEANUP(free_ptr) double *sorted = xcalloc(count + 1, sizeof(*sorted));
	CLEANUP(free_ptr) size_t *ranks = xcalloc(count + 1, sizeof(*ranks));
	struct stat_signed test = { .count = count, .p = 1, .exact = true };
	size_t left = 0, sum = 0;
	double below, above;

	if (!count)
		return test;
	memcpy(sorted, differences, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_sizes);
	for (size_t from = 0, to; from < count; from = to) {
		for (to = from + 1; to < count && fabs(sorted[to]) == fabs(sorted[from]);)
			to++;
		if (sorted[from] == 0) {
			test.zeros = to - from;
			continue;
		}
		/* Ranks from + 1 … to, their mean doubled. */
		for (size_t i = from; i < to; i++) {
			ranks[left++] = from + 1 + to;
			sum += sorted[i] > 0 ? from + 1 + to : 0;
		}
	}
	test.statistic = (double)sum / 2;
	if (!left)
		return test;
	test.exact = left <= STAT_SIGNED_EXACT_MAX;
	if (test.exact) {
		exact_tails(ranks, left, sum, &below, &above);
		test.p = fmin(1, 2 * fmin(below, above));
	} else {
		test.p = normal_p(ranks, left, test.statistic);
	}
	return test;
}

/* Sorted; the caller frees them. */
static double *means_of_two(const double *differences, size_t count)
{
	double *means = xcalloc(count * (count + 1) / 2, sizeof(*means));
	size_t at = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t k = i; k < count; k++)
			means[at++] = (differences[i] + differences[k]) / 2;
	stat_sort(means, at);
	return means;
}

double stat_hodges_lehmann(const double *differences, size_t count)
{
	CLEANUP(free_ptr) double *means = means_of_two(differences, count);

	return stat_median(means, count * (count + 1) / 2);
}

static int exact_critical(size_t count, double alpha)
{
	double chance[SUMS_MAX / 2 + 1] = { 1 }, below = 0;
	size_t total = count * (count + 1) / 2;
	int critical = -1;

	for (size_t rank = 1; rank <= count; rank++)
		for (size_t sum = total + 1; sum-- > 0;)
			chance[sum] = chance[sum] / 2 + (sum >= rank ? chance[sum - rank] / 2 : 0);
	for (size_t sum = 0; sum <= total; sum++) {
		below += chance[sum];
		/* Sums of powers of two are exact, levels like 0.05 are not. */
		if (2 * below > alpha * (1 + 1e-12))
			break;
		critical = (int)sum;
	}
	return critical;
}

int stat_signed_critical(size_t count, double alpha)
{
	double n = (double)count, mean = n * (n + 1) / 4, deviation;
	int critical;

	if (alpha >= 1)
		return (int)(count * (count + 1) / 2);
	if (count <= STAT_SIGNED_EXACT_MAX)
		return exact_critical(count, alpha);
	deviation = sqrt(n * (n + 1) * (2 * n + 1) / 24);
	critical = (int)floor(mean - 0.5 - deviation * gsl_cdf_ugaussian_Qinv(alpha / 2));
	return critical < 0 ? -1 : critical;
}

struct stat_interval stat_signed_interval(const double *differences, size_t count, double alpha)
{
	struct stat_interval within = { -INFINITY, INFINITY };
	CLEANUP(free_ptr) double *means = NULL;
	int critical = stat_signed_critical(count, alpha);
	size_t last = count * (count + 1) / 2;

	if (critical < 0 || !count || 2 * (size_t)critical >= last)
		return within;
	means = means_of_two(differences, count);
	within.low = means[critical];
	within.high = means[last - 1 - (size_t)critical];
	return within;
}

double stat_signed_p_min(size_t count)
{
	double n = (double)count, mean = n * (n + 1) / 4;

	if (count <= STAT_SIGNED_EXACT_MAX)
		return count ? ldexp(1, 1 - (int)count) : 1;
	return 2 * gsl_cdf_ugaussian_Q((mean - 0.5) / sqrt(n * (n + 1) * (2 * n + 1) / 24));
}
