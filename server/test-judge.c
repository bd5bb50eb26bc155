// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole campaigns on a real database: what is bought, what is said, what is kept. */
#include <math.h>

#include "server/judge-read.h"
#include "server/noise.h"
#include "server/test-fixture.h"

static struct campaign_request sampled_request(int64_t first, int64_t most)
{
	struct campaign_request request = usual_request();

	snprintf(request.lanes, sizeof(request.lanes), "smp");
	request.loads_smp = first;
	request.smp_most = most;
	request.null_control = true;
	return request;
}

/* A number that looks like noise and is the same every time: -1 to 1. */
static double noise(int64_t of)
{
	uint64_t z = (uint64_t)of * 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z ^= z >> 27;
	return (double)(z >> 11) / (double)(1ull << 52) - 1;
}

/* One load with five repetitions around value. */
static void finish_sampled(struct fixture *f, const struct lease *lease, int64_t load, double value,
			   const char *status)
{
	struct sample samples[5];
	struct load_result result = { .sentence = (char[]){ "because" },
				      .samples = samples,
				      .samples_count = strcmp(status, "ok") ? 0 : 5,
				      .duration_ms = 10000 };
	struct db_conn *conn = db_begin_write(f->db);
	struct lease checked;
	bool recorded;

	for (int i = 0; i < 5; i++)
		samples[i] = (struct sample){ .metric = metric_find(JUDGE_HEADLINE_METRIC),
					      .workload = JUDGE_HEADLINE_WORKLOAD,
					      .kind = "",
					      .rep = i,
					      .value = value * (1 + 0.001 * (i - 2)),
					      .n = 1,
					      .total = 1 };
	snprintf(result.status, sizeof(result.status), "%s", status);
	assert_int_equal(lease_check(conn, lease->name, f->now_ms, &checked, NULL), 0);
	assert_int_equal(
		result_record_load(conn, &checked, load, &result, f->now_ms, &recorded, NULL), 0);
	commit(&conn);
}

/* Runs a block: series a has effect, the rest none; each load has a spread of 1 %. Returns how many
 * loads there were; 0: no block. */
static size_t run_sampled(struct fixture *f, double effect)
{
	struct lease lease;
	struct task task;
	size_t count;

	if (take(f, "bench-svm,bench-vmx", &lease) < 0)
		return 0;
	task = read_task(f, lease.task);
	count = task.loads_count;
	for (size_t i = 0; i < count; i++)
		finish_sampled(f, &lease, task.loads[i].id,
			       (1 + 0.01 * noise(task.loads[i].id)) *
				       (strcmp(task.loads[i].series, "a") ? 1 : 1 + effect),
			       "ok");
	end_block(f, &lease);
	task_release(&task);
	return count;
}

struct judged_campaign {
	struct campaign campaign;
	struct judge_input input;
	struct judgement judgement;
};

static void judged_release(struct judged_campaign *judged)
{
	judgement_release(&judged->judgement);
	judge_input_release(&judged->input);
	campaign_release(&judged->campaign);
}

static void judge_now(struct fixture *f, int64_t id, struct judged_campaign *judged)
{
	struct db_conn *conn = db_begin_read(f->db);

	judged_release(judged);
	assert_int_equal(campaign_read(conn, id, &judged->campaign), 0);
	judge_read(conn, &judged->campaign, &judged->input);
	judge(&judged->input, &judged->judgement);
	db_rollback(&conn);
}

static enum stat_verdict verdict_of(const struct judged_campaign *judged, size_t subject)
{
	const struct judged *headline = judgement_headline(&judged->judgement, 0, subject);

	assert_non_null(headline);
	return headline->comparison.verdict;
}

static int64_t count_null(struct fixture *f, enum statement statement)
{
	struct db_conn *conn = db_begin_read(f->db);
	int64_t count = 0;

	{
		CLEANUP(rows_end)
		struct rows rows =
			db_query(conn, statement, db_int(1), db_text("svm"),
				 db_text(JUDGE_HEADLINE_METRIC), db_text(JUDGE_HEADLINE_WORKLOAD));

		while (rows_next(&rows))
			count += statement == SQL_NULL_RATIOS ? 1 : rows_int(&rows, 0);
	}
	db_rollback(&conn);
	return count;
}

