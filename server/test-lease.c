// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/test-fixture.h"

static void work_goes_only_to_who_can_do_it(void **state)
{
	struct fixture *f = *state;
	struct lease lease;

	make_campaign(f, usual_request(), 1);
	assert_int_equal(take(f, "bench-svm,bench-vmx", &lease), -EAGAIN);
	assert_int_equal(take(f, "buil", &lease), -EAGAIN);
	assert_int_equal(take(f, "bench-svm,build", &lease), 0);
}

static int64_t another(struct fixture *f, int64_t priority, int64_t later_ms)
{
	struct campaign_request request = usual_request();
	struct db_conn *conn = db_begin_write(f->db);
	int64_t id = 0;

	request.series[0] = 1;
	request.series_count = 1;
	request.priority = priority;
	assert_int_equal(campaign_create(conn, &request, f->now_ms + later_ms, &id, NULL), 0);
	commit(&conn);
	return id;
}

static int64_t next_campaign(struct fixture *f)
{
	CLEANUP(task_release) struct task task = { 0 };
	struct lease lease;

	assert_int_equal(take(f, "build", &lease), 0);
	task = read_task(f, lease.task);
	finish_build(f, &lease, '1');
	return task.campaign;
}

static void a_higher_priority_goes_first_and_nobody_waits_for_ever(void **state)
{
	struct fixture *f = *state;
	int64_t old, urgent, late;

	old = make_campaign(f, usual_request(), 1);
	urgent = another(f, 2, 60 * 1000);
	/* More urgent than the first, but that had waited for longer than its priority is worth. */
	late = another(f, 2, 2 * CAMPAIGN_PRIORITY_MS + 1000);
	assert_int_equal(next_campaign(f), urgent);
	assert_int_equal(next_campaign(f), urgent);
	assert_int_equal(next_campaign(f), old);
	assert_int_equal(next_campaign(f), old);
	assert_int_equal(next_campaign(f), late);
}

static void a_campaign_is_measured_on_hosts_with_its_labels_alone(void **state)
{
	struct fixture *f = *state;
	struct campaign_request request = usual_request();
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(free_ptr) char *waiting = NULL, *served = NULL;
	struct db_conn *conn;
	struct lease lease;
	int64_t id;

	snprintf(request.host_labels, sizeof(request.host_labels), "disk=ssd,rack=a");
	id = make_campaign(f, request, 1);
	build_all(f, "12", 2);
	assert_int_equal(take_labelled(f, "bench-svm", "", &lease), -EAGAIN);
	assert_int_equal(take_labelled(f, "bench-svm", "disk=ssd,rack=ab", &lease), -EAGAIN);
	campaign = read_campaign(f, id);
	conn = db_begin_read(f->db);
	waiting = campaign_waiting(conn, &campaign, f->now_ms);
	db_rollback(&conn);
	assert_non_null(strstr(waiting, "labelled disk=ssd,rack=a"));
	assert_int_equal(take_labelled(f, "bench-svm", "disk=ssd,gpu=no,rack=a", &lease), 0);
	conn = db_begin_read(f->db);
	served = campaign_waiting(conn, &campaign, f->now_ms);
	db_rollback(&conn);
	assert_null(served);
}

static void a_block_has_the_workloads_of_its_lane_that_were_chosen(void **state)
{
	struct fixture *f = *state;
	struct campaign_request request = usual_request();
	CLEANUP(task_release) struct task exact = { 0 }, smp = { 0 };
	struct lease lease;

	snprintf(request.lanes, sizeof(request.lanes), "exact,smp");
	snprintf(request.workloads, sizeof(request.workloads), "ipi-storm,exit-msr,exit-cpuid");
	make_campaign(f, request, 1);
	build_all(f, "12", 2);
	assert_int_equal(take(f, "bench-svm", &lease), 0);
	exact = read_task(f, lease.task);
	assert_string_equal(exact.workloads, "exit-cpuid,exit-msr");
	assert_int_equal(take(f, "bench-svm", &lease), 0);
	smp = read_task(f, lease.task);
	assert_string_equal(smp.workloads, "ipi-storm");
}

