// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether verdicts may be believed: campaigns on simulated hosts where nothing differs, and where
 * something does.
 *
 *	simulate [--campaigns N]	the tables of `make bench-stats`; N: 2000
 *	simulate --bisections N		the one about bisections alone
 *	simulate --check		the same in small, as TAP (tests/simulate.test)
 *
 * All draws start from fixed seeds.
 */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/stat-count.h"
#include "tests/simulate/bisect.h"
#include "tests/simulate/campaign.h"

#define VARIANTS 3
#define LOADS_MOST 400
#define POWER 0.8
/* A check fails when what it saw had a chance below this if all was well. */
#define CHECK_CHANCE 1e-4

static const double effects[] = { 0.005, 0.01, 0.02, 0.05 };

static gsl_rng *rng_of(unsigned long seed)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

	gsl_rng_set(rng, seed);
	return rng;
}

/* ---- false positives: three variants of the same code, up to 30 blocks, five looks ---- */

struct alarms {
	unsigned campaigns, false_ones;
	double blocks;
};

/* A margin of 0 leaves no verdict but unknown to end a campaign early: all five looks are taken. */
static struct alarms count_alarms(const struct model *model, const struct stat_design *design,
				  unsigned campaigns, double margin)
{
	struct simulated what = { .variants = VARIANTS, .margin = margin, .less_is_better = true };
	struct alarms alarms = { .campaigns = campaigns };
	gsl_rng *rng = rng_of(1 + (unsigned long)(model - models));

	for (unsigned i = 0; i < campaigns; i++) {
		struct simulated_result result = simulate_campaign(model, rng, design, &what);
		bool claimed = false;

		for (size_t k = 0; k < VARIANTS; k++)
			claimed |= result.verdicts[k] == STAT_BETTER ||
				   result.verdicts[k] == STAT_WORSE;
		alarms.false_ones += claimed;
		alarms.blocks += (double)result.blocks / campaigns;
	}
	gsl_rng_free(rng);
	return alarms;
}

/* The chance of so many or more if each campaign claims falsely with exactly alpha. */
static double chance_of(const struct alarms *alarms)
{
	return alarms->false_ones
		       ? gsl_cdf_binomial_Q(alarms->false_ones - 1, STAT_ALPHA, alarms->campaigns)
		       : 1;
}

typedef int one_trial(const struct model *model, gsl_rng *rng, size_t loads, double effect);

/* Claims of either direction among trials; seen: only those in the effect's. */
static double rate_of(one_trial *trial, const struct model *model, size_t loads, double effect,
		      unsigned trials, bool seen)
{
	gsl_rng *rng = rng_of(1000 + (unsigned long)(model - models));
	unsigned hits = 0;

	for (unsigned i = 0; i < trials; i++) {
		int outcome = trial(model, rng, loads, effect);

		hits += seen ? outcome > 0 : outcome != 0;
	}
	gsl_rng_free(rng);
	return (double)hits / trials;
}

static int blocks_trial(const struct model *model, gsl_rng *rng, size_t loads, double effect)
{
	/* Trials of one size come one after the other; a design takes longer than a trial. */
	static struct stat_design design;
	static size_t made;

	if (made != loads) {
		struct stat_schedule schedule = stat_schedule_make((loads + 4) / 5, loads);

		stat_design_make(&schedule, STAT_ALPHA, &design);
		made = loads;
	}
	return simulate_blocks(model, rng, &design, effect);
}

/* ---- power: the fewest loads of base and variant each ---- */

/* 0: more than LOADS_MOST. The power of a discrete test is not quite monotone: the answer may be a
 * few loads off, which trials blur more. */
static size_t loads_needed(one_trial *trial, const struct model *model, double effect,
			   unsigned trials)
{
	size_t low = 2, high = 4;

	while (high < LOADS_MOST && rate_of(trial, model, high, effect, trials, true) < POWER) {
		low = high;
		high = 2 * high < LOADS_MOST ? 2 * high : LOADS_MOST;
	}
	if (high == LOADS_MOST && rate_of(trial, model, high, effect, trials, true) < POWER)
		return 0;
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (rate_of(trial, model, middle, effect, trials, true) >= POWER)
			high = middle;
		else
			low = middle;
	}
	return high;
}

static void print_needed(size_t loads)
{
	if (loads)
		printf(" %6zu", loads);
	else
		printf("  >%4d", LOADS_MOST);
}

