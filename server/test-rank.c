// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/test.h"
#include "server/rank-across.h"
#include "server/rank-summary.h"
#include "server/rank.h"

#define MAX 8

/* A campaign of up to eight subjects, the base first. Its texts are literals: nothing is freed. */
struct field {
	struct rank_subject subjects[MAX];
	struct rank_input input;
	struct ranking ranking;
};

static void field_release(struct field *field)
{
	ranking_release(&field->ranking);
	for (size_t i = 0; i < MAX; i++) {
		free(field->subjects[i].samples);
		free(field->subjects[i].gates);
		free(field->subjects[i].dropped);
	}
}

static struct rank_subject *enter(struct field *field, const char *series)
{
	struct rank_subject *subject = &field->subjects[field->input.count++];

	subject->series = series;
	subject->state = RANK_READY;
	return subject;
}

static void add_sample(struct rank_subject *subject, const char *metric, const char *kind,
		       double value)
{
	const struct metric *found = metric_find(metric);

	assert_non_null(found);
	ARRAY_GROW(subject->samples, subject->samples_count, subject->samples_capacity);
	subject->samples[subject->samples_count++] = (struct rank_sample){
		.metric = found,
		.lane = (char *)(uintptr_t)found->lane,
		.workload = (char *)(uintptr_t) "w",
		.kind = (char *)(uintptr_t)kind,
		.value = value,
		.n = 1,
		.total = 1,
	};
}

static void add_gate(struct rank_subject *subject, const char *gate, bool passed)
{
	ARRAY_GROW(subject->gates, subject->gates_count, subject->gates_capacity);
	subject->gates[subject->gates_count++] = (struct rank_gate){
		.gate = (char *)(uintptr_t)gate,
		.workload = (char *)(uintptr_t) "kick-sweep",
		.detail = (char *)(uintptr_t)(passed ? "all arrived" : "2300 of 2560 kicks lost"),
		.passed = passed,
	};
}

static struct rank_subject *enter_windows(struct field *field, const char *series, double exit,
					  double entry, double path)
{
	struct rank_subject *subject = enter(field, series);

	add_sample(subject, "exit_window", "cpuid", exit);
	add_sample(subject, "entry_window", "cpuid", entry);
	add_sample(subject, "exit_path", "cpuid", path);
	return subject;
}

static const struct rank_result *run(struct field *field)
{
	field->input.subjects = field->subjects;
	rank(&field->input, &field->ranking);
	return field->ranking.results;
}

static void the_first_metric_decides(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	enter_windows(&field, "base", 274, 273, 2376);
	enter_windows(&field, "a", 45, 273, 2377);
	enter_windows(&field, "b", 5, 999, 9999);
	results = run(&field);
	assert_int_equal(results[0].place, 3);
	assert_int_equal(results[1].place, 2);
	assert_int_equal(results[2].place, 1);
}

static void the_exit_path_breaks_a_tie_of_windows(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	enter_windows(&field, "base", 274, 273, 2376);
	enter_windows(&field, "a", 45, 273, 2378);
	enter_windows(&field, "b", 45, 273, 2377);
	results = run(&field);
	assert_int_equal(results[1].place, 2);
	assert_int_equal(results[2].place, 1);
}

static void a_guard_on_any_kind_goes_before_windows_on_rare_kinds(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;
	const struct rank_key *keys;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct rank_subject *one = enter_windows(&field, "x", 45, 273, 2377);

		/* The second is better on the hlt window and worse on the hlt path. */
		add_sample(one, "exit_window", "hlt", i == 1 ? 10 : 50);
		add_sample(one, "exit_path", "hlt", i == 1 ? 5000 : 4000);
	}
	results = run(&field);
	assert_int_equal(results[1].place, 3);
	keys = field.ranking.keys;
	assert_int_equal(field.ranking.keys_count, 5);
	assert_string_equal(keys[0].metric->name, "exit_window");
	assert_string_equal(keys[0].kind, "cpuid");
	assert_string_equal(keys[2].metric->name, "exit_path");
	assert_string_equal(keys[3].kind, "hlt");
	assert_string_equal(keys[4].metric->name, "exit_window");
}

