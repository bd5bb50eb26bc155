// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "lib/test.h"
#include "server/stat-signed.h"

/* Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, example 3.1: Hamilton depression
 * scale factor IV of nine patients, after less before. */
static const double depression[] = { 0.878 - 1.83, 0.647 - 0.50, 0.598 - 1.62,
				     2.05 - 2.48,  1.06 - 1.68,	 1.29 - 1.88,
				     1.06 - 1.55,  3.14 - 3.06,	 1.29 - 1.30 };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Largest T with a two-sided p of at most 5 %: n = 6 and on. OEIS A226330, after Mitic (Mathematica
 * Journal 6, 1996); the same as McCornack, Journal of the American Statistical Association 60
 * (1965). */
static void critical_values_at_5_percent_are_as_published(void **state)
{
	static const int published[] = { 0,  2,	 3,  5,	 8,  10, 13, 17, 21, 25,
					 29, 34, 40, 46, 52, 58, 65, 73, 81, 89 };

	(void)state;
	for (size_t i = 0; i < COUNT(published); i++)
		assert_int_equal(stat_signed_critical(i + 6, 0.05), published[i]);
	assert_int_equal(stat_signed_critical(5, 0.05), -1);
}

/* McCornack 1965, two-sided 10 %, 2 % and 1 %, n = 8 to 25. */
static void critical_values_at_other_levels_are_as_published(void **state)
{
	static const int ten[] = { 5,  8,  10, 13, 17, 21, 25, 30, 35,
				   41, 47, 53, 60, 67, 75, 83, 91, 100 };
	static const int two[] = {
		1, 3, 5, 7, 9, 12, 15, 19, 23, 27, 32, 37, 43, 49, 55, 62, 69, 76
	};
	static const int one[] = {
		0, 1, 3, 5, 7, 9, 12, 15, 19, 23, 27, 32, 37, 42, 48, 54, 61, 68
	};

	(void)state;
	for (size_t i = 0; i < COUNT(ten); i++) {
		assert_int_equal(stat_signed_critical(i + 8, 0.10), ten[i]);
		assert_int_equal(stat_signed_critical(i + 8, 0.02), two[i]);
		assert_int_equal(stat_signed_critical(i + 8, 0.01), one[i]);
	}
}

/* OEIS A226330 again, n = 26 to 50: the normal approximation is within one of the exact value, and
 * exact where they differ least. */
static void critical_values_above_25_are_within_one_of_the_exact_ones(void **state)
{
	static const int published[] = { 98,  107, 116, 126, 137, 147, 159, 170, 182,
					 195, 208, 221, 235, 249, 264, 279, 294, 310,
					 327, 343, 361, 378, 396, 415, 434 };

	(void)state;
	for (size_t i = 0; i < COUNT(published); i++)
		assert_true(abs(stat_signed_critical(i + 26, 0.05) - published[i]) <= 1);
}

/* T+ = 5; P(T+ <= 5) = .0195 (example 3.1), two-sided 20/512. */
static void the_test_of_the_depression_data_is_as_published(void **state)
{
	struct stat_signed test = stat_signed_test(depression, 9);

	(void)state;
	assert_true(test.statistic == 5);
	assert_true(test.exact);
	assert_true(fabs(test.p - 20.0 / 512) < 1e-12);
}

/* Example 3.3: the estimate is -.46. Example 3.4: (-.786, -.010) with 96 %, T = 5 left out on each
 * side. */
static void effect_and_interval_of_the_depression_data_are_as_published(void **state)
{
	struct stat_interval within = stat_signed_interval(depression, 9, 0.05);

	(void)state;
	assert_int_equal(stat_signed_critical(9, 0.05), 5);
	assert_true(fabs(stat_hodges_lehmann(depression, 9) - -0.46) < 0.0005);
	assert_true(fabs(within.low - -0.786) < 0.0005);
	assert_true(fabs(within.high - -0.010) < 0.0005);
}

/* By hand: |d| 1 1 2 3 has the ranks 1.5 1.5 3 4; a sum of 1.5 or less comes from no rank or one of
 * the two small ones: 3 of 16. */
static void ties_share_their_rank_and_stay_exact(void **state)
{
	static const double tied[] = { -1, 1, 2, 3 };
	struct stat_signed test = stat_signed_test(tied, 4);

	(void)state;
	assert_true(test.statistic == 8.5);
	assert_true(fabs(test.p - 2 * 3.0 / 16) < 1e-12);
}

