// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/test.h"
#include "server/json_request.h"
#include "server/json_write.h"

#define BASE "\"base\": {\"repository\": \"linux\", \"rev\": \"HEAD\"}"

static struct err err;

static int campaign(const char *text, struct campaign_request *ret)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(1 << 20);

	buf_puts(&body, text);
	err = ERR_INIT;
	return json_campaign_request(&body, "linux,linux-next", ret, &err);
}

static int load(const char *text, struct load_result *ret)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(1 << 20);

	buf_puts(&body, text);
	err = ERR_INIT;
	return json_load_result(&body, ret, &err);
}

static void a_campaign_has_the_defaults_of_the_contract(void **state)
{
	struct campaign_request want;

	(void)state;
	assert_int_equal(campaign("{" BASE ", \"series\": [3, 1]}", &want), 0);
	assert_string_equal(want.repository, "linux");
	assert_string_equal(want.isa, "svm");
	assert_string_equal(want.lanes, "exact,smp");
	assert_int_equal(want.loads_exact, 1);
	assert_int_equal(want.loads_smp, 3);
	assert_int_equal(want.seed, -1);
	assert_int_equal(want.series_count, 2);
	assert_int_equal(want.series[0], 3);
	assert_false(want.measure_identical);
	assert_false(want.null_control);
	assert_int_equal(want.smp_most, 0);
}

static void the_lane_posted_is_of_vmx(void **state)
{
	struct campaign_request want;

	(void)state;
	assert_int_equal(campaign("{" BASE ", \"series\": [1], \"isa\": [\"svm\", \"vmx\"], \"lanes\": "
				  "[\"exact\", \"posted\", \"race\", \"smp\"]}",
				  &want),
			 0);
	assert_string_equal(want.lanes, "exact,posted,race,smp");
	assert_int_equal(campaign("{" BASE ", \"series\": [1], \"lanes\": [\"posted\"]}", &want),
			 -EINVAL);
	assert_non_null(strstr(err.text, "is of vmx"));
}

static void a_budget_brings_the_null_control_unless_it_is_declined(void **state)
{
	struct campaign_request want;

	(void)state;
	assert_int_equal(campaign("{" BASE ", \"series\": [1], \"loads\": {\"smp\": 6, "
				  "\"smp_most\": 30}}",
				  &want),
			 0);
	assert_int_equal(want.loads_smp, 6);
	assert_int_equal(want.smp_most, 30);
	assert_true(want.null_control);
	assert_int_equal(campaign("{" BASE ", \"series\": [1], \"null_control\": false, \"loads\": "
				  "{\"smp_most\": 30}}",
				  &want),
			 0);
	assert_false(want.null_control);
	assert_int_equal(campaign("{" BASE ", \"series\": [1], \"null_control\": true}", &want), 0);
	assert_true(want.null_control);
}

static void a_campaign_that_breaks_the_contract_is_refused_with_a_sentence(void **state)
{
	static const char *const bodies[] = {
		"{}",
		"{" BASE "}",
		"{" BASE ", \"series\": []}",
		"{" BASE ", \"series\": [1, 1]}",
		"{" BASE ", \"series\": [0]}",
		"{" BASE ", \"series\": [1.5]}",
		"{" BASE ", \"series\": \"1\"}",
		"{" BASE ", \"series\": [1], \"surprise\": 1}",
		"{" BASE ", \"series\": [1], \"isa\": []}",
		"{" BASE ", \"series\": [1], \"isa\": [\"arm\"]}",
		"{" BASE ", \"series\": [1], \"isa\": [\"svm\", \"svm\"]}",
		"{" BASE ", \"series\": [1], \"isa\": [\"svm,vmx\"]}",
		"{" BASE ", \"series\": [1], \"loads\": {\"exact\": 0}}",
		"{" BASE ", \"series\": [1], \"loads\": {\"smp\": 101}}",
		"{" BASE ", \"series\": [1], \"loads\": {\"smp_most\": 2}}",
		"{" BASE ", \"series\": [1], \"loads\": {\"smp\": 6, \"smp_most\": 101}}",
		"{" BASE ", \"series\": [1], \"loads\": {\"metal\": 1}}",
		"{" BASE ", \"series\": [1], \"seed\": -1}",
		"{" BASE ", \"series\": [1], \"measure_identical\": 1}",
		"{\"base\": {\"repository\": \"other\", \"rev\": \"HEAD\"}, \"series\": [1]}",
		"{\"base\": {\"repository\": \"../x\", \"rev\": \"HEAD\"}, \"series\": [1]}",
		"{\"base\": {\"repository\": \"linux\", \"rev\": \"--help\"}, \"series\": [1]}",
		"{\"base\": {\"repository\": \"linux\", \"rev\": \"a b\"}, \"series\": [1]}",
		"{\"base\": {\"repository\": \"linux\", \"rev\": \"a..b\"}, \"series\": [1]}",
		"{" BASE ", \"series\": [1], \"thread\": 1}",
		"{" BASE ", \"thread\": []}",
		"{" BASE ", \"thread\": \"a b@x\"}",
		"{" BASE ", \"thread\": \"\"}",
	};
	struct campaign_request want;

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		if (campaign(bodies[i], &want) != -EINVAL)
			fail_msg("taken: %s", bodies[i]);
		assert_true(strlen(err.text) > 10);
	}
}