static void the_race_lane_decides_after_the_exact_windows_and_before_their_cost(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;
	const struct rank_key *keys;

	(void)state;
	/* The second has the shorter exit path, the third the narrower spurious window. */
	add_sample(enter_windows(&field, "base", 158, 273, 838), "spurious_window", "cpuid", 239);
	add_sample(enter_windows(&field, "a", 45, 273, 838), "spurious_window", "cpuid", 130);
	add_sample(enter_windows(&field, "b", 45, 273, 839), "spurious_window", "cpuid", 120);
	results = run(&field);
	assert_int_equal(results[1].place, 2);
	assert_int_equal(results[2].place, 1);
	keys = field.ranking.keys;
	assert_string_equal(keys[2].metric->name, "spurious_window");
	assert_string_equal(keys[3].metric->name, "exit_path");
	assert_null(keys[2].why_not);
}

static void a_race_map_that_varied_decides_nothing(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	add_sample(enter_windows(&field, "base", 158, 273, 838), "spurious_window", "cpuid", 239);
	add_sample(enter_windows(&field, "a", 158, 273, 838), "spurious_window", "cpuid", 120);
	add_sample(&field.subjects[1], "spurious_window", "cpuid", 121);
	results = run(&field);
	assert_int_equal(results[1].place, 1);
	assert_non_null(strstr(field.ranking.keys[2].why_not, "varied"));
}

static void equal_ones_share_a_place_and_the_next_is_counted_on(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	enter_windows(&field, "base", 274, 273, 2376);
	enter_windows(&field, "a", 45, 273, 2377);
	enter_windows(&field, "b", 45, 273, 2377);
	results = run(&field);
	assert_int_equal(results[1].place, 1);
	assert_int_equal(results[2].place, 1);
	assert_int_equal(results[0].place, 3);
}

static void a_failed_gate_disqualifies_whatever_was_scored(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	add_gate(enter_windows(&field, "base", 274, 273, 2376), "kick", true);
	add_gate(enter_windows(&field, "a", 1, 1, 1), "kick", true);
	add_gate(&field.subjects[1], "kick", false);
	results = run(&field);
	assert_int_equal(results[1].status, RANK_STATUS_DISQUALIFIED);
	assert_int_equal(results[1].place, 0);
	assert_non_null(strstr(results[1].reason, "kick"));
	assert_non_null(strstr(results[1].reason, "kick-sweep"));
	assert_non_null(strstr(results[1].reason, "2300 of 2560 kicks lost"));
	assert_int_equal(results[1].gates[0].runs, 2);
	assert_int_equal(results[1].gates[0].failed, 1);
	assert_int_equal(results[0].place, 1);
}

static void a_gate_that_the_base_fails_says_so(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	add_gate(enter_windows(&field, "base", 274, 273, 2376), "race", false);
	add_gate(&field.subjects[0], "kick", true);
	add_gate(enter_windows(&field, "a", 45, 273, 2377), "race", false);
	add_gate(&field.subjects[1], "kick", true);
	add_gate(enter_windows(&field, "b", 45, 273, 2377), "race", false);
	add_gate(&field.subjects[2], "kick", false);
	results = run(&field);
	assert_null(strstr(results[0].reason, "as well"));
	assert_non_null(strstr(results[1].reason, "The gate race failed"));
	assert_non_null(strstr(results[1].reason, "the base fails it as well"));
	/* What the base passes is the series' own. */
	assert_non_null(strstr(results[2].reason, "The gate kick failed"));
	assert_null(strstr(results[2].reason, "as well"));
}

static void a_gate_outweighs_a_failed_load(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	enter_windows(&field, "base", 274, 273, 2376);
	add_gate(enter(&field, "a"), "kick", false);
	field.subjects[1].state = RANK_FAILED;
	field.subjects[1].reason = "hang: no end mark";
	results = run(&field);
	assert_int_equal(results[1].status, RANK_STATUS_DISQUALIFIED);
	assert_non_null(strstr(results[1].reason, "hang: no end mark"));
}

static void a_gate_that_did_not_run_is_not_passed(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	add_gate(enter_windows(&field, "base", 274, 273, 2376), "kick", true);
	add_gate(&field.subjects[0], "delivery", true);
	add_gate(enter_windows(&field, "a", 45, 273, 2377), "kick", true);
	enter_windows(&field, "b", 45, 273, 2377);
	results = run(&field);
	assert_int_equal(results[1].status, RANK_STATUS_UNRANKED);
	assert_non_null(strstr(results[1].reason, "delivery"));
	assert_int_equal(results[1].gates_count, 2);
	assert_int_equal(results[1].gates[1].runs, 0);
	assert_string_equal(results[1].gates[1].detail, "not run");
	assert_int_equal(results[2].status, RANK_STATUS_UNRANKED);
	assert_false(results[2].gates_run);
	assert_int_equal(results[2].gates_count, 0);
}

