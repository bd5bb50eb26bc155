// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/lease.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/alloc.h"
#include "server/plan.h"
#include "server/result.h"
#include "server/token.h"

void lease_request_release(struct lease_request *request)
{
	free(request->fingerprint);
	request->fingerprint = NULL;
}

static int64_t host_seen(struct db_conn *conn, const struct lease_request *request, int64_t now_ms)
{
	int64_t fingerprint = result_fingerprint(conn, request->fingerprint);

	return db_value(conn, 0, SQL_HOST_SEEN, db_text(request->agent),
			db_text(request->capabilities), db_int_or_null(fingerprint), db_int(now_ms),
			db_text(request->labels));
}

/* Who takes up a task shows in what users see of it. */
static void mark_started(struct db_conn *conn, int64_t task, int64_t now_ms)
{
	int64_t variant = 0;

	db_run(conn, SQL_TASK_LEASE, db_int(task), db_int(now_ms));
	{
		CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_TASK_FIND, db_int(task));

		if (rows_next(&rows))
			variant = rows_int(&rows, 16);
	}
	if (variant)
		db_run(conn, SQL_VARIANT_START, db_int(variant), db_text("building"),
		       db_int(now_ms));
}

int lease_take(struct db_conn *conn, const struct lease_request *request, int64_t lease_ms,
	       int64_t now_ms, struct lease *ret_lease)
{
	struct lease lease = { .host = host_seen(conn, request, now_ms) };

	lease_expire(conn, now_ms);
	lease.task = db_value(conn, 0, SQL_TASK_NEXT, db_text(request->capabilities),
			      db_text(request->labels));
	if (!lease.task)
		return -EAGAIN;
	token_random_hex(16, lease.name);
	db_run(conn, SQL_LEASE_ADD, db_text(lease.name), db_int(lease.task), db_int(lease.host),
	       db_int(now_ms), db_int(now_ms + lease_ms));
	mark_started(conn, lease.task, now_ms);
	*ret_lease = lease;
	return 0;
}

int lease_check(struct db_conn *conn, const char *name, int64_t now_ms, struct lease *ret_lease,
		struct err *err)
{
	struct lease lease = { 0 };
	bool active = false;

	snprintf(lease.name, sizeof(lease.name), "%s", name);
	lease_expire(conn, now_ms);
	{
		CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_LEASE_FIND, db_text(name));

		if (rows_next(&rows)) {
			lease.task = rows_int(&rows, 0);
			lease.host = rows_int(&rows, 1);
			active = !strcmp(rows_text(&rows, 2), "active") &&
				 rows_int(&rows, 3) > now_ms;
		}
	}
	if (!active)
		return err_set(err, -ESTALE,
			       "This lease has ended: it expired, was finished or its campaign is "
			       "over. Drop the work and ask for a new lease.");
	*ret_lease = lease;
	return 0;
}

/* The variant of the load that runs is being measured, in that phase. */
static void show_load(struct db_conn *conn, const struct lease *lease, const char *phase,
		      int64_t load, int64_t now_ms)
{
	int64_t variant = 0;

	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_LOAD_FIND, db_int(load), db_int(lease->task));

		if (rows_next(&rows) && strcmp(rows_text(&rows, 0), "done") != 0)
			variant = rows_int(&rows, 1);
	}
	if (!variant)
		return;
	db_run(conn, SQL_LOAD_RUNNING, db_int(lease->task), db_int(load));
	db_run(conn, SQL_VARIANT_START, db_int(variant), db_text("measuring"), db_int(now_ms));
	if (phase)
		db_run(conn, SQL_VARIANT_SET_PHASE, db_int(variant), db_text(phase));
}

void lease_heartbeat(struct db_conn *conn, const struct lease *lease, const char *phase,
		     int64_t load, int64_t lease_ms, int64_t now_ms)
{
	int64_t variant = 0;

	db_run(conn, SQL_LEASE_EXTEND, db_text(lease->name), db_int(now_ms + lease_ms));
	db_run(conn, SQL_HOST_TOUCH, db_int(lease->host), db_int(now_ms));
	if (phase)
		db_run(conn, SQL_TASK_SET_PHASE, db_int(lease->task), db_text(phase));
	if (load) {
		show_load(conn, lease, phase, load, now_ms);
		return;
	}
	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_TASK_FIND, db_int(lease->task));

		if (rows_next(&rows))
			variant = rows_int(&rows, 16);
	}
	if (variant && phase)
		db_run(conn, SQL_VARIANT_SET_PHASE, db_int(variant), db_text(phase));
}

void lease_end(struct db_conn *conn, const struct lease *lease, const char *state)
{
	db_run(conn, SQL_LEASE_END, db_text(lease->name), db_text(state));
}

/* One at a time, with the rows closed before the plan changes anything below them. */
static bool expire_one(struct db_conn *conn, int64_t now_ms)
{
	struct lease lease = { 0 };

	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_LEASE_EXPIRED, db_int(now_ms));

		if (!rows_next(&rows))
			return false;
		snprintf(lease.name, sizeof(lease.name), "%s", rows_text(&rows, 0));
		lease.task = rows_int(&rows, 1);
	}
	lease_end(conn, &lease, "expired");
	plan_task_lost(conn, lease.task, now_ms);
	return !db_failed(conn);
}

size_t lease_expire(struct db_conn *conn, int64_t now_ms)
{
	size_t count = 0;

	while (expire_one(conn, now_ms))
		count++;
	return count;
}
