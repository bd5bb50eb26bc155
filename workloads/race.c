// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/race.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "workloads/kick/runway-kick.h"

/* All times are ticks of the TSC, which are instructions. */

/* From the beginning of a round to its moment: the sender must be waiting by then. Grows when it
 * was late. */
#define LEAD_TICKS 2500
#define LEAD_TICKS_MAX 1000000

/* So long after it was sent an event that has not come counts as missed, if the guest runs: far
 * longer than any way that it may take, far shorter than a host's timer tick, which would let it
 * in. */
#define MISSED_TICKS 50000
/* A kick shows at once, in that the guest is left. */
#define MISSED_KICK_TICKS 4000
/* For what the host still does after the event arrived. */
#define SETTLE_TICKS 1000
#define RESCUE_TICKS 200000

/* Rounds with an interrupt of a timer or a device are tried again, so often. */
#define TRIES 20

/* The event comes long after the cycle: how long cycle and sending take. */
#define FAR_TICKS 30000
#define WARM_UP_ROUNDS 4

/* The sweep begins where a coarse one still hit before the exit, and ends when so many offsets
 * after the cycle were alike. */
#define COARSE_TICKS 64
#define SAME_OFFSETS 128
#define SAME_OFFSETS_ASLEEP 2048
#define OFFSETS_MAX 40000

struct sweep {
	const struct race *race;
	struct race_map *map;
	volatile struct guest_race *page;
	int device_fd;
	unsigned target; /* number of the vCPU */
	uint64_t rounds;
	uint64_t lead;
};

static uint64_t now_ticks(void)
{
	return __builtin_ia32_rdtsc();
}

static bool is_kick(const struct sweep *sweep)
{
	return sweep->race->workload->race_sender == RACE_KICK;
}

static int read_counters(const struct sweep *sweep, struct runway_kick_counters *ret,
			 struct err *err)
{
	*ret = (struct runway_kick_counters){ .cpu = sweep->race->vm->vcpus[sweep->target].cpu };
	if (ioctl(sweep->device_fd, RUNWAY_KICK_COUNTERS, ret) < 0)
		return err_sys(err, -errno, "Cannot read the counters of the kick device");
	return 0;
}

static int signal_msi(const struct sweep *sweep, struct err *err)
{
	struct kvm_msi msi = { .address_lo = 0xfee00000 | sweep->target << 12,
			       .data = GUEST_VECTOR };

	if (ioctl(sweep->race->vm->fd, KVM_SIGNAL_MSI, &msi) < 0)
		return err_sys(err, -errno, "Cannot signal an MSI");
	return 0;
}

/* What sends, at that tick; how it went is in began and ended. */
static int send_event(struct sweep *sweep, uint64_t tick, uint64_t *ret_began, uint64_t *ret_ended,
		      struct err *err)
{
	struct runway_kick_at at = { .tick = tick };
	int rc;

	switch (sweep->race->workload->race_sender) {
	case RACE_IPI:
		if (vm_drive(sweep->race->vm, 0) != VM_OK)
			return err_set(err, -EIO, "The sending vCPU failed: %.200s",
				       sweep->race->vm->vcpus[0].outcome.detail);
		*ret_began = sweep->page->send_began;
		*ret_ended = sweep->page->send_ended;
		return 0;
	case RACE_MSI:
		*ret_began = runway_wait_until(tick);
		rc = signal_msi(sweep, err);
		*ret_ended = now_ticks();
		return rc;
	default:
		if (ioctl(sweep->device_fd, RUNWAY_KICK_AT, &at) < 0)
			return err_sys(err, -errno, "Cannot kick at a moment");
		*ret_began = at.began;
		*ret_ended = at.ended;
		return 0;
	}
}

static bool is_done(const struct sweep *sweep)
{
	return sweep->page->done == sweep->rounds;
}

/* Whether the guest can still be waited for: it has not failed, and its time is not long up. */
static bool is_alive(const struct sweep *sweep)
{
	return __atomic_load_n(&sweep->race->vm->vcpus[sweep->target].run->immediate_exit,
			       __ATOMIC_SEQ_CST) == 0;
}

/* Until the target is done, or until a target that sleeps has had its time. */
static void wait_for_end(const struct sweep *sweep, uint64_t until)
{
	while (!is_done(sweep) && is_alive(sweep) && (int64_t)(now_ticks() - until) < 0)
		;
	until = now_ticks() + SETTLE_TICKS;
	while ((int64_t)(now_ticks() - until) < 0)
		;
}

