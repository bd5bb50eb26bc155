/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kick gates: whether a vCPU can miss a kick. The device does the rounds (see
 * workloads/kick/runway-kick.h); this sweeps the moment of the kick and sums up.
 *
 *	struct kick_result result;
 *	rc = kick_gate_run(&gate, &result, err);
 *	if (!rc && !kick_gate_is_conclusive(&result, err))
 *		passed = !result.lost;
 */
#ifndef RUNWAY_WORKLOADS_KICK_GATE_H
#define RUNWAY_WORKLOADS_KICK_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "workloads/vm.h"

struct kick_gate {
	const char *device;
	struct vm *vm; /* one vCPU, in the kick program, past its first leg */
	unsigned mode; /* enum runway_kick_mode */
	unsigned rounds;
	unsigned limit_s;
};

struct kick_result {
	unsigned offsets;     /* tried at least once */
	unsigned cycle_turns; /* of the delay that the target's exit→entry cycle takes, at most */
	uint64_t kicks, needed, arrived, lost, inconclusive;
	uint64_t turns_max; /* guest turns between a kick and its effect, at most */
};

int kick_gate_run(const struct kick_gate *gate, struct kick_result *ret, struct err *err);

/* < 0 with the reason when the sweep says neither that kicks are lost nor that none is. */
int kick_gate_is_conclusive(const struct kick_result *result, struct err *err);

/* Address of a vCPU's struct kvm_vcpu. */
int kick_device_find_vcpu(const char *device, int vcpu_fd, uint64_t *ret_vcpu, struct err *err);

#endif
