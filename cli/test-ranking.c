// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "cli/ranking.h"
#include "cli/text.h"
#include "lib/cleanup.h"
#include "lib/test.h"

/* clang-format off */
#define METRIC(name, value, base) \
	"{\"name\":\"" name "\",\"lane\":\"exact\",\"workload\":\"exit-cpuid\",\"kind\":\"cpuid\"," \
	"\"unit\":\"instructions\",\"role\":\"primary\",\"better\":\"less\",\"value\":" value \
	",\"base\":" base ",\"n\":2998,\"total\":3000,\"spread\":0}"
#define GATE(passed, failed) \
	"{\"gate\":\"kick\",\"workload\":\"kick-sweep\",\"passed\":" passed ",\"runs\":3,\"failed\":" \
	failed ",\"detail\":\"2300 of 2560 kicks were lost\"}"
#define RESULT(series, status, place, reason, metrics, gates) \
	"{\"series\":\"" series "\",\"isa\":\"svm\",\"status\":\"" status "\",\"place\":" place \
	",\"reason\":" reason ",\"sender_flag\":null,\"loads\":{\"exact\":1,\"smp\":3},\"metrics\":[" \
	metrics "],\"gates\":[" gates "]}"

static const char sample[] =
	"{\"campaign\":1,\"state\":\"done\",\"base\":{\"repository\":\"linux\",\"rev\":\"HEAD\","
	"\"tree\":\"b8c31987ab1c9d0e134eac7a81d7dc4689e8065e\",\"place\":4,\"metrics\":["
	METRIC("exit_window", "274", "274") "," METRIC("exit_path", "2376", "2376") "],\"gates\":["
	GATE("true", "0") "]},\"order\":[\"exit_window\"],\"results\":["
	RESULT("asm", "ranked", "1", "null",
	       METRIC("exit_window", "12", "274") "," METRIC("entry_window", "273", "273") ","
	       METRIC("kick_window", "12", "274") "," METRIC("exit_path", "2375", "2376"),
	       GATE("true", "0")) ","
	RESULT("common-reset", "ranked", "2", "null",
	       METRIC("exit_window", "45", "274") "," METRIC("exit_path", "2377", "2376") ","
	       "{\"name\":\"host_ipi_per_guest_ipi\",\"lane\":\"smp\",\"workload\":\"ipi-storm\","
	       "\"unit\":\"ratio\",\"value\":0.42,\"base\":0.81,\"spread\":0.03,\"n\":9,\"dropped\":1}",
	       GATE("true", "0")) ","
	RESULT("lazy-store", "ranked", "2", "null", METRIC("exit_window", "45", "274"),
	       GATE("true", "0")) ","
	RESULT("rename", "identical", "null", "\"Its code is the base's.\"", "", "") ","
	RESULT("lost-kick", "disqualified", "null", "\"It loses kicks.\"", "", GATE("false", "3")) ","
	RESULT("bro\\u001b[31mken", "failed", "null", "\"svm.c:1: error:\\n\\u001b[2J\"", "", "") "]}";

/* With what a reader should know of each: bases that are not the authors', trees that were measured. */
#define NOTED(series, isa, note, same) \
	"{\"series\":\"" series "\",\"isa\":\"" isa "\",\"status\":\"ranked\",\"place\":1,\"reason\":null," \
	"\"note\":" note ",\"same_tree\":" same ",\"metrics\":[" METRIC("exit_window", "2", "274") \
	"],\"gates_run\":true,\"gates\":[" GATE("true", "0") "]}"
#define SAME "{\"campaign\":3,\"series_id\":7,\"series\":\"early\",\"version\":1}"

static const char noted[] =
	"{\"campaign\":4,\"state\":\"done\",\"base\":{\"repository\":\"linux\",\"rev\":\"HEAD\",\"tree\":null,"
	"\"note\":\"The series were made on 0123, which the agent's repository does not have.\",\"place\":3,"
	"\"metrics\":[],\"gates\":[]},\"results\":["
	NOTED("early", "svm", "\"Its author made it on 4567.\"", SAME) "," NOTED("late", "svm", "null", "null") ","
	NOTED("early", "vmx", "\"Its author made it on 4567.\"", SAME) "]}";

