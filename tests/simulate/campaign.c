// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/simulate/campaign.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "server/plan.h"
#include "server/stat-signed.h"

/* One block: the base and who is still unknown, in the order of the planner. */
static void run_block(struct host *host, const struct simulated *what, uint64_t seed, size_t block,
		      struct stat_comparison *comparisons, struct simulated_result *result)
{
	size_t who[SIMULATED_VARIANTS_MAX + 1] = { 0 }, order[SIMULATED_VARIANTS_MAX + 1];
	double values[SIMULATED_VARIANTS_MAX + 1] = { 0 };
	size_t count = 1;

	for (size_t i = 0; i < what->variants; i++)
		if (result->verdicts[i] == STAT_UNKNOWN)
			who[count++] = i + 1;
	plan_order(seed, (unsigned)block, true, count, 1, order);
	for (size_t i = 0; i < count; i++) {
		size_t subject = who[order[i]];

		values[subject] = host_load(host, subject ? what->effects[subject - 1] : 0);
		result->loads++;
	}
	result->base_loads++;
	for (size_t i = 0; i < what->variants; i++) {
		struct stat_pair *pairs = (struct stat_pair *)(uintptr_t)comparisons[i].pairs;

		comparisons[i].blocks = block;
		if (result->verdicts[i] == STAT_UNKNOWN)
			pairs[comparisons[i].count++] =
				(struct stat_pair){ block, values[0], values[i + 1] };
	}
}

struct simulated_result simulate_campaign(const struct model *model, gsl_rng *rng,
					  const struct stat_design *design,
					  const struct simulated *what)
{
	struct stat_comparison comparisons[SIMULATED_VARIANTS_MAX] = { 0 };
	struct simulated_result result = { .blocks = 0 };
	size_t most = design->schedule.blocks[design->schedule.looks - 1];
	CLEANUP(free_ptr)
	struct stat_pair *pairs = xcalloc(what->variants * most, sizeof(*pairs));
	uint64_t seed = gsl_rng_get(rng);
	struct host host;
	bool open = true;

	host_start(&host, model, rng);
	for (size_t i = 0; i < what->variants; i++)
		comparisons[i] = (struct stat_comparison){ .pairs = pairs + i * most,
							   .margin = what->margin,
							   .less_is_better = what->less_is_better };
	for (size_t look = 0; look < design->schedule.looks && open; look++) {
		while (result.blocks < design->schedule.blocks[look])
			run_block(&host, what, seed, ++result.blocks, comparisons, &result);
		stat_compare(design, comparisons, what->variants);
		open = false;
		for (size_t i = 0; i < what->variants; i++) {
			/* What was claimed once stays claimed. */
			if (result.verdicts[i] == STAT_UNKNOWN)
				result.verdicts[i] = comparisons[i].verdict;
			open |= result.verdicts[i] == STAT_UNKNOWN;
		}
	}
	return result;
}

static int direction(double estimate, double effect)
{
	return (estimate > 0) == (effect > 0) ? 1 : -1;
}

int simulate_blocks(const struct model *model, gsl_rng *rng, const struct stat_design *design,
		    double effect)
{
	size_t most = design->schedule.blocks[design->schedule.looks - 1];
	CLEANUP(free_ptr) double *ratios = xcalloc(most, sizeof(*ratios));
	uint64_t seed = gsl_rng_get(rng);
	struct host host;
	size_t block = 0;

	host_start(&host, model, rng);
	for (size_t look = 0; look < design->schedule.looks; look++) {
		struct stat_signed test;

		for (; block < design->schedule.blocks[look]; block++) {
			size_t order[2];
			double values[2];

			plan_order(seed, (unsigned)block + 1, true, 2, 1, order);
			for (size_t i = 0; i < 2; i++)
				values[order[i]] = host_load(&host, order[i] ? effect : 0);
			ratios[block] = stat_log_ratio(values[0], values[1]);
		}
		test = stat_signed_test(ratios, block);
		if (test.p <= design->spend.level[look])
			return direction(test.statistic - (double)block * (double)(block + 1) / 4,
					 effect);
	}
	return 0;
}

struct moments {
	double mean, variance;
};

static struct moments moments_of(struct host *host, size_t loads, double effect)
{
	struct moments moments = { 0 };

	for (size_t i = 1; i <= loads; i++) {
		double value = host_load(host, effect), off = value - moments.mean;

		moments.mean += off / (double)i;
		moments.variance += off * (value - moments.mean);
	}
	moments.variance /= (double)(loads - 1);
	return moments;
}

int simulate_welch(const struct model *model, gsl_rng *rng, size_t loads, double effect)
{
	struct moments base, variant;
	struct host host;
	double a, b, t, freedom;

	host_start(&host, model, rng);
	base = moments_of(&host, loads, 0);
	variant = moments_of(&host, loads, effect);
	a = base.variance / (double)loads;
	b = variant.variance / (double)loads;
	t = (variant.mean - base.mean) / sqrt(a + b);
	freedom = (a + b) * (a + b) * (double)(loads - 1) / (a * a + b * b);
	return 2 * gsl_cdf_tdist_Q(fabs(t), freedom) <= 0.05 ? direction(t, effect) : 0;
}

int simulate_minimum(const struct model *model, gsl_rng *rng, size_t loads, double effect)
{
	double base = INFINITY, variant = INFINITY;
	struct host host;

	host_start(&host, model, rng);
	for (size_t i = 0; i < loads; i++)
		base = fmin(base, host_load(&host, 0));
	for (size_t i = 0; i < loads; i++)
		variant = fmin(variant, host_load(&host, effect));
	return direction(variant - base, effect);
}