static void every_block_has_the_base_a_second_time_as_null_control(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };
	struct fixture *f = *state;
	int64_t id = make_campaign(f, sampled_request(4, 4), 1);
	size_t controls = 0;

	build_all(f, "12", 2);
	while (run_sampled(f, 0))
		;
	judge_now(f, id, &judged);
	assert_string_equal(judged.campaign.state, "done");
	assert_int_equal(judged.campaign.variants[0].loads_count, 8);
	for (size_t i = 0; i < 8; i++)
		controls += judged.campaign.variants[0].loads[i].control;
	assert_int_equal(controls, 4);
	assert_int_equal(judged.judgement.count, 2);
	assert_int_equal(judgement_headline(&judged.judgement, 0, 2)->control, true);
	assert_int_equal(count_null(f, SQL_NULL_RATIOS), 4);
}

/* Nothing needs the rename to be measured: its code is the base's. */
static void identical_code_leaves_the_null_control_to_the_base(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };
	struct fixture *f = *state;
	int64_t id = make_campaign(f, sampled_request(4, 4), 2);

	build_all(f, "112", 3);
	while (run_sampled(f, 0))
		;
	judge_now(f, id, &judged);
	assert_string_equal(judged.campaign.variants[1].state, "identical");
	assert_int_equal(judged.campaign.variants[1].loads_count, 0);
	assert_non_null(judgement_headline(&judged.judgement, 0, 3));
}

static void a_planted_gain_is_found_and_nothing_more_is_bought(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };
	struct fixture *f = *state;
	int64_t id = make_campaign(f, sampled_request(6, 30), 1);
	size_t blocks = 0;

	build_all(f, "12", 2);
	while (run_sampled(f, -0.08))
		blocks++;
	judge_now(f, id, &judged);
	assert_string_equal(judged.campaign.state, "done");
	assert_int_equal(verdict_of(&judged, 1), STAT_BETTER);
	/* Not at 6 blocks, which cannot reach the level; at the second look. */
	assert_int_equal(blocks, 12);
	assert_true(fabs(judgement_headline(&judged.judgement, 0, 1)->comparison.effect - -0.08) <
		    0.01);
}

static void a_planted_loss_is_called_worse(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };
	struct fixture *f = *state;
	int64_t id = make_campaign(f, sampled_request(6, 30), 1);

	build_all(f, "12", 2);
	while (run_sampled(f, 0.08))
		;
	judge_now(f, id, &judged);
	assert_int_equal(verdict_of(&judged, 1), STAT_WORSE);
}

static void an_effect_within_the_margin_is_the_same(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };
	struct fixture *f = *state;
	int64_t id = make_campaign(f, sampled_request(6, 30), 1);

	build_all(f, "12", 2);
	while (run_sampled(f, 0.02))
		;
	judge_now(f, id, &judged);
	/* The margin of this metric is 5 %: 2 % are there, and too little to care about. */
	assert_int_equal(verdict_of(&judged, 1), STAT_SAME);
	assert_true(judgement_headline(&judged.judgement, 0, 1)->comparison.effect > 0.01);
}

/* The null control never ranks away from the base. */
static void the_null_control_is_not_told_from_the_base(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };
	struct fixture *f = *state;
	int64_t id = make_campaign(f, sampled_request(6, 30), 1);
	enum stat_verdict verdict;

	build_all(f, "12", 2);
	while (run_sampled(f, -0.08))
		;
	judge_now(f, id, &judged);
	verdict = verdict_of(&judged, judged.campaign.variants_count);
	assert_true(verdict == STAT_SAME || verdict == STAT_UNKNOWN);
	assert_int_equal(count_null(f, SQL_NULL_RATIOS), 12);
	assert_int_equal(count_null(f, SQL_NULL_VERDICTS), 1);
}