#define ACROSS(series, isa, status, place, overall, across, metrics) \
	"{\"series\":\"" series "\",\"isa\":\"" isa "\",\"status\":\"" status "\",\"place\":" place \
	",\"overall\":" overall ",\"across_isa\":" across ",\"reason\":null,\"metrics\":[" metrics \
	"],\"gates_run\":true,\"gates\":[" GATE("true", "0") "]}"
#define SPLIT(sentence) "{\"agreement\":\"split\",\"sentence\":\"" sentence "\"}"
#define LATE SPLIT("Better than the base on svm (place 1, the base 3), disqualified on vmx.")
#define LAZY SPLIT("Better than the base on svm (place 2, the base 3), worse on vmx (place 3, the base 2).")

static const char both[] =
	"{\"campaign\":1,\"state\":\"done\",\"base\":{\"repository\":\"linux\",\"rev\":\"HEAD\","
	"\"tree\":\"b8c31987ab1c9d0e134eac7a81d7dc4689e8065e\",\"place\":3,\"isa\":["
	"{\"isa\":\"svm\",\"place\":3,\"status\":\"ranked\"},"
	"{\"isa\":\"vmx\",\"place\":2,\"status\":\"ranked\"}],\"metrics\":[],\"gates\":[]},"
	"\"results\":["
	ACROSS("late-flag", "svm", "ranked", "1", "null", LATE, METRIC("exit_window", "2", "274")) ","
	ACROSS("asm", "svm", "ranked", "1", "1", "null",
	       METRIC("exit_window", "2", "274") "," METRIC("entry_window", "273", "273") ","
	       METRIC("kick_window", "2", "274") "," METRIC("exit_path", "2377", "2376")) ","
	ACROSS("lazy-store", "svm", "ranked", "2", "3", LAZY, METRIC("exit_window", "45", "274")) ","
	ACROSS("asm", "vmx", "ranked", "1", "1", "null", METRIC("exit_window", "3", "158")) ","
	ACROSS("lazy-store", "vmx", "ranked", "3", "3", LAZY, METRIC("exit_window", "159", "158")) ","
	ACROSS("late-flag", "vmx", "disqualified", "null", "null", LATE, "") "]}";
/* clang-format on */

/* What is printed of a document for a screen of that width; free() it. */
static char *print(const char *document, unsigned columns, bool metrics)
{
	CLEANUP(ranking_release) struct ranking ranking = { 0 };
	struct screen screen = { .columns = columns };
	struct err err = ERR_INIT;
	char *text = NULL;
	size_t bytes = 0;

	screen.out = open_memstream(&text, &bytes);
	if (ranking_decode(document, strlen(document), &ranking, &err) < 0)
		fail_msg("%s", err.text);
	if (metrics)
		ranking_print_metrics(&ranking, &screen);
	else
		ranking_print(&ranking, &screen);
	fclose(screen.out);
	return text;
}

static size_t widest_line(const char *text)
{
	size_t widest = 0;

	while (*text) {
		size_t length = strcspn(text, "\n");
		CLEANUP(free_ptr) char *line = strndup(text, length);
		size_t width = text_width(line);

		widest = width > widest ? width : widest;
		text += length + (text[length] == '\n');
	}
	return widest;
}

/* The first line that has both in it. */
static bool has_line(const char *text, const char *first, const char *second)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		CLEANUP(free_ptr) char *line = strndup(text, length);

		if (strstr(line, first) && strstr(line, second))
			return true;
		text += length + (text[length] == '\n');
	}
	return false;
}

static void the_table_shows_base_and_value(void **state)
{
	CLEANUP(free_ptr) char *text = print(sample, 100, false);

	(void)state;
	assert_true(has_line(text, "asm", "274→12"));
	assert_true(has_line(text, "asm", "2375 (-1)"));
	assert_true(has_line(text, "common-reset", "2377 (+1)"));
	assert_true(has_line(text, "common-reset", "0.42 ±0.03 (9,1)"));
}

