// SPDX-License-Identifier: GPL-2.0-or-later
#include <gsl/gsl_randist.h>
#include <math.h>

#include "lib/test.h"
#include "server/stat-blocks.h"
#include "server/stat-power.h"

#define BLOCKS 30

/* Blocks of an effect, with a spread that alternates so that nothing is tied or random. */
static struct stat_comparison compare(struct stat_pair *pairs, size_t count, double effect,
				      double spread)
{
	for (size_t i = 0; i < count; i++) {
		double noise = (i % 2 ? 1 : -1) * spread * (double)(1 + i % 7) / 7;

		pairs[i] = (struct stat_pair){
			.block = i + 1,
			.base = 100 + 10 * (double)i, /* the host drifts, and both feel it */
			.variant = (100 + 10 * (double)i) * (1 + effect) * (1 + noise),
		};
	}
	return (struct stat_comparison){ .pairs = pairs,
					 .count = count,
					 .blocks = count,
					 .margin = 0.01,
					 .less_is_better = true };
}

static void judge(struct stat_comparison *comparisons, size_t count)
{
	struct stat_schedule schedule = stat_schedule_make(6, BLOCKS);
	struct stat_design design;

	stat_design_make(&schedule, STAT_ALPHA, &design);
	stat_compare(&design, comparisons, count);
}

static void three_loads_claim_nothing(void **state)
{
	struct stat_pair pairs[3];
	struct stat_comparison comparison = compare(pairs, 3, -0.5, 0.0001);
	struct stat_schedule schedule = stat_schedule_make(3, 3);
	struct stat_design design;

	(void)state;
	stat_design_make(&schedule, STAT_ALPHA, &design);
	stat_compare(&design, &comparison, 1);
	assert_int_equal(comparison.verdict, STAT_UNKNOWN);
	assert_true(fabs(comparison.effect - -0.5) < 0.001);
	assert_true(isinf(comparison.within.low) && isinf(comparison.within.high));
	assert_true(fabs(comparison.p - 0.25) < 1e-6);
}

static void two_percent_less_is_better_and_more_is_worse(void **state)
{
	struct stat_pair pairs[BLOCKS];
	struct stat_comparison comparison = compare(pairs, 18, -0.02, 0.01);

	(void)state;
	judge(&comparison, 1);
	assert_int_equal(comparison.looks, 3);
	assert_int_equal(comparison.n, 18);
	assert_int_equal(comparison.verdict, STAT_BETTER);
	assert_true(comparison.within.low < -0.02 && comparison.within.high > -0.02);
	comparison = compare(pairs, 18, 0.02, 0.01);
	judge(&comparison, 1);
	assert_int_equal(comparison.verdict, STAT_WORSE);
	comparison = compare(pairs, 18, 0.02, 0.01);
	comparison.less_is_better = false;
	judge(&comparison, 1);
	assert_int_equal(comparison.verdict, STAT_BETTER);
}

static void an_interval_within_the_margin_is_the_same(void **state)
{
	struct stat_pair pairs[BLOCKS];
	struct stat_comparison comparison = compare(pairs, 30, 0, 0.002);

	(void)state;
	judge(&comparison, 1);
	assert_int_equal(comparison.verdict, STAT_SAME);
	/* Even when it is surely not nothing. */
	comparison = compare(pairs, 30, 0.003, 0.002);
	judge(&comparison, 1);
	assert_true(comparison.within.low > 0);
	assert_int_equal(comparison.verdict, STAT_SAME);
}

static void a_wide_interval_is_unknown(void **state)
{
	struct stat_pair pairs[BLOCKS];
	struct stat_comparison comparison = compare(pairs, 30, 0, 0.2);

	(void)state;
	judge(&comparison, 1);
	assert_int_equal(comparison.verdict, STAT_UNKNOWN);
}

static void blocks_past_a_look_wait_for_the_next(void **state)
{
	struct stat_pair pairs[BLOCKS];
	struct stat_comparison comparison = compare(pairs, 17, -0.02, 0.01);

	(void)state;
	judge(&comparison, 1);
	assert_int_equal(comparison.looks, 2);
	assert_int_equal(comparison.n, 12);
}

static void before_the_first_look_the_effect_is_shown_and_not_judged(void **state)
{
	struct stat_pair pairs[BLOCKS];
	struct stat_comparison comparison = compare(pairs, 4, -0.02, 0.01);

	(void)state;
	judge(&comparison, 1);
	assert_int_equal(comparison.looks, 0);
	assert_int_equal(comparison.n, 4);
	assert_false(isnan(comparison.effect));
	assert_int_equal(comparison.verdict, STAT_UNKNOWN);
	comparison = compare(pairs, 0, 0, 0);
	judge(&comparison, 1);
	assert_true(isnan(comparison.effect));
}

