// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "cli/campaign.h"
#include "cli/difference.h"
#include "cli/host.h"
#include "cli/progress.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/test.h"

/* A campaign of a base and one series in the given states; free() it. */
static char *document(const char *state, const char *series_state, const char *phase)
{
	return xasprintf(
		"{\"id\":3,\"state\":\"%s\",\"reason\":null,\"created\":\"2024-01-01T00:00:00Z\","
		"\"elapsed_s\":12.5,\"estimate_s\":80.0,\"seed\":1,\"base\":{\"repository\":"
		"\"linux\",\"rev\":\"HEAD\",\"tree\":null},\"variants\":[{\"id\":1,\"role\":"
		"\"base\",\"series\":\"base\",\"state\":\"built\",\"phase\":null,\"reason\":null,"
		"\"elapsed_s\":9,\"build\":{\"id\":4,\"task\":9,\"reused\":true},\"loads\":[]},"
		"{\"id\":2,\"role\":\"series\",\"series\":\"lazy-store\",\"state\":\"%s\","
		"\"phase\":\"%s\",\"reason\":null,\"elapsed_s\":3.2,\"build\":null,\"loads\":["
		"{\"id\":5,\"lane\":\"exact\",\"block\":2,\"state\":\"done\",\"status\":\"ok\","
		"\"sentence\":null,\"task\":11,\"dropped\":0},{\"id\":6,\"lane\":\"smp\","
		"\"block\":3,\"state\":\"pending\",\"status\":null,\"task\":null}]}]}",
		state, series_state, phase);
}

static struct campaign decode(const char *state, const char *series_state, const char *phase)
{
	CLEANUP(free_ptr) char *text = document(state, series_state, phase);
	struct campaign campaign = { 0 };
	struct err err = ERR_INIT;

	if (campaign_decode(text, strlen(text), &campaign, &err) < 0)
		fail_msg("%s", err.text);
	return campaign;
}

static void a_campaign_is_decoded(void **state)
{
	CLEANUP(campaign_release)
	struct campaign campaign = decode("measuring", "measuring", "run");
	CLEANUP(free_ptr) char *phase = campaign_variant_phase(&campaign.variants[1]);

	(void)state;
	assert_int_equal(campaign.id, 3);
	assert_int_equal(campaign.variant_count, 2);
	assert_int_equal(campaign.variants[0].build_task, 9);
	assert_string_equal(phase, "1 of 2 loads, run");
	assert_false(campaign_ended(&campaign));
}

static void a_campaign_without_its_state_is_refused(void **state)
{
	struct campaign campaign = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(campaign_decode("{\"id\":1}", 8, &campaign, &err), -EPROTO);
	assert_non_null(strstr(err.text, "state"));
	assert_null(campaign.variants);
}

static void a_page_of_campaigns_is_decoded(void **state)
{
	static const char text[] = "{\"campaigns\":[{\"id\":2,\"state\":\"done\"},"
				   "{\"id\":1,\"state\":\"failed\"}],\"next\":1}";
	CLEANUP(campaign_page_release) struct campaign_page page = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(campaign_page_decode(text, strlen(text), &page, &err), 0);
	assert_int_equal(page.count, 2);
	assert_int_equal(page.next, 1);
}

static void a_request_leaves_defaults_to_the_server(void **state)
{
	struct campaign_request request = { 0 };
	CLEANUP(free_ptr) char *text = NULL;

	(void)state;
	request.series[request.series_count++] = 7;
	text = campaign_request_encode(&request);
	assert_string_equal(text, "{\"series\":[7]}");
}

static void a_request_may_be_for_a_thread(void **state)
{
	struct campaign_request request = { .thread = "1@example.org", .rev = "v6.1" };
	CLEANUP(free_ptr) char *text = campaign_request_encode(&request);

	(void)state;
	assert_string_equal(text, "{\"base\":{\"rev\":\"v6.1\"},\"thread\":\"1@example.org\"}");
}

/* Of a campaign whose document says that of its base; free() it. */
static char *base_sentence(const char *more, const char *phase, bool asked)
{
	CLEANUP(free_ptr)
	char *text =
		xasprintf("{\"id\":1,\"state\":\"building\",\"base\":{\"repository\":\"linux\","
			  "\"rev\":\"HEAD\"%s},\"variants\":[{\"role\":\"series\",\"series\":\"a\","
			  "\"state\":\"waiting\",\"phase\":%s}]}",
			  more, phase);
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct err err = ERR_INIT;

	if (campaign_decode(text, strlen(text), &campaign, &err) < 0)
		fail_msg("%s", err.text);
	return campaign_base_sentence(&campaign, asked);
}

