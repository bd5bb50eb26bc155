/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Race maps of a variant beside another's, and their plot (docs/race-lane.md).
 *
 *	CLEANUP(race_release) struct race race = { 0 };
 *	rc = race_decode(body.data, body.length, &race, err);
 *	race_print(&race, NULL, &context->screen);
 */
#ifndef RUNWAY_CLI_RACE_H
#define RUNWAY_CLI_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/screen.h"
#include "lib/err.h"

enum race_state { RACE_QUIET, RACE_NEEDED, RACE_SPURIOUS, RACE_LOST, RACE_LOST_IPI };

/* Both ends belong to it. */
struct race_range {
	int64_t from, to;
	enum race_state state;
};

/* The ranges are in order, without gaps, from … to. */
struct race_map {
	char *workload, *kind, *sender;
	int64_t from, to, tried, rounds, cycle; /* tried: so many of the offsets */
	struct race_range *ranges;
	size_t range_count;
};

struct race_maps {
	struct race_map *items;
	size_t count;
};

struct race {
	int64_t campaign;
	char *variant, *against, *isa;
	struct race_maps maps, against_maps;
};

int race_decode(const char *data, size_t bytes, struct race *ret_race, struct err *err);
void race_release(struct race *race);

/* NULL when there is none. */
const struct race_map *race_find(const struct race_maps *maps, const char *workload);
/* How many offsets have that state. */
int64_t race_width(const struct race_map *map, enum race_state state);

/* workload: that one only; NULL: all. */
void race_print(const struct race *race, const char *workload, const struct screen *screen);

#endif
