// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/text.h"
#include "lib/cleanup.h"
#include "lib/test.h"

static void assert_clean(const char *from, const char *expected)
{
	CLEANUP(free_ptr) char *clean = text_clean(from, TEXT_ONE_LINE);

	assert_string_equal(clean, expected);
}

static void escape_sequences_lose_their_escape(void **state)
{
	(void)state;
	assert_clean("\033[2Jgone\a\b", "[2Jgone");
	assert_clean("\302\2332J csi", "2J csi"); /* U+009B, the one-character CSI */
	assert_clean("a\177b", "ab");
}

static void newlines_become_blanks_on_one_line_only(void **state)
{
	CLEANUP(free_ptr) char *many = text_clean("a\r\nb\tc", TEXT_MANY_LINES);

	(void)state;
	assert_string_equal(many, "a\nb\tc");
	assert_clean("a\r\nb\tc", "a b c");
}

static void text_that_reorders_or_hides_itself_is_straightened(void **state)
{
	(void)state;
	assert_clean("if (\342\200\256evil\342\201\246)", "if (evil)"); /* RLO, LRI */
	assert_clean("zero\342\200\213width", "zerowidth");
}

static void bytes_that_are_no_utf8_become_question_marks(void **state)
{
	(void)state;
	assert_clean("\377x\300\257y\355\240\200", "?x??y???");
	assert_clean("cut \342\202", "cut ??");
}

static void other_alphabets_stay(void **state)
{
	(void)state;
	assert_clean("Jürgen 日本 → ±", "Jürgen 日本 → ±");
}

static void a_nul_inside_does_not_end_the_text(void **state)
{
	CLEANUP(free_ptr) char *clean = text_clean_bytes("a\0b", 3, TEXT_ONE_LINE);

	(void)state;
	assert_string_equal(clean, "ab");
}

static void width_counts_columns_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(text_width("274→45"), 6);
	assert_int_equal(text_width("日本"), 4);
	assert_int_equal(text_width(""), 0);
}

static void fitting_never_cuts_a_character(void **state)
{
	(void)state;
	assert_int_equal(text_fit("a→b", 2), 4);
	assert_int_equal(text_fit("日本", 3), 3);
	assert_int_equal(text_fit("abc", 80), 3);
}

static void durations_read_naturally(void **state)
{
	static const struct {
		double seconds;
		const char *text;
	} rows[] = {
		{ 0.85, "850 ms" },    { 3.24, "3.2 s" },      { 59.97, "1 min 00 s" },
		{ 125, "2 min 05 s" }, { 3720, "1 h 02 min" }, { -1, "unknown" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(free_ptr) char *text = text_duration(rows[i].seconds);

		assert_string_equal(text, rows[i].text);
	}
}

static void numbers_keep_integers_exact_and_cut_fractions(void **state)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{ 2377, "2377" }, { -12, "-12" }, { 0.42, "0.42" },	{ 0.81004, "0.81" },
		{ 1.5, "1.5" },	  { 0, "0" },	  { 0.0001, "0.0001" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(free_ptr) char *text = text_number(rows[i].value);

		assert_string_equal(text, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escape_sequences_lose_their_escape),
		cmocka_unit_test(newlines_become_blanks_on_one_line_only),
		cmocka_unit_test(text_that_reorders_or_hides_itself_is_straightened),
		cmocka_unit_test(bytes_that_are_no_utf8_become_question_marks),
		cmocka_unit_test(other_alphabets_stay),
		cmocka_unit_test(a_nul_inside_does_not_end_the_text),
		cmocka_unit_test(width_counts_columns_not_bytes),
		cmocka_unit_test(fitting_never_cuts_a_character),
		cmocka_unit_test(durations_read_naturally),
		cmocka_unit_test(numbers_keep_integers_exact_and_cut_fractions),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
