// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The map, and how a round is judged. The sweep itself needs a host whose CPUs go on in turns of
 * one instruction, which no machine that runs tests is.
 */
#include "workloads/race.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "lib/cleanup.h"
#include "workloads/kick/runway-kick.h"

static struct race_map map_of(const char *letters)
{
	static const char states[] = "qnslL";
	struct race_map map = { .first = -2 };

	for (; *letters; letters++)
		race_map_add(&map, (enum race_state)(strchr(states, *letters) - states));
	return map;
}

static void a_host_ipi_is_needed_when_it_found_the_target(void **state)
{
	(void)state;
	assert_int_equal(race_judge(&(struct race_seen){ .arrived = true }), RACE_QUIET);
	assert_int_equal(race_judge(&(struct race_seen){ .arrived = true, .sent = true }),
			 RACE_SPURIOUS);
	assert_int_equal(
		race_judge(&(struct race_seen){ .arrived = true, .sent = true, .found = true }),
		RACE_NEEDED);
}

static void an_event_that_did_not_arrive_is_lost_whatever_was_sent(void **state)
{
	(void)state;
	assert_int_equal(race_judge(&(struct race_seen){ .found = true }), RACE_LOST);
	assert_int_equal(race_judge(&(struct race_seen){ .sent = true, .found = true }),
			 RACE_LOST_IPI);
}

static void ranges_are_runs_of_equal_states_and_cover_all(void **state)
{
	CLEANUP(race_map_release) struct race_map map = map_of("nnsqqL");
	struct race_range range;
	size_t at = 0;

	(void)state;
	assert_true(race_map_next(&map, &at, &range));
	assert_int_equal(range.from, -2);
	assert_int_equal(range.to, -1);
	assert_int_equal(range.state, RACE_NEEDED);
	assert_true(race_map_next(&map, &at, &range));
	assert_int_equal(range.from, 0);
	assert_int_equal(range.to, 0);
	assert_true(race_map_next(&map, &at, &range));
	assert_true(race_map_next(&map, &at, &range));
	assert_int_equal(range.from, 3);
	assert_int_equal(range.state, RACE_LOST_IPI);
	assert_false(race_map_next(&map, &at, &range));
	assert_int_equal(race_map_count(&map, RACE_QUIET), 2);
}

static void a_map_without_offsets_has_no_ranges(void **state)
{
	struct race_map map = { 0 };
	struct race_range range;
	size_t at = 0;

	(void)state;
	assert_false(race_map_next(&map, &at, &range));
}

static void a_sweep_is_over_when_nothing_changes_after_the_cycle(void **state)
{
	CLEANUP(race_map_release) struct race_map map = map_of("nsqnnn");

	(void)state;
	assert_true(race_map_is_over(&map, 3, 3));
	assert_false(race_map_is_over(&map, 4, 3)); /* the cycle goes on */
	assert_false(race_map_is_over(&map, 3, 4)); /* something changed of late */
	assert_false(race_map_is_over(&map, -2, 7));
}

/* Exit after the offset -1 (the event of -2 came one tick before the moment, two before it). */
static struct race_map settled(const char *letters, int64_t cycle)
{
	struct race_map map = map_of(letters);

	map.cycle = cycle;
	map.last_early = -2;
	race_map_settle(&map, 1);
	return map;
}

static void an_ipi_that_waits_for_the_reentry_was_not_needed(void **state)
{
	CLEANUP(race_map_release) struct race_map map = settled("nnnsnqqnnnn", 20);

	(void)state;
	assert_int_equal(race_map_count(&map, RACE_SPURIOUS), 3);
	assert_int_equal(map.states[1], RACE_NEEDED); /* it met the target before its exit */
	assert_int_equal(map.states[2], RACE_SPURIOUS);
	assert_int_equal(map.states[7], RACE_NEEDED); /* announced again */
}

static void an_ipi_of_a_path_that_sends_all_the_way_is_as_counted(void **state)
{
	CLEANUP(race_map_release) struct race_map all = settled("nnssssnnnn", 20);
	CLEANUP(race_map_release) struct race_map later = settled("nnsnnnqq", 3);
	CLEANUP(race_map_release) struct race_map asleep = settled("nnnnqq", 0);

	(void)state;
	assert_int_equal(race_map_count(&all, RACE_SPURIOUS), 4);
	assert_int_equal(race_map_count(&later, RACE_SPURIOUS), 1);
	assert_int_equal(race_map_count(&asleep, RACE_SPURIOUS), 0);
}

static void a_moment_that_is_over_is_not_waited_for(void **state)
{
	uint64_t now = __builtin_ia32_rdtsc();

	(void)state;
	assert_true(runway_wait_until(now) > now);
	assert_true(runway_wait_until(now - 1000) > now);
}

static void a_moment_to_come_is_waited_for(void **state)
{
	uint64_t now = __builtin_ia32_rdtsc();

	/* Where an instruction is no tick it only waits for about as long. */
	(void)state;
	assert_true(runway_wait_until(now + 1000) > now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_ipi_is_needed_when_it_found_the_target),
		cmocka_unit_test(an_event_that_did_not_arrive_is_lost_whatever_was_sent),
		cmocka_unit_test(ranges_are_runs_of_equal_states_and_cover_all),
		cmocka_unit_test(a_map_without_offsets_has_no_ranges),
		cmocka_unit_test(a_sweep_is_over_when_nothing_changes_after_the_cycle),
		cmocka_unit_test(an_ipi_that_waits_for_the_reentry_was_not_needed),
		cmocka_unit_test(an_ipi_of_a_path_that_sends_all_the_way_is_as_counted),
		cmocka_unit_test(a_moment_that_is_over_is_not_waited_for),
		cmocka_unit_test(a_moment_to_come_is_waited_for),
	};

	return cmocka_run_group_tests_name("race", tests, NULL, NULL);
}
