// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/test.h"

#include <string.h>

#include "agent/load.h"
#include "agent/report.h"
#include "lib/cleanup.h"

static const char rep_line[] =
	"{\"t\":\"rep\",\"workload\":\"ipi-storm\",\"pass\":\"timing\",\"rep\":1,\"vcpus\":2,"
	"\"sent\":1000,"
	"\"received\":1000,\"destinations\":1,\"kvm\":{\"exits\":4000},\"irq\":{\"RES\":500,"
	"\"CAL\":10,"
	"\"TLB\":4,\"LOC\":99},\"run_delay_ns\":[0,1000],\"wall_ns\":1000000}\n";

static struct report decode(const char *text)
{
	struct report report = { 0 };

	json_report_decode(text, strlen(text), &report);
	return report;
}

static const struct sample *find(const struct load_result *result, const char *metric)
{
	for (size_t i = 0; i < result->samples_count; i++)
		if (!strcmp(result->samples[i].metric, metric))
			return &result->samples[i];
	return NULL;
}

static void lines_that_do_not_parse_are_counted_and_skipped(void **state)
{
	CLEANUP(report_release)
	struct report report = decode(
		"garbage\n{\"t\":\"rep\",\"workload\":7}\n{\"no\":1}\n"
		"{\"t\":\"rep\",\"workload\":\"x\",\"pass\":\"timing\",\"sent\":-1}\n"
		"{\"t\":\"gate\",\"gate\":\"kick\",\"workload\":\"kick-spin\",\"passed\":true}\n");

	(void)state;
	assert_int_equal(report.bad_lines, 4);
	assert_int_equal(report.gates_count, 1);
	assert_true(report.gates[0].passed);
}

static void an_unknown_line_is_no_error(void **state)
{
	CLEANUP(report_release) struct report report = decode("{\"t\":\"later\",\"x\":1}\n");

	(void)state;
	assert_int_equal(report.bad_lines, 0);
}

static void host_ipis_leave_out_timers_and_count_shootdowns_once(void **state)
{
	CLEANUP(report_release) struct report report = decode(rep_line);

	(void)state;
	assert_int_equal(report.reps_count, 1);
	assert_int_equal(report.reps[0].host_ipis, 510);
}

static void ratios_are_per_guest_ipi(void **state)
{
	CLEANUP(report_release) struct report report = decode(rep_line);
	CLEANUP(load_result_release) struct load_result result = { 0 };
	struct load_outcome outcome = { 0 };

	(void)state;
	derive_sampled(&report, &outcome, &result);
	assert_float_equal(find(&result, "host_ipi_per_guest_ipi")->value, 0.51, 1e-9);
	assert_float_equal(find(&result, "exits_per_ipi")->value, 4.0, 1e-9);
	assert_int_equal(result.dropped_count, 0);
}

static void a_repetition_whose_threads_waited_is_dropped_and_said(void **state)
{
	CLEANUP(report_release) struct report report = decode(rep_line);
	CLEANUP(load_result_release) struct load_result result = { 0 };
	struct rep_delay delay = { .workload = "ipi-storm",
				   .pass = "timing",
				   .rep = 1,
				   .wall_ns = 1000000,
				   .run_delay_ns = 60000 };
	struct load_outcome outcome = { .delays = &delay, .delays_count = 1 };

	(void)state;
	derive_sampled(&report, &outcome, &result);
	assert_int_equal(result.samples_count, 0);
	assert_int_equal(result.dropped_count, 1);
	assert_string_equal(
		result.dropped[0].why,
		"A vCPU thread waited 60 of 1000 us for a processor of the machine that "
		"emulates the host.");
}

static void delays_of_another_repetition_do_not_matter(void **state)
{
	CLEANUP(report_release) struct report report = decode(rep_line);
	CLEANUP(load_result_release) struct load_result result = { 0 };
	struct rep_delay delay = { .workload = "ipi-storm",
				   .pass = "timing",
				   .rep = 2,
				   .wall_ns = 1000000,
				   .run_delay_ns = 900000 };
	struct load_outcome outcome = { .delays = &delay, .delays_count = 1 };

	(void)state;
	derive_sampled(&report, &outcome, &result);
	assert_int_equal(result.dropped_count, 0);
	assert_int_equal(result.samples_count, 2);
}

static void the_counting_pass_gives_reasons_and_no_ratios(void **state)
{
	CLEANUP(report_release)
	struct report report = decode("{\"t\":\"rep\",\"workload\":\"ipi-spin\",\"pass\":"
				      "\"counting\",\"rep\":0,\"sent\":10,"
				      "\"received\":10,\"destinations\":1,\"exits_by_reason\":{"
				      "\"msr\":10,\"npf\":2},\"wall_ns\":5}\n");
	CLEANUP(load_result_release) struct load_result result = { 0 };
	struct load_outcome outcome = { 0 };

	(void)state;
	derive_sampled(&report, &outcome, &result);
	assert_int_equal(result.samples_count, 2);
	assert_string_equal(result.samples[0].metric, "exits_by_reason");
	assert_string_equal(result.samples[0].kind, "msr");
}

static void facts_of_the_host_are_flattened(void **state)
{
	CLEANUP(report_release)
	struct report report = decode("{\"t\":\"hello\",\"kernel\":\"6.1.0\",\"cpus\":2,"
				      "\"parameters\":{\"kvm.tdp_mmu\":\"Y\"}}\n");
	CLEANUP(load_result_release) struct load_result result = { 0 };

	(void)state;
	derive_fingerprint("emulator=QEMU 7.2\ncpu=EPYC\n", &report, &result);
	assert_int_equal(result.fingerprint_count, 5);
	assert_string_equal(result.fingerprint[0].key, "emulator");
	assert_string_equal(result.fingerprint[0].value, "QEMU 7.2");
	assert_string_equal(result.fingerprint[4].key, "parameters.kvm.tdp_mmu");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_that_do_not_parse_are_counted_and_skipped),
		cmocka_unit_test(an_unknown_line_is_no_error),
		cmocka_unit_test(host_ipis_leave_out_timers_and_count_shootdowns_once),
		cmocka_unit_test(ratios_are_per_guest_ipi),
		cmocka_unit_test(a_repetition_whose_threads_waited_is_dropped_and_said),
		cmocka_unit_test(delays_of_another_repetition_do_not_matter),
		cmocka_unit_test(the_counting_pass_gives_reasons_and_no_ratios),
		cmocka_unit_test(facts_of_the_host_are_flattened),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
