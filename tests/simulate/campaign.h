/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Simulated campaigns: the order of server/plan.c, the verdicts of server/stat-blocks.c, loads of a
 * simulated host. And the two ways that people use without either, to be compared with.
 */
#ifndef RUNWAY_TESTS_SIMULATE_CAMPAIGN_H
#define RUNWAY_TESTS_SIMULATE_CAMPAIGN_H

#include "server/stat-blocks.h"
#include "tests/simulate/model.h"

#define SIMULATED_VARIANTS_MAX 8

struct simulated {
	size_t variants; /* beside the base */
	double effects[SIMULATED_VARIANTS_MAX];
	double margin;
	bool less_is_better;
};

struct simulated_result {
	enum stat_verdict verdicts[SIMULATED_VARIANTS_MAX];
	size_t blocks;		  /* that were bought */
	size_t loads, base_loads; /* all of them, and the base's */
};

/* One campaign to its end: looks, verdicts, more blocks for those that are unknown. */
struct simulated_result simulate_campaign(const struct model *model, gsl_rng *rng,
					  const struct stat_design *design,
					  const struct simulated *what);

/* Whether an effect was seen, and in its direction: +1 right, -1 wrong, 0 not seen. */
/* loads of the base and of the variant in blocks, five looks. */
int simulate_blocks(const struct model *model, gsl_rng *rng, const struct stat_design *design,
		    double effect);
/* First all loads of the base, then all of the variant; Welch's t, two-sided, 5 %. */
int simulate_welch(const struct model *model, gsl_rng *rng, size_t loads, double effect);
/* The same order; whose smallest of loads is smaller is better. Always claims something. */
int simulate_minimum(const struct model *model, gsl_rng *rng, size_t loads, double effect);

#endif
