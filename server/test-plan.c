// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/rank-read.h"
#include "server/test-fixture.h"

static void the_base_is_built_first(void **state)
{
	struct fixture *f = *state;
	CLEANUP(task_release) struct task task = { 0 };
	struct lease lease;

	make_campaign(f, usual_request(), 2);
	assert_int_equal(take(f, "build", &lease), 0);
	task = read_task(f, lease.task);
	assert_true(task.base);
	assert_string_equal(task.series, "base");
	assert_null(task.mbox);
}

static void a_campaign_is_done_when_every_load_has_its_result(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct campaign_request request = usual_request();
	int64_t id;

	snprintf(request.lanes, sizeof(request.lanes), "exact,smp");
	id = make_campaign(f, request, 2);
	build_all(f, "123", 3);
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "measuring");
	/* One exact load, and one in each of two smp blocks. */
	for (size_t i = 0; i < campaign.variants_count; i++)
		assert_int_equal(campaign.variants[i].loads_count, 3);
	while (run_block(f, "", "ok"))
		;
	campaign_release(&campaign);
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "done");
	assert_string_equal(campaign.variants[2].state, "done");
	assert_int_equal(count_rows(f, id), 9);
}

static void the_race_lane_has_one_block_of_its_rounds_in_order(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(task_release) struct task task = { 0 };
	struct campaign_request request = usual_request();
	struct lease lease;
	int64_t id;

	snprintf(request.lanes, sizeof(request.lanes), "race");
	request.loads_race = 2;
	id = make_campaign(f, request, 1);
	build_all(f, "12", 2);
	campaign = read_campaign(f, id);
	assert_int_equal(campaign.loads_race, 2);
	assert_int_equal(campaign.variants[0].loads_count, 2);
	assert_string_equal(campaign.variants[1].loads[0].lane, "race");
	assert_int_equal(campaign.variants[0].loads[0].block, campaign.variants[1].loads[1].block);
	assert_int_equal(take(f, "bench-svm", &lease), 0);
	task = read_task(f, lease.task);
	assert_string_equal(task.loads[0].series, "base");
	assert_string_equal(task.loads[1].series, campaign.variants[1].series);
	assert_string_equal(task.loads[2].series, "base");
}

static void posted_interrupts_are_measured_on_vmx_by_who_has_them(void **state)
{
	struct fixture *f = *state;
	CLEANUP(task_release) struct task build = { 0 }, block = { 0 };
	struct campaign_request request = usual_request();
	struct lease lease;

	snprintf(request.lanes, sizeof(request.lanes), "posted");
	snprintf(request.isa, sizeof(request.isa), "svm,vmx");
	make_campaign(f, request, 1);
	assert_int_equal(take(f, "build", &lease), 0);
	build = read_task(f, lease.task);
	assert_true(build.posted);
	finish_build(f, &lease, '1');
	build_all(f, "2", 1);
	assert_int_equal(take(f, "bench-svm", &lease), -EAGAIN);
	assert_int_equal(take(f, "bench-vmx", &lease), -EAGAIN);
	assert_int_equal(take(f, "bench-vmx-posted", &lease), 0);
	block = read_task(f, lease.task);
	assert_string_equal(block.lane, "posted");
	assert_string_equal(block.isa, "vmx");
	assert_int_equal(block.loads_count, 2);
}

