/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the server leases to an agent (docs/api.md), decoded and checked.
 *
 *	CLEANUP(task_release) struct task task = { 0 };
 *	rc = json_task_decode(reply.body.data, reply.body.length, &task, err);
 */
#ifndef RUNWAY_AGENT_TASK_H
#define RUNWAY_AGENT_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/git-url.h"
#include "lib/sha256.h"

struct artifact {
	char name[64];
	char sha256[SHA256_HEX_BYTES];
	size_t bytes; /* 0: unknown */
};

struct artifacts {
	struct artifact *items;
	size_t count;
};

const struct artifact *artifacts_find(const struct artifacts *artifacts, const char *name);

struct task_build {
	char repository[65];
	char rev[256];
	char preferred[65];	     /* a commit to take instead of rev when it is there; "" */
	char mbox[SHA256_HEX_BYTES]; /* "" for the base */
	char series[65];
	bool posted; /* the campaign has the lane posted, which needs a module of its own */
};

struct task_load {
	int64_t id;
	char series[65];
	char sender_flag[65]; /* "" when not declared */
	bool is_base;
	struct artifacts artifacts;
	struct artifacts base_artifacts;
};

struct task_fetch {
	char series[65];
	char url[GIT_URL_MAX_BYTES + 1];
	char ref[GIT_REF_MAX_BYTES + 1];
	char base[GIT_REF_MAX_BYTES + 1]; /* "": the base repository's own */
	char repository[65];
	uint64_t most_bytes, most_s; /* as the server allows; 0: as this agent does */
};

enum task_kind { TASK_BUILD, TASK_BLOCK, TASK_FETCH };

struct task {
	char lease[128];
	unsigned expires_s;
	int64_t id;
	enum task_kind kind;
	struct task_build build;
	struct task_fetch fetch;
	char lane[16];
	char isa[8];
	char workloads[1024]; /* comma-separated; "": all of the lane */
	struct task_load *loads;
	size_t loads_count;
};

/* -EPROTO with a sentence for a reply that is not as docs/api.md says. */
int json_task_decode(const char *body, size_t bytes, struct task *ret_task, struct err *err);
void task_release(struct task *task);

#endif