static void only_who_is_unknown_is_loaded_again(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };
	struct fixture *f = *state;
	struct campaign_request request = sampled_request(8, 20);
	int64_t id;
	size_t loads[21] = { 0 }, blocks = 0;

	id = make_campaign(f, request, 2);
	build_all(f, "123", 3);
	for (;; blocks++) {
		size_t count = run_sampled(f, -0.5);

		if (!count)
			break;
		assert_in_range(blocks, 0, 19);
		loads[blocks] = count;
	}
	judge_now(f, id, &judged);
	assert_string_equal(judged.campaign.state, "done");
	/* Base, null control and both variants, until a look settled one. */
	assert_int_equal(loads[0], 4);
	assert_int_equal(verdict_of(&judged, 1), STAT_BETTER);
	assert_true(judged.campaign.variants[1].loads_count <=
		    judged.campaign.variants[2].loads_count);
	assert_string_equal(judged.campaign.variants[1].state, "done");
}

static void what_stays_unknown_ends_with_the_budget(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };
	struct fixture *f = *state;
	struct campaign_request request = sampled_request(2, 4);
	int64_t id = make_campaign(f, request, 1);
	size_t blocks = 0;

	build_all(f, "12", 2);
	while (run_sampled(f, -0.08))
		blocks++;
	judge_now(f, id, &judged);
	assert_int_equal(blocks, 4);
	assert_string_equal(judged.campaign.state, "done");
	assert_int_equal(verdict_of(&judged, 1), STAT_UNKNOWN);
	assert_int_equal(judged.input.isas[0].planned, 4);
	assert_int_equal(judged.input.isas[0].settled, 4);
	assert_true(judged.input.isas[0].load_s == 10);
}

static void without_a_budget_nothing_is_bought(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };
	struct fixture *f = *state;
	struct campaign_request request = sampled_request(3, 0);
	int64_t id;
	size_t blocks = 0;

	request.null_control = false;
	id = make_campaign(f, request, 1);
	build_all(f, "12", 2);
	while (run_sampled(f, -0.08))
		blocks++;
	judge_now(f, id, &judged);
	assert_int_equal(blocks, 3);
	assert_int_equal(judged.campaign.variants[0].loads_count, 3);
	assert_int_equal(verdict_of(&judged, 1), STAT_UNKNOWN);
	/* No claim from three loads: not even an interval. */
	assert_true(isinf(judgement_headline(&judged.judgement, 0, 1)->comparison.within.low));
	assert_int_equal(count_null(f, SQL_NULL_RATIOS), 0);
}

static void blocks_under_way_are_not_peeked_at(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };
	struct fixture *f = *state;
	int64_t id = make_campaign(f, sampled_request(8, 16), 1);

	build_all(f, "12", 2);
	for (int i = 0; i < 9; i++)
		run_sampled(f, -0.08);
	judge_now(f, id, &judged);
	assert_int_equal(judged.input.isas[0].planned, 10);
	assert_int_equal(judged.input.isas[0].settled, 9);
	assert_int_equal(judgement_headline(&judged.judgement, 0, 1)->comparison.n, 8);
}

/* A panic in the first load, against all base loads that the server has seen. */
static void a_lost_run_is_set_against_the_base(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };
	struct fixture *f = *state;
	int64_t id = make_campaign(f, sampled_request(4, 4), 2);
	struct lease lease;
	struct task task;

	build_all(f, "123", 3);
	assert_int_equal(take(f, "bench-svm", &lease), 0);
	task = read_task(f, lease.task);
	for (size_t i = 0; i < task.loads_count; i++)
		finish_sampled(f, &lease, task.loads[i].id, 1,
			       strcmp(task.loads[i].series, "a") ? "ok" : "panic");
	end_block(f, &lease);
	task_release(&task);
	while (run_sampled(f, 0))
		;
	judge_now(f, id, &judged);
	assert_int_equal(judged.input.lost_count, 2);
	assert_int_equal(judged.input.lost[0].lost, 1);
	assert_int_equal(judged.input.lost[0].loads, 1);
	assert_int_equal(judged.input.lost[0].base_loads, 8);
	assert_true(fabs(judged.input.lost[0].p - 1.0 / 9) < 1e-12);
	assert_int_equal(judged.input.lost[1].lost, 0);
}