static void a_base_may_be_left_to_the_series_of_a_thread(void **state)
{
	struct campaign_request want;

	(void)state;
	assert_int_equal(campaign("{\"thread\": \"<a.1@x>\"}", &want), 0);
	assert_string_equal(want.thread, "a.1@x");
	assert_string_equal(want.repository, "linux");
	assert_string_equal(want.rev, "");
	assert_int_equal(
		campaign("{\"base\": {\"repository\": \"linux-next\"}, \"thread\": 7}", &want), 0);
	assert_string_equal(want.thread, "7");
	assert_string_equal(want.repository, "linux-next");
}

static int branch(const char *text, struct git_request *ret)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(1 << 16);

	buf_puts(&body, text);
	return json_git_request(&body, "linux,linux-next", ret, &err);
}

static void a_branch_is_asked_for(void **state)
{
	struct git_request want;

	(void)state;
	assert_int_equal(
		branch("{\"git\": {\"url\": \"https://host/a\", \"ref\": \"early\"}}", &want), 0);
	assert_string_equal(want.url, "https://host/a");
	assert_string_equal(want.repository, "linux");
	assert_string_equal(want.base, "");
	assert_false(want.each_commit);
}

#define GIT "{\"git\": {\"url\": \"https://host/a\", \"ref\": \"early\""

static void a_branch_that_breaks_the_contract_is_refused_with_a_sentence(void **state)
{
	static const char *const bodies[] = {
		"{}",
		"{\"git\": {}}",
		"{\"git\": \"https://host/a\"}",
		"{\"git\": {\"url\": \"https://host/a\"}}",
		GIT ", \"depth\": 1}}",
		GIT "}, \"name\": \"base\"}",
		GIT "}, \"name\": \"No\"}",
		GIT "}, \"sender_flag\": \"a b\"}",
		GIT "}, \"expect\": \"luck:more\"}",
		GIT "}, \"each_commit\": 1}",
	};
	struct git_request want;

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		if (branch(bodies[i], &want) != -EINVAL)
			fail_msg("taken: %s", bodies[i]);
		assert_true(strlen(err.text) > 10);
	}
}

static void what_is_no_json_object_is_told_apart(void **state)
{
	struct campaign_request want;

	(void)state;
	assert_int_equal(campaign("", &want), -EBADMSG);
	assert_int_equal(campaign("[]", &want), -EBADMSG);
	assert_int_equal(campaign("{" BASE ",", &want), -EBADMSG);
	assert_int_equal(campaign("{\"series\": [1], \"series\": [2]}", &want), -EBADMSG);
	assert_int_equal(campaign("{\"a\": \"\xff\"}", &want), -EBADMSG);
	assert_int_equal(campaign("{\"a\": \"\\u0000\"}", &want), -EBADMSG);
	assert_int_equal(campaign("{} {}", &want), -EBADMSG);
}

static void deep_nesting_is_refused_before_it_is_parsed(void **state)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(1 << 20);
	struct campaign_request want;

	(void)state;
	buf_puts(&body, "{\"a\":");
	for (int i = 0; i < 100000; i++)
		buf_puts(&body, "[");
	assert_int_equal(json_campaign_request(&body, NULL, &want, &err), -EBADMSG);
	/* Brackets in a text are no nesting. */
	assert_int_equal(campaign("{\"a\": \"[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"}", &want), -EINVAL);
}

