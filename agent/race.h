/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Race maps (docs/race-lane.md): what happened at each offset of a sender against a target.
 *
 *	struct race_map map;
 *	if (json_race_decode(line, &map))	// the "race" line of docs/formats.md
 *		window = race_map_width(&map, "spurious");
 *	race_map_release(&map);
 */
#ifndef RUNWAY_AGENT_RACE_H
#define RUNWAY_AGENT_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RACE_MAPS_MAX 64
#define RACE_RANGES_MAX 1024
#define RACE_OFFSET_MAX (1 << 24)

/* Offsets from … to, both included, that had the same state. */
struct race_range {
	int64_t from, to;
	char state[16]; /* "quiet", "needed", "spurious", "lost", "lost-ipi" */
};

struct race_map {
	char workload[64], kind[64], sender[16];
	int64_t from, to;
	int64_t tried; /* of these offsets; the others are taken to be as their neighbours */
	int64_t rounds, cycle;
	struct race_range *ranges; /* in order, without gaps, from … to */
	size_t ranges_count;
};

bool race_state_is_known(const char *state);
/* Whether the ranges are what struct race_map says. */
bool race_map_is_sound(const struct race_map *map);
/* How many offsets have that state. */
int64_t race_map_width(const struct race_map *map, const char *state);
void race_map_release(struct race_map *map);

#endif
