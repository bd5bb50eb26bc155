/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The race lane: a sender tries every offset against a target's exit→entry cycle, one instruction
 * apart, and each time it is noted whether the host sent an IPI, whether that found the target in
 * the guest, and whether the event arrived. See docs/race-lane.md.
 *
 *	CLEANUP(race_map_release) struct race_map map = { 0 };
 *	rc = race_run(&race, &map, err);
 *
 * It takes a host whose CPUs go on together, one instruction a tick of a TSC that they share.
 */
#ifndef RUNWAY_WORKLOADS_RACE_H
#define RUNWAY_WORKLOADS_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "workloads/vm.h"
#include "workloads/workload.h"

/* Sorted as docs/formats.md lists them. */
enum race_state {
	RACE_QUIET,    /* no host IPI, and the event arrived */
	RACE_NEEDED,   /* a host IPI that found the target in the guest, or asleep */
	RACE_SPURIOUS, /* a host IPI that found it neither in the guest nor asleep */
	RACE_LOST,     /* no host IPI, and the event did not arrive */
	RACE_LOST_IPI, /* it did not arrive in spite of a host IPI */
	RACE_STATES_COUNT,
};

const char *race_state_name(enum race_state state);

/* Of one round. Moments are ticks from the target's exit. */
struct race_seen {
	bool sent, found, arrived;
	bool posted; /* the target's CPU took a posted-interrupt notification out of the guest */
	bool early;	 /* the target was held up before its exit: the event came before it */
	int64_t entered; /* first instruction after the exit; 0: not before the round was judged */
	int64_t latency; /* from the beginning of the sending to the event's arrival; 0: none */
	int64_t send;	 /* how long the sender was at it */
};

enum race_state race_judge(const struct race_seen *seen);

/* Offsets first … first + count - 1: ticks from the target's exit to the beginning of sending. */
struct race_map {
	int64_t first;
	size_t count, capacity;
	uint8_t *states;   /* enum race_state each */
	size_t tried;	   /* so many of them were; less than count: see workloads/race-refine.h */
	uint64_t rounds;   /* tried, those included that were disturbed and tried again */
	uint64_t unsteady; /* rounds whose outcome the next one at the same offset did not have */
	int64_t cycle;	   /* ticks from exit to entry without an event; 0 when it sleeps */
	/* Largest offset at which the event came before the target's moment; below first: none. */
	int64_t last_early;
	/* Ticks that sending takes when it ends in a posted-interrupt notification, which leaves no
	 * trace at a target that is in the guest; 0: this host posts none. */
	int64_t notify;
	int64_t send_max;  /* ticks from the beginning of sending to its end, at most */
	int64_t latency_max;
	bool cut; /* the time was up: what is there is true, and not all */
};

void race_map_add(struct race_map *map, enum race_state state);

/*
 * What counters cannot tell: a path that re-enters with interrupts off takes an IPI of its exit window
 * at the re-entry, where it makes an exit as if it had been needed. Offsets after the exit that are
 * needed, up to the first at which nothing is sent any more, are made spurious. Where something is
 * sent from the exit to the entry, or the target sleeps, nothing changes.
 */
void race_map_settle(struct race_map *map, int64_t exit_ticks);
void race_map_release(struct race_map *map);

/* A run of equal states. */
#define RACE_RANGES_MAX 1024 /* in a line; each takes less than 48 bytes */

struct race_range {
	int64_t from, to; /* both belong to it */
	enum race_state state;
};

/* The run that begins at *at (an index, from 0), which moves behind it; false at the end. */
bool race_map_next(const struct race_map *map, size_t *at, struct race_range *ret_range);
size_t race_map_count(const struct race_map *map, enum race_state state);

/*
 * Whether the sweep may end: it is past the cycle's end, and the last `same` offsets made no
 * difference.
 */
bool race_map_is_over(const struct race_map *map, int64_t least, size_t same);

struct race {
	const struct workload *workload;
	struct vm *vm;	    /* past its first leg */
	const char *device; /* the kick device */
	unsigned limit_s;
};

/* -ENODATA with the reason when the target did not do what was measured. */
int race_run(const struct race *race, struct race_map *ret_map, struct err *err);

#endif
