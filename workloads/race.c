// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "workloads/kick/runway-kick.h"
#include "workloads/race-refine.h"
#include "workloads/race-round.h"
#include "workloads/race-setup.h"

/* All times are ticks of the TSC, which are instructions. */

/* The event comes long after the cycle: how long cycle and sending take. */
#define FAR_TICKS 30000
#define WARM_UP_ROUNDS 4

/* The sweep begins where a coarse one still hit before the exit, and ends when so many offsets
 * after the cycle were alike. */
#define COARSE_TICKS 64
#define SAME_OFFSETS 128
#define SAME_OFFSETS_ASLEEP 2048
#define OFFSETS_MAX 40000

static bool is_kick(const struct sweep *sweep)
{
	return sweep->race->workload->race_sender == RACE_KICK;
}

/* How long cycle and sending take, from rounds whose event comes long after the cycle. */
static int measure_cycle(struct sweep *sweep, struct err *err)
{
	struct race_seen seen = { 0 };

	sweep->map->send_max = FAR_TICKS;
	for (int i = 0; i < WARM_UP_ROUNDS; i++) {
		int rc = race_round(sweep, FAR_TICKS, &seen, err);

		if (rc < 0)
			return rc;
	}
	sweep->map->send_max = seen.send;
	if (sweep->race->workload->race_sleeps)
		return 0;
	/* It came while the target was in the guest, and no IPI and no exit tell how. */
	if (seen.arrived && !seen.sent && !is_kick(sweep))
		sweep->map->notify = seen.send;
	if (!seen.entered)
		return err_set(err, -ENODATA, "The target did not enter the guest again.");
	sweep->map->cycle = seen.entered;
	return 0;
}

/* The last coarse offset whose event came before the exit; where none does, all that could. */
static int find_first(struct sweep *sweep, struct err *err)
{
	int64_t offset = -sweep->map->send_max - COARSE_TICKS;
	struct race_seen seen = { 0 };

	sweep->map->first = offset;
	for (; offset < 0; offset += COARSE_TICKS) {
		int rc = race_round(sweep, offset, &seen, err);

		if (rc < 0)
			return rc;
		if (!seen.early)
			return 0;
		sweep->map->first = offset;
	}
	return 0;
}

static void note(struct race_map *map, int64_t offset, const struct race_seen *seen)
{
	if (seen->latency > map->latency_max && seen->arrived)
		map->latency_max = seen->latency;
	if (seen->send > map->send_max)
		map->send_max = seen->send;
	/* Those that came before the moment are the first ones, without a gap: a target that something else held up
	 * at a later offset is none of them. */
	if (seen->early && (map->last_early == INT64_MIN ? map->count < COARSE_TICKS
							 : offset <= map->last_early + 1))
		map->last_early = offset;
}

/*
 * One round is enough where the outcome is that of the offset before. Where it is not, it must be
 * seen twice in a row: what the machine did before (a page that is touched for the first time, a
 * kernel thread that had to run) must not look like an edge.
 */
static int try_offset(struct sweep *sweep, int64_t offset, int last, enum race_state *ret_state,
		      struct err *err)
{
	for (int i = 0; i < RACE_TRIES; i++) {
		struct race_seen seen = { 0 };
		int rc = race_round(sweep, offset, &seen, err);
		int state;

		if (rc < 0)
			return rc;
		note(sweep->map, offset, &seen);
		state = race_judge(&seen);
		if (state == last) {
			*ret_state = (enum race_state)state;
			return 0;
		}
		sweep->map->unsteady += i > 0;
		last = state;
	}
	return err_set(err, -ENODATA,
		       "Offset %" PRId64
		       " had another outcome each time: this host does not repeat "
		       "itself.",
		       offset);
}

static int sweep_all(struct sweep *sweep, struct err *err)
{
	struct race_map *map = sweep->map;
	bool sleeps = sweep->race->workload->race_sleeps;
	/* What is sent from here on begins when the target is back in the guest. */
	int64_t least = map->cycle + COARSE_TICKS;

	for (int64_t offset = map->first; map->count < OFFSETS_MAX; offset++) {
		enum race_state state;
		int rc;

		map->tried = map->count;
		if (race_map_is_over(map, least, sleeps ? SAME_OFFSETS_ASLEEP : SAME_OFFSETS)) {
			race_map_settle(map, RACE_EXIT_TICKS);
			return 0;
		}
		map->cut = sweep->race->vm->alarms > 0;
		if (map->cut)
			return 0;
		rc = try_offset(sweep, offset, map->count ? map->states[map->count - 1] : -1,
				&state, err);
		if (rc < 0)
			return rc;
		race_map_add(map, state);
	}
	map->cut = true;
	return 0;
}

