// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "lib/alloc.h"
#include "workloads/race.h"

const char *race_state_name(enum race_state state)
{
	static const char *const names[] = { "quiet", "needed", "spurious", "lost", "lost-ipi" };

	return names[state];
}

enum race_state race_judge(const struct race_seen *seen)
{
	if (!seen->arrived)
		return seen->sent ? RACE_LOST_IPI : RACE_LOST;
	if (!seen->sent)
		return RACE_QUIET;
	return seen->found ? RACE_NEEDED : RACE_SPURIOUS;
}

void race_map_add(struct race_map *map, enum race_state state)
{
	ARRAY_GROW(map->states, map->count, map->capacity);
	map->states[map->count++] = (uint8_t)state;
}

void race_map_settle(struct race_map *map, int64_t exit_ticks)
{
	/* An event that came exit_ticks later than the last one before the moment met the exit. */
	int64_t after = map->last_early + exit_ticks + 1 - map->first;
	size_t first = after < 0 ? 0 : (size_t)after, end = first;

	while (end < map->count && map->states[end] != RACE_QUIET && map->states[end] != RACE_LOST)
		end++;
	if (!map->cycle || map->last_early < map->first || end >= map->count ||
	    map->first + (int64_t)end >= map->cycle)
		return;
	for (size_t i = first; i < end; i++)
		if (map->states[i] == RACE_NEEDED)
			map->states[i] = RACE_SPURIOUS;
}

void race_map_release(struct race_map *map)
{
	free(map->states);
	*map = (struct race_map){ 0 };
}

bool race_map_next(const struct race_map *map, size_t *at, struct race_range *ret_range)
{
	size_t end = *at;

	if (end >= map->count)
		return false;
	while (end < map->count && map->states[end] == map->states[*at])
		end++;
	*ret_range = (struct race_range){ .from = map->first + (int64_t)*at,
					  .to = map->first + (int64_t)end - 1,
					  .state = (enum race_state)map->states[*at] };
	*at = end;
	return true;
}

size_t race_map_count(const struct race_map *map, enum race_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < map->count; i++)
		count += map->states[i] == state;
	return count;
}

bool race_map_is_over(const struct race_map *map, int64_t least, size_t same)
{
	if (map->count < same || map->first + (int64_t)map->count <= least)
		return false;
	for (size_t i = map->count - same; i < map->count; i++)
		if (map->states[i] != map->states[map->count - 1])
			return false;
	return true;
}