/* A target that sleeps through the round's end is woken by an event that was not the round's. */
static int wake_target(const struct sweep *sweep, struct err *err)
{
	uint64_t next = now_ticks();

	while (!is_done(sweep)) {
		int rc = 0;

		if (!is_alive(sweep))
			return err_set(err, -EIO, "The target vCPU stopped.");
		if ((int64_t)(now_ticks() - next) < 0)
			continue;
		next = now_ticks() + RESCUE_TICKS;
		if (sweep->race->workload->race_sleeps)
			rc = signal_msi(sweep, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* What the counters and the target's own words say about a round. */
static void look(const struct sweep *sweep, const struct runway_kick_counters *before,
		 const struct runway_kick_counters *after, uint64_t began, bool done,
		 struct race_seen *ret)
{
	volatile const struct guest_race *page = sweep->page;
	uint64_t exit = page->at + RACE_EXIT_TICKS, entered = page->after, arrived = page->arrived;
	uint64_t ipis = after->reschedule - before->reschedule + after->call - before->call +
			after->posted - before->posted;
	bool left;

	ret->sent = ipis > 0;
	ret->found = after->irq_exits > before->irq_exits || after->wakeups > before->wakeups;
	ret->early = page->before != page->at;
	ret->entered = entered ? (int64_t)(entered - exit) : 0;
	ret->latency = arrived ? (int64_t)(arrived - began) : 0;
	if (!is_kick(sweep)) {
		ret->arrived = done && arrived;
		return;
	}
	/* The exit that was agreed is one; a target that was back in the guest must leave it by
	 * another. */
	left = after->exits - before->exits > 1;
	ret->arrived = !entered || entered > began || left;
}

/* One try; -EAGAIN when an interrupt or a late sender disturbed it. */
static int try_round(struct sweep *sweep, int64_t offset, struct race_seen *ret_seen,
		     struct err *err)
{
	struct runway_kick_counters before, after;
	volatile struct guest_race *page = sweep->page;
	uint64_t began = 0, ended = 0, planned,
		 missed = is_kick(sweep) ? MISSED_KICK_TICKS : MISSED_TICKS;
	bool done;
	int rc = read_counters(sweep, &before, err);

	if (rc < 0)
		return rc;
	page->at = now_ticks() + sweep->lead + (uint64_t)(offset < 0 ? -offset : 0);
	planned = page->at + RACE_EXIT_TICKS + (uint64_t)offset;
	page->until = planned + (uint64_t)sweep->map->send_max + missed;
	page->expect = !is_kick(sweep);
	page->send_at = planned;
	page->before = page->after = page->arrived = 0;
	__atomic_store_n((uint64_t *)&page->go, ++sweep->rounds, __ATOMIC_SEQ_CST);
	rc = send_event(sweep, planned, &began, &ended, err);
	if (rc < 0)
		return rc;
	wait_for_end(sweep, page->until + SETTLE_TICKS);
	done = is_done(sweep);
	rc = read_counters(sweep, &after, err);
	if (!rc)
		look(sweep, &before, &after, began, done, ret_seen);
	if (!rc)
		rc = wake_target(sweep, err);
	if (rc < 0)
		return rc;
	sweep->map->rounds++;
	ret_seen->send = (int64_t)(ended - began);
	if (began != planned && sweep->lead < LEAD_TICKS_MAX && after.others == before.others)
		sweep->lead += sweep->lead / 2;
	return began != planned || after.others != before.others ? -EAGAIN : 0;
}

static int run_round(struct sweep *sweep, int64_t offset, struct race_seen *ret_seen,
		     struct err *err)
{
	for (int i = 0; i < TRIES; i++) {
		struct race_seen seen = { 0 };
		int rc = try_round(sweep, offset, &seen, err);

		if (rc == -EAGAIN)
			continue;
		if (!rc)
			*ret_seen = seen;
		return rc;
	}
	return err_set(err, -ETIMEDOUT,
		       "Offset %" PRId64
		       " was disturbed %d times: CPUs that share one TSC and go on "
		       "together are needed.",
		       offset, TRIES);
}

/* How long cycle and sending take, from rounds whose event comes long after the cycle. */
static int measure_cycle(struct sweep *sweep, struct err *err)
{
	struct race_seen seen = { 0 };

	sweep->map->send_max = FAR_TICKS;
	for (int i = 0; i < WARM_UP_ROUNDS; i++) {
		int rc = run_round(sweep, FAR_TICKS, &seen, err);

		if (rc < 0)
			return rc;
	}
	sweep->map->send_max = seen.send;
	if (sweep->race->workload->race_sleeps)
		return 0;
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
		int rc = run_round(sweep, offset, &seen, err);

		if (rc < 0)
			return rc;
		if (!seen.early)
			return 0;
		sweep->map->first = offset;
	}
	return 0;
}

static void note(struct race_map *map, const struct race_seen *seen)
{
	if (seen->latency > map->latency_max && seen->arrived)
		map->latency_max = seen->latency;
	if (seen->send > map->send_max)
		map->send_max = seen->send;
}

/*
 * One round is enough where the outcome is that of the offset before. Where it is not, it must be
 * seen twice in a row: what the machine did before (a page that is touched for the first time, a
 * kernel thread that had to run) must not look like an edge.
 */
static int try_offset(struct sweep *sweep, int64_t offset, struct err *err)
{
	struct race_map *map = sweep->map;
	int last = map->count ? map->states[map->count - 1] : -1;

	for (int i = 0; i < TRIES; i++) {
		struct race_seen seen = { 0 };
		int rc = run_round(sweep, offset, &seen, err);
		int state;

		if (rc < 0)
			return rc;
		note(map, &seen);
		state = race_judge(&seen);
		if (state == last) {
			race_map_add(map, (enum race_state)state);
			return 0;
		}
		map->unsteady += i > 0;
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
		int rc;

		if (race_map_is_over(map, least, sleeps ? SAME_OFFSETS_ASLEEP : SAME_OFFSETS))
			return 0;
		map->cut = sweep->race->vm->alarms > 0;
		if (map->cut)
			return 0;
		rc = try_offset(sweep, offset, err);
		if (rc < 0)
			return rc;
	}
	map->cut = true;
	return 0;
}

/* Guest and host share one clock, and a halt sleeps at once: a polling host would look for events
 * by itself, which is no race. */
static int prepare_vm(struct vm *vm, struct err *err)
{
	struct kvm_enable_cap poll = { .cap = KVM_CAP_HALT_POLL };
	uint64_t offset = 0;

	ioctl(vm->fd, KVM_ENABLE_CAP, &poll);
	for (unsigned i = 0; i < vm->vcpus_count; i++) {
		struct kvm_device_attr attr = { .group = KVM_VCPU_TSC_CTRL,
						.attr = KVM_VCPU_TSC_OFFSET,
						.addr = (uintptr_t)&offset };

		if (ioctl(vm->vcpus[i].fd, KVM_SET_DEVICE_ATTR, &attr) < 0)
			return err_sys(err, -errno, "Cannot give vCPU %u the host's TSC", i);
	}
	return 0;
}

static int open_device(const struct race *race, unsigned target, int *ret_fd, struct err *err)
{
	struct runway_kick_attach attach = { .vcpu_fd = race->vm->vcpus[target].fd };
	int fd = open(race->device, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, -errno, "Cannot open %s (is runway-kick.ko loaded?)",
			       race->device);
	*ret_fd = fd;
	if (ioctl(fd, RUNWAY_KICK_ATTACH, &attach) < 0)
		return err_sys(err, -errno, "Cannot attach the kick device to a vCPU");
	return 0;
}

/*
 * Asleep: what KVM does before (a vCPU that changed threads waits for RCU) needs this CPU, which
 * the rounds keep for themselves.
 */
static int wait_for_target(const struct sweep *sweep, struct err *err)
{
	while (sweep->page->done) {
		if (!is_alive(sweep))
			return err_set(err, -EIO, "The target vCPU stopped.");
		usleep(1000);
	}
	return 0;
}

static int run_sweep(struct sweep *sweep, struct err *err)
{
	int rc = 0;

	/* To where the sender asks for its first moment. */
	if (sweep->race->vm->driven && vm_drive(sweep->race->vm, 0) != VM_OK)
		rc = err_set(err, -EIO, "The sending vCPU failed: %.200s",
			     sweep->race->vm->vcpus[0].outcome.detail);
	if (!rc)
		rc = wait_for_target(sweep, err);
	if (!rc)
		rc = measure_cycle(sweep, err);
	if (!rc)
		rc = find_first(sweep, err);
	return rc ? rc : sweep_all(sweep, err);
}

int race_run(const struct race *race, struct race_map *ret_map, struct err *err)
{
	CLEANUP(close_fd) int fd = -1;
	CLEANUP(race_map_release) struct race_map map = { 0 };
	bool is_ipi = race->workload->race_sender == RACE_IPI;
	struct sweep sweep = { .race = race,
			       .map = &map,
			       .page = (void *)(race->vm->memory + GUEST_RACE),
			       .target = is_ipi,
			       .lead = LEAD_TICKS };
	struct vm_outcome outcome;
	int rc = open_device(race, sweep.target, &fd, err);

	if (!rc)
		rc = prepare_vm(race->vm, err);
	if (rc < 0)
		return rc;
	sweep.device_fd = fd;
	race->vm->driven = is_ipi;
	sweep.page->done = UINT64_MAX;
	rc = vm_begin(race->vm, race->limit_s, err);
	if (rc < 0)
		return rc;
	rc = run_sweep(&sweep, err);
	sweep.page->send_at = 0;
	sweep.page->go = (uint64_t)RACE_OVER;
	vm_finish(race->vm, &outcome);
	if (outcome.result > VM_STOPPED)
		return err_set(err, -EIO, "%s", outcome.detail);
	if (rc < 0)
		return rc;
	*ret_map = map;
	map = (struct race_map){ 0 };
	return 0;
}