static void print_power(unsigned trials)
{
	printf("== power: loads of base and variant each to see an effect with %.0f %%\n",
	       100 * POWER);
	printf("   ours: blocks, five looks, 5 %% over all of them, signed ranks; the most that "
	       "are "
	       "bought\n   Welch: first all of the base, then all of the variant; t test at 5 %%. "
	       "Where it "
	       "claims\n   falsely (below) its few loads are worth nothing\n");
	printf("%-15s %27s   %27s\n%-15s", "", "ours", "Welch, unpaired", "");
	for (int i = 0; i < 2; i++) {
		for (size_t e = 0; e < 4; e++)
			printf(" %4.1f %%", 100 * effects[e]);
		printf("  ");
	}
	printf("\n");
	for (size_t m = 0; m < models_count; m++) {
		printf("%-15s", models[m].name);
		for (size_t e = 0; e < 4; e++)
			print_needed(loads_needed(blocks_trial, &models[m], effects[e], trials));
		printf("  ");
		for (size_t e = 0; e < 4; e++)
			print_needed(loads_needed(simulate_welch, &models[m], effects[e], trials));
		printf("\n");
		fflush(stdout);
	}
	printf("\n== \"minimum of three\": how often it has the direction right (50 %% is a "
	       "coin)\n%-15s",
	       "");
	for (size_t e = 0; e < 4; e++)
		printf(" %4.1f %%", 100 * effects[e]);
	printf("\n");
	for (size_t m = 0; m < models_count; m++) {
		printf("%-15s", models[m].name);
		for (size_t e = 0; e < 4; e++)
			printf(" %4.0f %%", 100 * rate_of(simulate_minimum, &models[m], 3,
							  effects[e], 10 * trials, true));
		printf("\n");
	}
	printf("\n");
}

static void print_alarms(const struct stat_design *design, unsigned campaigns)
{
	printf("== false positives: %u campaigns of %d variants of the base's own code, up to %zu "
	       "blocks\n"
	       "   ours: any variant called better or worse at any of %zu looks (nominal 5 %%), "
	       "with its "
	       "95 %% interval\n   Welch: two equal builds, 20 loads each, one after the other "
	       "(nominal "
	       "5 %%)\n   minimum of three: always claims, so 100 %% of equal builds are told "
	       "apart\n",
	       campaigns, VARIANTS, design->schedule.blocks[design->schedule.looks - 1],
	       design->schedule.looks);
	printf("%-15s %-37s %6s  %-15s %s\n", "model", "", "ours", "", "Welch");
	for (size_t m = 0; m < models_count; m++) {
		struct alarms alarms = count_alarms(&models[m], design, campaigns, 0);
		struct stat_interval within =
			stat_rate_interval(alarms.false_ones, alarms.campaigns, 0.05);

		printf("%-15s %-37s %5.1f %%  %4.1f to %4.1f %%  %5.1f %%%s\n", models[m].name,
		       models[m].what, 100.0 * alarms.false_ones / alarms.campaigns,
		       100 * within.low, 100 * within.high,
		       100 * rate_of(simulate_welch, &models[m], 20, 0, campaigns, false),
		       chance_of(&alarms) < CHECK_CHANCE ? "  ABOVE NOMINAL" : "");
		fflush(stdout);
	}
}

/* ---- bisections: one of eight patches, each in turn ---- */

#define BISECT_PATCHES 8
#define BISECT_CONFIDENCE 0.95

struct searches {
	unsigned all, right, left_wrong, named_wrong;
	double blocks;
};

static struct searches bisect_all(const struct model *model, double effect, unsigned searches)
{
	struct searches sum = { .all = searches };
	gsl_rng *rng = rng_of(5000 + (unsigned long)(model - models));

	for (unsigned i = 0; i < searches; i++) {
		size_t culprit = 1 + i % BISECT_PATCHES;
		struct bisected found = simulate_bisection(model, rng, BISECT_PATCHES, culprit,
							   effect, BISECT_CONFIDENCE);

		sum.right += found.named == culprit;
		sum.left_wrong += found.left && found.left != culprit;
		sum.named_wrong += found.named && found.named != culprit;
		sum.blocks += (double)found.blocks / searches;
	}
	gsl_rng_free(rng);
	return sum;
}

