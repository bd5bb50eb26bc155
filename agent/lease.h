/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A leased task while it is worked on: a thread of its own tells the server that we live, in which
 * phase we are, and what the log says; and learns when the lease is no longer ours.
 *
 *	CLEANUP(lease_end) struct lease *lease = lease_begin(config, &task);
 *	lease_phase(lease, "compile");
 *	lease_log(lease, bytes, count);
 *	if (lease_cancelled(lease)) ...		// lost, or the agent is stopping
 */
#ifndef RUNWAY_AGENT_LEASE_H
#define RUNWAY_AGENT_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/config.h"
#include "agent/task.h"

struct lease;

struct lease *lease_begin(const struct config *config, const struct task *task);
void lease_end(struct lease **lease); /* sends what is left of the log, joins the thread */

/* These fit struct kbuild_watch and struct load_spec: data is the struct lease. */
void lease_phase(void *lease, const char *phase);
void lease_log(void *lease, const char *bytes, size_t count);
bool lease_cancelled(void *lease);

/* Which loads of a block run, one a place; 0: none there any more. */
#define LEASE_LOADS_MAX 16
void lease_load(struct lease *lease, unsigned place, int64_t load);
bool lease_lost(const struct lease *lease); /* the server said so: drop the work, no result */

#endif