static void the_base_is_told_with_why_it_is_that(void **state)
{
	CLEANUP(free_ptr) char *asked = base_sentence("", "null", true);
	CLEANUP(free_ptr) char *none = base_sentence("", "null", false);
	CLEANUP(free_ptr) char *later = base_sentence("", "\"fetch\"", false);
	CLEANUP(free_ptr)
	char *theirs = base_sentence(",\"preferred\":\"0123456789abcdef\"", "null", false);
	CLEANUP(free_ptr)
	char *taken =
		base_sentence(",\"preferred\":\"0123456789abcdef\",\"commit\":\"0123456789abcdef\"",
			      "null", false);
	CLEANUP(free_ptr)
	char *other = base_sentence(
		",\"preferred\":\"0123\",\"commit\":\"4567\",\"note\":\"It is not there.\"", "null",
		false);

	(void)state;
	assert_string_equal(asked, "base: linux HEAD, as asked for");
	assert_string_equal(none,
			    "base: linux HEAD: the series do not say what they were made on, or "
			    "do not agree");
	assert_non_null(strstr(later, "which is known when they are fetched"));
	assert_string_equal(theirs,
			    "base: 0123456789ab of linux, on which the series were made; HEAD "
			    "when the agent's repository does not have it");
	assert_string_equal(taken, "base: 0123456789ab of linux, on which the series were made");
	assert_string_equal(other, "It is not there.");
}

static void a_request_carries_what_was_asked_for(void **state)
{
	struct campaign_request request = { .repository = "linux",
					    .rev = "v6.1",
					    .lanes = "exact,smp",
					    .loads_smp = 3,
					    .loads_smp_most = 30,
					    .null_control = true,
					    .has_seed = true,
					    .measure_identical = true,
					    .workloads = "ipi-spin,ipi-storm",
					    .labels = { "rack=a", "cpu=zen=4" },
					    .labels_count = 2,
					    .priority = -3 };
	CLEANUP(free_ptr) char *text = NULL;

	(void)state;
	request.series[request.series_count++] = 1;
	text = campaign_request_encode(&request);
	assert_non_null(strstr(text, "\"lanes\":[\"exact\",\"smp\"]"));
	assert_non_null(strstr(text, "\"loads\":{\"smp\":3,\"smp_most\":30}"));
	assert_non_null(strstr(text, "\"null_control\":true"));
	assert_non_null(strstr(text, "\"seed\":0"));
	assert_non_null(strstr(text, "\"measure_identical\":true"));
	assert_non_null(strstr(text, "\"workloads\":[\"ipi-spin\",\"ipi-storm\"]"));
	assert_non_null(strstr(text, "\"hosts\":{\"labels\":{\"rack\":\"a\",\"cpu\":\"zen=4\"}}"));
	assert_non_null(strstr(text, "\"priority\":-3"));
}

/* What progress prints for two campaigns in a row into a pipe; free() it. */
static char *follow(struct campaign first, struct campaign second)
{
	struct screen screen = { .columns = 100 };
	CLEANUP(progress_release) struct progress progress = { .screen = &screen };
	char *text = NULL;
	size_t bytes = 0;

	screen.out = open_memstream(&text, &bytes);
	progress_update(&progress, &first);
	progress_update(&progress, &second);
	fclose(screen.out);
	campaign_release(&first);
	campaign_release(&second);
	return text;
}

static void a_pipe_gets_one_line_a_change(void **state)
{
	CLEANUP(free_ptr)
	char *same = follow(decode("building", "building", "compile"),
			    decode("building", "building", "compile"));
	CLEANUP(free_ptr)
	char *changed = follow(decode("building", "building", "compile"),
			       decode("building", "building", "link"));

	(void)state;
	assert_string_equal(same, "campaign 3: building, 12.5 s of about 1 min 20 s\n"
				  "    12.5 s  base: built, build reused\n"
				  "    12.5 s  lazy-store: building, compile\n");
	assert_non_null(strstr(changed, "lazy-store: building, compile\n"));
	assert_non_null(strstr(changed, "lazy-store: building, link\n"));
	assert_null(strchr(changed, '\033'));
}

