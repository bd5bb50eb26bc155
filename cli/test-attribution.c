// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "cli/attribution.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/test.h"

/* A ranking document of one ISA: exit_path of 2376 for the base, and of each of the parts as given.
 */
struct part {
	const char *name;
	double exit_path; /* NAN: identical to the base's code */
	bool varied;
};

static struct ranking decode(const struct part *parts, size_t count)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	struct ranking ranking = { 0 };
	struct err err = ERR_INIT;

	buf_puts(
		&text,
		"{\"campaign\":1,\"state\":\"done\",\"base\":{\"metrics\":[{\"name\":\"exit_path\","
		"\"lane\":\"exact\",\"unit\":\"instructions\",\"kind\":\"cpuid\",\"value\":2376,"
		"\"spread\":0}]},\"results\":[");
	for (size_t i = 0; i < count; i++) {
		bool identical = isnan(parts[i].exit_path);

		buf_printf(&text,
			   "%s{\"series\":\"%s\",\"isa\":\"svm\",\"status\":\"%s\",\"metrics\":[",
			   i ? "," : "", parts[i].name, identical ? "identical" : "ranked");
		if (!identical)
			buf_printf(&text,
				   "{\"name\":\"exit_path\",\"lane\":\"exact\",\"unit\":"
				   "\"instructions\","
				   "\"kind\":\"cpuid\",\"value\":%g,\"base\":2376,\"spread\":%d}",
				   parts[i].exit_path, parts[i].varied);
		buf_puts(&text, "]}");
	}
	buf_puts(&text, "]}");
	if (ranking_decode(text.data, text.length, &ranking, &err) < 0)
		fail_msg("%s", err.text);
	return ranking;
}

static struct attribution find(const struct part *parts, size_t count)
{
	CLEANUP(ranking_release) struct ranking ranking = decode(parts, count);

	return attribution_find(&ranking, "svm", "exit_path", "fix");
}

static void a_patch_is_named_when_leaving_it_out_takes_its_step_back(void **state)
{
	/* The second of three adds four instructions. */
	static const struct part parts[] = { { "fix-1", 2377, false },
					     { "fix-2", 2381, false },
					     { "fix", 2380, false },
					     { "fix-without-1", 2379, false },
					     { "fix-without-2", 2376, false } };
	struct attribution found = find(parts, 5);

	(void)state;
	assert_int_equal(found.count, 3);
	assert_true(found.patches[0].step == 1);
	assert_int_equal(found.patches[0].outcome, ATTRIBUTION_VERIFIED);
	assert_true(found.patches[1].step == 4 && found.patches[1].undone == 4);
	assert_int_equal(found.patches[1].outcome, ATTRIBUTION_VERIFIED);
	assert_true(found.patches[2].step == -1);
	assert_int_equal(found.patches[2].outcome, ATTRIBUTION_VERIFIED);
}

static void a_patch_that_needs_another_is_not_named(void **state)
{
	/* The first prepares, the second uses it: either alone does nothing. */
	static const struct part parts[] = { { "fix-1", 2376, false },
					     { "fix", 2380, false },
					     { "fix-without-1", 2376, false } };
	struct attribution found = find(parts, 3);

	(void)state;
	assert_int_equal(found.count, 2);
	assert_true(found.patches[0].step == 0 && found.patches[0].undone == 4);
	assert_int_equal(found.patches[0].outcome, ATTRIBUTION_DEPENDS);
}

static void what_was_not_measured_verifies_nothing(void **state)
{
	static const struct part parts[] = { { "fix-1", 2377, false }, { "fix", 2380, false } };
	static const struct part varied[] = { { "fix-1", 2377, true },
					      { "fix", 2380, false },
					      { "fix-without-1", 2379, false } };
	struct attribution found = find(parts, 2);

	(void)state;
	assert_int_equal(found.patches[0].outcome, ATTRIBUTION_UNVERIFIED);
	found = find(varied, 3);
	assert_int_equal(found.patches[0].outcome, ATTRIBUTION_UNKNOWN);
}

static void identical_code_has_the_bases_value(void **state)
{
	static const struct part parts[] = { { "fix-1", NAN, false },
					     { "fix", 2378, false },
					     { "fix-without-1", 2378, false } };
	struct attribution found = find(parts, 3);

	(void)state;
	assert_true(found.patches[0].step == 0);
	assert_int_equal(found.patches[0].outcome, ATTRIBUTION_NONE);
	assert_true(found.patches[1].step == 2);
	assert_int_equal(found.patches[1].outcome, ATTRIBUTION_VERIFIED);
}

static void a_campaign_without_parts_has_no_patches(void **state)
{
	static const struct part parts[] = { { "fix", 2378, false } };

	(void)state;
	assert_int_equal(find(parts, 1).count, 0);
}

#define VERDICT(series, verdict)                                                                   \
	"{\"series\":\"" series "\",\"isa\":\"svm\",\"metric\":\"host_ipi\",\"workload\":"         \
	"\"ipi-storm\",\"verdict\":\"" verdict "\",\"family\":\"headline\",\"effect\":0.2,"        \
	"\"p_adjusted\":0.0021,\"n\":18}"
static const char verdicts[] = "{\"verdicts\":[" VERDICT("fix-1", "same") "," VERDICT(
	"fix-2", "worse") "," VERDICT("fix", "worse") "],\"null_control\":[],\"lost\":[]}";

static void the_table_shows_steps_and_their_marks(void **state)
{
	static const struct part parts[] = { { "fix-1", 2377, false },
					     { "fix-2", 2381, false },
					     { "fix", 2380, false },
					     { "fix-without-1", 2379, false },
					     { "fix-without-2", 2378, false } };
	CLEANUP(ranking_release) struct ranking ranking = decode(parts, 5);
	CLEANUP(statistics_release) struct statistics statistics = { 0 };
	struct err err = ERR_INIT;
	struct screen screen = { .columns = 120 };
	CLEANUP(free_ptr) char *text = NULL;
	size_t bytes = 0;

	(void)state;
	assert_int_equal(statistics_decode(verdicts, strlen(verdicts), &statistics, &err), 0);
	screen.out = open_memstream(&text, &bytes);
	attribution_print(&ranking, &statistics, "fix", &screen);
	fclose(screen.out);
	assert_non_null(strstr(text, "+4 depends"));
	assert_non_null(strstr(
		text, "worse with patch 2 (+20.0 %, adjusted p 0.0021); without it, it is the "
		      "same as the base."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_patch_is_named_when_leaving_it_out_takes_its_step_back),
		cmocka_unit_test(a_patch_that_needs_another_is_not_named),
		cmocka_unit_test(what_was_not_measured_verifies_nothing),
		cmocka_unit_test(identical_code_has_the_bases_value),
		cmocka_unit_test(a_campaign_without_parts_has_no_patches),
		cmocka_unit_test(the_table_shows_steps_and_their_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
