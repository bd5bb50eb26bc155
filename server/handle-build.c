// SPDX-License-Identifier: GPL-2.0-or-later
/* Variants of all campaigns, and the builds that they were compiled to. */
#include <errno.h>
#include <string.h>

#include "lib/list.h"
#include "server/check.h"
#include "server/handle.h"
#include "server/page.h"

static void write_artifacts(struct json_writer *w, struct db_conn *conn, int64_t build)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_BUILD_ARTIFACTS, db_int(build));

	json_write_array(w, "artifacts");
	while (rows_next(&rows)) {
		json_write_object(w, NULL);
		json_write_texts(w, "name", rows_text(&rows, 0), "sha256", rows_text(&rows, 1),
				 NULL);
		json_write_int(w, "bytes", rows_int(&rows, 2));
		json_write_end(w, '}');
	}
	json_write_end(w, ']');
}

static void write_build(struct json_writer *w, struct db_conn *conn, struct rows *rows)
{
	json_write_object(w, NULL);
	json_write_int(w, "id", rows_int(rows, 0));
	json_write_texts(w, "key", rows_text(rows, 1), "tree", rows_text(rows, 2), "base_tree",
			 rows_text(rows, 3), "code_sha256", rows_text(rows, 4), NULL);
	json_write_int(w, "duration_ms", rows_int(rows, 5));
	json_write_int(w, "warnings", rows_int(rows, 6));
	json_write_time(w, "created", rows_int(rows, 7));
	write_artifacts(w, conn, rows_int(rows, 0));
	json_write_end(w, '}');
}

static int get_build(struct request *request, struct db_conn *conn, void *data,
		     struct answer *answer, struct err *err)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_BUILD_FIND, db_text(data));
	struct json_writer w = { .buf = &answer->body };

	(void)request;
	if (!rows_next(&rows))
		return err_set(err, -ENOENT, "There is no build with this key.");
	write_build(&w, conn, &rows);
	return 0;
}

/* A hash from the query: NULL when it is not there. */
static int query_hex(const struct request *request, const char *name, size_t min,
		     const char **ret_hex, struct err *err)
{
	const char *given = request_query(request, name);

	if (given && !check_hex(given, min, 64))
		return err_set(err, -EINVAL,
			       "\"%s\" in the query must be %zu to 64 lower-case hex digits.", name,
			       min);
	*ret_hex = given;
	return 0;
}

static int list_builds(struct request *request, struct db_conn *conn, void *data,
		       struct answer *answer, struct err *err)
{
	struct page page = { .key = "builds" };
	CLEANUP(rows_end) struct rows rows = { 0 };
	const char *tree = NULL, *base_tree = NULL, *code = NULL;
	int rc = query_hex(request, "tree", 40, &tree, err);

	(void)data;
	if (!rc)
		rc = query_hex(request, "base_tree", 40, &base_tree, err);
	if (!rc)
		rc = query_hex(request, "code_sha256", 64, &code, err);
	if (!rc)
		rc = page_begin(&page, request, answer, err);
	if (rc < 0)
		return rc;
	rows = db_query(conn, SQL_BUILD_LIST, db_int(page.after), db_int(page.limit + 1),
			db_text(tree), db_text(base_tree), db_text(code));
	while (rows_next(&rows) && page_next(&page, rows_int(&rows, 0)))
		write_build(&page.w, conn, &rows);
	page_end(&page);
	return 0;
}

/* With a key the newest with it, 404: none. Without, a page of them. 422: no hash. */
void handle_build_get(struct request *request, struct answer *answer)
{
	char key[65];
	const char *given = request_query(request, "key");

	if (!given) {
		request_read(request, answer, list_builds, NULL);
		return;
	}
	if (!check_hex(given, 64, 64)) {
		answer_problem(answer, 422, "Give ?key= with the 64 hex digits of a build's key.");
		return;
	}
	snprintf(key, sizeof(key), "%s", given);
	request_read(request, answer, get_build, key);
}

static void write_variant(struct json_writer *w, struct rows *rows)
{
	json_write_object(w, NULL);
	json_write_int(w, "id", rows_int(rows, 0));
	json_write_int(w, "campaign", rows_int(rows, 1));
	json_write_texts(w, "role", rows_text(rows, 2), "series", rows_text(rows, 3), NULL);
	json_write_int_or_null(w, "series_id", rows_int(rows, 4));
	json_write_int_or_null(w, "version", rows_int(rows, 5));
	json_write_texts(w, "state", rows_text(rows, 6), "phase", rows_text(rows, 7), "reason",
			 rows_text(rows, 8), NULL);
	json_write_time(w, "started", rows_int(rows, 9));
	json_write_time(w, "finished", rows_int(rows, 10));
	json_write_object(w, "build");
	json_write_int_or_null(w, "id", rows_int(rows, 11));
	json_write_texts(w, "key", rows_text(rows, 12), "code_sha256", rows_text(rows, 13), NULL);
	json_write_bool(w, "reused", rows_int(rows, 14) != 0);
	json_write_end(w, '}');
	json_write_end(w, '}');
}

static int list_variants(struct request *request, struct db_conn *conn, void *data,
			 struct answer *answer, struct err *err)
{
	static const char states[] = "waiting,building,built,identical,measuring,done,failed";
	const char *series = request_query(request, "series");
	const char *state = request_query(request, "state");
	struct page page = { .key = "variants" };
	CLEANUP(rows_end) struct rows rows = { 0 };
	int64_t campaign = 0;
	int rc = request_query_int(request, "campaign", 1, INT64_MAX, 0, &campaign, err);

	(void)data;
	if (!rc && state && !list_has(states, state))
		rc = err_set(err, -EINVAL, "\"state\" in the query must be one of %s.", states);
	if (!rc)
		rc = page_begin(&page, request, answer, err);
	if (rc < 0)
		return rc;
	rows = db_query(conn, SQL_VARIANT_LIST, db_int(page.after), db_int(page.limit + 1),
			db_int_or_null(campaign), db_text(series), db_text(state));
	while (rows_next(&rows) && page_next(&page, rows_int(&rows, 0)))
		write_variant(&page.w, &rows);
	page_end(&page);
	return 0;
}

/* 422: a filter that can match nothing. */
void handle_variant_list(struct request *request, struct answer *answer)
{
	request_read(request, answer, list_variants, NULL);
}