static void a_race_map_is_stored_with_its_load(void **state)
{
	struct fixture *f = *state;
	struct campaign_request request = usual_request();
	struct race_range ranges[] = { { -2, -1, "needed" }, { 0, 4, "lost" } };
	struct race_map map = { .workload = "race-cpuid-kick",
				.kind = "cpuid",
				.sender = "kick",
				.first = -2,
				.last = 4,
				.tried = 3,
				.ranges = ranges,
				.ranges_count = 2 };
	struct load_result result = { .status = "ok", .races = &map, .races_count = 1 };
	CLEANUP(task_release) struct task task = { 0 };
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct lease lease;
	struct db_conn *conn;
	bool recorded;
	int64_t id;

	snprintf(request.lanes, sizeof(request.lanes), "race");
	id = make_campaign(f, request, 1);
	build_all(f, "12", 2);
	campaign = read_campaign(f, id);
	assert_int_equal(take(f, "bench-svm", &lease), 0);
	task = read_task(f, lease.task);
	conn = db_begin_write(f->db);
	assert_int_equal(result_record_load(conn, &lease, task.loads[0].id, &result, f->now_ms,
					    &recorded, NULL),
			 0);
	commit(&conn);
	conn = db_begin_read(f->db);
	assert_int_equal(db_value(conn, 0, SQL_RACE_LOAD, db_int(campaign.variants[0].id),
				  db_text("svm"), db_text("race")),
			 task.loads[0].id);
	{
		CLEANUP(rows_end)
		struct rows maps = db_query(conn, SQL_RACE_MAPS, db_int(task.loads[0].id));

		assert_true(rows_next(&maps));
		assert_string_equal(rows_text(&maps, 1), "race-cpuid-kick");
		assert_int_equal(rows_int(&maps, 8), 3);
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_RACE_RANGES, db_int(rows_int(&maps, 0)));

		assert_true(rows_next(&rows));
		assert_true(rows_next(&rows));
		assert_int_equal(rows_int(&rows, 1), 4);
		assert_string_equal(rows_text(&rows, 2), "lost");
	}
	db_rollback(&conn);
}

static void identical_code_is_not_measured(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	int64_t id = make_campaign(f, usual_request(), 2);

	build_all(f, "112", 3);
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.variants[1].state, "identical");
	assert_int_equal(campaign.variants[1].loads_count, 0);
	assert_int_equal(campaign.variants[2].loads_count, 1);
}

static void a_variant_built_before_the_base_is_judged_when_the_base_is_known(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	int64_t id = make_campaign(f, usual_request(), 1);
	struct lease base, series;

	take(f, "build", &base);
	take(f, "build", &series);
	finish_build(f, &series, '1');
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.variants[1].state, "built");
	campaign_release(&campaign);
	finish_build(f, &base, '1');
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.variants[1].state, "identical");
	assert_string_equal(campaign.state, "done");
}

static void identical_code_is_measured_when_asked_for(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct campaign_request request = usual_request();
	int64_t id;

	request.measure_identical = true;
	id = make_campaign(f, request, 1);
	build_all(f, "11", 2);
	campaign = read_campaign(f, id);
	assert_int_equal(campaign.variants[1].loads_count, 1);
}

static void a_series_that_does_not_build_fails_alone(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	int64_t id = make_campaign(f, usual_request(), 2);

	build_all(f, (char[]){ '1', 0, '2' }, 3);
	while (run_block(f, "", "ok"))
		;
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "done");
	assert_string_equal(campaign.variants[1].state, "failed");
	assert_string_equal(campaign.variants[1].reason, "it does not compile");
	assert_string_equal(campaign.variants[2].state, "done");
}

static void a_base_that_does_not_build_fails_the_campaign(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	int64_t id = make_campaign(f, usual_request(), 1);
	struct lease lease;

	build_all(f, (char[]){ 0 }, 1);
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "failed");
	assert_non_null(strstr(campaign.reason, "it does not compile"));
	assert_string_equal(campaign.variants[1].state, "failed");
	assert_int_equal(take(f, "build", &lease), -EAGAIN);
}

static void a_variant_that_panics_is_not_run_again_and_others_go_on(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct campaign_request request = usual_request();
	int64_t id;

	snprintf(request.lanes, sizeof(request.lanes), "exact,smp");
	id = make_campaign(f, request, 2);
	build_all(f, "123", 3);
	assert_true(run_block(f, "a", "panic"));
	while (run_block(f, "a", "fail the test: it was run again"))
		;
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "done");
	assert_string_equal(campaign.variants[1].state, "failed");
	assert_string_equal(campaign.variants[1].reason, "panic: because");
	assert_string_equal(campaign.variants[1].loads[0].status, "panic");
	assert_string_equal(campaign.variants[1].loads[1].status, "skipped");
	assert_string_equal(campaign.variants[2].state, "done");
}

static void a_base_that_hangs_fails_the_campaign(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	int64_t id = make_campaign(f, usual_request(), 1);

	build_all(f, "12", 2);
	run_block(f, "base", "hang");
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "failed");
	assert_non_null(strstr(campaign.reason, "hang"));
	assert_false(run_block(f, "", "ok"));
}