static size_t count(const char *text, const char *what)
{
	size_t found = 0;

	while ((text = strstr(text, what))) {
		found++;
		text++;
	}
	return found;
}

static void bases_that_are_not_the_authors_are_told_once(void **state)
{
	CLEANUP(free_ptr) char *text = print(noted, 200, false);

	(void)state;
	assert_int_equal(count(text, "The series were made on 0123, which the agent's"), 1);
	assert_int_equal(count(text, "early: Its author made it on 4567.\n"), 1);
	assert_int_equal(count(text, "late: "), 0);
}

static void a_tree_that_was_measured_before_is_named(void **state)
{
	CLEANUP(free_ptr) char *text = print(noted, 200, false);

	(void)state;
	assert_int_equal(count(text, "early: the same tree was measured before, as early v1 of "
				     "campaign 3; those results stand for it, too.\n"),
			 1);
}

static void the_table_fits_100_columns(void **state)
{
	CLEANUP(free_ptr) char *text = print(sample, 100, false);

	(void)state;
	assert_in_range(widest_line(text), 80, 100);
}

static void a_narrow_screen_gets_records_with_every_value(void **state)
{
	CLEANUP(free_ptr) char *text = print(sample, 60, false);

	(void)state;
	assert_true(has_line(text, "exit window:", "274→12"));
	assert_true(has_line(text, "status:", "disqualified"));
	assert_in_range(widest_line(text), 1, 60);
}

static void shared_places_are_marked(void **state)
{
	CLEANUP(free_ptr) char *text = print(sample, 100, false);

	(void)state;
	assert_true(has_line(text, "2=", "common-reset"));
	assert_true(has_line(text, "2=", "lazy-store"));
	assert_false(has_line(text, "1=", "asm"));
}

static void the_base_is_not_compared_with_itself(void **state)
{
	CLEANUP(free_ptr) char *text = print(sample, 100, false);

	(void)state;
	assert_true(has_line(text, "4  base", " 274 "));
	assert_false(has_line(text, "base", "274→274"));
	assert_false(has_line(text, "base", "(0)"));
}

static void a_gate_that_never_ran_is_not_called_failed(void **state)
{
	static const char cut_short[] =
		"{\"campaign\":1,\"state\":\"done\",\"base\":{},\"results\":["
		"{\"series\":\"a\",\"isa\":\"svm\",\"status\":\"failed\",\"reason\":\"It hung.\","
		"\"metrics\":[],\"gates_run\":true,\"gates\":[{\"gate\":\"delivery\",\"workload\":"
		"\"ipi-storm\",\"passed\":false,\"runs\":0,\"failed\":0,\"detail\":\"not "
		"run\"}]}]}";
	CLEANUP(free_ptr) char *text = print(cut_short, 100, false);

	(void)state;
	assert_true(has_line(text, "    gate delivery of ipi-storm did not run", ""));
	assert_false(has_line(text, "gate", "failed in"));
}

static void the_base_stands_where_its_place_is(void **state)
{
	CLEANUP(free_ptr) char *text = print(sample, 100, false);
	const char *base = strstr(text, "    4  base");

	(void)state;
	assert_non_null(base);
	assert_true(strstr(text, "lazy-store") < base);
	assert_true(strstr(text, "rename") > base);
}

static void reasons_and_failed_gates_are_told(void **state)
{
	CLEANUP(free_ptr) char *text = print(sample, 100, false);

	(void)state;
	assert_true(has_line(text, "lost-kick (svm): disqualified: It loses kicks.", ""));
	assert_true(has_line(text, "gate kick of kick-sweep failed in 3 of 3 runs: 2300", ""));
	assert_true(has_line(text, "rename (svm): identical: Its code is the base's.", ""));
}

