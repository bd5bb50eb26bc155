// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/line.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

/* Sends the line through a pipe and hands back what arrived. */
static void assert_line(struct line *line, const char *expected)
{
	char got[4096];
	int ends[2];
	ssize_t bytes;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(line_send(line, ends[1]), 0);
	bytes = read(ends[0], got, sizeof(got) - 1);
	close(ends[0]);
	close(ends[1]);
	assert_true(bytes > 0);
	got[bytes] = '\0';
	assert_string_equal(got, expected);
}

static void members_are_separated_by_commas(void **state)
{
	struct line line;

	(void)state;
	line_open(&line, "rep");
	line_number(&line, "sent", 18446744073709551615u);
	line_bool(&line, "cut", false);
	line_address(&line, "vcpu", 0xffff888000420000);
	assert_line(&line, "{\"t\":\"rep\",\"sent\":18446744073709551615,\"cut\":false,"
			   "\"vcpu\":\"0xffff888000420000\"}\n");
}

static void objects_and_arrays_nest(void **state)
{
	struct line line;

	(void)state;
	line_open(&line, "rep");
	line_object(&line, "irq");
	line_close(&line, '}');
	line_array(&line, "run_delay_ns");
	line_number(&line, NULL, 0);
	line_number(&line, NULL, 7);
	line_close(&line, ']');
	line_number(&line, "wall_ns", 1);
	assert_line(&line, "{\"t\":\"rep\",\"irq\":{},\"run_delay_ns\":[0,7],\"wall_ns\":1}\n");
}

static void texts_are_escaped(void **state)
{
	struct line line;

	(void)state;
	line_open(&line, "fail");
	line_text(&line, "detail", "a \"b\" \\ \n\t\x01\xff");
	assert_line(&line, "{\"t\":\"fail\",\"detail\":\"a \\\"b\\\" \\\\ "
			   "\\u000a\\u0009\\u0001\\u00ff\"}\n");
}

static void a_line_past_its_maximum_is_not_sent(void **state)
{
	struct line line;
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	line_open(&line, "hello");
	for (int i = 0; i < 10000; i++)
		line_text(&line, "name", "value");
	assert_int_equal(line_send(&line, ends[1]), -EFBIG);
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_separated_by_commas),
		cmocka_unit_test(objects_and_arrays_nest),
		cmocka_unit_test(texts_are_escaped),
		cmocka_unit_test(a_line_past_its_maximum_is_not_sent),
	};

	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
