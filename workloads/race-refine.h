/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps where a round is dear: every 32nd offset is tried; between and beside two of these that differ every 8th;
 * between and beside two of those that differ every one.
 *
 *	rc = race_refine(first, last, try_it, data, &map, err);
 *
 * So an edge is found to the instruction, with all that is within 8 of it. What is shorter than
 * RACE_GRID_TICKS, far from any edge, may stay unseen.
 */
#ifndef RUNWAY_WORKLOADS_RACE_REFINE_H
#define RUNWAY_WORKLOADS_RACE_REFINE_H

#include "workloads/race.h"

#define RACE_GRID_TICKS 32

/*
 * What happened at an offset; `expected` is what happened at the one before among the tried ones (-1: none):
 * only something else must be seen twice. -ECANCELED: the time is up.
 */
typedef int race_try(void *data, int64_t offset, int expected, enum race_state *ret_state,
		     struct err *err);

/* From first to last, or less than RACE_GRID_TICKS further. Fills an empty map, and its `tried`. */
int race_refine(int64_t first, int64_t last, race_try *try, void *data, struct race_map *map,
		struct err *err);

#endif
