// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "cli/mechanism.h"
#include "cli/noise-plan.h"
#include "cli/noise.h"
#include "cli/statistics.h"
#include "lib/cleanup.h"
#include "lib/test.h"

/* clang-format off */
#define VERDICT(series, family, workload, verdict, effect, low, high, p) \
	"{\"series\":\"" series "\",\"isa\":\"svm\",\"metric\":\"host_ipi_per_guest_ipi\"," \
	"\"workload\":\"" workload "\",\"family\":" family ",\"better\":\"less\",\"verdict\":\"" verdict \
	"\",\"effect\":" effect ",\"low\":" low ",\"high\":" high ",\"margin\":0.05,\"n\":18," \
	"\"looks\":3,\"p\":0.001,\"p_adjusted\":" p "}"
#define BUDGET(settled) \
	"\"budget\":{\"first\":6,\"most\":30,\"null_control\":true,\"looks\":[6,12,18,24,30],\"isa\":[" \
	"{\"isa\":\"svm\",\"planned\":18,\"settled\":" settled ",\"spent_loads\":67,\"unknown\":1," \
	"\"block_loads\":3,\"block_s\":36.0}]}"

static const char decided[] =
	"{\"statistics\":{\"alpha\":0.05," BUDGET("18") ",\"verdicts\":["
	VERDICT("fast", "\"headline\"", "ipi-storm", "better", "-0.088", "-0.103", "-0.075", "0.0015") ","
	VERDICT("fast", "\"other\"", "ipi-spin", "unknown", "-0.01", "-0.06", "0.04", "0.8")
	"],\"null_control\":["
	VERDICT("null control", "null", "ipi-storm", "same", "0.0004", "-0.015", "0.014", "null")
	"],\"lost\":[{\"series\":\"broken\",\"isa\":\"svm\",\"lost\":1,\"loads\":1,\"base_lost\":0,"
	"\"base_loads\":36,\"p\":0.027}]}}";

static const char too_few[] =
	"{\"alpha\":0.05," BUDGET("3") ",\"verdicts\":["
	VERDICT("fast", "\"headline\"", "ipi-storm", "unknown", "-0.5", "null", "null", "1")
	"],\"null_control\":[],\"lost\":[]}";

static const char record[] =
	"{\"host\":1,\"records\":[{\"isa\":\"svm\",\"metric\":\"host_ipi_per_guest_ipi\","
	"\"workload\":\"ipi-storm\",\"blocks\":40,\"typical\":0.0142,\"comparisons\":3,"
	"\"false_positives\":0,\"rate_low\":0,\"rate_high\":0.708,\"power\":0.8,\"block_loads\":3,"
	"\"detectable\":[{\"blocks\":6,\"effect\":null},{\"blocks\":12,\"effect\":0.031}],\"needed\":[{\"effect\":0.005,\"blocks\":null,"
	"\"seconds\":null},{\"effect\":0.01,\"blocks\":14,\"seconds\":2280}]}]}";

static const char expected[] =
	"{\"campaign\":1,\"expectations\":[{\"series\":\"fast\",\"isa\":\"svm\",\"metric\":\"exit_window\","
	"\"expected\":\"less\",\"outcome\":\"confirmed\",\"sentence\":\"274 of the base, 45 of this.\","
	"\"function\":{\"module\":\"kvm_amd\",\"function\":\"svm_vcpu_run\",\"difference\":-229},"
	"\"exit_reason\":null},{\"series\":\"fast\",\"isa\":\"svm\",\"metric\":\"exits_per_ipi\","
	"\"expected\":\"same\",\"outcome\":\"undecided\",\"sentence\":\"Too few blocks.\",\"function\":null,"
	"\"exit_reason\":{\"reason\":\"interrupt\",\"variant\":900,\"base\":4000}}]}";
/* clang-format on */

static char *print(const char *document, bool all, bool budget)
{
	CLEANUP(statistics_release) struct statistics statistics = { 0 };
	struct screen screen = { .columns = 100 };
	struct err err = ERR_INIT;
	char *text = NULL;
	size_t bytes = 0;

	if (statistics_decode(document, strlen(document), &statistics, &err) < 0)
		fail_msg("%s", err.text);
	screen.out = open_memstream(&text, &bytes);
	if (budget)
		statistics_print_budget(&statistics, &screen);
	else
		statistics_print(&statistics, all, &screen);
	fclose(screen.out);
	return text;
}

static void the_headline_and_its_null_control_are_shown(void **state)
{
	CLEANUP(free_ptr) char *text = print(decided, false, false);

	(void)state;
	assert_non_null(strstr(text, "host_ipi_per_guest_ipi of ipi-storm"));
	assert_non_null(strstr(text, "better"));
	assert_non_null(strstr(text, "-8.8 %"));
	assert_non_null(strstr(text, "-10.3 to -7.5 %"));
	assert_non_null(strstr(text, "0.0015"));
	assert_non_null(strstr(text, "null control"));
	assert_null(strstr(text, "ipi-spin"));
}

