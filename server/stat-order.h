/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quantiles, and intervals for them that assume nothing about the distribution.
 *
 *	stat_sort(values, count);
 *	double median = stat_median(values, count);
 *	struct stat_interval within = stat_quantile_interval(values, count, 0.5, 0.05);
 */
#ifndef RUNWAY_SERVER_STAT_ORDER_H
#define RUNWAY_SERVER_STAT_ORDER_H

#include "server/stat.h"

void stat_sort(double *values, size_t count); /* ascending; no NaN */

/* The p quantile (0 to 1), linear between neighbours (Hyndman and Fan's type 7). count >= 1. */
double stat_quantile(const double *sorted, size_t count, double p);
/* The middle one, or half way between the middle two. count >= 1. */
double stat_median(const double *sorted, size_t count);

/* The two order statistics that enclose the true p quantile with at least 1 - alpha, whatever the
 * distribution is: the number of observations below it is binomial. An end is infinite when count
 * is too small for it; of count = 5 even the whole range misses 95 % for the median. */
struct stat_interval stat_quantile_interval(const double *sorted, size_t count, double p,
					    double alpha);

/* The ranks of those two, from 1 (0: none): for values that are kept as a histogram, see
 * histogram_at_rank(). */
void stat_quantile_ranks(size_t count, double p, double alpha, size_t *ret_low, size_t *ret_high);

#endif