/* Pratt: |d| 0 1 2 3 4 has ranks 2 to 5 left; all positive is 1 of 16, as without the zero, but one
 * negative is worth rank 2 … */
static void zeros_are_ranked_before_they_leave(void **state)
{
	static const double with_zero[] = { 0, 1, 2, 3, 4 };
	static const double all_zero[] = { 0, 0, 0 };
	struct stat_signed test = stat_signed_test(with_zero, 5);

	(void)state;
	assert_int_equal(test.zeros, 1);
	assert_true(test.statistic == 2 + 3 + 4 + 5);
	assert_true(fabs(test.p - 2.0 / 16) < 1e-12);
	test = stat_signed_test(all_zero, 3);
	assert_int_equal(test.zeros, 3);
	assert_true(test.p == 1);
}

static void the_test_changes_side_with_the_differences(void **state)
{
	double mirrored[9];
	struct stat_interval within, other;

	(void)state;
	for (size_t i = 0; i < 9; i++)
		mirrored[i] = -depression[i];
	within = stat_signed_interval(depression, 9, 0.05);
	other = stat_signed_interval(mirrored, 9, 0.05);
	assert_true(fabs(stat_signed_test(mirrored, 9).p - stat_signed_test(depression, 9).p) <
		    1e-12);
	assert_true(fabs(within.low + other.high) < 1e-12);
	assert_true(fabs(within.high + other.low) < 1e-12);
}

/* Of 40 differences without ties, beside the exact tail of their rank sum: within 3 % of p. */
static void the_approximation_is_close_to_the_exact_p(void **state)
{
	double values[40], chance[821] = { 1 }, below = 0;
	struct stat_signed test;

	(void)state;
	for (size_t i = 0; i < 40; i++)
		values[i] = (i % 3 ? 1.0 : -1.0) * (double)(1 + i);
	for (size_t rank = 1; rank <= 40; rank++)
		for (size_t sum = 821; sum-- > 0;)
			chance[sum] = chance[sum] / 2 + (sum >= rank ? chance[sum - rank] / 2 : 0);
	test = stat_signed_test(values, 40);
	assert_false(test.exact);
	for (size_t sum = 0; sum <= 820 - (size_t)test.statistic; sum++)
		below += chance[sum];
	print_message("%g, exactly %g\n", test.p, 2 * below);
	assert_true(fabs(test.p / (2 * below) - 1) < 0.03);
}

/* No interval at 95 % from five differences, whatever they are: 2^-4 is more than 5 %. */
static void five_differences_bound_nothing_at_95_percent(void **state)
{
	static const double same[] = { 3, 3, 3, 3, 3 };
	struct stat_interval within = stat_signed_interval(same, 5, 0.05);

	(void)state;
	assert_true(isinf(within.low) && isinf(within.high));
	assert_true(stat_signed_p_min(3) == 0.25);
	assert_true(stat_signed_test(same, 3).p == 0.25);
}

/* Zero is outside the interval exactly when the test rejects, without ties: for all 2^8 signs. */
static void interval_and_test_agree(void **state)
{
	(void)state;
	for (unsigned signs = 0; signs < 256; signs++) {
		double values[8];
		struct stat_interval within;

		for (unsigned i = 0; i < 8; i++)
			values[i] = (signs & 1u << i ? 1 : -1) * (i + 1 + 0.01 * i * i);
		within = stat_signed_interval(values, 8, 0.05);
		assert_int_equal(within.low > 0 || within.high < 0,
				 stat_signed_test(values, 8).p <= 0.05);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(critical_values_at_5_percent_are_as_published),
		cmocka_unit_test(critical_values_at_other_levels_are_as_published),
		cmocka_unit_test(critical_values_above_25_are_within_one_of_the_exact_ones),
		cmocka_unit_test(the_test_of_the_depression_data_is_as_published),
		cmocka_unit_test(effect_and_interval_of_the_depression_data_are_as_published),
		cmocka_unit_test(ties_share_their_rank_and_stay_exact),
		cmocka_unit_test(zeros_are_ranked_before_they_leave),
		cmocka_unit_test(the_test_changes_side_with_the_differences),
		cmocka_unit_test(the_approximation_is_close_to_the_exact_p),
		cmocka_unit_test(five_differences_bound_nothing_at_95_percent),
		cmocka_unit_test(interval_and_test_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