static void an_exact_metric_that_varied_is_shown_and_decides_nothing(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	enter_windows(&field, "base", 274, 273, 2376);
	add_sample(enter_windows(&field, "a", 1, 273, 2377), "exit_window", "cpuid", 3);
	results = run(&field);
	assert_true(results[1].metrics[0].spread == 2);
	assert_true(results[1].metrics[0].value == 2);
	assert_non_null(field.ranking.keys[0].why_not);
	/* The entry window ties, so the exit path decides, for the base. */
	assert_int_equal(results[0].place, 1);
	assert_int_equal(results[1].place, 2);
}

static void who_lacks_the_headline_is_not_ranked_and_others_are(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	enter_windows(&field, "base", 274, 273, 2376);
	add_sample(enter(&field, "a"), "exit_path", "cpuid", 1);
	enter_windows(&field, "b", 45, 273, 2377);
	results = run(&field);
	assert_int_equal(results[1].status, RANK_STATUS_UNRANKED);
	assert_int_equal(results[2].place, 1);
	assert_int_equal(results[0].place, 2);
}

static void sampled_metrics_have_quartiles_and_decide_nothing(void **state)
{
	static const double values[] = { 0.4, 0.1, 0.3, 0.2, 0.5 };
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;
	struct rank_subject *subject;

	(void)state;
	enter(&field, "base");
	subject = enter(&field, "a");
	for (size_t i = 0; i < 5; i++)
		add_sample(subject, "host_ipi_per_guest_ipi", "", values[i]);
	subject->dropped = xcalloc(1, sizeof(char *));
	subject->dropped[0] = (char *)(uintptr_t) "w";
	subject->dropped_count = 1;
	results = run(&field);
	assert_int_equal(results[1].metrics_count, 2);
	assert_true(results[1].metrics[0].value == 0.3);
	assert_true(results[1].metrics[0].spread > 0.1999 && results[1].metrics[0].spread < 0.2001);
	assert_int_equal(results[1].metrics[0].n, 5);
	assert_int_equal(results[1].metrics[0].dropped, 1);
	assert_int_equal(results[1].status, RANK_STATUS_UNRANKED);
	assert_false(results[1].metrics[0].has_base);
	/* Of this one every repetition was dropped. */
	assert_string_equal(results[1].metrics[1].metric->name, "exits_per_ipi");
	assert_false(rank_metric_has_value(&results[1].metrics[1]));
	assert_int_equal(results[1].metrics[1].dropped, 1);
}

static void a_base_without_a_value_is_no_base(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;
	struct rank_subject *base;

	(void)state;
	base = enter(&field, "base");
	base->dropped = xcalloc(1, sizeof(char *));
	base->dropped[0] = (char *)(uintptr_t) "w";
	base->dropped_count = 1;
	add_sample(enter(&field, "a"), "host_ipi_per_guest_ipi", "", 0.5);
	results = run(&field);
	assert_int_equal(results[0].metrics_count, 2);
	assert_false(rank_metric_has_value(&results[0].metrics[0]));
	assert_true(rank_metric_has_value(&results[1].metrics[0]));
	assert_false(results[1].metrics[0].has_base);
}

static void nobody_has_a_place_before_the_base_was_measured(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	enter_windows(&field, "base", 274, 273, 2376)->state = RANK_PENDING;
	enter_windows(&field, "a", 45, 273, 2377);
	results = run(&field);
	assert_int_equal(results[0].status, RANK_STATUS_PENDING);
	assert_int_equal(results[1].status, RANK_STATUS_PENDING);
	assert_int_equal(results[1].place, 0);
}

static void an_exact_metric_counted_on_another_lane_is_left_out(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	enter_windows(&field, "base", 274, 273, 2376);
	enter_windows(&field, "a", 45, 273, 2377);
	add_sample(&field.subjects[1], "exit_window", "cpuid", 1);
	field.subjects[1].samples[3].lane = (char *)(uintptr_t) "smp";
	results = run(&field);
	assert_true(results[1].metrics[0].value == 45);
	assert_true(results[1].metrics[0].spread == 0);
}

