// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/limits.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "lib/test.h"

#define NOW_MS 1000000

static unsigned take(struct limits *limits, int64_t token, int64_t now_ms)
{
	return limits_take(limits, LIMIT_TOKEN, &token, sizeof(token), now_ms);
}

static unsigned take_from(struct limits *limits, const char *text, int64_t now_ms)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
		return limits_take_address(limits, (struct sockaddr *)&four, now_ms);
	assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
	return limits_take_address(limits, (struct sockaddr *)&six, now_ms);
}

static void a_burst_is_allowed_and_no_more(void **state)
{
	struct limits *limits = limits_new(0, 5);

	(void)state;
	for (int i = 0; i < 5 * LIMITS_BURST_S; i++)
		assert_int_equal(take(limits, 1, NOW_MS), 0);
	assert_int_equal(take(limits, 1, NOW_MS), 1);
	limits_free(limits);
}

static void after_a_burst_the_rate_itself_is_allowed(void **state)
{
	struct limits *limits = limits_new(0, 5);
	int allowed = 0;

	(void)state;
	while (!take(limits, 1, NOW_MS))
		;
	for (int ms = 10; ms <= 10000; ms += 10)
		allowed += !take(limits, 1, NOW_MS + ms);
	assert_int_equal(allowed, 50);
	limits_free(limits);
}

static void who_waits_as_told_is_let_in(void **state)
{
	struct limits *limits = limits_new(0, 1);
	unsigned wait_s;

	(void)state;
	while (!(wait_s = take(limits, 1, NOW_MS)))
		;
	assert_int_equal(take(limits, 1, NOW_MS + wait_s * 1000), 0);
	limits_free(limits);
}

static void one_does_not_use_up_what_is_anothers(void **state)
{
	struct limits *limits = limits_new(1, 1);
	int64_t one = 1;

	(void)state;
	while (!take(limits, 1, NOW_MS))
		;
	assert_int_equal(take(limits, 2, NOW_MS), 0);
	assert_int_equal(limits_take(limits, LIMIT_ADDRESS, &one, sizeof(one), NOW_MS), 0);
	limits_free(limits);
}

static void without_a_rate_all_is_allowed(void **state)
{
	struct limits *limits = limits_new(0, 0);

	(void)state;
	for (int i = 0; i < 100000; i++)
		assert_int_equal(take(limits, 1, NOW_MS), 0);
	limits_free(limits);
}

static void who_is_busy_is_not_forgotten_for_those_who_come_once(void **state)
{
	struct limits *limits = limits_new(0, 10);

	(void)state;
	while (!take(limits, 1, NOW_MS))
		;
	for (int64_t token = 2; token < 30000; token++)
		take(limits, token, NOW_MS);
	assert_int_not_equal(take(limits, 1, NOW_MS), 0);
	limits_free(limits);
}

static void an_ipv6_network_is_one_address(void **state)
{
	struct limits *limits = limits_new(1, 0);

	(void)state;
	while (!take_from(limits, "2001:db8::1", NOW_MS))
		;
	assert_int_not_equal(take_from(limits, "2001:db8::2", NOW_MS), 0);
	assert_int_equal(take_from(limits, "2001:db8:0:1::1", NOW_MS), 0);
	limits_free(limits);
}

static void a_mapped_address_is_the_ipv4_one(void **state)
{
	struct limits *limits = limits_new(1, 0);

	(void)state;
	while (!take_from(limits, "192.0.2.1", NOW_MS))
		;
	assert_int_not_equal(take_from(limits, "::ffff:192.0.2.1", NOW_MS), 0);
	assert_int_equal(take_from(limits, "::ffff:192.0.2.2", NOW_MS), 0);
	limits_free(limits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_is_allowed_and_no_more),
		cmocka_unit_test(after_a_burst_the_rate_itself_is_allowed),
		cmocka_unit_test(who_waits_as_told_is_let_in),
		cmocka_unit_test(one_does_not_use_up_what_is_anothers),
		cmocka_unit_test(without_a_rate_all_is_allowed),
		cmocka_unit_test(who_is_busy_is_not_forgotten_for_those_who_come_once),
		cmocka_unit_test(an_ipv6_network_is_one_address),
		cmocka_unit_test(a_mapped_address_is_the_ipv4_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