static void print_bisections(unsigned searches)
{
	static const double sizes[] = { 0.01, 0.02, 0.05 };

	printf("== bisections of %d patches at %.0f %%: %u searches for each size of the effect\n"
	       "   named: the right patch, with the rest seen to be as the base; left: another one "
	       "was left over\n   (nominal %.0f %%); wrong: and named; blocks of three loads\n%-15s",
	       BISECT_PATCHES, 100 * BISECT_CONFIDENCE, searches, 100 * (1 - BISECT_CONFIDENCE),
	       "");
	for (size_t e = 0; e < 3; e++)
		printf("  %2.0f %%: named  left wrong blocks", 100 * sizes[e]);
	printf("\n");
	for (size_t m = 0; m < models_count; m++) {
		printf("%-15s", models[m].name);
		for (size_t e = 0; e < 3; e++) {
			struct searches sum = bisect_all(&models[m], sizes[e], searches);

			printf("     %5.1f %% %4.1f %%  %4u  %5.0f", 100.0 * sum.right / sum.all,
			       100.0 * sum.left_wrong / sum.all, sum.named_wrong, sum.blocks);
		}
		printf("\n");
		fflush(stdout);
	}
	printf("\n");
}

/* ---- the same in small, as a test ---- */

static unsigned tests, failures;

static void report(bool good, const char *what, const char *model, double value)
{
	failures += !good;
	printf("%sok %u - %s: %s (%.3g)\n", good ? "" : "not ", ++tests, model, what, value);
}

static void check(const struct stat_design *design)
{
	for (size_t m = 0; m < models_count; m++) {
		struct alarms alarms = count_alarms(&models[m], design, 300, 0);

		report(chance_of(&alarms) >= CHECK_CHANCE, "false positives are at most nominal",
		       models[m].name, (double)alarms.false_ones / alarms.campaigns);
	}
	for (int side = 0; side < 2; side++) {
		struct simulated what = { .variants = 3, .margin = 0.005, .less_is_better = true };
		gsl_rng *rng = rng_of(77);
		unsigned right = 0, spoilt = 0, campaigns = 100;

		/* One planted effect of 2 % beside two null controls. */
		what.effects[1] = side ? 0.02 : -0.02;
		for (unsigned i = 0; i < campaigns; i++) {
			struct simulated_result result =
				simulate_campaign(&models[0], rng, design, &what);

			right += result.verdicts[1] == (side ? STAT_WORSE : STAT_BETTER);
			spoilt += result.verdicts[0] == STAT_BETTER ||
				  result.verdicts[0] == STAT_WORSE ||
				  result.verdicts[2] == STAT_BETTER ||
				  result.verdicts[2] == STAT_WORSE;
		}
		gsl_rng_free(rng);
		/* The power is above 99 %: fewer than 90 of 100 has no chance. */
		report(right >= 90, side ? "+2 % is called worse" : "-2 % is called better",
		       models[0].name, right);
		report(gsl_cdf_binomial_Q(spoilt ? spoilt - 1 : 0, STAT_ALPHA, campaigns) >=
				       CHECK_CHANCE ||
			       !spoilt,
		       "the null controls beside it are not", models[0].name, spoilt);
	}
	for (size_t m = 0; m < models_count; m++) {
		struct searches sum = bisect_all(&models[m], 0.02, 80);

		report(!sum.left_wrong || gsl_cdf_binomial_Q(sum.left_wrong - 1,
							     1 - BISECT_CONFIDENCE,
							     sum.all) >= CHECK_CHANCE,
		       "the patch that is left over is the one, with the confidence",
		       models[m].name, (double)sum.left_wrong / sum.all);
		report(!sum.named_wrong, "no other one is named", models[m].name, sum.named_wrong);
	}
	/* What the comparison is for: a test that this simulator can fail. */
	report(rate_of(simulate_welch, &models[4], 20, 0, 300, false) > 0.2,
	       "unpaired runs under drift claim what is not there", models[4].name,
	       rate_of(simulate_welch, &models[4], 20, 0, 300, false));
	printf("1..%u\n", tests);
}

int main(int argc, char **argv)
{
	struct stat_schedule schedule = stat_schedule_make(6, 30);
	struct stat_design design;
	unsigned campaigns = 2000;

	stat_design_make(&schedule, STAT_ALPHA, &design);
	if (argc == 2 && !strcmp(argv[1], "--check")) {
		check(&design);
		return failures != 0;
	}
	if (argc == 3 && !strcmp(argv[1], "--bisections") && strtoul(argv[2], NULL, 10)) {
		print_bisections((unsigned)strtoul(argv[2], NULL, 10));
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "--campaigns"))
		campaigns = (unsigned)strtoul(argv[2], NULL, 10);
	else if (argc != 1)
		campaigns = 0;
	if (!campaigns) {
		fprintf(stderr, "simulate [--campaigns N | --bisections N | --check]\n");
		return 2;
	}
	print_power(campaigns / 5 ? campaigns / 5 : 1);
	print_bisections(campaigns / 5 ? campaigns / 5 : 1);
	print_alarms(&design, campaigns);
	return 0;
}
