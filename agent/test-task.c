// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/test.h"

#include <errno.h>
#include <string.h>

#include "agent/task.h"
#include "lib/cleanup.h"

#define HASH "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static int decode(const char *text, struct task *ret_task)
{
	return json_task_decode(text, strlen(text), ret_task, NULL);
}

static void a_build_task_is_understood(void **state)
{
	CLEANUP(task_release) struct task task = { 0 };

	(void)state;
	assert_int_equal(
		decode("{\"lease\":\"abc\",\"expires_s\":30,\"task\":{\"id\":9,\"kind\":\"build\","
		       "\"base\":{\"repository\":\"linux\",\"rev\":\"HEAD\"},\"variant\":{\"id\":3,"
		       "\"role\":\"series\",\"series\":\"lazy-store\",\"mbox\":\"" HASH
		       "\",\"sender_flag\":null}}}",
		       &task),
		0);
	assert_int_equal(task.kind, TASK_BUILD);
	assert_string_equal(task.build.mbox, HASH);
	assert_string_equal(task.build.series, "lazy-store");
	assert_int_equal(task.expires_s, 30);
}

static void a_block_task_brings_its_loads_in_order(void **state)
{
	CLEANUP(task_release) struct task task = { 0 };

	(void)state;
	assert_int_equal(
		decode("{\"lease\":\"abc\",\"expires_s\":30,\"task\":{\"id\":9,\"kind\":\"block\","
		       "\"lane\":\"exact\",\"isa\":\"svm\",\"loads\":[{\"id\":5,\"role\":\"base\","
		       "\"series\":\"base\",\"artifacts\":{\"kvm.ko\":\"" HASH "\"}},{\"id\":6,"
		       "\"role\":\"series\",\"series\":\"x\",\"sender_flag\":\"in_guest\","
		       "\"artifacts\":{}}]}}",
		       &task),
		0);
	assert_int_equal(task.loads_count, 2);
	assert_true(task.loads[0].is_base);
	assert_string_equal(artifacts_find(&task.loads[0].artifacts, "kvm.ko")->sha256, HASH);
	assert_string_equal(task.loads[1].sender_flag, "in_guest");
}

static void names_that_would_leave_the_folder_are_refused(void **state)
{
	CLEANUP(task_release) struct task task = { 0 };

	(void)state;
	assert_int_equal(
		decode("{\"lease\":\"abc\",\"expires_s\":30,\"task\":{\"id\":9,\"kind\":\"block\","
		       "\"lane\":\"exact\",\"isa\":\"svm\",\"loads\":[{\"id\":5,\"role\":\"base\","
		       "\"series\":\"base\",\"artifacts\":{\"../kvm.ko\":\"" HASH "\"}}]}}",
		       &task),
		-EPROTO);
	assert_int_equal(task.loads_count, 0);
}

static void replies_that_are_no_task_are_refused(void **state)
{
	static const char *const replies[] = {
		"",
		"[]",
		"{}",
		"{\"lease\":\"a\",\"expires_s\":30}",
		"{\"lease\":\"a/b\",\"expires_s\":3,\"task\":{\"kind\":\"build\"}}",
		"{\"lease\":\"a\",\"expires_s\":3,\"task\":{\"kind\":\"other\"}}"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		CLEANUP(task_release) struct task task = { 0 };

		assert_int_equal(decode(replies[i], &task), -EPROTO);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_build_task_is_understood),
		cmocka_unit_test(a_block_task_brings_its_loads_in_order),
		cmocka_unit_test(names_that_would_leave_the_folder_are_refused),
		cmocka_unit_test(replies_that_are_no_task_are_refused),
	};

	return cmocka_run_group_tests_name("task", tests, NULL, NULL);
}
