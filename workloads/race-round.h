/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One round of the race lane: both sides get a moment, the sender sends, the counters are read.
 * Between race.c, which sweeps, and race-round.c alone.
 */
#ifndef RUNWAY_WORKLOADS_RACE_ROUND_H
#define RUNWAY_WORKLOADS_RACE_ROUND_H

#include "workloads/race-fresh.h"
#include "workloads/race.h"

/* A round with an interrupt of a timer or a device is tried again, so often. */
#define RACE_TRIES 20
/* From the beginning of a round to its moment, at first: the sender must be waiting by then. */
#define RACE_LEAD_TICKS 2500

struct sweep {
	const struct race *race;
	struct race_map *map;
	volatile struct guest_race *page;
	int device_fd;
	struct vcpu *target;
	struct fresh *fresh; /* NULL: the target is the same vCPU in all rounds */
	uint64_t rounds;
	uint64_t lead;
	uint64_t exit_ticks; /* from the moment to the exit; a target that comes in: 0 */
	/* Of the last round: why it may have to be tried again. */
	int64_t late;
	uint64_t others;
};

/* -ETIMEDOUT when every try was disturbed. */
int race_round(struct sweep *sweep, int64_t offset, struct race_seen *ret_seen, struct err *err);

/* Whether the guest can still be waited for: it has not failed, and its time is not long up. */
bool race_target_is_alive(const struct sweep *sweep);

#endif