static void older_campaigns_go_first(void **state)
{
	struct fixture *f = *state;
	struct campaign_request request = usual_request();
	CLEANUP(task_release) struct task task = { 0 };
	struct db_conn *conn;
	struct lease lease;
	int64_t first, second;

	first = make_campaign(f, request, 1);
	request.series[0] = 1;
	request.series_count = 1;
	conn = db_begin_write(f->db);
	campaign_create(conn, &request, f->now_ms, &second, NULL);
	commit(&conn);
	/* The first campaign's blocks are planned after the second's builds, and go before them. */
	take(f, "build", &lease);
	finish_build(f, &lease, '1');
	take(f, "build", &lease);
	finish_build(f, &lease, '2');
	assert_int_equal(take(f, "build,bench-svm", &lease), 0);
	task = read_task(f, lease.task);
	assert_int_equal(task.campaign, first);
	assert_true(task.block);
}

static void an_expired_lease_gives_the_task_to_the_next_with_another_attempt(void **state)
{
	struct fixture *f = *state;
	CLEANUP(task_release) struct task task = { 0 };
	struct lease first, second, checked;
	struct db_conn *conn;

	make_campaign(f, usual_request(), 1);
	take(f, "build", &first);
	f->now_ms += LEASE_MS;
	assert_int_equal(take(f, "build", &second), 0);
	assert_int_equal(first.task, second.task);
	task = read_task(f, second.task);
	assert_int_equal(task.attempt, 2);
	conn = db_begin_write(f->db);
	assert_int_equal(lease_check(conn, first.name, f->now_ms, &checked, NULL), -ESTALE);
	assert_int_equal(lease_check(conn, second.name, f->now_ms, &checked, NULL), 0);
	db_rollback(&conn);
}

static void a_heartbeat_keeps_the_lease(void **state)
{
	struct fixture *f = *state;
	struct lease lease, other, checked;
	struct db_conn *conn;

	make_campaign(f, usual_request(), 1);
	take(f, "build", &lease);
	for (int i = 0; i < 5; i++) {
		f->now_ms += LEASE_MS * 2 / 3;
		conn = db_begin_write(f->db);
		assert_int_equal(lease_check(conn, lease.name, f->now_ms, &checked, NULL), 0);
		lease_heartbeat(conn, &checked, "compile", 0, LEASE_MS, f->now_ms);
		commit(&conn);
	}
	take(f, "build", &other);
	assert_int_not_equal(other.task, lease.task);
}

static void a_heartbeat_shows_in_the_campaign(void **state)
{
	struct fixture *f = *state;
	int64_t id = make_campaign(f, usual_request(), 1);
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(task_release) struct task task = { 0 };
	struct db_conn *conn;
	struct lease lease;

	build_all(f, "12", 2);
	take(f, "bench-svm", &lease);
	task = read_task(f, lease.task);
	conn = db_begin_write(f->db);
	lease_heartbeat(conn, &lease, "boot", task.loads[1].id, LEASE_MS, f->now_ms);
	commit(&conn);
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.variants[1].state, "measuring");
	assert_string_equal(campaign.variants[1].phase, "boot");
	assert_string_equal(campaign.variants[1].loads[0].state, "running");
	assert_string_equal(campaign.variants[0].loads[0].state, "pending");
}

static void a_late_result_does_not_count(void **state)
{
	struct fixture *f = *state;
	int64_t id = make_campaign(f, usual_request(), 1);
	CLEANUP(task_release) struct task task = { 0 };
	struct lease first, second;
	bool recorded;

	build_all(f, "12", 2);
	take(f, "bench-svm", &first);
	task = read_task(f, first.task);
	assert_int_equal(finish_load(f, &first, task.loads[0].id, "ok", &recorded), 0);
	assert_true(recorded);
	f->now_ms += LEASE_MS;
	take(f, "bench-svm", &second);
	assert_int_equal(second.task, first.task);
	assert_int_equal(finish_load(f, &first, task.loads[1].id, "ok", &recorded), -ESTALE);
	assert_int_equal(count_rows(f, id), 1);
	/* What the first agent did report stays: the second is told of the other load alone. */
	task_release(&task);
	task = read_task(f, second.task);
	assert_int_equal(task.loads_count, 1);
	assert_int_equal(finish_load(f, &second, task.loads[0].id, "ok", &recorded), 0);
	assert_int_equal(count_rows(f, id), 2);
}

