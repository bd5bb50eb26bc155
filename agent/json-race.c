// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/json-race.h"

#include "agent/json-field.h"
#include "lib/alloc.h"

static bool integer(json_t *value, int64_t *ret_integer)
{
	*ret_integer = json_integer_value(value);
	return json_is_integer(value);
}

static bool range(json_t *triple, struct race_range *ret_range)
{
	return json_array_size(triple) == 3 &&
	       integer(json_array_get(triple, 0), &ret_range->from) &&
	       integer(json_array_get(triple, 1), &ret_range->to) &&
	       json_field_name(json_array_get(triple, 2), ret_range->state,
			       sizeof(ret_range->state));
}

static bool ranges(json_t *array, struct race_map *map)
{
	size_t count = json_array_size(array);

	if (!count || count > RACE_RANGES_MAX)
		return false;
	map->ranges = xcalloc(count, sizeof(*map->ranges));
	for (; map->ranges_count < count; map->ranges_count++)
		if (!range(json_array_get(array, map->ranges_count),
			   &map->ranges[map->ranges_count]))
			return false;
	return true;
}

/* All of them, unless the line says otherwise. */
static bool tried(json_t *line, struct race_map *map)
{
	json_t *value = json_object_get(line, "tried");

	map->tried = map->to - map->from + 1;
	return !value || (integer(value, &map->tried) && map->tried > 0 &&
			  map->tried <= map->to - map->from + 1);
}

bool json_race_decode(json_t *line, struct race_map *ret_map)
{
	struct race_map map = { 0 };
	bool good =
		json_field_name(json_object_get(line, "workload"), map.workload,
				sizeof(map.workload)) &&
		json_field_name(json_object_get(line, "kind"), map.kind, sizeof(map.kind)) &&
		json_field_name(json_object_get(line, "sender"), map.sender, sizeof(map.sender)) &&
		integer(json_object_get(line, "from"), &map.from) &&
		integer(json_object_get(line, "to"), &map.to) &&
		integer(json_object_get(line, "rounds"), &map.rounds) && map.rounds >= 0 &&
		integer(json_object_get(line, "cycle"), &map.cycle) && map.cycle >= 0 &&
		ranges(json_object_get(line, "ranges"), &map) && race_map_is_sound(&map) &&
		tried(line, &map);

	if (!good) {
		race_map_release(&map);
		return false;
	}
	*ret_map = map;
	return true;
}

json_t *json_race_encode(const struct race_map *map)
{
	json_t *list = json_array();

	for (size_t i = 0; i < map->ranges_count; i++)
		json_array_append_new(list, json_pack("[I, I, s]", (json_int_t)map->ranges[i].from,
						      (json_int_t)map->ranges[i].to,
						      map->ranges[i].state));
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o}", "workload", map->workload,
			 "kind", map->kind, "sender", map->sender, "from", (json_int_t)map->from,
			 "to", (json_int_t)map->to, "tried", (json_int_t)map->tried, "rounds",
			 (json_int_t)map->rounds, "cycle", (json_int_t)map->cycle, "ranges", list);
}
