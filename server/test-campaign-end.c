// SPDX-License-Identifier: GPL-2.0-or-later
/* Cancelling, running again, and the queue. */
#include <math.h>

#include "server/queue.h"
#include "server/test-fixture.h"

static int cancel(struct fixture *f, int64_t id)
{
	struct db_conn *conn = db_begin_write(f->db);
	struct err err = ERR_INIT;
	int rc = campaign_cancel(conn, id, "alice", f->now_ms, &err);

	commit(&conn);
	return rc;
}

static int retry(struct fixture *f, int64_t id, struct campaign_retry how, int64_t *ret_id)
{
	struct db_conn *conn = db_begin_write(f->db);
	struct err err = ERR_INIT;
	int rc = campaign_retry(conn, id, &how, f->now_ms, ret_id, &err);

	commit(&conn);
	return rc;
}

static struct queue read_queue(struct fixture *f)
{
	struct db_conn *conn = db_begin_read(f->db);
	struct queue queue;

	queue_read(conn, f->now_ms, &queue);
	db_rollback(&conn);
	return queue;
}

static void a_cancelled_campaign_has_failed_and_says_who_did_it(void **state)
{
	struct fixture *f = *state;
	int64_t id = make_campaign(f, usual_request(), 1);
	CLEANUP(campaign_release) struct campaign campaign = { 0 };

	assert_int_equal(cancel(f, id), 0);
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "failed");
	assert_string_equal(campaign.reason, "Cancelled by alice.");
	assert_int_equal(campaign.cancelled_ms, f->now_ms);
	assert_string_equal(campaign.variants[1].state, "failed");
}

static void cancelling_takes_the_work_from_the_agents(void **state)
{
	struct fixture *f = *state;
	int64_t id = make_campaign(f, usual_request(), 1);
	struct lease lease, other;

	assert_int_equal(take(f, "build", &lease), 0);
	assert_int_equal(cancel(f, id), 0);
	assert_int_equal(take(f, "build", &other), -EAGAIN);
	{
		struct db_conn *conn = db_begin_write(f->db);

		assert_int_equal(lease_check(conn, lease.name, f->now_ms, &other, NULL), -ESTALE);
		commit(&conn);
	}
}

static void what_was_measured_before_a_cancel_stays(void **state)
{
	struct fixture *f = *state;
	struct campaign_request request = usual_request();
	CLEANUP(task_release) struct task task = { 0 };
	struct lease lease;
	int64_t id;

	request.loads_exact = 2;
	id = make_campaign(f, request, 1);
	build_all(f, "12", 2);
	assert_int_equal(take(f, "bench-svm", &lease), 0);
	task = read_task(f, lease.task);
	finish_load(f, &lease, task.loads[0].id, "ok", NULL);
	assert_int_equal(cancel(f, id), 0);
	assert_int_equal(count_rows(f, id), 1);
}

static void one_that_has_ended_cannot_be_cancelled(void **state)
{
	struct fixture *f = *state;
	int64_t id = make_campaign(f, usual_request(), 1);

	build_all(f, "11", 2);
	assert_int_equal(cancel(f, id), -EEXIST);
	assert_int_equal(cancel(f, id + 1), -ENOENT);
}

static void a_retry_asks_for_the_same_with_the_same_seed(void **state)
{
	struct fixture *f = *state;
	struct campaign_request request = usual_request();
	CLEANUP(campaign_release) struct campaign first = { 0 }, second = { 0 };
	int64_t id, again = 0;

	request.measure_identical = true;
	id = make_campaign(f, request, 2);
	cancel(f, id);
	assert_int_equal(retry(f, id, (struct campaign_retry){ .seed = -1 }, &again), 0);
	first = read_campaign(f, id);
	second = read_campaign(f, again);
	assert_int_equal(second.retry_of, id);
	assert_int_equal(second.seed, first.seed);
	assert_int_equal(second.variants_count, 3);
	assert_int_equal(second.variants[2].series_id, first.variants[2].series_id);
	assert_string_equal(second.lanes, first.lanes);
	assert_int_equal(second.smp_most, first.smp_most);
	assert_true(second.measure_identical);
	assert_string_equal(second.state, "building");
}