/* One that nobody can measure on vmx, that long after it was created. */
static struct campaign decode_waiting(double elapsed_s)
{
	struct campaign campaign = decode("building", "building", "compile");

	campaign.elapsed_s = elapsed_s;
	campaign.waiting = xstrdup("Waits for an agent that can measure on vmx.");
	return campaign;
}

static void work_that_nobody_can_do_is_told_once_and_not_at_once(void **state)
{
	static const char sentence[] = "Waits for an agent that can measure on vmx.\n";
	CLEANUP(free_ptr) char *early = follow(decode_waiting(1), decode_waiting(2));
	CLEANUP(free_ptr) char *late = follow(decode_waiting(11), decode_waiting(12));
	const char *first = strstr(late, sentence);

	(void)state;
	assert_null(strstr(early, sentence));
	assert_non_null(first);
	assert_null(strstr(first + 1, sentence));
}

static void the_end_is_told(void **state)
{
	CLEANUP(free_ptr)
	char *text = follow(decode("measuring", "measuring", "run"), decode("done", "done", ""));

	(void)state;
	assert_non_null(strstr(text, "campaign 3: done after 12.5 s\n"));
}

static void a_page_of_hosts_is_decoded(void **state)
{
	static const char text[] =
		"{\"hosts\":[{\"id\":1,\"agent\":\"lab-1\",\"capabilities\":[\"build\",\"bench-"
		"svm\"],"
		"\"fingerprint\":null,\"first_seen\":\"a\",\"last_seen\":\"b\"}],\"next\":null}";
	CLEANUP(host_page_release) struct host_page page = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(host_page_decode(text, strlen(text), &page, &err), 0);
	assert_int_equal(page.count, 1);
	assert_int_equal(page.next, 0);
	assert_string_equal(page.hosts[0].capabilities, "build,bench-svm");
}

static void a_difference_is_printed_by_function(void **state)
{
	static const char text[] =
		"{\"campaign\":1,\"variant\":\"lazy-store\",\"against\":\"base\",\"isa\":\"svm\","
		"\"totals\":[{\"kind\":\"cpuid\",\"part\":\"exit_path\",\"variant\":2377,"
		"\"against\":2376,\"difference\":1}],\"functions\":[{\"kind\":\"cpuid\",\"part\":"
		"\"exit_path\",\"module\":\"kvm_amd\",\"function\":\"svm_vcpu_run\",\"variant\":"
		"124,\"against\":123,\"difference\":1},{\"kind\":\"cpuid\",\"part\":\"exit_path\","
		"\"module\":\"kvm\",\"function\":\"kvm_emulate_cpuid\",\"variant\":40,\"against\":"
		"40,\"difference\":0}]}";
	CLEANUP(difference_release) struct difference difference = { 0 };
	struct screen screen = { .columns = 100 };
	CLEANUP(free_ptr) char *printed = NULL;
	struct err err = ERR_INIT;
	size_t bytes = 0;

	(void)state;
	assert_int_equal(difference_decode(text, strlen(text), &difference, &err), 0);
	screen.out = open_memstream(&printed, &bytes);
	difference_print(&difference, NULL, false, &screen);
	fclose(screen.out);
	assert_non_null(strstr(printed, "kvm_amd  svm_vcpu_run   123         124          +1\n"));
	assert_null(strstr(printed, "kvm_emulate_cpuid"));
	assert_non_null(strstr(printed, "1 functions without a difference"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_campaign_is_decoded),
		cmocka_unit_test(a_campaign_without_its_state_is_refused),
		cmocka_unit_test(a_page_of_campaigns_is_decoded),
		cmocka_unit_test(a_request_leaves_defaults_to_the_server),
		cmocka_unit_test(a_request_carries_what_was_asked_for),
		cmocka_unit_test(a_request_may_be_for_a_thread),
		cmocka_unit_test(the_base_is_told_with_why_it_is_that),
		cmocka_unit_test(a_pipe_gets_one_line_a_change),
		cmocka_unit_test(work_that_nobody_can_do_is_told_once_and_not_at_once),
		cmocka_unit_test(the_end_is_told),
		cmocka_unit_test(a_page_of_hosts_is_decoded),
		cmocka_unit_test(a_difference_is_printed_by_function),
	};

	return cmocka_run_group_tests_name("campaign", tests, NULL, NULL);
}
