// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How requests for a dirty log are summed up. Making them needs a host with PML whose CPUs go on in
 * turns of one instruction, which no machine that runs tests is.
 */
#include "workloads/dirty-log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct dirty_result of(const struct dirty_seen *seen, size_t count)
{
	struct dirty_result result = { 0 };

	for (size_t i = 0; i < count; i++)
		dirty_result_add(&result, &seen[i]);
	return result;
}

static void pages_that_come_soon_give_the_longest_latency(void **state)
{
	static const struct dirty_seen seen[] = {
		{ .offset = -2, .pages = 1, .latency = 850 },
		{ .offset = 0, .pages = 0xe, .latency = 971 },
		{ .offset = 2, .pages = 0xe, .latency = 960 },
	};
	struct dirty_result result = of(seen, 3);

	(void)state;
	assert_int_equal(result.first, -2);
	assert_int_equal(result.last, 2);
	assert_int_equal(result.requests, 3);
	assert_int_equal(result.pending, 3);
	assert_int_equal(result.pages, 7);
	assert_int_equal(result.late, 0);
	assert_int_equal(result.latency_max, 971);
}

static void pages_that_do_not_come_are_late_and_have_no_latency(void **state)
{
	static const struct dirty_seen seen[] = {
		{ .offset = 4, .pages = 1, .latency = 850 },
		{ .offset = 5, .pages = 1 },
		{ .offset = 6, .pages = 1 },
	};
	struct dirty_result result = of(seen, 3);

	(void)state;
	assert_int_equal(result.late, 2);
	assert_int_equal(result.first_late, 5);
	assert_int_equal(result.latency_max, 850);
}

/* The target's own exit had put them there: no kick was needed, and nothing was shown. */
static void pages_that_were_in_the_log_before_show_nothing(void **state)
{
	static const struct dirty_seen seen = {
		.pages = 1, .logged = 1, .given = 1, .latency = 2242
	};
	struct dirty_result result = of(&seen, 1);

	(void)state;
	assert_int_equal(result.requests, 1);
	assert_int_equal(result.pending, 0);
	assert_int_equal(result.pages, 0);
	assert_int_equal(result.latency_max, 0);
}

/* KVM then flushes TLBs before it answers, which takes longer than any way into the log. */
static void pages_that_came_in_time_for_the_answer_have_no_latency(void **state)
{
	static const struct dirty_seen seen = {
		.pages = 3, .logged = 1, .given = 3, .latency = 2242
	};
	struct dirty_result result = of(&seen, 1);

	(void)state;
	assert_int_equal(result.pending, 1);
	assert_int_equal(result.pages, 1);
	assert_int_equal(result.latency_max, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_that_come_soon_give_the_longest_latency),
		cmocka_unit_test(pages_that_do_not_come_are_late_and_have_no_latency),
		cmocka_unit_test(pages_that_were_in_the_log_before_show_nothing),
		cmocka_unit_test(pages_that_came_in_time_for_the_answer_have_no_latency),
	};

	return cmocka_run_group_tests_name("dirty-log", tests, NULL, NULL);
}