static void gates_that_did_not_run_are_not_called_passed(void **state)
{
	CLEANUP(free_ptr) char *text = print(sample, 100, false);

	(void)state;
	assert_true(has_line(text, "rename", "not run"));
	assert_true(has_line(text, "asm", "1 of 1"));
}

static void control_characters_of_a_patch_author_are_gone(void **state)
{
	CLEANUP(free_ptr) char *text = print(sample, 100, false);

	(void)state;
	assert_null(strchr(text, '\033'));
	assert_true(has_line(text, "bro[31mken (svm): failed: svm.c:1: error: [2J", ""));
}

static void metrics_lists_every_metric(void **state)
{
	CLEANUP(free_ptr) char *text = print(sample, 200, true);

	(void)state;
	assert_true(has_line(text, "common-reset", "ipi-storm"));
	assert_true(has_line(text, "asm", "2998/3000"));
}

static void counts_that_vary_are_marked(void **state)
{
	static const char varies[] =
		"{\"campaign\":1,\"state\":\"done\",\"base\":{},\"results\":["
		"{\"series\":\"a\",\"isa\":\"svm\",\"status\":\"ranked\",\"place\":1,\"metrics\":"
		"[{\"name\":\"exit_window\",\"lane\":\"exact\",\"kind\":\"cpuid\",\"unit\":\"instructions\","
		"\"value\":45,\"base\":274,\"spread\":2,\"n\":10}],\"gates\":[]}]}";
	CLEANUP(free_ptr) char *text = print(varies, 100, false);

	(void)state;
	assert_true(has_line(text, "274→~45", ""));
	assert_true(has_line(text, "~ this count should not vary", ""));
}

static void an_unfinished_ranking_says_so(void **state)
{
	CLEANUP(free_ptr)
	char *text = print("{\"campaign\":7,\"state\":\"measuring\",\"base\":{},\"results\":[]}",
			   100, false);

	(void)state;
	assert_true(has_line(text, "campaign 7: measuring (this ranking is not final)", ""));
}

static void the_find_prefers_cpuid_exits(void **state)
{
	char name[] = "exit_path", hlt[] = "hlt", cpuid[] = "cpuid";
	struct ranking_metric list[] = {
		{ .name = name, .kind = hlt, .value = 1 },
		{ .name = name, .kind = cpuid, .value = 2 },
	};
	struct ranking_result result = { .metrics = list, .metric_count = 2 };

	(void)state;
	assert_ptr_equal(ranking_metric_find(&result, "exit_path"), &list[1]);
	assert_null(ranking_metric_find(&result, "exit_window"));
}

#define RATIO(workload, value, n, dropped)                                                         \
	"{\"name\":\"host_ipi_per_guest_ipi\",\"lane\":\"smp\",\"workload\":\"" workload                \
	"\",\"unit\":\"ratio\",\"value\":" value ",\"base\":null,\"spread\":null,\"n\":" n              \
	",\"dropped\":" dropped "}"

static void a_column_is_of_one_workload(void **state)
{
	CLEANUP(free_ptr)
	char *text = print("{\"campaign\":1,\"state\":\"done\",\"base\":{},\"results\":["
			   RESULT("asm", "ranked", "1", "null",
				  RATIO("ipi-halt", "0.22", "2", "8") ","
				  RATIO("ipi-storm", "null", "0", "12"), GATE("true", "0")) ","
			   RESULT("rename", "ranked", "2", "null", RATIO("ipi-self", "0.01", "9", "0"),
				  GATE("true", "0")) "]}",
			   100, false);

	(void)state;
	assert_true(has_line(text, "asm", "- (0,12)"));
	assert_null(strstr(text, "0.22"));
	assert_null(strstr(text, "0.01"));
	assert_true(has_line(text, "host/guest IPIs", "ipi-storm"));
}

