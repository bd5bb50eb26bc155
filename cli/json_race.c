// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "cli/json_read.h"
#include "cli/race.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define OFFSET_MAX (1 << 24)

/* What a plot is drawn from must be what it says it is. */
static void mismatch(struct json_reader *reader, const char *what)
{
	if (!reader->rc)
		reader->rc = err_set(reader->err, -EPROTO, "The server's %s has %s.", reader->what,
				     what);
}

static enum race_state read_state(struct json_reader *reader, const json_t *object)
{
	static const char *const names[] = { "quiet", "needed", "spurious", "lost", "lost-ipi" };
	CLEANUP(free_ptr) char *state = json_read_text(reader, object, "state", JSON_NEEDED);

	for (size_t i = 0; state && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(state, names[i]))
			return (enum race_state)i;
	mismatch(reader, "a state that this program does not know; update it");
	return RACE_QUIET;
}

static void read_ranges(struct json_reader *reader, const json_t *object, struct race_map *map)
{
	const json_t *list = json_read_array(reader, object, "ranges", JSON_NEEDED);
	size_t count = json_array_size(list);
	int64_t next = map->from;

	map->ranges = xcalloc(count + 1, sizeof(*map->ranges));
	for (; map->range_count < count && !reader->rc; map->range_count++) {
		const json_t *one = json_read_element(reader, list, map->range_count);
		struct race_range *range = &map->ranges[map->range_count];

		range->from = json_read_integer(reader, one, "from", JSON_NEEDED, 0);
		range->to = json_read_integer(reader, one, "to", JSON_NEEDED, 0);
		range->state = read_state(reader, one);
		if (range->from != next || range->to < range->from || range->to > map->to)
			mismatch(reader, "ranges with gaps");
		next = range->to + 1;
	}
	if (next != map->to + 1)
		mismatch(reader, "ranges with gaps");
}

static void read_maps(struct json_reader *reader, const json_t *root, const char *key,
		      struct race_maps *maps)
{
	const json_t *list = json_read_array(reader, root, key, JSON_NEEDED);
	size_t count = json_array_size(list);

	maps->items = xcalloc(count + 1, sizeof(*maps->items));
	for (; maps->count < count && !reader->rc; maps->count++) {
		const json_t *one = json_read_element(reader, list, maps->count);
		struct race_map *map = &maps->items[maps->count];

		map->workload = json_read_text(reader, one, "workload", JSON_NEEDED);
		map->kind = json_read_text(reader, one, "kind", JSON_NEEDED);
		map->sender = json_read_text(reader, one, "sender", JSON_NEEDED);
		map->from = json_read_integer(reader, one, "from", JSON_NEEDED, 0);
		map->to = json_read_integer(reader, one, "to", JSON_NEEDED, 0);
		map->tried = json_read_integer(reader, one, "tried", JSON_OPTIONAL,
					       map->to - map->from + 1);
		map->rounds = json_read_integer(reader, one, "rounds", JSON_OPTIONAL, 0);
		map->cycle = json_read_integer(reader, one, "cycle", JSON_OPTIONAL, 0);
		if (map->from < -OFFSET_MAX || map->to > OFFSET_MAX || map->from > map->to)
			mismatch(reader, "offsets that cannot be");
		read_ranges(reader, one, map);
	}
}

int race_decode(const char *data, size_t bytes, struct race *ret_race, struct err *err)
{
	struct json_reader reader = { .what = "race map", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(race_release) struct race race = { 0 };

	if (!root)
		return reader.rc;
	race.campaign = json_read_integer(&reader, root, "campaign", JSON_NEEDED, 0);
	race.variant = json_read_text(&reader, root, "variant", JSON_NEEDED);
	race.against = json_read_text(&reader, root, "against", JSON_NEEDED);
	race.isa = json_read_text(&reader, root, "isa", JSON_NEEDED);
	read_maps(&reader, root, "maps", &race.maps);
	read_maps(&reader, root, "against_maps", &race.against_maps);
	if (reader.rc < 0)
		return reader.rc;
	*ret_race = race;
	race = (struct race){ 0 };
	return 0;
}
