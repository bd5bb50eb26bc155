// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/test.h"

#include <string.h>

#include "agent/json-latency.h"
#include "agent/load.h"
#include "lib/cleanup.h"

static struct report decode(const char *text)
{
	struct report report = { 0 };

	json_report_decode(text, strlen(text), &report);
	return report;
}

#define LINE(rep, buckets)                                                                         \
	"{\"t\":\"latency\",\"workload\":\"ipi-spin\",\"pass\":\"timing\",\"rep\":" rep            \
	",\"target\":\"spin\",\"bits\":7,\"buckets\":" buckets "}\n"

static void repetitions_are_merged(void **state)
{
	CLEANUP(report_release)
	struct report report = decode(LINE("0", "[[10,2],[900,1]]") LINE("1", "[[10,1]]"));
	CLEANUP(load_result_release) struct load_result result = { 0 };

	(void)state;
	assert_int_equal(report.latencies_count, 2);
	derive_latencies(&report, "race", &result);
	assert_string_equal(result.latency_clock, "instructions");
	assert_int_equal(result.latencies_count, 1);
	assert_int_equal(result.latencies[0].histogram.counts[10], 3);
	assert_int_equal(result.latencies[0].histogram.total, 4);
}

static void of_a_dropped_repetition_there_are_none(void **state)
{
	CLEANUP(report_release) struct report report = decode(LINE("0", "[[10,2]]") LINE("1", "[[11,1]]"));
	CLEANUP(load_result_release) struct load_result result = { 0 };

	(void)state;
	result.dropped = calloc(1, sizeof(*result.dropped));
	result.dropped_count = 1;
	snprintf(result.dropped[0].workload, sizeof(result.dropped[0].workload), "ipi-spin");
	result.dropped[0].rep = 1;
	derive_latencies(&report, "smp", &result);
	assert_string_equal(result.latency_clock, "emulated");
	assert_int_equal(result.latencies[0].histogram.total, 2);
}

static void what_a_host_makes_up_is_counted_and_skipped(void **state)
{
	CLEANUP(report_release)
	struct report report = decode(LINE("0", "[]") LINE("0", "[[10,0]]") LINE("0", "[[11,1],[10,1]]")
					      LINE("0", "[[99999999,1]]") LINE("0", "[[1,1,1]]")
						      LINE("0", "[[1,-1]]") LINE("-1", "[[1,1]]"));

	(void)state;
	assert_int_equal(report.latencies_count, 0);
	assert_int_equal(report.bad_lines, 7);
}

static void what_is_sent_is_what_was_read(void **state)
{
	json_t *line = json_pack("{s:s, s:s, s:i, s:i, s:[[i, i], [i, i]]}", "workload", "ipi-halt",
				 "target", "hlt", "rep", 0, "bits", HISTOGRAM_BITS, "buckets", 5, 7,
				 2000, 1);
	struct latency latency;
	json_t *sent;

	(void)state;
	assert_true(json_latency_decode(line, &latency));
	sent = json_latency_encode(&latency, "instructions");
	assert_true(json_equal(json_object_get(line, "buckets"), json_object_get(sent, "buckets")));
	assert_string_equal(json_string_value(json_object_get(sent, "clock")), "instructions");
	latency_release(&latency);
	json_decref(line);
	json_decref(sent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repetitions_are_merged),
		cmocka_unit_test(of_a_dropped_repetition_there_are_none),
		cmocka_unit_test(what_a_host_makes_up_is_counted_and_skipped),
		cmocka_unit_test(what_is_sent_is_what_was_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
