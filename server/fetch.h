/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Series that come from a branch: asked for, fetched by an agent, then a series like any other.
 *
 *	rc = fetch_check(&request, config, err);	// -EINVAL: may not, or not like that
 *	id = fetch_submit(conn, &request, now_ms);	// a series that is "fetching", a task
 *	...
 *	fetch_make_parts(store, &fetch, &draft.mbox, &parts, err);	// before the transaction
 *	fetch_ready(conn, id, &draft, sha256, bytes, &facts, &parts, now_ms);
 *
 * The server never reaches out: what it knows of the repository is what the agent sent.
 */
#ifndef RUNWAY_SERVER_FETCH_H
#define RUNWAY_SERVER_FETCH_H

#include "lib/git-url.h"
#include "server/artifact.h"
#include "server/config.h"
#include "server/mechanism.h"
#include "server/series-part.h"

#define FETCH_PARTS_MAX 30 /* with the whole they fit into a campaign */

struct git_request {
	char url[GIT_URL_MAX_BYTES + 1], ref[GIT_REF_MAX_BYTES + 1], base[GIT_REF_MAX_BYTES + 1];
	char repository[65];
	char name[SERIES_NAME_MAX + 1]; /* "" : made from ref */
	char sender_flag[65], expects[EXPECTATIONS_TEXT_MAX + 1];
	bool each_commit; /* each beginning of the branch becomes a series, too */
};

/* What is known of a fetch when a lease's task is one. */
struct fetch {
	int64_t series;
	char *url, *ref, *base, *repository, *name, *sender_flag;
	bool each_commit;
};

/* What the agent found. */
struct fetch_facts {
	char base_commit[65], base_tree[65], head[65];
};

int fetch_check(const struct git_request *request, const struct config *config, struct err *err);
int64_t fetch_submit(struct db_conn *conn, const struct git_request *request, int64_t now_ms);

/* -ENOENT: the task is none. */
int fetch_read(struct db_conn *conn, int64_t task, struct fetch *ret_fetch);
void fetch_release(struct fetch *fetch);

/* Its beginnings as series of their own, when they were asked for and are not too many. */
int fetch_make_parts(struct artifact_store *store, const struct fetch *fetch,
		     const struct mbox *mbox, struct series_parts *ret_parts, struct err *err);

/* Campaigns that wait for it go on. */
void fetch_ready(struct db_conn *conn, const struct fetch *fetch, const struct series_draft *draft,
		 const char *mbox_sha256, uint64_t mbox_bytes, const struct fetch_facts *facts,
		 struct series_parts *parts, int64_t now_ms);
void fetch_failed(struct db_conn *conn, int64_t series, const char *reason, int64_t now_ms);

/* Ends it now: the series has failed, as cancelled by who, and the agent that is at it loses its
 * lease. -ENOENT: there is no such series; -EEXIST: it is not being fetched. */
int fetch_cancel(struct db_conn *conn, int64_t series, const char *who, int64_t now_ms,
		 struct err *err);

#endif