static void a_load_result_is_decoded_whole(void **state)
{
	CLEANUP(load_result_release) struct load_result result = { .status = "" };

	(void)state;
	assert_int_equal(
		load("{\"status\": \"ok\", \"new_field\": {}, \"fingerprint\": {\"b\": 1, \"a\": "
		     "2},"
		     "\"samples\": [{\"metric\": \"exit_window\", \"workload\": \"w\", \"kind\": "
		     "\"cpuid\", \"rep\": 0, \"value\": 45, \"n\": 2998, \"total\": 3000}],"
		     "\"gates\": [{\"gate\": \"kick\", \"workload\": \"w\", \"passed\": false, "
		     "\"detail\": \"a\\u001bb\"}],"
		     "\"functions\": [{\"kind\": \"cpuid\", \"part\": \"exit_path\", \"module\": "
		     "\"kvm\", \"function\": \"f.constprop.0\", \"instructions\": 7}]}",
		     &result),
		0);
	assert_true(result.samples[0].value == 45);
	assert_int_equal(result.samples[0].n, 2998);
	assert_string_equal(result.fingerprint, "{\"a\":2,\"b\":1}");
	assert_string_equal(result.gates[0].detail, "a b");
	assert_string_equal(result.functions[0].function, "f.constprop.0");
}

#define RACE_RESULT(ranges)                                                                        \
	"{\"status\": \"ok\", \"race_maps\": [{\"workload\": \"w\", \"kind\": \"cpuid\", "         \
	"\"sender\": "                                                                             \
	"\"ipi\", \"from\": -1, \"to\": 3, \"ranges\": [" ranges "]}]}"

static void a_race_map_is_decoded_with_its_ranges(void **state)
{
	CLEANUP(load_result_release) struct load_result result = { .status = "" };

	(void)state;
	assert_int_equal(load(RACE_RESULT("[-1, 0, \"needed\"], [1, 3, \"quiet\"]"), &result), 0);
	assert_int_equal(result.races_count, 1);
	assert_int_equal(result.races[0].first, -1);
	assert_int_equal(result.races[0].ranges[1].last, 3);
	assert_string_equal(result.races[0].ranges[1].state, "quiet");
	assert_int_equal(result.races[0].tried, 5);
}

static void a_race_map_says_how_many_of_its_offsets_were_tried(void **state)
{
	static const char *const bodies[] = {
		RACE_RESULT("[-1, 3, \"quiet\"]], \"tried\": 2, \"unused\": ["),
		RACE_RESULT("[-1, 3, \"quiet\"]], \"tried\": 9, \"unused\": ["),
	};
	static const int64_t tried[] = { 2, 5 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(load_result_release) struct load_result result = { .status = "" };

		assert_int_equal(load(bodies[i], &result), 0);
		assert_int_equal(result.races[0].tried, tried[i]);
	}
}

static void a_race_map_with_gaps_is_refused(void **state)
{
	static const char *const bodies[] = {
		RACE_RESULT("[-1, 0, \"needed\"], [2, 3, \"quiet\"]"),
		RACE_RESULT("[-1, 2, \"needed\"]"),
		RACE_RESULT("[-1, 4, \"needed\"]"),
		RACE_RESULT("[-1, 3, \"late\"]"),
		RACE_RESULT("[-1, 3]"),
		RACE_RESULT("7"),
		RACE_RESULT(""),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		CLEANUP(load_result_release) struct load_result result = { .status = "" };

		assert_int_equal(load(bodies[i], &result), -EINVAL);
	}
}

static void a_load_result_that_breaks_the_contract_is_refused(void **state)
{
	static const char *const bodies[] = {
		"{\"status\": \"fine\"}",
		"{\"status\": \"ok\", \"console\": {\"sha256\": \"../../etc/passwd\"}}",
		"{\"status\": \"ok\", \"duration_ms\": -1}",
		"{\"status\": \"ok\", \"samples\": [1]}",
		"{\"status\": \"ok\", \"samples\": [{\"metric\": \"speed\", \"workload\": \"w\", "
		"\"value\": 1}]}",
		"{\"status\": \"ok\", \"samples\": [{\"metric\": \"exit_window\", \"workload\": "
		"\"w\", \"value\": \"1\"}]}",
		"{\"status\": \"ok\", \"gates\": [{\"gate\": \"kick\", \"workload\": \"w\"}]}",
		"{\"status\": \"ok\", \"fingerprint\": []}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct load_result result = { .status = "" };

		if (load(bodies[i], &result) != -EINVAL)
			fail_msg("taken: %s", bodies[i]);
		assert_true(strlen(err.text) > 10);
	}
}

