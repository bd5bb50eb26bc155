// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/test.h"

static void appends_until_its_maximum_and_no_further(void **state)
{
	CLEANUP(buf_release) struct buf buf = BUF_INIT(4);

	(void)state;
	assert_int_equal(buf_append(&buf, "abc", 3), 0);
	assert_int_equal(buf_append(&buf, "de", 2), -EFBIG);
	assert_string_equal(buf.data, "abc");
	assert_int_equal(buf_append_some(&buf, "de", 2), 1);
	assert_string_equal(buf.data, "abcd");
}

static void printf_past_the_maximum_changes_nothing(void **state)
{
	CLEANUP(buf_release) struct buf buf = BUF_INIT(5);

	(void)state;
	assert_int_equal(buf_printf(&buf, "%d", 123), 0);
	assert_int_equal(buf_printf(&buf, "%d", 456), -EFBIG);
	assert_string_equal(buf.data, "123");
}

static void an_empty_one_has_a_text(void **state)
{
	struct buf buf = BUF_INIT(10);

	(void)state;
	assert_string_equal(buf.data, "");
	buf_clear(&buf);
	buf_release(&buf);
	assert_string_equal(buf.data, "");
}

static void consume_keeps_the_rest(void **state)
{
	CLEANUP(buf_release) struct buf buf = BUF_INIT(100);

	(void)state;
	buf_puts(&buf, "hello world");
	buf_consume(&buf, 6);
	assert_string_equal(buf.data, "world");
	buf_consume(&buf, 99);
	assert_int_equal(buf.length, 0);
	assert_string_equal(buf.data, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_until_its_maximum_and_no_further),
		cmocka_unit_test(printf_past_the_maximum_changes_nothing),
		cmocka_unit_test(an_empty_one_has_a_text),
		cmocka_unit_test(consume_keeps_the_rest),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
