// SPDX-License-Identifier: GPL-2.0-or-later
/* What an agent fetched for a series. */
#include <errno.h>
#include <string.h>

#include "server/check.h"
#include "server/clock.h"
#include "server/fetch.h"
#include "server/handle.h"
#include "server/lease.h"

struct fetched {
	struct series_draft draft;
	struct fetch_facts facts;
	struct series_parts parts;
	char sha256[SHA256_HEX_BYTES];
};

static void fetched_release(struct fetched *fetched)
{
	series_draft_release(&fetched->draft);
	series_parts_release(&fetched->parts);
}

static int take_hex(const struct request *request, const char *key, char ret_hex[65],
		    struct err *err)
{
	const char *text = request_query(request, key);

	if (!text || !check_hex(text, 40, 64))
		return err_set(err, -EINVAL,
			       "\"%s\" in the query is an object id, 40-64 hex digits.", key);
	snprintf(ret_hex, 65, "%s", text);
	return 0;
}

static int take_facts(const struct request *request, struct fetch_facts *facts, struct err *err)
{
	int rc = take_hex(request, "base_commit", facts->base_commit, err);

	if (!rc)
		rc = take_hex(request, "base_tree", facts->base_tree, err);
	return rc ?: take_hex(request, "head", facts->head, err);
}

/* The lease's fetch; -ESTALE when the lease has ended, -EINVAL when its task is another. */
static int find(struct db_conn *conn, struct request *request, struct lease *ret_lease,
		struct fetch *ret_fetch, struct err *err)
{
	int rc = lease_check(conn, request->hex, clock_now_ms(), ret_lease, err);

	if (!rc && fetch_read(conn, ret_lease->task, ret_fetch) < 0)
		rc = err_set(err, -EINVAL, "This lease's task is no fetch.");
	return rc;
}

/* Whether the lease is good is judged later, by record(). */
static int make_parts(struct request *request, struct fetched *fetched, struct err *err)
{
	struct db_conn *conn = db_begin_read(request->server->db);
	int64_t task = db_value(conn, 0, SQL_LEASE_FIND, db_text(request->hex));
	CLEANUP(fetch_release) struct fetch fetch = { 0 };
	int rc = fetch_read(conn, task, &fetch);

	db_rollback(&conn);
	return rc < 0 ? 0
		      : fetch_make_parts(request->server->artifacts, &fetch, &fetched->draft.mbox,
					 &fetched->parts, err);
}

static int record(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		  struct err *err)
{
	CLEANUP(fetch_release) struct fetch fetch = { 0 };
	struct json_writer w = { .buf = &answer->body };
	struct fetched *fetched = data;
	int64_t now_ms = clock_now_ms();
	struct lease lease;
	int rc = find(conn, request, &lease, &fetch, err);

	if (rc < 0)
		return rc;
	db_run(conn, SQL_TASK_FINISH, db_int(lease.task), db_text("done"), db_int(now_ms));
	lease_end(conn, &lease, "finished");
	fetch_ready(conn, &fetch, &fetched->draft, fetched->sha256, request->body.length,
		    &fetched->facts, &fetched->parts, now_ms);
	json_write_object(&w, NULL);
	json_write_bool(&w, "recorded", true);
	json_write_end(&w, '}');
	return 0;
}

/* Files first, so that the transaction holds the writer for its rows alone. */
static int prepare(struct request *request, struct fetched *fetched, struct err *err)
{
	struct artifact_store *store = request->server->artifacts;
	int rc = take_facts(request, &fetched->facts, err);

	if (!rc)
		rc = series_parse(request->body.data, request->body.length, NULL, NULL,
				  &fetched->draft, err);
	if (!rc)
		rc = artifact_put(store, request->body.data, request->body.length, fetched->sha256,
				  err);
	return rc ?: make_parts(request, fetched, err);
}

/* 410: the lease has ended; 422: it is no fetch's, or there is no series in the body. */
void handle_fetched_post(struct request *request, struct answer *answer)
{
	CLEANUP(fetched_release) struct fetched fetched = { .sha256 = "" };
	struct err err = ERR_INIT;

	if (prepare(request, &fetched, &err) < 0)
		answer_error(answer, &err);
	else
		request_write(request, answer, record, &fetched);
}
