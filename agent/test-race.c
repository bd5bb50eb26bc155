// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "agent/json-result.h"
#include "agent/load.h"
#include "agent/report.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define HEAD                                                                                       \
	"{\"t\":\"race\",\"workload\":\"race-cpuid-ipi\",\"kind\":\"cpuid\",\"sender\":\"ipi\","   \
	"\"rounds\":20,\"cycle\":6,"

static const char good[] =
	HEAD "\"from\":-3,\"to\":9,\"ranges\":[[-3,-1,\"needed\"],[0,3,\"spurious\"],"
	     "[4,6,\"quiet\"],[7,7,\"spurious\"],[8,9,\"needed\"]]}\n";

static struct report decode(const char *text)
{
	struct report report = { 0 };

	json_report_decode(text, strlen(text), &report);
	return report;
}

static void a_map_is_read_with_its_ranges(void **state)
{
	CLEANUP(report_release) struct report report = decode(good);

	(void)state;
	assert_int_equal(report.bad_lines, 0);
	assert_int_equal(report.races_count, 1);
	assert_int_equal(report.races[0].from, -3);
	assert_int_equal(report.races[0].ranges_count, 5);
	assert_string_equal(report.races[0].ranges[1].state, "spurious");
}

static void the_spurious_window_is_the_width_of_all_spurious_ranges(void **state)
{
	CLEANUP(report_release) struct report report = decode(good);
	CLEANUP(load_result_release) struct load_result result = { 0 };

	(void)state;
	derive_race(&report, &result);
	assert_int_equal(result.samples_count, 1);
	assert_string_equal(result.samples[0].metric, "spurious_window");
	assert_string_equal(result.samples[0].workload, "race-cpuid-ipi");
	assert_string_equal(result.samples[0].kind, "cpuid");
	assert_int_equal((int)result.samples[0].value, 5);
	assert_int_equal(result.samples[0].total, 13);
}

/* Of a map with a grid: the rest is as its neighbours are. */
static void the_offsets_that_were_tried_are_counted(void **state)
{
	CLEANUP(report_release)
	struct report report =
		decode(HEAD "\"from\":0,\"to\":99,\"tried\":12,\"ranges\":[[0,99,\"quiet\"]]}\n");
	CLEANUP(report_release) struct report all = decode(good);
	CLEANUP(load_result_release) struct load_result result = { 0 };
	CLEANUP(free_ptr) char *body = NULL;

	(void)state;
	assert_int_equal(all.races[0].tried, 13);
	derive_race(&report, &result);
	assert_int_equal(result.samples[0].n, 12);
	assert_int_equal(result.samples[0].total, 12);
	body = json_load_result_encode(&result);
	assert_non_null(strstr(body, "\"tried\":12"));
}

static void an_event_that_is_lost_is_no_spurious_ipi(void **state)
{
	CLEANUP(report_release)
	struct report report = decode(HEAD "\"from\":0,\"to\":3,\"ranges\":[[0,1,\"lost\"],"
					   "[2,3,\"lost-ipi\"]]}\n");

	(void)state;
	assert_int_equal(report.races_count, 1);
	assert_int_equal(race_map_width(&report.races[0], "spurious"), 0);
	assert_int_equal(race_map_width(&report.races[0], "lost-ipi"), 2);
}

/* Each would make a plot or a width that says something else than was tried. */
static void maps_that_are_not_sound_are_counted_and_left_out(void **state)
{
	static const char *const bad[] = {
		HEAD "\"from\":0,\"to\":3,\"ranges\":[[0,1,\"quiet\"],[3,3,\"needed\"]]}\n",
		HEAD "\"from\":0,\"to\":3,\"ranges\":[[0,2,\"quiet\"],[2,3,\"needed\"]]}\n",
		HEAD "\"from\":0,\"to\":3,\"ranges\":[[0,2,\"quiet\"]]}\n",
		HEAD "\"from\":0,\"to\":3,\"ranges\":[[0,4,\"quiet\"]]}\n",
		HEAD "\"from\":0,\"to\":3,\"ranges\":[[0,1,\"quiet\"],[2,3,\"quiet\"]]}\n",
		HEAD "\"from\":0,\"to\":3,\"ranges\":[[0,3,\"fine\"]]}\n",
		HEAD "\"from\":0,\"to\":3,\"ranges\":[[0,3]]}\n",
		HEAD "\"from\":0,\"to\":3,\"tried\":5,\"ranges\":[[0,3,\"quiet\"]]}\n",
		HEAD "\"from\":0,\"to\":3,\"tried\":0,\"ranges\":[[0,3,\"quiet\"]]}\n",
		HEAD "\"from\":0,\"to\":3,\"ranges\":[]}\n",
		HEAD "\"from\":0,\"to\":3}\n",
		HEAD "\"from\":3,\"to\":0,\"ranges\":[[3,0,\"quiet\"]]}\n",
		HEAD "\"from\":-99999999999,\"to\":0,\"ranges\":[[-99999999999,0,\"quiet\"]]}\n",
		HEAD "\"from\":\"0\",\"to\":3,\"ranges\":[[0,3,\"quiet\"]]}\n",
		"{\"t\":\"race\",\"workload\":\"a b\",\"kind\":\"k\",\"sender\":\"s\",\"rounds\":1,"
		"\"cycle\":0,\"from\":0,\"to\":0,\"ranges\":[[0,0,\"quiet\"]]}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CLEANUP(report_release) struct report report = decode(bad[i]);

		assert_int_equal(report.races_count, 0);
		assert_int_equal(report.bad_lines, 1);
	}
}

