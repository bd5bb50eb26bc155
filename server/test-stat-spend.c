// SPDX-License-Identifier: GPL-2.0-or-later
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "lib/test.h"
#include "server/stat-signed.h"
#include "server/stat-spend.h"

static const double equal_steps[] = { 1, 2, 3, 4, 5 };

/* The constant C for which |Z_k| >= C sqrt(K / k) (power 0.5) or |Z_k| >= C (power 0) has the
 * chance alpha at one of K equally spaced looks. */
static double find_constant(size_t looks, double alpha, double power)
{
	double low = 0.5, high = 8;

	while (high - low > 1e-9) {
		double middle = (low + high) / 2, z[5];

		for (size_t k = 0; k < looks; k++)
			z[k] = middle * pow((double)looks / (double)(k + 1), power);
		if (stat_cross(equal_steps, z, looks, 0) > alpha)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* C_B(K, alpha): Jennison and Turnbull, Group Sequential Methods with Applications to Clinical
 * Trials (Chapman & Hall/CRC 2000), table 2.3; O'Brien and Fleming, Biometrics 35 (1979). */
static void obrien_fleming_constants_are_as_published(void **state)
{
	static const struct {
		double alpha, constants[5];
	} rows[] = {
		{ 0.01, { 2.576, 2.580, 2.595, 2.609, 2.621 } },
		{ 0.05, { 1.960, 1.977, 2.004, 2.024, 2.040 } },
		{ 0.10, { 1.645, 1.678, 1.710, 1.733, 1.751 } },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (size_t looks = 1; looks <= 5; looks++) {
			double found = find_constant(looks, rows[i].alpha, 0.5);

			print_message("alpha %.2f, %zu looks: %.4f\n", rows[i].alpha, looks, found);
			assert_true(fabs(found - rows[i].constants[looks - 1]) < 0.0005001);
		}
}

/* C_P(K, alpha): the same book, table 2.1; Pocock, Biometrika 64 (1977). */
static void pocock_constants_are_as_published(void **state)
{
	static const double constants[] = { 1.960, 2.178, 2.289, 2.361, 2.413 };

	(void)state;
	for (size_t looks = 1; looks <= 5; looks++)
		assert_true(fabs(find_constant(looks, 0.05, 0) - constants[looks - 1]) < 0.0005001);
}

/* Armitage, McPherson and Rowe, Journal of the Royal Statistical Society A 132 (1969): what
 * repeated tests at 5 % really have. */
static void looking_without_spending_inflates_as_published(void **state)
{
	static const double chances[] = { 0.050, 0.083, 0.107, 0.126, 0.142 };
	static const double z[] = { 1.95996398, 1.95996398, 1.95996398, 1.95996398, 1.95996398 };

	(void)state;
	for (size_t looks = 1; looks <= 5; looks++)
		assert_true(fabs(stat_cross(equal_steps, z, looks, 0) - chances[looks - 1]) <
			    0.0005001);
}

/* Two-sided 5 %, five equal steps, as the program of Reboussin, DeMets, Kim and Lan (Controlled
 * Clinical Trials 21, 2000) and its successors print them, to three digits. */
static void spending_boundaries_are_those_of_the_lan_demets_program(void **state)
{
	static const double published[] = { 4.877, 3.357, 2.680, 2.290, 2.031 };
	double spent[5], z[5];

	(void)state;
	for (size_t k = 0; k < 5; k++)
		spent[k] = stat_spent(0.05, (double)(k + 1) / 5);
	stat_spend_by(equal_steps, spent, 5, z);
	for (size_t k = 0; k < 5; k++) {
		print_message("look %zu: %.5f\n", k + 1, z[k]);
		assert_true(fabs(z[k] - published[k]) < 0.0005001);
	}
	assert_true(fabs(stat_cross(equal_steps, z, 5, 0) - 0.05) < 1e-9);
}

/* With one look, power is what the normal distribution says. */
static void drift_gives_power(void **state)
{
	double information = 1, z = gsl_cdf_ugaussian_Qinv(0.025);
	double drift = z + gsl_cdf_ugaussian_Qinv(0.2);

	(void)state;
	assert_true(fabs(stat_cross(&information, &z, 1, drift) - 0.8) < 1e-4);
}

static void a_schedule_has_at_most_five_rising_looks(void **state)
{
	struct stat_schedule schedule = stat_schedule_make(6, 30);
	static const size_t blocks[] = { 6, 12, 18, 24, 30 };

	(void)state;
	assert_int_equal(schedule.looks, 5);
	for (size_t k = 0; k < 5; k++)
		assert_int_equal(schedule.blocks[k], blocks[k]);
	schedule = stat_schedule_make(3, 3);
	assert_int_equal(schedule.looks, 1);
	assert_int_equal(schedule.blocks[0], 3);
	schedule = stat_schedule_make(3, 5);
	assert_int_equal(schedule.looks, 3);
	assert_int_equal(schedule.blocks[2], 5);
}

static void one_look_may_use_all_of_alpha(void **state)
{
	struct stat_schedule schedule = stat_schedule_make(10, 10);
	struct stat_design design;
	double p = 0.013;

	(void)state;
	stat_design_make(&schedule, 0.05, &design);
	assert_true(fabs(design.spend.level[0] - 0.05) < 1e-9);
	assert_true(fabs(stat_sequential_p(&design, &p, 1) - p) < 1e-6);
}

/* Six blocks cannot reach the level of a first look: its smallest p is 1/32. */
static void a_look_on_few_blocks_cannot_stop_anything(void **state)
{
	struct stat_schedule schedule = stat_schedule_make(6, 30);
	struct stat_spend spend;

	(void)state;
	stat_spend_plan(&schedule, 0.05, &spend);
	assert_true(stat_signed_p_min(6) == 1.0 / 32);
	assert_true(spend.level[0] < stat_signed_p_min(6));
	assert_true(spend.level[1] > stat_signed_p_min(12));
}

/* Or there would be no p-value over looks. */
static void levels_rise_with_alpha_at_every_look(void **state)
{
	static const size_t bounds[][2] = { { 6, 30 }, { 3, 20 }, { 8, 100 }, { 5, 8 }, { 3, 12 } };

	(void)state;
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		struct stat_schedule schedule = stat_schedule_make(bounds[i][0], bounds[i][1]);
		struct stat_spend before = { .looks = 0 }, spend;

		for (double alpha = 1e-6; alpha < 0.9; alpha *= 1.3) {
			stat_spend_plan(&schedule, alpha, &spend);
			for (size_t k = 0; k < spend.looks; k++)
				assert_true(spend.level[k] >= before.level[k]);
			before = spend;
		}
	}
}

static void the_p_over_looks_is_where_the_boundary_is_met(void **state)
{
	struct stat_schedule schedule = stat_schedule_make(6, 30);
	double p[5] = { 0.5, 0.2, 0.03, 0.01, 0.9 };
	struct stat_design design;
	struct stat_spend spend;
	double found;

	(void)state;
	stat_design_make(&schedule, 0.05, &design);
	found = stat_sequential_p(&design, p, 4);
	stat_spend_plan(&schedule, found, &spend);
	print_message("p %.5f, level there %.5f\n", found, spend.level[3]);
	assert_true(fabs(spend.level[3] - 0.01) < 0.00001);
	/* A later look that sees nothing takes nothing back, and costs nothing. */
	assert_true(stat_sequential_p(&design, p, 5) == found);
	assert_true(found > 0.01);
	assert_true(stat_sequential_p(&design, p, 0) == 1);
}

/* I(n) = n (2n + 1) / (n + 1): of all orders of sizes and all signs of three blocks, the sums over
 * the first two and over all three. */
static void information_is_the_correlation_of_signed_ranks(void **state)
{
	static const int orders[6][3] = { { 1, 2, 3 }, { 1, 3, 2 }, { 2, 1, 3 },
					  { 2, 3, 1 }, { 3, 1, 2 }, { 3, 2, 1 } };
	double products = 0, squares_two = 0, squares_three = 0, two, three;

	(void)state;
	for (size_t i = 0; i < 6; i++)
		for (int signs = 0; signs < 8; signs++) {
			double values[3];

			for (int k = 0; k < 3; k++)
				values[k] = signs & 1 << k ? orders[i][k] : -orders[i][k];
			two = stat_signed_test(values, 2).statistic - 1.5;
			three = stat_signed_test(values, 3).statistic - 3;
			products += two * three;
			squares_two += two * two;
			squares_three += three * three;
		}
	two = 2 * 5 / 3.0;
	three = 3 * 7 / 4.0;
	assert_true(fabs(products / sqrt(squares_two * squares_three) - sqrt(two / three)) < 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(obrien_fleming_constants_are_as_published),
		cmocka_unit_test(pocock_constants_are_as_published),
		cmocka_unit_test(looking_without_spending_inflates_as_published),
		cmocka_unit_test(spending_boundaries_are_those_of_the_lan_demets_program),
		cmocka_unit_test(drift_gives_power),
		cmocka_unit_test(a_schedule_has_at_most_five_rising_looks),
		cmocka_unit_test(one_look_may_use_all_of_alpha),
		cmocka_unit_test(a_look_on_few_blocks_cannot_stop_anything),
		cmocka_unit_test(levels_rise_with_alpha_at_every_look),
		cmocka_unit_test(the_p_over_looks_is_where_the_boundary_is_met),
		cmocka_unit_test(information_is_the_correlation_of_signed_ranks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