/* The names come out of a host whose kernel the patch's author wrote. */
static void names_that_a_kernel_made_up_are_made_harmless(void **state)
{
	CLEANUP(load_result_release) struct load_result result = { .status = "" };

	(void)state;
	assert_int_equal(load("{\"status\": \"ok\", \"functions\": [{\"kind\": \"\", \"part\": "
			      "\"exit_path\", \"module\": \"a \\\"b\\n\", \"function\": "
			      "\"\u00e9\", \"instructions\": 9000000000000000000}],"
			      "\"samples\": [{\"metric\": \"exit_window\", \"workload\": \"w\", "
			      "\"value\": 1, \"rep\": -3}]}",
			      &result),
			 0);
	assert_string_equal(result.functions[0].kind, "_");
	assert_string_equal(result.functions[0].module, "a__b_");
	assert_string_equal(result.functions[0].function, "__");
	assert_int_equal(result.functions[0].instructions, 1ll << 40);
	assert_int_equal(result.samples[0].rep, 0);
}

static void a_build_result_needs_what_its_status_says(void **state)
{
	static const char *const bodies[] = {
		"{\"status\": \"failed\"}",
		"{\"status\": \"failed\", \"sentence\": \"\"}",
		"{\"status\": \"built\"}",
		"{\"status\": \"built\", \"tree\": \"XX\"}",
	};
	struct build_result result;

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		CLEANUP(buf_release) struct buf body = BUF_INIT(1 << 16);

		buf_puts(&body, bodies[i]);
		assert_int_equal(json_build_result(&body, &result, &err), -EINVAL);
	}
}

static void what_is_written_always_parses(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1000);
	struct json_writer w = { .buf = &text };

	(void)state;
	json_write_object(&w, NULL);
	json_write_text(&w, "a\"", "q\"\\\n\x01 \xc3\xa9 \xff \xe2\x82");
	json_write_null(&w, "n");
	json_write_array(&w, "l");
	json_write_real(&w, NULL, 0.1);
	json_write_real(&w, NULL, NAN);
	json_write_int(&w, NULL, -5);
	json_write_end(&w, ']');
	json_write_end(&w, '}');
	assert_string_equal(text.data, "{\"a\\\"\":\"q\\\"\\\\\\n\\u0001 \xc3\xa9 \\ufffd "
				       "\\ufffd\\ufffd\",\"n\":null,\"l\":[0.1,null,-5]}");
}

static void a_document_that_does_not_fit_leaves_nothing(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(10);
	struct json_writer w = { .buf = &text };

	(void)state;
	json_write_object(&w, NULL);
	json_write_text(&w, "long", "longer than ten bytes");
	json_write_end(&w, '}');
	assert_true(w.overflow);
	assert_int_equal(text.length, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_base_may_be_left_to_the_series_of_a_thread),
		cmocka_unit_test(a_branch_is_asked_for),
		cmocka_unit_test(a_branch_that_breaks_the_contract_is_refused_with_a_sentence),
		cmocka_unit_test(a_campaign_has_the_defaults_of_the_contract),
		cmocka_unit_test(the_lane_posted_is_of_vmx),
		cmocka_unit_test(a_budget_brings_the_null_control_unless_it_is_declined),
		cmocka_unit_test(a_campaign_that_breaks_the_contract_is_refused_with_a_sentence),
		cmocka_unit_test(what_is_no_json_object_is_told_apart),
		cmocka_unit_test(deep_nesting_is_refused_before_it_is_parsed),
		cmocka_unit_test(a_load_result_is_decoded_whole),
		cmocka_unit_test(a_race_map_is_decoded_with_its_ranges),
		cmocka_unit_test(a_race_map_says_how_many_of_its_offsets_were_tried),
		cmocka_unit_test(a_race_map_with_gaps_is_refused),
		cmocka_unit_test(a_load_result_that_breaks_the_contract_is_refused),
		cmocka_unit_test(names_that_a_kernel_made_up_are_made_harmless),
		cmocka_unit_test(a_build_result_needs_what_its_status_says),
		cmocka_unit_test(what_is_written_always_parses),
		cmocka_unit_test(a_document_that_does_not_fit_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
