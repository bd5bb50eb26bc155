// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/stat-order.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

void stat_sort(double *values, size_t count)
{
	if (count)
		qsort(values, count, sizeof(*values), compare);
}

double stat_quantile(const double *sorted, size_t count, double p)
{
	double at = p * (double)(count - 1);
	size_t below = (size_t)at;

	if (below + 1 >= count)
		return sorted[count - 1];
	return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

double stat_median(const double *sorted, size_t count)
{
	return stat_quantile(sorted, count, 0.5);
}

/* The largest rank for which fewer observations than it lie below the quantile with at most that
 * chance; 0: none. */
static size_t rank_below(size_t count, double p, double chance)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = high - (high - low) / 2;

		if (gsl_cdf_binomial_P((unsigned)middle - 1, p, (unsigned)count) <= chance)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

void stat_quantile_ranks(size_t count, double p, double alpha, size_t *ret_low, size_t *ret_high)
{
	size_t low = rank_below(count, p, alpha / 2);
	/* Counted from the largest down, the quantile is the 1 - p one. */
	size_t from_top = rank_below(count, 1 - p, alpha / 2);

	*ret_low = low;
	*ret_high = from_top ? count + 1 - from_top : 0;
}

struct stat_interval stat_quantile_interval(const double *sorted, size_t count, double p,
					    double alpha)
{
	size_t low, high;

	stat_quantile_ranks(count, p, alpha, &low, &high);
	return (struct stat_interval){ low ? sorted[low - 1] : -INFINITY,
				       high ? sorted[high - 1] : INFINITY };
}
