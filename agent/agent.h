/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A running agent: what its tasks share. The kinds of task are build-task.c, block-task.c and
 * fetch-task.c.
 */
#ifndef RUNWAY_AGENT_AGENT_H
#define RUNWAY_AGENT_AGENT_H

#include "agent/artifact-cache.h"
#include "agent/client.h"
#include "agent/config.h"
#include "agent/lease.h"
#include "agent/source.h"
#include "agent/task.h"
#include "lib/err.h"

struct agent {
	const struct config *config;
	struct client *client;
	struct artifact_cache cache;
	struct source **sources; /* one per config->repositories, opened on first use */
};

/* All return 0 when the result was delivered, -ESTALE when the lease was lost, -ECANCELED when
 * stopping. */
int build_task_run(struct agent *agent, const struct task *task, struct lease *lease,
		   struct err *err);
int fetch_task_run(struct agent *agent, const struct task *task, struct lease *lease,
		   struct err *err);
int block_task_run(struct agent *agent, const struct task *task, struct lease *lease,
		   struct err *err);

/* The path of a base repository that this agent was given under that name; NULL: none. */
const char *agent_repository(const struct agent *agent, const char *name);

/* POSTs a result until the server has it; -ESTALE when the lease is no longer ours. */
int agent_deliver(struct agent *agent, const char *path, const char *idempotency_key,
		  const char *body, struct err *err);

#endif
