// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/kick-gate.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "workloads/kick/runway-kick.h"

/*
 * The sweep covers the target's exit→entry cycle and as much again. How many turns of the delay
 * that is depends on the host, so it is measured: the smallest power of 2 after which the target is
 * mostly in the guest again.
 */
#define OFFSETS 128
#define CYCLE_TURNS_MIN 64
#define CYCLE_TURNS_MAX (1 << 20)
#define CYCLE_ROUNDS 8

/*
 * Turns of the guest's loop (four instructions) that prove a kick lost. Far more than an IPI takes,
 * and far less than a host's timer tick, whose interrupt makes an exit as well and would hide the
 * loss.
 */
#define BOUND_TURNS 100000

/* A round that has no conclusion by then had a target that did not run: it is tried again. */
#define ROUND_LIMIT_MS 2000
#define TRIES 3

/* A variant that loses this many needs no more proof. */
#define LOST_ENOUGH 256

static int attach(int device_fd, int vcpu_fd, uint64_t *ret_vcpu, struct err *err)
{
	struct runway_kick_attach attach = { .vcpu_fd = vcpu_fd };

	if (ioctl(device_fd, RUNWAY_KICK_ATTACH, &attach) < 0)
		return err_sys(err, -errno, "Cannot attach the kick device to a vCPU");
	*ret_vcpu = attach.vcpu;
	return 0;
}

static int open_device(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, -errno, "Cannot open %s (is runway-kick.ko loaded?)", path);
	return fd;
}

int kick_device_find_vcpu(const char *device, int vcpu_fd, uint64_t *ret_vcpu, struct err *err)
{
	CLEANUP(close_fd) int fd = open_device(device, err);

	return fd < 0 ? fd : attach(fd, vcpu_fd, ret_vcpu, err);
}

static struct runway_kick_page *kick_page(const struct kick_gate *gate)
{
	return (struct runway_kick_page *)(gate->vm->memory + GUEST_KICK_PAGE);
}

/* One kick; one that comes to no conclusion is tried again. */
static int kick_at(const struct kick_gate *gate, int fd, unsigned mode, unsigned delay_turns,
		   struct kick_result *result, struct err *err)
{
	for (int attempt = 0; attempt < TRIES; attempt++) {
		struct runway_kick_round round = { .page = (uintptr_t)kick_page(gate),
						   .mode = mode,
						   .delay_turns = delay_turns,
						   .rounds = 1,
						   .bound_turns = BOUND_TURNS,
						   .limit_ms = ROUND_LIMIT_MS };

		if (!ioctl(fd, RUNWAY_KICK_ROUND, &round)) {
			result->kicks += round.kicks;
			result->needed += round.needed;
			result->arrived += round.arrived;
			result->lost += round.lost;
			if (round.turns_max > result->turns_max)
				result->turns_max = round.turns_max;
			return 0;
		}
		if (errno != ETIMEDOUT && errno != EINTR)
			return err_sys(err, -errno, "A round of kicks did not finish");
	}
	result->inconclusive++;
	return 0;
}

/*
 * Until the guest runs: what KVM does before (a vCPU that changed threads waits for RCU) needs this
 * CPU, which the rounds keep for themselves.
 */
static void wait_for_first_phase(const struct kick_gate *gate)
{
	while (!__atomic_load_n(&kick_page(gate)->phase, __ATOMIC_ACQUIRE) && !gate->vm->alarms)
		usleep(1000);
}

/* These are kicks like all others, and are judged and counted like them. */
static int measure_cycle(const struct kick_gate *gate, int fd, struct kick_result *result,
			 struct err *err)
{
	int rc = 0;

	for (result->cycle_turns = CYCLE_TURNS_MIN; result->cycle_turns < CYCLE_TURNS_MAX;
	     result->cycle_turns *= 2) {
		uint64_t before = result->needed;

		for (int round = 0; round < CYCLE_ROUNDS && !rc && !result->inconclusive; round++)
			rc = kick_at(gate, fd, RUNWAY_KICK_REQUEST, result->cycle_turns, result,
				     err);
		if (rc < 0 || result->inconclusive || result->lost >= LOST_ENOUGH)
			return rc;
		if (result->needed - before > CYCLE_ROUNDS / 2)
			return 0;
	}
	return 0;
}

/* The delay of one kick. Each sweep lies between the one before it and the next offset. */
static unsigned delay_of(const struct kick_gate *gate, const struct kick_result *result,
			 unsigned round, unsigned offset)
{
	uint64_t range = result->cycle_turns + result->cycle_turns / 4;

	return (unsigned)(range * (offset * (uint64_t)gate->rounds + round) /
			  (OFFSETS * (uint64_t)gate->rounds));
}

/*
 * Sweeps again and again, one kick an offset: where time is short all offsets have been tried at
 * least once before any is tried twice.
 */
static int sweep(const struct kick_gate *gate, int fd, struct kick_result *result, struct err *err)
{
	for (unsigned round = 0; round < gate->rounds; round++)
		for (unsigned offset = 0; offset < OFFSETS; offset++) {
			unsigned turns = delay_of(gate, result, round, offset);
			int rc;

			if (result->lost >= LOST_ENOUGH || result->inconclusive ||
			    (round && gate->vm->alarms))
				return 0;
			rc = kick_at(gate, fd, gate->mode, turns, result, err);
			if (rc < 0)
				return rc;
			result->offsets += !round;
		}
	return 0;
}

int kick_gate_run(const struct kick_gate *gate, struct kick_result *ret, struct err *err)
{
	CLEANUP(close_fd) int fd = open_device(gate->device, err);
	struct kick_result result = { 0 };
	struct vm_outcome outcome;
	uint64_t vcpu;
	int rc = fd < 0 ? fd : attach(fd, gate->vm->vcpus[0].fd, &vcpu, err);

	if (!rc)
		rc = vm_begin(gate->vm, gate->limit_s, err);
	if (rc < 0)
		return rc;
	wait_for_first_phase(gate);
	rc = measure_cycle(gate, fd, &result, err);
	if (!rc)
		rc = sweep(gate, fd, &result, err);
	__atomic_store_n(&vm_shared(gate->vm)->done, 1, __ATOMIC_SEQ_CST);
	vm_finish(gate->vm, &outcome);
	if (outcome.result > VM_STOPPED && outcome.result != VM_TIMEOUT)
		return err_set(err, -EIO, "%s", outcome.detail);
	if (!rc)
		*ret = result;
	return rc;
}

int kick_gate_is_conclusive(const struct kick_result *result, struct err *err)
{
	if (result->lost)
		return 0;
	if (result->inconclusive)
		return err_set(err, -ETIMEDOUT,
			       "The kick gate got through %u of %u offsets, then its target did "
			       "not run.",
			       result->offsets, OFFSETS);
	return 0;
}
