/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host under test gives whoever meets a vCPU at a moment of the TSC: races and dirty logs. */
#ifndef RUNWAY_WORKLOADS_RACE_SETUP_H
#define RUNWAY_WORKLOADS_RACE_SETUP_H

#include "lib/err.h"
#include "workloads/kick/runway-kick.h"
#include "workloads/vm.h"

/* Guest and host share one clock, and a halt sleeps at once: a polling host would look for events
 * by itself, which is no race. */
int race_setup_vm(struct vm *vm, struct err *err);

/* Opens the kick device, attached to that vCPU. */
int race_setup_device(const char *device, const struct vcpu *vcpu, int *ret_fd, struct err *err);
/* Attaches an open kick device to another vCPU. */
int race_setup_attach(int device_fd, const struct vcpu *vcpu, struct err *err);
int race_read_counters(int device_fd, const struct vcpu *vcpu, struct runway_kick_counters *ret,
		       struct err *err);
/* Whether the guest can still be waited for: it has not failed, and its time is not long up. */
bool race_vcpu_is_alive(const struct vcpu *vcpu);

#endif
