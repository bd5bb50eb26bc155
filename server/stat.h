/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mathematics behind verdicts, in stat-*.c: numbers in, numbers out. Nothing here knows HTTP,
 * SQL, JSON or a log, nothing fails, and nothing is drawn at random without a seed.
 *
 *	stat-order.c	quantiles and their intervals
 *	stat-signed.c	signed ranks: test, Hodges-Lehmann effect, interval
 *	stat-spend.c	the alpha of several looks, and the p-value that several looks leave
 *	stat-family.c	Holm: the p-values of several comparisons
 *	stat-count.c	rates: Clopper-Pearson, Fisher
 *	stat-blocks.c	from the loads of a campaign to better, worse, same or unknown
 *	stat-power.c	from a record of null comparisons to what could be seen
 *
 * docs/statistics.md says to a kernel developer what they mean.
 */
#ifndef RUNWAY_SERVER_STAT_H
#define RUNWAY_SERVER_STAT_H

#include <stdbool.h>
#include <stddef.h>

#define STAT_ALPHA 0.05 /* of a campaign's claims, two-sided, over all looks and comparisons */

/* A confidence interval. An end that the data cannot bound is infinite. */
struct stat_interval {
	double low, high;
};

#endif
