// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/race-refine.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "lib/cleanup.h"

#define FIRST (-1000)
#define LAST 3000

/* A host: quiet, but for what these ranges say. */
struct host {
	const struct race_range *ranges;
	size_t count;
	bool tried[LAST - FIRST + RACE_GRID_TICKS];
	size_t tries, tries_max;
	bool twice; /* an offset was tried again */
	int rc;	    /* once tries_max is reached */
};

static enum race_state state_at(const struct host *host, int64_t offset)
{
	for (size_t i = 0; i < host->count; i++)
		if (offset >= host->ranges[i].from && offset <= host->ranges[i].to)
			return host->ranges[i].state;
	return RACE_QUIET;
}

static int try_host(void *data, int64_t offset, int expected, enum race_state *ret_state,
		    struct err *err)
{
	struct host *host = data;

	(void)expected;
	if (host->tries_max && host->tries == host->tries_max)
		return err_set(err, host->rc, "It is enough.");
	host->tries++;
	host->twice |= host->tried[offset - FIRST];
	host->tried[offset - FIRST] = true;
	*ret_state = state_at(host, offset);
	return 0;
}

static void refine(struct host *host, struct race_map *map)
{
	struct err err = ERR_INIT;

	assert_int_equal(race_refine(FIRST, LAST, try_host, host, map, &err), 0);
	assert_int_equal(map->first, FIRST);
	assert_true(map->first + (int64_t)map->count > LAST);
	assert_int_equal(map->tried, host->tries);
	assert_false(host->twice);
}

static void expect_as_on_the_host(const struct host *host, const struct race_map *map)
{
	for (size_t i = 0; i < map->count; i++)
		assert_int_equal(map->states[i], state_at(host, map->first + (int64_t)i));
}

static void where_nothing_changes_the_grid_is_enough(void **state)
{
	CLEANUP(race_map_release) struct race_map map = { 0 };
	struct host host = { 0 };

	(void)state;
	refine(&host, &map);
	assert_int_equal(race_map_count(&map, RACE_QUIET), map.count);
	assert_int_equal(map.tried, (LAST - FIRST + RACE_GRID_TICKS - 1) / RACE_GRID_TICKS + 1);
}

/* As an MSI to a vCPU that comes in: both windows are shorter than the grid's distance. */
static void edges_are_found_to_the_instruction(void **state)
{
	static const struct race_range ranges[] = { { 1789, 1815, RACE_SPURIOUS },
						    { 1838, LAST + 999, RACE_NEEDED } };
	CLEANUP(race_map_release) struct race_map map = { 0 };
	struct host host = { .ranges = ranges, .count = 2 };

	(void)state;
	refine(&host, &map);
	expect_as_on_the_host(&host, &map);
	assert_true(map.tried < map.count / 15);
}

static void an_edge_is_found_wherever_it_is(void **state)
{
	(void)state;
	for (int64_t from = FIRST + 1; from <= LAST; from += 37) {
		struct race_range range = { from, LAST + 999, RACE_NEEDED };
		CLEANUP(race_map_release) struct race_map map = { 0 };
		struct host host = { .ranges = &range, .count = 1 };

		refine(&host, &map);
		expect_as_on_the_host(&host, &map);
	}
}

static void every_offset_beside_an_edge_is_tried(void **state)
{
	static const struct race_range range = { 500, LAST + 999, RACE_NEEDED };
	CLEANUP(race_map_release) struct race_map map = { 0 };
	struct host host = { .ranges = &range, .count = 1 };

	(void)state;
	refine(&host, &map);
	for (int64_t offset = 500 - 8; offset < 500 + 8; offset++)
		assert_true(host.tried[offset - FIRST]);
}

/* On the grid, and no longer than one offset. */
static void one_lost_event_on_the_grid_stays_one(void **state)
{
	static const struct race_range range = { FIRST + 5 * RACE_GRID_TICKS,
						 FIRST + 5 * RACE_GRID_TICKS, RACE_LOST };
	CLEANUP(race_map_release) struct race_map map = { 0 };
	struct host host = { .ranges = &range, .count = 1 };

	(void)state;
	refine(&host, &map);
	assert_int_equal(race_map_count(&map, RACE_LOST), 1);
}

static void what_stops_a_try_stops_all(void **state)
{
	CLEANUP(race_map_release) struct race_map map = { 0 };
	struct host host = { .tries_max = 7, .rc = -ECANCELED };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(race_refine(FIRST, LAST, try_host, &host, &map, &err), -ECANCELED);
	assert_int_equal(map.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_nothing_changes_the_grid_is_enough),
		cmocka_unit_test(edges_are_found_to_the_instruction),
		cmocka_unit_test(an_edge_is_found_wherever_it_is),
		cmocka_unit_test(every_offset_beside_an_edge_is_tried),
		cmocka_unit_test(one_lost_event_on_the_grid_stays_one),
		cmocka_unit_test(what_stops_a_try_stops_all),
	};

	return cmocka_run_group_tests_name("race-refine", tests, NULL, NULL);
}
