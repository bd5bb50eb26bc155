// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/race-round.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/ioctl.h>

#include "workloads/kick/runway-kick.h"
#include "workloads/race-setup.h"

/* All times are ticks of the TSC, which are instructions. */

/* A late sender gets more time, up to this. */
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
/* At the end of its round a vCPU that came in has to leave KVM_RUN. */
#define LEAVE_TICKS 20000

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
	return race_read_counters(sweep->device_fd, sweep->target, ret, err);
}

static int signal_msi(const struct sweep *sweep, struct err *err)
{
	struct kvm_msi msi = { .address_lo = 0xfee00000 | sweep->target->number << 12,
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
		if (vm_drive(&sweep->race->vm->vcpus[0]) != VM_OK)
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
	return sweep->page->done == sweep->rounds &&
	       (!sweep->fresh || fresh_is_back(sweep->fresh, sweep->rounds));
}

bool race_target_is_alive(const struct sweep *sweep)
{
	return race_vcpu_is_alive(sweep->target);
}

/* Until the target is done, or until a target that sleeps has had its time. */
static void wait_for_end(const struct sweep *sweep, uint64_t until)
{
	while (!is_done(sweep) && race_target_is_alive(sweep) && (int64_t)(now_ticks() - until) < 0)
		;
	until = now_ticks() + SETTLE_TICKS;
	while ((int64_t)(now_ticks() - until) < 0)
		;
}

/*
 * A target that sleeps through the round's end is woken by an event that was not the round's; one
 * that exits again and again in vain gets one after a while.
 */
static int wake_target(const struct sweep *sweep, struct err *err)
{
	uint64_t next = now_ticks();

	if (!sweep->race->workload->race_sleeps)
		next += 5 * RESCUE_TICKS;

	while (!is_done(sweep)) {
		int rc = 0;

		if (!race_target_is_alive(sweep))
			return err_set(err, -EIO, "The target vCPU stopped.");
		if ((int64_t)(now_ticks() - next) < 0)
			continue;
		next = now_ticks() + RESCUE_TICKS;
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
	uint64_t exit = page->at + sweep->exit_ticks, entered = page->after,
		 arrived = page->arrived;
	uint64_t ipis = after->reschedule - before->reschedule + after->call - before->call +
			after->posted - before->posted;
	bool left;

	ret->sent = ipis > 0;
	ret->posted = after->posted > before->posted;
	ret->found = after->irq_exits > before->irq_exits || after->wakeups > before->wakeups;
	ret->early = !sweep->fresh && page->before != page->at;
	ret->entered = entered ? (int64_t)(entered - exit) : 0;
	ret->latency = arrived ? (int64_t)(arrived - began) : 0;
	if (!is_kick(sweep)) {
		ret->arrived = done && arrived;
		return;
	}
	/* The exit that was agreed, or that ends a new vCPU's round, is one; a target that was back in the guest must leave it by
	 * another. */
	left = after->exits - before->exits > 1;
	ret->arrived = !entered || entered > began || left;
}

/*
 * A notification to a vCPU in the guest is the processor's own affair: no interrupt, no exit. Sending
 * one takes a number of ticks that nothing else takes; if it was no interrupt of the host's, it found
 * the guest, or came in time for the entry.
 */
static void look_for_notification(const struct race_map *map, struct race_seen *seen)
{
	if (!map->notify || seen->send != map->notify)
		return;
	seen->sent = true;
	seen->found |= !seen->posted;
}

/* Whether something else than the round's own came between, or a side was late. */
static bool is_disturbed(struct sweep *sweep, const struct runway_kick_counters *before,
			 const struct runway_kick_counters *after, uint64_t planned, uint64_t began)
{
	bool late = began != planned;

	sweep->late = (int64_t)(began - planned);
	sweep->others = after->others - before->others;
	if (sweep->fresh) {
		if (fresh_is_first(sweep->fresh))
			return true;
		/* Out of the guest it is held up by no event of ours. */
		late |= sweep->page->before != sweep->page->at;
	}
	if (late && sweep->lead < LEAD_TICKS_MAX && !sweep->others)
		sweep->lead += sweep->lead / 2;
	return late || sweep->others;
}

/* The next moment, and all that both sides need to know. */
static uint64_t plan_round(struct sweep *sweep, int64_t offset)
{
	volatile struct guest_race *page = sweep->page;
	uint64_t missed = is_kick(sweep) ? MISSED_KICK_TICKS : MISSED_TICKS, planned;

	page->at = now_ticks() + sweep->lead + (uint64_t)(offset < 0 ? -offset : 0);
	planned = page->at + sweep->exit_ticks + (uint64_t)offset;
	page->until = planned + (uint64_t)sweep->map->send_max + missed;
	/* Not before the target has come in. */
	if (sweep->fresh && (int64_t)(page->until - page->at) < sweep->map->cycle + (int64_t)missed)
		page->until = page->at + (uint64_t)sweep->map->cycle + missed;
	page->expect = !is_kick(sweep);
	/* Not for the target to count: it may begin after the event has come. */
	page->received = vm_received(sweep->race->vm);
	page->send_at = planned;
	page->before = page->after = page->arrived = 0;
	return planned;
}

/* One try; -EAGAIN when an interrupt or a late side disturbed it. */
static int try_round(struct sweep *sweep, int64_t offset, struct race_seen *ret_seen,
		     struct err *err)
{
	struct runway_kick_counters before, after;
	uint64_t began = 0, ended = 0, planned;
	bool done;
	int rc = sweep->fresh ? fresh_next(sweep->fresh, &sweep->target, err) : 0;

	if (!rc)
		rc = read_counters(sweep, &before, err);
	if (rc < 0)
		return rc;
	planned = plan_round(sweep, offset);
	__atomic_store_n((uint64_t *)&sweep->page->go, ++sweep->rounds, __ATOMIC_SEQ_CST);
	rc = send_event(sweep, planned, &began, &ended, err);
	if (rc < 0)
		return rc;
	wait_for_end(sweep, sweep->page->until + (sweep->fresh ? LEAVE_TICKS : SETTLE_TICKS));
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
	look_for_notification(sweep->map, ret_seen);
	return is_disturbed(sweep, &before, &after, planned, began) ? -EAGAIN : 0;
}

int race_round(struct sweep *sweep, int64_t offset, struct race_seen *ret_seen, struct err *err)
{
	for (int i = 0; i < RACE_TRIES; i++) {
		struct race_seen seen = { 0 };
		int rc = try_round(sweep, offset, &seen, err);

		if (rc == -EAGAIN)
			continue;
		if (!rc)
			*ret_seen = seen;
		return rc;
	}
	return err_set(err, -ETIMEDOUT,
		       "Offset %" PRId64 " was disturbed %d times (the last time sending began %" PRId64
		       " ticks late, and %" PRIu64
		       " other interrupts came): CPUs that share one TSC and go on together are "
		       "needed.",
		       offset, RACE_TRIES, sweep->late, sweep->others);
}