static void all_verdicts_are_shown_when_asked_for(void **state)
{
	CLEANUP(free_ptr) char *text = print(decided, true, false);

	(void)state;
	assert_non_null(strstr(text, "ipi-spin"));
}

static void a_lost_run_stands_beside_the_bases(void **state)
{
	CLEANUP(free_ptr) char *text = print(decided, false, false);

	(void)state;
	assert_non_null(strstr(text, "broken (svm): 1 of 1 loads were lost; of the base's 36, 0."));
	assert_non_null(strstr(text, "0.027"));
}

static void too_few_blocks_give_a_sentence_and_no_table(void **state)
{
	CLEANUP(free_ptr) char *text = print(too_few, false, false);

	(void)state;
	assert_non_null(strstr(text, "No verdict on host_ipi_per_guest_ipi"));
	assert_null(strstr(text, "-50.0 %"));
}

static void the_budget_says_what_one_more_block_costs(void **state)
{
	CLEANUP(free_ptr) char *text = print(decided, false, true);

	(void)state;
	assert_non_null(strstr(text, "18 of at most 30 done, 67 loads spent"));
	assert_non_null(strstr(text, "6, 12, 18, 24, 30"));
	assert_non_null(strstr(text, "one more block is 3 loads, about 36.0 s"));
}

static void a_ranking_without_statistics_prints_nothing(void **state)
{
	CLEANUP(free_ptr) char *text = print("{\"campaign\":1,\"results\":[]}", false, false);

	(void)state;
	assert_string_equal(text, "");
}

static void a_verdict_without_its_series_is_refused(void **state)
{
	static const char document[] = "{\"verdicts\":[{\"isa\":\"svm\"}]}";
	struct statistics statistics = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_true(statistics_decode(document, strlen(document), &statistics, &err) < 0);
}

static void noise_says_what_can_be_seen_and_what_it_takes(void **state)
{
	CLEANUP(noise_release) struct noise noise = { 0 };
	struct screen screen = { .columns = 200 };
	CLEANUP(free_ptr) char *text = NULL;
	struct err err = ERR_INIT;
	size_t bytes = 0;

	(void)state;
	assert_int_equal(noise_decode(record, strlen(record), &noise, &err), 0);
	assert_true(isnan(noise.records[0].detectable[0].effect));
	screen.out = open_memstream(&text, &bytes);
	noise_print(&noise, &screen);
	fclose(screen.out);
	assert_non_null(strstr(text, "to see 1 % you need 14 blocks (42 loads for one series), "
				     "about 38 min"));
	assert_non_null(strstr(text, "0.5 % cannot be seen in 100 blocks"));
	assert_non_null(strstr(text, "0 of 3"));
	assert_non_null(strstr(text, "0 to 71 %"));
}

static void a_campaign_is_told_what_its_blocks_can_show(void **state)
{
	CLEANUP(noise_release) struct noise noise = { 0 };
	CLEANUP(free_ptr) char *few = NULL;
	CLEANUP(free_ptr) char *more = NULL;
	CLEANUP(free_ptr) char *none = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(noise_decode(record, strlen(record), &noise, &err), 0);
	few = noise_plan_sentence(&noise.records[0], 0.01, 6);
	assert_null(strstr(few, "asked for"));
	more = noise_plan_sentence(&noise.records[0], 0.01, 13);
	assert_non_null(strstr(more, "; the 13 asked for can show 3.1 %"));
	noise.records[0].blocks = 4;
	none = noise_plan_sentence(&noise.records[0], 0.005, 6);
	assert_string_equal(none, "0.5 % cannot be seen yet: the record is too short");
}

static void expectations_come_with_their_evidence(void **state)
{
	CLEANUP(mechanism_release) struct mechanism mechanism = { 0 };
	struct screen screen = { .columns = 200 };
	CLEANUP(free_ptr) char *text = NULL;
	struct err err = ERR_INIT;
	size_t bytes = 0;

	(void)state;
	assert_int_equal(mechanism_decode(expected, strlen(expected), &mechanism, &err), 0);
	screen.out = open_memstream(&text, &bytes);
	mechanism_print(&mechanism, &screen);
	fclose(screen.out);
	assert_non_null(strstr(text, "fast (svm): expected less exit_window: confirmed."));
	assert_non_null(strstr(text, "Most of it in svm_vcpu_run(): -229."));
	assert_non_null(strstr(text, "interrupt, from 4000 to 900."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_headline_and_its_null_control_are_shown),
		cmocka_unit_test(all_verdicts_are_shown_when_asked_for),
		cmocka_unit_test(a_lost_run_stands_beside_the_bases),
		cmocka_unit_test(too_few_blocks_give_a_sentence_and_no_table),
		cmocka_unit_test(the_budget_says_what_one_more_block_costs),
		cmocka_unit_test(a_ranking_without_statistics_prints_nothing),
		cmocka_unit_test(a_verdict_without_its_series_is_refused),
		cmocka_unit_test(expectations_come_with_their_evidence),
		cmocka_unit_test(noise_says_what_can_be_seen_and_what_it_takes),
		cmocka_unit_test(a_campaign_is_told_what_its_blocks_can_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
