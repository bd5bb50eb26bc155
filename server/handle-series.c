// SPDX-License-Identifier: GPL-2.0-or-later
/* Series: submitted, listed, read. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "lib/alloc.h"
#include "server/artifact.h"
#include "server/clock.h"
#include "server/fetch.h"
#include "server/handle.h"
#include "server/json_answer.h"
#include "server/json_request.h"
#include "server/mechanism.h"
#include "server/page.h"
#include "server/series.h"

#define GIT_REQUEST_MAX_BYTES (64 << 10) /* an mbox may have more */

static int encode(struct db_conn *conn, int64_t id, struct json_writer *w, const char *key,
		  struct err *err)
{
	CLEANUP(series_release) struct series series = { 0 };

	if (series_read(conn, id, &series) < 0)
		return err_set(err, -ENOENT, "There is no series with this number.");
	json_series(w, key, &series);
	return 0;
}

struct submission {
	struct series_draft draft;
	char sha256[SHA256_HEX_BYTES];
};

static int add(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
	       struct err *err)
{
	struct submission *submission = data;
	struct json_writer w = { .buf = &answer->body };
	int64_t id = 0;
	int added = series_add(conn, &submission->draft, submission->sha256, request->body.length,
			       clock_now_ms(), &id);

	answer_made(answer, added ? 201 : 200, "series", id);
	return encode(conn, id, &w, NULL, err);
}

static int take_expectations(const char *text, struct series_draft *draft, struct err *err)
{
	struct expectation expectations[EXPECTATIONS_MAX];
	size_t count;
	int rc = text ? expectations_parse(text, expectations, &count, err) : 0;

	if (!rc && text && *text)
		draft->expects = xstrdup(text);
	return rc;
}

static void post_mbox(struct request *request, struct answer *answer)
{
	struct submission submission = { .sha256 = "" };
	struct err err = ERR_INIT;
	int rc;

	rc = series_parse(request->body.data, request->body.length, request_query(request, "name"),
			  request_query(request, "sender_flag"), &submission.draft, &err);
	if (!rc)
		rc = take_expectations(request_query(request, "expect"), &submission.draft, &err);
	if (!rc)
		rc = artifact_put(request->server->artifacts, request->body.data,
				  request->body.length, submission.sha256, &err);
	if (rc < 0)
		answer_error(answer, &err);
	else
		request_write(request, answer, add, &submission);
	series_draft_release(&submission.draft);
}

static int add_fetching(struct request *request, struct db_conn *conn, void *data,
			struct answer *answer, struct err *err)
{
	struct json_writer w = { .buf = &answer->body };
	int64_t id = fetch_submit(conn, data, clock_now_ms());

	(void)request;
	answer_made(answer, 202, "series", id);
	return encode(conn, id, &w, NULL, err);
}

static void post_git(struct request *request, struct answer *answer)
{
	struct git_request want;
	struct err err = ERR_INIT;
	int rc = request->body.length > GIT_REQUEST_MAX_BYTES
			 ? err_set(&err, -EFBIG, "A branch is asked for with %d KiB at most.",
				   GIT_REQUEST_MAX_BYTES >> 10)
			 : json_git_request(&request->body, request->server->config->repositories,
					    &want, &err);

	if (!rc)
		rc = fetch_check(&want, request->server->config, &err);
	if (rc < 0)
		answer_error(answer, &err);
	else
		request_write(request, answer, add_fetching, &want);
}

static bool is_json(const struct request *request)
{
	const char *type = request_header(request, "Content-Type");

	return type && !strncasecmp(type, "application/json", strlen("application/json"));
}

/* An mbox: 201 or 200 with the series; 422: no patch in it, or a name that is none. JSON: 202 with
 * a series that is fetched from git; 400 or 422: what is wrong with it, or who may not be asked. */
void handle_series_post(struct request *request, struct answer *answer)
{
	if (is_json(request))
		post_git(request, answer);
	else
		post_mbox(request, answer);
}

static int cancel(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		  struct err *err)
{
	struct json_writer w = { .buf = &answer->body };
	int64_t id = request->numbers[0];
	int rc = fetch_cancel(conn, id, request->token.name, clock_now_ms(), err);

	(void)data;
	return rc < 0 ? rc : encode(conn, id, &w, NULL, err);
}

/* 200 with the series; 404; 409: it is not being fetched. */
void handle_series_cancel(struct request *request, struct answer *answer)
{
	request_write(request, answer, cancel, NULL);
}

static int get(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
	       struct err *err)
{
	struct json_writer w = { .buf = &answer->body };

	(void)data;
	return encode(conn, request->numbers[0], &w, NULL, err);
}

void handle_series_get(struct request *request, struct answer *answer)
{
	request_read(request, answer, get, NULL);
	answer_tag(request, answer);
}

static int list(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		struct err *err)
{
	struct page page = { .key = "series" };
	CLEANUP(rows_end) struct rows rows = { 0 };
	int rc = page_begin(&page, request, answer, err);

	(void)data;
	if (rc < 0)
		return rc;
	rows = db_query(conn, SQL_SERIES_LIST, db_int(page.after), db_int(page.limit + 1));
	while (rows_next(&rows) && page_next(&page, rows_int(&rows, 0)) && !rc)
		rc = encode(conn, rows_int(&rows, 0), &page.w, NULL, err);
	page_end(&page);
	return rc;
}

void handle_series_list(struct request *request, struct answer *answer)
{
	request_read(request, answer, list, NULL);
}