static void more_ranges_than_a_map_may_have_are_refused(void **state)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT(1 << 20);
	struct report report = { 0 };

	(void)state;
	buf_printf(&line, HEAD "\"from\":0,\"to\":%d,\"ranges\":[", RACE_RANGES_MAX);
	for (int i = 0; i <= RACE_RANGES_MAX; i++)
		buf_printf(&line, "%s[%d,%d,\"%s\"]", i ? "," : "", i, i,
			   i % 2 ? "quiet" : "needed");
	buf_puts(&line, "]}");
	json_report_decode(line.data, line.length, &report);
	assert_int_equal(report.races_count, 0);
	assert_int_equal(report.bad_lines, 1);
	report_release(&report);
}

static void maps_go_on_to_the_server_as_they_came(void **state)
{
	CLEANUP(report_release) struct report report = decode(good);
	CLEANUP(load_result_release) struct load_result result = { 0 };
	CLEANUP(free_ptr) char *body = NULL;

	(void)state;
	derive_race(&report, &result);
	body = json_load_result_encode(&result);
	assert_non_null(strstr(body, "\"race_maps\":[{"));
	assert_non_null(strstr(body, "[0,3,\"spurious\"]"));
	assert_non_null(strstr(body, "\"metric\":\"spurious_window\""));
}

static void a_host_with_posted_interrupts_has_windows_of_its_own(void **state)
{
	CLEANUP(report_release) struct report report = { 0 };
	CLEANUP(load_result_release) struct load_result result = { 0 };
	static const char lines[] =
		"{\"t\":\"rep\",\"workload\":\"ipi-storm\",\"pass\":\"timing\",\"rep\":0,\"sent\":200,"
		"\"received\":200,\"destinations\":1,\"kvm\":{\"exits\":9},\"irq\":{\"RES\":2,\"PIN\":49,"
		"\"PIW\":1,\"CAL\":6,\"LOC\":8}}\n"
		"{\"t\":\"race\",\"workload\":\"race-cpuid-ipi\",\"kind\":\"cpuid\",\"sender\":\"ipi\","
		"\"from\":-2,\"to\":4,\"rounds\":9,\"cycle\":3,\"ranges\":[[-2,-1,\"needed\"],"
		"[0,2,\"spurious\"],[3,4,\"quiet\"]]}\n"
		"{\"t\":\"race\",\"workload\":\"race-tsc-deadline-ipi\",\"kind\":\"tsc-deadline\","
		"\"sender\":\"ipi\",\"from\":0,\"to\":4,\"rounds\":9,\"cycle\":3,"
		"\"ranges\":[[0,4,\"needed\"]]}\n";

	(void)state;
	json_report_decode(lines, strlen(lines), &report);
	assert_int_equal(report.bad_lines, 0);
	derive_posted(&report, &result);
	assert_int_equal(result.samples_count, 3);
	assert_string_equal(result.samples[0].metric, "posted_ipi_per_guest_ipi");
	assert_true(result.samples[0].value == 0.25);
	assert_string_equal(result.samples[1].metric, "kick_ipi_per_guest_ipi");
	assert_true(result.samples[1].value == 0.01);
	assert_string_equal(result.samples[2].metric, "posted_window");
	assert_true(result.samples[2].value == 3);
	assert_int_equal(result.races_count, 2);
}

static const char dirty[] =
	"{\"t\":\"gate\",\"gate\":\"dirty-log\",\"workload\":\"dirty-log\",\"passed\":true,"
	"\"detail\":\"all were in time\"}\n"
	"{\"t\":\"dirty\",\"workload\":\"dirty-log\",\"kind\":\"cpuid\",\"from\":-567,\"to\":1226,"
	"\"rounds\":565,\"cycle\":1091,\"bound\":10000,\"requests\":543,\"pending\":347,\"pages\":599,"
	"\"late\":0,\"latency\":971}\n"
	"{\"t\":\"dirty\",\"workload\":\"dirty-log-tsc-deadline\",\"kind\":\"tsc-deadline\","
	"\"requests\":2157,\"pending\":2150,\"late\":970,\"latency\":2302}\n";