static void a_host_knows_its_noise(void **state)
{
	CLEANUP(noise_release) struct noise noise = { 0 };
	struct fixture *f = *state;
	struct db_conn *conn;

	make_campaign(f, sampled_request(20, 20), 1);
	build_all(f, "12", 2);
	while (run_sampled(f, 0))
		;
	conn = db_begin_read(f->db);
	noise_read(conn, 1, "svm", JUDGE_HEADLINE_METRIC, JUDGE_HEADLINE_WORKLOAD, &noise);
	db_rollback(&conn);
	noise_plan(&noise);
	assert_int_equal(noise.count, 20);
	assert_int_equal(noise.comparisons, 1);
	assert_true(noise.typical > 0.002 && noise.typical < 0.012);
	assert_true(noise.load_s == 10);
	assert_true(noise.rate.high > 0.9);
	/* Each load has a uniform spread of 1 %: blocks of 0.8 % deviation. */
	assert_true(noise.detectable[0] > noise.detectable[3]);
	assert_true(noise.detectable[3] > 0.003 && noise.detectable[3] < 0.01);
	assert_in_range(noise.needed[1], 6, 12);
	assert_int_equal(noise.needed[3], 6);
}

static void a_host_without_null_controls_promises_nothing(void **state)
{
	CLEANUP(noise_release) struct noise noise = { 0 };
	struct fixture *f = *state;
	struct db_conn *conn = db_begin_read(f->db);

	noise_read(conn, 1, "svm", JUDGE_HEADLINE_METRIC, JUDGE_HEADLINE_WORKLOAD, &noise);
	db_rollback(&conn);
	noise_plan(&noise);
	assert_true(isnan(noise.typical));
	assert_true(noise.rate.low == 0 && noise.rate.high == 1);
	assert_true(isinf(noise.detectable[NOISE_SIZES - 1]));
	assert_int_equal(noise.needed[NOISE_EFFECTS - 1], 0);
}

/* What fails on one ISA is bought for on the other, and only there. */
static void each_isa_buys_for_itself(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };
	struct fixture *f = *state;
	struct campaign_request request = sampled_request(2, 4);
	size_t blocks = 0;
	int64_t id;

	snprintf(request.isa, sizeof(request.isa), "svm,vmx");
	id = make_campaign(f, request, 1);
	build_all(f, "12", 2);
	for (;; blocks++) {
		struct lease lease;
		struct task task;

		if (take(f, "bench-svm,bench-vmx", &lease) < 0)
			break;
		task = read_task(f, lease.task);
		for (size_t i = 0; i < task.loads_count; i++)
			finish_sampled(f, &lease, task.loads[i].id, 1 + 0.01 * noise((int64_t)i),
				       strcmp(task.isa, "vmx") || strcmp(task.loads[i].series, "a")
					       ? "ok"
					       : "hang");
		end_block(f, &lease);
		task_release(&task);
	}
	judge_now(f, id, &judged);
	assert_string_equal(judged.campaign.state, "done");
	assert_string_equal(judged.campaign.variants[1].state, "failed");
	assert_int_equal(judged.input.isas_count, 2);
	assert_int_equal(judged.input.isas[0].planned, 4);
	assert_int_equal(judged.input.isas[1].planned, 2);
	assert_int_equal(blocks, 6);
}

/* One load of the exact lane whose window is value. */
static void finish_exact(struct fixture *f, const struct lease *lease, int64_t load, double value)
{
	struct sample sample = { .metric = metric_find("exit_window"),
				 .workload = "exit-cpuid",
				 .kind = "cpuid",
				 .value = value,
				 .n = 1,
				 .total = 1 };
	struct load_result result = {
		.sentence = (char[]){ "" }, .samples = &sample, .samples_count = 1, .status = "ok"
	};
	struct db_conn *conn = db_begin_write(f->db);
	struct lease checked;
	bool recorded;

	assert_int_equal(lease_check(conn, lease->name, f->now_ms, &checked, NULL), 0);
	assert_int_equal(
		result_record_load(conn, &checked, load, &result, f->now_ms, &recorded, NULL), 0);
	commit(&conn);
}