static void two_isas_stand_side_by_side_above_their_tables(void **state)
{
	CLEANUP(free_ptr) char *text = print(both, 100, false);
	const char *across = strstr(text, "all ISAs"), *svm = strstr(text, "\nsvm\n"),
		   *vmx = strstr(text, "\nvmx\n");

	(void)state;
	assert_true(across && svm && vmx && across < svm && svm < vmx);
	assert_true(has_line(text, "overall  series", "svm  vmx"));
	assert_true(has_line(text, "1  asm", "1    1"));
	assert_true(has_line(text, "3=  base", "3    2"));
	assert_in_range(widest_line(text), 80, 100);
}

static void a_win_on_one_isa_and_a_loss_on_the_other_is_flagged(void **state)
{
	CLEANUP(free_ptr) char *text = print(both, 100, false);

	(void)state;
	assert_true(has_line(text, "-  late-flag   1    disqualified  split", ""));
	assert_true(has_line(text, "3=  lazy-store  2    3             split", ""));
	assert_true(has_line(text,
			     "late-flag: Better than the base on svm (place 1, the base 3), "
			     "disqualified on vmx.",
			     ""));
}

static void two_isas_fit_a_narrow_screen(void **state)
{
	CLEANUP(free_ptr) char *text = print(both, 50, false);

	(void)state;
	assert_true(has_line(text, "split", "late-flag"));
	assert_in_range(widest_line(text), 1, 50);
}

static void one_isa_has_no_table_over_all(void **state)
{
	CLEANUP(free_ptr) char *text = print(sample, 100, false);

	(void)state;
	assert_null(strstr(text, "all ISAs"));
	assert_null(strstr(text, "overall"));
}

static void a_document_of_another_shape_is_refused(void **state)
{
	static const char *const documents[] = {
		"",
		"[]",
		"{\"campaign\":1,\"state\":\"done\",\"base\":{}}",
		"{\"campaign\":\"1\",\"state\":\"done\",\"base\":{},\"results\":[]}",
		"{\"campaign\":1,\"state\":\"done\",\"base\":{},\"results\":[null]}",
		"{\"campaign\":1,\"state\":\"done\",\"base\":{\"metrics\":[3]},\"results\":[]}",
		"{\"campaign\":1,\"state\":\"done\",\"base\":{\"isa\":[7]},\"results\":[]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		struct ranking ranking = { 0 };
		struct err err = ERR_INIT;

		assert_int_equal(ranking_decode(documents[i], strlen(documents[i]), &ranking, &err),
				 -EPROTO);
		assert_non_null(strstr(err.text, "ranking"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_shows_base_and_value),
		cmocka_unit_test(bases_that_are_not_the_authors_are_told_once),
		cmocka_unit_test(a_tree_that_was_measured_before_is_named),
		cmocka_unit_test(the_table_fits_100_columns),
		cmocka_unit_test(a_narrow_screen_gets_records_with_every_value),
		cmocka_unit_test(shared_places_are_marked),
		cmocka_unit_test(the_base_is_not_compared_with_itself),
		cmocka_unit_test(a_gate_that_never_ran_is_not_called_failed),
		cmocka_unit_test(the_base_stands_where_its_place_is),
		cmocka_unit_test(reasons_and_failed_gates_are_told),
		cmocka_unit_test(gates_that_did_not_run_are_not_called_passed),
		cmocka_unit_test(control_characters_of_a_patch_author_are_gone),
		cmocka_unit_test(metrics_lists_every_metric),
		cmocka_unit_test(counts_that_vary_are_marked),
		cmocka_unit_test(an_unfinished_ranking_says_so),
		cmocka_unit_test(the_find_prefers_cpuid_exits),
		cmocka_unit_test(a_column_is_of_one_workload),
		cmocka_unit_test(two_isas_stand_side_by_side_above_their_tables),
		cmocka_unit_test(a_win_on_one_isa_and_a_loss_on_the_other_is_flagged),
		cmocka_unit_test(two_isas_fit_a_narrow_screen),
		cmocka_unit_test(one_isa_has_no_table_over_all),
		cmocka_unit_test(a_document_of_another_shape_is_refused),
	};

	return cmocka_run_group_tests_name("ranking", tests, NULL, NULL);
}
