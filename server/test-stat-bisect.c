// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/stat-bisect.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#include "lib/test.h"
#include "server/stat-signed.h"

#define PATCHES 8

static void exact_answers_halve(void **state)
{
	struct stat_bisect plan = stat_bisect_plan_exact(PATCHES, 0.95);

	(void)state;
	for (size_t culprit = 1; culprit <= PATCHES; culprit++) {
		enum stat_answer answers[PATCHES + 1] = { STAT_OPEN };
		double posterior[PATCHES + 1];
		size_t asked = 0, k;

		while (stat_bisect_posterior(&plan, answers, posterior),
		       (k = stat_bisect_next(&plan, answers, posterior)) != 0) {
			answers[k] = stat_bisect_compare(10, k < culprit ? 10 : 11, 11);
			asked++;
		}
		assert_int_equal(asked, 3);
		assert_float_equal(posterior[culprit], 1, 0);
	}
}

static void one_patch_needs_no_question(void **state)
{
	struct stat_bisect plan = stat_bisect_plan(1, 0.95);
	enum stat_answer answers[2] = { STAT_OPEN };
	double posterior[2];

	(void)state;
	stat_bisect_posterior(&plan, answers, posterior);
	assert_int_equal(stat_bisect_next(&plan, answers, posterior), 0);
	assert_float_equal(posterior[1], 1, 0);
}

static void a_point_that_cannot_be_measured_leaves_two_patches(void **state)
{
	struct stat_bisect plan = stat_bisect_plan_exact(4, 0.95);
	enum stat_answer answers[5] = { [1] = STAT_AS_BASE,
					[2] = STAT_UNDECIDED,
					[3] = STAT_AS_WHOLE };
	double posterior[5];
	size_t first, last;

	(void)state;
	stat_bisect_posterior(&plan, answers, posterior);
	assert_int_equal(stat_bisect_next(&plan, answers, posterior), 0);
	stat_bisect_left(&plan, posterior, &first, &last);
	assert_int_equal(first, 2);
	assert_int_equal(last, 3);
}

static void another_point_is_asked_when_the_middle_cannot_be(void **state)
{
	struct stat_bisect plan = stat_bisect_plan_exact(4, 0.95);
	enum stat_answer answers[5] = { [2] = STAT_UNDECIDED };
	double posterior[5];

	(void)state;
	stat_bisect_posterior(&plan, answers, posterior);
	assert_int_not_equal(stat_bisect_next(&plan, answers, posterior), 0);
	assert_int_not_equal(stat_bisect_next(&plan, answers, posterior), 2);
}

static void exact_answers_that_contradict_each_other_leave_nothing_known(void **state)
{
	struct stat_bisect plan = stat_bisect_plan_exact(3, 0.95);
	enum stat_answer answers[4] = { [1] = STAT_AS_WHOLE, [2] = STAT_AS_BASE };
	double posterior[4];
	size_t first, last;

	(void)state;
	stat_bisect_posterior(&plan, answers, posterior);
	stat_bisect_left(&plan, posterior, &first, &last);
	assert_int_equal(first, 1);
	assert_int_equal(last, 3);
}

static void unbroken_answers_reach_the_confidence(void **state)
{
	(void)state;
	for (size_t patches = 2; patches <= STAT_BISECT_PATCHES_MAX; patches++) {
		struct stat_bisect plan = stat_bisect_plan(patches, 0.95);

		assert_true(stat_signed_p_min(plan.blocks) <= plan.level);
		assert_true(stat_signed_p_min(plan.blocks - 1) > plan.level);
		for (size_t culprit = 1; culprit <= patches; culprit++) {
			enum stat_answer answers[STAT_BISECT_PATCHES_MAX + 1] = { STAT_OPEN };
			double posterior[STAT_BISECT_PATCHES_MAX + 1];
			size_t k;

			while (stat_bisect_posterior(&plan, answers, posterior),
			       (k = stat_bisect_next(&plan, answers, posterior)) != 0)
				answers[k] = k < culprit ? STAT_AS_BASE : STAT_AS_WHOLE;
			assert_true(posterior[culprit] >= 0.95);
		}
	}
}

static void looks_come_after_equal_steps(void **state)
{
	struct stat_bisect plan = stat_bisect_plan(4, 0.95);

	(void)state;
	assert_int_equal(plan.blocks, 9); /* 2^-8 <= 0.005 < 2^-7 */
	assert_int_equal(stat_bisect_look(&plan, 0), 9);
	assert_int_equal(stat_bisect_look(&plan, 9), 18);
	assert_int_equal(stat_bisect_look(&plan, 35), 36);
	assert_int_equal(stat_bisect_look(&plan, 36), 0);
	plan = stat_bisect_plan_exact(4, 0.95);
	assert_int_equal(stat_bisect_look(&plan, 0), 1);
	assert_int_equal(stat_bisect_look(&plan, 1), 0);
}