static void a_fault_of_the_machine_is_tried_three_times(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	int64_t id = make_campaign(f, usual_request(), 1);

	build_all(f, "12", 2);
	assert_true(run_block(f, "a", "host-failed"));
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "measuring");
	assert_string_equal(campaign.variants[1].loads[0].state, "pending");
	campaign_release(&campaign);
	assert_true(run_block(f, "a", "host-failed"));
	assert_true(run_block(f, "a", "host-failed"));
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "failed");
	assert_non_null(strstr(campaign.reason, "machine"));
}

static void a_fault_of_the_machine_that_passes_counts_nothing_against_the_variant(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	int64_t id = make_campaign(f, usual_request(), 1);

	build_all(f, "12", 2);
	assert_true(run_block(f, "a", "host-failed"));
	assert_true(run_block(f, "a", "ok"));
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "done");
	assert_string_equal(campaign.variants[1].state, "done");
	assert_int_equal(count_rows(f, id), 2);
}

static void an_agent_that_ends_blocks_without_results_is_not_fed_for_ever(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	int64_t id = make_campaign(f, usual_request(), 1);
	struct lease lease;
	int times = 0;

	build_all(f, "12", 2);
	while (take(f, "bench-svm", &lease) == 0 && times++ < 100)
		end_block(f, &lease);
	assert_int_equal(times, PLAN_UNFINISHED_MAX);
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "failed");
}

static void each_isa_has_its_own_blocks(void **state)
{
	struct fixture *f = *state;
	CLEANUP(task_release) struct task task = { 0 };
	struct campaign_request request = usual_request();
	struct lease lease;

	snprintf(request.isa, sizeof(request.isa), "svm,vmx");
	make_campaign(f, request, 1);
	build_all(f, "12", 2);
	assert_int_equal(take(f, "bench-vmx", &lease), 0);
	task = read_task(f, lease.task);
	assert_string_equal(task.isa, "vmx");
	assert_int_equal(take(f, "bench-vmx", &lease), -EAGAIN);
	assert_int_equal(take(f, "bench-svm", &lease), 0);
}

/* Of series a on that ISA. */
static enum rank_state state_on(struct fixture *f, int64_t id, const char *isa, bool *ret_reason)
{
	CLEANUP(campaign_release) struct campaign campaign = read_campaign(f, id);
	CLEANUP(rank_input_release) struct rank_input input = { 0 };
	struct db_conn *conn = db_begin_read(f->db);
	enum rank_state found;

	rank_read(conn, &campaign, isa, &input);
	db_rollback(&conn);
	found = input.subjects[1].state;
	*ret_reason = input.subjects[1].reason && strstr(input.subjects[1].reason, "panic");
	return found;
}

static void a_series_that_fails_on_one_isa_is_measured_on_the_other(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct campaign_request request = usual_request();
	bool reason;
	int64_t id;

	snprintf(request.isa, sizeof(request.isa), "svm,vmx");
	snprintf(request.lanes, sizeof(request.lanes), "exact,smp");
	id = make_campaign(f, request, 1);
	build_all(f, "12", 2);
	assert_true(run_block(f, "a", "panic"));
	assert_int_equal(state_on(f, id, "svm", &reason), RANK_FAILED);
	assert_true(reason);
	assert_int_equal(state_on(f, id, "vmx", &reason), RANK_PENDING);
	while (run_block(f, "", "ok"))
		;
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "done");
	assert_string_equal(campaign.variants[1].state, "failed");
	assert_string_equal(campaign.variants[1].reason, "svm: panic: because");
	for (size_t i = 0; i < campaign.variants[1].loads_count; i++)
		if (!strcmp(campaign.variants[1].loads[i].isa, "vmx"))
			assert_string_equal(campaign.variants[1].loads[i].status, "ok");
	assert_int_equal(state_on(f, id, "svm", &reason), RANK_FAILED);
	assert_int_equal(state_on(f, id, "vmx", &reason), RANK_READY);
	assert_false(reason);
}

