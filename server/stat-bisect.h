/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of n patches changed a metric, by halving, when an answer may be wrong.
 *
 * A point k is the series' first k patches: is it as the base, or as the whole? Exact counts say it
 * for certain. Sampled ones are asked in blocks of base, point and whole, and two signed-rank tests
 * of the same blocks answer: a point that is away from the base (in the whole's direction) is as
 * the whole, one that is short of the whole is as the base. Each claim is wrong with a chance of at
 * most plan.error, whatever the noise, as long as equal code gives equal distributions; for a claim
 * is made when equality with the other side is refuted.
 *
 *	struct stat_bisect plan = stat_bisect_plan(patches, 0.95);
 *	answers[k] = stat_bisect_ask(&plan, from_base, to_whole, blocks);	// OPEN: buy some more
 *	stat_bisect_posterior(&plan, answers, posterior);
 *	k = stat_bisect_next(&plan, answers, posterior);		// 0: nothing left to ask
 *
 * Every patch is as likely as any other at first (probabilistic bisection: Horstein 1963; tests at a
 * point until they claim: Frazier, Henderson, Waeber 2019). plan.error is so small that the patch
 * which unbroken answers leave over has a posterior of at least the confidence.
 */
#ifndef RUNWAY_SERVER_STAT_BISECT_H
#define RUNWAY_SERVER_STAT_BISECT_H

#include "server/stat.h"

#define STAT_BISECT_PATCHES_MAX 32
#define STAT_BISECT_LOOKS 4 /* at one point; what is then open stays so */

enum stat_answer {
	STAT_OPEN,	/* not asked, or more blocks may tell */
	STAT_AS_BASE,	/* what it is that changed comes later */
	STAT_AS_WHOLE,	/* it is in these patches */
	STAT_BETWEEN,	/* neither: some of the change is, and some comes later */
	STAT_UNDECIDED, /* all looks taken, or the point cannot be measured */
};

struct stat_bisect {
	size_t patches;
	double confidence;
	double error;  /* of each claim; 0: exact counts */
	double level;  /* of a look, two-sided */
	size_t blocks; /* until the first look; the others come after as many again */
};

/* 1 to STAT_BISECT_PATCHES_MAX patches; confidence above 0.5 and below 1. */
struct stat_bisect stat_bisect_plan(size_t patches, double confidence);
/* The same for counts that are exact: one block, no error. */
struct stat_bisect stat_bisect_plan_exact(size_t patches, double confidence);

/* From the log ratios of each block, so that the whole's change is positive: point over base, and
 * whole over point. */
enum stat_answer stat_bisect_ask(const struct stat_bisect *plan, const double *from_base,
				 const double *to_whole, size_t blocks);
/* Of exact counts. base and whole differ. */
enum stat_answer stat_bisect_compare(double base, double point, double whole);
/* The blocks at the next look after that many; 0: there is none. */
size_t stat_bisect_look(const struct stat_bisect *plan, size_t blocks);

/* answers[k] is of point k, 1 to patches - 1. posterior[j] becomes the chance that it is patch j, 1
 * to patches. Points between both, undecided and open ones say nothing. */
void stat_bisect_posterior(const struct stat_bisect *plan, const enum stat_answer *answers,
			   double *posterior);
/* The point to ask, nearest to the middle of what is left; 0 when one patch has the confidence, or
 * no point is left that would tell. */
size_t stat_bisect_next(const struct stat_bisect *plan, const enum stat_answer *answers,
			const double *posterior);
/* The shortest run of patches, from its ends inwards, that holds the confidence. */
void stat_bisect_left(const struct stat_bisect *plan, const double *posterior, size_t *ret_first,
		      size_t *ret_last);

#endif
