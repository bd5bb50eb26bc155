// SPDX-License-Identifier: GPL-2.0-or-later
/* Series: submitted, listed, read. */
#include <errno.h>

#include "lib/alloc.h"
#include "server/artifact.h"
#include "server/clock.h"
#include "server/handle.h"
#include "server/json_answer.h"
#include "server/mechanism.h"
#include "server/page.h"
#include "server/series.h"

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

	answer->status = series_add(conn, &submission->draft, submission->sha256,
				    request->body.length, clock_now_ms(), &id)
				 ? 201
				 : 200;
	snprintf(answer->location, sizeof(answer->location), "/api/v1/series/%lld", (long long)id);
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

/* 201 or 200 with the series; 422: no patch in it, or a name that is none. */
void handle_series_post(struct request *request, struct answer *answer)
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
