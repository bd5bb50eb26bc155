// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/race.h"

#include <stdlib.h>
#include <string.h>

static const char *const states[] = { "quiet", "needed", "spurious", "lost", "lost-ipi" };

bool race_state_is_known(const char *state)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!strcmp(state, states[i]))
			return true;
	return false;
}

bool race_map_is_sound(const struct race_map *map)
{
	int64_t next = map->from;

	if (map->from < -RACE_OFFSET_MAX || map->to > RACE_OFFSET_MAX || map->from > map->to)
		return false;
	for (size_t i = 0; i < map->ranges_count; i++) {
		const struct race_range *range = &map->ranges[i];

		if (range->from != next || range->to < range->from || range->to > map->to ||
		    !race_state_is_known(range->state) ||
		    (i && !strcmp(range->state, map->ranges[i - 1].state)))
			return false;
		next = range->to + 1;
	}
	return next == map->to + 1;
}

int64_t race_map_width(const struct race_map *map, const char *state)
{
	int64_t width = 0;

	for (size_t i = 0; i < map->ranges_count; i++)
		if (!strcmp(map->ranges[i].state, state))
			width += map->ranges[i].to - map->ranges[i].from + 1;
	return width;
}

void race_map_release(struct race_map *map)
{
	free(map->ranges);
	memset(map, 0, sizeof(*map));
}
