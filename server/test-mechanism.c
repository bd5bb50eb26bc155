// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/test.h"
#include "server/mechanism.h"

static struct err err;

static struct expectation expect(const char *text)
{
	struct expectation expectations[EXPECTATIONS_MAX];
	size_t count = 0;

	if (expectations_parse(text, expectations, &count, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(count, 1);
	return expectations[0];
}

static void a_list_of_expectations_is_taken(void **state)
{
	struct expectation expectations[EXPECTATIONS_MAX];
	size_t count = 0;

	(void)state;
	assert_int_equal(expectations_parse("exit_window:less,host_ipi_per_guest_ipi:more,"
					    "exit_path:same",
					    expectations, &count, &err),
			 0);
	assert_int_equal(count, 3);
	assert_string_equal(expectations[1].metric->name, "host_ipi_per_guest_ipi");
	assert_int_equal(expectations[1].direction, DIRECTION_MORE);
	assert_int_equal(expectations[2].direction, DIRECTION_SAME);
}

static void what_is_no_expectation_is_refused_with_a_sentence(void **state)
{
	static const char *const texts[] = { "speed:less",
					     "exit_window",
					     "exit_window:",
					     "exit_window:lower",
					     ":less",
					     "exit_window:less,exit_window:same",
					     ",",
					     "exits_by_reason:less" };
	struct expectation expectations[EXPECTATIONS_MAX];
	size_t count = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (expectations_parse(texts[i], expectations, &count, &err) != -EINVAL)
			fail_msg("taken: %s", texts[i]);
		assert_true(strlen(err.text) > 10);
	}
	assert_int_equal(count, 7);
}

static struct rank_metric exact(double value, double spread)
{
	return (struct rank_metric){ .metric = metric_find("exit_window"),
				     .workload = "exit-cpuid",
				     .kind = RANK_HEADLINE_KIND,
				     .exact = true,
				     .value = value,
				     .spread = spread };
}

static enum outcome judge_exact(const char *text, struct rank_metric own, struct rank_metric base)
{
	struct expectation expectation = expect(text);
	struct rank_result result = { .metrics = &own, .metrics_count = 1 };
	struct rank_result of_base = { .metrics = &base, .metrics_count = 1 };
	CLEANUP(free_ptr) char *sentence = NULL;
	enum outcome outcome = mechanism_judge(&expectation, &result, &of_base, NULL, &sentence);

	assert_non_null(sentence);
	return outcome;
}

static void one_instruction_confirms_or_refutes(void **state)
{
	(void)state;
	assert_int_equal(judge_exact("exit_window:less", exact(273, 0), exact(274, 0)),
			 OUTCOME_CONFIRMED);
	assert_int_equal(judge_exact("exit_window:less", exact(275, 0), exact(274, 0)),
			 OUTCOME_REFUTED);
	assert_int_equal(judge_exact("exit_window:less", exact(274, 0), exact(274, 0)),
			 OUTCOME_REFUTED);
	assert_int_equal(judge_exact("exit_window:same", exact(274, 0), exact(274, 0)),
			 OUTCOME_CONFIRMED);
	assert_int_equal(judge_exact("exit_window:more", exact(275, 0), exact(274, 0)),
			 OUTCOME_CONFIRMED);
}

static void a_count_that_varied_or_is_missing_decides_nothing(void **state)
{
	(void)state;
	assert_int_equal(judge_exact("exit_window:less", exact(45, 1), exact(274, 0)),
			 OUTCOME_UNDECIDED);
	assert_int_equal(judge_exact("exit_window:less", exact(45, 0), exact(274, 1)),
			 OUTCOME_UNDECIDED);
	assert_int_equal(judge_exact("exit_path:less", exact(45, 0), exact(274, 0)),
			 OUTCOME_UNDECIDED);
}

static enum outcome judge_sampled(const char *text, enum stat_verdict verdict, double effect,
				  double low, double high, char **ret_sentence)
{
	struct expectation expectation = expect(text);
	struct judged judged = {
		.metric = expectation.metric,
		.workload = JUDGE_HEADLINE_WORKLOAD,
		.comparison = { .verdict = verdict,
				.effect = effect,
				.within = { low, high },
				.n = 18 },
	};
	struct rank_result none = { 0 };

	return mechanism_judge(&expectation, &none, &none, &judged, ret_sentence);
}

static void a_verdict_confirms_or_refutes(void **state)
{
	static const struct {
		const char *text;
		enum stat_verdict verdict;
		double effect;
		enum outcome outcome;
	} rows[] = {
		{ "host_ipi_per_guest_ipi:less", STAT_BETTER, -0.1, OUTCOME_CONFIRMED },
		{ "host_ipi_per_guest_ipi:less", STAT_WORSE, 0.1, OUTCOME_REFUTED },
		{ "host_ipi_per_guest_ipi:less", STAT_SAME, -0.01, OUTCOME_REFUTED },
		{ "host_ipi_per_guest_ipi:same", STAT_SAME, -0.01, OUTCOME_CONFIRMED },
		{ "host_ipi_per_guest_ipi:more", STAT_WORSE, 0.1, OUTCOME_CONFIRMED },
		{ "host_ipi_per_guest_ipi:less", STAT_UNKNOWN, -0.1, OUTCOME_UNDECIDED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(free_ptr) char *sentence = NULL;

		assert_int_equal(judge_sampled(rows[i].text, rows[i].verdict, rows[i].effect, -0.2,
					       0.2, &sentence),
				 rows[i].outcome);
		assert_non_null(strstr(sentence, "18 blocks"));
	}
}

static void what_nothing_bounds_is_undecided(void **state)
{
	CLEANUP(free_ptr) char *sentence = NULL;
	CLEANUP(free_ptr) char *missing = NULL;
	struct expectation expectation = expect("host_ipi_per_guest_ipi:less");
	struct rank_result none = { 0 };

	(void)state;
	assert_int_equal(judge_sampled("host_ipi_per_guest_ipi:less", STAT_UNKNOWN, -0.5, -INFINITY,
				       INFINITY, &sentence),
			 OUTCOME_UNDECIDED);
	assert_non_null(strstr(sentence, "bound no effect"));
	assert_int_equal(mechanism_judge(&expectation, &none, &none, NULL, &missing),
			 OUTCOME_UNDECIDED);
	assert_non_null(missing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_of_expectations_is_taken),
		cmocka_unit_test(what_is_no_expectation_is_refused_with_a_sentence),
		cmocka_unit_test(one_instruction_confirms_or_refutes),
		cmocka_unit_test(a_count_that_varied_or_is_missing_decides_nothing),
		cmocka_unit_test(a_verdict_confirms_or_refutes),
		cmocka_unit_test(what_nothing_bounds_is_undecided),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
