// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "lib/cleanup.h"
#include "lib/histogram.h"
#include "lib/test.h"
#include "server/stat-count.h"
#include "server/stat-family.h"
#include "server/stat-order.h"

static void is_about(double value, double published, double half_digit)
{
	if (fabs(value - published) > half_digit * 1.0001)
		fail_msg("%.6f is not %.6f", value, published);
}

/* Newcombe, Statistics in Medicine 17 (1998), table I, "Clopper-Pearson". */
static void rate_intervals_are_as_published(void **state)
{
	static const struct {
		unsigned hits, count;
		double low, high;
	} rows[] = {
		{ 81, 263, 0.2527, 0.3676 },
		{ 15, 148, 0.0578, 0.1617 },
		{ 0, 20, 0, 0.1684 },
		{ 1, 29, 0.0009, 0.1776 },
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct stat_interval within = stat_rate_interval(rows[i].hits, rows[i].count, 0.05);

		is_about(within.low, rows[i].low, 0.00005);
		is_about(within.high, rows[i].high, 0.00005);
	}
}

static void nothing_observed_bounds_nothing(void **state)
{
	struct stat_interval within = stat_rate_interval(0, 0, 0.05);

	(void)state;
	assert_true(within.low == 0 && within.high == 1);
	within = stat_rate_interval(3, 3, 0.05);
	assert_true(within.high == 1);
	is_about(within.low, pow(0.025, 1 / 3.0), 1e-9);
}

/* Fisher's tea taster, 3 of 4 against 1 of 4: .486 two-sided, .243 one-sided (Agresti, Categorical
 * Data Analysis). His convicts with a twin: 10 of 13 against 2 of 17, .0005 two-sided. */
static void fishers_own_examples_come_out(void **state)
{
	(void)state;
	is_about(stat_fisher(3, 4, 1, 4), 34.0 / 70, 1e-9);
	is_about(stat_fisher_more(3, 4, 1, 4), 17.0 / 70, 1e-9);
	is_about(stat_fisher(10, 13, 2, 17), 0.0005367, 0.00000005);
}

static void a_panic_in_the_first_load_says_as_much_as_the_base_was_seen(void **state)
{
	(void)state;
	is_about(stat_fisher_more(1, 1, 0, 99), 1.0 / 100, 1e-9);
	is_about(stat_fisher_more(1, 1, 0, 2), 1.0 / 3, 1e-9);
	is_about(stat_fisher_more(0, 5, 0, 5), 1, 1e-9);
	is_about(stat_fisher(0, 5, 0, 5), 1, 1e-9);
}

/* 0.01, 0.04, 0.03, 0.005 at 5 %: the first and the last are claimed and the others are not; the
 * adjusted values follow from Holm's definition. */
static void holm_adjusts_step_down(void **state)
{
	static const double p[] = { 0.01, 0.04, 0.03, 0.005 },
			    published[] = { 0.03, 0.06, 0.06, 0.02 };
	double adjusted[4];

	(void)state;
	stat_holm(p, 4, adjusted);
	for (size_t i = 0; i < 4; i++)
		is_about(adjusted[i], published[i], 1e-12);
}

static void holm_never_exceeds_one_and_leaves_one_alone(void **state)
{
	static const double p[] = { 0.6, 0.7, 0.9 };
	double adjusted[3];

	(void)state;
	stat_holm(p, 3, adjusted);
	for (size_t i = 0; i < 3; i++)
		assert_true(adjusted[i] == 1);
	stat_holm(p, 1, adjusted);
	assert_true(adjusted[0] == 0.6);
	stat_holm(p, 0, adjusted);
}

/* R: quantile(c(1, 2, 4, 8), c(.25, .5, .75)) is 1.75, 3, 5. */
static void quantiles_are_type_7(void **state)
{
	static const double values[] = { 1, 2, 4, 8 };

	(void)state;
	is_about(stat_quantile(values, 4, 0.25), 1.75, 1e-12);
	is_about(stat_quantile(values, 4, 0.5), 3, 1e-12);
	is_about(stat_quantile(values, 4, 0.75), 5, 1e-12);
	is_about(stat_quantile(values, 1, 0.75), 1, 1e-12);
}

static void the_median_is_the_middle_or_between_the_middle_two(void **state)
{
	static const double values[] = { 1, 2, 4, 8 };

	(void)state;
	assert_true(stat_median(values, 1) == 1);
	assert_true(stat_median(values, 2) == 1.5);
	assert_true(stat_median(values, 3) == 2);
	assert_true(stat_median(values, 4) == 3);
}

/* Conover, Practical Nonparametric Statistics, and every table of the sign test: with n = 10 the
 * second and the ninth enclose the median at 95 % (97.9 %), with n = 20 the sixth and the fifteenth
 * (95.9 %). */
static void median_intervals_use_the_order_statistics_of_the_sign_test(void **state)
{
	double values[20];
	struct stat_interval within;

	(void)state;
	for (size_t i = 0; i < 20; i++)
		values[i] = (double)(i + 1);
	within = stat_quantile_interval(values, 10, 0.5, 0.05);
	assert_true(within.low == 2 && within.high == 9);
	within = stat_quantile_interval(values, 20, 0.5, 0.05);
	assert_true(within.low == 6 && within.high == 15);
	within = stat_quantile_interval(values, 5, 0.5, 0.05);
	assert_true(isinf(within.low) && isinf(within.high));
	/* A tail is not bounded from above by values that mostly lie below it. */
	within = stat_quantile_interval(values, 20, 0.99, 0.05);
	assert_true(within.low > 15 && isinf(within.high));
}

/* A million values kept as a histogram: its 99th percentile by ranks. The normal approximation of
 * the ranks is 990000 -+ 1.96 sqrt(9900). */
static void ranks_of_many_are_where_the_normal_distribution_has_them(void **state)
{
	CLEANUP(histogram_release) struct histogram latency = HISTOGRAM_INIT;
	size_t low, high;

	(void)state;
	stat_quantile_ranks(1000000, 0.99, 0.05, &low, &high);
	assert_in_range(low, 989800, 989810);
	assert_in_range(high, 990192, 990202);
	for (uint64_t value = 1; value <= 1000000; value++)
		histogram_record(&latency, value, 1);
	assert_true(histogram_at_rank(&latency, low).low <= 990000);
	assert_true(histogram_at_rank(&latency, high).high >= 990000);
	assert_true((double)histogram_at_rank(&latency, high).high <
		    990202 * (1 + 2 * HISTOGRAM_ERROR_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rate_intervals_are_as_published),
		cmocka_unit_test(nothing_observed_bounds_nothing),
		cmocka_unit_test(fishers_own_examples_come_out),
		cmocka_unit_test(a_panic_in_the_first_load_says_as_much_as_the_base_was_seen),
		cmocka_unit_test(holm_adjusts_step_down),
		cmocka_unit_test(holm_never_exceeds_one_and_leaves_one_alone),
		cmocka_unit_test(quantiles_are_type_7),
		cmocka_unit_test(the_median_is_the_middle_or_between_the_middle_two),
		cmocka_unit_test(ranks_of_many_are_where_the_normal_distribution_has_them),
		cmocka_unit_test(median_intervals_use_the_order_statistics_of_the_sign_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
