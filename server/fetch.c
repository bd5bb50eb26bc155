// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/fetch.h"

#include <errno.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/list.h"
#include "server/check.h"
#include "server/plan.h"

int fetch_check(const struct git_request *request, const struct config *config, struct err *err)
{
	int rc = git_url_check(request->url, err);

	if (rc < 0)
		return rc;
	if (!git_url_allowed(request->url, config->git_prefixes, config->git_prefixes_count))
		return err_set(err, -EINVAL,
			       "This server lets nobody fetch from there. Its administrator names "
			       "who may be asked with --allow-git; or send an mbox.");
	if (!git_ref_is_plain(request->ref))
		return err_set(err, -EINVAL,
			       "\"ref\" is a branch or tag: letters, digits and \"._/+-\", without "
			       "\"..\".");
	if (*request->base && !git_ref_is_plain(request->base) && !check_rev(request->base))
		return err_set(err, -EINVAL,
			       "\"base\" is a branch, tag or commit: letters, digits and "
			       "\"._/~^+-\", without \"..\".");
	if (!check_repository(request->repository))
		return err_set(err, -EINVAL, "\"repository\" is a name that the agents know.");
	if (config->repositories && !list_has(config->repositories, request->repository))
		return err_set(err, -EINVAL, "\"repository\" must be one of: %.300s.",
			       config->repositories);
	return 0;
}

int64_t fetch_submit(struct db_conn *conn, const struct git_request *request, int64_t now_ms)
{
	char name[SERIES_NAME_MAX + 1];
	int64_t series, task;

	if (*request->name)
		snprintf(name, sizeof(name), "%s", request->name);
	else
		series_name_from(request->ref, name);
	db_run(conn, SQL_SERIES_ADD_FETCHING, db_text(name),
	       db_text(*request->sender_flag ? request->sender_flag : NULL), db_int(now_ms));
	series = db_last_id(conn);
	db_run(conn, SQL_SERIES_SET_EXPECTS, db_int(series),
	       db_text(*request->expects ? request->expects : NULL));
	series_place(conn, series);
	db_run(conn, SQL_TASK_ADD_FETCH, db_int(now_ms));
	task = db_last_id(conn);
	db_run(conn, SQL_FETCH_ADD, db_int(series), db_int(task), db_text(request->url),
	       db_text(request->ref), db_text(*request->base ? request->base : NULL),
	       db_text(request->repository), db_int(request->each_commit));
	return series;
}

int fetch_read(struct db_conn *conn, int64_t task, struct fetch *ret_fetch)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_FETCH_OF_TASK, db_int(task));

	if (!rows_next(&rows))
		return -ENOENT;
	*ret_fetch = (struct fetch){
		.series = rows_int(&rows, 0),
		.url = rows_copy(&rows, 1),
		.ref = rows_copy(&rows, 2),
		.base = rows_copy(&rows, 3),
		.repository = rows_copy(&rows, 4),
		.each_commit = rows_int(&rows, 5) != 0,
		.name = rows_copy(&rows, 6),
		.sender_flag = rows_copy(&rows, 7),
	};
	return 0;
}

void fetch_release(struct fetch *fetch)
{
	free(fetch->url);
	free(fetch->ref);
	free(fetch->base);
	free(fetch->repository);
	free(fetch->name);
	free(fetch->sender_flag);
	*fetch = (struct fetch){ 0 };
}

static bool has_too_many(const struct fetch *fetch, const struct mbox *mbox)
{
	return fetch->each_commit && mbox->count > FETCH_PARTS_MAX + 1;
}

int fetch_make_parts(struct artifact_store *store, const struct fetch *fetch,
		     const struct mbox *mbox, struct series_parts *ret_parts, struct err *err)
{
	struct series_whole whole = { fetch->series, fetch->name, fetch->sender_flag };

	if (!fetch->each_commit || has_too_many(fetch, mbox))
		return 0;
	return series_parts_make(store, &whole, mbox, false, ret_parts, err);
}

static void set_base(struct db_conn *conn, int64_t series, const struct fetch_facts *facts)
{
	db_run(conn, SQL_SERIES_SET_BASE, db_int(series), db_text(facts->base_commit),
	       db_text(facts->base_tree));
}

void fetch_ready(struct db_conn *conn, const struct fetch *fetch, const struct series_draft *draft,
		 const char *mbox_sha256, uint64_t mbox_bytes, const struct fetch_facts *facts,
		 struct series_parts *parts, int64_t now_ms)
{
	char reason[128];

	snprintf(reason, sizeof(reason),
		 "It has %zu commits: no parts were made, which is done up to %d.",
		 draft->mbox.count, FETCH_PARTS_MAX + 1);
	artifact_register(conn, mbox_sha256, mbox_bytes, now_ms);
	db_run(conn, SQL_SERIES_READY, db_int(fetch->series), db_text(mbox_sha256),
	       db_text(has_too_many(fetch, &draft->mbox) ? reason : NULL));
	series_fill(conn, fetch->series, draft);
	set_base(conn, fetch->series, facts);
	db_run(conn, SQL_FETCH_SET_HEAD, db_int(fetch->series), db_text(facts->head));
	series_parts_add(conn, parts, true, now_ms);
	for (size_t i = 0; i < parts->count; i++) {
		set_base(conn, parts->all[i].series, facts);
		series_join(conn, parts->all[i].series, fetch->series);
	}
	plan_series_settled(conn, fetch->series, now_ms);
}

void fetch_failed(struct db_conn *conn, int64_t series, const char *reason, int64_t now_ms)
{
	db_run(conn, SQL_SERIES_FAIL, db_int(series), db_text(reason));
	plan_series_settled(conn, series, now_ms);
}

/* Whether there is anything to cancel. */
static int check_fetching(struct db_conn *conn, int64_t series, struct err *err)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_SERIES_MORE, db_int(series));

	if (!rows_next(&rows))
		return err_set(err, -ENOENT, "There is no series with this number.");
	if (strcmp(rows_text(&rows, 0), "fetching") != 0)
		return err_set(err, -EEXIST,
			       "This series is %s: nothing is being fetched for it, so there is "
			       "nothing to cancel. What measures a series is a campaign; that can "
			       "be cancelled, too.",
			       rows_text(&rows, 0));
	return 0;
}

int fetch_cancel(struct db_conn *conn, int64_t series, const char *who, int64_t now_ms,
		 struct err *err)
{
	CLEANUP(free_ptr) char *reason = NULL;
	int rc = check_fetching(conn, series, err);

	if (rc < 0)
		return rc;
	reason = xasprintf("Cancelled by %s.", who);
	db_run(conn, SQL_FETCH_CANCEL_LEASE, db_int(series));
	db_run(conn, SQL_FETCH_CANCEL_TASK, db_int(series), db_int(now_ms));
	fetch_failed(conn, series, reason, now_ms);
	return 0;
}
