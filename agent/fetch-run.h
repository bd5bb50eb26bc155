/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `runway-agent fetch` in a sandbox that sees the base repository, one folder of ours, and the
 * network.
 *
 *	struct fetch_run run = { .git = &config->git, .want = &task->fetch, .repository = path,
 *				 .folder = folder, .lease = lease };
 *	rc = fetch_run(&run, err);	// folder/mbox and folder/facts are there
 */
#ifndef RUNWAY_AGENT_FETCH_RUN_H
#define RUNWAY_AGENT_FETCH_RUN_H

#include "agent/config.h"
#include "agent/lease.h"
#include "agent/task.h"
#include "lib/err.h"

struct fetch_run {
	const struct git_config *git;
	const struct task_fetch *want;
	const char *repository; /* the base's, a real path */
	const char *folder;	/* of this fetch, empty */
	struct lease *lease;
};

/* -ECANCELED when the lease was lost or the agent stops, else a sentence for the submitter. */
int fetch_run(const struct fetch_run *run, struct err *err);

#endif
