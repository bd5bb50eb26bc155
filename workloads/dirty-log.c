// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dirty-log.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "workloads/kick/runway-kick.h"
#include "workloads/race-round.h"
#include "workloads/race-setup.h"

/* All times are ticks of the TSC, which are instructions. */

/* The request comes long after the cycle: how long the cycle takes, and whether PML is at work. */
#define FAR_TICKS 30000
#define WARM_UP_ROUNDS 4
/*
 * CPUID's exit empties the buffer by itself: up to the target's last write a few offsets are enough. On
 * the path that re-enters at once each is tried, for the width of what is late is a metric. After the
 * last write it is so many of them.
 */
#define COARSE_TICKS 4
#define SAME_OFFSETS 128
/* For what the module still does after the bound. */
#define SETTLE_TICKS 1000
#define LEAD_TICKS_MAX 1000000

/* A variant whose gate fails needs no more proof. */
#define LATE_ENOUGH 64

#define PAGES_BEFORE (UINT64_C(1) << DIRTY_BEFORE)
#define PAGES_AFTER (((UINT64_C(1) << DIRTY_AFTER_COUNT) - 1) << DIRTY_AFTER)

struct watch {
	const struct dirty_log *log;
	struct dirty_result *result;
	volatile struct guest_race *page;
	int device_fd;
	uint64_t numbered; /* rounds that the target was told of */
	uint64_t lead;
	int64_t wrote;	/* ticks from the exit until the pages after it are written */
	int64_t answer; /* ticks that KVM's answer takes */
	bool was_late;	/* at the offset before */
	/* Of the last round: why it may have to be tried again. */
	int64_t late;
	uint64_t others;
};

static bool is_alive(const struct watch *watch)
{
	return race_vcpu_is_alive(&watch->log->vm->vcpus[0]);
}

static int read_others(const struct watch *watch, uint64_t *ret_others, struct err *err)
{
	struct runway_kick_counters counters;
	int rc = race_read_counters(watch->device_fd, &watch->log->vm->vcpus[0], &counters, err);

	if (rc < 0)
		return rc;
	*ret_others = counters.others;
	return 0;
}

/* The target ends its round by an exit that empties the processor's buffer. */
static int wait_for_end(const struct watch *watch, struct err *err)
{
	watch->page->until = 0;
	while (watch->page->done != watch->numbered)
		if (!is_alive(watch))
			return err_set(err, -EIO, "The target vCPU stopped.");
	return 0;
}

/* Takes all pages out of the log, so that their next writes are logged again. */
static int clear_log(const struct watch *watch, struct err *err)
{
	uint64_t bitmap = 0;
	struct kvm_dirty_log log = { .slot = VM_DIRTY_SLOT, .dirty_bitmap = &bitmap };

	if (ioctl(watch->log->vm->fd, KVM_GET_DIRTY_LOG, &log) < 0)
		return err_sys(err, -errno, "Cannot read the dirty log");
	return 0;
}

static void begin_round(struct watch *watch, int64_t offset, struct runway_kick_dirty *dirty)
{
	volatile struct guest_race *page = watch->page;

	page->at = __builtin_ia32_rdtsc() + watch->lead + (uint64_t)(offset < 0 ? -offset : 0);
	dirty->tick = page->at + RACE_EXIT_TICKS + (uint64_t)offset;
	page->until = dirty->tick + dirty->bound_ticks + SETTLE_TICKS;
	/* A page that nobody looks at, when none is to be dirty before the exit. */
	page->write =
		dirty->pages & PAGES_BEFORE ? GUEST_DIRTY + 4096 * DIRTY_BEFORE : GUEST_KICK_PAGE;
	page->before = page->after = page->wrote = page->wrote_first = 0;
	__atomic_store_n((uint64_t *)&page->go, ++watch->numbered, __ATOMIC_SEQ_CST);
}

static bool is_over(uint64_t moment, uint64_t now)
{
	return moment && (int64_t)(now - moment) >= 0;
}