static char *waiting(struct fixture *f, int64_t id)
{
	CLEANUP(campaign_release) struct campaign campaign = read_campaign(f, id);
	struct db_conn *conn = db_begin_read(f->db);
	char *text = campaign_waiting(conn, &campaign, f->now_ms);

	db_rollback(&conn);
	return text;
}

static void an_isa_that_nobody_can_measure_is_told(void **state)
{
	struct fixture *f = *state;
	CLEANUP(free_ptr) char *before = NULL, *capable = NULL, *gone = NULL;
	struct campaign_request request = usual_request();
	struct lease lease;
	int64_t id;

	snprintf(request.isa, sizeof(request.isa), "svm,vmx");
	id = make_campaign(f, request, 1);
	build_all(f, "12", 2);
	take(f, "build,bench-svm", &lease);
	before = waiting(f, id);
	assert_string_equal(before, "Waits for an agent that can measure on vmx (bench-vmx): none "
				    "has ever asked for work.");
	take(f, "build,bench-svm,bench-vmx", &lease);
	capable = waiting(f, id);
	assert_null(capable);
	f->now_ms += 120000;
	gone = waiting(f, id);
	assert_non_null(strstr(gone, "(bench-svm): the last, agent-1, was seen 120 s ago."));
	assert_non_null(strstr(gone, "(bench-vmx)"));
}

static void an_exact_block_goes_through_all_variants_each_round(void **state)
{
	size_t order[6];

	(void)state;
	plan_order(1, 1, false, 3, 2, order);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(order[i], i % 3);
}

static void every_second_smp_block_is_the_reverse_of_the_one_before(void **state)
{
	size_t odd[5], even[5], again[5];

	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		plan_order(seed, 3, true, 5, 1, odd);
		plan_order(seed, 4, true, 5, 1, even);
		plan_order(seed, 3, true, 5, 1, again);
		for (size_t i = 0; i < 5; i++) {
			assert_int_equal(odd[i], even[4 - i]);
			assert_int_equal(odd[i], again[i]);
		}
	}
}

/* 6 orders of 3, 6000 draws: each within 5 standard deviations of 1000. */
static void every_order_is_equally_likely(void **state)
{
	unsigned seen[27] = { 0 }, kinds = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 6000; seed++) {
		size_t order[3];

		plan_order(seed * 7919, 1, true, 3, 1, order);
		seen[order[0] * 9 + order[1] * 3 + order[2]]++;
	}
	for (size_t i = 0; i < 27; i++) {
		kinds += seen[i] > 0;
		if (seen[i])
			assert_in_range(seen[i], 850, 1150);
	}
	assert_int_equal(kinds, 6);
}

#define WITH_DB(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DB(the_base_is_built_first),
		WITH_DB(a_campaign_is_done_when_every_load_has_its_result),
		WITH_DB(the_race_lane_has_one_block_of_its_rounds_in_order),
		WITH_DB(posted_interrupts_are_measured_on_vmx_by_who_has_them),
		WITH_DB(a_race_map_is_stored_with_its_load),
		WITH_DB(identical_code_is_not_measured),
		WITH_DB(a_variant_built_before_the_base_is_judged_when_the_base_is_known),
		WITH_DB(identical_code_is_measured_when_asked_for),
		WITH_DB(a_series_that_does_not_build_fails_alone),
		WITH_DB(a_base_that_does_not_build_fails_the_campaign),
		WITH_DB(a_variant_that_panics_is_not_run_again_and_others_go_on),
		WITH_DB(a_base_that_hangs_fails_the_campaign),
		WITH_DB(a_fault_of_the_machine_is_tried_three_times),
		WITH_DB(a_fault_of_the_machine_that_passes_counts_nothing_against_the_variant),
		WITH_DB(an_agent_that_ends_blocks_without_results_is_not_fed_for_ever),
		WITH_DB(each_isa_has_its_own_blocks),
		WITH_DB(a_series_that_fails_on_one_isa_is_measured_on_the_other),
		WITH_DB(an_isa_that_nobody_can_measure_is_told),
		cmocka_unit_test(an_exact_block_goes_through_all_variants_each_round),
		cmocka_unit_test(every_second_smp_block_is_the_reverse_of_the_one_before),
		cmocka_unit_test(every_order_is_equally_likely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
