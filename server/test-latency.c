// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/latency.h"

#include <math.h>

#include "server/test-fixture.h"

static void record(struct fixture *f, int64_t load, const char *target, const char *clock,
		   size_t bucket, int64_t count)
{
	struct db_conn *conn = db_begin_write(f->db);
	int64_t id;

	db_run(conn, SQL_LATENCY_ADD, db_int(load), db_text("ipi-spin"), db_text(target),
	       db_text(clock));
	id = db_value(conn, 0, SQL_LATENCY_FIND, db_int(load), db_text("ipi-spin"),
		      db_text(target));
	db_run(conn, SQL_LATENCY_BUCKET_ADD, db_int(id), db_int((int64_t)bucket), db_int(count));
	commit(&conn);
}

static struct latencies read_latencies(struct fixture *f, int64_t campaign)
{
	struct db_conn *conn = db_begin_read(f->db);
	struct latencies latencies = { 0 };

	latencies_read(conn, campaign, NULL, &latencies);
	db_rollback(&conn);
	return latencies;
}

/* A campaign of the base and one series, two exact loads each. */
static struct campaign measured(struct fixture *f)
{
	struct campaign_request request = usual_request();
	int64_t id;

	request.loads_exact = 2;
	id = make_campaign(f, request, 1);
	build_all(f, "12", 2);
	return read_campaign(f, id);
}

static void what_no_load_brought_is_an_empty_list(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = measured(f);
	CLEANUP(latencies_release) struct latencies latencies = read_latencies(f, campaign.id);

	assert_int_equal(latencies.count, 0);
}

static void loads_that_count_instructions_are_no_more_observations(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = measured(f);
	CLEANUP(latencies_release) struct latencies latencies = { 0 };
	const struct variant *base = &campaign.variants[0];

	record(f, base->loads[0].id, "spin", "instructions", 300, 9);
	record(f, base->loads[1].id, "spin", "instructions", 300, 9);
	latencies = read_latencies(f, campaign.id);
	assert_int_equal(latencies.count, 1);
	assert_int_equal(latencies.all[0].loads, 2);
	assert_int_equal(latencies.all[0].histogram.total, 9);
	assert_true(latencies.all[0].agree);
	assert_string_equal(latencies.all[0].series, "base");
	latencies_release(&latencies);
	record(f, base->loads[1].id, "spin", "instructions", 301, 1);
	latencies = read_latencies(f, campaign.id);
	assert_false(latencies.all[0].agree);
	assert_int_equal(latencies.all[0].histogram.total, 9);
}

static void loads_with_a_clock_are_merged(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = measured(f);
	CLEANUP(latencies_release) struct latencies latencies = { 0 };

	for (size_t v = 0; v < 2; v++)
		for (size_t i = 0; i < 2; i++)
			record(f, campaign.variants[v].loads[i].id, "hlt", "tsc", 300 + i, 5);
	latencies = read_latencies(f, campaign.id);
	assert_int_equal(latencies.count, 2);
	assert_int_equal(latencies.all[0].histogram.total, 10);
	assert_string_equal(latencies.all[1].series, "a");
}

static void the_emulators_own_time_is_not_shown(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = measured(f);
	CLEANUP(latencies_release) struct latencies latencies = { 0 };

	record(f, campaign.variants[0].loads[0].id, "spin", "emulated", 300, 9);
	latencies = read_latencies(f, campaign.id);
	assert_false(latency_is_shown(&latencies.all[0]));
}

/* 1 … 1000, once each: order statistics are the values themselves, as wide as their buckets. */
static void percentiles_have_intervals_by_rank(void **state)
{
	CLEANUP(histogram_release) struct histogram histogram = HISTOGRAM_INIT;
	struct latency_percentile percentile;

	(void)state;
	for (uint64_t value = 1; value <= 1000; value++)
		histogram_record(&histogram, value, 1);
	latency_percentile(&histogram, 0.5, &percentile);
	assert_float_equal(percentile.value, 500, 500 * HISTOGRAM_ERROR_MAX);
	/* 500 -+ 1.96 sqrt(1000 / 4) */
	assert_float_equal(percentile.low, 469, 4);
	assert_float_equal(percentile.high, 532, 4);
	latency_percentile(&histogram, 0.999, &percentile);
	assert_true(isnan(percentile.high)); /* 1000 do not bound one in a thousand */
	assert_false(isnan(percentile.low));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_no_load_brought_is_an_empty_list,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			loads_that_count_instructions_are_no_more_observations, fixture_setup,
			fixture_teardown),
		cmocka_unit_test_setup_teardown(loads_with_a_clock_are_merged, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(the_emulators_own_time_is_not_shown, fixture_setup,
						fixture_teardown),
		cmocka_unit_test(percentiles_have_intervals_by_rank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
