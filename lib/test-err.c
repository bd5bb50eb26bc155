// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "lib/err.h"
#include "lib/test.h"

static void wrapping_adds_a_fact_in_front_and_keeps_the_code(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&err, -EINVAL, "Bad %s.", "hunk"), -EINVAL);
	assert_int_equal(err_wrap(&err, "Patch %d", 2), -EINVAL);
	assert_string_equal(err.text, "Patch 2: Bad hunk.");
}

static void a_system_error_ends_in_its_text(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_sys(&err, -ENOENT, "Cannot open x"), -ENOENT);
	assert_string_equal(err.text, "Cannot open x: No such file or directory");
}

static void a_caller_may_want_the_code_alone(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, -EPERM, "no"), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrapping_adds_a_fact_in_front_and_keeps_the_code),
		cmocka_unit_test(a_system_error_ends_in_its_text),
		cmocka_unit_test(a_caller_may_want_the_code_alone),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
