// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/json-field.h"

#include <string.h>

#include "lib/test.h"

static bool takes_name(const char *text, size_t bytes)
{
	char name[16] = "before";
	json_t *value = json_string(text);
	bool taken = json_field_name(value, name, bytes);

	json_decref(value);
	assert_string_equal(name, taken ? text : "before");
	return taken;
}

static void a_name_is_of_few_characters(void **state)
{
	(void)state;
	assert_true(takes_name("exit-cpuid_2.x", 16));
	assert_false(takes_name("", 16));
	assert_false(takes_name("a b", 16));
	assert_false(takes_name("a,b", 16));
	assert_false(takes_name("ä", 16));
}

static void a_name_that_does_not_fit_is_refused(void **state)
{
	(void)state;
	assert_true(takes_name("cpuid", 6));
	assert_false(takes_name("cpuid", 5));
}

static void what_is_not_there_or_of_another_type_is_refused(void **state)
{
	json_t *text = json_string("1"), *number = json_integer(1), *real = json_real(1);
	uint64_t count = 7;
	char name[8];

	(void)state;
	assert_false(json_field_name(NULL, name, sizeof(name)));
	assert_false(json_field_name(number, name, sizeof(name)));
	assert_false(json_field_count(NULL, 9, &count));
	assert_false(json_field_count(text, 9, &count));
	assert_false(json_field_count(real, 9, &count));
	assert_int_equal(count, 7);
	json_decref(text);
	json_decref(number);
	json_decref(real);
}

static bool takes_count(json_int_t number, uint64_t most)
{
	uint64_t count = 0;
	json_t *value = json_integer(number);
	bool taken = json_field_count(value, most, &count);

	json_decref(value);
	return taken && count == (uint64_t)number;
}

static void a_count_is_within_its_bounds(void **state)
{
	(void)state;
	assert_true(takes_count(0, 0));
	assert_true(takes_count(9, 9));
	assert_false(takes_count(10, 9));
	assert_false(takes_count(-1, UINT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_of_few_characters),
		cmocka_unit_test(a_name_that_does_not_fit_is_refused),
		cmocka_unit_test(what_is_not_there_or_of_another_type_is_refused),
		cmocka_unit_test(a_count_is_within_its_bounds),
	};

	return cmocka_run_group_tests_name("json-field", tests, NULL, NULL);
}