static void a_page_in_the_dirty_log_has_its_latency(void **state)
{
	CLEANUP(report_release) struct report report = decode(dirty);
	CLEANUP(load_result_release) struct load_result result = { 0 };

	(void)state;
	assert_int_equal(report.bad_lines, 0);
	assert_int_equal(report.dirty_logs_count, 2);
	derive_posted(&report, &result);
	assert_string_equal(result.samples[0].metric, "dirty_flush_latency");
	assert_string_equal(result.samples[0].workload, "dirty-log");
	assert_string_equal(result.samples[0].kind, "cpuid");
	assert_true(result.samples[0].value == 971);
	assert_int_equal(result.samples[0].n, 347);
	assert_int_equal(result.samples[0].total, 543);
}

static void what_is_late_is_a_metric_where_no_gate_judges_it(void **state)
{
	CLEANUP(report_release) struct report report = decode(dirty);
	CLEANUP(load_result_release) struct load_result result = { 0 };

	(void)state;
	/* As both callers do: the gates go over first. */
	result.gates = report.gates;
	result.gates_count = report.gates_count;
	report.gates = NULL;
	derive_posted(&report, &result);
	assert_int_equal(result.samples_count, 3);
	assert_string_equal(result.samples[1].metric, "dirty_flush_latency");
	assert_int_equal(result.samples[1].n, 1180);
	assert_string_equal(result.samples[2].metric, "dirty_flush_late");
	assert_string_equal(result.samples[2].workload, "dirty-log-tsc-deadline");
	assert_string_equal(result.samples[2].kind, "tsc-deadline");
	assert_true(result.samples[2].value == 970);
}

static void dirty_logs_whose_numbers_do_not_agree_are_left_out(void **state)
{
#define LINE(numbers) "{\"t\":\"dirty\",\"workload\":\"w\",\"kind\":\"k\"," numbers "}\n"
	static const char *const bad[] = {
		LINE("\"requests\":0,\"pending\":0,\"late\":0,\"latency\":0"),
		LINE("\"requests\":5,\"pending\":6,\"late\":0,\"latency\":9"),
		LINE("\"requests\":5,\"pending\":4,\"late\":5,\"latency\":9"),
		LINE("\"requests\":5,\"pending\":4,\"late\":4,\"latency\":9"),
		LINE("\"requests\":5,\"pending\":4,\"late\":-1,\"latency\":9"),
		LINE("\"requests\":5,\"pending\":4,\"late\":1"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CLEANUP(report_release) struct report report = decode(bad[i]);

		assert_int_equal(report.dirty_logs_count, 0);
		assert_int_equal(report.bad_lines, 1);
	}
}

static void a_workload_that_was_not_run_says_why(void **state)
{
	CLEANUP(report_release)
	struct report report =
		decode("{\"t\":\"skip\",\"workload\":\"dirty-log\",\"why\":\"there is no PML\"}\n");
	CLEANUP(load_result_release) struct load_result result = { 0 };

	(void)state;
	derive_posted(&report, &result);
	assert_int_equal(report.skips_count, 1);
	assert_string_equal(report.skips[0].why, "there is no PML");
	assert_int_equal(report.gates_count, 0);
	assert_int_equal(result.samples_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map_is_read_with_its_ranges),
		cmocka_unit_test(the_spurious_window_is_the_width_of_all_spurious_ranges),
		cmocka_unit_test(the_offsets_that_were_tried_are_counted),
		cmocka_unit_test(an_event_that_is_lost_is_no_spurious_ipi),
		cmocka_unit_test(maps_that_are_not_sound_are_counted_and_left_out),
		cmocka_unit_test(more_ranges_than_a_map_may_have_are_refused),
		cmocka_unit_test(a_host_with_posted_interrupts_has_windows_of_its_own),
		cmocka_unit_test(a_page_in_the_dirty_log_has_its_latency),
		cmocka_unit_test(what_is_late_is_a_metric_where_no_gate_judges_it),
		cmocka_unit_test(dirty_logs_whose_numbers_do_not_agree_are_left_out),
		cmocka_unit_test(a_workload_that_was_not_run_says_why),
		cmocka_unit_test(maps_go_on_to_the_server_as_they_came),
	};

	return cmocka_run_group_tests_name("race", tests, NULL, NULL);
}