static int try_fresh(void *data, int64_t offset, int expected, enum race_state *ret_state,
		     struct err *err)
{
	struct sweep *sweep = data;

	sweep->map->cut = sweep->race->vm->alarms > 0;
	if (sweep->map->cut)
		return err_set(err, -ECANCELED, "The time is up.");
	return try_offset(sweep, offset, expected, ret_state, err);
}

/* From an event that was over before the target began to come in, to one that met it in the guest. */
static int sweep_fresh(struct sweep *sweep, struct err *err)
{
	struct race_map *map = sweep->map;
	int rc = race_refine(-map->send_max - 1, map->cycle + SAME_OFFSETS, try_fresh, sweep, map,
			     err);

	return rc == -ECANCELED ? 0 : rc;
}

/*
 * Asleep: what KVM does before (a vCPU that changed threads waits for RCU) needs this CPU, which
 * the rounds keep for themselves.
 */
static int wait_for_target(const struct sweep *sweep, struct err *err)
{
	/* With a sender beside it, it is at the barrier: there it waits for the sender. */
	bool beside = sweep->race->vm->spec.driven > 0;
	volatile uint64_t *barrier = &vm_shared(sweep->race->vm)->barrier;

	while (beside ? !*barrier : sweep->page->done) {
		if (!race_target_is_alive(sweep))
			return err_set(err, -EIO, "The target vCPU stopped.");
		usleep(1000);
	}
	return 0;
}

static int run_sweep(struct sweep *sweep, struct err *err)
{
	int rc;

	if (sweep->fresh) {
		rc = measure_cycle(sweep, err);
		return rc ? rc : sweep_fresh(sweep, err);
	}
	rc = wait_for_target(sweep, err);
	/* To where the sender asks for its first moment. */
	if (!rc && sweep->race->vm->spec.driven && vm_drive(&sweep->race->vm->vcpus[0]) != VM_OK)
		rc = err_set(err, -EIO, "The sending vCPU failed: %.200s",
			     sweep->race->vm->vcpus[0].outcome.detail);
	if (!rc)
		rc = measure_cycle(sweep, err);
	if (!rc)
		rc = find_first(sweep, err);
	return rc ? rc : sweep_all(sweep, err);
}

/* Begins the second leg, sweeps, ends it. */
static int run_in_leg(struct sweep *sweep, struct vm_outcome *ret_outcome, struct err *err)
{
	const struct race *race = sweep->race;
	int rc = sweep->fresh ? fresh_begin(sweep->fresh, race->limit_s, err)
			      : vm_begin(race->vm, race->limit_s, err);

	*ret_outcome = (struct vm_outcome){ .result = VM_OK };
	if (rc < 0 && !sweep->fresh)
		return rc;
	if (!rc)
		rc = run_sweep(sweep, err);
	if (sweep->fresh) {
		fresh_end(sweep->fresh, ret_outcome);
		return rc;
	}
	sweep->page->send_at = 0;
	sweep->page->go = (uint64_t)RACE_OVER;
	vm_finish(race->vm, ret_outcome);
	return rc;
}

int race_run(const struct race *race, struct race_map *ret_map, struct err *err)
{
	CLEANUP(close_fd) int fd = -1;
	CLEANUP(race_map_release) struct race_map map = { .last_early = INT64_MIN };
	bool is_ipi = race->workload->race_sender == RACE_IPI;
	struct fresh fresh = { .vm = race->vm };
	struct sweep sweep = { .race = race,
			       .map = &map,
			       .page = (void *)(race->vm->memory + GUEST_RACE),
			       .target = &race->vm->vcpus[is_ipi],
			       .fresh = race->workload->race_fresh ? &fresh : NULL,
			       .exit_ticks = race->workload->race_fresh ? 0 : RACE_EXIT_TICKS,
			       .lead = RACE_LEAD_TICKS };
	struct vm_outcome outcome;
	int rc = race_setup_device(race->device, sweep.target, &fd, err);

	if (!rc && !sweep.fresh)
		rc = race_setup_vm(race->vm, err);
	if (rc < 0)
		return rc;
	sweep.device_fd = fresh.device_fd = fd;
	sweep.page->done = UINT64_MAX;
	rc = run_in_leg(&sweep, &outcome, err);
	if (outcome.result > VM_STOPPED)
		return err_set(err, -EIO, "%s", outcome.detail);
	if (rc < 0)
		return rc;
	*ret_map = map;
	map = (struct race_map){ 0 };
	return 0;
}