/* A point's blocks on a host whose noise has this spread. where: 0 as the base, 1 as the whole. */
static void draw(gsl_rng *rng, double where, double spread, size_t blocks, double *from_base,
		 double *to_whole)
{
	for (size_t i = 0; i < blocks; i++) {
		double base = gsl_ran_gaussian(rng, spread), point = gsl_ran_gaussian(rng, spread);
		double whole = gsl_ran_gaussian(rng, spread);

		from_base[i] = where + point - base;
		to_whole[i] = 1 - where + whole - point;
	}
}

static void a_point_says_where_it_is(void **state)
{
	struct stat_bisect plan = stat_bisect_plan(4, 0.95);
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
	double from_base[64], to_whole[64];

	(void)state;
	draw(rng, 0, 0.1, 9, from_base, to_whole);
	assert_int_equal(stat_bisect_ask(&plan, from_base, to_whole, 8), STAT_OPEN);
	assert_int_equal(stat_bisect_ask(&plan, from_base, to_whole, 9), STAT_AS_BASE);
	draw(rng, 1, 0.1, 9, from_base, to_whole);
	assert_int_equal(stat_bisect_ask(&plan, from_base, to_whole, 9), STAT_AS_WHOLE);
	draw(rng, 0.5, 0.1, 9, from_base, to_whole);
	assert_int_equal(stat_bisect_ask(&plan, from_base, to_whole, 9), STAT_BETWEEN);
	for (size_t i = 0; i < 36; i++)
		from_base[i] = to_whole[i] = i % 2 ? 0.1 : -0.1;
	assert_int_equal(stat_bisect_ask(&plan, from_base, to_whole, 35), STAT_OPEN);
	assert_int_equal(stat_bisect_ask(&plan, from_base, to_whole, 36), STAT_UNDECIDED);
	gsl_rng_free(rng);
}

/* The patch that is left at the end; 0: none. */
static size_t bisect(gsl_rng *rng, const struct stat_bisect *plan, size_t culprit, double spread)
{
	enum stat_answer answers[PATCHES + 1] = { STAT_OPEN };
	double posterior[PATCHES + 1], from_base[64], to_whole[64];
	size_t k, first, last;

	while (stat_bisect_posterior(plan, answers, posterior),
	       (k = stat_bisect_next(plan, answers, posterior)) != 0) {
		size_t blocks = STAT_BISECT_LOOKS * plan->blocks;

		draw(rng, k >= culprit, spread, blocks, from_base, to_whole);
		answers[k] = stat_bisect_ask(plan, from_base, to_whole, blocks);
	}
	stat_bisect_left(plan, posterior, &first, &last);
	return first == last ? first : 0;
}

/* For noise so small that every answer comes, and so large that few do: wrong ones are at most 1
 * minus the confidence of all, whichever patch it is. Fixed seed: the same every time. */
static void the_stated_confidence_holds(void **state)
{
	static const double spreads[] = { 0.2, 0.8, 2 };
	struct stat_bisect plan = stat_bisect_plan(PATCHES, 0.95);
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

	(void)state;
	for (size_t s = 0; s < 3; s++) {
		size_t right = 0, wrong = 0, all = 400;

		for (size_t i = 0; i < all; i++) {
			size_t culprit = 1 + i % PATCHES;
			size_t found = bisect(rng, &plan, culprit, spreads[s]);

			right += found == culprit;
			wrong += found && found != culprit;
		}
		assert_true(wrong <= all / 20);
		if (!s)
			assert_true(right >= all * 95 / 100);
	}
	gsl_rng_free(rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_answers_halve),
		cmocka_unit_test(one_patch_needs_no_question),
		cmocka_unit_test(a_point_that_cannot_be_measured_leaves_two_patches),
		cmocka_unit_test(another_point_is_asked_when_the_middle_cannot_be),
		cmocka_unit_test(exact_answers_that_contradict_each_other_leave_nothing_known),
		cmocka_unit_test(unbroken_answers_reach_the_confidence),
		cmocka_unit_test(looks_come_after_equal_steps),
		cmocka_unit_test(a_point_says_where_it_is),
		cmocka_unit_test(the_stated_confidence_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
