/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leases: a task is one agent's until the lease ends. The lease's name is 128 random bits and is
 * shown to nobody else.
 *
 *	rc = lease_take(conn, &request, lease_ms, now_ms, &lease);	// -EAGAIN: nothing to do
 *	rc = lease_check(conn, name, now_ms, &lease, err);		// -ESTALE: not yours any more
 *	lease_end(conn, &lease, "finished");
 */
#ifndef RUNWAY_SERVER_LEASE_H
#define RUNWAY_SERVER_LEASE_H

#include "server/check.h"
#include "server/db.h"

#define LEASE_NAME_BYTES 33
#define LEASE_WAIT_MAX_S 60

struct lease_request {
	char agent[65];
	char capabilities[512];	   /* comma-separated */
	char labels[LABELS_BYTES]; /* key=value, comma-separated; "": none */
	int64_t wait_s;
	char *fingerprint; /* JSON text or NULL */
};

void lease_request_release(struct lease_request *request);

struct lease {
	char name[LEASE_NAME_BYTES];
	int64_t task, host;
};

/* Oldest campaign first. Marks the host as seen. */
int lease_take(struct db_conn *conn, const struct lease_request *request, int64_t lease_ms,
	       int64_t now_ms, struct lease *ret_lease);

/* Expires it first when its time has passed. */
int lease_check(struct db_conn *conn, const char *name, int64_t now_ms, struct lease *ret_lease,
		struct err *err);

/* phase may be NULL (unchanged); load 0: none is running. */
void lease_heartbeat(struct db_conn *conn, const struct lease *lease, const char *phase,
		     int64_t load, int64_t lease_ms, int64_t now_ms);

/* state: "finished" or "returned". */
void lease_end(struct db_conn *conn, const struct lease *lease, const char *state);

/* Puts the tasks of expired leases back; returns how many leases that were. */
size_t lease_expire(struct db_conn *conn, int64_t now_ms);

/* What an agent is told to do. */
struct task_artifact {
	char *name, *sha256;
};

struct task_load {
	int64_t id;
	bool base;
	char *series, *sender_flag;
	struct task_artifact *artifacts, *base_artifacts;
	size_t artifacts_count, base_artifacts_count;
};

struct task {
	int64_t id, campaign, attempt; /* campaign 0: of none */
	bool block, fetch;	       /* neither: build */
	/* build */
	int64_t variant;
	bool base;
	bool posted; /* the campaign has that lane, which needs a module of its own */
	char *series, *mbox, *sender_flag, *repository, *rev;
	char *preferred; /* a commit to take instead of rev when it is there; or NULL */
	/* fetch: series and repository as above */
	int64_t series_id, most_bytes, most_s; /* 0: as the agent likes */
	char *url, *ref, *from;		       /* from: its base, or NULL */
	/* block */
	char *lane, *isa, *workloads; /* workloads "": all of the lane */
	struct task_load *loads;
	size_t loads_count, loads_capacity;
};

int task_read(struct db_conn *conn, int64_t id, struct task *ret_task); /* or -ENOENT */
void task_release(struct task *task);

#endif