static void a_second_result_of_a_load_is_not_recorded(void **state)
{
	struct fixture *f = *state;
	int64_t id = make_campaign(f, usual_request(), 1);
	CLEANUP(task_release) struct task task = { 0 };
	struct lease lease;
	bool recorded;

	build_all(f, "12", 2);
	take(f, "bench-svm", &lease);
	task = read_task(f, lease.task);
	finish_load(f, &lease, task.loads[0].id, "ok", &recorded);
	assert_true(recorded);
	assert_int_equal(finish_load(f, &lease, task.loads[0].id, "panic", &recorded), 0);
	assert_false(recorded);
	assert_int_equal(count_rows(f, id), 1);
	assert_int_equal(finish_load(f, &lease, 999, "ok", &recorded), -ENOENT);
}

static void a_build_whose_agents_are_lost_three_times_fails_its_series(void **state)
{
	struct fixture *f = *state;
	int64_t id = make_campaign(f, usual_request(), 1);
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct lease lease;

	take(f, "build", &lease);
	finish_build(f, &lease, '1');
	for (int i = 0; i < 3; i++) {
		assert_int_equal(take(f, "build", &lease), 0);
		f->now_ms += LEASE_MS;
	}
	assert_int_equal(take(f, "build", &lease), -EAGAIN);
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.variants[1].state, "failed");
	assert_string_equal(campaign.variants[1].reason,
			    "An agent was lost 3 times while building.");
	assert_string_equal(campaign.state, "done");
}

static void a_block_whose_agents_are_lost_three_times_fails_the_campaign(void **state)
{
	struct fixture *f = *state;
	int64_t id = make_campaign(f, usual_request(), 1);
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct lease lease;

	build_all(f, "12", 2);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(take(f, "bench-svm", &lease), 0);
		f->now_ms += LEASE_MS;
	}
	assert_int_equal(take(f, "bench-svm", &lease), -EAGAIN);
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "failed");
	assert_string_equal(campaign.reason, "An agent was lost 3 times while measuring.");
}

static void work_given_back_is_no_lost_attempt(void **state)
{
	struct fixture *f = *state;
	CLEANUP(task_release) struct task task = { 0 };
	struct db_conn *conn;
	struct lease lease;

	make_campaign(f, usual_request(), 1);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(take(f, "build", &lease), 0);
		conn = db_begin_write(f->db);
		lease_end(conn, &lease, "returned");
		plan_task_returned(conn, lease.task, f->now_ms);
		commit(&conn);
	}
	task = read_task(f, lease.task);
	assert_int_equal(task.attempt, 1);
}

#define WITH_DB(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DB(work_goes_only_to_who_can_do_it),
		WITH_DB(older_campaigns_go_first),
		WITH_DB(a_higher_priority_goes_first_and_nobody_waits_for_ever),
		WITH_DB(a_campaign_is_measured_on_hosts_with_its_labels_alone),
		WITH_DB(a_block_has_the_workloads_of_its_lane_that_were_chosen),
		WITH_DB(an_expired_lease_gives_the_task_to_the_next_with_another_attempt),
		WITH_DB(a_heartbeat_keeps_the_lease),
		WITH_DB(a_heartbeat_shows_in_the_campaign),
		WITH_DB(a_late_result_does_not_count),
		WITH_DB(a_second_result_of_a_load_is_not_recorded),
		WITH_DB(a_build_whose_agents_are_lost_three_times_fails_its_series),
		WITH_DB(a_block_whose_agents_are_lost_three_times_fails_the_campaign),
		WITH_DB(work_given_back_is_no_lost_attempt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
