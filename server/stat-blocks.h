/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the loads of a campaign to a verdict. The unit is the load: what its repetitions brought is
 * one median. In each block a variant and the base met on one host, so their log ratio is free of
 * what that block's time and place did to both; of these ratios, one a block, everything is made.
 *
 *	struct stat_comparison comparison = {
 *		.pairs = pairs, .count = n,		// rising by block
 *		.blocks = 18,				// that are settled
 *		.margin = 0.01, .less_is_better = true,
 *	};
 *	stat_compare(&design, &comparison, 1);		// of stat_design_make()
 *	if (comparison.verdict == STAT_UNKNOWN && comparison.blocks < most) ...	// buy more
 *
 * better, worse: the interval leaves no effect out, not all of it lies within the margin, and the
 * p-value adjusted for all comparisons together is at most alpha.
 *
 * same: the whole interval lies within the margin: whatever the effect is, it is too small to care
 * about.
 *
 * unknown: neither; more blocks may tell.
 *
 * The interval holds at 1 - alpha over all looks at once (Jennison and Turnbull's repeated
 * interval), for its own comparison. The p-value is of all looks taken and, adjusted, of all
 * comparisons.
 */
#ifndef RUNWAY_SERVER_STAT_BLOCKS_H
#define RUNWAY_SERVER_STAT_BLOCKS_H

#include "server/stat-spend.h"

/* A ratio that counts as no more than this either way, so that a count of 0 has one. */
#define STAT_RATIO_MAX 1000.0

enum stat_verdict { STAT_UNKNOWN, STAT_BETTER, STAT_WORSE, STAT_SAME };

const char *stat_verdict_name(enum stat_verdict verdict);

/* The medians of a load of the base and of one of the variant in one block (from 1). Not negative.
 */
struct stat_pair {
	size_t block;
	double base, variant;
};

struct stat_comparison {
	/* What is asked. */
	const struct stat_pair *pairs; /* at most one a block, rising */
	size_t count;
	size_t blocks; /* settled so far; pairs of later ones wait for their look */
	double margin; /* as a fraction: 0.01 is 1 % */
	bool less_is_better;

	/* What is answered, as fractions: -0.02 is 2 % less than the base. */
	double effect;		     /* NAN without a pair */
	struct stat_interval within; /* infinite where nothing bounds it yet */
	size_t n;		     /* pairs that the answer rests on */
	size_t looks;		     /* taken */
	double p, p_adjusted;	     /* two-sided, over the looks; and over all comparisons */
	enum stat_verdict verdict;
};

/* Log of variant / base: 0 when both are 0, within ±log(STAT_RATIO_MAX). */
double stat_log_ratio(double base, double variant);

/* Answers all comparisons of a campaign together. */
void stat_compare(const struct stat_design *design, struct stat_comparison *comparisons,
		  size_t count);

#endif
