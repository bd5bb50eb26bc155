// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/table.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/test.h"

/* A table of two rows for a screen of that width; free() it. */
static char *print(unsigned columns, const char *name)
{
	static const struct table_column titles[] = {
		{ "\nid", TABLE_RIGHT, false },
		{ "\nname", TABLE_LEFT, true },
		{ "exit\nwindow", TABLE_RIGHT, false },
	};
	CLEANUP(table_release) struct table table = TABLE_INIT(titles);
	struct screen screen = { .columns = columns };
	char *text = NULL;
	size_t bytes = 0;

	table_row(&table, STYLE_BAD);
	table_cell(&table, xstrdup("1"));
	table_cell(&table, xstrdup(name));
	table_cell(&table, xstrdup("274→45"));
	table_row(&table, STYLE_PLAIN);
	table_cell(&table, xstrdup("22"));
	table_cell(&table, xstrdup("b"));
	table_cell(&table, xstrdup(""));
	screen.out = open_memstream(&text, &bytes);
	table_print(&table, &screen);
	fclose(screen.out);
	return text;
}

static void columns_line_up_and_no_line_ends_in_blanks(void **state)
{
	CLEANUP(free_ptr) char *text = print(80, "abc");

	(void)state;
	assert_string_equal(text, "            exit\n"
				  "id  name  window\n"
				  " 1  abc   274→45\n"
				  "22  b\n");
}

static void a_tight_screen_gets_narrower_gaps(void **state)
{
	CLEANUP(free_ptr) char *text = print(14, "abc");

	(void)state;
	assert_non_null(strstr(text, " 1 abc  274→45\n"));
}

static void a_long_name_loses_its_middle(void **state)
{
	CLEANUP(free_ptr) char *text = print(30, "kvm-x86-set-vcpu-mode-after-exit");

	(void)state;
	assert_non_null(strstr(text, " 1 kvm-x86-se…fter-exit 274→45\n"));
}

static void wide_characters_are_not_cut_in_half(void **state)
{
	CLEANUP(free_ptr) char *text = print(30, "日本日本日本日本日本日本日本日本");

	(void)state;
	assert_non_null(strstr(text, "日本日本日…日本日本"));
}

static void a_screen_too_narrow_gets_records(void **state)
{
	CLEANUP(free_ptr) char *text = print(20, "kvm-x86-set-vcpu-mode-after-exit");

	(void)state;
	assert_string_equal(text, "id: 1\n"
				  "  name: kvm-x86-set-vcpu-mode-after-exit\n"
				  "  exit window: 274→45\n"
				  "id: 22\n"
				  "  name: b\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_line_up_and_no_line_ends_in_blanks),
		cmocka_unit_test(a_tight_screen_gets_narrower_gaps),
		cmocka_unit_test(a_long_name_loses_its_middle),
		cmocka_unit_test(wide_characters_are_not_cut_in_half),
		cmocka_unit_test(a_screen_too_narrow_gets_records),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