static void a_retry_takes_another_seed_and_can_draw_one(void **state)
{
	struct fixture *f = *state;
	int64_t id = make_campaign(f, usual_request(), 1), again = 0, drawn = 0;
	CLEANUP(campaign_release) struct campaign second = { 0 }, third = { 0 };

	cancel(f, id);
	assert_int_equal(retry(f, id, (struct campaign_retry){ .seed = 9 }, &again), 0);
	assert_int_equal(
		retry(f, id, (struct campaign_retry){ .seed = -1, .draw_seed = true }, &drawn), 0);
	second = read_campaign(f, again);
	third = read_campaign(f, drawn);
	assert_int_equal(second.seed, 9);
	assert_int_not_equal(third.seed, 7); /* but once in 2^53 */
}

static void one_that_runs_cannot_be_retried(void **state)
{
	struct fixture *f = *state;
	int64_t id = make_campaign(f, usual_request(), 1), again = 0;

	assert_int_equal(retry(f, id, (struct campaign_retry){ .seed = -1 }, &again), -EEXIST);
}

static void the_queue_counts_places_for_each_capability(void **state)
{
	struct fixture *f = *state;
	CLEANUP(queue_release) struct queue queue = { 0 };
	struct lease lease;

	make_campaign(f, usual_request(), 2);
	assert_int_equal(take(f, "build", &lease), 0);
	queue = read_queue(f);
	assert_int_equal(queue.count, 3);
	assert_true(queue.entries[0].leased);
	assert_int_equal(queue.entries[0].task, lease.task);
	assert_int_equal(queue.entries[0].position, 0);
	assert_int_equal(queue.entries[1].position, 1);
	assert_int_equal(queue.entries[2].position, 2);
	assert_string_equal(queue.entries[2].variant, "b");
}

static void work_starts_when_what_is_ahead_of_it_is_done(void **state)
{
	struct fixture *f = *state;
	CLEANUP(queue_release) struct queue queue = { 0 };
	struct lease lease;

	make_campaign(f, usual_request(), 2);
	assert_int_equal(take(f, "build", &lease), 0);
	f->now_ms += 1000;
	queue = read_queue(f);
	assert_true(queue.entries[1].starts_s == queue.entries[0].lasts_s);
	assert_true(queue.entries[0].lasts_s == queue.entries[1].lasts_s - 1);
	assert_true(queue.entries[2].starts_s ==
		    queue.entries[0].lasts_s + queue.entries[1].lasts_s);
}

static void nobody_knows_when_work_starts_that_no_agent_can_do(void **state)
{
	struct fixture *f = *state;
	CLEANUP(queue_release) struct queue queue = { 0 };

	make_campaign(f, usual_request(), 1);
	queue = read_queue(f);
	assert_true(isnan(queue.entries[0].starts_s));
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(a_cancelled_campaign_has_failed_and_says_who_did_it),
		WITH_FIXTURE(cancelling_takes_the_work_from_the_agents),
		WITH_FIXTURE(what_was_measured_before_a_cancel_stays),
		WITH_FIXTURE(one_that_has_ended_cannot_be_cancelled),
		WITH_FIXTURE(a_retry_asks_for_the_same_with_the_same_seed),
		WITH_FIXTURE(a_retry_takes_another_seed_and_can_draw_one),
		WITH_FIXTURE(one_that_runs_cannot_be_retried),
		WITH_FIXTURE(the_queue_counts_places_for_each_capability),
		WITH_FIXTURE(work_starts_when_what_is_ahead_of_it_is_done),
		WITH_FIXTURE(nobody_knows_when_work_starts_that_no_agent_can_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
