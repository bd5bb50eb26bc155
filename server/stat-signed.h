/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wilcoxon's signed ranks of paired differences (here: one log ratio a block).
 *
 *	struct stat_signed test = stat_signed_test(differences, count);
 *	double effect = stat_hodges_lehmann(differences, count);
 *	struct stat_interval within = stat_signed_interval(differences, count, 0.05);
 *
 * Nothing is assumed but that under the null hypothesis a difference is as likely to be d as -d,
 * which random order within a block brings about.
 *
 * Ties in |d| share their mean rank. Zeros are Pratt's: they are ranked with the rest and then
 * leave, so that a block which saw no difference at all weakens the case for one. (Wilcoxon's
 * convention forgets them before ranking, and makes p too small.) The null distribution is that
 * of the ranks at hand: exact, ties and zeros included, for up to STAT_SIGNED_EXACT_MAX
 * differences that are not zero; above that normal with continuity, its variance from the same
 * ranks.
 */
#ifndef RUNWAY_SERVER_STAT_SIGNED_H
#define RUNWAY_SERVER_STAT_SIGNED_H

#include "server/stat.h"

#define STAT_SIGNED_EXACT_MAX 25

struct stat_signed {
	size_t count, zeros;
	double statistic; /* the sum of the ranks of positive differences */
	double p;	  /* two-sided: twice the smaller tail, at most 1 */
	bool exact;
};

struct stat_signed stat_signed_test(const double *differences, size_t count);

/* The median of all means of two, each with itself included. count >= 1. */
double stat_hodges_lehmann(const double *differences, size_t count);

/* Of the centre, at 1 - alpha or more. Both ends are infinite when even the whole range would not
 * do: below 6 differences at 95 %. */
struct stat_interval stat_signed_interval(const double *differences, size_t count, double alpha);

/* The largest T for which the two-sided p of a smaller rank sum T, without ties, is at most
 * alpha; -1 when there is none. This is what is printed as table of critical values. */
int stat_signed_critical(size_t count, double alpha);

/* The smallest p that count differences can reach: 2^(1 - count) as long as the test is exact. */
double stat_signed_p_min(size_t count);

#endif
