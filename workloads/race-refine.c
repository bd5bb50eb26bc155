// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/race-refine.h"

#include <stdlib.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

#define NOT_TRIED 0xff

/* From the grid to every one; each divides the one before. */
static const size_t steps[] = { RACE_GRID_TICKS, 8, 1 };
#define STEPS_COUNT (sizeof(steps) / sizeof(steps[0]))

/* Offsets as indices from 0. */
struct refine {
	int64_t first;
	race_try *try;
	void *data;
	uint8_t *states; /* enum race_state or NOT_TRIED */
	size_t last, tried;
};

/* Those from … to that are a step apart, both ends too, unless they were. */
static int try_all(struct refine *refine, size_t from, size_t to, size_t step, struct err *err)
{
	int expected = -1;

	for (size_t i = from; i <= to; i += step) {
		enum race_state state;
		int rc;

		if (refine->states[i] == NOT_TRIED) {
			rc = refine->try(refine->data, refine->first + (int64_t)i, expected, &state,
					 err);
			if (rc < 0)
				return rc;
			refine->states[i] = (uint8_t)state;
			refine->tried++;
		}
		expected = refine->states[i];
	}
	return 0;
}

/* Whether two that were tried from … to differ. */
static bool has_change(const struct refine *refine, size_t from, size_t to)
{
	uint8_t seen = NOT_TRIED;

	for (size_t i = from; i <= to && i <= refine->last; i++) {
		if (refine->states[i] == NOT_TRIED)
			continue;
		if (seen != NOT_TRIED && refine->states[i] != seen)
			return true;
		seen = refine->states[i];
	}
	return false;
}

/* What lies between two neighbours, and is not like them or beside something that is not. */
static bool is_wanted(const struct refine *refine, size_t from, size_t coarse, size_t fine)
{
	return refine->states[from] != NOT_TRIED && refine->states[from + coarse] != NOT_TRIED &&
	       refine->states[from + fine] == NOT_TRIED &&
	       has_change(refine, from < coarse ? 0 : from - coarse, from + 2 * coarse);
}

/* One pass over all steps; what it finds may want another. */
static int refine_once(struct refine *refine, struct err *err)
{
	for (size_t s = 1; s < STEPS_COUNT; s++)
		for (size_t from = 0; from < refine->last; from += steps[s - 1]) {
			int rc;

			if (!is_wanted(refine, from, steps[s - 1], steps[s]))
				continue;
			rc = try_all(refine, from, from + steps[s - 1], steps[s], err);
			if (rc < 0)
				return rc;
		}
	return 0;
}

static int refine_all(struct refine *refine, struct err *err)
{
	int rc = try_all(refine, 0, refine->last, RACE_GRID_TICKS, err);

	for (size_t tried = 0; tried < refine->tried && !rc;) {
		tried = refine->tried;
		rc = refine_once(refine, err);
	}
	return rc;
}

int race_refine(int64_t first, int64_t last, race_try *try, void *data, struct race_map *map,
		struct err *err)
{
	size_t grid = (size_t)(last - first + RACE_GRID_TICKS - 1) / RACE_GRID_TICKS;
	struct refine refine = {
		.first = first, .try = try, .data = data, .last = grid * RACE_GRID_TICKS
	};
	CLEANUP(free_ptr) uint8_t *states = xcalloc(refine.last + 1, 1);
	int rc;

	memset(states, NOT_TRIED, refine.last + 1);
	refine.states = states;
	rc = refine_all(&refine, err);
	if (rc < 0)
		return rc;
	map->first = first;
	map->tried = refine.tried;
	for (size_t i = 0; i <= refine.last; i++) {
		/* Where nothing was tried both neighbours are alike. */
		if (states[i] == NOT_TRIED)
			states[i] = states[i - 1];
		race_map_add(map, (enum race_state)states[i]);
	}
	return 0;
}