/* Twelve blocks that do not pass at the second look must not pass at the fifth because its level is
 * milder. */
static void a_variant_left_out_of_later_blocks_is_not_looked_at_again(void **state)
{
	struct stat_pair pairs[BLOCKS];
	struct stat_comparison comparison = compare(pairs, 12, -0.004, 0.01), later;

	(void)state;
	judge(&comparison, 1);
	later = compare(pairs, 12, -0.004, 0.01);
	later.blocks = BLOCKS;
	judge(&later, 1);
	assert_int_equal(later.looks, 2);
	assert_true(later.p == comparison.p);
	assert_true(later.within.low == comparison.within.low);
}

static void many_comparisons_need_more_evidence(void **state)
{
	struct stat_pair pairs[BLOCKS], others[10][BLOCKS];
	struct stat_comparison comparisons[11];

	(void)state;
	comparisons[0] = compare(pairs, 12, -0.012, 0.02);
	judge(comparisons, 1);
	assert_true(comparisons[0].p_adjusted == comparisons[0].p);
	for (size_t i = 0; i < 10; i++)
		comparisons[i + 1] = compare(others[i], 12, 0, 0.02);
	judge(comparisons, 11);
	assert_true(fabs(comparisons[0].p_adjusted - fmin(1, 11 * comparisons[0].p)) < 1e-12);
}

static void a_count_of_nothing_has_a_ratio(void **state)
{
	(void)state;
	assert_true(stat_log_ratio(0, 0) == 0);
	assert_true(stat_log_ratio(5, 0) == -log(STAT_RATIO_MAX));
	assert_true(stat_log_ratio(0, 5) == log(STAT_RATIO_MAX));
	assert_true(fabs(stat_log_ratio(2, 1) + log(2)) < 1e-12);
}

/* A record of standard normal noise: the textbook sample size of the one-sample t-test for half a
 * deviation at 80 % is 34 (Cohen 1988); the signed-rank test needs 3/pi (Hodges and Lehmann 1956)
 * of the efficiency: about 36. */
static void blocks_needed_are_those_of_the_textbook(void **state)
{
	double record[2000];
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
	size_t needed;

	(void)state;
	for (size_t i = 0; i < 2000; i++)
		record[i] = gsl_ran_gaussian(rng, 0.02);
	gsl_rng_free(rng);
	needed = stat_blocks_needed(record, 2000, expm1(0.01), 0.05, 100);
	print_message("needed: %zu\n", needed);
	assert_in_range(needed, 31, 41);
}

static void more_blocks_see_smaller_effects(void **state)
{
	double record[20], ten, forty;

	(void)state;
	for (size_t i = 0; i < 20; i++)
		record[i] = 0.02 * (double)(i + 1) / 20;
	assert_true(isinf(stat_detectable(record, 20, 5, 0.05)));
	ten = stat_detectable(record, 20, 10, 0.05);
	forty = stat_detectable(record, 20, 40, 0.05);
	assert_true(forty < ten && ten < 0.03 && forty > 0);
	assert_true(stat_power(record, 20, forty, 40, 0.05) >= STAT_POWER);
	assert_true(isinf(stat_detectable(record, STAT_RECORD_MIN - 1, 40, 0.05)));
	assert_int_equal(stat_blocks_needed(record, 20, 0.0001, 0.05, 40), 0);
	assert_true(stat_power(record, 20, -0.01, 20, 0.05) ==
		    stat_power(record, 20, 1 / 0.99 - 1, 20, 0.05));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_loads_claim_nothing),
		cmocka_unit_test(two_percent_less_is_better_and_more_is_worse),
		cmocka_unit_test(an_interval_within_the_margin_is_the_same),
		cmocka_unit_test(a_wide_interval_is_unknown),
		cmocka_unit_test(blocks_past_a_look_wait_for_the_next),
		cmocka_unit_test(before_the_first_look_the_effect_is_shown_and_not_judged),
		cmocka_unit_test(a_variant_left_out_of_later_blocks_is_not_looked_at_again),
		cmocka_unit_test(many_comparisons_need_more_evidence),
		cmocka_unit_test(a_count_of_nothing_has_a_ratio),
		cmocka_unit_test(blocks_needed_are_those_of_the_textbook),
		cmocka_unit_test(more_blocks_see_smaller_effects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