/* Whether the target had written the pages by the request: it may have been held up. */
static bool were_written(const struct watch *watch, const struct runway_kick_dirty *dirty)
{
	return (!(dirty->pages & PAGES_BEFORE) ||
		is_over(watch->page->wrote_first, dirty->began)) &&
	       (!(dirty->pages & PAGES_AFTER) || is_over(watch->page->wrote, dirty->began));
}

/* One try; -EAGAIN when an interrupt or a late request disturbed it. */
static int try_round(struct watch *watch, int64_t offset, struct runway_kick_dirty *dirty,
		     struct err *err)
{
	uint64_t bitmap = 0, before = 0, after = 0;
	struct kvm_dirty_log log = { .slot = VM_DIRTY_SLOT, .dirty_bitmap = &bitmap };
	int rc = read_others(watch, &before, err);

	if (rc < 0)
		return rc;
	*dirty = (struct runway_kick_dirty){ .vm_fd = watch->log->vm->fd,
					     .log = (uintptr_t)&log,
					     .pages = dirty->pages,
					     .bound_ticks = DIRTY_BOUND_TICKS };
	begin_round(watch, offset, dirty);
	if (ioctl(watch->device_fd, RUNWAY_KICK_DIRTY, dirty) < 0)
		rc = err_sys(err, -errno, "Cannot ask for the dirty log at a moment");
	if (!rc)
		rc = wait_for_end(watch, err);
	if (!rc)
		rc = read_others(watch, &after, err);
	if (!rc)
		rc = clear_log(watch, err);
	if (rc < 0)
		return rc;
	watch->result->rounds++;
	watch->others = after - before;
	watch->late = (int64_t)(dirty->began - dirty->tick);
	if (watch->late && !watch->others && watch->lead < LEAD_TICKS_MAX)
		watch->lead += watch->lead / 2;
	return watch->late || watch->others || !were_written(watch, dirty) ? -EAGAIN : 0;
}

/* dirty: its pages are asked for, the rest is filled. */
static int one_round(struct watch *watch, int64_t offset, struct runway_kick_dirty *dirty,
		     struct err *err)
{
	for (int i = 0; i < RACE_TRIES; i++) {
		int rc = try_round(watch, offset, dirty, err);

		if (rc != -EAGAIN)
			return rc;
	}
	return err_set(err, -ETIMEDOUT,
		       "Offset %" PRId64
		       " was disturbed %d times (the last time the request came %" PRId64
		       " ticks late, and %" PRIu64
		       " other interrupts came): CPUs that share one TSC and go on together are "
		       "needed.",
		       offset, RACE_TRIES, watch->late, watch->others);
}

/*
 * What is late must be so twice in a row, unless it was at the offset before: what the machine did before
 * must not look like it.
 */
static int sure_round(struct watch *watch, int64_t offset, struct runway_kick_dirty *dirty,
		      struct err *err)
{
	bool was_late = watch->was_late;
	int rc = one_round(watch, offset, dirty, err);

	if (!rc && !dirty->flushed && !was_late) {
		rc = one_round(watch, offset, dirty, err);
		watch->result->unsteady += !rc && dirty->flushed;
	}
	watch->was_late = !dirty->flushed;
	return rc;
}

static int measure_cycle(struct watch *watch, struct err *err)
{
	volatile const struct guest_race *page = watch->page;
	struct runway_kick_dirty dirty = { 0 };
	uint64_t exit;

	for (int i = 0; i < WARM_UP_ROUNDS; i++) {
		int rc;

		/* Pages that are touched for the first time are in the log by their fault. */
		dirty.pages = i ? PAGES_AFTER : PAGES_BEFORE;
		rc = one_round(watch, FAR_TICKS, &dirty, err);
		if (rc < 0)
			return rc;
	}
	if (dirty.logged & PAGES_AFTER)
		return err_set(err, -ENOTSUP,
			       "pages are in the dirty log before a vCPU exits: no PML is at work");
	exit = page->at + RACE_EXIT_TICKS;
	watch->result->cycle = (int64_t)(page->after - exit);
	watch->wrote = (int64_t)(page->wrote - exit);
	watch->answer = (int64_t)(dirty.ended - dirty.began);
	return 0;
}