static void a_verdict_breaks_a_tie_of_exact_metrics(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	enter_windows(&field, "base", 274, 273, 2376);
	enter_windows(&field, "a", 274, 273, 2376)->standing = rank_standing(STAT_WORSE);
	enter_windows(&field, "b", 274, 273, 2376)->standing = rank_standing(STAT_BETTER);
	enter_windows(&field, "c", 274, 273, 2376)->standing = rank_standing(STAT_SAME);
	enter_windows(&field, "d", 45, 273, 2376)->standing = rank_standing(STAT_WORSE);
	results = run(&field);
	assert_int_equal(results[4].place, 1);
	assert_int_equal(results[2].place, 2);
	assert_int_equal(results[0].place, 3);
	assert_int_equal(results[3].place, 3);
	assert_int_equal(results[0].place_last, 4);
	assert_int_equal(results[1].place, 5);
	assert_int_equal(results[1].place_last, 5);
}

static void who_is_unknown_has_several_places(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	enter_windows(&field, "base", 274, 273, 2376);
	enter_windows(&field, "a", 274, 273, 2376)->standing = rank_standing(STAT_UNKNOWN);
	enter_windows(&field, "b", 274, 273, 2376)->standing = rank_standing(STAT_BETTER);
	results = run(&field);
	/* b is before the base; a may be anywhere. */
	assert_int_equal(results[2].place, 1);
	assert_int_equal(results[2].place_last, 2);
	assert_int_equal(results[0].place, 2);
	assert_int_equal(results[0].place_last, 3);
	assert_int_equal(results[1].place, 1);
	assert_int_equal(results[1].place_last, 3);
}

static void a_campaign_without_exact_metrics_is_placed_by_its_verdicts(void **state)
{
	CLEANUP(field_release) struct field field = { 0 };
	const struct rank_result *results;

	(void)state;
	add_sample(enter(&field, "base"), "host_ipi_per_guest_ipi", "", 0.5);
	add_sample(enter(&field, "a"), "host_ipi_per_guest_ipi", "", 0.2);
	add_sample(enter(&field, "b"), "host_ipi_per_guest_ipi", "", 0.5);
	field.subjects[1].standing = rank_standing(STAT_BETTER);
	results = run(&field);
	assert_int_equal(results[1].place, 1);
	assert_int_equal(results[0].place, 2);
	assert_int_equal(results[2].status, RANK_STATUS_UNRANKED);
}

/* A series on svm and on vmx, with the base at place 3 on both. */
static struct rank_across across(enum rank_status svm, unsigned svm_place, enum rank_status vmx,
				 unsigned vmx_place)
{
	struct rank_metric metric = { .value = 1 };
	const struct rank_result base = { .status = RANK_STATUS_RANKED, .place = 3 };
	const struct rank_result results[] = {
		{ .status = svm, .place = svm_place, .metrics = &metric, .metrics_count = 1 },
		{ .status = vmx, .place = vmx_place, .metrics = &metric, .metrics_count = 1 },
	};
	const struct rank_side sides[] = { { "svm", &results[0], &base },
					   { "vmx", &results[1], &base } };
	struct rank_across answer;

	rank_across(sides, 2, &answer);
	return answer;
}

static void the_overall_place_is_the_worse_one(void **state)
{
	CLEANUP(rank_across_release)
	struct rank_across one = across(RANK_STATUS_RANKED, 1, RANK_STATUS_RANKED, 2);

	(void)state;
	assert_int_equal(one.overall, 2);
	assert_int_equal(one.agreement, RANK_AGREE);
	assert_null(one.sentence);
}

static void a_win_on_one_isa_and_a_loss_on_the_other_is_a_split(void **state)
{
	CLEANUP(rank_across_release)
	struct rank_across intel = across(RANK_STATUS_RANKED, 4, RANK_STATUS_RANKED, 1);
	CLEANUP(rank_across_release)
	struct rank_across amd = across(RANK_STATUS_RANKED, 1, RANK_STATUS_RANKED, 5);

	(void)state;
	assert_int_equal(intel.agreement, RANK_SPLIT);
	assert_int_equal(intel.overall, 4);
	assert_string_equal(intel.sentence, "Better than the base on vmx (place 1, the base 3), "
					    "worse on svm (place 4, the base 3).");
	assert_int_equal(amd.agreement, RANK_SPLIT);
	assert_string_equal(amd.sentence, "Better than the base on svm (place 1, the base 3), "
					  "worse on vmx (place 5, the base 3).");
}

static void who_wins_on_one_isa_and_loses_a_gate_on_the_other_is_split(void **state)
{
	CLEANUP(rank_across_release)
	struct rank_across one = across(RANK_STATUS_RANKED, 1, RANK_STATUS_DISQUALIFIED, 0);

	(void)state;
	assert_int_equal(one.agreement, RANK_SPLIT);
	assert_int_equal(one.overall, 0);
	assert_string_equal(one.sentence, "Better than the base on svm (place 1, the base 3), "
					  "disqualified on vmx.");
}

