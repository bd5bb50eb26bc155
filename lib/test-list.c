// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/list.h"

#include "lib/test.h"

static void a_name_is_found_wherever_it_stands(void **state)
{
	(void)state;
	assert_true(list_has("exact", "exact"));
	assert_true(list_has("exact,race,smp", "exact"));
	assert_true(list_has("exact,race,smp", "race"));
	assert_true(list_has("exact,race,smp", "smp"));
	assert_true(list_has(",smp,", "smp"));
}

static void a_part_of_a_name_is_not_that_name(void **state)
{
	(void)state;
	assert_true(list_has("exit-io-user", "exit-io-user"));
	assert_false(list_has("exit-io-user", "exit-io"));
	assert_false(list_has("exit-io", "exit-io-user"));
	assert_false(list_has("exit-io,exit-msr", "io"));
	assert_false(list_has("exit-io,exit-msr", "exit-io,exit-msr"));
}

static void an_empty_list_has_nothing(void **state)
{
	(void)state;
	assert_false(list_has("", "exact"));
	assert_false(list_has_all("", "exact"));
}

static void all_names_are_asked_for(void **state)
{
	(void)state;
	assert_true(list_has_all("rack=a,site=b", "site=b,rack=a"));
	assert_true(list_has_all("rack=a,site=b", "site=b"));
	assert_true(list_has_all("rack=a", ""));
	assert_true(list_has_all("", ""));
	assert_false(list_has_all("rack=a", "rack=a,site=b"));
	assert_false(list_has_all("rack=ab", "rack=a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_found_wherever_it_stands),
		cmocka_unit_test(a_part_of_a_name_is_not_that_name),
		cmocka_unit_test(an_empty_list_has_nothing),
		cmocka_unit_test(all_names_are_asked_for),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
