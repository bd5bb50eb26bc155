// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "cli/race.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/test.h"

#define MAP(ranges)                                                                                \
	"{\"workload\":\"race-cpuid-ipi\",\"kind\":\"cpuid\",\"sender\":\"ipi\",\"from\":-4,"      \
	"\"to\":15,\"rounds\":20,\"cycle\":8,\"ranges\":[" ranges "]}"
#define RANGE(from, to, state) "{\"from\":" #from ",\"to\":" #to ",\"state\":\"" state "\"}"
#define DOCUMENT(maps, against)                                                                    \
	"{\"campaign\":1,\"variant\":\"lazy\",\"against\":\"base\",\"isa\":\"vmx\",\"maps\":"      \
	"[" maps "],\"against_maps\":[" against "]}"

static const char document[] = DOCUMENT(
	MAP(RANGE(-4, 0, "needed") "," RANGE(1, 2, "spurious") "," RANGE(3, 9, "quiet") "," RANGE(
		10, 10, "lost") "," RANGE(11, 15, "needed")),
	MAP(RANGE(-4, 0, "needed") "," RANGE(1, 7, "spurious") "," RANGE(8, 15, "needed")));

static char *plot(const char *text, unsigned columns)
{
	CLEANUP(race_release) struct race race = { 0 };
	struct screen screen = { .columns = columns };
	struct err err = ERR_INIT;
	char *out = NULL;
	size_t bytes = 0;

	assert_int_equal(race_decode(text, strlen(text), &race, &err), 0);
	screen.out = open_memstream(&out, &bytes);
	race_print(&race, NULL, &screen);
	fclose(screen.out);
	return out;
}

static int refused(const char *text)
{
	CLEANUP(race_release) struct race race = { 0 };
	struct err err = ERR_INIT;

	return race_decode(text, strlen(text), &race, &err) < 0;
}

static void a_plot_has_three_rows_for_each_side_on_one_axis(void **state)
{
	CLEANUP(free_ptr) char *text = plot(document, 80);
	const char *from = strstr(text, "\nrace-cpuid-ipi");

	(void)state;
	assert_non_null(from);
	assert_string_equal(
		from,
		"\nrace-cpuid-ipi: ipi to a target that does cpuid; a column is 1 instruction\n"
		"  offset      >       <\n"
		"base: spurious 7, lost 0 of 20 offsets, -4 to 15\n"
		"  sent    ####################\n"
		"  needed  #####.......########\n"
		"  arrived ====================\n"
		"lazy: spurious 2, lost 1 of 20 offsets, -4 to 15\n"
		"  sent    #######........#####\n"
		"  needed  #####..........#####\n"
		"  arrived ==============X=====\n");
}

static void a_map_with_a_grid_says_how_much_was_tried(void **state)
{
	CLEANUP(free_ptr)
	char *text =
		plot(DOCUMENT("{\"workload\":\"race-first-entry-kick\",\"kind\":\"first-entry\","
			      "\"sender\":\"kick\",\"from\":-4,\"to\":15,\"tried\":6,\"ranges\":"
			      "[" RANGE(-4, 15, "quiet") "]}",
			      ""),
		     80);

	(void)state;
	assert_non_null(strstr(text, "lost 0 of 20 offsets (6 of them tried), -4 to 15\n"));
}

static void one_lost_event_shows_in_a_column_of_many(void **state)
{
	/* 20 offsets do not fit: at least two share a column. */
	CLEANUP(free_ptr)
	char *text = plot(
		DOCUMENT(MAP(RANGE(-4, 9, "needed") "," RANGE(10, 10, "lost") "," RANGE(11, 15,
											"needed")),
			 "{\"workload\":\"race-cpuid-ipi\",\"kind\":\"cpuid\",\"sender\":\"ipi\","
			 "\"from\":-400,\"to\":15,\"ranges\":[" RANGE(-400, 15, "quiet") "]}"),
		40);
	const char *lazy = strstr(text, "\nlazy:");

	(void)state;
	assert_non_null(strchr(strstr(lazy, "arrived"), 'X'));
	assert_non_null(strchr(strstr(lazy, "sent"), '+'));
}

static void offsets_that_were_not_tried_are_blank(void **state)
{
	CLEANUP(free_ptr)
	char *text = plot(
		DOCUMENT(MAP(RANGE(-4, 15, "needed")),
			 "{\"workload\":\"race-cpuid-ipi\",\"kind\":\"cpuid\",\"sender\":\"ipi\","
			 "\"from\":0,\"to\":3,\"ranges\":[" RANGE(0, 3, "quiet") "]}"),
		80);

	(void)state;
	assert_non_null(strstr(text, "base: spurious 0, lost 0 of 4 offsets, 0 to 3\n"
				     "  sent        ....\n"));
}

static void ranges_with_gaps_or_of_unknown_states_are_refused(void **state)
{
	(void)state;
	assert_false(refused(document));
	assert_true(refused(DOCUMENT(MAP(RANGE(-4, 0, "needed")), "")));
	assert_true(refused(DOCUMENT(MAP(RANGE(-4, 0, "needed") "," RANGE(2, 15, "quiet")), "")));
	assert_true(refused(DOCUMENT(MAP(RANGE(-4, 15, "late")), "")));
	assert_true(refused("{\"campaign\":1}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plot_has_three_rows_for_each_side_on_one_axis),
		cmocka_unit_test(a_map_with_a_grid_says_how_much_was_tried),
		cmocka_unit_test(one_lost_event_shows_in_a_column_of_many),
		cmocka_unit_test(offsets_that_were_not_tried_are_blank),
		cmocka_unit_test(ranges_with_gaps_or_of_unknown_states_are_refused),
	};

	return cmocka_run_group_tests_name("race", tests, NULL, NULL);
}