/* Eight rounds; the base's window is 274, that of a is 250 and, when it varies, some more. */
static void run_exact(struct fixture *f, struct judged_campaign *judged, bool varies)
{
	struct campaign_request request = usual_request();
	struct lease lease;
	struct task task;
	int64_t id;

	request.loads_exact = 8;
	id = make_campaign(f, request, 1);
	build_all(f, "12", 2);
	while (take(f, "bench-svm", &lease) == 0) {
		task = read_task(f, lease.task);
		for (size_t i = 0; i < task.loads_count; i++)
			finish_exact(f, &lease, task.loads[i].id,
				     strcmp(task.loads[i].series, "a") ? 274
				     : varies			       ? 250 + (double)(i % 5)
								       : 250);
		end_block(f, &lease);
		task_release(&task);
	}
	judge_now(f, id, judged);
}

static void an_exact_metric_that_varies_is_demoted_and_judged_by_rounds(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };

	run_exact(*state, &judged, true);
	assert_int_equal(judged.judgement.count, 1);
	assert_true(judged.judgement.all[0].demoted);
	assert_string_equal(judged_family_name(&judged.judgement.all[0]), "demoted");
	assert_string_equal(judged.judgement.all[0].kind, "cpuid");
	assert_int_equal(judged.judgement.all[0].comparison.n, 8);
	assert_int_equal(judged.judgement.all[0].comparison.verdict, STAT_BETTER);
}

static void an_exact_metric_that_does_not_vary_is_not(void **state)
{
	CLEANUP(judged_release) struct judged_campaign judged = { 0 };

	run_exact(*state, &judged, false);
	assert_int_equal(judged.judgement.count, 0);
}

static void a_pair_of_two_hosts_is_none(void **state)
{
	CLEANUP(judgement_release) struct judgement judgement = { 0 };
	char workload[] = JUDGE_HEADLINE_WORKLOAD, none[] = "";
	struct judge_value values[6];
	struct judge_input input = { .isas = { { .isa = "svm", .settled = 3, .planned = 3 } },
				     .isas_count = 1,
				     .subjects = 2,
				     .first = 3,
				     .most = 3,
				     .values = values,
				     .count = 6 };

	(void)state;
	for (size_t i = 0; i < 6; i++)
		values[i] = (struct judge_value){ .subject = i / 3,
						  .block = 1 + i % 3,
						  .metric = metric_find(JUDGE_HEADLINE_METRIC),
						  .workload = workload,
						  .kind = none,
						  .median = 1 + (double)i,
						  .host = i == 4 ? 2 : 1 };
	judge(&input, &judgement);
	assert_int_equal(judgement.count, 1);
	assert_int_equal(judgement.all[0].comparison.count, 2);
	assert_int_equal(judgement.all[0].pairs[1].block, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_block_has_the_base_a_second_time_as_null_control),
		TEST(identical_code_leaves_the_null_control_to_the_base),
		TEST(a_planted_gain_is_found_and_nothing_more_is_bought),
		TEST(a_planted_loss_is_called_worse),
		TEST(an_effect_within_the_margin_is_the_same),
		TEST(the_null_control_is_not_told_from_the_base),
		TEST(only_who_is_unknown_is_loaded_again),
		TEST(what_stays_unknown_ends_with_the_budget),
		TEST(without_a_budget_nothing_is_bought),
		TEST(blocks_under_way_are_not_peeked_at),
		TEST(a_lost_run_is_set_against_the_base),
		TEST(each_isa_buys_for_itself),
		TEST(an_exact_metric_that_varies_is_demoted_and_judged_by_rounds),
		TEST(an_exact_metric_that_does_not_vary_is_not),
		TEST(a_pair_of_two_hosts_is_none),
		TEST(a_host_knows_its_noise),
		TEST(a_host_without_null_controls_promises_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