static void add(struct dirty_result *result, int64_t offset, const struct runway_kick_dirty *dirty)
{
	int64_t latency = dirty->flushed ? (int64_t)(dirty->flushed - dirty->began) : 0;

	dirty_result_add(result, &(struct dirty_seen){ .offset = offset,
						       .pages = dirty->pages,
						       .logged = dirty->logged,
						       .given = dirty->given,
						       .latency = latency });
}

/*
 * Before the pages after the exit are written, the one before it is asked for, and from then on they
 * are, alone: a page that the exit itself put into the log would have KVM flush the TLBs for it, which
 * makes the vCPU exit.
 */
static int sweep(struct watch *watch, struct err *err)
{
	struct dirty_result *result = watch->result;
	bool shown = watch->log->workload->dirty_shown;
	int64_t step;

	for (int64_t offset = -watch->answer; offset < watch->wrote + SAME_OFFSETS;
	     offset += step) {
		bool after = offset >= watch->wrote;
		struct runway_kick_dirty dirty = { .pages = after ? PAGES_AFTER : PAGES_BEFORE };
		int rc;

		step = after || shown ? 1 : COARSE_TICKS;
		result->cut = watch->log->vm->alarms > 0;
		if (result->cut || (!shown && result->late >= LATE_ENOUGH))
			return 0;
		rc = sure_round(watch, offset, &dirty, err);
		if (rc < 0)
			return rc;
		add(result, offset, &dirty);
	}
	/* A gate is not passed by what was never tried. */
	if (!result->pending)
		return err_set(err, -ENODATA,
			       "No page was with the processor when the dirty log was asked for.");
	return 0;
}

/* Asleep: what KVM does before (a vCPU that changed threads waits for RCU) needs this CPU. */
static int wait_for_target(const struct watch *watch, struct err *err)
{
	while (watch->page->done) {
		if (!is_alive(watch))
			return err_set(err, -EIO, "The target vCPU stopped.");
		usleep(1000);
	}
	return 0;
}

static int run_target(struct watch *watch, struct err *err)
{
	const struct dirty_log *log = watch->log;
	struct vm_outcome outcome;
	int rc;

	watch->page->done = UINT64_MAX;
	watch->page->write = GUEST_KICK_PAGE;
	rc = vm_begin(log->vm, log->limit_s, err);
	if (rc < 0)
		return rc;
	rc = wait_for_target(watch, err);
	if (!rc)
		rc = measure_cycle(watch, err);
	if (!rc)
		rc = sweep(watch, err);
	watch->page->until = 0;
	watch->page->go = (uint64_t)RACE_OVER;
	vm_finish(log->vm, &outcome);
	if (outcome.result > VM_STOPPED)
		return err_set(err, -EIO, "%s", outcome.detail);
	return rc;
}

int dirty_log_run(const struct dirty_log *log, struct dirty_result *ret_result, struct err *err)
{
	CLEANUP(close_fd) int fd = -1;
	struct dirty_result result = { 0 };
	struct watch watch = { .log = log,
			       .result = &result,
			       .page = (void *)(log->vm->memory + GUEST_RACE),
			       .lead = RACE_LEAD_TICKS };
	int rc = race_setup_device(log->device, &log->vm->vcpus[0], &fd, err);

	if (!rc)
		rc = race_setup_vm(log->vm, err);
	if (!rc)
		rc = vm_add_dirty_pages(log->vm, err);
	if (rc < 0)
		return rc;
	watch.device_fd = fd;
	rc = run_target(&watch, err);
	if (!rc)
		*ret_result = result;
	return rc;
}
