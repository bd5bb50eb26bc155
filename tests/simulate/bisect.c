// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/simulate/bisect.h"

#include <math.h>

#include "server/plan.h"
#include "server/stat-bisect.h"
#include "server/stat-blocks.h"

#define BLOCKS_MAX 128

struct search {
	struct host host;
	struct stat_bisect plan;
	uint64_t seed;
	double effect; /* of the whole */
	size_t blocks;
};

/* Blocks of one part, which has the effect or not, until it answers. */
static enum stat_answer ask(struct search *search, bool has_it)
{
	double from_base[BLOCKS_MAX], to_whole[BLOCKS_MAX], sign = search->effect < 0 ? -1 : 1;
	double effects[3] = { 0, has_it ? search->effect : 0, search->effect };
	enum stat_answer answer = STAT_OPEN;

	for (size_t done = 0, to; answer == STAT_OPEN; done = to) {
		to = stat_bisect_look(&search->plan, done);
		for (size_t i = done; i < to; i++) {
			double values[3];
			size_t order[3];

			plan_order(search->seed, (unsigned)++search->blocks, true, 3, 1, order);
			for (size_t k = 0; k < 3; k++)
				values[order[k]] = host_load(&search->host, effects[order[k]]);
			from_base[i] = sign * stat_log_ratio(values[0], values[1]);
			to_whole[i] = sign * stat_log_ratio(values[1], values[2]);
		}
		answer = stat_bisect_ask(&search->plan, from_base, to_whole, to);
	}
	return answer;
}

struct bisected simulate_bisection(const struct model *model, gsl_rng *rng, size_t patches,
				   size_t culprit, double effect, double confidence)
{
	struct search search = { .plan = stat_bisect_plan(patches, confidence),
				 .seed = gsl_rng_get(rng),
				 .effect = effect };
	enum stat_answer answers[STAT_BISECT_PATCHES_MAX + 1] = { STAT_OPEN };
	double posterior[STAT_BISECT_PATCHES_MAX + 1];
	struct bisected found = { 0 };
	size_t k, first, last;

	host_start(&search.host, model, rng);
	while (stat_bisect_posterior(&search.plan, answers, posterior),
	       (k = stat_bisect_next(&search.plan, answers, posterior)) != 0)
		answers[k] = ask(&search, culprit <= k);
	stat_bisect_left(&search.plan, posterior, &first, &last);
	if (first == last)
		found.left = first;
	/* Without another patch than the culprit the series still has the effect. */
	if (found.left && ask(&search, found.left != culprit) == STAT_AS_BASE)
		found.named = found.left;
	found.blocks = search.blocks;
	return found;
}