static void a_tie_with_the_base_is_no_loss(void **state)
{
	CLEANUP(rank_across_release)
	struct rank_across one = across(RANK_STATUS_RANKED, 1, RANK_STATUS_RANKED, 3);

	(void)state;
	assert_int_equal(one.agreement, RANK_AGREE);
	assert_int_equal(one.overall, 3);
}

static void who_was_measured_on_one_isa_only_says_so(void **state)
{
	const struct rank_result base = { .status = RANK_STATUS_RANKED, .place = 1 };
	struct rank_metric metric = { .value = 1 };
	const struct rank_result here = {
		.status = RANK_STATUS_RANKED, .place = 2, .metrics = &metric, .metrics_count = 1
	};
	const struct rank_result there = { .status = RANK_STATUS_FAILED };
	const struct rank_side sides[] = { { "svm", &here, &base }, { "vmx", &there, &base } };
	CLEANUP(rank_across_release) struct rank_across one = { 0 };

	(void)state;
	rank_across(sides, 2, &one);
	assert_int_equal(one.agreement, RANK_PARTIAL);
	assert_int_equal(one.overall, 0);
	assert_string_equal(one.sentence, "Measured on svm only; failed on vmx.");
}

static void while_an_isa_is_pending_it_is_too_early_to_say(void **state)
{
	CLEANUP(rank_across_release)
	struct rank_across one = across(RANK_STATUS_RANKED, 1, RANK_STATUS_PENDING, 0);

	(void)state;
	assert_int_equal(one.agreement, RANK_AGREE);
	assert_int_equal(one.overall, 0);
}

static void one_isa_has_nothing_to_disagree_with(void **state)
{
	const struct rank_result base = { .status = RANK_STATUS_RANKED, .place = 1 };
	const struct rank_result worse = { .status = RANK_STATUS_RANKED, .place = 2 };
	const struct rank_side side = { "svm", &worse, &base };
	CLEANUP(rank_across_release) struct rank_across one = { 0 };

	(void)state;
	rank_across(&side, 1, &one);
	assert_int_equal(one.agreement, RANK_AGREE);
	assert_int_equal(one.overall, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_metric_decides),
		cmocka_unit_test(the_exit_path_breaks_a_tie_of_windows),
		cmocka_unit_test(a_guard_on_any_kind_goes_before_windows_on_rare_kinds),
		cmocka_unit_test(the_race_lane_decides_after_the_exact_windows_and_before_their_cost),
		cmocka_unit_test(a_race_map_that_varied_decides_nothing),
		cmocka_unit_test(equal_ones_share_a_place_and_the_next_is_counted_on),
		cmocka_unit_test(a_failed_gate_disqualifies_whatever_was_scored),
		cmocka_unit_test(a_gate_that_the_base_fails_says_so),
		cmocka_unit_test(a_gate_outweighs_a_failed_load),
		cmocka_unit_test(a_gate_that_did_not_run_is_not_passed),
		cmocka_unit_test(an_exact_metric_that_varied_is_shown_and_decides_nothing),
		cmocka_unit_test(who_lacks_the_headline_is_not_ranked_and_others_are),
		cmocka_unit_test(sampled_metrics_have_quartiles_and_decide_nothing),
		cmocka_unit_test(a_base_without_a_value_is_no_base),
		cmocka_unit_test(nobody_has_a_place_before_the_base_was_measured),
		cmocka_unit_test(an_exact_metric_counted_on_another_lane_is_left_out),
		cmocka_unit_test(a_verdict_breaks_a_tie_of_exact_metrics),
		cmocka_unit_test(who_is_unknown_has_several_places),
		cmocka_unit_test(a_campaign_without_exact_metrics_is_placed_by_its_verdicts),
		cmocka_unit_test(the_overall_place_is_the_worse_one),
		cmocka_unit_test(a_win_on_one_isa_and_a_loss_on_the_other_is_a_split),
		cmocka_unit_test(who_wins_on_one_isa_and_loses_a_gate_on_the_other_is_split),
		cmocka_unit_test(a_tie_with_the_base_is_no_loss),
		cmocka_unit_test(who_was_measured_on_one_isa_only_says_so),
		cmocka_unit_test(while_an_isa_is_pending_it_is_too_early_to_say),
		cmocka_unit_test(one_isa_has_nothing_to_disagree_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
